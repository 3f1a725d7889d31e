"""What the watcher knows, as plain values for `status`, `list`, `show` and `log`; reads only.

The shapes are stable, for scripts rely on them (design: The command line).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from watcher.archive import decode, decode_comparison
from watcher.changes.model import Comparison, Record
from watcher.changes.record_events import first_seen
from watcher.changes.serialize import printed
from watcher.changes.wording.say import phrase
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.digests.slots import next_slots
from watcher.pipeline.destinations import destinations_of
from watcher.pipeline.display_names import display_names
from watcher.pipeline.fault_states import failing
from watcher.pipeline.pending_changes import headline_of
from watcher.pipeline.trial_faults import unknown_trial
from watcher.pipeline.watchlist_resolution import follow_merged, poll_ids
from watcher.store.delivery_model import State
from watcher.store.trial_model import Kept, LogEntry, Presence
from watcher.study.names import short_name as short_name_of
from watcher.study.read import at


def status_of(context: RunContext, watchlist: Watchlist) -> Mapping[str, Any]:
    """Return the whole state: polls, faults, recipients, outbox."""
    watchlist = follow_merged(watchlist, context.store)
    last = context.store.polls.last()
    ids = poll_ids(watchlist, context.store)
    token = last.token if last is not None else None
    every = context.loaded.config.registry.poll_every
    counts = context.store.outbox.counts()
    return {
        "schema": 1,
        "poll": {
            "last": zulu(last.finished) if last is not None else None,
            "outcome": last.outcome.value if last is not None else None,
            "next": zulu(last.finished + every) if last is not None else None,
            "data_version": token,
            "due": len(context.store.trials.due(ids, token)) if token is not None else len(ids),
            "watched": len(ids),
            "note": last.note if last is not None else "",
        },
        "requests": last.requests if last is not None else 0,
        "searches": list(_searches(context, watchlist)),
        "faults": [
            {"part": fault.part, "state": fault.state.value, "since": zulu(fault.since), "message": fault.message}
            for fault in failing(context.store.faults.all())
        ],
        "recipients": list(_recipients(context)),
        "outbox": {state.value: counts[state] for state in State if state is not State.DELIVERED},
        "snoozes": snoozes_of(context),
    }


def snoozes_of(context: RunContext) -> list[dict[str, Any]]:
    """Return what is held back now, soonest end first; `recipient` or `nct_id` is null where it holds for all."""
    return [
        {"recipient": one.recipient, "nct_id": one.nct_id, "until": zulu(one.until)}
        for one in context.store.snoozes.active(context.clock())
    ]


def _searches(context: RunContext, watchlist: Watchlist) -> Iterator[Mapping[str, Any]]:
    """Yield each watched search with the number of its members; null for one that was never read."""
    states = context.store.searches.states()
    for search in watchlist.searches:
        state = states.get(search.query.key)
        yield {
            "watches": list(search.watches),
            "search": search.query.described,
            "members": state.count if state is not None else None,
            "data_version": state.token if state is not None else None,
        }


def _recipients(context: RunContext) -> Any:
    suspensions = context.store.outbox.suspensions()
    now = context.clock()
    config = context.loaded.config
    for recipient in config.recipient:
        coming = next_slots(recipient.send, config.zone(recipient), now, 1)
        for destination in destinations_of(recipient):
            suspended = [
                entry.reason
                for entry in suspensions
                if entry.channel == destination.key and entry.recipient in (None, recipient.name)
            ]
            waiting = context.store.outbox.list(
                states=(State.PENDING, State.SENDING, State.UNKNOWN), recipient=recipient.name, channel=destination.key
            )
            yield {
                "name": recipient.name,
                "channel": destination.medium.value,
                "suspended": bool(suspended),
                "next_slot": zulu(coming[0]) if coming else None,
                "pending": len(waiting),
            }


def trials_of(context: RunContext, watchlist: Watchlist) -> list[Mapping[str, Any]]:
    """Return the watched trials in the order of the watchlist."""
    ids = list(watchlist.trials)
    kept = {entry.nct_id: entry for entry in context.store.trials.kept(ids)}
    bodies = context.store.versions.newest_bodies(ids)
    rows = [_row(watchlist, kept[nct_id], decode(bodies[nct_id]) if nct_id in bodies else {}) for nct_id in ids]
    names = display_names(context.store, _own_names(watchlist), {row["nct_id"]: row["short_name"] for row in rows})
    return [{**row, "short_name": names[row["nct_id"]]} for row in rows]


def trial_of(context: RunContext, watchlist: Watchlist, nct_id: str) -> Mapping[str, Any] | None:
    """Return one trial with its record; None when it was never read."""
    kept = context.store.trials.kept([nct_id])[0]
    body = context.store.versions.newest_body(nct_id)
    if body is None:
        return None
    record = decode(body)
    row = _row(watchlist, kept, record)
    own = {nct_id: None, **_own_names(watchlist)}
    versions = context.store.versions.of_trial(nct_id)
    newest = versions[-1]
    return {
        "schema": 1,
        **row,
        "short_name": display_names(context.store, own, {nct_id: row["short_name"]})[nct_id],
        "seq": newest.seq,
        "seen_at": zulu(newest.seen_at),
        "first_seen_at": zulu(versions[0].seen_at),
        "versions": len(versions),
        "last_update_posted": newest.last_update_posted,
        "record": record,
    }


def _own_names(watchlist: Watchlist) -> dict[str, str | None]:
    return {nct_id: watched.short_name for nct_id, watched in watchlist.trials.items()}


def _row(watchlist: Watchlist, kept: Kept, record: Record) -> dict[str, Any]:
    watched = watchlist.trials.get(kept.nct_id)
    return {
        "nct_id": kept.nct_id,
        "short_name": (watched.short_name if watched is not None else None)
        or (short_name_of(record) if record else kept.nct_id),
        "title": at(record, "protocolSection", "identificationModule", "briefTitle"),
        "status": at(record, "protocolSection", "statusModule", "overallStatus"),
        "watches": list(watched.watches) if watched is not None else [],
        "state": kept.presence.value,
        "data_version": kept.data_version,
        "checked_at": zulu(kept.checked_at) if kept.checked_at is not None else None,
        "merged_into": kept.merged_into,
        "reason": _reason(kept),
    }


def _reason(kept: Kept) -> str | None:
    """Return why the trial is not read as it should be, or None."""
    if kept.presence is Presence.UNKNOWN:
        return unknown_trial(kept.nct_id)
    return kept.quarantine.reason if kept.quarantine is not None else None


def log_object(context: RunContext, entry: LogEntry) -> dict[str, Any]:
    """Return one version's changes in the shape of `compare --json`; a baseline is one change of its own kind."""
    version = entry.version
    comparison = _comparison(context, entry)
    try:
        record = decode(context.store.versions.body(version.seq))
    except LookupError:  # an id that was an alias from the first day never had a record of its own
        record = {}
    story = headline_of(comparison, record)
    return printed(
        comparison, title=version.title, story=story, phrase=phrase, seq=version.seq, seen_at=version.seen_at
    )


def _comparison(context: RunContext, entry: LogEntry) -> Comparison:
    if entry.compared is not None:
        return decode_comparison(entry.compared)
    version = entry.version
    earlier = [one.data_version for one in context.store.versions.of_trial(version.nct_id) if one.seq < version.seq]
    return first_seen(
        version.nct_id,
        data_version=version.data_version,
        posted=version.last_update_posted,
        gap_since=earlier[-1] if earlier else None,
    )


def zulu(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
