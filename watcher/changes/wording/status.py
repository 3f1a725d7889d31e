"""Words for the recruitment status and the reason for stopping."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Origin, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.origin import origin_note
from watcher.changes.wording.sizes import lag, results_due

_LONGEST_REASON = 600


def say(change: Change) -> Phrase:
    """Word a change of the families `status` and `why_stopped`.

    Args:
        change: Its facts are those of the status explainer; missing ones are left out of the sentence.

    Returns:
        The words; the sponsor's reason stands in `quote` and, cut, in the sentence.
    """
    if change.kind.startswith("why_stopped"):
        return _reason_alone(change)
    was, now = _status(change.before), _status(change.after)
    label = "Availability" if change.kind == "status.expanded_access" else "Status"
    pieces = _pieces(change)
    head = f"{label} {_verb(change)} {was} to {now}"
    if was is None or now is None:
        head = f"{label} now given: {now}" if was is None else f"{label} no longer given; it was {was}"
    if change.kind == "status.unknown":
        head = f"Status became Unknown; it was {was}"
    return Phrase(
        kind=change.kind,
        severity=change.severity,
        verb=change.verb,
        label=label,
        sentence="; ".join([head, *pieces]) + ".",
        was=was,
        now=now,
        note=_note(change),
        quote=_reason(change.facts) if change.kind == "status.stopped" else None,
        origin_note=origin_note(change),
    )


def _note(change: Change) -> str | None:
    if change.kind == "status.opened":
        return "; ".join(piece for piece in (opening_note(change.facts), sites_said(change.facts)) if piece) or None
    if change.kind == "status.resumed":
        return sites_said(change.facts)
    if change.kind == "status.unknown":
        verified = change.facts.get("verified")
        return f"last verified in {values.date(verified)}" if isinstance(verified, str) else None
    return _results(change.facts) if change.kind == "status.completed" else None


def opening_note(facts: Mapping[str, Json]) -> str | None:
    """Describe since when a trial recruits and how long after it was posted.

    `since 11 Apr 2025, posted 333 days later`.
    """
    start = facts.get("start")
    if not isinstance(start, str):
        return None
    if facts.get("start_type") != "ACTUAL":
        return f"start planned for {values.date(start)}" if facts.get("start_type") == "ESTIMATED" else None
    behind = lag(facts)
    return f"since {values.date(start)}" + (f", posted {behind}" if behind else "")


def _verb(change: Change) -> str:
    if change.verb is Verb.REVERTED:
        return "went back from"
    is_back = change.kind == "status.resumed" and "a step back" in change.rule
    return "went back from" if is_back and change.before != "UNKNOWN" else "changed from"


def _pieces(change: Change) -> list[str]:
    facts = change.facts
    if change.kind == "status.stopped":
        reason = _reason(facts)
        said = f"the sponsor's reason: “{values.short(reason, 300).rstrip('.')}”" if reason else "no reason given"
        return [said]
    if change.kind == "status.unknown":
        return _unknown(change)
    found: list[str | None] = []
    if change.before == "UNKNOWN" and isinstance(facts.get("last_known"), str):
        found.append(f"the last known status before was {_status(facts['last_known'])}")
    if change.kind in ("status.opened", "status.resumed"):
        found += [_started(facts) if change.kind == "status.opened" else None, sites_said(facts)]
    if change.kind in ("status.closed_to_enrollment", "status.completed"):
        found.append(_enrolled(facts))
    if change.kind == "status.completed":
        found.append(_results(facts))
    return [piece for piece in found if piece]


def _unknown(change: Change) -> list[str]:
    verified = change.facts.get("verified")
    pieces = [f"last verified in {values.date(verified)}"] if isinstance(verified, str) else []
    if change.origin is Origin.REGISTRY:
        pieces.append("set by the registry, not by the sponsor")
    return pieces


def _started(facts: Mapping[str, Json]) -> str | None:
    note = opening_note(facts)
    if note is None or not note.startswith("since"):
        return note
    return note.replace("since", "the study started on" if str(facts["start"]).count("-") == 2 else "it started in", 1)


def sites_said(facts: Mapping[str, Json]) -> str | None:
    """Describe how many sites recruit: `176 of 230 sites are listed as recruiting`.

    None when the record does not say.
    """
    recruiting, sites = facts.get("sites_recruiting"), facts.get("sites")
    if not isinstance(recruiting, int) or not isinstance(sites, int):
        return None
    if sites == 1:
        return "its one site is listed as recruiting" if recruiting else "its one site is not listed as recruiting yet"
    count, are = (values.number(recruiting) if recruiting else "none"), ("is" if recruiting == 1 else "are")
    return f"{count} of {values.number(sites)} sites {are} listed as recruiting"


def _enrolled(facts: Mapping[str, Json]) -> str | None:
    count, target = people(facts.get("enrolled")), people(facts.get("target"))
    if count is None:
        return None
    if facts.get("enrolled_type") != "ACTUAL":
        return f"{values.counted(count, 'participant')} planned"
    return f"{values.counted(count, 'participant')} enrolled" + (
        f" of {values.number(target)} planned" if target else ""
    )


def people(value: Json) -> int | None:
    """Return a number of participants; None for the registry's stand-in for "not known" and for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and isinstance(value, int) and value != 99_999_999 else None


def _results(facts: Mapping[str, Json]) -> str | None:
    return "results are posted" if facts.get("has_results") else results_due(facts)


def _status(value: Json) -> str | None:
    if value is None or value == "":
        return None
    return values.enum(value) if isinstance(value, str) else values.show(value)


def _reason(facts: Mapping[str, Json]) -> str | None:
    reason = facts.get("reason")
    return values.short(values.plain(reason), _LONGEST_REASON) if isinstance(reason, str) else None


def _reason_alone(change: Change) -> Phrase:
    label = "Reason for stopping"
    was, now = (
        values.quoted(values.plain(side).rstrip("."), 300) if isinstance(side, str) else None
        for side in (change.before, change.after)
    )
    if now is None:
        sentence = f"{label} no longer given; it was {was}."
    elif was is None:
        sentence = f"{label} now given: {now}."
    else:
        sentence = f"{label} changed from {was} to {now}."
    return Phrase(
        kind=change.kind,
        severity=change.severity,
        verb=change.verb,
        label=label,
        sentence=sentence,
        was=was,
        now=now,
        quote=values.short(values.plain(change.after), _LONGEST_REASON) if isinstance(change.after, str) else None,
        origin_note=origin_note(change),
    )
