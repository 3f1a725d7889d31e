"""Stored records and comparisons, read back: the bytes of the store as values, and their history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from watcher.changes.model import Comparison, Record, Severity
from watcher.errors import DamagedError
from watcher.store.store import Store
from watcher.store.trial_model import Compared

if TYPE_CHECKING:
    from watcher.changes.meaning.evidence import History

HISTORY_DEPTH = 50
"""At most so many earlier versions are read for running totals; the oldest and the newest ones count most."""

REFORMATTED = "registry-wide.found:"


def read_history(nct_id: str, upto: int | None, before: Record, after: Record, store: Store) -> History:
    """Read what the versions of a trial up to one of them said; the newest `HISTORY_DEPTH` of them.

    Args:
        nct_id: The trial.
        upto: The last version that counts; None for all.
        before: The older record of the comparison that this is for.
        after: The newer one. When they agree on all that is tracked, no earlier record is read: there may be many.
        store: Only read.
    """
    from watcher.changes.history import history_of, needs_history

    versions = [version for version in store.versions.of_trial(nct_id) if upto is None or version.seq <= upto]
    first = versions[0].seen_at.date().isoformat() if versions else None
    read = versions[-HISTORY_DEPTH:] if needs_history(before, after) else ()
    bodies = (_kept_body(store, version.seq) for version in read)
    return history_of((decode(body) for body in bodies if body is not None), first_seen_on=first)


def _kept_body(store: Store, seq: int) -> bytes | None:
    """Return the record of a version, or None when it was let go (`[store] keep_records`)."""
    try:
        return store.versions.body(seq)
    except LookupError:
        return None


def trial_damage(store: Store, nct_id: str) -> str:
    """Return why something stored of a trial cannot be read back; empty if all of it can."""
    try:
        for version in store.versions.of_trial(nct_id):
            if (body := _kept_body(store, version.seq)) is not None:
                decode(body)
            if (compared := store.versions.comparison(version.seq)) is not None:
                decode_comparison(compared)
    except DamagedError as error:
        return str(error)
    return ""


def pack(comparison: Comparison) -> Compared:
    """Make the stored form of a comparison."""
    from watcher.changes.serialize import to_bytes

    loudest = min(
        (change.severity for change in comparison.changes), key=lambda level: level.rank, default=Severity.NOISE
    )
    return Compared(body=to_bytes(comparison), severity=loudest, catalogue_revision=comparison.catalogue_revision)


def decode(body: bytes) -> Record:
    """Return the record held by stored bytes.

    Raises:
        DamagedError: They are no JSON object.
    """
    try:
        return _decoded(body)
    except ValueError as error:
        raise DamagedError(f"a stored record cannot be read ({error}); see `watcher db check`") from error


def decode_comparison(stored: bytes) -> Comparison:
    """Return the comparison held by stored bytes.

    Raises:
        DamagedError: They are no comparison.
    """
    from watcher.changes.serialize import from_bytes

    try:
        return from_bytes(stored)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedError(f"a stored comparison cannot be read ({error!r}); see `watcher db check`") from error


def _decoded(body: bytes) -> Record:
    found = msgspec.json.decode(body)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 — it is the value that is wrong
    return found


def quietened(comparison: Comparison, store: Store) -> Comparison:
    """Make noise of what the registry reformatted in a data version that a comparison spans."""
    older, newer = comparison.older.data_version, comparison.newer.data_version
    if newer is None:
        return comparison
    from watcher.changes.meaning.registry_wide import quieten

    for name, note in store.notes.all(REFORMATTED).items():
        if (older or "") < name.removeprefix(REFORMATTED) <= newer:
            found = json.loads(note)
            comparison = quieten(comparison, found["families"], found["fetched"])
    return comparison
