"""What is watched right now: the watchlist, with merged ids followed to where they went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from watcher.config.watchlist import Watched, Watchlist
from watcher.store.store import Store


def follow_merged(watchlist: Watchlist, store: Store) -> Watchlist:
    """Add, for every trial that was merged into another, the other one under the same watches and short name.

    One that was merged on is followed to its end. The old ids stay in, so that their merging is told and their history
    shown; they are no longer polled (`poll_ids`).
    """
    merged = store.trials.merged()
    trials = dict(watchlist.trials)
    for nct_id in sorted(merged.keys() & watchlist.trials):
        old = trials[nct_id]
        for into in _onwards(nct_id, merged):
            new = trials.get(into)
            watches = old.watches if new is None else tuple(dict.fromkeys((*new.watches, *old.watches)))
            name = old.short_name if new is None or new.short_name is None else new.short_name
            trials[into] = Watched(nct_id=into, watches=watches, short_name=name)
    return replace(watchlist, trials=trials)


def poll_ids(watchlist: Watchlist, store: Store) -> tuple[str, ...]:
    """Give the ids to ask for: all that are watched, except those that live on under another id.

    Ids that were merged into one another in a circle have no such other, so all of them are asked for.
    """
    merged = store.trials.merged()
    return tuple(nct_id for nct_id in watchlist.trials if nct_id not in merged or _is_circle(nct_id, merged))


def _onwards(nct_id: str, merged: Mapping[str, str]) -> Iterator[str]:
    """Give the ids a trial went on to, one after the other; each once."""
    seen = {nct_id}
    while (into := merged.get(nct_id)) is not None and into not in seen:
        yield into
        seen.add(into)
        nct_id = into


def _is_circle(nct_id: str, merged: Mapping[str, str]) -> bool:
    return [nct_id, *_onwards(nct_id, merged)][-1] in merged
