"""Rows of the sponsor and collaborators module."""

from __future__ import annotations

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "sponsorCollaboratorsModule"), "sponsor")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row(
        "responsibleParty",
        "Responsible party",
        ValueType.STRUCT,
        has="type; investigatorFullName: name; investigatorTitle: title; investigatorAffiliation: affiliation; "
        "oldNameTitle: name and title as first registered; oldOrganization: organisation as first registered",
        named_by=("investigatorFullName", "oldNameTitle"),
    ),
    _row("leadSponsor", "Lead sponsor", ValueType.STRUCT, seed="sponsor.lead", has="name; class", named_by=("name",)),
    _row(
        "collaborators",
        "Collaborators",
        ValueType.ITEMS,
        has="name; class",
        identity=told_by(by("name")),
        named_by=("name",),
    ),
)
"""One row per field of the module, in the registry's order."""
