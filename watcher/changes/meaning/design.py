"""What edits of the study's design mean: phase, allocation, model, purpose, masking, and the texts about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.parts import Part, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told
from watcher.changes.model import Severity

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


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of the design module that have a kind of their own.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `design.*` and `text.design`; a masking and who is masked that change together are one.
    """
    module = protocol(evidence, "designModule")
    if not module.edits:
        return []
    return [*_masking_once(told(module, _CODED)), *(_folded(draft, module, evidence) for draft in told(module, _TEXTS))]


def _masking_once(drafts: list[Draft]) -> list[Draft]:
    masking = [draft for draft in drafts if draft.kind == "design.masking"]
    if len(masking) < 2:
        return drafts
    both, who = masking
    one = replace(both, edits=tuple(sorted({*both.edits, *who.edits})))
    return [one if draft is both else draft for draft in drafts if draft is not who]


def _folded(draft: Draft, module: Part, evidence: Evidence) -> Draft:
    """Fold a text into the change it describes: arms or their number, the target, the masking."""
    reasons = {
        "arms": bool(protocol(evidence, "armsInterventionsModule").touching("armGroups")),
        "enrollment": bool(module.touching("enrollmentInfo")),
        "masking": bool(module.differs(*_MASKING, "masking")) and "maskingDescription" in draft.path,
    }
    reason = next((name for name, holds in reasons.items() if holds), None)
    if reason is None or draft.level is Severity.NOISE:
        return draft
    rule = f"{draft.rule} · minor → noise: folded, the {reason} it describes changed too"
    return replace(draft, level=Severity.NOISE, rule=rule)
