"""What edits of arms and interventions mean: added, removed, renamed, modified; membership told once.

Items come paired by label or name, then by content. A pair of two names stays one only when its identity is proved
(`arm_identity`); else one thing was removed and another added. A label repeated in the other list's references
is no change of its own: the change of the arm or intervention it names claims it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.changes.families.arms.arm_identity import proved
from watcher.changes.families.arms.arm_members import ARM, INTERVENTION, Sort, references
from watcher.changes.meaning.amounts import AmountChange, amount_change, doses
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, Part, merged, protocol
from watcher.changes.meaning.text_equality import essence, is_same_in_form, words
from watcher.changes.model import Change, Json, Severity, Verb
from watcher.study.read import as_list, as_object, as_text, at, texts

_LATE_PHASES = frozenset({"PHASE2", "PHASE3", "PHASE4"})
_FEW_ARMS = 4
_DRUGS = frozenset({"DRUG", "BIOLOGICAL", "GENETIC", "DIETARY_SUPPLEMENT", "COMBINATION_PRODUCT"})
_CONTROLS = frozenset({"PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION"})
_COMPARATORS = _CONTROLS | {"ACTIVE_COMPARATOR"}
_WORDS_OF_FORM = words(
    "the a an of in and or plus with without for to by arm group cohort part dose level mg kg ml iv sc po daily weekly "
    "placebo tablet tablets capsule capsules injection infusion oral treatment therapy standard care"
)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What both lists are judged by.

    Attributes:
        is_late: Whether the trial is of Phase 2 or later.
        arms: The larger number of arms of the two records.
        old_names: Names of the older record's interventions, case-folded.
        new_names: Names of the newer record's interventions.
        drugs: Words of the names of all interventions.
        aliases: Words of the names by which one drug is proved to be called.
        renamed: By list, name or label of the older record → that of the newer one.
    """

    is_late: bool
    arms: int
    old_names: frozenset[str]
    new_names: frozenset[str]
    drugs: frozenset[str]
    aliases: frozenset[str]
    renamed: Mapping[str, Mapping[str, str]]


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the arms and interventions.

    Returns:
        Changes of the kinds `arm.*` and `intervention.*`.
    """
    module = protocol(evidence, "armsInterventionsModule")
    if not module.edits:
        return []
    items = proved({sort.kind: module.items(sort.field) for sort in (ARM, INTERVENTION)}, evidence)
    scene = _scene(evidence, module, items)
    changes = [
        change for sort in (ARM, INTERVENTION) for item in items[sort.kind] for change in _item(sort, item, scene)
    ]
    named = {
        change.path for change in changes if not change.kind.endswith(".modified") or change.verb is not Verb.CHANGED
    }
    memberships = references(items, named, scene.renamed, _controls(module))
    claimed = [
        replace(change, edits=merged(change.edits, memberships.follow.get(change.path, ()))) for change in changes
    ]
    return [*claimed, *memberships.changes]


def _controls(module: Part) -> Mapping[str, frozenset[str]]:
    """Return the labels of the control arms and the names of what is tested or compared, by what they are."""
    arms = [as_object(one) for side in (module.before, module.after) for one in as_list(side("armGroups"))]
    things = [as_object(one) for side in (module.before, module.after) for one in as_list(side("interventions"))]
    return {
        "arms": frozenset(as_text(one.get("label")) for one in arms if one.get("type") in _CONTROLS),
        "drugs": frozenset(
            as_text(one.get("name"))
            for one in things
            if one.get("type") in _DRUGS and not words(as_text(one.get("name"))) & {"placebo", "sham"}
        ),
    }


def _scene(evidence: Evidence, module: Part, items: Mapping[str, Sequence[Item]]) -> _Scene:
    phases = set(texts(at(evidence.new, "protocolSection", "designModule", "phases")))
    sides = [[as_object(one) for one in as_list(side("interventions"))] for side in (module.before, module.after)]
    names = [frozenset(as_text(one.get("name")).casefold() for one in side) for side in sides]
    renamed = {sort.kind: _renames(sort, items[sort.kind]) for sort in (ARM, INTERVENTION)}
    drugs: set[str] = set().union(
        *(words(as_text(one.get("name"))) for side in sides for one in side if one.get("type") in _DRUGS)
    )
    return _Scene(
        is_late=bool(phases & _LATE_PHASES),
        arms=max(len(as_list(module.before("armGroups"))), len(as_list(module.after("armGroups")))),
        old_names=names[0],
        new_names=names[1],
        drugs=frozenset(drugs - _WORDS_OF_FORM),
        aliases=_aliases([*sides[0], *sides[1]], items["intervention"]),
        renamed=renamed,
    )


def _aliases(interventions: Sequence[Mapping[str, Json]], items: Sequence[Item]) -> frozenset[str]:
    """Return the words of other names, and of both names of what is renamed."""
    names = [name for one in interventions for name in texts(one.get("otherNames"))]
    for item in items:
        if item.old is not None and item.new is not None and item.touching("name"):
            names += [as_text(as_object(side).get("name")) for side in (item.old, item.new)]
    return frozenset().union(*map(words, names))


def _renames(sort: Sort, items: Sequence[Item]) -> Mapping[str, str]:
    """Return the names of one list that became others: an arm and its intervention often share a name."""
    pairs = [(item.old, item.new) for item in items if item.old is not None and item.new is not None]
    names = [tuple(as_text(as_object(side).get(sort.name)) for side in pair) for pair in pairs]
    return {old: new for old, new in names if old != new}


def _item(sort: Sort, item: Item, scene: _Scene) -> list[Change]:
    if item.old is None or item.new is None:
        return [_came_or_went(sort, item, scene)]
    changes = []
    name_edits = item.touching(sort.name)
    known: tuple[str, ...] = ("otherNames",) if name_edits and _only_swaps_names(item) else ()
    if name_edits:
        changes.append(_renamed(sort, item, merged(name_edits, item.touching(*known)), scene))
    told = (sort.name, sort.members, "interventionMappedName", *known)
    rest = tuple(key for key in item.by_key if key not in told)
    if rest:
        changes.append(_modified(sort, item, rest))
    return changes


def _only_swaps_names(item: Item) -> bool:
    """Decide whether the other names differ in nothing but the two names of a renamed intervention."""
    old, new = as_object(item.old), as_object(item.new)
    names = {essence(as_text(side.get("name"))) for side in (old, new)}
    before, after = ({essence(one) for one in texts(side.get("otherNames"))} for side in (old, new))
    return before ^ after <= names


def _came_or_went(sort: Sort, item: Item, scene: _Scene) -> Change:
    verb = Verb.REMOVED if item.new is None else Verb.ADDED
    name = sort.name_of(item)
    others = scene.old_names if verb is Verb.ADDED else scene.new_names
    kind, level, rule = f"{sort.kind}.{verb.value}", Severity.MAJOR, f"{sort.kind} {verb.value}"
    what = as_object(item.new if item.new is not None else item.old)
    if sort is INTERVENTION:
        is_other = name.casefold() not in others
        if not is_other:
            kind, level, rule = "intervention.modified", Severity.MINOR, "intervention listed more or less often"
    else:
        used = (member.partition(": ")[2].casefold() for member in texts(what.get(sort.members)))
        is_other = any(member and member not in others for member in used)
    if level is Severity.MAJOR and scene.is_late and (scene.arms <= _FEW_ARMS or is_other):
        why = f"{scene.arms} arms" if scene.arms <= _FEW_ARMS else "an intervention not listed in the other record"
        level, rule = Severity.CRITICAL, f"{rule} · major → critical: Phase 2 or later with {why}"
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=sort.path(name),
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={"name": name, "type": what.get("type"), "arms": [*texts(what.get("armGroupLabels"))]},
    )


def _renamed(sort: Sort, item: Item, edits: tuple[int, ...], scene: _Scene) -> Change:
    before, after = (as_text(as_object(side).get(sort.name)) for side in (item.old, item.new))
    changed = (words(before) ^ words(after)) - scene.aliases
    amounts = amount_change(before, after)
    has_other_dose = doses(before) != doses(after)
    level, rule = Severity.MINOR, f"{sort.kind} renamed: proved to be the same {sort.kind}"
    if is_same_in_form(before, after):
        level, rule = Severity.NOISE, f"{sort.kind} renamed: only case or punctuation differs"
    elif has_other_dose or (not amounts.is_respelt and any(sign.isdigit() for word in changed for sign in word)):
        level, rule = Severity.MAJOR, f"{rule} · minor → major: a number in the name changed"
    elif sort is ARM and changed & scene.drugs:
        level, rule = Severity.MAJOR, f"{rule} · minor → major: a drug name in it changed"
    return Change(
        kind=f"{sort.kind}.renamed",
        severity=level,
        rule=rule,
        path=sort.path(after),
        verb=Verb.CHANGED,
        before=before,
        after=after,
        edits=edits,
        facts={"name": after, "was": before, **(_amount_facts(amounts) if has_other_dose else {})},
    )


_PART_NAMES: Mapping[str, str] = {"description": "description", "type": "type", "otherNames": "other names"}


def _modified(sort: Sort, item: Item, keys: Sequence[str]) -> Change:
    old, new = as_object(item.old), as_object(item.new)
    parts = [name for key, name in _PART_NAMES.items() if key in keys]
    described = as_text(old.get("description")), as_text(new.get("description"))
    amounts = amount_change(*described) if "description" in keys else amount_change("", "")
    level, rule = Severity.MINOR, f"{sort.kind}: {' and '.join(parts) or 'details'} edited"
    if set(keys) == {"description"} and is_same_in_form(*described):
        level, rule = Severity.NOISE, f"{sort.kind}: only case, punctuation or markup of the description differs"
    elif amounts.is_other:
        level, rule = Severity.MAJOR, f"{rule} · minor → major: a dose or number in it changed"
    elif amounts.is_respelt:
        rule = f"{rule}: the same amount in another unit"
    if sort is ARM and level is Severity.MINOR and "type" in keys and {old.get("type"), new.get("type")} & _COMPARATORS:
        level, rule = Severity.MAJOR, f"{rule} · minor → major: a control arm changed its kind"
    name = sort.name_of(item)
    is_text = parts == ["description"]
    return Change(
        kind=f"{sort.kind}.modified",
        severity=level,
        rule=rule,
        path=sort.path(name),
        verb=Verb.CHANGED,
        before=old.get("description") if is_text else item.old,
        after=new.get("description") if is_text else item.new,
        edits=item.touching(*keys),
        facts={"name": name, "parts": parts, **_types(old, new), **_amount_facts(amounts), **_other_names(old, new)},
    )


def _amount_facts(amounts: AmountChange) -> dict[str, Json]:
    """Return the one amount that was replaced or respelt, and whether it is the same one in another unit."""
    shown: dict[str, Json] = {"was_amount": amounts.was, "now_amount": amounts.now} if amounts.was else {}
    return {**shown, **({"is_same_amount": True} if amounts.is_respelt else {})}


def _types(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    if old.get("type") == new.get("type"):
        return {}
    return {"old_type": old.get("type"), "new_type": new.get("type")}


def _other_names(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    before, after = texts(old.get("otherNames")), texts(new.get("otherNames"))
    came, went = [one for one in after if one not in before], [one for one in before if one not in after]
    return {"names_added": came, "names_removed": went} if came or went else {}
