"""Changes as rows for spreadsheets and programs: one row per change, columns that stay.

A cell of the CSV form is one line that no spreadsheet takes for a formula; the JSON form has every value as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from watcher.archive import decode
from watcher.changes.model import Comparison
from watcher.changes.serialize import dumps
from watcher.changes.wording.reverted import phrase_of
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.pages.loader import steps_of
from watcher.text import csv_cell

COLUMNS = (
    "nct_id",
    "title",
    "seq",
    "seen_at",
    "data_version",
    "posted",
    "kind",
    "severity",
    "origin",
    "rule",
    "path",
    "verb",
    "before",
    "after",
    "sentence",
    "record_paths",
)
"""The columns, in order. `seq`, `path`, `before` and the others mean what they mean in `log --json`; `seen_at` is RFC
3339 in UTC; `data_version` and `posted` are those of the newer record, empty when it gives none; in CSV `before` and
`after` are the texts, in one line, and JSON for everything else, and `record_paths` are joined by a blank."""


def rows(comparison: Comparison, *, title: str, seq: int, seen_at: datetime) -> Iterator[Mapping[str, Any]]:
    """Return a row for every change of a comparison, noise included, in the order of telling.

    Args:
        comparison: What changed.
        title: The trial's brief title.
        seq: Number of the newer version.
        seen_at: When that was stored, aware.
    """
    for change in comparison.changes:
        yield {
            "nct_id": comparison.nct_id,
            "title": title,
            "seq": seq,
            "seen_at": seen_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "data_version": comparison.newer.data_version,
            "posted": comparison.newer.last_update_posted,
            "kind": change.kind,
            "severity": change.severity.value,
            "origin": change.origin.value,
            "rule": change.rule,
            "path": change.path,
            "verb": change.verb.value,
            "before": change.before,
            "after": change.after,
            "sentence": phrase_of(change).sentence,
            "record_paths": list(change.record_paths),
        }


def json_line(row: Mapping[str, Any]) -> str:
    """Write a row, or a record, as one line of JSON Lines."""
    return dumps(dict(row)) + "\n"


def csv_head() -> str:
    """Write the line of column names."""
    return _csv(COLUMNS)


def csv_line(row: Mapping[str, Any]) -> str:
    """Write a row as CSV (RFC 4180), harmless to spreadsheets.

    Source: https://www.rfc-editor.org/rfc/rfc4180
    """
    return _csv([csv_cell(_cell(row[column])) for column in COLUMNS])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _csv(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def change_rows(context: RunContext, *, since: datetime | None = None) -> Iterator[Mapping[str, Any]]:
    """Return a row per change of every trial ever watched, newest version first.

    Args:
        context: What the command works with.
        since: Only what was seen at or after; None for all.
    """
    for entry in context.store.versions.log(since=since):
        version = entry.version
        (step,) = steps_of((entry,))
        yield from rows(step.comparison, title=version.title, seq=version.seq, seen_at=version.seen_at)


def newest_records(context: RunContext, watchlist: Watchlist) -> Iterator[Mapping[str, Any]]:
    """Return the newest record of every watched trial that was read, by id, as the registry sent it."""
    for _, body in context.store.versions.each_newest_body(watchlist.trials):
        yield decode(body)
