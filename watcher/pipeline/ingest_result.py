"""What becomes of one received record, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from watcher.store.trial_model import NewVersion, Quarantined, Unchanged


class IngestStatus(StrEnum):
    """What became of one record; the `status` of the event `trial_checked`."""

    BASELINE = "baseline"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    RETURNED = "returned"
    STALE = "stale"
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """One record and what becomes of it.

    Attributes:
        nct_id: The trial.
        status: What became of it.
        item: What the store keeps; None for a stale answer.
        reason: Why it is not believed; empty otherwise.
        is_behind: It comes from a data node that is older than the registry's data version.
    """

    nct_id: str
    status: IngestStatus
    item: NewVersion | Unchanged | Quarantined | None = None
    reason: str = ""
    is_behind: bool = False

    @property
    def lags(self) -> bool:
        """Return whether the record is older than the registry's data version or than the one kept."""
        return self.is_behind or self.status is IngestStatus.STALE
