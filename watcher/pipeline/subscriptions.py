"""What one recipient has not been told, as they hear it: their windows, their audience, their level, their channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.config.config_model import RecipientConfig
from watcher.context import RunContext
from watcher.digests.levels import Audience
from watcher.digests.routing import SubscribedTrial
from watcher.pipeline.destinations import Destination
from watcher.pipeline.pending_changes import ComparisonCache, PendingStory, pending_stories
from watcher.store.delivery_model import RecipientState


def audience_of(context: RunContext, recipient: RecipientConfig, searches: tuple[tuple[str, str], ...]) -> Audience:
    """Return how a recipient hears: their audience's rules, where they are, and the searches they follow."""
    rules = context.loaded.presets.get(recipient.audience) if recipient.audience is not None else None
    return Audience(preset=rules, near=recipient.near, searches=searches)


def pending_on_each(
    context: RunContext,
    recipient: RecipientConfig,
    state: RecipientState,
    subscribed: Sequence[SubscribedTrial],
    destinations: Sequence[Destination],
    comparisons: ComparisonCache,
    audience: Audience,
) -> Mapping[str, tuple[PendingStory, ...]]:
    """Compare what a recipient has not been told, by channel; a channel added later begins later.

    Channels that begin together share their stories: a thousand of them take 40 MB.
    """
    begins = {destination.key: state.channels.get(destination.key, 0) for destination in destinations}
    by_begin = {
        begin: _pending_from(context, recipient, subscribed, begin, comparisons, audience)
        for begin in dict.fromkeys(begins.values())
    }
    return {key: by_begin[begin] for key, begin in begins.items()}


def _pending_from(
    context: RunContext,
    recipient: RecipientConfig,
    subscribed: Sequence[SubscribedTrial],
    begins: int,
    comparisons: ComparisonCache,
    audience: Audience,
) -> tuple[PendingStory, ...]:
    windows = context.store.ledger.windows(recipient.name, [trial.nct_id for trial in subscribed], begins=begins)
    names = {trial.nct_id: trial.short_name for trial in subscribed}
    return pending_stories(windows, comparisons, short_names=names, least=recipient.least, audience=audience)
