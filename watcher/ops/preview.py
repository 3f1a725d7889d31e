"""A digest as it would be sent, and a marked sample by the real path; neither changes what the ledger knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from watcher.config.config_model import RecipientConfig
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.delivery import mime
from watcher.delivery.headers import parse_mailbox
from watcher.digests.levels import Audience
from watcher.digests.messages import compose
from watcher.digests.model import Medium, Notification, Sample
from watcher.digests.routing import SubscribedTrial, searches_for, trials_for
from watcher.errors import ConfigError, DeliveryError
from watcher.pipeline import content
from watcher.pipeline.added_trials import added_trials
from watcher.pipeline.compose_messages import addressee_of
from watcher.pipeline.destinations import Destination, address_of, carrier, destinations_of, message_domain, thread_of
from watcher.pipeline.due import last_digest, snoozed_trials
from watcher.pipeline.pending_changes import ComparisonCache, PendingStory, pending_stories
from watcher.pipeline.subscriptions import audience_of, pending_on_each
from watcher.pipeline.watchlist_resolution import follow_merged
from watcher.rendering.message import Message
from watcher.store.delivery_model import Window
from watcher.store.trial_model import VersionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one sample: the kind of channel, whether it was accepted, the reply or the reason."""

    channel: str
    is_accepted: bool
    reply: str


def preview_messages(
    context: RunContext, watchlist: Watchlist, recipient: RecipientConfig, *, since: datetime | None, is_slack: bool
) -> tuple[Message, ...]:
    """Compose what a recipient would get now.

    Args:
        context: What the run works with; only read.
        watchlist: What is watched.
        recipient: For whom.
        since: As if nothing seen from then on had been told; None for what is pending_stories.
        is_slack: Whether to compose for Slack; else as for mail.

    Returns:
        The messages; empty when there is nothing to tell.
    """
    held = snoozed_trials(recipient, context.store.snoozes.active(context.clock()))
    every = trials_for(recipient, context.loaded.config, follow_merged(watchlist, context.store))
    subscribed = tuple(trial for trial in every if trial.nct_id not in held)
    audience = audience_of(context, recipient, searches_for(recipient, context.loaded.config, watchlist))
    pending = _pending(context, recipient, subscribed, since, audience)
    if not any(entry.story is not None for entry in pending):
        return ()
    now = context.clock()
    key = f"preview-{context.store.versions.max_seq()}"
    state = context.store.ledger.recipient(recipient.name) if since is None else None
    last = last_digest(context.store, state) if state is not None else None
    snoozed = tuple(trial for trial in every if trial.nct_id in held)
    new = added_trials(context, state, subscribed, snoozed, pending) if state is not None else None
    digest = content.digest_of(
        context,
        recipient,
        subscribed,
        pending,
        key=key,
        now=now,
        last=last,
        added=new.trials if new is not None else (),
        known=new.known if new is not None else None,
    )
    return _composed(context, digest, "preview", Medium.SLACK if is_slack else Medium.EMAIL)


def mail_bytes(context: RunContext, message: Message, recipient: RecipientConfig) -> bytes:
    """Return the mail as it would go over the wire."""
    email = context.loaded.config.email
    head = (
        mime.letterhead(email.sender, email.reply_to, email.unsubscribe)
        if email is not None
        else mime.letterhead(f"Trial watcher <watcher@{message_domain(context.loaded.config)}>")
    )
    return mime.build(message, head, parse_mailbox(recipient.email) if recipient.email is not None else None)


async def send_sample(context: RunContext, recipient: RecipientConfig) -> tuple[Attempt, ...]:
    """Send a marked sample by each of a recipient's channels, past the outbox: nothing is retried."""
    return tuple([await _send_sample(context, destination) for destination in destinations_of(recipient)])


async def _send_sample(context: RunContext, destination: Destination) -> Attempt:
    now = context.clock()
    sample = Sample(reader=addressee_of(context, destination.recipient, now), key=f"test-{now.isoformat()}", at=now)
    message = _composed(context, sample, destination.key, destination.medium)[0]
    try:
        async with carrier(destination, context).open() as session:
            receipt = await session.deliver(message, address_of(destination, context), lambda _step: None)
    except (DeliveryError, ConfigError) as error:
        return Attempt(channel=destination.medium.value, is_accepted=False, reply=str(error))
    return Attempt(channel=destination.medium.value, is_accepted=True, reply=receipt.reply)


def _composed(context: RunContext, notification: Notification, channel: str, medium: Medium) -> tuple[Message, ...]:
    config, templates = context.loaded.config, context.templates()
    domain, thread = message_domain(config), thread_of(config)
    composed = compose(
        notification,
        channel=channel,
        medium=medium,
        domain=domain,
        store_id=context.store.identity(),
        templates=templates,
        thread=thread,
    )
    return composed.messages


def _pending(
    context: RunContext,
    recipient: RecipientConfig,
    subscribed: tuple[SubscribedTrial, ...],
    since: datetime | None,
    audience: Audience,
) -> tuple[PendingStory, ...]:
    comparisons = ComparisonCache(store=context.store)
    state = context.store.ledger.recipient(recipient.name)
    if since is None:
        if state is None:
            return ()
        destination = replace(destinations_of(recipient)[0], key="preview")
        every = pending_on_each(context, recipient, state, subscribed, [destination], comparisons, audience)
        return every[destination.key]
    windows = tuple(
        window for trial in subscribed if (window := _window_since(context, trial.nct_id, since)) is not None
    )
    names = {trial.nct_id: trial.short_name for trial in subscribed}
    return pending_stories(windows, comparisons, short_names=names, least=recipient.least, audience=audience)


def _window_since(context: RunContext, nct_id: str, since: datetime) -> Window | None:
    """Return the window from the last version seen before a moment (or the newest baseline) to the newest."""
    versions = context.store.versions.of_trial(nct_id)
    if not versions:
        return None
    start = max(
        (number for number, version in enumerate(versions) if version.baseline or version.seen_at < since), default=0
    )
    after = versions[start + 1 :]
    if not after:
        return None
    newest = after[-1]
    return Window(
        nct_id=nct_id,
        base=versions[start].seq,
        newest=newest.seq,
        steps=max(sum(version.kind is not VersionKind.SEARCH for version in after), 1),
        is_event=newest.kind.value != "record",
    )
