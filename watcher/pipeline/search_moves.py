"""What is reported of trials that entered or left searches, made from their records. Reads the store, writes nothing.

A move is reported once the record of its trial was read; until then it is owed. A trial that was merged into a member,
or is gone, did not leave: that is reported by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.archive import decode, decode_comparison, pack
from watcher.changes.families.search_changes import SearchSight, entered, left
from watcher.changes.model import Change
from watcher.changes.record_events import on_the_day
from watcher.config.watchlist import WatchedSearch
from watcher.errors import DamagedError
from watcher.pipeline.search_membership import is_over, is_read_at
from watcher.pipeline.watchlist_resolution import onwards
from watcher.registry.plausibility import data_day
from watcher.search.selected_by import looks_at, selected_statuses
from watcher.store.search_model import Move, SearchCommit, SearchRound, SearchState
from watcher.store.store import Store
from watcher.store.trial_model import Event, Kept, LogEntry, VersionKind

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """One move that is not reported yet.

    Attributes:
        nct_id: The trial.
        search: The search.
        move: In or out.
        seq: Versions after this one are what happened before the move.
        since: Day of the data version at which the search was read before, or None.
        is_again: Whether the trial was in the search before.
        number: Row of the stay it is owed by; None for a move seen just now.
    """

    nct_id: str
    search: WatchedSearch
    move: Move
    seq: int
    since: str | None
    is_again: bool = False
    number: int | None = None


def search_round(store: Store, found: Mapping[WatchedSearch, frozenset[str]], token: str | None) -> SearchRound:
    """Compare the members of searches with those stored, and make the events of the moves.

    Args:
        store: Only read.
        found: Searches whose members are believed, each with every member.
        token: The registry's `dataTimestamp`.
    """
    states, day = store.searches.states(), data_day(token)
    merged = store.trials.merged()
    pending: list[_Pending] = []
    settled: dict[str, set[int]] = {}
    for search, ids in found.items():
        key = search.query.key
        moves, settled[key] = _moves(store, search, states.get(key), ids, merged)
        pending += moves
    owed: defaultdict[str, set[str]] = defaultdict(set)
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    bases: dict[str, Kept] = {}
    for start in range(0, len(pending), _AT_ONCE):
        for one, kept, outcome in _outcomes(store, pending[start : start + _AT_ONCE], token):
            if outcome is one.move:
                owed[one.search.query.key].add(one.nct_id)
                continue
            if one.number is not None:
                settled[one.search.query.key].add(one.number)
            if isinstance(outcome, Change):
                changes[one.nct_id].append(outcome)
                bases[one.nct_id] = kept
    return SearchRound(
        searches=tuple(
            SearchCommit(
                key=(key := search.query.key),
                described=search.query.described,
                token=token,
                data_version=day,
                members=ids,
                owed=frozenset(owed[key]),
                settled=settled[key],
            )
            for search, ids in found.items()
        ),
        events=tuple(_event(bases[nct_id], tuple(made), day) for nct_id, made in changes.items()),
    )


def _moves(
    store: Store, search: WatchedSearch, state: SearchState | None, ids: frozenset[str], merged: Mapping[str, str]
) -> tuple[list[_Pending], set[int]]:
    """Return the moves of one search to report, and the rows of earlier ones that need no report any more."""
    if state is None:
        return [], set()  # the first sight of a search is a baseline
    key = search.query.key
    members = store.searches.members(key).keys()
    owed = store.searches.owed(key)
    came, went = ids - members, members - ids
    # what entered unreported and left, or left unreported and came back, is as it was reported last
    silent = {span.nct_id for span in owed} & (came | went)
    absorbed = {into for nct_id in members for into in onwards(nct_id, merged)}
    again = store.searches.past(key, came)
    moves = [
        _Pending(
            nct_id=nct_id, search=search, move=move, seq=state.seq, since=state.data_version, is_again=nct_id in again
        )
        for move, moved in ((Move.ENTERED, came - absorbed), (Move.LEFT, went))
        for nct_id in sorted(moved - silent)
    ]
    moves += [
        _Pending(
            nct_id=span.nct_id,
            search=search,
            move=span.owed,
            seq=span.seq,
            since=span.left_version or span.entered_version,
            number=span.number,
        )
        for span in owed
        if span.owed is not None and span.nct_id not in silent
    ]
    return moves, {span.number for span in owed if span.nct_id in silent}


def _outcomes(
    store: Store, pending: Sequence[_Pending], token: str | None
) -> Iterator[tuple[_Pending, Kept, Change | Move | None]]:
    """Yield what becomes of each move: a change, None when nothing is to be reported, itself while it is owed."""
    every = {kept.nct_id: kept for kept in store.trials.kept([one.nct_id for one in pending])}
    is_read = {nct_id for nct_id, kept in every.items() if is_read_at(kept, token)}
    bodies = store.versions.newest_bodies(is_read)
    for one in pending:
        kept = every[one.nct_id]
        if is_over(kept, one.move):
            yield one, kept, None
        elif one.nct_id not in bodies:
            yield one, kept, one.move
        else:
            try:
                yield one, kept, _change(store, one, kept, bodies[one.nct_id])
            except DamagedError:  # told when the record is needed for comparing
                yield one, kept, one.move


def _change(store: Store, one: _Pending, kept: Kept, body: bytes) -> Change:
    versions = [v for v in store.versions.of_trial(one.nct_id) if v.kind is VersionKind.RECORD]
    known = [version for version in versions if version.seq <= one.seq]
    was_known = bool(known) and not any(version.baseline for version in versions if version.seq > one.seq)
    between = store.versions.between({one.nct_id: (one.seq, kept.newest_seq or 0)})[one.nct_id]
    params = dict(one.search.query.params)
    sight = SearchSight(
        key=one.search.query.key,
        watch=one.search.watches[0],
        since=date.fromisoformat(one.since) if one.since is not None else None,
        steps=tuple(decode_comparison(entry.compared) for entry in between if _is_step(entry) and entry.compared),
        was_known=was_known,
        is_again=one.is_again,
        looks_at=looks_at(params),
        statuses=selected_statuses(params),
    )
    return (entered if one.move is Move.ENTERED else left)(one.nct_id, decode(body), sight)


def _is_step(entry: LogEntry) -> bool:
    return entry.version.kind is VersionKind.RECORD


def _event(kept: Kept, changes: tuple[Change, ...], day: str | None) -> Event:
    return Event(
        nct_id=kept.nct_id,
        kind=VersionKind.SEARCH,
        data_version=day,
        previous=kept.newest_seq,
        compared=pack(on_the_day(kept.nct_id, changes, data_version=day)),
    )
