"""Rows of the arms and interventions module.

Source: labels and names repeat in real records, so a name alone is no key where another field tells more.
"""

from __future__ import annotations

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "armsInterventionsModule"), "armsInterventions")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row(
        "armGroups",
        "Arms",
        ValueType.ITEMS,
        seed="armsInterventions.arms",
        has="label; type; description; interventionNames: interventions",
        identity=told_by(by("label"), similar=("label", "type", "description", "interventionNames")),
        named_by=("label",),
    ),
    _row(
        "interventions",
        "Interventions",
        ValueType.ITEMS,
        has="type; name; description; armGroupLabels: arms; otherNames: other names",
        identity=told_by(
            by("type", "name", "description", every=True),
            by("type", "name"),
            by("name"),
            similar=("name", "description", "otherNames"),
        ),
        named_by=("name",),
    ),
    # Older copies carry what the registry's own term matching found; later builds have it no more.
    _row(
        "interventions.interventionMappedName",
        "Matched intervention names",
        ValueType.NAMES,
        kind="registry.reformatted",
        noise="known registry migration: matched intervention names left the records",
        is_registry_made=True,
    ),
    _row(
        "interventionMappedName",
        "Matched intervention names",
        ValueType.NAMES,
        kind="registry.reformatted",
        noise="known registry migration: matched intervention names left the records",
        is_registry_made=True,
    ),
)
"""One row per field of the module, in the registry's order."""
