"""One module of a record as an explainer reads it: both states, the edits that touch it, its list items side by side.

Reads only; claims nothing and decides no level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.model import Edit, Json, Place
from watcher.study.read import as_list, as_object, at


def merged(*claims: Iterable[int]) -> tuple[int, ...]:
    """Return the edits of several claims, ascending, each once."""
    return tuple(sorted({index for claim in claims for index in claim}))


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list that differs between the two records.

    Attributes:
        old: The item in the older record, None when it is new.
        new: The item in the newer record, None when it is gone.
        edits: Indices of the edits that touch it, ascending.
        by_key: For an item of both records: first key below it → the edits there.
    """

    old: Json
    new: Json
    edits: tuple[int, ...]
    by_key: Mapping[str, tuple[int, ...]]

    def touching(self, *keys: str) -> tuple[int, ...]:
        """Return the edits at or below any of these keys of the item, ascending."""
        return merged(*(self.by_key.get(key, ()) for key in keys))


@dataclass(frozen=True, slots=True)
class Part:
    """A section or module with the edits at, below or above it.

    Attributes:
        path: Keys from the record's root.
        old: Its older state; empty when it was not there.
        new: Its newer state.
        edits: (index, edit) of every edit that touches it, ascending.
    """

    path: tuple[str, ...]
    old: Mapping[str, Json]
    new: Mapping[str, Json]
    edits: tuple[tuple[int, Edit], ...]

    def before(self, *keys: str) -> Json:
        """Return the older value below the part, None when it was not there."""
        return at(self.old, *keys)

    def after(self, *keys: str) -> Json:
        """Return the newer value below the part, None when it is not there."""
        return at(self.new, *keys)

    def touching(self, *keys: str) -> tuple[int, ...]:
        """Return the edits at, below or above a path of keys below the part; lists on the way are not crossed."""
        path = self.path + keys
        size = len(path)
        return tuple(index for index, edit in self.edits if edit.steps[:size] == path[: len(edit.steps)])

    def differs(self, *keys: str) -> tuple[int, ...]:
        """Return the edits that touch a value if the value itself differs, else none.

        A module that comes or goes as a whole touches fields it never had; those do not differ.
        """
        return self.touching(*keys) if self.before(*keys) != self.after(*keys) else ()

    def items(self, field: str) -> tuple[Item, ...]:
        """Return the differing items of a list, in the order of their first edit.

        Args:
            field: Key of the list below the part.

        Returns:
            Paired items with their edits, added and removed ones whole. When the list itself came or went, all its
            items.
        """
        old, new = as_list(self.before(field)), as_list(self.after(field))
        path = (*self.path, field)
        size = len(path)
        whole: list[int] = []
        found: dict[Place, dict[str, list[int]]] = {}
        for index, edit in self.edits:
            steps = edit.steps
            if steps[:size] != path[: len(steps)]:
                continue
            place = steps[size] if len(steps) > size else None
            if not isinstance(place, Place):
                whole.append(index)
                continue
            key = steps[size + 1] if len(steps) > size + 1 else ""
            found.setdefault(place, {}).setdefault(key if isinstance(key, str) else "", []).append(index)
        if whole:
            return _all_of(old, new, tuple(whole))
        return tuple(
            Item(
                None if place.old is None else old[place.old],
                None if place.new is None else new[place.new],
                merged(*keys.values()),
                {key: tuple(indices) for key, indices in keys.items()},
            )
            for place, keys in found.items()
        )


def _all_of(old: Sequence[Json], new: Sequence[Json], edits: tuple[int, ...]) -> tuple[Item, ...]:
    return tuple(
        [Item(item, None, edits, {}) for item in old if item not in new]
        + [Item(None, item, edits, {}) for item in new if item not in old]
    )


def part(evidence: Evidence, *path: str) -> Part:
    """Look at one section or module of the record.

    Args:
        evidence: The two records and their edits.
        path: Keys from the record's root, no lists on the way.

    Returns:
        The part; without edits when nothing in it differs.
    """
    size = len(path)
    return Part(
        path,
        as_object(at(evidence.old, *path)),
        as_object(at(evidence.new, *path)),
        tuple(
            (index, edit) for index, edit in enumerate(evidence.edits) if edit.steps[:size] == path[: len(edit.steps)]
        ),
    )


def protocol(evidence: Evidence, module: str) -> Part:
    """Look at one module of the protocol section."""
    return part(evidence, "protocolSection", module)
