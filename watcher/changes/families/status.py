"""The status of a study and the reason why it stopped: fields, detection and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from watcher.changes.fact_shapes import StatusFacts, facts_of
from watcher.changes.families.results.due_dates import due_of
from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Part, merged, protocol
from watcher.changes.meaning.posting_delay import delay_facts
from watcher.changes.meaning.reversion import verb_of
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Change, Json, Origin, Phrase, Severity, Verb
from watcher.changes.partial_date import read
from watcher.changes.wording import values
from watcher.changes.wording.build import stated
from watcher.changes.wording.sizes import lag, results_due
from watcher.study.read import as_list, as_object, as_text, at
from watcher.study.typed import UNKNOWN_COUNT

_MODULE = Module(("protocolSection", "statusModule"), "status")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("overallStatus", "Status", ValueType.ENUM),
    _row("lastKnownStatus", "Last known status", ValueType.ENUM, is_registry_made=True),
    _row("delayedPosting", "Posting delayed until approval", ValueType.BOOLEAN),
    _row("whyStopped", "Why stopped", ValueType.MARKUP),
    _row(
        "expandedAccessInfo",
        "Expanded access",
        ValueType.STRUCT,
        seed="status.expandedAccess",
        has="hasExpandedAccess: offered; nctId: record; statusForNctId: status of that record",
    ),
)
"""One row per field."""


STOPPED = frozenset({"TERMINATED", "WITHDRAWN", "SUSPENDED"})
ENROLLING = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})
RUNNING = ENROLLING | {"ACTIVE_NOT_RECRUITING"}
EXPANDED_ACCESS = frozenset({"AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING"})
_STUDY = RUNNING | STOPPED | {"NOT_YET_RECRUITING", "COMPLETED", "UNKNOWN"}


def explain(evidence: Evidence) -> Iterator[Change]:
    """Describe what the overall status or the reason for stopping say now.

    Yields:
        At most one change: the change of status with the reason, or the reason alone. A status the registry's list does
        not name, and one that appears or vanishes, is `status.changed`.
    """
    part = protocol(evidence, "statusModule")
    if not part.edits:
        return
    old, new = as_text(part.before("overallStatus")), as_text(part.after("overallStatus"))
    kind = kind_of(old, new) if old != new else None
    if kind is not None:
        yield _transition(evidence, part, kind, old, new)
    elif old != new:
        yield _other_status(evidence, part)
    elif part.differs("whyStopped"):
        yield _reason_alone(part)


_ENDS: Mapping[str, str] = {
    **dict.fromkeys(STOPPED, "status.stopped"),
    "UNKNOWN": "status.unknown",
    "COMPLETED": "status.completed",
}


def kind_of(old: str, new: str) -> str | None:
    """Name the kind of a step from one overall status to another.

    Returns:
        The kind, or None where the taxonomy has none (withheld, statuses it does not know, no status).
    """
    if old in EXPANDED_ACCESS or new in EXPANDED_ACCESS:
        return "status.expanded_access" if {old, new} <= EXPANDED_ACCESS | _STUDY else None
    if not {old, new} <= _STUDY:
        return None
    if new in _ENDS:
        return _ENDS[new]
    if old == "NOT_YET_RECRUITING":
        return "status.opened" if new in ENROLLING else "status.closed_to_enrollment"
    if old in ENROLLING and new == "ACTIVE_NOT_RECRUITING":
        return "status.closed_to_enrollment"
    return "status.unknown_cleared" if old == "UNKNOWN" and new not in RUNNING else "status.resumed"


def _transition(evidence: Evidence, part: Part, kind: str, old: str, new: str) -> Change:
    level, rule = _level(kind, old, new)
    last_known = as_text(part.after("lastKnownStatus"))
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path="status.overallStatus",
        verb=verb_of(evidence, "status.overallStatus", old, new),
        before=old,
        after=new,
        edits=merged(part.touching("overallStatus"), part.differs("whyStopped"), part.differs("lastKnownStatus")),
        facts=_known(
            {
                "reason": part.after("whyStopped"),
                "earlier_reason": part.before("whyStopped"),
                "last_known": last_known or part.before("lastKnownStatus"),
                "verified": part.after("statusVerifiedDate"),
                **_dates(evidence, part),
                **_enrollment(evidence),
                **_sites(evidence),
                "has_results": True if evidence.new.get("hasResults") is True else None,
            }
        ),
        origin=Origin.REGISTRY if kind == "status.unknown" and bool(last_known) else Origin.SPONSOR,
    )


def _other_status(evidence: Evidence, part: Part) -> Change:
    old, new = part.before("overallStatus"), part.after("overallStatus")
    known = isinstance(old, str) and isinstance(new, str)
    return Change(
        kind="status.changed",
        severity=Severity.MAJOR,
        rule="a step between statuses that has no kind of its own" if known else "overallStatus appears or vanishes",
        path="status.overallStatus",
        verb=verb_of(evidence, "status.overallStatus", old, new),
        before=old,
        after=new,
        edits=merged(part.touching("overallStatus"), part.differs("whyStopped")),
        facts=_known({"reason": part.after("whyStopped"), "earlier_reason": part.before("whyStopped")}),
        takes_context=True,
    )


def _level(kind: str, old: str, new: str) -> tuple[Severity, str]:
    if kind in ("status.stopped", "status.completed", "status.unknown"):
        return (Severity.CRITICAL if kind == "status.stopped" else Severity.MAJOR), f"overallStatus → {new}"
    if kind != "status.resumed":
        return Severity.MAJOR, f"overallStatus {old} → {new}"
    if {old, new} == ENROLLING:
        return Severity.MAJOR, f"overallStatus {old} → {new}, by invitation or open"
    return Severity.CRITICAL, f"overallStatus {old} → {new}, a step back"


def _reason_alone(part: Part) -> Change:
    before, after = part.before("whyStopped"), part.after("whyStopped")
    is_form_only = is_same_in_form(as_text(before), as_text(after))
    return Change(
        kind="why_stopped.changed",
        severity=Severity.NOISE if is_form_only else Severity.MAJOR,
        rule="whyStopped, only its form" if is_form_only else "whyStopped without a new status",
        path="status.whyStopped",
        verb=Verb.ADDED if before is None else Verb.REMOVED if after is None else Verb.CHANGED,
        before=before,
        after=after,
        edits=part.differs("whyStopped"),
        facts=_known({"status": part.after("overallStatus")}),
    )


def _dates(evidence: Evidence, part: Part) -> Mapping[str, Json]:
    """Collect the start date, how long before the posting it lies, and when results would be due."""
    start = part.after("startDateStruct", "date")
    return {
        "start": start,
        "start_type": part.after("startDateStruct", "type"),
        **delay_facts(evidence, read(start)),
        "primary_completion": part.after("primaryCompletionDateStruct", "date"),
        "primary_completion_type": part.after("primaryCompletionDateStruct", "type"),
        **due_of(evidence.new, read(evidence.posted) or read(evidence.data_version)),
    }


def _enrollment(evidence: Evidence) -> Mapping[str, Json]:
    path = ("protocolSection", "designModule", "enrollmentInfo")
    return {
        "enrolled": at(evidence.new, *path, "count"),
        "enrolled_type": at(evidence.new, *path, "type"),
        "target": at(evidence.old, *path, "count") if at(evidence.old, *path, "type") == "ESTIMATED" else None,
    }


def _sites(evidence: Evidence) -> Mapping[str, Json]:
    path = ("protocolSection", "contactsLocationsModule", "locations")
    statuses = [as_text(as_object(site).get("status")) for site in as_list(at(evidence.new, *path))]
    if not any(statuses):
        return {}
    return {"sites_recruiting": sum(status in ENROLLING for status in statuses), "sites": len(statuses)}


def _known(facts: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: value for name, value in facts.items() if value is not None and value != ""}


_LONGEST_REASON = 600


def say(change: Change) -> Phrase:
    """Word a change of the families `status` and `why_stopped`.

    The sponsor's reason stands in `quote` and, cut, in the sentence.
    """
    if change.kind.startswith("why_stopped"):
        return _reason_alone_in_words(change)
    facts, was, now = facts_of(change, StatusFacts), _status(change.before), _status(change.after)
    label = "Availability" if change.kind == "status.expanded_access" else "Status"
    said, first = f"{label} {_verb(change)} {was} to {now}", ""
    if change.kind == "status.unknown":
        said = f"Status became Unknown; it was {was}"
    elif was is None:
        said, first = f"{label} now given", now or ""
    elif now is None:
        said = f"{label} no longer given; it was {was}"
    return stated(
        change,
        label,
        said,
        first,
        besides=_pieces(change, facts),
        was=was,
        now=now,
        note=_note(change, facts),
        quote=_reason(facts) if change.kind == "status.stopped" else None,
    )


def _note(change: Change, facts: StatusFacts) -> str | None:
    if change.kind == "status.opened":
        return "; ".join(piece for piece in (opening_note(facts), sites_said(facts)) if piece) or None
    if change.kind == "status.resumed":
        return sites_said(facts)
    if change.kind == "status.unknown":
        return f"last verified in {values.date(facts.verified)}" if facts.verified else None
    return _results(facts) if change.kind == "status.completed" else None


def opening_note(facts: StatusFacts) -> str | None:
    """Describe since when a trial recruits and how long after it was posted.

    `since 11 Apr 2025, posted 333 days later`.
    """
    if not facts.start:
        return None
    if facts.start_type != "ACTUAL":
        return f"start planned for {values.date(facts.start)}" if facts.start_type == "ESTIMATED" else None
    behind = lag(facts)
    return f"since {values.date(facts.start)}" + (f", posted {behind}" if behind else "")


def _verb(change: Change) -> str:
    if change.verb is Verb.REVERTED:
        return "went back from"
    is_back = change.kind == "status.resumed" and "a step back" in change.rule
    return "went back from" if is_back and change.before != "UNKNOWN" else "changed from"


def _pieces(change: Change, facts: StatusFacts) -> list[str]:
    if change.kind == "status.stopped":
        reason = _reason(facts)
        said = f"the sponsor's reason: “{values.short(reason, 300).rstrip('.')}”" if reason else "no reason given"
        return [said]
    if change.kind == "status.unknown":
        return _unknown(change, facts)
    found: list[str | None] = []
    if change.before == "UNKNOWN" and facts.last_known:
        found.append(f"the last known status before was {_status(facts.last_known)}")
    if change.kind in ("status.opened", "status.resumed"):
        found += [_started(facts) if change.kind == "status.opened" else None, sites_said(facts)]
    if change.kind in ("status.closed_to_enrollment", "status.completed"):
        found.append(_enrolled(facts))
    if change.kind == "status.completed":
        found.append(_results(facts))
    return [piece for piece in found if piece]


def _unknown(change: Change, facts: StatusFacts) -> list[str]:
    pieces = [f"last verified in {values.date(facts.verified)}"] if facts.verified else []
    if change.origin is Origin.REGISTRY:
        pieces.append("set by the registry, not by the sponsor")
    return pieces


def _started(facts: StatusFacts) -> str | None:
    note = opening_note(facts)
    if note is None or not note.startswith("since"):
        return note
    return note.replace("since", "the study started on" if facts.start.count("-") == 2 else "it started in", 1)


def sites_said(facts: StatusFacts) -> str | None:
    """Describe how many sites recruit: `176 of 230 sites are listed as recruiting`.

    None when the record does not say.
    """
    recruiting, sites = facts.sites_recruiting, facts.sites
    if recruiting is None or sites is None:
        return None
    if sites == 1:
        return "its one site is listed as recruiting" if recruiting else "its one site is not listed as recruiting yet"
    count, are = (values.number(recruiting) if recruiting else "none"), ("is" if recruiting == 1 else "are")
    return f"{count} of {values.number(sites)} sites {are} listed as recruiting"


def _enrolled(facts: StatusFacts) -> str | None:
    count, target = people(facts.enrolled), people(facts.target)
    if count is None:
        return None
    if facts.enrolled_type != "ACTUAL":
        return f"{values.counted(count, 'participant')} planned"
    return f"{values.counted(count, 'participant')} enrolled" + (
        f" of {values.number(target)} planned" if target else ""
    )


def people(count: int | None) -> int | None:
    """Return a number of participants; None for the registry's stand-in for "not known"."""
    return None if count == UNKNOWN_COUNT else count


def _results(facts: StatusFacts) -> str | None:
    return "results are posted" if facts.has_results else results_due(facts)


def _status(value: Json) -> str | None:
    if value is None or value == "":
        return None
    return values.enum(value) if isinstance(value, str) else values.show(value)


def _reason(facts: StatusFacts) -> str | None:
    return values.short(values.plain(facts.reason), _LONGEST_REASON) if facts.reason else None


def _reason_alone_in_words(change: Change) -> Phrase:
    label = "Reason for stopping"
    was, now = (
        values.quoted(values.plain(side).rstrip("."), 300) if isinstance(side, str) else None
        for side in (change.before, change.after)
    )
    said, details = f"{label} changed from {was} to {now}", ""
    if now is None:
        said = f"{label} no longer given; it was {was}"
    elif was is None:
        said, details = f"{label} now given", now
    reason = values.short(values.plain(change.after), _LONGEST_REASON) if isinstance(change.after, str) else None
    return stated(change, label, said, details, was=was, now=now, quote=reason)
