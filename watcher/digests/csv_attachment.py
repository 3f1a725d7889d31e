"""What a mail has no room for, as a table for a spreadsheet that goes with it.

Of a welcome, the table lists the trials. Of a digest, it holds every change of every trial that is not told in full,
the loudest first; what one file has no room for goes into the next one, with a mail of its own. Does not decide what is
told in full.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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


def tables_of(stories: Sequence[Story]) -> tuple[tuple[Attachment, AttachedView], ...]:
    """Make the files: every change of every trial, in as many files as it takes.

    Args:
        stories: What is not told in full, loudest first; may be empty.

    Returns:
        The files, each within `MAX_CSV`, and what is said of each. The changes of one trial stand in one file, unless
        they alone are more than a file holds.
    """
    sheets = [sheet for sheet in _sheets(stories) if sheet.rows]
    parts, listed = len(sheets), set[str]()
    made = []
    for number, sheet in enumerate(sheets, 1):
        listed |= sheet.ids.keys()
        name = FILE_NAME if number == 1 else NEXT_NAME.format(number)
        view = AttachedView(
            name=name,
            changes=len(sheet.rows),
            trials=len(sheet.ids),
            trials_left=len({story.nct_id for story in stories} - listed),
            part=number,
            parts=parts,
        )
        content = _BYTE_ORDER_MARK + _HEAD + "".join(sheet.rows)
        made.append((Attachment(name=name, subtype="csv", content=content), view))
    return tuple(made)


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
class _Sheet:
    """One file in the making."""

    rows: list[str] = field(default_factory=list)
    ids: dict[str, None] = field(default_factory=dict)
    size: int = 0

    def add(self, nct_id: str, rows: Sequence[str], size: int) -> None:
        self.rows += rows
        self.ids[nct_id] = None
        self.size += size


def _sheets(stories: Sequence[Story]) -> Sequence[_Sheet]:
    sheets = [_Sheet()]
    room = MAX_CSV - len((_BYTE_ORDER_MARK + _HEAD).encode())
    for story in stories:
        rows = [_line(_row(story, phrase)) for phrase in (*story.lines, *story.minor)]
        sizes = [len(row.encode()) for row in rows]
        if sheets[-1].size + sum(sizes) <= room:
            sheets[-1].add(story.nct_id, rows, sum(sizes))
            continue
        if sheets[-1].rows:
            sheets.append(_Sheet())
        for row, size in zip(rows, sizes, strict=True):  # usually all of them fit into the new one
            if sheets[-1].size + size > room:
                sheets.append(_Sheet())
            sheets[-1].add(story.nct_id, (row,), size)
    return sheets


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
