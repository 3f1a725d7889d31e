"""Rows of the design module: type, phase, allocation, masking, enrollment."""

from __future__ import annotations

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType

_MODULE = Module(("protocolSection", "designModule"), "design")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("studyType", "Study type", ValueType.ENUM),
    _row(
        "nPtrsToThisExpAccNctId",
        "Studies that point to this expanded-access record",
        ValueType.COUNT,
        noise="counted by the registry from other records",
        is_registry_made=True,
    ),
    _row(
        "expandedAccessTypes",
        "Expanded access types",
        ValueType.STRUCT,
        has="individual: for individual patients; intermediate: for intermediate-size populations; "
        "treatment: treatment protocol",
    ),
    _row("patientRegistry", "Patient registry", ValueType.BOOLEAN),
    _row("targetDuration", "Target follow-up duration", ValueType.AGE),
    _row("phases", "Phase", ValueType.ENUMS),
    # One row per coded question of the design: they are told one by one, and have kinds of their own.
    _row("designInfo", "Study design", ValueType.STRUCT),
    _row("designInfo.allocation", "Allocation", ValueType.ENUM, seed="design.allocation"),
    _row("designInfo.interventionModel", "Intervention model", ValueType.ENUM, seed="design.interventionModel"),
    _row(
        "designInfo.interventionModelDescription",
        "Description of the intervention model",
        ValueType.MARKUP,
        seed="design.interventionModelDescription",
    ),
    _row("designInfo.primaryPurpose", "Primary purpose", ValueType.ENUM, seed="design.primaryPurpose"),
    _row("designInfo.observationalModel", "Observational model", ValueType.ENUM, seed="design.observationalModel"),
    _row("designInfo.timePerspective", "Time perspective", ValueType.ENUM, seed="design.timePerspective"),
    _row("designInfo.maskingInfo", "Masking", ValueType.STRUCT, seed="design.maskingInfo"),
    _row("designInfo.maskingInfo.masking", "Masking", ValueType.ENUM, seed="design.masking"),
    _row(
        "designInfo.maskingInfo.maskingDescription",
        "Description of the masking",
        ValueType.MARKUP,
        seed="design.maskingDescription",
    ),
    _row("designInfo.maskingInfo.whoMasked", "Who is masked", ValueType.ENUMS, seed="design.whoMasked"),
    _row("bioSpec", "Biospecimens", ValueType.STRUCT, has="retention; description"),
    _row("enrollmentInfo", "Enrollment", ValueType.STRUCT, seed="design.enrollmentInfo"),
    _row("enrollmentInfo.count", "Enrollment", ValueType.COUNT, seed="design.enrollmentCount", unit="participants"),
    _row("enrollmentInfo.type", "Enrollment, planned or actual", ValueType.ENUM, seed="design.enrollmentType"),
)
"""One row per field of the module, in the registry's order."""
