"""A module of the protocol that vanished as a whole: one change instead of one for each thing it held.

Most often the registry or its converter lost it; nobody dropped every outcome one by one. What it held is named with
the one change, and the level never rises above major.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.parts import as_list, as_object, as_text, at, merged, protocol
from watcher.changes.model import Json, Severity, Verb

HELD: Mapping[str, str] = {
    "outcomesModule": "outcome measures",
    "armsInterventionsModule": "arms or interventions",
    "eligibilityModule": "eligibility criteria",
    "contactsLocationsModule": "contacts or sites",
    "designModule": "design or enrollment",
    "conditionsModule": "conditions",
    "sponsorCollaboratorsModule": "sponsor",
    "oversightModule": "oversight information",
    "descriptionModule": "summary or description",
    "referencesModule": "references or links",
    "ipdSharingStatementModule": "statement on data sharing",
}
"""Modules that are told once when they vanish → what the record no longer has any of."""

_LISTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "outcomesModule": (
        ("primaryOutcomes", "measure", "primary outcome"),
        ("secondaryOutcomes", "measure", "secondary outcome"),
        ("otherOutcomes", "measure", "other outcome"),
    ),
    "armsInterventionsModule": (("armGroups", "label", "arm"), ("interventions", "name", "intervention")),
    "contactsLocationsModule": (("locations", "facility", "site"),),
    "conditionsModule": (("conditions", "", "condition"),),
    "referencesModule": (("references", "citation", "publication"), ("seeAlsoLinks", "label", "link")),
}
_MOST_NAMED = 12
_LEAST_TOLD = 2


def told_once(drafts: Iterable[Draft], evidence: Evidence) -> list[Draft]:
    """Replace what is told of a vanished module by one draft for the module.

    Args:
        drafts: What the explainers told.
        evidence: The two records and their edits.

    Returns:
        The drafts; those that speak of nothing but a vanished module are one draft for it, with all its edits.
    """
    result = list(drafts)
    for module, held in HELD.items():
        gone = _edits_of_vanished(module, evidence)
        inside = [draft for draft in result if draft.edits and gone.issuperset(draft.edits)]
        if len(inside) < _LEAST_TOLD or all(draft.level is Severity.NOISE for draft in inside):
            continue
        result = [draft for draft in result if draft not in inside]
        result.append(_vanished(module, held, inside, gone, evidence))
    return result


def _edits_of_vanished(module: str, evidence: Evidence) -> frozenset[int]:
    """Return the edits of a module that the older record has and the newer one lacks; none when it is in both."""
    path = ("protocolSection", module)
    if not as_object(at(evidence.old, *path)) or as_object(at(evidence.new, *path)):
        return frozenset()
    return frozenset(index for index, _ in protocol(evidence, module).edits)


def _vanished(module: str, held: str, inside: Sequence[Draft], gone: frozenset[int], evidence: Evidence) -> Draft:
    loudest = min((draft.level for draft in inside), key=lambda level: level.rank)
    level = Severity.MAJOR if loudest is Severity.CRITICAL else loudest
    old = as_object(at(evidence.old, "protocolSection", module))
    counts: list[Json] = []
    names: list[Json] = []
    for field, key, noun in _LISTS.get(module, ()):
        items = as_list(old.get(field))
        if items:
            counts.append([len(items), noun])
            names += [as_text(as_object(item).get(key)) if key else as_text(item) for item in items]
    return Draft(
        kind="record.part_removed",
        level=level,
        rule=f"the record no longer has any {held}: told once, never above major",
        path=f"record.{module.removesuffix('Module')}",
        verb=Verb.REMOVED,
        before=held,
        after=None,
        edits=merged(gone, *(draft.edits for draft in inside)),
        facts={"held": held, "counts": counts, "names": [name for name in names if name][:_MOST_NAMED]},
    )
