"""Rows of the eligibility module."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "eligibilityModule"), "eligibility")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("eligibilityCriteria", "Eligibility criteria", ValueType.MARKUP, seed="eligibility.criteria"),
    _row("healthyVolunteers", "Healthy volunteers", ValueType.BOOLEAN),
    _row("sex", "Sex", ValueType.ENUM),
    _row("genderBased", "Eligibility by gender", ValueType.BOOLEAN),
    _row("genderDescription", "Eligibility by gender, description", ValueType.MARKUP),
    _row("minimumAge", "Minimum age", ValueType.AGE, seed="eligibility.minAge"),
    _row("maximumAge", "Maximum age", ValueType.AGE, seed="eligibility.maxAge"),
    _row("stdAges", "Age groups", ValueType.ENUMS),
    _row("studyPopulation", "Study population", ValueType.MARKUP),
    _row("samplingMethod", "Sampling method", ValueType.ENUM),
)
"""One row per field of the module, in the registry's order."""
