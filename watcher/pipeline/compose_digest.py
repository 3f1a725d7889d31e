"""Compose what one recipient is due: their pending changes become notifications, messages and a moved cursor.

Reads the store; `compose` commits the result. Loaded only when somebody is due.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from watcher.changes.model import Severity
from watcher.config.config_model import RecipientConfig
from watcher.context import STORED_PART, FaultReport, RunContext
from watcher.digests import model as digest
from watcher.digests.model import Digest, Welcome
from watcher.pipeline import content
from watcher.pipeline.added_trials import ANNOUNCED, AddedTrials, added_trials, all_announced
from watcher.pipeline.compose_messages import compose_messages
from watcher.pipeline.destinations import Destination, destinations_of
from watcher.pipeline.display_names import keep_missing_names
from watcher.pipeline.due import (
    DIGESTED,
    LAST_COMPOSED,
    URGENT_UP_TO,
    ComposeContext,
    DigestPlan,
    snoozed_trials,
)
from watcher.pipeline.pending_changes import ComparisonCache, PendingStory
from watcher.pipeline.subscriptions import audience_of, pending_on_each
from watcher.rendering.message import PackedJson
from watcher.store.delivery_model import ComposeResult, CursorOverride, NewMessage, OverrideDirection


def compose_plan(
    context: RunContext, plan: DigestPlan, comparisons: ComparisonCache, faults: FaultReport, composing: ComposeContext
) -> ComposeResult:
    """Return the messages of one recipient and how their cursor moves; commits nothing."""
    recipient, state = plan.recipient, plan.state
    destinations = destinations_of(recipient)
    audience = audience_of(context, recipient, plan.searches)
    pending: Mapping[str, tuple[PendingStory, ...]] = {destination.key: () for destination in destinations}
    if plan.is_due or plan.is_urgent:
        pending = pending_on_each(context, recipient, state, plan.subscribed, destinations, comparisons, audience)
    ahead = _ahead(recipient, pending) if plan.is_urgent else {}
    damaged = {one.window.nct_id: one.damage for entries in pending.values() for one in entries if one.damage}
    for nct_id, damage in damaged.items():
        faults.damaged(f"{STORED_PART}{nct_id}", damage)
    if any(entry.story is not None for entries in pending.values() for entry in entries):
        keep_missing_names(context.store, [one.nct_id for one in (*plan.subscribed, *plan.snoozed)])
    added = _added(context, plan, pending, ahead)
    messages: list[NewMessage] = []
    told: dict[str, str] = {}
    if added is not None and added.untold_note is not None:
        told[ANNOUNCED] = added.untold_note
    for destination in destinations:
        for notification in _notifications(context, plan, destination, pending, ahead, comparisons, composing, added):
            messages += compose_messages(context, notification, destination, faults)
            told |= _told(notification, plan, composing, added)
    return ComposeResult(
        recipient=recipient.name,
        cursor=composing.newest if plan.is_due else state.cursor,
        slot=plan.slot,
        messages=tuple(messages),
        overrides=_overrides_behind(context, plan, damaged) if plan.is_due else _overrides_ahead(ahead),
        cleared=_caught_up(plan, composing, damaged) if plan.is_due else (),
        welcomed=plan.greets,
        notes={**_notes(plan, composing, is_composed=bool(messages)), **told},
    )


def _added(
    context: RunContext, plan: DigestPlan, pending: Mapping[str, Sequence[PendingStory]], ahead: Mapping[str, int]
) -> AddedTrials | None:
    """Return what the recipient does not know yet; None where a welcome tells it, or where nothing is told."""
    if plan.greets or not (plan.is_due or ahead):
        return None
    told_now = [entry for entries in pending.values() for entry in entries if not ahead or entry.window.nct_id in ahead]
    return added_trials(context, plan.state, plan.subscribed, plan.snoozed, told_now)


def _notifications(
    context: RunContext,
    plan: DigestPlan,
    destination: Destination,
    pending: Mapping[str, tuple[PendingStory, ...]],
    ahead: Mapping[str, int],
    comparisons: ComparisonCache,
    composing: ComposeContext,
    added: AddedTrials | None,
) -> Iterator[digest.Notification]:
    recipient, subscribed, now = plan.recipient, plan.subscribed, composing.now
    held = [one.nct_id for one in plan.overrides if one.direction is OverrideDirection.BEHIND]
    newcomers = added.trials if added is not None else ()
    known = added.known if added is not None else None

    def data(entries: Sequence[PendingStory]) -> tuple[PackedJson, ...]:
        if not destination.medium.carries_data:
            return ()
        return content.data_of(context, entries, comparisons, audience_of(context, recipient, plan.searches))

    if plan.greets:
        yield content.welcome(context, recipient, subscribed, plan.state, now, plan.searches)
    if plan.is_urgent:
        urgent, others = _split_urgent(pending[destination.key], ahead)
        if urgent:
            key = f"urgent-v{composing.newest}"
            yield content.digest_of(
                context,
                recipient,
                subscribed,
                urgent,
                key=key,
                now=now,
                later=others,
                data=data(urgent),
                last=plan.last,
                held=held,
                snoozed=plan.snoozed,
                known=known,
            )
    elif any(entry.story is not None for entry in pending[destination.key]):
        entries, key = pending[destination.key], _key(plan, composing)
        yield content.digest_of(
            context,
            recipient,
            subscribed,
            entries,
            key=key,
            now=now,
            data=data(entries),
            last=plan.last,
            held=held,
            snoozed=plan.snoozed,
            added=newcomers,
            known=known,
        )
    elif plan.silent_since is not None and _is_silent(plan, pending):
        key = now.isoformat()  # after a clock that went ahead, its slot may have been told of before
        since = plan.silent_since
        entries, last = pending[destination.key], plan.last
        yield content.heartbeat(
            context, recipient, subscribed, entries, since=since, key=key, now=now, last=last, added=newcomers
        )


def _told(
    notification: digest.Notification, plan: DigestPlan, composing: ComposeContext, added: AddedTrials | None
) -> Mapping[str, str]:
    """Note when a digest or a welcome was made, and of which trials the recipient knows from then on.

    An urgent message between two digests is neither; a heartbeat only names added trials.
    """
    notes = {}
    if isinstance(notification, Welcome):
        notes[ANNOUNCED] = all_announced((*plan.subscribed, *plan.snoozed))
    elif added is not None and added.note is not None and not plan.is_urgent:
        notes[ANNOUNCED] = added.note
    if isinstance(notification, Welcome) or (isinstance(notification, Digest) and not plan.is_urgent):
        at, data_version = composing.now.isoformat(), notification.reading.data_version
        notes[DIGESTED] = json.dumps({"at": at, "data_version": data_version})
    return notes


def _key(plan: DigestPlan, composing: ComposeContext) -> str:
    """Name a digest by its slot and its version; one that only catches up has no version of its own.

    By both, for the slots begin anew when the clock had been ahead.
    """
    is_late = plan.state.cursor == composing.newest
    version = f"v{plan.state.cursor}-{composing.newest}" + (f"-{composing.now.isoformat()}" if is_late else "")
    return version if plan.slot is None else f"{plan.slot}-{version}"


def _is_silent(plan: DigestPlan, pending: Mapping[str, tuple[PendingStory, ...]]) -> bool:
    """Return whether there was really nothing: no story on any channel, none told ahead of the slot, no greeting."""
    was_urgent = any(one.direction is OverrideDirection.AHEAD for one in plan.overrides)
    has_story = any(entry.story is not None for entries in pending.values() for entry in entries)
    return not (plan.greets or was_urgent or has_story)


def _ahead(recipient: RecipientConfig, pending: Mapping[str, Sequence[PendingStory]]) -> Mapping[str, int]:
    """Return the trials that are urgent for a recipient, each with its newest version.

    What is so on one channel goes ahead on all: another, which began later, may have something less urgent about the
    same trial, and the exempt is everyone's.
    """
    least = Severity(recipient.urgent.value).rank if recipient.urgent is not None else -1
    return {
        entry.window.nct_id: entry.window.newest
        for entries in pending.values()
        for entry in entries
        if entry.story is not None and entry.story.severity.rank <= least
    }


def _split_urgent(
    pending: Sequence[PendingStory], ahead: Mapping[str, int]
) -> tuple[tuple[PendingStory, ...], tuple[PendingStory, ...]]:
    """Part what a channel tells at once from what waits for the digest."""
    is_urgent = {id(entry): entry.story is not None and entry.window.nct_id in ahead for entry in pending}
    return (
        tuple(entry for entry in pending if is_urgent[id(entry)]),
        tuple(entry for entry in pending if not is_urgent[id(entry)]),
    )


def _overrides_ahead(ahead: Mapping[str, int]) -> tuple[CursorOverride, ...]:
    """Return the overrides that move urgent trials ahead of the cursor; their later changes are told from there."""
    return tuple(
        CursorOverride(nct_id=nct_id, direction=OverrideDirection.AHEAD, base=newest)
        for nct_id, newest in ahead.items()
    )


def _overrides_behind(context: RunContext, plan: DigestPlan, damaged: Collection[str]) -> tuple[CursorOverride, ...]:
    """Return the overrides that keep snoozed and damaged trials behind the cursor, each at the version told last."""
    held = [*(trial.nct_id for trial in plan.snoozed), *damaged]
    if not held:
        return ()
    windows = context.store.ledger.windows(plan.recipient.name, held)
    return tuple(
        CursorOverride(nct_id=window.nct_id, direction=OverrideDirection.BEHIND, base=window.base)
        for window in windows
        if window.base is not None
    )


def _caught_up(plan: DigestPlan, composing: ComposeContext, damaged: Collection[str]) -> tuple[str, ...]:
    held = snoozed_trials(plan.recipient, composing.snoozes).union(damaged)
    return tuple(
        one.nct_id for one in plan.overrides if one.direction is OverrideDirection.BEHIND and one.nct_id not in held
    )


def _notes(plan: DigestPlan, composing: ComposeContext, *, is_composed: bool) -> Mapping[str, str]:
    notes = {}
    if plan.recipient.urgent is not None and (plan.is_due or plan.is_urgent):
        notes[URGENT_UP_TO] = str(composing.newest)
    if plan.recipient.heartbeat is not None and is_composed:
        notes[LAST_COMPOSED] = composing.now.isoformat()
    return notes
