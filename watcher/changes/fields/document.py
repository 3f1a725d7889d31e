"""Rows of the document section: protocols, analysis plans, consent forms."""

from __future__ import annotations

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("documentSection", "largeDocumentModule"), "documents")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("noSap", "No analysis plan exists", ValueType.BOOLEAN),
    _row(
        "largeDocs",
        "Documents",
        ValueType.ITEMS,
        seed="documents",
        has="typeAbbrev: kind; hasProtocol: protocol; hasSap: analysis plan; hasIcf: consent form; label; "
        "date: date of the document; uploadDate: uploaded; filename: file; size",
        identity=told_by(by("filename"), by("typeAbbrev", "label", "date"), by("typeAbbrev", "label"), similar=()),
        named_by=("label", "date"),
    ),
)
"""One row per field of the section, in the registry's order."""
