"""The headline of a story and its tag: correlated edits told as one, at most two clauses besides.

Expanded (target up, later, sites added), wound down (stopped, final count, dates actual), opened (status, start, first
sites), reopened, redesigned (arms, outcomes, design). Decides no level: the order of the changes is that of telling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from watcher.changes.clauses import (
    Clause,
    date_clause,
    enrollment_clause,
    plain_clause,
    status_clause,
)
from watcher.changes.counting import counted_clause, results_clause
from watcher.changes.criterion_clauses import eligibility_clause
from watcher.changes.fact_clauses import arms_clause, design_clause, outcomes_clause
from watcher.changes.kinds import kind_of
from watcher.changes.model import Change, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.reverted import reverted_note, said_reverted
from watcher.study.read import as_text

_REDESIGN = ("arms", "primary outcomes", "design")
_LONGEST = 150


def headline(changes: Sequence[Change], level_of: Callable[[Change], Severity]) -> Clause:
    """Describe what matters most about a comparison.

    Args:
        changes: What is told to this reader, most important first; never empty.
        level_of: Level of a change for this reader.

    Returns:
        The headline without a full stop, and its tag.
    """
    topics: dict[str, list[Change]] = {}
    for change in changes:
        topics.setdefault(topic_of(change), []).append(change)
    lead, taken = _lead(topics, level_of)
    if lead.is_full:
        return lead
    least = min(level_of(changes[0]).rank, Severity.MAJOR.rank) if level_of(changes[0]) is Severity.MINOR else 1
    for topic, inside in topics.items():
        if topic not in taken and level_of(inside[0]).rank <= least:
            return _joined(lead, _clause(topic, inside, leads=False))
    return lead


def topic_of(change: Change) -> str:
    """Return what a change is about: its topic, the family of its kind where none is named."""
    if reverted_note(change) is not None:
        return "reverted"
    return kind_of(change.kind).topic


def _lead(
    topics: Mapping[str, Sequence[Change]], level_of: Callable[[Change], Severity]
) -> tuple[Clause, frozenset[str]]:
    """Return the first clause and the topics it tells or makes needless."""
    first = next(iter(topics))
    if "status" in topics and first in ("status", "enrollment", "date"):
        return _status_lead(topics, level_of)
    target, slip = _target(topics), _slip(topics)
    if target is not None and first in ("enrollment", "date"):
        clause = enrollment_clause(target, with_slip=slip is not None)
        if slip is not None and clause.text.startswith("Expanded"):
            return _expanded(clause, topics), frozenset(topics)
        return clause, frozenset({"enrollment"})
    parts = [topic for topic in _REDESIGN if topic in topics and level_of(topics[topic][0]).rank <= 1]
    if first in _REDESIGN and len(parts) > 1:
        said = [_lowered(_clause(topic, topics[topic], leads=False).text) for topic in topics if topic in parts]
        text = f"Redesigned: {', '.join(said[:2])}"
        return Clause(values.short(text, _LONGEST), "Redesigned", is_full=True), frozenset(parts)
    return _clause(first, topics[first], leads=True), frozenset({first})


def _status_lead(
    topics: Mapping[str, Sequence[Change]], level_of: Callable[[Change], Severity]
) -> tuple[Clause, frozenset[str]]:
    """Lead with the status; the final count is told with it, and dates unless one moved critically."""
    status, final = topics["status"][0], _final(topics)
    slips = any(one.kind == "date.primary.slip" and level_of(one).rank == 0 for one in topics.get("date", ()))
    dates = [] if slips and status.kind != "status.stopped" else ["date"]
    return status_clause(status, final), frozenset({"status", *dates, *(["enrollment"] if final else [])})


def _expanded(clause: Clause, topics: Mapping[str, Sequence[Change]]) -> Clause:
    pieces = [clause.text, _lowered(date_clause(topics["date"], leads=False).text)]
    added = [change for change in topics.get("sites", ()) if change.kind in ("site.added", "country.added")]
    if added:
        pieces.append(_lowered(counted_clause(added).text))
    return Clause(values.short(", ".join(pieces), _LONGEST), clause.tag, is_full=True)


def _clause(topic: str, changes: Sequence[Change], *, leads: bool) -> Clause:
    match topic:
        case "reverted":
            return Clause(said_reverted(changes), "Changed and reverted")
        case "status":
            return status_clause(changes[0], None)
        case "enrollment":
            return enrollment_clause(changes[0], with_slip=False)
        case "date":
            return date_clause(changes, leads=leads)
        case "eligibility":
            return eligibility_clause(changes)
        case "primary outcomes" | "other outcomes" if (clause := outcomes_clause(changes)) is not None:
            return clause
        case "arms" if (clause := arms_clause(changes)) is not None:
            return clause
        case "design" if (clause := design_clause(changes)) is not None:
            return clause
        case "results" if changes[0].kind == "results.posted" and changes[0].verb is Verb.ADDED:
            return Clause("Results posted", "Results posted")
        case "violation":
            return plain_clause(max(changes, key=_posted), "Violation notice")
        case "results" if len(changes) > 1:
            return results_clause(changes)
    return counted_clause(changes)


def _posted(change: Change) -> str:
    return as_text(change.facts.get("posted"))


def _joined(lead: Clause, second: Clause) -> Clause:
    text = _lowered(second.text)
    mark = "; " if ":" in text or any(sign in (lead.brief or lead.text) for sign in (":", "“", ", ")) else ", "
    first = lead.brief or lead.text
    shorter = _lowered(second.brief) if second.brief else text
    return Clause(
        next(
            (both for both in (f"{first}{mark}{text}", f"{first}{mark}{shorter}") if len(both) <= _LONGEST), lead.text
        ),
        lead.tag,
    )


def _final(topics: Mapping[str, Sequence[Change]]) -> Change | None:
    return next((one for one in topics.get("enrollment", ()) if one.kind == "enrollment.final"), None)


def _target(topics: Mapping[str, Sequence[Change]]) -> Change | None:
    return next((one for one in topics.get("enrollment", ()) if one.kind == "enrollment.target"), None)


def _slip(topics: Mapping[str, Sequence[Change]]) -> Change | None:
    return next((one for one in topics.get("date", ()) if one.kind == "date.primary.slip"), None)


def _lowered(text: str) -> str:
    """Lower the first letter, unless the first word is a name of capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
