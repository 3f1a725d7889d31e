"""One trial with its versions, as pages get it: read from the store, nothing decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from watcher.archive import decode, decode_comparison
from watcher.changes.model import Comparison, Record
from watcher.changes.record_events import first_seen
from watcher.config.watchlist import WatchedTrial, Watchlist
from watcher.context import RunContext
from watcher.pages.mirror import mirror_of
from watcher.pages.page_model import Site, Step, Trial
from watcher.store.trial_model import Kept, LogEntry, Version
from watcher.study.read import as_object


def markdown_of(context: RunContext, watchlist: Watchlist, nct_id: str) -> str | None:
    """Return the Markdown page of one trial; None when it was never read."""
    trial = load(context, nct_id, watchlist.trials.get(nct_id))
    if trial is None:
        return None
    return context.templates().render("pages/trial.md.j2", {"page": mirror_of(trial, site_of(context))}).text


def site_of(context: RunContext) -> Site:
    """Return what holds for all pages now."""
    token = context.store.trials.newest_token()
    url = (context.loaded.config.pages.url or "").rstrip("/")
    return Site(url=url, now=context.clock(), data_version=token[:10] if token else None)


def load(context: RunContext, nct_id: str, watched: WatchedTrial | None, *, records: bool = False) -> Trial | None:
    """Return one trial with all its versions; None when it was never read.

    Args:
        context: What the run works with.
        nct_id: The trial.
        watched: How it is watched, or None.
        records: Whether each step carries what pictures are made of, too.
    """
    body = context.store.versions.newest_body(nct_id)
    if body is None:
        return None
    newest = decode(body)
    steps = steps_of(reversed(context.store.versions.log(nct_id)))
    if records:
        older = tuple(replace(step, record=_drawn(_record(context, step.seq))) for step in steps[:-1])
        steps = (*older, replace(steps[-1], record=_drawn(newest)))
    kept: Kept = context.store.trials.kept([nct_id])[0]
    return Trial(
        nct_id=nct_id,
        record=newest,
        steps=steps,
        watches=watched.watches if watched is not None else (),
        short_name=watched.short_name if watched is not None else None,
        state=kept.presence.value,
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
        return decode_comparison(compared)
    return first_seen(version.nct_id, data_version=version.data_version, posted=version.last_update_posted)


_DRAWN = ("identificationModule", "statusModule", "designModule")


def _drawn(record: Record | None) -> Record | None:
    """Return the modules pictures are made of: many versions of a record of megabytes would not fit."""
    if record is None:
        return None
    protocol = as_object(record.get("protocolSection"))
    return {"protocolSection": {name: protocol[name] for name in _DRAWN if name in protocol}}


def _record(context: RunContext, seq: int) -> Record | None:
    try:
        return decode(context.store.versions.body(seq))
    except LookupError:  # an id that was an alias from the first day never had a record of its own
        return None
