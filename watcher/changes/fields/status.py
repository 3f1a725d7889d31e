"""Rows of the status module: the statuses of a study."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "statusModule"), "status")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("overallStatus", "Status", ValueType.ENUM),
    _row("lastKnownStatus", "Last known status", ValueType.ENUM, is_registry_made=True),
    _row("delayedPosting", "Posting delayed until approval", ValueType.BOOLEAN),
    _row("whyStopped", "Why stopped", ValueType.MARKUP),
    _row(
        "expandedAccessInfo",
        "Expanded access",
        ValueType.STRUCT,
        seed="status.expandedAccess",
        has="hasExpandedAccess: offered; nctId: record; statusForNctId: status of that record",
    ),
)
"""One row per field."""
