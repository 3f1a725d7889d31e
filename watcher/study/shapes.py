"""Reads JSON objects into frozen dataclasses, without trusting the JSON.

The types of the fields say how: a text, a truth value, a number or None, texts, another dataclass, several of them.
What is not there, or of another type, is an empty text, False, None, an empty tuple or an empty dataclass.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from watcher.study.read import Json, as_object, as_text, objects, texts

S = TypeVar("S")


def shaped(shape: type[S], value: Json, spell: Callable[[str], str] = str) -> S:
    """Read an object.

    Args:
        shape: A frozen dataclass.
        value: The object; anything else counts as an empty one.
        spell: Gives the key of a field by its name; pass the same function each time, for what it gives is kept.

    Returns:
        The dataclass, every field filled.
    """
    found: S = _read(shape, spell, value)
    return found


def _read(shape: Any, spell: Callable[[str], str], value: Json) -> Any:
    held = as_object(value)
    return shape(**{name: read(held.get(key)) for name, key, read in _fields(shape, spell)})


@cache
def _fields(shape: Any, spell: Callable[[str], str]) -> tuple[tuple[str, str, Callable[[Json], Any]], ...]:
    """Return for each field of a shape its name, its key, and what reads it."""
    kinds = get_type_hints(shape)
    return tuple((one.name, spell(one.name), _reader(kinds[one.name], spell)) for one in dataclasses.fields(shape))


def _reader(kind: Any, spell: Callable[[str], str]) -> Callable[[Json], Any]:
    if kind in _PLAIN:
        return _PLAIN[kind]
    inner = get_args(kind)
    if NoneType in inner:
        return partial(_or_none, inner[0], spell)
    if not inner:
        return partial(_read, kind, spell)
    return texts if inner[0] is str else partial(_each, inner[0], spell)


def _each(shape: Any, spell: Callable[[str], str], value: Json) -> tuple[Any, ...]:
    return tuple(_read(shape, spell, one) for one in objects(value))


def _or_none(kind: Any, spell: Callable[[str], str], value: Json) -> Any:
    if dataclasses.is_dataclass(kind):
        return _read(kind, spell, value) if isinstance(value, Mapping) else None
    is_kind = type(value) is kind or (kind is float and type(value) is int)
    return value if is_kind else None


def _is_true(value: Json) -> bool:
    return value is True


_PLAIN: Mapping[Any, Callable[[Json], Any]] = {str: as_text, bool: _is_true}
