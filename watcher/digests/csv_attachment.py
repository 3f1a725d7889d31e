"""What a mail has no room for, as a table for a spreadsheet that goes with it.

Of a welcome, the table lists the trials. Of a digest, it holds every change of every trial that is not told in full,
the loudest first; what one file has no room for goes into the next one, with a mail of its own. Does not decide what is
told in full.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from watcher.changes.model import Phrase, Story
from watcher.digests.model import WelcomedTrial
from watcher.digests.stories import RECORD_URL, without_id
from watcher.rendering.message import Attachment
from watcher.rendering.view import AttachedView
from watcher.text import csv_cell

MAX_CSV = 3_400_000
"""Bytes of one file. Ours: in base64, with text and HTML beside it, the mail stays below 5 MB, which relays take."""

LIST_NAME = "trials.csv"
FILE_NAME = "changes.csv"
NEXT_NAME = "changes-{}.csv"

_COLUMNS = ("Trial", "Name", "Level", "When", "What", "Was", "Now", "In words", "Record")
_HEAD = ",".join(_COLUMNS) + "\r\n"
_LIST_COLUMNS = ("Trial", "Name", "Status", "Record")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredStory:
    """A story and how much room its changes take in a table; the rows themselves are not held.

    Attributes:
        story: The story.
        sizes: Bytes of each row, in their order.
    """

    story: Story
    sizes: tuple[int, ...]


def list_of(trials: Sequence[WelcomedTrial]) -> Attachment:
    """Make the file that lists the trials of a welcome, in their order; ids alone where more would not fit."""
    rows = [
        (trial.nct_id, without_id(trial.short_name, trial.nct_id), trial.status or "", RECORD_URL.format(trial.nct_id))
        for trial in trials
    ]
    content = _BYTE_ORDER_MARK + "".join(map(_line, (_LIST_COLUMNS, *rows)))
    if len(content.encode()) > MAX_CSV:
        content = _BYTE_ORDER_MARK + "".join(_line(row[:1]) for row in (_LIST_COLUMNS, *rows))
    return Attachment(name=LIST_NAME, subtype="csv", content=content)


@dataclass(slots=True)
class Sheet:
    """One file in the making: which rows of which stories it holds.

    Attributes:
        runs: Stories, each with the first of its rows and the one after the last.
        size: Bytes of the rows.
        rows: How many rows there are.
    """

    runs: list[tuple[Story, int, int]] = field(default_factory=list)
    size: int = 0
    rows: int = 0

    def add(self, story: Story, start: int, stop: int, size: int) -> None:
        """Add rows of a story."""
        self.rows += stop - start
        if self.runs and self.runs[-1][0] is story and self.runs[-1][2] == start:
            start = self.runs.pop()[1]
        self.runs.append((story, start, stop))
        self.size += size


def measure(story: Story) -> MeasuredStory:
    """Return how much room the changes of a story take."""
    return MeasuredStory(story=story, sizes=tuple(len(row.encode()) for row in _rows(story)))


def lay_out(measured: Sequence[MeasuredStory]) -> tuple[Sheet, ...]:
    """Spread the changes of stories over as many files as it takes.

    Args:
        measured: What is not told in full, loudest first; may be empty.

    Returns:
        The files, each within `MAX_CSV`. The changes of one trial stand in one file, unless they alone are more than
        a file holds.
    """
    sheets = [Sheet()]
    room = MAX_CSV - len((_BYTE_ORDER_MARK + _HEAD).encode())
    for one in measured:
        total = sum(one.sizes)
        if sheets[-1].size + total > room and sheets[-1].rows:
            sheets.append(Sheet())
        if sheets[-1].size + total <= room:
            sheets[-1].add(one.story, 0, len(one.sizes), total)
            continue
        for number, size in enumerate(one.sizes):
            if sheets[-1].size + size > room:
                sheets.append(Sheet())
            sheets[-1].add(one.story, number, number + 1, size)
    return tuple(sheet for sheet in sheets if sheet.rows)


def views_of(sheets: Sequence[Sheet]) -> tuple[AttachedView, ...]:
    """Return what is said of each file."""
    every, listed = {story.nct_id for sheet in sheets for story, _, _ in sheet.runs}, set[str]()
    views = []
    for number, sheet in enumerate(sheets, 1):
        ids = {story.nct_id for story, _, _ in sheet.runs}
        listed |= ids
        view = AttachedView(
            name=FILE_NAME if number == 1 else NEXT_NAME.format(number),
            changes=sheet.rows,
            trials=len(ids),
            trials_left=len(every - listed),
            part=number,
            parts=len(sheets),
        )
        views.append(view)
    return tuple(views)


def write(sheet: Sheet, name: str) -> Attachment:
    """Make a file of a sheet."""
    rows = (row for story, start, stop in sheet.runs for row in islice(_rows(story), start, stop))
    return Attachment(name=name, subtype="csv", content="".join((_BYTE_ORDER_MARK, _HEAD, *rows)))


def _rows(story: Story) -> Iterator[str]:
    return (_line(_row(story, phrase)) for phrase in (*story.lines, *story.minor))


def _row(story: Story, phrase: Phrase) -> Iterable[str]:
    return (
        story.nct_id,
        story.short_name,
        phrase.severity.value,
        story.when,
        f"{phrase.heading}: {phrase.label}" if phrase.heading else phrase.label,
        phrase.was or "",
        phrase.now or "",
        phrase.sentence,
        RECORD_URL.format(story.nct_id),
    )


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([csv_cell(text) for text in cells])
    return written.getvalue()
