"""Rows of the oversight module: what the regulator and the monitors look at."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "oversightModule"), "oversight")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("oversightHasDmc", "Data monitoring committee", ValueType.BOOLEAN, seed="oversight.hasDmc"),
    _row("isFdaRegulatedDrug", "Studies an FDA-regulated drug", ValueType.BOOLEAN),
    _row("isFdaRegulatedDevice", "Studies an FDA-regulated device", ValueType.BOOLEAN),
    _row("isUnapprovedDevice", "Device not approved or cleared by the FDA", ValueType.BOOLEAN),
    _row("isPpsd", "Pediatric postmarket surveillance of a device", ValueType.BOOLEAN),
    _row("isUsExport", "Product exported from the U.S.", ValueType.BOOLEAN),
    _row("fdaaa801Violation", "Violation of the reporting law (FDAAA 801)", ValueType.BOOLEAN, is_registry_made=True),
)
"""One row per field of the module, in the registry's order."""
