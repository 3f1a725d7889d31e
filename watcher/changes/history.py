"""What earlier versions of a trial said, for sentences that speak of more than one pair of records.

Reads the few tracked values out of records; does not compare and does not judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.changes.meaning.evidence import TRACKED_PATHS, History
from watcher.changes.model import Json, Record
from watcher.study.read import at

_PLACES: Mapping[str, tuple[str, ...]] = {
    "status.overallStatus": ("protocolSection", "statusModule", "overallStatus"),
    "status.primaryCompletionDate": ("protocolSection", "statusModule", "primaryCompletionDateStruct", "date"),
    "status.completionDate": ("protocolSection", "statusModule", "completionDateStruct", "date"),
    "design.enrollmentCount": ("protocolSection", "designModule", "enrollmentInfo", "count"),
}


def history_of(records: Iterable[Record], *, first_seen_on: str | None) -> History:
    """Collect the tracked values of the versions before the newer record of a comparison.

    Args:
        records: Those versions, oldest first.
        first_seen_on: ISO date of the first stored version, or None when unknown.

    Returns:
        Values per tracked path, oldest first; neighbours that are equal are one; absent values are left out.
    """
    values: dict[str, list[Json]] = {path: [] for path in TRACKED_PATHS}
    for record in records:
        for path, seen in values.items():
            value = at(record, *_PLACES[path])
            if value is not None and (not seen or seen[-1] != value):
                seen.append(value)
    return History(first_seen_on=first_seen_on, values={path: tuple(seen) for path, seen in values.items()})


def needs_history(old: Record, new: Record) -> bool:
    """Return whether a comparison of two records may speak of earlier versions: a tracked value differs."""
    return any(at(old, *place) != at(new, *place) for place in _PLACES.values())
