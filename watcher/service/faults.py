"""The fault table: what the operator is told of a failing part, and when.

Per root cause one row: ok → failing → told → reminded (daily) → recovered (design: Faults). Telling means a line on
standard error of a one-shot run, an event in the log, and, when an operator is named, one notice at the beginning and
one at the end; reminders are lines and events, never messages. Faults go to the operator, never to readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.service.fault_words import words_of
from watcher.store.telling import Fault, FaultState

REMIND_AFTER = timedelta(days=1)


class Tell(StrEnum):
    """What the operator hears of one part now."""

    NEW = "new"
    REMINDER = "reminder"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One part's row as it is now, and what is told of it; None is silence."""

    fault: Fault
    tell: Tell | None


def advance(known: Fault | None, part: str, failing: str | None, now: datetime) -> Transition | None:
    """Move one part on.

    Args:
        known: Its row, or None when it never failed.
        part: Its name.
        failing: What fails, one sentence; None when the part was seen to work.
        now: The time.

    Returns:
        The new row and what to tell; None when nothing has to be written down.
    """
    is_failing = known is not None and known.state in (FaultState.FAILING, FaultState.TOLD, FaultState.REMINDED)
    if failing is None:
        if known is None or not is_failing:
            return None
        over = replace(known, state=FaultState.RECOVERED, told_at=now)
        return Transition(fault=over, tell=Tell.OVER)
    if known is None or not is_failing:
        new = Fault(part=part, state=FaultState.TOLD, since=now, message=failing, told_at=now)
        return Transition(fault=new, tell=Tell.NEW)
    if known.told_at is None or now - known.told_at >= REMIND_AFTER:
        again = replace(known, state=FaultState.REMINDED, message=failing, told_at=now)
        return Transition(fault=again, tell=Tell.REMINDER)
    return None if known.message == failing else Transition(fault=replace(known, message=failing), tell=None)


def line(transition: Transition) -> str | None:
    """Give the line a one-shot run prints, or None."""
    fault = transition.fault
    since = f"{fault.since:%d %b %Y %H:%M} UTC"
    match transition.tell:
        case Tell.NEW:
            return f"{fault.part}: {fault.message}"
        case Tell.REMINDER:
            return f"{fault.part}: still {words_of(fault).state} since {since}: {fault.message}"
        case Tell.OVER:
            words = words_of(fault)
            return f"{fault.part}: {words.over}, after {words.during} since {since}"
        case None:
            return None


def failing(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Give the rows that stand for a failure now, in their order."""
    return tuple(fault for fault in faults if fault.state in (FaultState.FAILING, FaultState.TOLD, FaultState.REMINDED))
