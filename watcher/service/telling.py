"""Tells each recipient what they have not been told: when they are due, from the ledger's windows, into the outbox.

Message, cursor and slot move in one transaction; a recipient who fails harms nobody else. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from watcher.config.model import Cadence, RecipientConfig
from watcher.config.watchlist import Watchlist
from watcher.digests.routing import Followed, trials_for, watches_of
from watcher.digests.slots import newest_slot, next_slots
from watcher.errors import StoreError, WatcherError
from watcher.service.channels import Line, lines_of, message_domain, stop_address, thread_of
from watcher.service.faults import failing
from watcher.service.parts import Parts, Signals
from watcher.store.telling import Composed, NewMessage, Reader, Window

if TYPE_CHECKING:
    from watcher.digests import model as digest
    from watcher.service.windows import Comparisons, Told

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one recipient is due.

    Attributes:
        recipient: Who.
        reader: Them, as the ledger knows them.
        followed: The trials they are told about.
        slot: The slot served, as the ledger spells it; None without one.
        is_due: Whether a digest is due; else only a welcome can be.
    """

    recipient: RecipientConfig
    reader: Reader
    followed: tuple[Followed, ...]
    slot: str | None
    is_due: bool


def meet_recipients(parts: Parts, now: datetime) -> None:
    """Start the readers not known yet: from now on, whatever the poll about to begin finds.

    Also settles edited cadences, new channels, and messages of recipients no longer configured.
    """
    config = parts.loaded.config
    for recipient in config.recipient:
        slot = newest_slot(recipient.send, config.zone(recipient), now)
        parts.store.ledger.start_reader(
            recipient.name,
            send=str(recipient.send),
            slot=slot.isoformat() if slot else None,
            channels=[line.key for line in lines_of(recipient)],
            now=now,
        )
    known = [(recipient.name, line.key) for recipient in config.recipient for line in lines_of(recipient)]
    for entry in parts.store.outbox.retire(known, now):
        log.warning("message_retired", id=entry.id, recipient=entry.recipient, channel=entry.channel)


def tell_due(parts: Parts, watchlist: Watchlist, signals: Signals, *, is_complete: bool, send_all: bool = False) -> int:
    """Compose for every recipient who is due and put the messages into the outbox.

    Args:
        parts: What the run works with.
        watchlist: What is watched, merged ids followed; while a part of it cannot be read nobody is told anything.
        signals: Hears which recipients could not be composed for, and which templates were replaced.
        is_complete: Whether the last poll was complete: only then are immediate recipients told and newcomers greeted.
        send_all: Tell everybody now, also those whose slot lies ahead.

    Returns:
        How many messages were put into the outbox.
    """
    if not watchlist.is_whole:
        log.warning("telling_waits", reason="a watchlist cannot be read")
        return 0  # a cursor that moved on would pass over the trials in it
    now = parts.clock()
    comparisons: Comparisons | None = None
    count = 0
    for recipient in parts.loaded.config.recipient:
        part = f"digest for {recipient.name}"
        try:
            telling = _telling(parts, recipient, watchlist, now, is_complete=is_complete, send_all=send_all)
            if telling is None:
                continue
            if comparisons is None:
                from watcher.service.windows import Comparisons

                comparisons = Comparisons(store=parts.store)
            composed = _compose(parts, telling, comparisons, signals, now, greet=is_complete)
            parts.store.ledger.commit_composed(composed, now)
        except StoreError:
            raise
        except WatcherError as error:
            signals.failing(part, f"{part} could not be made: {error}")
            log.warning("digest_failed", recipient=recipient.name, reason=str(error))
            continue
        except Exception as error:  # the boundary of one recipient: a bug met by one must not stop the others
            signals.tripped(part, f"the program tripped over {part} ({type(error).__name__}); please report it")
            log.exception("digest_failed", recipient=recipient.name)
            continue
        signals.well(part)
        count += len(composed.messages)
        log.info("digest_composed", recipient=recipient.name, messages=len(composed.messages), slot=telling.slot)
    return count


def _telling(
    parts: Parts, recipient: RecipientConfig, watchlist: Watchlist, now: datetime, *, is_complete: bool, send_all: bool
) -> Telling | None:
    """Say what a recipient is due; None when there is nothing to compose and nothing to write down."""
    reader = parts.store.ledger.reader(recipient.name)
    if reader is None:
        return None
    config = parts.loaded.config
    followed = trials_for(recipient, config, watchlist)
    newest = newest_slot(recipient.send, config.zone(recipient), now)
    slot = (
        newest.isoformat() if newest and (reader.last_slot is None or newest.isoformat() > reader.last_slot) else None
    )
    is_immediate = recipient.send.cadence is Cadence.IMMEDIATE
    is_due = slot is not None or send_all or (is_immediate and is_complete)
    greet = is_complete and recipient.welcome and reader.welcomed_at is None
    has_news = reader.cursor < parts.store.versions.max_seq()
    if not greet and not (is_due and (has_news or slot)):
        return None
    return Telling(recipient=recipient, reader=reader, followed=followed, slot=slot, is_due=is_due)


def _compose(
    parts: Parts, telling: Telling, comparisons: Comparisons, signals: Signals, now: datetime, *, greet: bool
) -> Composed:
    newest = parts.store.versions.max_seq()
    messages: list[NewMessage] = []
    is_greeting = greet and telling.recipient.welcome and telling.reader.welcomed_at is None
    for line in lines_of(telling.recipient):
        occasions = _occasions(parts, telling, line, comparisons, newest, now, greet=is_greeting)
        for occasion in occasions:
            messages += compose_messages(parts, occasion, line, signals)
    return Composed(
        recipient=telling.recipient.name,
        cursor=newest if telling.is_due else telling.reader.cursor,
        slot=telling.slot,
        messages=tuple(messages),
        welcomed=is_greeting,
    )


def _occasions(
    parts: Parts,
    telling: Telling,
    line: Line,
    comparisons: Comparisons,
    newest: int,
    now: datetime,
    *,
    greet: bool,
) -> Iterator[digest.Occasion]:
    from watcher.service import occasions

    if greet:
        yield occasions.welcome(parts, telling.recipient, telling.followed, telling.reader, now)
    if telling.is_due:
        told = told_on(parts, telling.recipient, telling.reader, telling.followed, line, comparisons)
        if any(entry.story is not None for entry in told):
            key = telling.slot or f"v{newest}"
            yield occasions.digest_of(parts, telling.recipient, telling.followed, told, key=key, now=now)


def told_on(
    parts: Parts,
    recipient: RecipientConfig,
    reader: Reader,
    followed: Sequence[Followed],
    line: Line,
    comparisons: Comparisons,
) -> tuple[Told, ...]:
    """Compare what a recipient has not been told on one channel; a channel added later begins later."""
    from watcher.service.windows import untold

    windows = parts.store.ledger.windows(recipient.name, [trial.nct_id for trial in followed])
    begins = reader.channels.get(line.key, 0)
    if begins > reader.cursor:
        windows = tuple(_since(parts, window, begins) for window in windows if window.newest > begins)
    names = {trial.nct_id: trial.short_name for trial in followed}
    return untold(windows, comparisons, short_names=names, least=recipient.least)


def _since(parts: Parts, window: Window, begins: int) -> Window:
    """Move a window's base up to where a channel begins."""
    if window.base is None or window.base >= begins:
        return window
    passed = parts.store.versions.steps(window.nct_id, window.base, begins)
    if not passed:
        return window
    return replace(window, base=passed[-1].seq, steps=window.steps - len(passed))


def compose_messages(parts: Parts, occasion: digest.Occasion, line: Line, signals: Signals) -> tuple[NewMessage, ...]:
    """Render an occasion for one channel into frozen messages.

    Raises:
        RenderError: A built-in template failed.
    """
    from watcher.digests.compose import compose

    composed = compose(
        occasion,
        channel=line.key,
        medium=line.medium,
        domain=message_domain(parts.loaded.config),
        templates=parts.templates(),
        thread=thread_of(parts.loaded.config),
    )
    for note in composed.notes:
        signals.failing(f"template {note.template}", note.problem)
    if not composed.notes:
        _signal_mended(parts, composed.rendered, signals)
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


def _signal_mended(parts: Parts, rendered: Collection[str], signals: Signals) -> None:
    """Say of templates told as failing that they work: they, or what includes them, were rendered without a note."""
    for fault in failing(parts.store.faults.all()):
        name = fault.part.removeprefix("template ")
        if name != fault.part and (name in rendered or name.rpartition("/")[2].startswith("_")):
            signals.well(fault.part)


def reader_of(parts: Parts, recipient: RecipientConfig, now: datetime) -> digest.Reader:
    """Describe a recipient for a message: zone, level, watches, how to stop, the next slot."""
    from watcher.config.model import Least
    from watcher.digests import model as digest

    config = parts.loaded.config
    coming = next_slots(recipient.send, config.zone(recipient), now, 1)
    return digest.Reader(
        name=recipient.name,
        zone=config.zone(recipient),
        least=Least(recipient.least),
        watches=watches_of(recipient, config),
        stop=stop_address(config),
        next_digest=coming[0] if coming else None,
    )
