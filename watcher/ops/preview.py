"""A digest as it would be sent, and a marked sample by the real path; neither changes what the ledger knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from watcher.config.config_model import RecipientConfig
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.digests.messages import compose
from watcher.digests.model import Medium, Occasion, Sample
from watcher.digests.routing import SubscribedTrial, trials_for
from watcher.errors import ConfigError, DeliveryError
from watcher.pipeline import content
from watcher.pipeline.compose import reader_of
from watcher.pipeline.destinations import Destination, address_of, carrier, destinations_of, message_domain, thread_of
from watcher.pipeline.due import last_digest, snoozed_trials
from watcher.pipeline.pending_changes import ComparisonCache, PendingStory, pending_stories
from watcher.pipeline.subscriptions import audience_of, pending_on
from watcher.pipeline.watchlist_resolution import follow_merged
from watcher.rendering.message import Message
from watcher.store.delivery_model import Window


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
    followed = tuple(trial for trial in every if trial.nct_id not in held)
    told = _told(context, recipient, followed, since)
    if not any(entry.story is not None for entry in told):
        return ()
    now = context.clock()
    key = f"preview-{context.store.versions.max_seq()}"
    reader = context.store.ledger.reader(recipient.name) if since is None else None
    last = last_digest(context.store, reader) if reader is not None else None
    digest = content.digest_of(context, recipient, followed, told, key=key, now=now, last=last)
    return _composed(context, digest, "preview", Medium.SLACK if is_slack else Medium.EMAIL)


def mail_bytes(context: RunContext, message: Message, recipient: RecipientConfig) -> bytes:
    """Return the mail as it would go over the wire."""
    from watcher.delivery import mime
    from watcher.delivery.headers import parse_mailbox

    email = context.loaded.config.email
    head = (
        mime.letterhead(email.sender, email.reply_to, email.unsubscribe)
        if email is not None
        else mime.letterhead(f"Trial watcher <watcher@{message_domain(context.loaded.config)}>")
    )
    return mime.build(message, head, parse_mailbox(recipient.email) if recipient.email is not None else None)


async def send_sample(context: RunContext, recipient: RecipientConfig) -> tuple[Attempt, ...]:
    """Send a marked sample by each of a recipient's channels, past the outbox: nothing is retried."""
    return tuple([await _send_sample(context, line) for line in destinations_of(recipient)])


async def _send_sample(context: RunContext, line: Destination) -> Attempt:
    now = context.clock()
    sample = Sample(reader=reader_of(context, line.recipient, now), key=f"test-{now.isoformat()}", at=now)
    message = _composed(context, sample, line.key, line.medium)[0]
    try:
        async with carrier(line, context).open() as session:
            receipt = await session.deliver(message, address_of(line, context), lambda _step: None)
    except (DeliveryError, ConfigError) as error:
        return Attempt(channel=line.medium.value, is_accepted=False, reply=str(error))
    return Attempt(channel=line.medium.value, is_accepted=True, reply=receipt.reply)


def _composed(context: RunContext, occasion: Occasion, channel: str, medium: Medium) -> tuple[Message, ...]:
    config, templates = context.loaded.config, context.templates()
    domain, thread = message_domain(config), thread_of(config)
    composed = compose(
        occasion,
        channel=channel,
        medium=medium,
        domain=domain,
        store_id=context.store.identity(),
        templates=templates,
        thread=thread,
    )
    return composed.messages


def _told(
    context: RunContext, recipient: RecipientConfig, followed: tuple[SubscribedTrial, ...], since: datetime | None
) -> tuple[PendingStory, ...]:
    comparisons = ComparisonCache(store=context.store)
    reader = context.store.ledger.reader(recipient.name)
    if since is None:
        if reader is None:
            return ()
        line = replace(destinations_of(recipient)[0], key="preview")
        return pending_on(context, recipient, reader, followed, line, comparisons)
    windows = tuple(window for trial in followed if (window := _window_since(context, trial.nct_id, since)) is not None)
    names = {trial.nct_id: trial.short_name for trial in followed}
    return pending_stories(
        windows, comparisons, short_names=names, least=recipient.least, ear=audience_of(context, recipient)
    )


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
        steps=len(after),
        is_event=newest.kind.value != "record",
    )
