"""What a mail has no room for, as a table for a spreadsheet that goes with it.

Holds every change of every trial that is not told in full, the loudest first, until the file is full; the rest is
counted. Does not decide what is told in full.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from watcher.changes.model import Phrase, Story
from watcher.digests.stories import RECORD_URL
from watcher.rendering.message import Attachment
from watcher.rendering.view import AttachedView
from watcher.text import csv_cell

MAX_CSV = 500_000
"""Bytes of the file. Ours: relays take 10 MB and more, but nobody reads a longer table."""

FILE_NAME = "changes.csv"

_LEAST_ROOM = 2_000  # bytes: with less left the file is full, and the rest is not tried for what might be short enough

_COLUMNS = ("Trial", "Name", "Level", "When", "What", "Was", "Now", "In words", "Record")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def table_of(stories: Sequence[Story]) -> tuple[Attachment, AttachedView] | None:
    """Make the file.

    Args:
        stories: What is not told in full, loudest first; may be empty.

    Returns:
        The file and what is said of it; None when there is nothing to attach. A trial is in it whole or not at all.
    """
    rows = [_line(_COLUMNS)]
    size = len((_BYTE_ORDER_MARK + rows[0]).encode())
    changes = trials = 0
    for story in stories:
        if size > MAX_CSV - _LEAST_ROOM:
            break
        lines = [_line(_row(story, phrase)) for phrase in (*story.lines, *story.minor)]
        needed = sum(len(line.encode()) for line in lines)
        if size + needed > MAX_CSV:
            continue
        rows += lines
        size += needed
        trials += 1
        changes += len(lines)
    if not trials:
        return None
    view = AttachedView(name=FILE_NAME, changes=changes, trials=trials, trials_left=len(stories) - trials)
    return Attachment(name=FILE_NAME, subtype="csv", content=_BYTE_ORDER_MARK + "".join(rows)), view


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
