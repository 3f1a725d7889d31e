"""The pending window between a cursor and a trial's newest version, as a pure rule over version rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from watcher.store.delivery_model import Window


class VersionMark(NamedTuple):
    """The part of a version that windows need; `is_move` is a move into a search or out of one, which is no update."""

    seq: int
    baseline: bool
    is_event: bool
    is_move: bool = False


def window(nct_id: str, told: int, marks: Sequence[VersionMark]) -> Window | None:
    """Return the pending window of one trial.

    Nothing is compared across a baseline: the newest baseline after `told` becomes the base.

    Args:
        nct_id: The trial.
        told: Versions up to this one are not pending: the trial's override, else the cursor.
        marks: All versions of the trial, oldest first; at least one.

    Returns:
        The window; None if the newest version is not pending.
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
        steps=max(sum(mark.seq > base and not mark.is_move for mark in marks), 1),
        is_event=newest.is_event,
        from_baseline=baseline > told,
    )
