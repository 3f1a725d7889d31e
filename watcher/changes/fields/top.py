"""Rows of the record's top level."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

ROWS: tuple[Row, ...] = (Module((), "results").row("hasResults", "Results", ValueType.BOOLEAN, is_registry_made=True),)
"""The flags beside the sections."""
