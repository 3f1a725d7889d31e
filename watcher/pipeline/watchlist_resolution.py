"""What is watched right now: the watchlist as read, what vanished from it a moment ago, and merged ids followed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from watcher.config.watchlist import WatchedSearch, WatchedTrial, Watchlist
from watcher.search.search_query import SearchQuery
from watcher.store.store import Store
from watcher.store.trial_model import Membership
from watcher.store.trials import SHORT_GAP

log = structlog.get_logger()

REMOVED_AFTER = timedelta(minutes=10)
"""How long an id must be missing from complete readings before it counts as removed.

An editor, a copy or a synchronised folder may leave a watchlist empty or torn for a moment.
"""


_SEARCHES = "watchlist.searches"
"""Note of the watched searches at the last reading, and since when one of them is missing."""

LEFT_WATCHED = timedelta(days=30)
"""How long a trial that left a search is still watched, so that what follows is told."""


def watched_now(read: Watchlist, store: Store, now: datetime) -> Watchlist:
    """Return what is watched after a reading of all watchlists, merged ids followed.

    Args:
        read: The watchlists as they were just read.
        store: Where the memberships of earlier readings are kept; written where they differ.
        now: The time of the reading.
    """
    return follow_merged(keep_searches(keep_vanished(read, store, now), store, now), store)


def keep_vanished(read: Watchlist, store: Store, now: datetime) -> Watchlist:
    """Add the trials that vanished from a watch but do not count as removed from it yet.

    An id counts as removed at a second complete reading, `REMOVED_AFTER` or more after the first one that lacked it.
    Until then it stays in its watch, under its short name. Arguments as for `watched_now`.
    """
    known = {(one.nct_id, one.watch): one for one in store.memberships.all()}
    here = {(one.nct_id, one.watch): one for one in _memberships(read.trials.values())}
    vanished = [one for key, one in known.items() if key not in here]
    ended = [one for one in vanished if read.is_complete and _is_over(one, now)]
    staying = [_missing(one, now) if read.is_complete else one for one in vanished if one not in ended]
    changed = [one for one in (*here.values(), *staying) if known.get((one.nct_id, one.watch)) != one]
    if ended or changed:
        store.memberships.replace(ended=ended, kept=changed)
    for one in staying:
        if one.missing_since != known[one.nct_id, one.watch].missing_since:
            log.info("trial_vanished", nct_id=one.nct_id, watch=one.watch)
    for one in ended:
        log.info("trial_removed", nct_id=one.nct_id, watch=one.watch)
    return replace(read, trials=_with(read.trials, staying))


def _memberships(trials: Iterable[WatchedTrial]) -> Iterator[Membership]:
    for one in trials:
        for watch in one.watches or ("",):
            yield Membership(nct_id=one.nct_id, watch=watch, short_name=one.short_name)


def _is_over(one: Membership, now: datetime) -> bool:
    return one.missing_since is not None and now - one.missing_since >= REMOVED_AFTER


def _missing(one: Membership, now: datetime) -> Membership:
    """Note since when a membership is missing; anew when the clock was set back behind that."""
    since = now if one.missing_since is None else min(one.missing_since, now)
    return replace(one, missing_since=since)


def _with(trials: Mapping[str, WatchedTrial], staying: Iterable[Membership]) -> Mapping[str, WatchedTrial]:
    by_trial: defaultdict[str, list[Membership]] = defaultdict(list)
    for one in staying:
        by_trial[one.nct_id].append(one)
    found = dict(trials)
    for nct_id, ones in by_trial.items():
        known = found.get(nct_id, WatchedTrial(nct_id=nct_id, watches=()))
        watches = (*known.watches, *(one.watch for one in ones if one.watch))
        name = known.short_name or next((one.short_name for one in ones if one.short_name), None)
        found[nct_id] = WatchedTrial(nct_id=nct_id, watches=tuple(dict.fromkeys(watches)), short_name=name)
    return found


def keep_searches(read: Watchlist, store: Store, now: datetime) -> Watchlist:
    """Add the searches that vanished from the watches but do not count as removed yet, by the rule for ids.

    Arguments as for `watched_now`.
    """
    stored = store.notes.get(_SEARCHES)
    here = {search.query.key for search in read.searches}
    earlier = [_search_known(row) for row in json.loads(stored or "[]")]
    if added := here - {search.query.key for search, _ in earlier}:
        store.searches.forget_unread(now - SHORT_GAP, added)  # one that was out of all watches for long starts anew
    vanished = [known for known in earlier if known[0].query.key not in here]
    if read.is_complete:
        still = [(search, min(since or now, now)) for search, since in vanished]
        vanished = [(search, since) for search, since in still if now - since < REMOVED_AFTER]
    rows = [_search_row(search, since) for search, since in (*((one, None) for one in read.searches), *vanished)]
    if rows != json.loads(stored or "[]"):
        store.notes.put(_SEARCHES, json.dumps(rows))
    return replace(read, searches=(*read.searches, *(search for search, _ in vanished)))


def _search_row(search: WatchedSearch, since: datetime | None) -> dict[str, Any]:
    return {
        "params": [list(pair) for pair in search.query.params],
        "name": search.name,
        "watches": list(search.watches),
        "most": search.most,
        "missing_since": since.isoformat() if since is not None else None,
    }


def _search_known(row: Mapping[str, Any]) -> tuple[WatchedSearch, datetime | None]:
    query = SearchQuery(params=tuple((name, value) for name, value in row["params"]))
    since = row["missing_since"]
    search = WatchedSearch(
        query=query, name=row["name"], watches=tuple(row["watches"]), most=row["most"], is_missing=True
    )
    return search, datetime.fromisoformat(since) if since is not None else None


def with_members(watchlist: Watchlist, store: Store) -> Watchlist:
    """Add the members of the watched searches, and the trials that left one of them a short while ago.

    Counted back from the newest reading of any search, not from a clock: while nothing is read, nothing ends.
    """
    keys = {search.query.key: search for search in watchlist.searches}
    states = store.searches.states() if keys else {}
    read = [state.read_at for key, state in states.items() if key in keys]
    if not read:
        return watchlist
    trials = dict(watchlist.trials)
    for key, ids in store.searches.watched(list(keys), max(read) - LEFT_WATCHED).items():
        for nct_id in ids:
            known = trials.get(nct_id, WatchedTrial(nct_id=nct_id, watches=()))
            trials[nct_id] = replace(known, watches=tuple(dict.fromkeys((*known.watches, *keys[key].watches))))
    return replace(watchlist, trials=trials)


def follow_merged(watchlist: Watchlist, store: Store) -> Watchlist:
    """Add the members of searches, and for every trial merged into another that one, under the same watches and name.

    One that was merged on is followed to its end. The old ids stay in, so that their merging is told and their history
    shown; they are no longer polled (`poll_ids`).
    """
    watchlist = with_members(watchlist, store)
    merged = store.trials.merged()
    trials = dict(watchlist.trials)
    for nct_id in sorted(merged.keys() & watchlist.trials):
        old = trials[nct_id]
        for into in onwards(nct_id, merged):
            new = trials.get(into)
            watches = old.watches if new is None else tuple(dict.fromkeys((*new.watches, *old.watches)))
            name = old.short_name if new is None or new.short_name is None else new.short_name
            trials[into] = WatchedTrial(nct_id=into, watches=watches, short_name=name)
    return replace(watchlist, trials=trials)


def poll_ids(watchlist: Watchlist, store: Store) -> tuple[str, ...]:
    """Return the ids to ask for: all that are watched, except those that live on under another id.

    Ids that were merged into one another in a circle have no such other, so all of them are asked for.
    """
    merged = store.trials.merged()
    return tuple(nct_id for nct_id in watchlist.trials if nct_id not in merged or _is_circle(nct_id, merged))


def merged_ids(watchlist: Watchlist, asked: Collection[str]) -> tuple[str, ...]:
    """Return the watched ids that live on under another id, given those that are asked for at every data version."""
    others = set(asked)
    return tuple(nct_id for nct_id in watchlist.trials if nct_id not in others)


def onwards(nct_id: str, merged: Mapping[str, str]) -> Iterator[str]:
    """Return the ids a trial went on to, one after the other; each once."""
    seen = {nct_id}
    while (into := merged.get(nct_id)) is not None and into not in seen:
        yield into
        seen.add(into)
        nct_id = into


def _is_circle(nct_id: str, merged: Mapping[str, str]) -> bool:
    return [nct_id, *onwards(nct_id, merged)][-1] in merged
