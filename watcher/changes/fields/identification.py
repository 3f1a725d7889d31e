"""Rows of the identification module: ids, titles, organisation."""

from __future__ import annotations

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "identificationModule"), "identification")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("nctId", "NCT number"),
    _row("nctIdAliases", "Former NCT numbers", ValueType.NAMES, is_registry_made=True),
    _row("orgStudyIdInfo", "Organisation's study id", ValueType.STRUCT, has="id; type; link", named_by=("id",)),
    _row(
        "secondaryIdInfos",
        "Secondary ids",
        ValueType.ITEMS,
        has="id; type; domain: registry or grant giver; link",
        identity=told_by(by("id", "type", "domain"), by("id"), by("type", "domain", every=True, alone=True)),
        named_by=("id", "domain"),
    ),
    _row("briefTitle", "Brief title", seed="identification.title"),
    _row("officialTitle", "Official title"),
    _row("acronym", "Acronym"),
    _row("organization", "Organisation", ValueType.STRUCT, has="fullName: name; class", named_by=("fullName",)),
)
"""One row per field of the module, in the registry's order."""
