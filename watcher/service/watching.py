"""What is watched right now: the watchlist, with merged ids followed to where they went."""

from __future__ import annotations

from dataclasses import replace

from watcher.config.watchlist import Watched, Watchlist
from watcher.store.store import Store


def follow_merged(watchlist: Watchlist, store: Store) -> Watchlist:
    """Add, for every trial that was merged into another, the other one under the same watches and short name.

    The old id stays in, so that its merging is told and its history shown; it is no longer polled (`poll_ids`).
    """
    trials = dict(watchlist.trials)
    for nct_id, into in sorted(store.trials.merged().items()):
        if nct_id not in watchlist.trials:
            continue
        old = trials[nct_id]
        new = trials.get(into)
        watches = old.watches if new is None else tuple(dict.fromkeys((*new.watches, *old.watches)))
        name = old.short_name if new is None or new.short_name is None else new.short_name
        trials[into] = Watched(nct_id=into, watches=watches, short_name=name)
    return replace(watchlist, trials=trials)


def poll_ids(watchlist: Watchlist, store: Store) -> tuple[str, ...]:
    """Give the ids to ask for: all that are watched, except those that live on under another id."""
    merged = store.trials.merged()
    return tuple(nct_id for nct_id in watchlist.trials if nct_id not in merged)
