"""What a new recruitment status means: opened, closed, completed, stopped, resumed, unknown.

Claims the overall status with the reason for stopping and the last known status. Does not judge the statuses of single
sites and does not claim dates and counts; it only carries them along for the sentence.

Source: https://clinicaltrials.gov/data-api/about-api/study-data-structure (Status, ExpandedAccessStatus)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.milestones import due_of
from watcher.changes.meaning.parts import Part, as_list, as_object, as_text, at, merged, protocol
from watcher.changes.meaning.posting_delay import delay_facts
from watcher.changes.meaning.reversion import verb_of
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Json, Severity, Verb
from watcher.changes.partial_date import read

STOPPED = frozenset({"TERMINATED", "WITHDRAWN", "SUSPENDED"})
ENROLLING = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})
RUNNING = ENROLLING | {"ACTIVE_NOT_RECRUITING"}
EXPANDED_ACCESS = frozenset({"AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING"})
_STUDY = RUNNING | STOPPED | {"NOT_YET_RECRUITING", "COMPLETED", "UNKNOWN"}


def explain(evidence: Evidence) -> Iterator[Draft]:
    """Describe what the overall status or the reason for stopping say now.

    Args:
        evidence: The two records.

    Yields:
        At most one draft: the change of status with the reason, or the reason alone. A status the registry's list does
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


def kind_of(old: str, new: str) -> str | None:
    """Name the kind of a step from one overall status to another.

    Args:
        old: Status as the registry spells it.
        new: Another one.

    Returns:
        The kind, or None where the taxonomy has none (withheld, statuses it does not know, no status).
    """
    if old in EXPANDED_ACCESS or new in EXPANDED_ACCESS:
        return "status.expanded_access" if {old, new} <= EXPANDED_ACCESS | _STUDY else None
    if not {old, new} <= _STUDY:
        return None
    if new in STOPPED:
        return "status.stopped"
    if new == "UNKNOWN":
        return "status.unknown"
    if new == "COMPLETED":
        return "status.completed"
    if old == "NOT_YET_RECRUITING":
        return "status.opened" if new in ENROLLING else "status.closed_to_enrollment"
    if old in ENROLLING and new == "ACTIVE_NOT_RECRUITING":
        return "status.closed_to_enrollment"
    return "status.unknown_cleared" if old == "UNKNOWN" and new not in RUNNING else "status.resumed"


def _transition(evidence: Evidence, part: Part, kind: str, old: str, new: str) -> Draft:
    level, rule = _level(kind, old, new)
    last_known = as_text(part.after("lastKnownStatus"))
    return Draft(
        kind=kind,
        level=level,
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
        is_registry_made=kind == "status.unknown" and bool(last_known),
    )


def _other_status(evidence: Evidence, part: Part) -> Draft:
    old, new = part.before("overallStatus"), part.after("overallStatus")
    known = isinstance(old, str) and isinstance(new, str)
    return Draft(
        kind="status.changed",
        level=Severity.MAJOR,
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


def _reason_alone(part: Part) -> Draft:
    before, after = part.before("whyStopped"), part.after("whyStopped")
    is_form_only = is_same_in_form(as_text(before), as_text(after))
    return Draft(
        kind="why_stopped.changed",
        level=Severity.NOISE if is_form_only else Severity.MAJOR,
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
