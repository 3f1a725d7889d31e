"""Whether the watcher is well: alive (it works by its clock) and ready (nothing fails that concerns everybody).

A pure judgement of vitals. A registry or a relay that is down leaves it alive: starting it again would not help.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.ops.clock_watch import LARGEST_DRIFT
from watcher.ops.health_snapshot import HealthSnapshot
from watcher.ops.liveness import STALLED_AFTER
from watcher.pipeline.fault_kinds import kind_of

PATIENCE = timedelta(minutes=15)
"""A poll may take a while, and so may the tries before the registry is called unreachable."""

POLLS_MISSED = 3
"""So many intervals without a poll are too many."""


class Weight(StrEnum):
    """What a remark means."""

    DEAD = "not alive"
    UNREADY = "not ready"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is not as it should be, in a sentence."""

    part: str
    weight: Weight
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The judgement.

    Attributes:
        remarks: What is not as it should be, the weightiest first; empty when all is well.
    """

    remarks: tuple[Remark, ...]

    @property
    def is_alive(self) -> bool:
        """It works by its clock: starting it again would not help."""
        return all(remark.weight is not Weight.DEAD for remark in self.remarks)

    @property
    def is_ready(self) -> bool:
        """It is alive, and nothing fails that concerns everybody."""
        return all(remark.weight is Weight.NOTE for remark in self.remarks)


def longest_silence(poll_every: timedelta) -> timedelta:
    """Return how old the last poll may be where nothing else is asked for: three intervals, and some patience."""
    return POLLS_MISSED * poll_every + PATIENCE


def judge(snapshot: HealthSnapshot, max_age: timedelta) -> Health:
    """Return the health of the watcher.

    Args:
        snapshot: How it is.
        max_age: How old the last poll may be; of a one-shot run a little more than the time between two.
    """
    found = (*_life(snapshot, max_age), *_polls(snapshot, max_age), *_faults(snapshot))
    order = list(Weight)
    return Health(remarks=tuple(sorted(found, key=lambda remark: order.index(remark.weight))))


def _life(snapshot: HealthSnapshot, max_age: timedelta) -> Iterator[Remark]:
    """A daemon shows its beat; of one-shot runs there is only what they left, the record of their polls."""
    if snapshot.beat is not None:
        if snapshot.run is None:
            said = f"the daemon ended without being asked to; its last sign of life is of {_time(snapshot.beat)}"
            yield Remark(part="daemon", weight=Weight.DEAD, said=said)
        elif snapshot.beat_age is None:
            said = f"the daemon's last sign of life is not of this start of the machine; it says {_time(snapshot.beat)}"
            yield Remark(part="daemon", weight=Weight.DEAD, said=said)
        elif snapshot.beat_age >= STALLED_AFTER:
            said = f"the daemon has stood still for {_span(snapshot.beat_age)}, since {_time(snapshot.beat)}"
            yield Remark(part="daemon", weight=Weight.DEAD, said=said)
    elif snapshot.run is None and _is_silent(snapshot, max_age):
        yield Remark(part="runs", weight=Weight.DEAD, said=_silence(snapshot, max_age))


def _polls(snapshot: HealthSnapshot, max_age: timedelta) -> Iterator[Remark]:
    if snapshot.beat is not None and snapshot.watched and snapshot.last is not None and _is_silent(snapshot, max_age):
        yield Remark(part="polls", weight=Weight.UNREADY, said=_silence(snapshot, max_age))


def _faults(snapshot: HealthSnapshot) -> Iterator[Remark]:
    for fault in snapshot.faults:
        # "… to NAME" is one recipient on a channel
        is_single = kind_of(fault.part, fault.message).is_single or " to " in fault.part
        weight = Weight.NOTE if is_single else Weight.UNREADY
        yield Remark(
            part=fault.part, weight=weight, said=f"{fault.part} fails since {_time(fault.since)}: {fault.message}"
        )


def _is_silent(snapshot: HealthSnapshot, max_age: timedelta) -> bool:
    return snapshot.last is None or not -LARGEST_DRIFT <= snapshot.now - snapshot.last.finished <= max_age


def _silence(snapshot: HealthSnapshot, max_age: timedelta) -> str:
    if snapshot.last is None:
        return "nothing was polled yet"
    if snapshot.last.finished > snapshot.now:
        return f"the last poll is of {_time(snapshot.last.finished)}, which is in the future: the clock was set back"
    return f"the last poll is of {_time(snapshot.last.finished)}, longer ago than {_span(max_age)}"


def _time(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M} UTC"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
