"""Trial pages: gathers what the store knows of the watched trials and hands it to `pages`.

Reads the store and writes files of the site only; decides nothing about what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from watcher.changes.exchange import from_bytes
from watcher.changes.model import Comparison, Record
from watcher.config.watchlist import Watched, Watchlist
from watcher.pages.mirror import mirror_of
from watcher.pages.model import Site, Step, Trial
from watcher.service.happenings import first_seen
from watcher.service.judging import decode
from watcher.service.parts import Parts
from watcher.store.model import Kept, LogEntry, Version


def markdown_of(parts: Parts, watchlist: Watchlist, nct_id: str) -> str | None:
    """Give the Markdown page of one trial; None when it was never read."""
    trial = load(parts, nct_id, watchlist.trials.get(nct_id))
    if trial is None:
        return None
    return parts.templates().render("pages/trial.md.j2", {"page": mirror_of(trial, site_of(parts))}).text


def site_of(parts: Parts) -> Site:
    """Give what holds for all pages now."""
    last = parts.store.polls.last_complete()
    return Site(url="", now=parts.clock(), data_version=last.token[:10] if last and last.token else None)


def load(parts: Parts, nct_id: str, watched: Watched | None, *, records: bool = False) -> Trial | None:
    """Give one trial with all its versions; None when it was never read.

    Args:
        parts: What the run works with.
        nct_id: The trial.
        watched: How it is watched, or None.
        records: Whether each step carries its record too.
    """
    versions = parts.store.versions
    body = versions.newest_body(nct_id)
    if body is None:
        return None
    kept: Kept = parts.store.trials.kept([nct_id])[0]
    entries = [LogEntry(version=one, compared=versions.comparison(one.seq)) for one in versions.of_trial(nct_id)]
    steps = steps_of(entries)
    if records:
        steps = tuple(replace(step, record=_record(parts, step.seq)) for step in steps)
    return Trial(
        nct_id=nct_id,
        record=decode(body),
        steps=steps,
        watches=watched.watches if watched is not None else (),
        short_name=watched.short_name if watched is not None else None,
        state=kept.life.value,
    )


def steps_of(entries: Iterable[LogEntry]) -> tuple[Step, ...]:
    """Make steps of log entries, in their order, without records."""
    return tuple(
        Step(
            nct_id=entry.version.nct_id,
            seq=entry.version.seq,
            seen_at=entry.version.seen_at,
            data_version=entry.version.data_version,
            posted=entry.version.last_update_posted,
            is_baseline=entry.version.baseline,
            comparison=_comparison(entry.version, entry.compared),
        )
        for entry in entries
    )


def _comparison(version: Version, compared: bytes | None) -> Comparison:
    if compared is not None:
        return from_bytes(compared)
    return first_seen(version.nct_id, data_version=version.data_version, posted=version.last_update_posted)


def _record(parts: Parts, seq: int) -> Record | None:
    try:
        return decode(parts.store.versions.body(seq))
    except LookupError:  # an id that was an alias from the first day never had a record of its own
        return None
