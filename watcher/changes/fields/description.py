"""Rows of the description module: the summary and the long text."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "descriptionModule"), "description")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("briefSummary", "Brief summary", ValueType.MARKUP),
    _row("detailedDescription", "Detailed description", ValueType.MARKUP),
)
"""One row per field of the module, in the registry's order."""
