"""Rows of the status module: statuses, dates of the study and dates of its registration."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "statusModule"), "status")
_row = _MODULE.row

_DATED = "date; type: kind of date"
_UPDATE = "update dates move with every update"

ROWS: tuple[Row, ...] = (
    _row(
        "statusVerifiedDate",
        "Record verified",
        ValueType.DATE,
        seed="status.verifiedDate",
        kind="admin.dates",
        noise="verification dates say that a record was looked at, not what changed",
    ),
    _row("overallStatus", "Status", ValueType.ENUM),
    _row("lastKnownStatus", "Last known status", ValueType.ENUM, is_registry_made=True),
    _row("delayedPosting", "Posting delayed until approval", ValueType.BOOLEAN),
    _row("whyStopped", "Why stopped", ValueType.MARKUP),
    _row(
        "expandedAccessInfo",
        "Expanded access",
        ValueType.STRUCT,
        seed="status.expandedAccess",
        has="hasExpandedAccess: offered; nctId: record; statusForNctId: status of that record",
    ),
    _row("startDateStruct", "Start date", ValueType.DATE, seed="status.startDate", has=_DATED),
    _row(
        "primaryCompletionDateStruct",
        "Primary completion",
        ValueType.DATE,
        seed="status.primaryCompletionDate",
        has=_DATED,
    ),
    _row("completionDateStruct", "Study completion", ValueType.DATE, seed="status.completionDate", has=_DATED),
    _row(
        "studyFirstSubmitDate",
        "First submitted",
        ValueType.DATE,
        kind="admin.dates",
        noise="a date of the registration itself",
    ),
    _row(
        "studyFirstSubmitQcDate",
        "First submitted and checked",
        ValueType.DATE,
        kind="admin.dates",
        noise="a date of the registration itself",
    ),
    _row(
        "studyFirstPostDateStruct",
        "First posted",
        ValueType.DATE,
        seed="status.studyFirstPostDate",
        has=_DATED,
        kind="admin.dates",
        noise="a date of the registration itself",
        is_registry_made=True,
    ),
    _row("resultsWaived", "Results waived", ValueType.BOOLEAN),
    _row("resultsFirstSubmitDate", "Results first submitted", ValueType.DATE, seed="results.firstSubmitDate"),
    _row(
        "resultsFirstSubmitQcDate",
        "Results first submitted and checked",
        ValueType.DATE,
        seed="results.firstSubmitQcDate",
    ),
    _row(
        "resultsFirstPostDateStruct", "Results first posted", ValueType.DATE, seed="results.firstPostDate", has=_DATED
    ),
    _row("dispFirstSubmitDate", "Delay of results first submitted", ValueType.DATE, seed="results.delayCertified"),
    _row(
        "dispFirstSubmitQcDate",
        "Delay of results first submitted and checked",
        ValueType.DATE,
        seed="results.delayCertifiedQc",
    ),
    _row(
        "dispFirstPostDateStruct",
        "Delay of results first posted",
        ValueType.DATE,
        seed="results.delayCertifiedPosted",
        has=_DATED,
    ),
    _row("lastUpdateSubmitDate", "Last update submitted", ValueType.DATE, kind="admin.dates", noise=_UPDATE),
    _row(
        "lastUpdatePostDateStruct",
        "Last update posted",
        ValueType.DATE,
        seed="status.lastUpdatePostDate",
        has=_DATED,
        kind="admin.dates",
        noise=_UPDATE,
    ),
)
"""One row per field of the module, in the registry's order."""
