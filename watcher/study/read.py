"""Values of a record, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""A JSON value. The registry never sends `null` (measured on 3,444 records), so None means "not there"."""

Record: TypeAlias = Mapping[str, Json]
"""One study as API v2 sends it, decoded and not yet canonical."""

_NOTHING: Mapping[str, Json] = MappingProxyType({})


def as_object(value: Json) -> Mapping[str, Json]:
    """Return an object as it is and anything else as an empty one."""
    return value if isinstance(value, Mapping) else _NOTHING


def as_list(value: Json) -> Sequence[Json]:
    """Return a list as it is and anything else as an empty one."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_text(value: Json) -> str:
    """Return a text as it is and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def texts(value: Json) -> tuple[str, ...]:
    """Return the texts of a list, in its order."""
    return tuple(item for item in as_list(value) if isinstance(item, str))


def objects(value: Json) -> tuple[Mapping[str, Json], ...]:
    """Return the objects of a list, in its order."""
    return tuple(item for item in as_list(value) if isinstance(item, Mapping))


def at(value: Json, *path: str) -> Json:
    """Return what lies at a path of keys, None when it is not there."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
