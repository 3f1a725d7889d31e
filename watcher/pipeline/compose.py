"""Report each recipient what they have not been told: when they are due, from the ledger's windows, into the outbox.

Message, cursor and slot move in one transaction; a recipient who fails harms nobody else. Sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from watcher.changes.model import Severity
from watcher.config.config_model import RecipientConfig
from watcher.config.watchlist import Watchlist
from watcher.context import DIGEST_PART, FaultReport, RunContext
from watcher.digests.routing import watches_of
from watcher.digests.slots import next_slots
from watcher.errors import DamagedError, StoreError, WatcherError
from watcher.pipeline.destinations import Destination, destinations_of, message_domain, stop_address, thread_of
from watcher.pipeline.due import DIGESTED, HEARD, LOOKED, ComposeContext, DigestPlan, due, moment_of, snoozed_trials
from watcher.pipeline.fault_states import failing
from watcher.pipeline.subscriptions import pending_on
from watcher.store.delivery_model import Composed, CursorOverride, Direction, NewMessage

if TYPE_CHECKING:
    from watcher.digests import model as digest
    from watcher.pipeline.pending_changes import ComparisonCache, PendingStory
    from watcher.rendering.message import PackedJson

log = structlog.get_logger()


def compose_due(
    context: RunContext,
    watchlist: Watchlist,
    faults: FaultReport,
    *,
    is_complete: bool,
    is_settled: bool = False,
    send_all: bool = False,
) -> int:
    """Compose for every recipient who is due and put the messages into the outbox.

    Args:
        context: What the run works with.
        watchlist: What is watched, merged ids followed; while a part of it cannot be read nobody is told anything.
        faults: Hears which recipients could not be composed for, and which templates were replaced.
        is_complete: Whether a complete poll has just ended: only then are newcomers greeted.
        is_settled: Whether all it brought is of one data version, as that of a complete poll is, though some did not
            come: only then are immediate recipients told.
        send_all: Tell everybody now, also those whose slot lies ahead.

    Returns:
        How many messages were put into the outbox.
    """
    if not watchlist.is_whole:
        log.warning("telling_waits", reason="a watchlist cannot be read")
        return 0  # a cursor that moved on would pass over the trials in it
    moment = moment_of(
        context, context.clock(), is_complete=is_complete, is_settled=is_settled or is_complete, send_all=send_all
    )
    comparisons: ComparisonCache | None = None
    count = 0
    for recipient in context.loaded.config.recipient:
        part = f"{DIGEST_PART}{recipient.name}"
        try:
            telling = due(context, recipient, watchlist, moment)
            if telling is None:
                continue
            if comparisons is None:
                from watcher.pipeline.pending_changes import ComparisonCache

                comparisons = ComparisonCache(store=context.store)
            composed = _compose(context, telling, comparisons, faults, moment)
            context.store.ledger.commit_composed(composed, moment.now)
        except DamagedError as error:  # concerns the readers of one trial, and no other
            faults.damaged(part, f"{part} could not be made: {error}")
            log.warning("digest_failed", recipient=recipient.name, reason=str(error))
            continue
        except StoreError:
            raise
        except WatcherError as error:
            faults.failing(part, f"{part} could not be made: {error}")
            log.warning("digest_failed", recipient=recipient.name, reason=str(error))
            continue
        except Exception as error:  # the boundary of one recipient: a bug met by one must not stop the others
            faults.tripped(part, f"the program tripped over {part} ({type(error).__name__}); please report it")
            log.exception("digest_failed", recipient=recipient.name)
            continue
        faults.well(part)
        count += len(composed.messages)
        log.info("digest_composed", recipient=recipient.name, messages=len(composed.messages), slot=telling.slot)
    return count


def _compose(
    context: RunContext, telling: DigestPlan, comparisons: ComparisonCache, faults: FaultReport, moment: ComposeContext
) -> Composed:
    recipient, reader = telling.recipient, telling.reader
    lines = destinations_of(recipient)
    told: dict[str, tuple[PendingStory, ...]] = {line.key: () for line in lines}
    if telling.is_due or telling.is_urgent:
        told = {line.key: pending_on(context, recipient, reader, telling.followed, line, comparisons) for line in lines}
    ahead = _ahead(recipient, told) if telling.is_urgent else {}
    messages: list[NewMessage] = []
    digested: dict[str, str] = {}
    for line in lines:
        for occasion in _occasions(context, telling, line, told, ahead, comparisons, moment):
            messages += compose_messages(context, occasion, line, faults)
            digested |= _digested(occasion, telling, moment)
    return Composed(
        recipient=recipient.name,
        cursor=moment.newest if telling.is_due else reader.cursor,
        slot=telling.slot,
        messages=tuple(messages),
        exempts=_held_back(context, telling) if telling.is_due else _told_ahead(ahead),
        cleared=_caught_up(telling, moment) if telling.is_due else (),
        welcomed=telling.greets,
        notes={**_notes(telling, moment, is_heard=bool(messages)), **digested},
    )


def _occasions(
    context: RunContext,
    telling: DigestPlan,
    line: Destination,
    told: Mapping[str, tuple[PendingStory, ...]],
    ahead: Mapping[str, int],
    comparisons: ComparisonCache,
    moment: ComposeContext,
) -> Iterator[digest.Occasion]:
    from watcher.pipeline import content

    recipient, followed, now = telling.recipient, telling.followed, moment.now
    held = [one.nct_id for one in telling.exempts if one.direction is Direction.BEHIND]

    def data(entries: Sequence[PendingStory]) -> tuple[PackedJson, ...]:
        return content.data_of(context, entries, comparisons) if line.medium.carries_data else ()

    if telling.greets:
        yield content.welcome(context, recipient, followed, telling.reader, now)
    if telling.is_urgent:
        urgent, others = _parted(told[line.key], ahead)
        if urgent:
            key = f"urgent-v{moment.newest}"
            yield content.digest_of(
                context,
                recipient,
                followed,
                urgent,
                key=key,
                now=now,
                untold=others,
                data=data(urgent),
                last=telling.last,
                held=held,
            )
    elif any(entry.story is not None for entry in told[line.key]):
        entries, key = told[line.key], _key(telling, moment)
        yield content.digest_of(
            context, recipient, followed, entries, key=key, now=now, data=data(entries), last=telling.last, held=held
        )
    elif telling.silent_since is not None and _is_silent(telling, told):
        key = now.isoformat()  # after a clock that went ahead, its slot may have been told of before
        since = telling.silent_since
        entries, last = told[line.key], telling.last
        yield content.heartbeat(context, recipient, followed, entries, since=since, key=key, now=now, last=last)


def _digested(occasion: digest.Occasion, telling: DigestPlan, moment: ComposeContext) -> Mapping[str, str]:
    """Note a digest or a welcome; an urgent message between two digests is neither."""
    from watcher.digests.model import Digest, Welcome

    is_digest = isinstance(occasion, Digest) and not telling.is_urgent
    if not (is_digest or isinstance(occasion, Welcome)):
        return {}
    assert isinstance(occasion, Digest | Welcome)  # noqa: S101 — just asked
    return {DIGESTED: json.dumps({"at": moment.now.isoformat(), "data_version": occasion.reading.data_version})}


def _key(telling: DigestPlan, moment: ComposeContext) -> str:
    """Name a digest by its slot and its version; one that only catches up has no version of its own.

    By both, for the slots begin anew when the clock had been ahead.
    """
    is_late = telling.reader.cursor == moment.newest
    version = f"v{telling.reader.cursor}-{moment.newest}" + (f"-{moment.now.isoformat()}" if is_late else "")
    return version if telling.slot is None else f"{telling.slot}-{version}"


def _is_silent(telling: DigestPlan, told: Mapping[str, tuple[PendingStory, ...]]) -> bool:
    """Return whether there was really nothing: no story on any channel, none told ahead of the slot, no greeting."""
    was_urgent = any(one.direction is Direction.AHEAD for one in telling.exempts)
    has_story = any(entry.story is not None for entries in told.values() for entry in entries)
    return not (telling.greets or was_urgent or has_story)


def _ahead(recipient: RecipientConfig, told: Mapping[str, Sequence[PendingStory]]) -> Mapping[str, int]:
    """Return the trials that are urgent for a recipient, each with its newest version.

    What is so on one channel goes ahead on all: another, which began later, may have something less loud to tell of the
    same trial, and the exempt is everyone's.
    """
    least = Severity(recipient.urgent.value).rank if recipient.urgent is not None else -1
    return {
        entry.window.nct_id: entry.window.newest
        for entries in told.values()
        for entry in entries
        if entry.story is not None and entry.story.severity.rank <= least
    }


def _parted(
    told: Sequence[PendingStory], ahead: Mapping[str, int]
) -> tuple[tuple[PendingStory, ...], tuple[PendingStory, ...]]:
    """Part what a channel tells at once from what waits for the digest."""
    is_urgent = {id(entry): entry.story is not None and entry.window.nct_id in ahead for entry in told}
    return (
        tuple(entry for entry in told if is_urgent[id(entry)]),
        tuple(entry for entry in told if not is_urgent[id(entry)]),
    )


def _told_ahead(ahead: Mapping[str, int]) -> tuple[CursorOverride, ...]:
    """Allow the cursor stand and the trials told at once go ahead of it: later changes are told from there."""
    return tuple(
        CursorOverride(nct_id=nct_id, direction=Direction.AHEAD, base=newest) for nct_id, newest in ahead.items()
    )


def _held_back(context: RunContext, telling: DigestPlan) -> tuple[CursorOverride, ...]:
    """Allow the cursor pass and the snoozed trials stay behind it, each with the version told last."""
    if not telling.snoozed:
        return ()
    windows = context.store.ledger.windows(telling.recipient.name, [trial.nct_id for trial in telling.snoozed])
    return tuple(
        CursorOverride(nct_id=window.nct_id, direction=Direction.BEHIND, base=window.base)
        for window in windows
        if window.base is not None
    )


def _caught_up(telling: DigestPlan, moment: ComposeContext) -> tuple[str, ...]:
    held = snoozed_trials(telling.recipient, moment.snoozes)
    return tuple(one.nct_id for one in telling.exempts if one.direction is Direction.BEHIND and one.nct_id not in held)


def _notes(telling: DigestPlan, moment: ComposeContext, *, is_heard: bool) -> Mapping[str, str]:
    notes = {}
    if telling.recipient.urgent is not None and (telling.is_due or telling.is_urgent):
        notes[LOOKED] = str(moment.newest)
    if telling.recipient.heartbeat is not None and is_heard:
        notes[HEARD] = moment.now.isoformat()
    return notes


def compose_messages(
    context: RunContext, occasion: digest.Occasion, line: Destination, faults: FaultReport
) -> tuple[NewMessage, ...]:
    """Render an occasion for one channel into frozen messages.

    Raises:
        RenderError: A built-in template failed.
    """
    from watcher.digests.messages import compose

    composed = compose(
        occasion,
        channel=line.key,
        medium=line.medium,
        domain=message_domain(context.loaded.config),
        store_id=context.store.identity(),
        templates=context.templates(),
        thread=thread_of(context.loaded.config),
    )
    for note in composed.notes:
        what = note.problem.rstrip(".")
        faults.failing(f"template {note.template}", f"{what}; the built-in one stands in until yours is mended")
    if not composed.notes:
        _signal_mended(context, composed.rendered, faults)
    return tuple(
        NewMessage(
            recipient=line.recipient.name,
            channel=line.key,
            subject=message.subject,
            message_id=message.message_id,
            payload=message.to_json(),
            part=message.part,
        )
        for message in composed.messages
    )


def _signal_mended(context: RunContext, rendered: Collection[str], faults: FaultReport) -> None:
    """Describe of templates told as failing that they work.

    They, or what includes them, were rendered without a note.
    """
    for fault in failing(context.store.faults.all()):
        name = fault.part.removeprefix("template ")
        if name != fault.part and context.templates().is_part_of(name, rendered):
            faults.well(fault.part)


def reader_of(context: RunContext, recipient: RecipientConfig, now: datetime) -> digest.Addressee:
    """Describe a recipient for a message: zone, level, watches, how to stop, the next slot."""
    from watcher.config.config_model import Least
    from watcher.digests import model as digest

    config = context.loaded.config
    coming = next_slots(recipient.send, config.zone(recipient), now, 1)
    return digest.Addressee(
        name=recipient.name,
        zone=config.zone(recipient),
        least=Least(recipient.least),
        watches=watches_of(recipient, config),
        stop=stop_address(config),
        next_digest=coming[0] if coming else None,
        pages=config.pages.url.rstrip("/") if config.pages.dir and config.pages.url else None,
    )
