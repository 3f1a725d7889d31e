"""Trials that did not come as asked: merged into another, absent, gone.

An absence is confirmed by asking for the trial alone, and is told only when a second data version confirms it. When
many trials are absent at once, the answer is not believed before the next data version shows the same (design: A
trial's life). Judges; the poll stores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from watcher.archive import pack
from watcher.changes.record_events import gone, merged
from watcher.errors import RegistryError, RegistryRefusedError
from watcher.pipeline.ingest import ingest_records
from watcher.pipeline.ingest_result import IngestResult
from watcher.registry.client import RegistryClient
from watcher.registry.plausibility import data_day
from watcher.registry.registry_model import Moved, NotFound, RateLimitedError, RawRecord, Single
from watcher.store.store import Store
from watcher.store.trial_model import ABSENCE, Absent, Event, Kept, PageCommit, Presence, Quarantined, VersionKind


def merged_events(aliased: Mapping[str, str], kept: Mapping[str, Kept], token: str | None) -> tuple[Event, ...]:
    """Make the event of each id that came back under another one; an id merged before has none."""
    return tuple(event for old, new in aliased.items() if (event := _merged(kept.get(old), new, token)) is not None)


MOST_ABSENT = 10
"""More than so many trials absent for the first time, and more than a tenth of those asked for, are not believed."""

MOST_SINGLE = 50
"""At most so many ids a poll are asked for by themselves; the absence of the others is confirmed in later polls."""

FAILED_IN_A_ROW = 3
"""After so many single requests in a row without an answer the registry is left alone until the next poll."""

_SETTLED = frozenset({Presence.GONE, Presence.MERGED, Presence.UNKNOWN})
"""Their absence is known. They stay in the batch, where their return would be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRecords:
    """What became of the ids that good answers left out.

    Attributes:
        found: Records that came after all, judged.
        page: What to store of the others.
        missing: Ids that are not in the registry, in their order; those known to be gone are not among them.
        aside: Ids left out together with too many others: not believed.
        failed: Id → reason, where the registry gave no answer about the one; it stays due.
    """

    found: tuple[IngestResult, ...] = ()
    page: PageCommit = field(default_factory=PageCommit)
    missing: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


async def resolve_missing(
    client: RegistryClient, missing: Sequence[Kept], asked: int, token: str | None, store: Store
) -> MissingRecords:
    """Decide what became of the trials that the answers of one reading left out.

    Args:
        client: Asks for at most `MOST_SINGLE` of them by themselves.
        missing: What is known of them.
        asked: How many trials were asked for in all.
        token: The registry's `dataTimestamp`.
        store: For bodies of versions to compare with; only read.

    Raises:
        RegistryRefusedError: 403: whoever asks on is impolite.
        RateLimitedError: 429 after all tries, likewise.
    """
    open_ones = [known for known in missing if known.presence not in _SETTLED]
    first = [
        known for known in open_ones if known.presence is not Presence.ABSENT and not _is_aside_before(known, token)
    ]
    if len(first) > MOST_ABSENT and 10 * len(first) > asked:
        return _mass_absence(open_ones, first, asked, token)
    answers = await _ask_singly(client, [known.nct_id for known in _most_urgent(open_ones)])
    found: list[RawRecord] = []
    absent: list[Absent] = []
    events: list[Event] = []
    still: list[str] = []
    failed: dict[str, str] = {}
    for known in open_ones:
        answer = answers.get(known.nct_id)
        if isinstance(answer, RawRecord):
            found.append(answer)
        elif isinstance(answer, Moved):
            event = _merged(known, answer.to, token)
            events += [event] if event else []
        elif isinstance(answer, str):
            failed[known.nct_id] = answer
        else:
            still.append(known.nct_id)
            is_confirmed = isinstance(answer, NotFound) and _is_confirmed(known, token)
            if is_confirmed and known.newest_seq is not None:
                events.append(_gone(known, token))
            else:
                since = known.missing_since or token or ""
                absent.append(Absent(nct_id=known.nct_id, data_version=since, is_unknown=is_confirmed))
    return MissingRecords(
        found=ingest_records(found, {known.nct_id: known for known in open_ones}, store, day=data_day(token)),
        page=PageCommit(absent=tuple(absent), events=tuple(events)),
        missing=tuple(still),
        failed=failed,
    )


def _mass_absence(open_ones: Sequence[Kept], first: Sequence[Kept], asked: int, token: str | None) -> MissingRecords:
    """Quarantine the trials absent for the first time; no other absence is confirmed by this answer."""
    reason = f"The registry left out {len(first)} of {asked} trials at once."
    aside = tuple(
        Quarantined(nct_id=known.nct_id, reason=reason, data_version=token, fingerprint=ABSENCE, body=b"{}")
        for known in first
    )
    put_aside = tuple(entry.nct_id for entry in aside)
    others = tuple(known.nct_id for known in open_ones if known.nct_id not in set(put_aside))
    return MissingRecords(page=PageCommit(quarantined=aside), missing=others, aside=put_aside)


def _is_aside_before(known: Kept, token: str | None) -> bool:
    """Return whether a trial was put aside as absent in another data version; this one shows that it is real."""
    aside = known.quarantine
    return aside is not None and aside.fingerprint == ABSENCE and aside.data_version != token


def _most_urgent(open_ones: Sequence[Kept]) -> Sequence[Kept]:
    """Return the trials to ask for by themselves: first those whose absence would be confirmed."""
    return sorted(open_ones, key=lambda known: known.presence is not Presence.ABSENT)[:MOST_SINGLE]


async def _ask_singly(client: RegistryClient, ids: Sequence[str]) -> Mapping[str, Single | str]:
    """Ask for each id by itself; where there is no usable answer, say why in words."""
    answers: dict[str, Single | str] = {}
    in_a_row = 0
    for nct_id in ids:
        if in_a_row >= FAILED_IN_A_ROW:
            answers[nct_id] = "it was not asked for by itself, since the registry did not answer for others"
            continue
        try:
            answers[nct_id] = await client.single(nct_id)
            in_a_row = 0
        except (RegistryRefusedError, RateLimitedError):
            raise
        except RegistryError as error:
            answers[nct_id] = str(error)  # this one waits; the other records of the answer are good
            in_a_row += 1
    return answers


def _is_confirmed(known: Kept, token: str | None) -> bool:
    """Return whether the trial was absent in an earlier data version, too."""
    return known.presence is Presence.ABSENT and token is not None and known.missing_since != token


def _merged(known: Kept | None, into: str, token: str | None) -> Event | None:
    if known is None or known.presence is Presence.MERGED:
        return None
    previous = None if known.starts_anew else known.newest_seq
    comparison = merged(known.nct_id, into=into, last=known.data_version, now=_day(token))
    return Event(
        nct_id=known.nct_id,
        kind=VersionKind.MERGED,
        data_version=_day(token),
        previous=previous,
        compared=pack(comparison),
        merged_into=into,
    )


def _gone(known: Kept, token: str | None) -> Event:
    previous = None if known.starts_anew else known.newest_seq
    comparison = gone(known.nct_id, last=known.data_version, now=_day(token))
    return Event(
        nct_id=known.nct_id,
        kind=VersionKind.GONE,
        data_version=_day(token),
        previous=previous,
        compared=pack(comparison),
    )


def _day(token: str | None) -> str | None:
    """Return the part of a token that people read as a date; tokens are opaque otherwise."""
    return token[:10] if token else None
