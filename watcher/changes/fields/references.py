"""Rows of the references module: publications, links, available data sets."""

from __future__ import annotations

from types import MappingProxyType

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "referencesModule"), "references")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row(
        "references",
        "References",
        ValueType.ITEMS,
        seed="references",
        has="pmid: PubMed id; type; citation; retractions.pmid: PubMed id of the retraction; "
        "retractions.source: source of the retraction",
        identity=told_by(by("pmid"), by("citation"), similar=("citation",), least=0.7),
        lists=MappingProxyType({"retractions": told_by(by("pmid"), by("source"))}),
        named_by=("citation",),
    ),
    _row(
        "seeAlsoLinks",
        "Links",
        ValueType.ITEMS,
        seed="references.links",
        has="label; url: address",
        identity=told_by(by("url"), by("label")),
        named_by=("label", "url"),
    ),
    _row(
        "availIpds",
        "Available data and documents",
        ValueType.ITEMS,
        seed="references.availableData",
        has="id; type; url: address; comment",
        identity=told_by(by("type", "url", every=True), by("id"), by("type", alone=True)),
        named_by=("type", "id"),
    ),
)
"""One row per field of the module, in the registry's order."""
