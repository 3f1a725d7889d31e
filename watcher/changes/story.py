"""One story per trial: headline and tag, the lines that carry it, the rest folded by name and count.

Puts nothing into words itself but a trial's short name and the day; leaves nothing out: what is not told is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from watcher.changes.grouping import Line, lines_of
from watcher.changes.headline import headline
from watcher.changes.kinds import kind_of
from watcher.changes.model import Change, Comparison, Origin, Phrase, Record, Severity, Stamp, Story
from watcher.changes.wording import values
from watcher.changes.wording.reverted import phrase_of
from watcher.study.names import short_name as short_name_of
from watcher.study.read import as_text
from watcher.study.typed import study_of
from watcher.text import visible

_MOST_MINOR_LINES = 6
_TOLD_WITH = "told_with"


def tell(
    comparison: Comparison,
    *,
    record: Record,
    short_name: str | None,
    level_of: Callable[[Change], Severity],
    least: Severity,
    steps: int = 1,
    step_note: str | None = None,
) -> Story | None:
    """Report one reader what a comparison says about one trial.

    Args:
        comparison: All changes between the two versions.
        record: The newer record.
        short_name: The operator's own name of the trial, or None.
        level_of: Level of a change for this reader; it never makes something of noise.
        least: The reader's least level; what lies below is counted only.
        steps: How many stored versions lie between the two.
        step_note: What to say about them, or None.

    Returns:
        The story, or None when nothing is left to tell at this level.
    """
    heard = [change for change in comparison.changes if change.severity is not Severity.NOISE]
    told = sorted(
        (change for change in heard if level_of(change).rank <= least.rank),
        key=lambda change: (level_of(change).rank, kind_of(change.kind).rank),
    )
    if not told:
        return None
    along = _along(comparison.changes, told)
    lines, folded = _folded(lines_of(told, level_of))
    top = headline(told, level_of)
    return Story(
        nct_id=comparison.nct_id,
        short_name=short_name or short_name_of(record),
        title=values.plain(study_of(record).title),
        context=context_of(record),
        severity=level_of(told[0]),
        tag=visible(top.tag),
        headline=visible(top.text),
        when=when_of(told, comparison.newer),
        lines=tuple(words for line in lines for words in _phrases(line, along)),
        minor=tuple(words for line in folded for words in _phrases(line, along)),
        below=len(heard) - len(told),
        noise=len(comparison.changes) - len(heard) - len(along),
        steps=steps,
        step_note=step_note,
    )


def _stands_in_full(line: Line) -> bool:
    """Return whether a line is told beside loud ones: it is loud, or says why the trial moved in a search."""
    return line.level.rank <= Severity.MAJOR.rank or line.change.kind.startswith("search.")


def _folded(every: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """Part the lines told in full from those told by name; of minor lines alone, the first ones are told in full."""
    if not any(line.level.rank <= Severity.MAJOR.rank for line in every):
        return every[:_MOST_MINOR_LINES], every[_MOST_MINOR_LINES:]
    full = [line for line in every if _stands_in_full(line)]
    return full, [line for line in every if not _stands_in_full(line)]


def context_of(record: Record) -> tuple[str, ...]:
    """Place a trial in people's words: its phase or that it only observes, and its sponsor; empty when not given."""
    study = study_of(record)
    phases = [values.enum(phase) for phase in study.phases if phase != "NA"]
    pieces = [phases[0] + "".join(f"/{phase.removeprefix('Phase ')}" for phase in phases[1:])] if phases else []
    if study.study_type in ("OBSERVATIONAL", "EXPANDED_ACCESS"):
        pieces.append(values.enum(study.study_type))
    return (*pieces, *([study.sponsor] if study.sponsor else []))


def when_of(changes: Sequence[Change], newer: Stamp) -> str:
    """Describe when changes were posted, or in which data of the registry they stand when it made them itself.

    Returns:
        `posted 13 Mar 2026`, `posted 9 – 11 Feb 2026` when several updates made them, or `in the registry's data of
        2 Mar 2026`; empty when the record has no such day.
    """
    days = {
        as_text(change.facts.get("posted_on")) or newer.last_update_posted
        for change in changes
        if change.origin is Origin.SPONSOR
    }
    known = sorted(day for day in days if day)
    if known:
        return f"posted {values.span(known[0], known[-1])}"
    return f"in the registry's data of {values.date(newer.data_version)}" if newer.data_version is not None else ""


def _along(changes: Sequence[Change], told: Sequence[Change]) -> dict[str, Change]:
    """Return the mirrored completion date by the kind it is told with, when that is told."""
    found = {}
    for change in changes:
        lead = change.facts.get(_TOLD_WITH)
        if lead == "date.primary" and any(one.kind.startswith("date.primary.") for one in told):
            found["date.primary"] = change
    return found


def _phrases(line: Line, along: Mapping[str, Change]) -> tuple[Phrase, ...]:
    """Return the words of a line, and after those of primary completion the completion date that moved with it."""
    change = line.change
    mirrored = along.get("date.primary") if change.kind.startswith("date.primary.") else None
    if mirrored is None:
        return (line.words,)
    level = line.level if line.level.rank >= Severity.MAJOR.rank else Severity.MAJOR
    follower = replace(phrase_of(mirrored), severity=level)
    if all(mirrored.facts.get(end) == change.facts.get(end) for end in ("old", "new")):
        sentence = "Study completion: the same dates."
        follower = replace(follower, sentence=sentence, was=None, now="the same dates", note=None)
    return line.words, follower
