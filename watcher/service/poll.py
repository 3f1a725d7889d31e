"""One poll: is there new data, and what does it say of the watched trials.

`/version` first; nothing due ends it there. Pages are committed as they come, each in one transaction together with
what was checked in it, so that a run killed in the middle goes on where it was. After the last page `/version` is read
again: only when it stood still is the poll complete; when it moved, everything is due at the new token and is read
again, at most twice (design: Poll). Tells nobody anything; that is `telling`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from watcher.errors import RegistryError, RegistryRefusedError
from watcher.registry.access import is_open, open_breaker, open_registry
from watcher.service import memory
from watcher.service.judging import Judged, Status, judge_records
from watcher.service.lost import Lost, judge_aliases, judge_missing
from watcher.service.parts import REGISTRY_PART, Parts, Signals
from watcher.store.model import (
    Kept,
    NewVersion,
    Page,
    Poll,
    PollCounts,
    PollOutcome,
    Quarantined,
    Unchanged,
)

if TYPE_CHECKING:
    from watcher.registry.client import RegistryClient
    from watcher.registry.model import Page as RawPage

log = structlog.get_logger()

ROUNDS = 3
"""One reading and at most two repeats when the data moves in mid-poll."""

ASK_ASIDE_AGAIN = timedelta(hours=1)
"""Quarantined records alone are asked for again so often until the next data version."""


_UNUSABLE = frozenset({Status.STALE, Status.QUARANTINED, Status.FAILED, Status.DAMAGED})
_LOUD = frozenset({Status.QUARANTINED, Status.FAILED, Status.DAMAGED})


_ASKED_AGAIN = frozenset({Status.STALE, Status.FAILED, Status.DAMAGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What a poll came to.

    Attributes:
        outcome: How it ended.
        token: The registry's token, or None when it gave none or was not reached.
        counts: How many trials went where.
        troubled: Ids that were quarantined, missing, refused or not reached in this very poll; sorted.
        tripped: Ids of records our own code tripped over, with the reason.
        damaged: Ids of trials whose stored record cannot be read back, with the reason.
        is_empty: `/version` answered, records were due, and nothing usable came.
        is_settled: All that came is of one data version, and what did not come was asked for: it can be told.
        read_of: The token of what was read last, however the poll ended; None when nothing was.
    """

    outcome: PollOutcome
    token: str | None
    counts: PollCounts
    troubled: tuple[str, ...]
    tripped: Mapping[str, str]
    damaged: Mapping[str, str]
    is_empty: bool
    is_settled: bool
    read_of: str | None


@dataclass(slots=True)
class Tally:
    """What one poll has gathered so far; local to it."""

    statuses: dict[str, Status] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    tripped: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    due: int = 0
    has_answers: bool = False
    is_settled: bool = False
    read_of: str | None = None

    def counts(self) -> PollCounts:
        """Give the numbers; each trial counts once, by what became of it last."""
        number = dict.fromkeys(Status, 0)
        for status in self.statuses.values():
            number[status] += 1
        return PollCounts(
            read=len(self.statuses),
            unchanged=number[Status.UNCHANGED],
            changed=number[Status.CHANGED] + number[Status.RETURNED] + number[Status.BASELINE],
            stale=number[Status.STALE],
            quarantined=number[Status.QUARANTINED],
            missing=len(self.missing),
            not_reached=len(self.failed | self.refused),
        )

    def usable(self) -> int:
        """Give how many records were believed."""
        return sum(status not in _UNUSABLE for status in self.statuses.values())

    def troubled(self) -> tuple[str, ...]:
        """Give the ids an operator should look at."""
        aside = {nct_id for nct_id, status in self.statuses.items() if status in _LOUD}
        return tuple(sorted(aside | self.missing | self.refused | self.failed))


async def poll(parts: Parts, ids: Sequence[str], signals: Signals, *, is_whole: bool = True) -> PollReport:
    """Poll the registry once for these trials and store what is new.

    Args:
        parts: What the run works with.
        ids: The watched trials, without those merged into others.
        signals: Hears whether the registry is well.
        is_whole: Whether these are all; else a trial that is not among them has not been taken out by anybody.

    Returns:
        The report; it is stored as well. A registry that fails is an outcome, not an exception.

    Raises:
        StoreError: The store cannot be written; the poll is resumed by the next one.
    """
    started = parts.clock()
    note = ""
    tally = Tally()
    token: str | None = None
    settings = parts.loaded.config.registry
    stands = is_open(memory.breaker(parts.store), settings, started)
    try:
        if stands:
            raise RegistryRefusedError(memory.refusal(parts.store))
        async with open_registry(
            settings,
            memory=memory.transport(parts.store),
            now=started,
            sleep=parts.sleep,
            monotonic=parts.monotonic,
        ) as client:
            try:
                outcome, token = await _rounds(client, parts, ids, tally, is_whole=is_whole)
            finally:
                memory.remember_transport(parts.store, client.memory)
        memory.close_breaker(parts.store)
        signals.well(REGISTRY_PART)
    except RegistryError as error:
        outcome, note = (PollOutcome.PARTIAL if tally.usable() else PollOutcome.FAILED), str(error)
        if isinstance(error, RegistryRefusedError) and not stands:
            memory.keep_breaker(parts.store, open_breaker(settings, started), note)
        signals.failing(REGISTRY_PART, note)
        log.warning("poll_failed", reason=note)
    counts = tally.counts()
    parts.store.polls.record(
        Poll(started=started, finished=parts.clock(), token=token, outcome=outcome, counts=counts, note=note)
    )
    log.info("poll_finished", outcome=outcome.value, data_version=token, read=counts.read, changed=counts.changed)
    return PollReport(
        outcome=outcome,
        token=token,
        counts=counts,
        troubled=tally.troubled(),
        tripped=tally.tripped,
        damaged=tally.damaged,
        is_empty=tally.due > 0 and not tally.usable() and not tally.has_answers,
        is_settled=tally.is_settled,
        read_of=tally.read_of,
    )


async def _rounds(
    client: RegistryClient, parts: Parts, ids: Sequence[str], tally: Tally, *, is_whole: bool
) -> tuple[PollOutcome, str | None]:
    token = (await client.version()).token
    if is_whole:
        parts.store.trials.sync_watched(ids, parts.clock())
    for number in range(ROUNDS):
        todo = _todo(parts, ids, token)
        if not todo:
            tally.is_settled = True
            return (PollOutcome.NO_NEWS if number == 0 else PollOutcome.COMPLETE), token
        tally.due, tally.read_of = max(tally.due, len(todo)), token
        await _read(client, parts, todo, token, tally)
        after = (await client.version()).token
        if after == token:
            tally.is_settled = True
            return (PollOutcome.PARTIAL if tally.failed else PollOutcome.COMPLETE), token
        log.info("data_version_moved", before=token, after=after)
        token = after
    return PollOutcome.MOVED, token


def _todo(parts: Parts, ids: Sequence[str], token: str | None) -> Mapping[str, Kept]:
    due = parts.store.trials.due(ids, token)
    aside = parts.store.trials.quarantined(ids, before=parts.clock() - ASK_ASIDE_AGAIN)
    return {kept.nct_id: kept for kept in (*due, *aside)}


async def _read(
    client: RegistryClient, parts: Parts, todo: Mapping[str, Kept], token: str | None, tally: Tally
) -> None:
    fresh = dict(todo)
    async for raw in client.pages(sorted(todo)):
        if raw.aliased:
            # else the next poll would take it for one added then
            parts.store.trials.join(raw.aliased.values(), parts.clock())
        kept = _kept(raw, fresh, parts)
        judged = await asyncio.to_thread(judge_records, raw.records, kept, parts.store)
        merged = judge_aliases(raw.aliased, kept, token)
        lost = await judge_missing(client, raw.missing, kept, token, parts.store)
        seen = (*judged, *lost.found)
        page = replace(_page(seen), absent=lost.page.absent, events=merged + lost.page.events)
        checked = _checked(raw, seen, lost)
        commit = partial(parts.store.versions.commit_page, page, parts.clock(), checked=checked, token=token)
        async with parts.turn:
            await asyncio.to_thread(commit)
        _note(raw, seen, lost, tally)


def _kept(raw: RawPage, fresh: dict[str, Kept], parts: Parts) -> Mapping[str, Kept]:
    """Give what is known of the trials of one answer as it stands now.

    What was read for this poll and no answer has held yet is still so, and is taken out of `fresh`; the rest, such as a
    trial that an earlier answer held under its other id, is read anew.
    """
    ids = {record.nct_id for record in raw.records} | {*raw.aliased, *raw.missing}
    known = {nct_id: fresh.pop(nct_id) for nct_id in ids if nct_id in fresh}
    again = [nct_id for nct_id in ids if nct_id not in known]
    return known | {entry.nct_id: entry for entry in parts.store.trials.kept(again)} if again else known


def _page(judged: Sequence[Judged]) -> Page:
    items = [entry.item for entry in judged]
    return Page(
        new=tuple(item for item in items if isinstance(item, NewVersion)),
        unchanged=tuple(item for item in items if isinstance(item, Unchanged)),
        quarantined=tuple(item for item in items if isinstance(item, Quarantined)),
    )


def _checked(raw: RawPage, judged: Sequence[Judged], lost: Lost) -> tuple[str, ...]:
    """Give the ids that went somewhere: a stale or failed one did not, it is asked for again at the next poll."""
    believed = [entry.nct_id for entry in judged if entry.status not in _ASKED_AGAIN]
    absent = [nct_id for nct_id in raw.missing if nct_id not in lost.failed]
    return (*believed, *raw.aliased, *absent, *raw.refused)


def _note(raw: RawPage, judged: Sequence[Judged], lost: Lost, tally: Tally) -> None:
    tally.has_answers |= bool(raw.aliased or set(raw.missing) - set(lost.failed))
    told = log.bind()  # once, not for each of 10,000 events that are mostly not shown
    for entry in judged:
        tally.statuses[entry.nct_id] = entry.status
        tally.failed.discard(entry.nct_id)
        if entry.status is Status.FAILED:
            tally.tripped[entry.nct_id] = entry.reason
        elif entry.status is Status.DAMAGED:
            tally.damaged[entry.nct_id] = entry.reason
        calm = told.debug if entry.status is Status.UNCHANGED else told.info
        level = told.warning if entry.status in _LOUD else calm
        extra = {"reason": entry.reason} if entry.reason else {}
        level("study_checked", nct_id=entry.nct_id, status=entry.status.value, **extra)
    for nct_id in lost.missing:
        tally.missing.add(nct_id)
        log.warning("study_checked", nct_id=nct_id, status="missing")
    for nct_id, reason in raw.refused.items():
        tally.refused.add(nct_id)
        log.warning("study_checked", nct_id=nct_id, status="refused", reason=reason)
    for nct_id, reason in (*raw.failed.items(), *lost.failed.items()):
        tally.failed.add(nct_id)
        log.warning("study_checked", nct_id=nct_id, status="not_reached", reason=reason)
    for old, new in raw.aliased.items():
        log.info("study_checked", nct_id=old, status="merged", into=new)
