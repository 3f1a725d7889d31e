"""Rows of the conditions module."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "conditionsModule"), "conditions")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("conditions", "Conditions", ValueType.NAMES, seed="conditions"),
    _row("keywords", "Keywords", ValueType.NAMES, seed="keywords"),
)
"""One row per field of the module, in the registry's order."""
