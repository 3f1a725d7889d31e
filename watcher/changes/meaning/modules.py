"""A part of the protocol that vanished or appeared as a whole: one change instead of one for each thing in it.

Most often the registry or its converter lost it; nobody dropped every outcome one by one, and nobody added all of them
when it comes back. What it holds is named with the one change, and the level never rises above major.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import merged, protocol
from watcher.changes.model import Change, Json, Record, Severity, Verb
from watcher.study.read import as_list, as_object, as_text, at

HELD: Mapping[str, str] = {
    "outcomesModule": "outcome measures",
    "armsInterventionsModule": "arms or interventions",
    "eligibilityModule": "eligibility criteria",
    "contactsLocationsModule": "contacts or sites",
    "designModule": "design or enrollment information",
    "conditionsModule": "conditions",
    "sponsorCollaboratorsModule": "sponsor",
    "oversightModule": "oversight information",
    "descriptionModule": "summary or description",
    "referencesModule": "references or links",
    "ipdSharingStatementModule": "statement on data sharing",
}
"""Modules that are told once when they vanish → what the record no longer has any of."""

_ALWAYS_THERE = ("outcomesModule", "armsInterventionsModule", "eligibilityModule", "designModule", "conditionsModule")
"""Modules that the registry demands of every trial: one that appears was missing before. The others may be new."""

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
_OWN_LISTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("outcomesModule", "primaryOutcomes"): ("primary outcomes", "outcome.primary."),
    ("armsInterventionsModule", "armGroups"): ("arms", "arm."),
    ("armsInterventionsModule", "interventions"): ("interventions", "intervention."),
}
"""Lists that are told once when they vanish or appear inside a module that stays → what they hold, and its kinds."""

_SEEDS: Mapping[str, str] = {
    "primaryOutcomes": "outcomes.primary",
    "armGroups": "armsInterventions.arms",
    "interventions": "armsInterventions.interventions",
}
"""Paths of changes of such a list, as machines read them."""

_MOST_NAMED = 12
_LEAST_TOLD = 2
_LONGEST_TEXT = 600


@dataclass(frozen=True, slots=True)
class _Whole:
    """A part of the record that is in one of the two records only.

    Attributes:
        module: The module it is or stands in.
        field: The list it is, empty for the whole module.
        held: What it holds, in words.
        record: The record that has it.
        verb: Whether it was added or removed.
    """

    module: str
    field: str
    held: str
    record: Record
    verb: Verb


def told_once(changes: Iterable[Change], evidence: Evidence) -> list[Change]:
    """Replace what is told of a part that vanished or appeared as a whole by one change for it.

    Returns:
        The changes; those that speak of nothing but such a part are one change for it, with all its edits.
    """
    result = list(changes)
    for module, held in HELD.items():
        whole = _whole(module, "", held, evidence)
        if whole is None or (whole.verb is Verb.ADDED and module not in _ALWAYS_THERE):
            continue
        edits = frozenset(index for index, _ in protocol(evidence, module).edits)
        inside = [change for change in result if change.edits and edits.issuperset(change.edits)]
        result = _folded(result, whole, edits, inside)
    for (module, name), (held, kinds) in _OWN_LISTS.items():
        whole = _whole(module, name, held, evidence)
        if whole is None:
            continue
        items = len(as_list(at(whole.record, "protocolSection", module, name)))
        told = [change for change in result if change.kind.startswith(kinds) and change.verb is whole.verb]
        if len(told) == items:  # where one of them was moved to another list, each is told by itself
            result = _folded(result, whole, frozenset(), told)
    return result


def _whole(module: str, name: str, held: str, evidence: Evidence) -> _Whole | None:
    """Return a module or list that only one of the two records has, None for one that both or neither have."""
    path = ("protocolSection", module, *([name] if name else []))
    is_old, is_new = (bool(at(record, *path)) for record in (evidence.old, evidence.new))
    if is_old == is_new:
        return None
    return _Whole(module, name, held, evidence.old if is_old else evidence.new, Verb.REMOVED if is_old else Verb.ADDED)


def _folded(changes: list[Change], whole: _Whole, edits: frozenset[int], inside: Sequence[Change]) -> list[Change]:
    if len(inside) < _LEAST_TOLD or all(change.severity is Severity.NOISE for change in inside):
        return changes
    return [*(change for change in changes if change not in inside), _change(whole, inside, edits)]


def _change(whole: _Whole, inside: Sequence[Change], edits: frozenset[int]) -> Change:
    loudest = min((change.severity for change in inside), key=lambda level: level.rank)
    found = as_object(at(whole.record, "protocolSection", whole.module))
    lists = [one for one in _LISTS.get(whole.module, ()) if whole.field in ("", one[0])]
    held = [(as_list(found.get(field)), key, noun) for field, key, noun in lists]
    names = [name for items, key, _ in held for name in _names(items, key)]
    is_gone = whole.verb is Verb.REMOVED
    kind, said = ("removed", "no longer has any {}") if is_gone else ("added", "had no {} before")
    before, after = (whole.held, None) if is_gone else (None, whole.held)
    return Change(
        kind=f"record.part_{kind}",
        severity=Severity.MAJOR if loudest is Severity.CRITICAL else loudest,
        rule=f"the record {said.format(whole.held)}: told once, never above major",
        path=_SEEDS.get(whole.field) or f"record.{whole.module.removesuffix('Module')}",
        verb=whole.verb,
        before=before,
        after=after,
        edits=merged(edits, *(change.edits for change in inside)),
        facts={
            "held": whole.held,
            "counts": [[len(items), noun] for items, _, noun in held if items],
            "names": names[:_MOST_NAMED],
            **({} if lists else {"module": whole.module, "fields": _bounded(found)}),
        },
    )


def _names(items: Sequence[Json], key: str) -> list[str]:
    found = (as_text(as_object(item).get(key)) if key else as_text(item) for item in items)
    return [name for name in found if name]


def _bounded(value: Json) -> Json:
    """Cut the texts and lists of a module, so that what is kept of it is not as long as it."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        return {key: _bounded(part) for key, part in value.items()}
    return [_bounded(part) for part in value[:_MOST_NAMED]] if isinstance(value, list | tuple) else value
