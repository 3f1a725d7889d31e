"""Report the faults of deliveries that the store holds: suspensions, and messages given up or rejected.

Read from the store at every run, so that a run which ended between writing and telling leaves nothing untold, the daily
reminder comes, and a fault ends when its message is sent or let go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog

from watcher.context import MESSAGE_PART, REFUSALS_PART, FaultReport, RunContext
from watcher.pipeline.destinations import Destination, part_of
from watcher.pipeline.fault_states import failing
from watcher.pipeline.settle import part_of_message, sentence_of
from watcher.store.delivery_model import ENDED_IN_VAIN, Fault, FaultGrade, OutboxEntry, State
from watcher.store.takeover import NOT_CONFIGURED, RECIPIENT_REMOVED

log = structlog.get_logger()

Destinations = Mapping[tuple[str, str], Destination]
"""The configured ways, by recipient and channel key."""

_TOLD_OTHERWISE = (RECIPIENT_REMOVED, NOT_CONFIGURED)
"""What ended messages that are told under another name."""
_WAITING = (State.PENDING, State.UNKNOWN, State.SENDING)


def signal_standing(context: RunContext, destinations: Destinations, faults: FaultReport) -> None:
    """Report what still fails after sending: suspended channels and recipients, and single messages."""
    _signal_suspended(context, destinations, faults)
    _signal_messages(context, destinations, faults)
    _settle_channels(context, destinations, faults)


def _signal_suspended(context: RunContext, destinations: Destinations, faults: FaultReport) -> None:
    known_keys = {(recipient, key) for name, key in destinations for recipient in (None, name)}
    for suspension in context.store.outbox.suspensions():
        if (suspension.recipient, suspension.channel) in known_keys:
            grade = FaultGrade.SUSPENDED if suspension.probe_at is None else FaultGrade.LASTING
            faults.failing(part_of(suspension.channel, suspension.recipient), suspension.reason, grade)


def _signal_messages(context: RunContext, destinations: Destinations, faults: FaultReport) -> None:
    standing = {fault.part: fault for fault in failing(context.store.faults.all())}
    in_vain: dict[str, list[OutboxEntry]] = defaultdict(list)
    for entry in context.store.outbox.list(states=ENDED_IN_VAIN):
        if (entry.recipient, entry.channel) in destinations and entry.last_reply not in _TOLD_OTHERWISE:
            in_vain[f"{REFUSALS_PART}{part_of(entry.channel)}"].append(entry)
    for part, entries in in_vain.items():
        _signal_in_vain(part, entries, standing, faults)
    tried = {part_of_message(entry.id) for entry in context.store.outbox.list(states=_WAITING) if entry.attempts}
    for part in standing:
        if part in faults.by_part or not part.startswith((MESSAGE_PART, REFUSALS_PART)):
            continue
        if part in tried:
            faults.failing(part, standing[part].message, standing[part].grade)
        else:
            faults.well(part)


def _signal_in_vain(
    part: str, entries: Sequence[OutboxEntry], standing: Mapping[str, Fault], faults: FaultReport
) -> None:
    """Report the messages of one channel that are not tried again: a single one by its number, several as one fault.

    A message that was told by its number stays under it until it is settled.
    """
    others = []
    for entry in entries:
        known = standing.get(part_of_message(entry.id))
        is_told = known is not None and known.notified_at is not None
        if is_told or (len(entries) == 1 and part not in standing):
            faults.failing(part_of_message(entry.id), sentence_of(entry), _grade_of(entry))
        else:
            others.append(entry)
    if others:
        worst = max(map(_grade_of, others), key=lambda grade: grade.rank)
        last = sentence_of(others[-1])
        faults.failing(part, f"messages that are not tried again: {len(entries)}; the last: {last}", worst)


def _grade_of(entry: OutboxEntry) -> FaultGrade:
    return FaultGrade.LOST if entry.state is State.DEAD else FaultGrade.SUSPENDED


def _settle_channels(context: RunContext, destinations: Destinations, faults: FaultReport) -> None:
    """Go on with what passes while something waits for it; forget it when nothing does: nothing is left to deliver."""
    channel_parts = {part_of(key, who): (key, who) for name, key in destinations for who in (None, name)}
    unheard = [
        fault
        for fault in failing(context.store.faults.all())
        if fault.part in channel_parts and fault.part not in faults.by_part and fault.grade is not FaultGrade.SUSPENDED
    ]
    for fault in unheard:
        key, who = channel_parts[fault.part]
        if context.store.outbox.list(states=_WAITING, recipient=who, channel=key):
            faults.failing(fault.part, fault.message, fault.grade)
        else:
            _forget(context, fault)


def _forget(context: RunContext, fault: Fault) -> None:
    context.store.faults.remove(fault.part)
    log.info("fault_forgotten", part=fault.part)
