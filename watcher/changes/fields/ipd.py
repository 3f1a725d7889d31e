"""Rows of the data sharing statement."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "ipdSharingStatementModule"), "ipd")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("ipdSharing", "Plan to share participant data", ValueType.ENUM),
    _row("description", "Data sharing plan", ValueType.MARKUP),
    _row("infoTypes", "Documents to be shared", ValueType.ENUMS),
    _row("timeFrame", "When data will be shared", ValueType.MARKUP),
    _row("accessCriteria", "Who may use the shared data", ValueType.MARKUP),
    _row("url", "Address of the shared data"),
)
"""One row per field of the module, in the registry's order."""
