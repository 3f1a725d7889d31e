"""The design of a study: phase, allocation, model, purpose and masking; fields, detection and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Part, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told
from watcher.changes.model import Change, Json, Phrase, Severity
from watcher.changes.wording import values
from watcher.changes.wording.build import text, worded

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
)
"""One row per field of the module, in the registry's order."""


_MAJOR = Severity.MAJOR
_INFO = "designInfo"
_MASKING = (_INFO, "maskingInfo")

_CODED = (
    SimpleField(
        keys=("phases",),
        kind="design.phase",
        path="design.phases",
        field="phase",
    ),
    SimpleField(
        keys=("studyType",),
        kind="design.study_type",
        path="design.studyType",
        field="study type",
    ),
    SimpleField(
        keys=(_INFO, "allocation"),
        kind="design.allocation",
        path="design.allocation",
        field="allocation",
    ),
    SimpleField(
        keys=(_INFO, "interventionModel"),
        kind="design.model",
        path="design.interventionModel",
        field="intervention model",
    ),
    SimpleField(
        keys=(_INFO, "observationalModel"),
        kind="design.model",
        path="design.observationalModel",
        field="observational model",
    ),
    SimpleField(
        keys=(_INFO, "primaryPurpose"),
        kind="design.purpose",
        path="design.primaryPurpose",
        field="primary purpose",
    ),
    SimpleField(
        keys=(*_MASKING, "masking"),
        kind="design.masking",
        path="design.masking",
        field="masking",
    ),
    SimpleField(
        keys=(*_MASKING, "whoMasked"),
        kind="design.masking",
        path="design.whoMasked",
        field="who is masked",
    ),
)

_TEXTS = (
    SimpleField(
        keys=(_INFO, "interventionModelDescription"),
        kind="text.design",
        path="design.interventionModelDescription",
        field="description of the design",
        is_text=True,
    ),
    SimpleField(
        keys=(*_MASKING, "maskingDescription"),
        kind="text.design",
        path="design.maskingDescription",
        field="description of the masking",
        is_text=True,
    ),
)


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the design module that have a kind of their own.

    Returns:
        Changes of the kinds `design.*` and `text.design`; a masking and who is masked that change together are one.
    """
    module = protocol(evidence, "designModule")
    if not module.edits:
        return []
    return [
        *_masking_once(told(module, _CODED)),
        *(_folded(change, module, evidence) for change in told(module, _TEXTS)),
    ]


def _masking_once(changes: list[Change]) -> list[Change]:
    masking = [change for change in changes if change.kind == "design.masking"]
    if len(masking) < 2:
        return changes
    both, who = masking
    one = replace(both, edits=tuple(sorted({*both.edits, *who.edits})))
    return [one if change is both else change for change in changes if change is not who]


def _folded(change: Change, module: Part, evidence: Evidence) -> Change:
    """Fold a text into the change it describes: arms or their number, the target, the masking."""
    reasons = {
        "arms": bool(protocol(evidence, "armsInterventionsModule").touching("armGroups")),
        "enrollment": bool(module.touching("enrollmentInfo")),
        "masking": bool(module.differs(*_MASKING, "masking")) and "maskingDescription" in change.path,
    }
    reason = next((name for name, holds in reasons.items() if holds), None)
    if reason is None or change.severity is Severity.NOISE:
        return change
    rule = f"{change.rule} · minor → noise: folded, the {reason} it describes changed too"
    return replace(change, severity=Severity.NOISE, rule=rule)


def say(change: Change) -> Phrase:
    """Word a change of the family `design`."""
    label = values.capitalised(text(change.facts, "field") or "design")
    was, now = _coded(change.before), _coded(change.after)
    if was is None:
        return worded(change, label, f"{label} is now given", now, now=now)
    if now is None:
        sentence = f"{label} is no longer given; it was {was}"
    elif was == now:
        sentence = f"{label} stays {now}, who is masked changed"
    else:
        sentence = f"{label} changed from {was} to {now}"
    return worded(change, label, sentence, was=was, now=now)


def _coded(value: Json) -> str | None:
    if isinstance(value, list | tuple):
        found = [values.enum(code) for code in value if isinstance(code, str)]
        # Phase 2/3 is sent as two values.
        is_phases = len(found) > 1 and all(name.startswith("Phase ") for name in found)
        joined = "/".join([found[0], *(name.removeprefix("Phase ") for name in found[1:])]) if is_phases else ""
        return joined or values.listed(found, 8) or None
    return values.enum(value) if isinstance(value, str) else None
