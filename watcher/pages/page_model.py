"""What pages are made of: trials with their versions, and what is said of the whole site.

Holds data only; the values come from the store by way of `pipeline.publisher`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from watcher.changes.model import Comparison, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One kept version of a trial, or an event that has no record of its own.

    Attributes:
        nct_id: The trial.
        seq: Its number, over all trials.
        seen_at: When it was stored, aware and in UTC.
        data_version: The registry's data version, `yyyy-mm-dd`, or None.
        posted: Day the last update was posted, as the record spells it, or None.
        is_baseline: First sight, or first after a gap: compared with nothing.
        comparison: What changed; for a baseline the one change `record.baseline`.
        record: The record of this version, or the modules of it that pictures are made of; None where nobody looks
            into it, or where it is not kept any more.
    """

    nct_id: str
    seq: int
    seen_at: datetime
    data_version: str | None
    posted: str | None
    is_baseline: bool
    comparison: Comparison
    record: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One watched trial.

    Attributes:
        nct_id: The trial.
        record: Its newest record, as the registry sent it.
        steps: Its versions, oldest first; at least one.
        watches: Names of the watches that hold it; may be empty.
        short_name: The operator's own name for it, or None.
        state: Where it stands with us: `present`, `gone`, `merged`, …
    """

    nct_id: str
    record: Record
    steps: tuple[Step, ...]
    watches: tuple[str, ...] = ()
    short_name: str | None = None
    state: str = "present"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What holds for all pages.

    Attributes:
        url: Address under which the folder is published, without a slash at its end; empty when not known. Only feeds
            and the Markdown page use it: links between pages are relative.
        now: The time, aware and in UTC; `recent` and `this week` count back from it.
        data_version: The newest of the registry's data versions that a trial was read at, or None.
    """

    url: str
    now: datetime
    data_version: str | None = None


REGISTRY_URL = "https://clinicaltrials.gov/study/{}"
"""A trial's page at the registry; `?tab=history` shows every posted version there."""
