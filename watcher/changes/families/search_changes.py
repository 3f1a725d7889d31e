"""Moves of a trial into a search and out of it: why, how loud, and in words.

Two records cannot tell these; whoever reads the members of a search calls here. The reason is what happened to the
record since the search was read before; where nothing did, that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from watcher.changes.model import Change, Comparison, Json, Origin, Phrase, Record, Severity, Verb
from watcher.changes.partial_date import read
from watcher.changes.wording import values
from watcher.changes.wording.build import text, worded
from watcher.study.typed import places_of, study_of

ENTERED, LEFT = "search.entered", "search.left"

_RECRUITING = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE"})
_LATE = timedelta(days=7)
"""A posting may show in the registry's data some days after its day."""

_MOST_PLACES = 500
_STATUS = "status.overallStatus"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSight:
    """What is known when a trial enters or leaves a search.

    Attributes:
        key: Key of the search.
        watch: Name of a watch with this search.
        since: Day of the data version at which the search was read before, or None.
        steps: What changed in the record since, oldest first.
        was_known: Whether an earlier state of the record is known.
        is_again: Whether the trial was in the search before.
        looks_at: What of a record the search looks at: `status`, `sites`, `dates`.
        statuses: The statuses it selects, or empty if that is not known.
    """

    key: str
    watch: str
    since: date | None
    steps: tuple[Comparison, ...] = ()
    was_known: bool = False
    is_again: bool = False
    looks_at: frozenset[str] = frozenset({"status", "sites", "dates"})
    statuses: frozenset[str] = frozenset()


def entered(nct_id: str, record: Record, sight: SearchSight) -> Change:
    """Report a trial that a search selects and did not select before.

    Returns:
        `search.entered`: major when it recruits and is new or changed, else minor.
    """
    study = study_of(record)
    reason, step = _reason(sight, ENTERED)
    posted = read(study.first_posted)
    is_first_sight = not (sight.was_known or sight.is_again)
    if is_first_sight and sight.since is not None and posted is not None and posted.last >= sight.since - _LATE:
        reason = "new"
    elif reason == "unchanged" and not sight.was_known:
        updated = read(study.last_updated)
        is_recent = sight.since is not None and updated is not None and updated.last >= sight.since - _LATE
        reason = "record" if is_recent else "found"
    is_loud = study.status in _RECRUITING and reason not in ("unchanged", "found", "registry")
    day = study.first_posted if reason == "new" else _posted(step, study.last_updated)
    return _change(
        ENTERED,
        Severity.MAJOR if is_loud else Severity.MINOR,
        "selected by a search and recruiting" if is_loud else "selected by a search",
        record,
        sight,
        Verb.ADDED,
        reason=reason,
        day=day,
        after=nct_id,
        status=study.status,
    )


def left(nct_id: str, record: Record, sight: SearchSight) -> Change:
    """Report a trial that a search does not select any more; `search.left`, minor. Arguments as for `entered`."""
    reason, step = _reason(sight, LEFT)
    study = study_of(record)
    day = _posted(step, study.last_updated)
    return _change(
        LEFT,
        Severity.MINOR,
        "no longer selected by a search",
        record,
        sight,
        Verb.REMOVED,
        reason=reason,
        day=day,
        before=nct_id,
        status=study.status,
    )


def last_move(moves: Sequence[Change]) -> Change:
    """Return what the moves of a trial in one search come to, oldest first: one that a reader was told none of."""
    first, last = moves[0], moves[-1]
    if first.kind == last.kind:
        return first if last.kind == ENTERED else last
    return replace(last, facts={**last.facts, "was_between": True})


def _reason(sight: SearchSight, kind: str) -> tuple[str, Comparison | None]:
    """Name what happened to a record that the search looks at, and the step in which it last did."""
    moved = [(step, change) for step in sight.steps for change in step.changes if change.edits]
    for reason, starts in (("status", ("status.",)), ("sites", ("site.", "country.")), ("dates", ("date.",))):
        for step, change in reversed(moved) if reason in sight.looks_at else ():
            if not change.kind.startswith(starts) or change.severity is Severity.NOISE:
                continue
            if reason != "status" or _moves_by_status(change, sight.statuses, kind):
                is_own = change.origin is Origin.SPONSOR
                return (reason if is_own else "registry status" if reason == "status" else "registry"), step
    own = [step for step, change in moved if change.origin is Origin.SPONSOR]
    if own:
        return "record", own[-1]
    return ("registry", moved[-1][0]) if moved else ("unchanged", None)


def _moves_by_status(change: Change, statuses: frozenset[str], kind: str) -> bool:
    """Return whether a change of status brings a trial into a search or out of it, as far as that is known."""
    outside, inside = (change.before, change.after) if kind == ENTERED else (change.after, change.before)
    return change.path == _STATUS and (not statuses or (inside in statuses and outside not in statuses))


def _posted(step: Comparison | None, last_updated: str) -> str:
    return (step.newer.last_update_posted or "") if step is not None else last_updated


_NOT_BY_SPONSOR = frozenset({"registry", "registry status", "unchanged", "found"})


def _change(
    kind: str,
    level: Severity,
    rule: str,
    record: Record,
    sight: SearchSight,
    verb: Verb,
    *,
    reason: str,
    day: str,
    status: str,
    before: Json = None,
    after: Json = None,
) -> Change:
    places = places_of(record)[:_MOST_PLACES]
    facts: dict[str, Json] = {
        "search": sight.key,
        "watch": sight.watch,
        "reason": reason,
        "status": status,
        "posted_on": day,
        "is_again": sight.is_again,
        "city": values.distinct(city for city, _ in places if city),
        "country": values.distinct(country for _, country in places if country),
    }
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=f"search.{sight.key}",
        verb=verb,
        before=before,
        after=after,
        origin=Origin.REGISTRY if reason in _NOT_BY_SPONSOR else Origin.SPONSOR,
        facts=facts,
    )


def say(change: Change) -> Phrase:
    """Word a move into a search or out of it; a change with the facts that `entered` and `left` give it."""
    name = f"search “{watch}”" if (watch := text(change.facts, "watch")) else "search"
    said = _said_entered if change.kind == ENTERED else _said_left
    return worded(change, "Search", said(change, name))


def _said_entered(change: Change, name: str) -> str:
    facts = change.facts
    day, status = _day(change), text(change.facts, "status")
    matches = f"matches the {name} again" if facts.get("is_again") else f"now matches the {name}"
    if facts.get("was_between"):
        matches = f"left the {name} and matches it again"
    shown = f"its status became {values.enum(status)}" if status else "its status changed"
    return {
        "new": f"new in the registry: first posted on {day} ({name})" if day else f"new in the registry ({name})",
        "status": f"{matches}: {shown}{_posted_on(day)}",
        "registry status": f"{matches}: the registry set its status to {values.enum(status)}",
        "sites": f"{matches}: its sites changed{_posted_on(day)}",
        "dates": f"{matches}: its dates changed{_posted_on(day)}",
        "record": f"{matches}: its record was updated" + (f" on {day}" if day else ""),
        "registry": f"{matches}: the registry changed its record",
        "unchanged": f"{matches}; its record did not change",
        "found": f"{matches}; its record was last updated on {day}" if day else matches,
    }.get(text(facts, "reason"), matches)


_UNMATCHED = "no longer matched by the registry’s {}; the record did not change"


def _said_left(change: Change, name: str) -> str:
    status, day = text(change.facts, "status"), _day(change)
    was_between = change.facts.get("was_between")
    gone = f"entered the {name} and left it again" if was_between else f"left the {name}"
    shown = f"its status became {values.enum(status)}" if status else "its status changed"
    return {
        "status": f"{gone}: {shown}{_posted_on(day)}",
        "registry status": f"{gone}: the registry set its status to {values.enum(status)}",
        "sites": f"{gone} after its sites changed{_posted_on(day)}",
        "dates": f"{gone} after its dates changed{_posted_on(day)}",
        "record": f"{gone} after its record was updated" + (f" on {day}" if day else ""),
        "registry": f"{gone} after the registry changed its record",
    }.get(text(change.facts, "reason"), gone if was_between else _UNMATCHED.format(name))


def _day(change: Change) -> str:
    posted = text(change.facts, "posted_on")
    return values.date(posted) if posted else ""


def _posted_on(day: str) -> str:
    return f", posted on {day}" if day else ""
