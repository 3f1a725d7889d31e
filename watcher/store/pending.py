"""What lies untold between a reader and a trial's newest version, as a pure rule over version rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from watcher.store.delivery_model import Window


class VersionMark(NamedTuple):
    """One version of a trial, as far as windows need it."""

    seq: int
    baseline: bool
    is_event: bool


def window(nct_id: str, told: int, marks: Sequence[VersionMark]) -> Window | None:
    """Return a reader's window on one trial.

    Nothing is compared across a baseline: when the newest baseline lies after what was told last, it is the base.

    Args:
        nct_id: The trial.
        told: Everything up to this version counts as told: the reader's exempt for this trial, else the cursor.
        marks: All versions of the trial, oldest first; at least one.

    Returns:
        The window, or None when the newest version was told.
    """
    newest = marks[-1]
    if newest.seq <= told:
        return None
    baseline = max((mark.seq for mark in marks if mark.baseline), default=marks[0].seq)
    base = max((mark.seq for mark in marks if mark.seq <= told), default=0)
    base = max(base, baseline)
    if base == newest.seq:
        return Window(nct_id=nct_id, base=None, newest=newest.seq, steps=0, is_event=newest.is_event)
    return Window(
        nct_id=nct_id,
        base=base,
        newest=newest.seq,
        steps=sum(mark.seq > base for mark in marks),
        is_event=newest.is_event,
        from_baseline=baseline > told,
    )
