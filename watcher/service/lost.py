"""Trials that did not come as asked: merged into another, absent, gone.

An absence is confirmed by asking for the trial alone, and is told only when a second data version confirms it
(design: A trial's life). Judges; the poll stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.errors import RegistryError, RegistryRefusedError
from watcher.registry.model import Moved, RawRecord
from watcher.service.judging import Judged, judge_records, pack
from watcher.store.model import Absent, Event, Kept, Life, Page, VersionKind
from watcher.store.store import Store

if TYPE_CHECKING:
    from watcher.registry.client import RegistryClient


def judge_aliases(aliased: Mapping[str, str], kept: Mapping[str, Kept], token: str | None) -> tuple[Event, ...]:
    """Make the event of each id that came back under another one; an id merged before has none."""
    return tuple(event for old, new in aliased.items() if (event := _merged(kept.get(old), new, token)) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What became of the ids a good answer left out.

    Attributes:
        found: Records that came after all, judged.
        page: What to store of the others.
        missing: Ids that are not in the registry, in their order; those told as gone before are not among them.
        failed: Id → reason, where the registry gave no answer about the one; it stays due.
    """

    found: tuple[Judged, ...]
    page: Page
    missing: tuple[str, ...]
    failed: Mapping[str, str]


async def judge_missing(
    client: RegistryClient, missing: Iterable[str], kept: Mapping[str, Kept], token: str | None, store: Store
) -> Lost:
    """Ask alone for each id a good answer left out.

    Raises:
        RegistryRefusedError: 403: whoever asks on is impolite.
    """
    found: list[RawRecord] = []
    absent: list[Absent] = []
    events: list[Event] = []
    still: list[str] = []
    failed: dict[str, str] = {}
    for nct_id in missing:
        known = kept[nct_id]
        if known.life is Life.GONE:
            continue  # told already; it stays in the batch and its return would be seen there
        try:
            answer = await client.single(nct_id)
        except RegistryRefusedError:
            raise
        except RegistryError as error:
            failed[nct_id] = str(error)  # this one waits; the other records of the answer are good
            continue
        if isinstance(answer, RawRecord):
            found.append(answer)
        elif isinstance(answer, Moved):
            event = _merged(known, answer.to, token)
            events += [event] if event else []
        else:
            still.append(nct_id)
            if _is_confirmed(known, token):
                events.append(_gone(known, token))
            else:
                absent.append(Absent(nct_id=nct_id, data_version=known.missing_since or token or ""))
    return Lost(
        found=judge_records(found, kept, store),
        page=Page(absent=tuple(absent), events=tuple(events)),
        missing=tuple(still),
        failed=failed,
    )


def _is_confirmed(known: Kept, token: str | None) -> bool:
    """Tell whether a trial that was ever read is absent in a second data version."""
    was_absent = known.life is Life.ABSENT and known.newest_seq is not None
    return was_absent and token is not None and known.missing_since != token


def _merged(known: Kept | None, into: str, token: str | None) -> Event | None:
    if known is None or known.life is Life.MERGED:
        return None
    from watcher.service.happenings import merged

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
    from watcher.service.happenings import gone

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
    """Give the part of a token that people read as a date; tokens are opaque otherwise."""
    return token[:10] if token else None
