"""Who is due what at a moment: a digest, urgent news, a welcome, a sign of life; and who hears nothing for now.

Reads the ledger, compares and composes nothing. A recipient in quiet hours or snoozed is due nothing, so cursor and
slot stay where they are and everything is told when that ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.config.config_model import Cadence, RecipientConfig
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.digests.quiet_hours import quiet_until
from watcher.digests.routing import SubscribedTrial, searches_for, trials_for
from watcher.digests.slots import newest_slot, next_slots
from watcher.pipeline.read_counts import LastDigest
from watcher.store.delivery_model import CursorOverride, OverrideDirection, RecipientState, Snooze, recipient_note
from watcher.store.store import Store

LAST_COMPOSED = "heard"
"""Note of a recipient: when something was last composed for them."""

URGENT_UP_TO = "looked"
"""Note of a recipient: up to which version urgent news was looked for."""

DIGESTED = "digested"
"""Note of a recipient: when the last digest or welcome was composed, and the registry's data version then."""

A_WEEK = timedelta(days=7) - timedelta(hours=2)
"""After how much silence a weekly sign of life is due; less two hours, since slots drift and some days are shorter."""

_SETTLED = "telling.settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeContext:
    """What holds for everybody while recipients are told.

    Attributes:
        now: The time.
        newest: The newest version there is.
        is_complete: Whether a complete poll has just ended.
        is_settled: Whether everything stored was so when a poll had read all that came of one data version.
        complete_at: When the last complete poll ended, or None.
        read_at: When the last poll ended that read trials or found that nothing had moved, or None.
        send_all: Whether everybody is told now.
        snoozes: What is held back now.
    """

    now: datetime
    newest: int
    is_complete: bool
    is_settled: bool
    complete_at: datetime | None
    read_at: datetime | None
    send_all: bool
    snoozes: tuple[Snooze, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """What one recipient is due.

    Attributes:
        recipient: Who.
        state: Them, as the ledger knows them.
        subscribed: The trials they are told about, those snoozed left out.
        snoozed: The trials they follow that are held back.
        searches: The searches they follow, as `routing.searches_for` gives them.
        slot: The slot served, as the ledger spells it; None without one.
        is_due: Whether a digest is due.
        greets: Whether a welcome is due.
        is_urgent: Whether urgent news is looked for; never together with a digest.
        silent_since: Since when there was nothing to tell, where a sign of life is due should that stay so; else None.
        overrides: The trials that do not follow their cursor.
        last: Their last digest or welcome, or when they were met.
    """

    recipient: RecipientConfig
    state: RecipientState
    subscribed: tuple[SubscribedTrial, ...]
    snoozed: tuple[SubscribedTrial, ...]
    searches: tuple[tuple[str, str], ...]
    slot: str | None
    is_due: bool
    greets: bool
    is_urgent: bool
    silent_since: datetime | None
    overrides: tuple[CursorOverride, ...]
    last: LastDigest


def compose_context(
    context: RunContext, now: datetime, *, is_complete: bool, is_settled: bool, send_all: bool
) -> ComposeContext:
    """Read what holds for every recipient, and record the state at the end of a poll.

    Args:
        context: What the run works with.
        now: The time.
        is_complete: Whether a complete poll has just ended.
        is_settled: Whether a poll has just ended whose answers were all of one data version.
        send_all: Whether everybody is told now.
    """
    newest = context.store.versions.max_seq()
    settled = context.store.notes.get(_SETTLED)
    if is_settled and settled != str(newest):
        context.store.notes.put(_SETTLED, str(newest))
    complete, read = context.store.polls.last_complete(), context.store.polls.last_read()
    return ComposeContext(
        now=now,
        newest=newest,
        is_complete=is_complete,
        is_settled=is_settled or settled == str(newest),
        complete_at=complete.finished if complete is not None else None,
        read_at=read.finished if read is not None else None,
        send_all=send_all,
        snoozes=context.store.snoozes.active(now),
    )


def due(
    context: RunContext, recipient: RecipientConfig, watchlist: Watchlist, composing: ComposeContext
) -> DigestPlan | None:
    """Return what a recipient is due; None when there is nothing to compose or to store."""
    state = context.store.ledger.recipient(recipient.name)
    if state is None or is_held(context, recipient, composing.now, composing.snoozes):
        return None
    slot = _slot(context, recipient, state, composing.now)
    is_immediate = recipient.send.cadence is Cadence.IMMEDIATE
    is_due = slot is not None or composing.send_all or (is_immediate and composing.is_settled)
    greets = recipient.welcome and state.welcomed_at is None and _was_read_for(state, composing)
    may_be_urgent = recipient.urgent is not None and composing.is_settled
    if not (is_due or greets or may_be_urgent):
        return None  # the usual case at a tick: no further look at the store
    overrides = context.store.ledger.overrides(recipient.name)
    subscribed = trials_for(recipient, context.loaded.config, watchlist)
    held = snoozed_trials(recipient, composing.snoozes)
    has_news = state.cursor < composing.newest or any(
        one.direction is OverrideDirection.BEHIND and one.nct_id not in held for one in overrides
    )
    notes = _notes(context, recipient)
    is_urgent = may_be_urgent and not is_due and has_news and int(notes.get(URGENT_UP_TO, "0")) < composing.newest
    silent_since = _silent_since(recipient, state, notes, slot, composing) if is_due else None
    if not (greets or is_urgent or (is_due and (has_news or slot)) or silent_since is not None):
        return None
    return DigestPlan(
        recipient=recipient,
        state=state,
        subscribed=tuple(trial for trial in subscribed if trial.nct_id not in held),
        snoozed=tuple(trial for trial in subscribed if trial.nct_id in held),
        searches=searches_for(recipient, context.loaded.config, watchlist),
        slot=slot,
        is_due=is_due,
        greets=greets,
        is_urgent=is_urgent,
        silent_since=silent_since,
        overrides=overrides,
        last=last_digest(context.store, state),
    )


def last_digest(store: Store, state: RecipientState) -> LastDigest:
    """Return a recipient's last digest or welcome; before the first one, when they were met."""
    note = store.notes.get(recipient_note(state.name, DIGESTED))
    if note is not None:
        found = json.loads(note)
        return LastDigest(at=datetime.fromisoformat(found["at"]), data_version=found["data_version"])
    poll = store.polls.last_complete(until=state.started_at)
    return LastDigest(at=state.started_at, data_version=poll.token[:10] if poll is not None and poll.token else None)


def is_held(context: RunContext, recipient: RecipientConfig, now: datetime, snoozes: tuple[Snooze, ...]) -> bool:
    """Return whether a recipient hears nothing now: quiet hours, or snoozed as a whole."""
    if any(one.recipient == recipient.name and one.nct_id is None for one in snoozes):
        return True
    return quiet_until(recipient.quiet, context.loaded.config.zone(recipient), now) is not None


def snoozed_trials(recipient: RecipientConfig, snoozes: tuple[Snooze, ...]) -> frozenset[str]:
    """Return the ids held back for a recipient."""
    return frozenset(
        one.nct_id for one in snoozes if one.nct_id is not None and one.recipient in (None, recipient.name)
    )


def _slot(context: RunContext, recipient: RecipientConfig, state: RecipientState, now: datetime) -> str | None:
    """Return the slot to serve, or None.

    A clock set back serves no slot twice. When the last one served lies beyond the next one, the clock had been far
    ahead: waiting for it might be waiting for years, so the slots begin anew; told is only what was not told by then.
    """
    zone = context.loaded.config.zone(recipient)
    newest = newest_slot(recipient.send, zone, now)
    if newest is None:
        return None
    if state.last_slot is not None and newest.isoformat() <= state.last_slot:
        (coming,) = next_slots(recipient.send, zone, now, 1)
        return newest.isoformat() if state.last_slot > coming.isoformat() else None
    return newest.isoformat()


def _was_read_for(state: RecipientState, composing: ComposeContext) -> bool:
    """Return whether a complete poll has ended since a recipient was met: the welcome can say how each trial stands."""
    if composing.is_complete:
        return True
    return composing.is_settled and composing.complete_at is not None and composing.complete_at >= state.started_at


def _notes(context: RunContext, recipient: RecipientConfig) -> Mapping[str, str]:
    if recipient.urgent is None and recipient.heartbeat is None:
        return {}
    start = recipient_note(recipient.name)
    return {name.removeprefix(start): value for name, value in context.store.notes.all(start).items()}


def _silent_since(
    recipient: RecipientConfig,
    state: RecipientState,
    notes: Mapping[str, str],
    slot: str | None,
    composing: ComposeContext,
) -> datetime | None:
    """Return since when a recipient heard nothing, if that is long enough to say so and the trials were read since."""
    if recipient.heartbeat is None:
        return None
    since = (
        datetime.fromisoformat(notes[LAST_COMPOSED])
        if LAST_COMPOSED in notes
        else state.welcomed_at or state.started_at
    )
    if recipient.heartbeat == "slot":
        is_long = slot is not None
        since = max(since, datetime.fromisoformat(state.last_slot)) if state.last_slot is not None else since
    else:
        is_long = composing.now - since >= A_WEEK
    was_read = composing.read_at is not None and composing.read_at > since
    return since if is_long and was_read else None
