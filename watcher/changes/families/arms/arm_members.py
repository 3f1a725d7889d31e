"""Which arm has which intervention: the two lists name each other, and a name repeated there is not news by itself.

A membership that really changed is told once, at the arm, whichever of the two lists shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from watcher.changes.meaning.parts import Item, merged
from watcher.changes.model import Change, Json, Severity, Verb
from watcher.study.read import as_object, as_text, texts


@dataclass(frozen=True, slots=True)
class Sort:
    """Arms or interventions: the two lists differ only in these names."""

    kind: str
    field: str
    seed: str
    name: str
    members: str

    def path(self, name: str) -> str:
        """Return the path of a change of the item with this name."""
        return f"{self.seed}.{name}" if name else self.seed

    def name_of(self, item: Item) -> str:
        """Return the name or label of an item, the newer one of two."""
        return as_text(as_object(item.new if item.new is not None else item.old).get(self.name))


ARM = Sort("arm", "armGroups", "armsInterventions.arms", "label", "interventionNames")
INTERVENTION = Sort("intervention", "interventions", "armsInterventions.interventions", "name", "armGroupLabels")


@dataclass(frozen=True, slots=True)
class References:
    """What the references between the two lists come to.

    Attributes:
        changes: Memberships that really changed, one change an arm.
        follow: Path of another change → edits of references that only follow from it.
    """

    changes: tuple[Change, ...]
    follow: Mapping[str, tuple[int, ...]]


@dataclass(slots=True)
class _Arm:
    gained: dict[str, None] = field(default_factory=dict)
    lost: dict[str, None] = field(default_factory=dict)
    edits: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """What the references come to, while they are read."""

    told: Collection[str]
    arms: dict[str, _Arm] = field(default_factory=dict)
    follow: dict[str, list[int]] = field(default_factory=dict)
    spelling: list[int] = field(default_factory=list)

    def read(self, sort: Sort, other: Sort, item: Item, renamed: Mapping[str, str]) -> None:
        """Sort the references of one item into what follows from a change of the other list, and what is open."""
        edits, old, new = item.touching(sort.members), _members(sort, item.old), _members(sort, item.new)
        kept = {renamed.get(name, name): name for name in old}
        gained = [name for name in new if name not in kept]
        lost = [was for name, was in kept.items() if name not in new]
        respelt = [name for name, was in kept.items() if name != was]
        causes = [path for path in map(other.path, (*gained, *lost, *respelt)) if path in self.told]
        for path in causes:
            self.follow.setdefault(path, []).extend(edits)
        is_open = False
        for names, has_gained in ((gained, True), (lost, False)):
            for name in names:
                if other.path(name) not in self.told:
                    is_open = True
                    self.open(sort, item, name, edits, has_gained=has_gained)
        if not (causes or is_open):
            self.spelling.extend(edits)

    def open(self, sort: Sort, item: Item, name: str, edits: Collection[int], *, has_gained: bool) -> None:
        """Note a member that an arm gained or lost by itself."""
        label, member = (sort.name_of(item), name) if sort is ARM else (name, sort.name_of(item))
        arm = self.arms.setdefault(label, _Arm())
        (arm.gained if has_gained else arm.lost)[member] = None
        arm.edits.extend(edits)


def references(
    items: Mapping[str, Sequence[Item]],
    told: Collection[str],
    renamed: Mapping[str, Mapping[str, str]],
    controls: Mapping[str, Collection[str]],
) -> References:
    """Read the edits of the references of paired arms and interventions.

    Args:
        items: `arm` and `intervention` → the differing items of that list.
        told: Paths of the changes made of the items themselves.
        renamed: `arm` and `intervention` → older name or label → newer one.
        controls: `arms` → labels of control arms, `drugs` → names of what is no placebo.

    Returns:
        New changes and claims; every edit of the references is in at least one of them.
    """
    found = _Reading(told)
    for sort, other in ((ARM, INTERVENTION), (INTERVENTION, ARM)):
        for item in items[sort.kind]:
            if item.touching(sort.members) and item.old is not None and item.new is not None:
                found.read(sort, other, item, renamed[other.kind])
    changes = [_membership(label, arm, controls) for label, arm in found.arms.items()]
    if found.spelling:
        changes.append(_respelt(merged(found.spelling)))
    return References(tuple(changes), {path: merged(edits) for path, edits in found.follow.items()})


def _members(sort: Sort, item: Json) -> tuple[str, ...]:
    """Return the names an item refers to; those of interventions are spelt with their type: `Drug: Aspirin`."""
    names = texts(as_object(item).get(sort.members))
    return tuple(name.partition(": ")[2] or name for name in names) if sort is ARM else names


def _membership(label: str, arm: _Arm, controls: Mapping[str, Collection[str]]) -> Change:
    level, rule = Severity.MINOR, "arm: its interventions changed"
    if label in controls["arms"] and any(name in controls["drugs"] for name in (*arm.gained, *arm.lost)):
        level, rule = Severity.MAJOR, f"{rule} · minor → major: a control arm gains or loses a drug"
    return Change(
        kind="arm.modified",
        severity=level,
        rule=rule,
        path=ARM.path(label),
        verb=Verb.CHANGED,
        before=list(arm.lost) or None,
        after=list(arm.gained) or None,
        edits=merged(arm.edits),
        facts={"name": label, "parts": ["interventions"], "gained": list(arm.gained), "lost": list(arm.lost)},
    )


def _respelt(edits: tuple[int, ...]) -> Change:
    return Change(
        kind="arm.modified",
        severity=Severity.NOISE,
        rule="references between arms and interventions spelt anew, the same ones meant",
        path=ARM.seed,
        verb=Verb.CHANGED,
        before=None,
        after=None,
        edits=edits,
        facts={"name": "", "parts": ["references"]},
    )
