"""One poll: is there new data, and what does it say of the watched trials.

`/version` first; nothing due ends it there. Pages are committed as they come, large ones in portions, each in one
transaction together with what was checked in it, so that a run killed in the middle goes on where it was. After the
last page `/version` is read again: only when it stood still is the poll complete; when it moved, everything is due at
the new token and is read again, at most twice (design: Poll). What the answers left out is judged after the last page,
when it is known how much that is. Members of searches are read before the trials, and stored after them
(`search_membership`). Tells nobody anything; that is `compose`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from watcher.config.watchlist import WatchedSearch
from watcher.context import REGISTRY_PART, FaultReport, RunContext
from watcher.errors import RegistryError, RegistryRefusedError
from watcher.pipeline import registry_state
from watcher.pipeline.ingest_result import IngestResult
from watcher.pipeline.poll_report import UNREAD, PollReport, PollTally, note_lagging, note_missing, note_page
from watcher.pipeline.search_membership import join_found, read_searches, store_searches
from watcher.registry.plausibility import data_day
from watcher.registry.registry_model import RawRecord, UnreadableAnswerError
from watcher.registry.registry_model import RecordPage as RawPage
from watcher.registry.transport_choice import is_open, open_breaker, open_registry
from watcher.store.trial_model import (
    Kept,
    NewVersion,
    PageCommit,
    Poll,
    PollOutcome,
    Quarantined,
    Unchanged,
)

if TYPE_CHECKING:
    from watcher.registry.client import RegistryClient

log = structlog.get_logger()

ROUNDS = 3
"""One reading and at most two repeats when the data moves in mid-poll."""

ASK_ASIDE_AGAIN = timedelta(hours=1)
"""Quarantined records alone are asked for again so often until the next data version."""


ASK_MERGED_AGAIN = timedelta(days=7)
"""Trials that were merged into others are asked for again so often: the registry may split them off."""

MOST_AT_ONCE = 2_000_000
"""Bytes of records that are compared and committed at once; a hundred records of the mean size."""

BEHIND_POLLS = 3
"""A record from a data node behind the registry's data version is due again for at most so many polls."""


async def poll(
    context: RunContext,
    ids: Sequence[str],
    faults: FaultReport,
    *,
    merged: Sequence[str] = (),
    searches: Sequence[WatchedSearch] = (),
    is_whole: bool = True,
) -> PollReport:
    """Poll the registry once for these trials and store what is new.

    Args:
        context: What the run works with.
        ids: The watched trials, without those merged into others.
        faults: Hears whether the registry is well.
        merged: Watched trials that were merged into others; they are asked for weekly.
        searches: Watched searches; their present members are among `ids`.
        is_whole: Whether the watchlist was read in full; if not, missing ids are not treated as removed.

    Returns:
        The report; it is stored as well. A registry that fails is an outcome, not an exception.

    Raises:
        StoreError: The store cannot be written; the poll is resumed by the next one.
    """
    started = context.clock()
    note = ""
    tally = PollTally()
    token: str | None = None
    requests = 0
    settings = context.loaded.config.registry
    stands = is_open(registry_state.breaker(context.store), settings, started)
    try:
        if stands:
            raise RegistryRefusedError(registry_state.refusal(context.store))
        async with open_registry(
            settings,
            memory=registry_state.transport(context.store),
            now=started,
            sleep=context.sleep,
            monotonic=context.monotonic,
        ) as client:
            try:
                asked = Asked(ids=tuple(ids), merged=tuple(merged), searches=tuple(searches), is_whole=is_whole)
                outcome, token = await _rounds(client, context, asked, tally)
            finally:
                requests = client.requests
                registry_state.remember_transport(context.store, client.memory)
        registry_state.close_breaker(context.store)
        faults.well(REGISTRY_PART)
    except RegistryError as error:
        outcome, note = (PollOutcome.PARTIAL if tally.usable() else PollOutcome.FAILED), str(error)
        if isinstance(error, RegistryRefusedError) and not stands:
            registry_state.keep_breaker(context.store, open_breaker(settings, started), note)
        if not isinstance(error, UnreadableAnswerError):  # that is a fault of its records, found with theirs
            faults.failing(REGISTRY_PART, note)
        log.warning("poll_failed", reason=note)
    counts = tally.counts()
    context.store.polls.record(
        Poll(
            started=started,
            finished=context.clock(),
            token=token,
            outcome=outcome,
            counts=counts,
            note=note,
            requests=requests,
        )
    )
    log.info("poll_finished", outcome=outcome.value, data_version=token, read=counts.read, changed=counts.changed)
    return tally.report(outcome, token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a poll is to ask for; fields as the arguments of `poll`."""

    ids: tuple[str, ...]
    merged: tuple[str, ...]
    searches: tuple[WatchedSearch, ...]
    is_whole: bool


async def _rounds(
    client: RegistryClient, context: RunContext, asked: Asked, tally: PollTally
) -> tuple[PollOutcome, str | None]:
    token = (await client.version()).token
    if asked.is_whole:
        context.store.trials.sync_watched((*asked.ids, *asked.merged), context.clock())
    for number in range(ROUNDS):
        found = await read_searches(client, context, asked.searches, token, tally)
        todo = _todo(context, asked, join_found(context, found, asked.ids, asked.merged), token)
        if not (todo or found):
            tally.is_settled = True
            return (PollOutcome.NO_NEWS if number == 0 else PollOutcome.COMPLETE), token
        tally.due, tally.read_of = max(tally.due, len(todo)), token
        await _read(client, context, todo, token, tally)
        after = (await client.version()).token
        if after == token:
            await store_searches(context, found, token)
            tally.is_settled = True
            return (PollOutcome.PARTIAL if tally.failed else PollOutcome.COMPLETE), token
        log.info("data_version_moved", before=token, after=after)
        token = after
    return PollOutcome.MOVED, token


def _todo(context: RunContext, asked: Asked, found: Sequence[str], token: str | None) -> Mapping[str, Kept]:
    trials, now = context.store.trials, context.clock()
    due = trials.due((*asked.ids, *found), token)
    aside = trials.quarantined(asked.ids, before=now - ASK_ASIDE_AGAIN)
    merged = trials.merged_due(asked.merged, token, before=now - ASK_MERGED_AGAIN) if asked.merged else ()
    return {kept.nct_id: kept for kept in (*due, *aside, *merged)}


async def _read(
    client: RegistryClient, context: RunContext, todo: Mapping[str, Kept], token: str | None, tally: PollTally
) -> None:
    from watcher.pipeline import ingest, missing_records  # comparing is loaded only when there is something to read

    fresh, day = dict(todo), data_day(token)
    missing: dict[str, Kept] = {}
    async for whole in client.pages(sorted(todo)):
        if whole.aliased:
            # else the next poll would take it for one added then
            context.store.trials.join(whole.aliased.values(), context.clock())
        for raw in _portions(whole):
            kept = _kept(raw, fresh, context)
            missing |= {nct_id: kept[nct_id] for nct_id in raw.missing}
            results = await asyncio.to_thread(partial(ingest.ingest_records, raw.records, kept, context.store, day=day))
            page = replace(_page(results), events=missing_records.merged_events(raw.aliased, kept, token))
            behind = _behind(results, kept, token)
            await _commit(context, page, (*_settled(results, behind), *raw.aliased, *raw.refused), behind, token)
            note_page(raw, results, tally)
            note_lagging(results, behind, tally)
    if missing:
        resolved = await missing_records.resolve_missing(
            client, tuple(missing.values()), len(todo), token, context.store
        )
        behind = _behind(resolved.found, missing, token)
        gone = [nct_id for nct_id in missing if nct_id not in resolved.failed and nct_id not in _ids(resolved.found)]
        page = replace(
            _page(resolved.found, resolved.page.quarantined), absent=resolved.page.absent, events=resolved.page.events
        )
        await _commit(context, page, (*_settled(resolved.found, behind), *gone), behind, token)
        note_missing(resolved, missing, tally)
        note_lagging(resolved.found, behind, tally)


def _portions(whole: RawPage) -> Iterator[RawPage]:
    """Split a large answer by its records; the last portion has all else. Comparisons of one portion are held."""
    records: list[RawRecord] = []
    size = 0
    for record in whole.records:
        if records and size + len(record.body) > MOST_AT_ONCE:
            yield RawPage(records=tuple(records))
            records, size = [], 0
        records.append(record)
        size += len(record.body)
    yield replace(whole, records=tuple(records))


async def _commit(
    context: RunContext, page: PageCommit, checked: Sequence[str], behind: Sequence[str], token: str | None
) -> None:
    commit = partial(context.store.versions.commit_page, checked=checked, behind=behind, token=token)
    async with context.turn:
        await asyncio.to_thread(commit, page, context.clock())


def _kept(raw: RawPage, fresh: dict[str, Kept], context: RunContext) -> Mapping[str, Kept]:
    """Return what is known of the trials of one answer as it stands now.

    What was read for this poll and no answer has held yet is still so, and is taken out of `fresh`; the rest, such as a
    trial that an earlier answer held under its other id, is read anew.
    """
    ids = {record.nct_id for record in raw.records} | {*raw.aliased, *raw.missing}
    known = {nct_id: fresh.pop(nct_id) for nct_id in ids if nct_id in fresh}
    again = [nct_id for nct_id in ids if nct_id not in known]
    return known | {entry.nct_id: entry for entry in context.store.trials.kept(again)} if again else known


def _page(results: Sequence[IngestResult], aside: Sequence[Quarantined] = ()) -> PageCommit:
    items = [entry.item for entry in results]
    return PageCommit(
        new=tuple(item for item in items if isinstance(item, NewVersion)),
        unchanged=tuple(item for item in items if isinstance(item, Unchanged)),
        quarantined=(*(item for item in items if isinstance(item, Quarantined)), *aside),
    )


def _ids(results: Sequence[IngestResult]) -> frozenset[str]:
    return frozenset(entry.nct_id for entry in results)


def _behind(results: Sequence[IngestResult], kept: Mapping[str, Kept], token: str | None) -> tuple[str, ...]:
    """Return the trials whose record is older than the data version or than ours, while they are asked for again."""
    lagging = [entry.nct_id for entry in results if entry.lags]
    return tuple(nct_id for nct_id in lagging if _behind_polls(kept.get(nct_id), token) < BEHIND_POLLS)


def _behind_polls(known: Kept | None, token: str | None) -> int:
    return known.behind_polls if known is not None and token is not None and known.behind_token == token else 0


def _settled(results: Sequence[IngestResult], behind: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that went somewhere; one that failed or lags did not, it is asked for again at the next poll."""
    waiting = set(behind)
    return tuple(entry.nct_id for entry in results if entry.status not in UNREAD and entry.nct_id not in waiting)
