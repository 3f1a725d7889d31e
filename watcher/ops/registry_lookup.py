"""Asks the registry about a search or a few ids for a person at a terminal: few requests, and nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from watcher.context import RunContext
from watcher.errors import RegistryRefusedError, RegistryUnavailableError
from watcher.pipeline import registry_state
from watcher.registry.registry_model import RawRecord
from watcher.registry.search_results import SearchResults
from watcher.registry.studies_page import decode_record
from watcher.registry.transport_choice import is_open, open_registry
from watcher.study.read import as_text, at
from watcher.study.typed import study_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrial:
    """What is shown of a trial that is not watched yet.

    Attributes:
        nct_id: The trial.
        aliases: Former ids that were merged into it.
        title: Brief title; empty when it is not given.
        status: Status as the registry spells it; empty when it is not given.
        phases: Phases as the registry spells them.
        sponsor: Name of the lead sponsor; empty when it is not given.
    """

    nct_id: str
    aliases: tuple[str, ...]
    title: str
    status: str
    phases: tuple[str, ...]
    sponsor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one search selects.

    Attributes:
        total: How many trials.
        trials: The first of them.
    """

    total: int
    trials: Sequence[FoundTrial]


async def look_up(
    context: RunContext, searches: Sequence[Mapping[str, str]], *, count: int, within: timedelta
) -> Sequence[Found]:
    """Return for each search how many trials it selects, and the first of them.

    Args:
        context: What a run would work with; its store is only read.
        searches: Parameters of each search; one request is sent for each.
        count: How many trials to return of each.
        within: How long to wait for all answers, retries included.

    Raises:
        RegistryRefusedError: The firewall refuses us, or has refused us a short while ago.
        RegistryUnavailableError: There is no usable answer in time.
        RegistryAnswerError: The registry refuses the search, or its answer is not plausible.
    """
    settings = context.loaded.config.registry
    if is_open(registry_state.breaker(context.store), settings, context.clock()):
        raise RegistryRefusedError(registry_state.refusal(context.store))
    settings = settings.model_copy(update={"timeout": min(settings.timeout, within)})
    try:
        async with (
            asyncio.timeout(within.total_seconds()),
            open_registry(
                settings,
                memory=registry_state.transport(context.store),
                now=context.clock(),
                sleep=context.sleep,
                monotonic=context.monotonic,
            ) as client,
        ):
            return [_found(await client.results(params, count)) for params in searches]
    except TimeoutError:
        seconds = f"{within.total_seconds():g} seconds"
        raise RegistryUnavailableError(f"the registry did not answer within {seconds}; try again later") from None


def _found(results: SearchResults) -> Found:
    return Found(total=results.total, trials=[_trial(record) for record in results.records])


def _trial(raw: RawRecord) -> FoundTrial:
    record = decode_record(raw.body)
    study = study_of(record)
    return FoundTrial(
        nct_id=raw.nct_id,
        aliases=raw.aliases,
        title=study.title,
        status=as_text(at(record, "protocolSection", "statusModule", "overallStatus")),
        phases=study.phases,
        sponsor=study.sponsor,
    )
