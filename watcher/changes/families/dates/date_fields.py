"""Rows of the status module: the dates of a study."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "statusModule"), "status")
_row = _MODULE.row

_DATED = "date; type: kind of date"

ROWS: tuple[Row, ...] = (
    _row("startDateStruct", "Start date", ValueType.DATE, seed="status.startDate", has=_DATED),
    _row(
        "primaryCompletionDateStruct",
        "Primary completion",
        ValueType.DATE,
        seed="status.primaryCompletionDate",
        has=_DATED,
    ),
    _row("completionDateStruct", "Study completion", ValueType.DATE, seed="status.completionDate", has=_DATED),
)
"""One row per date."""
