"""Rows of the annotation section: results submitted and returned before posting, notices of violations."""

from __future__ import annotations

from types import MappingProxyType

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.model import Severity

_MODULE = Module(("annotationSection", "annotationModule"), "annotation")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row(
        "unpostedAnnotation",
        "Results submitted but not posted",
        ValueType.STRUCT,
        has="unpostedResponsibleParty: responsible party; unpostedEvents.type: event; unpostedEvents.date: date; "
        "unpostedEvents.dateUnknown: date unknown",
        lists=MappingProxyType({"unpostedEvents": told_by(by("type", "date"), similar=())}),
        is_registry_made=True,
    ),
    _row(
        "violationAnnotation",
        "Notice of a violation of the reporting law",
        ValueType.STRUCT,
        has="violationEvents.type: event; violationEvents.description: description; "
        "violationEvents.creationDate: created; "
        "violationEvents.issuedDate: issued; violationEvents.releaseDate: released; violationEvents.postedDate: posted",
        lists=MappingProxyType({"violationEvents": told_by(by("type", "creationDate"), by("type"), similar=())}),
        level=Severity.MAJOR,
        is_registry_made=True,
    ),
)
"""One row per field of the section, in the registry's order."""
