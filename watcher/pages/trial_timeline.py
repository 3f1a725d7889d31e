"""Versions of a trial as a reader sees them: day, level, headline, and every change from what to what.

Words come from `changes.wording`; here they are grouped, made visible, and cut where a list has no end. What is cut is
counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from watcher.changes.grouping import lines_of
from watcher.changes.model import Change, Mark, Phrase, Severity
from watcher.changes.story import tell, when_of
from watcher.changes.wording import values
from watcher.changes.wording.reverted import phrase_of
from watcher.changes.wording.whole import whole_marks
from watcher.pages.page_model import Step
from watcher.rendering.change_view import line_of, pieces_of
from watcher.rendering.escape import cut, plain
from watcher.rendering.view import Line, Piece

_MOST_LINES = 80
_MOST_ITEMS = 12
_MOST_NOISE = 40
_MOST_CRITERIA = 12
_LONGEST = 600
_LONGEST_WHOLE = 60_000
_NOTHING = "Nothing of note changed"
_SECTIONS = frozenset({"Inclusion", "Exclusion", "Eligibility"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """One change.

    Attributes:
        label: What it is about: `Status`.
        heading: `Inclusion`, `Exclusion`, or empty.
        level: `critical`, `major`, `minor` or `noise`.
        sign: `+`, `−` or `~`.
        word: The sign as a word.
        was: Older value, or empty.
        now: Newer value, or empty.
        note: Size beside the shift, or empty.
        sentence: The whole in one sentence; shown when there is nothing else.
        pieces: The reworded text, word by word, or empty.
        quote: The sponsor's own words, or empty.
        items: Names of many; may be empty.
        more: How many names are left out.
        origin: Who made it, when that was not the sponsor; or empty.
        whole: The text at its whole length, word by word, where what is shown is shortened; else empty.
        folded: The names beyond the first ones, on a page that stands alone.
    """

    label: str
    heading: str
    level: str
    sign: str
    word: str
    was: str
    now: str
    note: str
    sentence: str
    pieces: tuple[Piece, ...]
    quote: str
    items: tuple[str, ...]
    more: int
    origin: str
    whole: tuple[Piece, ...] = ()
    folded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One version, told.

    Attributes:
        nct_id: The trial.
        seq: Number of the version; its anchor on the trial's page is `v<seq>`.
        name: The trial's short name.
        is_first: First sight: nothing to compare with.
        seen: `3 Jun 2026`, in UTC.
        seen_at: The same with its time, RFC 3339.
        when: `posted 3 Jun 2026`, or empty.
        level: Loudest level, or `baseline`.
        tag: Two to four words.
        headline: At most two clauses.
        lines: The changes, loudest first.
        folded: Criteria beyond the first, on a page that stands alone: shown when the reader unfolds them.
        more: How many lines are left out.
        noise: Sentences on what means nothing to readers, at most 40.
        noise_count: How many there are.
    """

    nct_id: str
    seq: int
    name: str
    is_first: bool
    seen: str
    seen_at: str
    when: str
    level: str
    tag: str
    headline: str
    lines: tuple[TimelineLine, ...]
    more: int
    noise: tuple[str, ...]
    noise_count: int
    folded: tuple[TimelineLine, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing in it for readers."""
        return self.is_first or not self.lines


def chapter_of(step: Step, name: str, *, is_whole: bool = False) -> TimelineEntry:
    """Report one version.

    Args:
        step: The version.
        name: The trial's short name.
        is_whole: Whether the page stands alone: nothing is left out, long texts and long lists are folded.
    """
    changes = [change for change in step.comparison.changes if change.severity is not Severity.NOISE]
    noise = [] if step.is_baseline else [one for one in step.comparison.changes if one.severity is Severity.NOISE]
    story = tell(step.comparison, record={}, short_name=name, level_of=_level, least=Severity.MINOR)
    lines, folded = _lines(changes, is_whole=is_whole)
    most_lines, most_noise = (len(lines), len(noise)) if is_whole else (_MOST_LINES, _MOST_NOISE)
    seen_at = step.seen_at.astimezone(UTC)
    return TimelineEntry(
        nct_id=plain(step.nct_id),
        seq=step.seq,
        name=name,
        is_first=step.is_baseline,
        seen=values.date(seen_at.date().isoformat()),
        seen_at=seen_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        when=plain(story.when if story else when_of(step.comparison.changes, step.comparison.newer)),
        level="baseline" if step.is_baseline else story.severity.value if story else "noise",
        tag=cut(plain(story.tag), 80) if story else "",
        headline="First version kept" if step.is_baseline else plain(story.headline) if story else _NOTHING,
        lines=tuple(lines[:most_lines]),
        folded=tuple(folded),
        more=max(0, len(lines) - most_lines),
        noise=tuple(cut(plain(phrase_of(one).sentence), 300) for one in noise[:most_noise]),
        noise_count=len(noise),
    )


def _lines(changes: Sequence[Change], *, is_whole: bool) -> tuple[list[TimelineLine], list[TimelineLine]]:
    """Return the lines of a version, and on a page that stands alone the criteria that are folded."""
    if not is_whole:
        return [_told(line.words) for line in lines_of(changes, _level)], []
    told = [(_told(line.words, whole_marks(line.change, line.words)), line.words) for line in lines_of(changes, _level)]
    return _folded([replace(line, more=0, folded=_items(words)[_MOST_ITEMS:]) for line, words in told])


def _items(words: Phrase) -> tuple[str, ...]:
    return line_of(words, label=80, value=_LONGEST, item=160).items


def _level(change: Change) -> Severity:
    return change.severity


def _folded(lines: Sequence[TimelineLine]) -> tuple[list[TimelineLine], list[TimelineLine]]:
    """Part the criteria beyond the first ones from the other lines."""
    shown: list[TimelineLine] = []
    folded: list[TimelineLine] = []
    criteria = 0
    for line in lines:
        criteria += line.heading in _SECTIONS
        (folded if line.heading in _SECTIONS and criteria > _MOST_CRITERIA else shown).append(line)
    return shown, folded


def _told(phrase: Phrase, whole: Sequence[Mark] = ()) -> TimelineLine:
    line = line_of(phrase, label=80, value=_LONGEST, item=160)
    return TimelineLine(
        label=line.label,
        heading=plain(phrase.heading or ""),
        level=phrase.severity.value,
        sign=line.sign,
        word=line.word,
        was=line.was,
        now=line.now,
        note=line.note,
        sentence=cut(_without_names(phrase, line), _LONGEST),
        pieces=line.pieces,
        quote=line.quote,
        items=line.items[:_MOST_ITEMS],
        more=max(0, len(line.items) - _MOST_ITEMS),
        origin=line.origin,
        whole=pieces_of(((mark.kind.value, mark.text) for mark in whole), _LONGEST_WHOLE),
    )


def _without_names(phrase: Phrase, line: Line) -> str:
    """Cut off the names of many where they follow as a list: `8 sites now recruiting in France`; totals are kept."""
    head = plain(phrase.head or "")
    if not (head and line.items and line.sentence[len(head) :].startswith(f": {line.items[0]}")):
        return line.sentence
    head = head[:1].upper() + head[1:]
    return f"{head}. {plain(phrase.totals)}" if phrase.totals else head
