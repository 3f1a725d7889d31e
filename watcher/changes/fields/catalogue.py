"""All rows of the catalogue, and looking one up by the path of a field.

Source: the registry's own field tree, https://clinicaltrials.gov/api/v2/studies/metadata, and fields that older copies
of records carry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from watcher.changes.families.members import FAMILIES
from watcher.changes.fields.row import Identity, Row

CATALOGUE_REVISION = 2
"""Raised whenever rows or kinds change so that kept comparisons would read differently."""

ROWS: tuple[Row, ...] = tuple(row for family in FAMILIES.values() for row in family.fields)
"""Every row, family by family."""

_BY_PATH: Mapping[tuple[str, ...], Row] = MappingProxyType({row.path: row for row in ROWS})
_INNER: frozenset[tuple[str, ...]] = frozenset(row.path[:depth] for row in ROWS for depth in range(len(row.path)))
_POSITION = re.compile(r"\[\d+\]")
_ANY = Identity()


def row_above(path: tuple[str, ...]) -> Row | None:
    """Return the row at or above a path, the longest first, whether or not the row knows what lies below it.

    Args:
        path: Keys from the record's root, without list positions.

    Returns:
        The row, or None when no row begins the path.
    """
    for depth in range(len(path), 0, -1):
        row = _BY_PATH.get(path[:depth])
        if row is not None:
            return row
    return None


def lookup(path: tuple[str, ...]) -> Row | None:
    """Return the one row that knows a path.

    Args:
        path: Keys from the record's root, without list positions; of a leaf or of anything above it, down from the
            row's own field.

    Returns:
        The row with the longest path that begins it, or None when the catalogue does not know the path: the field is
        new, or lies below a known one without being among its parts.
    """
    row = row_above(path)
    if row is None or len(path) == len(row.path) or path in _INNER:
        return row
    below = ".".join(path[len(row.path) :])
    return row if below in row.parts or any(part.startswith(f"{below}.") for part in row.parts) else None


def identity_of(path: tuple[str, ...]) -> Identity:
    """Describe how the items of the list at a path are recognised; lists nobody described go by their words."""
    row = row_above(path)
    if row is None:
        return _ANY
    if len(path) == len(row.path):
        return row.identity
    return row.lists.get(".".join(path[len(row.path) :]), _ANY)


def keys_of(record_path: str) -> tuple[str, ...]:
    """Return the keys of an API path as changes carry it: `a.b[12].c` → `("a", "b", "c")`."""
    return tuple(_POSITION.sub("", record_path).split("."))
