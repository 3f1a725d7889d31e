"""Commits one page: writes what `presence` decides inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from watcher.store import tables
from watcher.store.compression import CODEC, pack
from watcher.store.database import add_row, chunks
from watcher.store.presence import arrivals, next_presence, outcomes, refuse_wrong_base
from watcher.store.trial_model import Compared, Event, Kept, Milestone, NewVersion, PageCommit, Presence, VersionKind
from watcher.store.trials import add_trials, read_known

_COLUMNS = (
    "fingerprint",
    "canonical_hash",
    "data_version",
    "newest_seq",
    "starts_anew",
    "missing_since",
    "merged_into",
)


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A page with compressed bytes, so that the transaction is short.

    Attributes:
        page: The page.
        data: Compressed bodies by id.
        compared: Compressed comparisons by id.
    """

    page: PageCommit
    data: Mapping[str, bytes]
    compared: Mapping[str, bytes]

    @classmethod
    def of(cls, page: PageCommit) -> PackedPage:
        """Compress the bodies and comparisons of a page.

        Raises:
            ValueError: A trial occurs twice.
        """
        ids = [outcome.nct_id for outcome in outcomes(page)]
        if len(ids) != len(set(ids)):
            raise ValueError("A trial occurs twice in one page.")
        return cls(
            page,
            {one.nct_id: pack(one.body) for one in page.new} | {one.nct_id: pack(one.body) for one in page.quarantined},
            {one.nct_id: pack(one.compared.body) for one in arrivals(page) if one.compared},
        )


def write_page(connection: Connection, packed: PackedPage, now: datetime) -> Mapping[str, int]:
    """Write a page; call it inside a writing transaction.

    Returns:
        The seq given to each new version and event, by id.

    Raises:
        ValueError: As `Versions.commit_page`.
    """
    page = _without_stamped(connection, packed.page)
    ids = sorted(outcome.nct_id for outcome in outcomes(page))
    known = read_known(connection, ids)
    fresh = [nct_id for nct_id in ids if nct_id not in known]
    add_trials(connection, fresh)
    before = known | {nct_id: Kept(nct_id=nct_id, presence=Presence.NEW) for nct_id in fresh}
    for one in arrivals(page):
        refuse_wrong_base(one, before[one.nct_id])
    seqs = _add_versions(connection, packed, before, now)
    after = {one.nct_id: next_presence(before[one.nct_id], one, seqs.get(one.nct_id)) for one in outcomes(page)}
    _write_trials(connection, before, after)
    _write_bodies(connection, packed, seqs)
    _write_milestones(connection, page, seqs)
    _write_quarantine(connection, packed, before, now)
    return seqs


def _without_stamped(connection: Connection, page: PageCommit) -> PageCommit:
    """Write the trials of which only the data version changed, and return the page without them.

    With a new data version that is nearly every trial: one statement per page instead of one row each. If the state of
    any of them differs from what an unchanged record leaves, all of that statement are written one by one.
    """
    by_version: dict[str, list[str]] = {}
    for one in page.unchanged:
        if one.is_stamp_only and one.data_version is not None:
            by_version.setdefault(one.data_version, []).append(one.nct_id)
    done: set[str] = set()
    for data_version, ids in by_version.items():
        for piece in chunks(ids):
            own = tables.trial.c.nct_id.in_(piece)
            stamped = connection.execute(update(tables.trial).where(_STANDS, own).values(data_version=data_version))
            if stamped.rowcount == len(piece):
                done.update(piece)
    return replace(page, unchanged=tuple(one for one in page.unchanged if one.nct_id not in done))


_STANDS = (
    (tables.trial.c.life == Presence.PRESENT.value)
    & tables.trial.c.newest_seq.is_not(None)
    & tables.trial.c.missing_since.is_(None)
    & ~tables.trial.c.starts_anew
)
"""State of a trial in which an unchanged record changes only the data version."""


def _add_versions(
    connection: Connection, packed: PackedPage, before: Mapping[str, Kept], now: datetime
) -> dict[str, int]:
    seqs: dict[str, int] = {}
    for one in arrivals(packed.page):
        about = _about(one) if isinstance(one, NewVersion) else _about_event(connection, one, before[one.nct_id])
        row = {
            "nct_id": one.nct_id,
            "baseline": one.previous is None,
            "data_version": one.data_version,
            "seen_at": now,
            "severity": one.compared.severity.value if one.compared else None,
        }
        seqs[one.nct_id] = add_row(connection, tables.version, row | about)
    return seqs


def _about(one: NewVersion) -> dict[str, object]:
    return {
        "kind": VersionKind.RECORD.value,
        "canonical_hash": one.canonical_hash,
        "last_update_posted": one.last_update_posted,
        "title": one.title,
        "short_name": one.short_name,
    }


def _about_event(connection: Connection, one: Event, kept: Kept) -> dict[str, object]:
    """Return the columns of an event from the version before it, since it has no record."""
    table = tables.version
    last = connection.execute(
        select(table.c.title, table.c.last_update_posted, table.c.short_name).where(table.c.seq == kept.newest_seq)
    ).first()
    return {
        "kind": one.kind.value,
        "canonical_hash": None,
        "last_update_posted": last.last_update_posted if last else None,
        "title": last.title if last else "",
        "short_name": last.short_name if last else None,
    }


def _write_trials(connection: Connection, before: Mapping[str, Kept], after: Mapping[str, Kept]) -> None:
    """Write the trials whose state changed."""
    moved = [kept for nct_id, kept in after.items() if kept != before[nct_id]]
    if moved:
        statement = (
            update(tables.trial)
            .where(tables.trial.c.nct_id == bindparam("own_id"))
            .values({"life": bindparam("life"), **{name: bindparam(name) for name in _COLUMNS}})
        )
        connection.execute(statement, [_trial_row(kept) for kept in moved])


def _trial_row(kept: Kept) -> dict[str, object]:
    return {"own_id": kept.nct_id, "life": kept.presence.value, **{name: getattr(kept, name) for name in _COLUMNS}}


def _write_bodies(connection: Connection, packed: PackedPage, seqs: Mapping[str, int]) -> None:
    bodies = [{"seq": seqs[one.nct_id], "codec": CODEC, "data": packed.data[one.nct_id]} for one in packed.page.new]
    if bodies:
        connection.execute(insert(tables.body), bodies)
    compared: list[tuple[str, Compared]] = [(one.nct_id, one.compared) for one in arrivals(packed.page) if one.compared]
    if compared:
        rows = [
            {
                "seq": seqs[nct_id],
                "catalogue_revision": one.catalogue_revision,
                "codec": CODEC,
                "data": packed.compared[nct_id],
            }
            for nct_id, one in compared
        ]
        connection.execute(insert(tables.comparison), rows)


_WITHOUT_EFFECT = (VersionKind.CLOCK, VersionKind.SEARCH)


def _write_milestones(connection: Connection, page: PageCommit, seqs: Mapping[str, int]) -> None:
    """Replace the milestones of trials with a new version; gone and merged trials have none."""
    ended = sorted(one.nct_id for one in arrivals(page) if not (isinstance(one, Event) and one.kind in _WITHOUT_EFFECT))
    if not ended:
        return
    connection.execute(delete(tables.milestone).where(tables.milestone.c.nct_id.in_(ended)))
    rows = [_milestone_row(one.nct_id, milestone, seqs) for one in page.new for milestone in _unique(one.milestones)]
    if rows:
        connection.execute(insert(tables.milestone), rows)


def _unique(milestones: Iterable[Milestone]) -> Iterable[Milestone]:
    return {(one.kind, one.due_on): one for one in milestones}.values()


def _milestone_row(nct_id: str, one: Milestone, seqs: Mapping[str, int]) -> dict[str, object]:
    return {"nct_id": nct_id, "kind": one.kind, "due_on": one.due_on, "seq": seqs[nct_id]}


def _write_quarantine(connection: Connection, packed: PackedPage, before: Mapping[str, Kept], now: datetime) -> None:
    """Replace quarantined records; any other outcome ends a quarantine."""
    aside = [nct_id for nct_id, kept in before.items() if kept.quarantine is not None]
    if aside:
        connection.execute(delete(tables.quarantine).where(tables.quarantine.c.nct_id.in_(aside)))
    rows = []
    for one in packed.page.quarantined:
        earlier = before[one.nct_id].quarantine
        rows.append(
            {
                "nct_id": one.nct_id,
                "reason": one.reason,
                "data_version": one.data_version,
                "fingerprint": one.fingerprint,
                "since": earlier.since if earlier else now,
                "asked_at": now,
                "codec": CODEC,
                "data": packed.data[one.nct_id],
            }
        )
    if rows:
        connection.execute(insert(tables.quarantine), rows)
