"""Who watches which trial, and under which names.

Pure: configuration and watchlist in, trials out. Does not read files, and does not decide what is told about a trial
or when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.config.config_model import Config, RecipientConfig
from watcher.config.watchlist import WatchedTrial, Watchlist

OWN_LIST = "your own list"
"""Label of a trial that a recipient names by id and no watch of theirs holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribedTrial:
    """One trial a recipient is told about.

    Attributes:
        nct_id: The trial.
        labels: Names of the watches that brought it to this recipient; `OWN_LIST` when only its id did. Never empty.
        short_name: The operator's own name for it, or None.
    """

    nct_id: str
    labels: tuple[str, ...]
    short_name: str | None


def watches_of(recipient: RecipientConfig, config: Config) -> tuple[str, ...]:
    """Name the watches a recipient follows: those named, those with one of the tags, or all when nothing is chosen.

    Returns:
        Names in the order of the configuration; empty for a recipient who names trials by id alone.
    """
    if recipient.watches is None and not recipient.tags and not recipient.ids:
        return tuple(watch.name for watch in config.watch)
    named, tags = set(recipient.watches or ()), set(recipient.tags)
    return tuple(watch.name for watch in config.watch if watch.name in named or tags & set(watch.tags))


def trials_for(recipient: RecipientConfig, config: Config, watchlist: Watchlist) -> tuple[SubscribedTrial, ...]:
    """List the trials a recipient is told about, each once, whichever of watches, tags and ids lead to it.

    Args:
        recipient: Who is told.
        config: The whole configuration.
        watchlist: What the watches hold at this moment.

    Returns:
        In the order of the watchlist; empty when nothing is watched.
    """
    followed = set(watches_of(recipient, config))
    own = set(recipient.ids)
    candidates: Iterable[tuple[str, WatchedTrial]] = watchlist.trials.items()
    if not followed:  # many recipients of a few ids each: no look at the watches of all the others
        candidates = [(nct_id, watchlist.trials[nct_id]) for nct_id in watchlist.trials if nct_id in own]
    trials = []
    for nct_id, watched in candidates:
        if nct_id in own or not followed.isdisjoint(watched.watches):
            labels = tuple(name for name in watched.watches if name in followed)
            trials.append(SubscribedTrial(nct_id=nct_id, labels=labels or (OWN_LIST,), short_name=watched.short_name))
    return tuple(trials)


def searches_for(recipient: RecipientConfig, config: Config, watchlist: Watchlist) -> tuple[tuple[str, str], ...]:
    """Return the key of each search a recipient follows, with the name of their first watch that has it."""
    followed = watches_of(recipient, config)
    own = {one.query.key: [name for name in one.watches if name in followed] for one in watchlist.searches}
    return tuple((key, names[0]) for key, names in own.items() if names)


def unreached_ids(config: Config, watchlist: Watchlist) -> tuple[str, ...]:
    """List the watched trials that no recipient is told about: `check-config` warns of them.

    Args:
        config: The whole configuration.
        watchlist: What the watches hold at this moment.

    Returns:
        In the order of the watchlist; empty when every trial reaches somebody.
    """
    reached = {trial.nct_id for recipient in config.recipient for trial in trials_for(recipient, config, watchlist)}
    return tuple(nct_id for nct_id in watchlist.trials if nct_id not in reached)
