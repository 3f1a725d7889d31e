"""Rows of the outcomes module. Measures repeat in real records, so the time frame helps to tell them apart."""

from __future__ import annotations

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "outcomesModule"), "outcomes")

_IDENTITY = told_by(
    by("measure", "timeFrame", every=True),
    by("measure"),
    similar=("measure", "description"),
    least=0.4,
)


def _outcomes(name: str, label: str, seed: str) -> Row:
    return _MODULE.row(
        name,
        label,
        ValueType.ITEMS,
        seed=seed,
        has="measure; description; timeFrame: time frame",
        identity=_IDENTITY,
        named_by=("measure",),
    )


ROWS: tuple[Row, ...] = (
    _outcomes("primaryOutcomes", "Primary outcomes", "outcomes.primary"),
    _outcomes("secondaryOutcomes", "Secondary outcomes", "outcomes.secondary"),
    _outcomes("otherOutcomes", "Other outcomes", "outcomes.other"),
)
"""One row per field of the module, in the registry's order."""
