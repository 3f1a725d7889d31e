"""Comparisons of what happens to a record as a whole: seen first, merged, gone, back again."""

from __future__ import annotations

from dataclasses import replace

from watcher.changes.families.record import record_changes as record
from watcher.changes.fields.catalogue import CATALOGUE_REVISION
from watcher.changes.model import Change, Comparison, Stamp


def first_seen(
    nct_id: str, *, data_version: str | None, posted: str | None, gap_since: str | None = None
) -> Comparison:
    """Make the comparison the log shows for a baseline; `gap_since` is the data version kept before a gap, if any."""
    stamp = Stamp(data_version=data_version, last_update_posted=posted)
    return _of(nct_id, record.baseline(nct_id, gap_since=gap_since), stamp, stamp)


def merged(nct_id: str, *, into: str, last: str | None, now: str | None) -> Comparison:
    """Make the comparison of an id that became an alias.

    Args:
        nct_id: The id that is an alias now.
        into: The id the trial lives under.
        last: Data version in which it last stood by itself, or None.
        now: Data version in which it was seen merged, or None.
    """
    return _of(nct_id, record.merged_record(nct_id, into=into), _stamp(last), _stamp(now))


def gone(nct_id: str, *, last: str | None, now: str | None) -> Comparison:
    """Make the comparison of a record the registry no longer serves; arguments as for `merged`."""
    return _of(nct_id, record.gone_record(nct_id, last_seen=last), _stamp(last), _stamp(now))


def with_return(comparison: Comparison, *, gone_since: str | None, split_from: str | None = None) -> Comparison:
    """Place the return of a record that was gone, or merged into another, before what changed meanwhile."""
    back = record.returned_record(comparison.nct_id, gone_since=gone_since, split_from=split_from)
    return replace(comparison, changes=(back, *comparison.changes))


def on_the_day(nct_id: str, changes: tuple[Change, ...], *, data_version: str | None) -> Comparison:
    """Make the comparison of a day that passed: changes of the clock, no edits."""
    stamp = _stamp(data_version)
    return Comparison(
        nct_id=nct_id, older=stamp, newer=stamp, edits=(), changes=changes, catalogue_revision=CATALOGUE_REVISION
    )


def _of(nct_id: str, change: Change, older: Stamp, newer: Stamp) -> Comparison:
    return Comparison(
        nct_id=nct_id, older=older, newer=newer, edits=(), changes=(change,), catalogue_revision=CATALOGUE_REVISION
    )


def _stamp(data_version: str | None) -> Stamp:
    return Stamp(data_version=data_version, last_update_posted=None)
