"""What the explainers are given, and what they give back.

An explainer is a function `explain(evidence) -> Iterable[Change]`: it looks at the edits of its own part of the record
and claims those it understands. It decides kind, the kind's own level and the rule, path, verb and facts; context,
origin, record paths, order and uniqueness of paths are settled once for all in `meaning.judge`. What no explainer
claims is told by `families.field.field_changes` from the catalogue alone, so nothing is ever dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from watcher.changes.model import Change, Edit, Json, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What earlier versions of the trial said; what one pair of records cannot tell.

    Attributes:
        first_seen_on: ISO date of the first stored version, or None when unknown (two files compared).
        values: Per seed-style path the values of all versions before the newer one, oldest first, repeats left out;
            only for the few paths in `TRACKED_PATHS`.
    """

    first_seen_on: str | None = None
    values: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)


TRACKED_PATHS = (
    "status.overallStatus",
    "status.primaryCompletionDate",
    "status.completionDate",
    "design.enrollmentCount",
)
"""Paths whose earlier values a sentence may speak of: running totals and returns to an earlier value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Two canonical records and every difference between them.

    Attributes:
        nct_id: The trial.
        old: Older canonical record.
        new: Newer canonical record.
        edits: Every differing place, in path order; changes claim them by index.
        history: What earlier versions said.
        has_sponsor_update: Whether an update was posted between the two.
        posted: The newer record's last-update-posted date as spelt there, or None.
        data_version: The newer record's data version, or None.
        older_data_version: The older record's data version, or None.
    """

    nct_id: str
    old: Record
    new: Record
    edits: tuple[Edit, ...]
    history: History
    has_sponsor_update: bool
    posted: str | None
    data_version: str | None
    older_data_version: str | None = None

    def under(self, *path: str) -> tuple[int, ...]:
        """Return the indices of the edits at or below a field path, or above it (a whole module added or removed)."""
        found = []
        for index, edit in enumerate(self.edits):
            keys = edit.field_path
            if keys[: len(path)] == path or path[: len(keys)] == keys:
                found.append(index)
        return tuple(found)


Explain = Callable[[Evidence], Iterable[Change]]
