"""Register new recipients of the configuration and detect renames."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from dataclasses import dataclass
from datetime import datetime

import structlog

from watcher.config.config_model import RecipientConfig
from watcher.context import (
    DIGEST_PART,
    PAGE_TEMPLATE_PART,
    PAGES_PART,
    RECIPIENT_PART,
    REMOVED_PART,
    FaultReport,
    RunContext,
)
from watcher.digests.slots import newest_slot
from watcher.pipeline.destinations import EMAIL, WAYS, all_destinations, destinations_of, part_of
from watcher.pipeline.fault_states import failing
from watcher.pipeline.stranded_notices import carry_over
from watcher.store.delivery_model import RECIPIENT_NOTES, RecipientState, State, recipient_note
from watcher.store.takeover import RECIPIENT_REMOVED

log = structlog.get_logger()

_ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A recipient who is known by another name, as far as the address tells."""

    old: str
    new: str

    def __str__(self) -> str:
        """Return the suspicion and what to do, as a sentence."""
        command = f"watcher db rename-recipient {shlex.quote(self.old)} {shlex.quote(self.new)}"
        return (
            f'recipient "{self.new}" has the address that "{self.old}" had, who is not configured any more; if it is '
            f"the same one, stop the watcher and run: {command}"
        )


def sync_recipients(context: RunContext, now: datetime) -> None:
    """Start the readers not known yet: from now on, whatever the poll about to begin finds.

    Also settles edited cadences, new and replaced channels, and messages and faults of recipients no longer configured.
    """
    config = context.loaded.config
    for recipient in config.recipient:
        slot = newest_slot(recipient.send, config.zone(recipient), now)
        context.store.ledger.start_recipient(
            recipient.name,
            send=str(recipient.send),
            slot=slot.isoformat() if slot else None,
            channels=[destination.key for destination in destinations_of(recipient)],
            now=now,
        )
        _remember_address(context, recipient)
    reroute_messages(context, now)
    _forget_faults(context)


def reroute_messages(context: RunContext, now: datetime) -> None:
    """Move waiting messages to the channel that replaced theirs, and settle those left without one."""
    config = context.loaded.config
    keys = {
        (recipient.name, destination.way): destination.key
        for recipient in config.recipient
        for destination in destinations_of(recipient)
    }
    for entry in context.store.outbox.reroute(keys, now):
        log.info("message_rerouted", id=entry.id, recipient=entry.recipient, channel=entry.channel)
    known = [
        (recipient.name, destination.key)
        for recipient in config.recipient
        for destination in destinations_of(recipient)
    ]
    settled = context.store.outbox.retire(known, now)
    for event, entries in (
        ("message_waits_for_its_recipient", settled.removed),
        ("message_sent_after_all", settled.back),
        ("message_composed_anew", settled.anew),
        ("message_told_elsewhere", settled.told),
        ("message_retired", settled.ended),
    ):
        for entry in entries:
            log.warning(event, id=entry.id, recipient=entry.recipient, channel=entry.channel)
    carry_over(context, now)


def signal_removed(context: RunContext, faults: FaultReport) -> None:
    """Report messages that wait for a recipient who was taken out, and end the fault when they are settled."""
    waiting: dict[str, list[datetime]] = {}
    for entry in context.store.outbox.list(states=[State.PENDING, State.UNKNOWN]):
        if entry.last_reply == RECIPIENT_REMOVED and entry.next_attempt_at is not None:
            waiting.setdefault(entry.recipient, []).append(entry.next_attempt_at)
    for name, until in waiting.items():
        what = "1 message waits" if len(until) == 1 else f"{len(until)} messages wait"
        faults.failing(
            f"{REMOVED_PART}{name}",
            f'{what} for "{name}", who is no longer in the configuration; sent if "{name}" is back before '
            f"{min(until):%d %b %Y}, given up then",
        )
    for fault in failing(context.store.faults.all()):
        if fault.part.startswith(REMOVED_PART) and fault.part.removeprefix(REMOVED_PART) not in waiting:
            faults.well(fault.part)


def renamed_recipients(context: RunContext) -> tuple[Renamed, ...]:
    """Find configured recipients, new or told no news yet, at the address of one who is no longer configured.

    Returns:
        At most one per configured recipient, in the order of the configuration; usually empty.
    """
    configured = {recipient.name for recipient in context.loaded.config.recipient}
    readers = {reader.name: reader for reader in context.store.ledger.recipients()}
    gone = sorted((one for one in readers.values() if one.name not in configured), key=lambda one: one.started_at)
    if not gone:
        return ()
    notes = context.store.notes.all(RECIPIENT_NOTES)
    marks = {one.name: set(json.loads(notes.get(recipient_note(one.name, _ADDRESS), "[]"))) for one in gone}
    found = []
    for recipient in context.loaded.config.recipient:
        own = set(_marks(recipient))
        old = next((one for one in reversed(gone) if own & marks[one.name]), None)
        if old is not None and _is_new(context, readers.get(recipient.name), old):
            found.append(Renamed(old=old.name, new=recipient.name))
    return tuple(found)


def signal_renamed(context: RunContext, faults: FaultReport) -> None:
    """Report recipients that seem to be renamed, and end the fault when that is settled."""
    suspected = {f"{RECIPIENT_PART}{one.new}": str(one) for one in renamed_recipients(context)}
    for part, text in suspected.items():
        faults.failing(part, text)
    for fault in failing(context.store.faults.all()):
        if fault.part.startswith(RECIPIENT_PART) and fault.part not in suspected:
            faults.well(fault.part)


def _forget_faults(context: RunContext) -> None:
    """Forget the faults of channels, recipients and pages that the operator took out: nothing is left to mend."""
    config = context.loaded.config
    there = {
        part_of(destination.key, name)
        for destination in all_destinations(config)
        for name in (None, destination.recipient.name)
    }
    there |= {f"{DIGEST_PART}{recipient.name}" for recipient in config.recipient}
    for fault in failing(context.store.faults.all()):
        is_of_way = re.split(r"[: ]", fault.part)[0] in WAYS
        is_of_pages = fault.part == PAGES_PART or fault.part.startswith(PAGE_TEMPLATE_PART)
        is_gone = (is_of_way or fault.part.startswith(DIGEST_PART)) and fault.part not in there
        if is_gone or (is_of_pages and config.pages.dir is None):
            context.store.faults.remove(fault.part)
            log.info("fault_forgotten", part=fault.part)


def _is_new(context: RunContext, reader: RecipientState | None, old: RecipientState) -> bool:
    """Return whether a recipient was met after another and was told nothing since but a welcome: it can take over."""
    if reader is None:
        return True
    if reader.started_at <= old.started_at:
        return False
    messages = context.store.outbox.list(states=tuple(State), recipient=reader.name)
    return all(message.created_at == reader.welcomed_at for message in messages)


def _remember_address(context: RunContext, recipient: RecipientConfig) -> None:
    """Keep marks of a recipient's addresses, not the addresses themselves."""
    name, marks = recipient_note(recipient.name, _ADDRESS), json.dumps(_marks(recipient))
    if context.store.notes.get(name) != marks:
        context.store.notes.put(name, marks)


def _marks(recipient: RecipientConfig) -> list[str]:
    address = (recipient.email or "").casefold()
    keys = [
        f"{destination.key}\0{address}" if destination.key == EMAIL else destination.key
        for destination in destinations_of(recipient)
    ]
    return sorted(hashlib.sha256(place.encode()).hexdigest()[:16] for place in keys)
