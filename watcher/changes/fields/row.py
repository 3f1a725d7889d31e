"""What a row of the catalogue says about one field of a record, and how items of a list are told apart.

Holds the shapes only; the rows themselves stand in the modules beside this one, one per section of the API.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from watcher.changes.model import Json, Severity


class ValueType(StrEnum):
    """How a field's value reads, which decides how it is shown."""

    TEXT = "text"
    MARKUP = "markup"  # text with the registry's markdown escapes
    ENUM = "enum"
    DATE = "date"  # yyyy, yyyy-MM or yyyy-MM-dd, or a struct {date, type} of it
    COUNT = "count"
    NUMBER = "number"
    BOOLEAN = "boolean"
    AGE = "age"  # `18 Years`, also durations
    STRUCT = "struct"
    ITEMS = "items"  # a list of objects
    NAMES = "names"  # a list of plain texts
    ENUMS = "enums"  # a list of enum values


KeyOf = Callable[[Mapping[str, Json]], Hashable | None]
"""Returns an item's key, or None when the item lacks what the key needs."""


@dataclass(frozen=True, slots=True)
class Key:
    """One way to recognise an item of a list in the other record.

    Attributes:
        of: Gives the key; None means this way does not apply to the item.
        alone: The key counts only where one unpaired item stands on each side: it is too weak to choose among several.
    """

    of: KeyOf
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How the items of one list are told apart, strongest way first. Equal items are always paired before.

    Attributes:
        keys: Ways to recognise an item, tried in this order on what is still unpaired.
        similar: Paths inside an item (dotted) whose words are compared when no key fits; `("",)` stands for all words
            of the item; empty for lists whose items are never guessed.
        least: Least share of common words (of the smaller and larger set together, 0 to 1) for a guess.
    """

    keys: tuple[Key, ...] = ()
    similar: tuple[str, ...] = ("",)
    least: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field of the catalogue with its subtree.

    Attributes:
        path: Keys from the record's root; list positions are no keys.
        label: Name for people, capitalised as at the start of a line: `Target duration`.
        seed: Seed-style path of changes of this field: `design.enrollmentCount`.
        value: How the value reads.
        unit: Unit of a number, or None.
        parts: Known paths below it (dotted) with their names for people; anything else below is unknown.
        identity: How the items of the list are told apart; for lists only.
        lists: The same for lists inside the items, by dotted path below the row.
        named_by: Dotted paths that name an item for people, joined by a comma; for lists and structs.
        level: Level of a difference that no kind explains.
        kind: Kind of such a difference: `field.changed`, or a kind of noise.
        noise: Why such a difference is noise, printable; None when it is not.
        is_registry_made: Whether the registry, not the sponsor, writes this field.
    """

    path: tuple[str, ...]
    label: str
    seed: str
    value: ValueType = ValueType.TEXT
    unit: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    identity: Identity = Identity()
    lists: Mapping[str, Identity] = field(default_factory=dict)
    named_by: tuple[str, ...] = ()
    level: Severity = Severity.MINOR
    kind: str = "field.changed"
    noise: str | None = None
    is_registry_made: bool = False
