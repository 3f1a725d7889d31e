"""The members of watched searches: read at each new data version, believed when plausible, stored with their moves.

Asks the registry and stores; what a move is reported as is `search_moves`. A search that fails keeps its members and
harms no other; it is asked again at the next poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from watcher.config.watchlist import WatchedSearch
from watcher.context import RunContext
from watcher.errors import RegistryError, RegistryRefusedError, RegistryUnavailableError
from watcher.pipeline.poll_report import PollTally
from watcher.registry.registry_model import RateLimitedError
from watcher.store.search_model import Move, SearchRound, SearchState, SetAside
from watcher.store.store import Store
from watcher.store.trial_model import Kept, Presence

if TYPE_CHECKING:
    from watcher.registry.client import RegistryClient

log = structlog.get_logger()


ENDED = frozenset({Presence.MERGED, Presence.GONE, Presence.UNKNOWN})
"""A trial that stands so neither enters nor leaves a search: how it stands is reported by itself."""

UNANSWERED_IN_A_POLL = 3
"""After so many searches without an answer the others are left for the next poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMembers:
    """The members of one search as just read.

    Attributes:
        search: The search.
        ids: Every member.
        doubt: Why they are not believed; empty if they are.
    """

    search: WatchedSearch
    ids: frozenset[str]
    doubt: str = ""


async def read_searches(
    client: RegistryClient, context: RunContext, searches: Sequence[WatchedSearch], token: str | None, tally: PollTally
) -> tuple[FoundMembers, ...]:
    """Read the members of the searches that were not read at this token.

    Args:
        client: Asks the registry.
        context: What the run works with.
        searches: Every watched search, each once.
        token: The registry's `dataTimestamp`.
        tally: Learns which searches fail and which are well.

    Raises:
        RateLimitedError: 429 after all tries: whoever asks on is impolite.
    """
    if not searches:
        return ()
    states = context.store.searches.states()
    found: list[FoundMembers] = []
    unanswered = 0
    for search in searches:
        state = states.get(search.query.key)
        if state is not None and token is not None and state.token == token:
            tally.searches.setdefault(search.name, None)
            if _is_ripe(context.store, state.key, token):
                found.append(FoundMembers(search=search, ids=frozenset(context.store.searches.members(state.key))))
            continue
        if unanswered >= UNANSWERED_IN_A_POLL:
            tally.searches[search.name] = "it was not asked, since the registry did not answer for other searches"
            continue
        try:
            ids = await client.members(dict(search.query.params), search.most)
        except RateLimitedError:
            raise
        except RegistryError as error:
            # A firewall may dislike the words of one search. If it refuses us altogether, the next request shows it.
            is_refused = isinstance(error, RegistryRefusedError)
            unanswered += UNANSWERED_IN_A_POLL if is_refused else isinstance(error, RegistryUnavailableError)
            reason = "the registry's firewall refuses it (403)" if is_refused else str(error)
            tally.searches[search.name] = reason
            log.warning("search_failed", search=search.name, reason=reason)
            continue
        doubt = _doubt(state, len(ids), token)
        tally.searches[search.name] = doubt or None
        found.append(FoundMembers(search=search, ids=ids, doubt=doubt))
        log.info("search_read", search=search.name, members=len(ids), doubt=doubt)
    return tuple(found)


def _doubt(state: SearchState | None, count: int, token: str | None) -> str:
    """Return why a number of members is not believed: none or under half are left, seen in one data version only."""
    if state is None or state.count == 0 or 2 * count >= state.count:
        return ""
    is_seen_again = state.aside_count is not None and (token is None or state.aside_token != token)
    if is_seen_again and 2 * min(count, state.aside_count or 0) >= max(count, state.aside_count or 0):
        return ""  # another number that is not plausible either confirms nothing
    return (
        f"the registry found {count:,} trials for this search and {state.count:,} before; it is believed when the next "
        "data version shows the same"
    )


def _is_ripe(store: Store, key: str, token: str | None) -> bool:
    """Return whether something is owed of a search whose record has been read, or is asked for in this poll."""
    owed = {span.nct_id: span.owed for span in store.searches.owed(key)}
    return any(
        kept.checked_token != token or is_over(kept, owed[kept.nct_id]) or is_read_at(kept, token)
        for kept in store.trials.kept(owed)
    )


def is_over(kept: Kept, move: Move | None) -> bool:
    """Return whether a move is not reported, for how the trial stands is; one not served yet may still be."""
    return kept.presence in ENDED and not (move is Move.ENTERED and kept.presence is Presence.UNKNOWN)


def is_read_at(kept: Kept, token: str | None) -> bool:
    """Return whether the record of a trial was read at this token, so that it shows why the trial moved."""
    is_current = token is None or kept.checked_token == token
    return kept.presence is Presence.PRESENT and kept.newest_seq is not None and not kept.starts_anew and is_current


def join_found(
    context: RunContext, found: Iterable[FoundMembers], asked: Collection[str], merged: Collection[str]
) -> tuple[str, ...]:
    """Watch the members that are believed and not watched yet.

    Args:
        context: What the run works with.
        found: The members of searches.
        asked: Trials that are asked for in any case.
        merged: Watched trials that were merged into others; one that is found lives on by itself.

    Returns:
        The members to ask for as well, merged ones included.
    """
    more = sorted({nct_id for one in found if not one.doubt for nct_id in one.ids}.difference(asked))
    new = [nct_id for nct_id in more if nct_id not in merged]
    if new:
        context.store.trials.join(new, context.clock(), keeps_token=True)  # a poll that broke off may have read some
    return tuple(more)


async def store_searches(context: RunContext, found: Sequence[FoundMembers], token: str | None) -> None:
    """Store members and what follows from them in one transaction; call it when the data version stood still."""
    if not found:
        return
    from watcher.pipeline.search_moves import search_round  # comparing is loaded only when there is something to store

    async with context.turn:
        believed = {one.search: one.ids for one in found if not one.doubt}
        moves = await asyncio.to_thread(search_round, context.store, believed, token)
        aside = tuple(SetAside(key=one.search.query.key, token=token, count=len(one.ids)) for one in found if one.doubt)
        stored = SearchRound(searches=moves.searches, aside=aside, events=moves.events)
        await asyncio.to_thread(context.store.searches.commit, stored, context.clock())
    for event in stored.events:
        log.info("trial_moved", nct_id=event.nct_id)
