"""Small words for writing the catalogue down: keys of items, names of parts, rows of one module."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from watcher.changes.fields.key_words import words_of_key
from watcher.changes.fields.row import Identity, Key, Row, ValueType
from watcher.changes.model import Json, Severity

ONLY_ONE = Key(lambda _: "", alone=True)
"""The one item left on each side: the same item whatever it says."""


def by(*names: str, every: bool = False, alone: bool = False) -> Key:
    """Recognise an item by some of its fields; case and runs of blanks do not count.

    Args:
        names: Fields of the item.
        every: All of them must be there; otherwise one is enough and a missing one counts as empty.
        alone: The key counts only where one unpaired item stands on each side.
    """

    def of(item: Mapping[str, Json]) -> Hashable | None:
        key = tuple(fold(item.get(name)) for name in names)
        there = all(key) if every else any(key)
        return key if there else None

    return Key(of, alone=alone)


def fold(value: Json) -> str:
    """Return a value as a text in which case and runs of blanks do not count; empty for nothing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else repr(value)
    return (text if text.isalnum() else " ".join(text.split())).casefold()


def told_by(*keys: Key, similar: tuple[str, ...] = ("",), least: float = 0.5) -> Identity:
    """Distinguish items by these keys, strongest first."""
    return Identity(keys=keys, similar=similar, least=least)


def parts(spec: str) -> Mapping[str, str]:
    """Read the known parts of a field: `id; type; geoPoint.lat: latitude`.

    Args:
        spec: Dotted paths apart by `;`, each with `: name for people`, or named after its last key.

    Returns:
        Dotted path → name, in the order given.
    """
    found = {}
    for entry in spec.split(";"):
        path, _, name = entry.partition(":")
        found[path.strip()] = name.strip() or words_of_key(path.strip().rpartition(".")[2])
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a record: where it lies and which seed-style family its fields have."""

    path: tuple[str, ...]
    seed: str

    def row(
        self,
        name: str,
        label: str,
        value: ValueType = ValueType.TEXT,
        *,
        seed: str | None = None,
        unit: str | None = None,
        has: str = "",
        identity: Identity | None = None,
        lists: Mapping[str, Identity] | None = None,
        named_by: tuple[str, ...] = (),
        level: Severity = Severity.MINOR,
        kind: str = "field.changed",
        noise: str | None = None,
        is_registry_made: bool = False,
    ) -> Row:
        """Write one row of this module; `name` may be dotted to single out a part of a field."""
        return Row(
            path=(*self.path, *name.split(".")),
            label=label,
            seed=seed if seed is not None else f"{self.seed}.{name}",
            value=value,
            unit=unit,
            parts=parts(has) if has else MappingProxyType({}),
            identity=identity if identity is not None else Identity(),
            lists=lists if lists is not None else MappingProxyType({}),
            named_by=named_by,
            level=Severity.NOISE if noise is not None else level,
            kind=kind,
            noise=noise,
            is_registry_made=is_registry_made,
        )
