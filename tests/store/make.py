"""Values as the other rooms would give them, with the dull parts filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from watcher.changes.model import Severity
from watcher.store.compression import pack_pieces
from watcher.store.delivery_model import NewMessage
from watcher.store.store import Store
from watcher.store.trial_model import Compared, Event, NewVersion, PageCommit, Unchanged, VersionKind

STORE_0001 = Path(__file__).parents[1] / "data" / "store_0001.sql"
"""A store of schema 0001 with a row in every table, written by hand: every step of a migration meets one.

`store_0_1_0.sql` beside it is what the released program wrote by itself; some of its tables are empty.
"""

NOW = datetime(2026, 3, 13, 14, 5, tzinfo=UTC)
ONE = "NCT99000001"
TWO = "NCT99000002"
THREE = "NCT99000003"


def later(minutes: float) -> datetime:
    """Give a moment after NOW."""
    return NOW + timedelta(minutes=minutes)


def compared(body: bytes = b'{"changes":[]}', severity: Severity = Severity.MAJOR) -> Compared:
    """Give a comparison."""
    return Compared(body=body, severity=severity, catalogue_revision=1)


def new(nct_id: str = ONE, body: bytes = b'{"v":1}', *, previous: int | None = None, **more: Any) -> NewVersion:
    """Give a new version; compared with the previous one when there is one."""
    values: dict[str, Any] = {
        "canonical_hash": f"hash of {body!r}",
        "fingerprint": f"print of {body!r}",
        "data_version": "2026-03-13",
        "last_update_posted": "2026-03-11",
        "title": "A trial of something",
        "compared": None if previous is None else compared(),
    }
    return NewVersion(nct_id=nct_id, body=body, previous=previous, **(values | more))


def unchanged(nct_id: str = ONE, body: bytes = b'{"v":1}', data_version: str = "2026-03-13") -> Unchanged:
    """Give an answer that says what was known."""
    return Unchanged(nct_id=nct_id, fingerprint=f"print of {body!r}", data_version=data_version)


def gone(nct_id: str = ONE, *, previous: int | None) -> Event:
    """Give the confirmation that a trial is gone."""
    return Event(
        nct_id=nct_id, kind=VersionKind.GONE, data_version="2026-03-14", previous=previous, compared=compared(b"gone")
    )


def keep(store: Store, nct_id: str = ONE, body: bytes = b'{"v":1}') -> int:
    """Store a version after the newest one of the trial; give its seq."""
    (kept,) = store.trials.kept([nct_id])
    previous = None if kept.starts_anew else kept.newest_seq
    return store.versions.commit_page(PageCommit(new=(new(nct_id, body, previous=previous),)), NOW)[nct_id]


def letter(name: str = "1", *, recipient: str = "ana", channel: str = "email", payload: bytes = b"{}") -> NewMessage:
    """Give a message."""
    return NewMessage(
        recipient=recipient,
        channel=channel,
        subject=f"Digest {name}",
        message_id=f"<{name}@x>",
        payload=pack_pieces([payload]),
    )
