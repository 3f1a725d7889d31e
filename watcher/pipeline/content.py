"""Collect the facts of one message: who it is for, what was read for them, what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from watcher.archive import decode
from watcher.changes.model import Story
from watcher.changes.serialize import dumps, printed
from watcher.changes.wording import values
from watcher.changes.wording.say import phrase
from watcher.config.config_model import RecipientConfig
from watcher.context import RunContext
from watcher.digests.levels import Audience, of_own_searches
from watcher.digests.model import Digest, Heartbeat, Welcome, WelcomedSearch, WelcomedTrial
from watcher.digests.new_trials import as_new_trial
from watcher.digests.routing import SubscribedTrial
from watcher.pipeline.compose_messages import addressee_of
from watcher.pipeline.display_names import display_names
from watcher.pipeline.pending_changes import ComparisonCache, PendingStory, WindowDiff
from watcher.pipeline.read_counts import LastDigest, read_for
from watcher.rendering.message import PackedJson
from watcher.store.delivery_model import RecipientState
from watcher.store.trial_model import Presence
from watcher.study.names import short_name as short_name_of
from watcher.study.typed import study_of

_A_WEEK = (timedelta(days=6, hours=12), timedelta(days=7, hours=12))


def welcome(
    context: RunContext,
    recipient: RecipientConfig,
    subscribed: Sequence[SubscribedTrial],
    state: RecipientState,
    now: datetime,
    searches: Sequence[tuple[str, str]] = (),
) -> Welcome:
    """Make the greeting: what is watched from now on; nothing is reported for what was already there.

    The `searches` are the keys of the searches the recipient follows, each with the name of its watch.
    """
    ids = [trial.nct_id for trial in subscribed]
    merged = {kept.nct_id for kept in context.store.trials.kept(ids) if kept.presence is Presence.MERGED}
    trials = {trial.nct_id: trial for trial in subscribed if trial.nct_id not in merged}
    states = context.store.searches.states() if searches else {}
    found = [(name, states[key]) for key, name in searches if key in states]
    members = {nct_id for _, search in found for nct_id in context.store.searches.members(search.key)}
    greeted = _all_greeted(context, trials, members)
    names = display_names(
        context.store, _own_names(subscribed), {one.nct_id: one.short_name for one in greeted.values()}
    )
    return Welcome(
        reader=addressee_of(context, recipient, now),
        reading=replace(read_for(context.store, subscribed, ()), unchanged=0),  # at first sight nothing is
        trials=tuple(replace(trial, short_name=names[nct_id]) for nct_id, trial in greeted.items()),
        key=f"welcome-{state.started_at.isoformat()}",
        at=now,
        searches=tuple(
            WelcomedSearch(watch=name, described=search.described, count=search.count) for name, search in found
        ),
    )


def digest_of(
    context: RunContext,
    recipient: RecipientConfig,
    subscribed: Sequence[SubscribedTrial],
    pending: Sequence[PendingStory],
    *,
    key: str,
    now: datetime,
    later: Sequence[PendingStory] = (),
    data: Sequence[PackedJson] = (),
    last: LastDigest | None = None,
    held: Collection[str] = (),
    snoozed: Sequence[SubscribedTrial] = (),
    added: Sequence[SubscribedTrial] = (),
    known: Collection[str] | None = None,
) -> Digest:
    """Make the digest of a reader's windows; at least one of them must have a story.

    What is `later` changed as well and waits for a later digest: it is not counted as unchanged. The `data` are what
    `data_of` gives, for channels that carry them. `last` is the recipient's last digest, and `held` are trials whose
    change was held back longer than that. The `snoozed` trials are watched as well: names are told apart from theirs.
    The trials `added` are named as watched from now on; one that entered a search and is not `known` yet is new.
    """
    stories = [
        entry.story if known is None or entry.window.nct_id in known else as_new_trial(entry.story)
        for entry in pending
        if entry.story is not None
    ]
    greeted = _all_greeted(context, {trial.nct_id: trial for trial in added})
    made = {one.nct_id: one.short_name for one in greeted.values()}
    made |= {story.nct_id: story.short_name for story in stories}
    names = display_names(context.store, _own_names((*subscribed, *snoozed)), made)
    return Digest(
        reader=addressee_of(context, recipient, now),
        reading=read_for(context.store, subscribed, pending, later, since=last, held=held),
        stories=tuple(replace(story, short_name=names.get(story.nct_id, story.short_name)) for story in stories),
        key=key,
        at=now,
        watches={trial.nct_id: trial.labels for trial in subscribed},
        data=tuple(data),
        added=tuple(replace(one, short_name=names[one.nct_id]) for one in greeted.values()),
    )


def heartbeat(
    context: RunContext,
    recipient: RecipientConfig,
    subscribed: Sequence[SubscribedTrial],
    pending: Sequence[PendingStory],
    *,
    since: datetime,
    key: str,
    now: datetime,
    last: LastDigest | None = None,
    added: Sequence[SubscribedTrial] = (),
) -> Heartbeat:
    """Make the heartbeat of a recipient who was told nothing since a moment; no pending window has a story."""
    greeted = _all_greeted(context, {trial.nct_id: trial for trial in added})
    known = {one.nct_id: one.short_name for one in greeted.values()}
    names = display_names(context.store, _own_names(subscribed), known) if added else {}
    return Heartbeat(
        reader=addressee_of(context, recipient, now),
        reading=read_for(context.store, subscribed, pending, since=last),
        period=period(since, now, context.loaded.config.zone(recipient)),
        key=key,
        at=now,
        added=tuple(replace(one, short_name=names[one.nct_id]) for one in greeted.values()),
    )


def period(since: datetime, now: datetime, zone: tzinfo) -> str:
    """Describe how long nothing happened: `this week`, `since 14:00`, `since 6 Mar 2026`.

    Args:
        since: When something was told last, or a slot was served.
        now: The time, later.
        zone: The reader's.
    """
    if _A_WEEK[0] <= now - since <= _A_WEEK[1]:
        return "this week"
    began = since.astimezone(zone)
    if began.date() == now.astimezone(zone).date():
        return f"since {began:%H:%M}"
    return f"since {values.date(began.date().isoformat())}"


def _own_names(trials: Sequence[SubscribedTrial]) -> Mapping[str, str | None]:
    return {trial.nct_id: trial.short_name for trial in trials}


def _all_greeted(
    context: RunContext, trials: Mapping[str, SubscribedTrial], members: Collection[str] = ()
) -> Mapping[str, WelcomedTrial]:
    """Return each trial as a welcome names it, the members of searches last and of these the newest first.

    Never holds all records at once.
    """
    greeted = {
        nct_id: WelcomedTrial(nct_id=nct_id, short_name=trial.short_name or nct_id, in_search=nct_id in members)
        for nct_id, trial in trials.items()
    }
    for nct_id, body in context.store.versions.each_newest_body(trials):
        record = decode(body)
        study = study_of(record)
        greeted[nct_id] = replace(
            greeted[nct_id],
            short_name=trials[nct_id].short_name or short_name_of(record),
            status=values.enum(study.status) if study.status else None,
            first_posted=study.first_posted,
        )
    own = [one for one in greeted.values() if not one.in_search]
    found = sorted((one for one in greeted.values() if one.in_search), key=lambda one: one.first_posted, reverse=True)
    return {one.nct_id: one for one in (*own, *found)}


def data_of(
    context: RunContext, pending: Sequence[PendingStory], comparisons: ComparisonCache, audience: Audience
) -> tuple[PackedJson, ...]:
    """Return the comparisons of a reader's windows as `compare --json` prints them, in their order."""
    stories = {entry.window: entry.story for entry in pending}
    own = (
        replace(one, comparison=of_own_searches(one.comparison, audience)) for one in comparisons.each(list(stories))
    )
    return tuple(_data(context, seen, stories[seen.window]) for seen in own)


def _data(context: RunContext, seen: WindowDiff, story: Story | None) -> PackedJson:
    version = context.store.versions.version(seen.window.newest)
    headline = story.headline if story is not None else "Nothing of note changed"
    found = printed(
        seen.comparison, title=version.title, story=headline, phrase=phrase, seq=version.seq, seen_at=version.seen_at
    )
    return PackedJson.of(seen.window.nct_id, dumps(found))
