"""Clauses for what comes in numbers: outcomes, arms, sites, countries, references and the like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.changes.clauses import Clause, plain_clause
from watcher.changes.fact_clauses import labelled_clause
from watcher.changes.fact_shapes import ItemFacts, ResultFacts, facts_of
from watcher.changes.families.references import has_notice, notice_of, title_of
from watcher.changes.families.results.result_words import number_shifts
from watcher.changes.families.sites.site_clause import site_clause
from watcher.changes.families.sponsors import sponsor_clause
from watcher.changes.kinds import kind_of
from watcher.changes.model import Change
from watcher.changes.wording import values
from watcher.changes.wording.say import phrase

_MOST_PARTS = 3
_MOST_TAG_WORDS = 4
_OUTWEIGHS = 3
_LONGEST_NAME = 60
_LONGEST_NUMBERS = 130


def counted_clause(changes: Sequence[Change]) -> Clause:
    """Describe several changes of one topic by number, a single one by its sentence.

    Args:
        changes: Changes of one topic in the order of telling; never empty.

    Returns:
        The clause: `43 sites removed, 7 added; no site left in Greece and Mexico`; what has no number by its labels:
        `Acronym and brief title changed`.
    """
    if changes[0].kind == "results.updated" and number_shifts(changes[0]):
        return _numbers_clause(changes[0])
    notice = next((change for change in changes if has_notice(change)), None)
    if notice is not None:
        return _notice_clause(notice)
    counts = _counts(changes)
    tag = _tag(changes, counts)
    if len(changes) == 1 and how_many(changes[0]) == 1:
        return _single(changes[0], tag)
    said = site_clause(changes) or _by_number(counts) or sponsor_clause(changes)
    if not said:
        told = labelled_clause(changes, tag)
        if told is not None:
            return told
        labels = values.distinct(phrase(change).label for change in changes)
        said = f"{labels[0]}{''.join(f', {_lowered(label)}' for label in labels[1:-1])}"
        said += f" and {_lowered(labels[-1])} changed" if len(labels) > 1 else " changed"
    return Clause(values.capitalised(said), tag)


def _numbers_clause(change: Change) -> Clause:
    """Describe which posted number differs; the first of several by itself, the others by count."""
    first, *others = number_shifts(change)
    count = facts_of(change, ResultFacts).numbers_count
    if count == 2 and len(others) == 1 and len(first) + len(others[0]) <= _LONGEST_NUMBERS:
        return Clause(f"Posted results edited: {first}; {others[0]}", "Posted results edited")
    more = f" and {values.counted(count - 1, 'more number')}" if isinstance(count, int) and count > 1 else ""
    return Clause(f"Posted results edited: {first}{more}", "Posted results edited")


def _notice_clause(change: Change) -> Clause:
    """Lead with a retraction or an expression of concern, whatever else happened to the references."""
    what, count = notice_of(change), how_many(change)
    if count > 1:
        return Clause(f"{what} noted for {values.counted(count, 'publication')}", f"{what} noted")
    return Clause(f"{what} noted for publication{_titled(_names(change))}", f"{what} noted")


def results_clause(changes: Sequence[Change]) -> Clause:
    """Describe several things about results as what happened, by day: never that the results themselves changed.

    Args:
        changes: Changes of the family `results`, at least two; results posted are said elsewhere.

    Returns:
        The clause: `Results returned on 9 Feb 2026, submitted on 2 Mar 2026, not posted yet`.
    """
    in_time = sorted(changes, key=lambda change: (facts_of(change, ResultFacts).date, change.kind))
    said = values.distinct(_happened(change) for change in in_time)
    pieces = [said[0], *(piece.removeprefix("Results ") for piece in said[1:_MOST_PARTS])]
    if all(change.kind in ("results.submitted", "results.returned") for change in changes):
        pieces.append("not posted yet")
    return Clause(", ".join(pieces), kind_of(in_time[-1].kind).tag)


def _happened(change: Change) -> str:
    day = facts_of(change, ResultFacts).date
    return kind_of(change.kind).tag + (f" on {values.date(day)}" if day else "")


def how_many(change: Change) -> int:
    """Return how many things a change stands for: those gathered into it, else one."""
    count = change.facts.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 1


def _counts(changes: Sequence[Change]) -> dict[tuple[str, str, str], int]:
    """Return how many of what were added, removed, opened …, most first."""
    counts: dict[tuple[str, str, str], int] = {}
    for change in changes:
        noun = kind_of(change.kind).noun
        if noun is not None:
            what = (*noun, _verb(change))
            counts[what] = counts.get(what, 0) + how_many(change)
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _by_number(counts: Mapping[tuple[str, str, str], int]) -> str:
    """Describe the first three parts, and how many more there are; a single one left is said, not counted."""
    pieces: list[str] = []
    named = ""
    shown = list(counts.items())
    rest = shown[_MOST_PARTS:] if len(shown) > _MOST_PARTS + 1 else []
    for (one, many, verb), count in shown[: len(shown) - len(rest)]:
        said = values.number(count) if named == many else values.counted(count, one, many)
        pieces.append(f"{said} {verb}")
        named = many
    more = f" and {values.counted(sum(count for _, count in rest), 'more change')}" if rest else ""
    return ", ".join(pieces) + more


def _names(change: Change) -> list[str]:
    """Return the names a change stands for: those gathered into it, else its own."""
    names = change.facts.get("names")
    several = list(names) if isinstance(names, list | tuple) else [change.facts.get("name")]
    return [values.plain(name) for name in several if isinstance(name, str)]


def _single(change: Change, tag: str) -> Clause:
    """Describe one change by its sentence, or by its name when the sentence is long."""
    clause, noun, names = plain_clause(change, tag), kind_of(change.kind).noun, _names(change)
    if change.kind == "text.title" and clause.text.endswith(" reworded"):
        return labelled_clause([change], tag) or clause
    if change.kind == "reference.changed" and (said := _reference_clause(change)):
        return Clause(said, tag)
    if change.kind == "sponsor.lead" and clause.text.startswith("Lead sponsor: "):
        verb = "renamed" if facts_of(change, ItemFacts).renamed else "changed"
        return Clause(clause.text.replace(":", f" {verb}:", 1), tag)
    if noun is None or phrase(change).sentence.rstrip(".") == clause.text:
        return clause
    return Clause(f"{values.capitalised(noun[0])}{_titled(names)} {_verb(change)}", tag)


def _titled(names: Sequence[str]) -> str:
    """Return the first name as a title, quoted and cut, behind a blank; empty for no name."""
    name = (title_of(names[0]) or names[0]) if names else ""
    return f" “{values.short(name, _LONGEST_NAME)}”" if name else ""


def _reference_clause(change: Change) -> str:
    """Describe what is noted about one publication, or what is edited in its citation."""
    names = _names(change)
    if not names:
        return ""
    named = f"publication “{values.short(title_of(names[0]) or names[0], _LONGEST_NAME)}”"
    match facts_of(change, ItemFacts).what:
        case "erratum":
            return f"Erratum noted for {named}"
        case "type":
            return f"{values.capitalised(named)} now listed as {phrase(change).now}"
        case _:
            return f"Citation of {named} edited"


def _verb(change: Change) -> str:
    return kind_of(change.kind).verb or str(change.verb)


def _tag(changes: Sequence[Change], counts: Mapping[tuple[str, str, str], int]) -> str:
    if len(changes) == 1 and changes[0].kind in ("outcome.demoted", "outcome.promoted"):
        return f"Outcome {_verb(changes[0])}"  # the whole name has no room in a summary
    if counts and _is_mostly_one(tuple(counts.values())):
        ((one, many, verb), count) = next(iter(counts.items()))
        tag = f"{values.counted(count, one, many)} {verb}" if count > 1 else f"{values.capitalised(one)} {verb}"
        if len(tag.split()) <= _MOST_TAG_WORDS:
            return tag
    noun = kind_of(changes[0].kind).noun
    if noun is not None:
        return f"{values.capitalised(noun[1])} changed"
    return kind_of(changes[0].kind).tag


def _is_mostly_one(numbers: Sequence[int]) -> bool:
    """Whether the first number stands for the whole: alone, or at least three times the next."""
    return len(numbers) == 1 or numbers[0] >= _OUTWEIGHS * numbers[1]


def _lowered(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
