"""The fault table: what the operator is told of a failing part, and when.

Per root cause one row: ok → failing → told → reminded (daily) → recovered (design: Faults). Telling means a line on
standard error of a one-shot run, an event in the log, and, when an operator is named, one notice at the beginning, one
when it becomes worse, and one at the end; reminders are lines and events, never messages. A temporary fault stands as
failing and is told only when it lasts. Faults go to the operator, never to recipients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.pipeline.fault_kinds import words_of
from watcher.store.delivery_model import Fault, FaultGrade, FaultState

REMIND_AFTER = timedelta(days=1)

TELL_TEMPORARY_AFTER = timedelta(hours=1)
"""How long a temporary fault lasts before it is told (design: Faults)."""

_STANDING = frozenset({FaultState.FAILING, FaultState.NOTIFIED, FaultState.REMINDED})


class Announcement(StrEnum):
    """What the operator hears of one part now."""

    NEW = "new"
    WORSE = "worse"
    REMINDER = "reminder"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The new row of one part, and the announcement it leads to; None when nothing is announced."""

    fault: Fault
    announcement: Announcement | None


def advance(
    known: Fault | None, part: str, failing: str | None, now: datetime, grade: FaultGrade = FaultGrade.LASTING
) -> Transition | None:
    """Move one part on.

    Args:
        known: Its row, or None when it never failed.
        part: Its name.
        failing: What fails, one sentence; None when the part was seen to work.
        now: The time.
        grade: How bad it is. A row keeps the worst grade until the fault is over, so that a fault that goes back and
            forth between two grades is not told each time.

    Returns:
        The new row and what to tell; None when nothing has to be written down.
    """
    if failing is None:
        return None if known is None or known.state not in _STANDING else _over(known, now)
    if known is None or known.state not in _STANDING:
        new = Fault(part=part, state=FaultState.FAILING, since=now, message=failing, grade=grade)
        return (
            _announced(new, Announcement.NEW, now)
            if grade is not FaultGrade.TEMPORARY
            else Transition(fault=new, announcement=None)
        )
    present = replace(known, message=failing, grade=max(known.grade, grade, key=lambda one: one.rank))
    if known.notified_at is None:
        is_to_tell = present.grade is not FaultGrade.TEMPORARY or _is_past(known.since, TELL_TEMPORARY_AFTER, now)
        return _announced(present, Announcement.NEW, now) if is_to_tell else _silent(known, present)
    if present.grade is not known.grade:
        return _announced(present, Announcement.WORSE, now)
    if _is_past(known.notified_at, REMIND_AFTER, now):
        return _announced(present, Announcement.REMINDER, now)
    return _silent(known, present)


def _announced(fault: Fault, announcement: Announcement, now: datetime) -> Transition:
    state = FaultState.REMINDED if announcement is Announcement.REMINDER else FaultState.NOTIFIED
    return Transition(fault=replace(fault, state=state, notified_at=now), announcement=announcement)


def _silent(known: Fault, present: Fault) -> Transition | None:
    return None if present == known else Transition(fault=present, announcement=None)


def _over(known: Fault, now: datetime) -> Transition:
    """End a fault; one that was never told ends without a word."""
    over = replace(known, state=FaultState.RECOVERED, notified_at=now)
    return Transition(fault=over, announcement=None if known.notified_at is None else Announcement.OVER)


def _is_past(moment: datetime, span: timedelta, now: datetime) -> bool:
    """Return whether so much time has passed since a moment; a moment in the future counts as long ago.

    After a clock that was ahead is set back, the fault is told again rather than kept silent until that moment.
    """
    return not timedelta(0) <= now - moment < span


def report_line(transition: Transition) -> str | None:
    """Return the line a one-shot run prints, or None."""
    fault = transition.fault
    since = f"{fault.since:%d %b %Y %H:%M} UTC"
    match transition.announcement:
        case Announcement.NEW | Announcement.WORSE:
            return f"{fault.part}: {fault.message}"
        case Announcement.REMINDER:
            return f"{fault.part}: still {words_of(fault).state} since {since}: {fault.message}"
        case Announcement.OVER:
            words = words_of(fault)
            return f"{fault.part}: {words.over}, after {words.during} since {since}"
        case None:
            return None


def failing(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return the rows that stand for a failure now, in their order, told or not yet."""
    return tuple(fault for fault in faults if fault.state in _STANDING)
