"""Patch steps that turn one record into the next, as used by the script of the sample trials.

Pure; a step that does not fit its record is an error.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

PatchStep: TypeAlias = Mapping[str, Any]
"""`at` (a path such as `protocolSection.contactsLocationsModule.locations[3].status`) and exactly one of
`set` (the value, new or replaced), `insert` (an item, in front of the one at that place), `remove` (true),
`replace` (`[old, new]` inside a text), `order` (the list's positions in their new order),
`each` (keys to set in every item of the list)."""

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class PatchError(ValueError):
    """A step does not fit the record; the text says which and why."""


def apply_steps(record: Mapping[str, Any], steps: Sequence[PatchStep]) -> dict[str, Any]:
    """Return a patched copy of a record.

    Raises:
        PatchError: A path does not exist, or a step is of an unknown kind.
    """
    changed = copy.deepcopy(dict(record))
    for step in steps:
        try:
            _apply(changed, step)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise PatchError(f"{step.get('at')}: the step does not fit the record ({error!r})") from None
    return changed


def _apply(record: dict[str, Any], step: PatchStep) -> None:
    *path, last = [name or int(place) for name, place in _PART.findall(step["at"])]
    parent: Any = record
    for part in path:
        parent = parent[part]
    match {key: value for key, value in step.items() if key != "at"}:
        case {"set": value}:
            parent[last] = copy.deepcopy(value)
        case {"insert": value}:
            parent.insert(last, copy.deepcopy(value))
        case {"remove": True}:
            del parent[last]
        case {"replace": [old, new]}:
            if old not in parent[last]:
                raise PatchError(f"{step['at']}: the text to replace is not there: {old!r}")
            parent[last] = parent[last].replace(old, new, 1)
        case {"order": positions}:
            if sorted(positions) != list(range(len(parent[last]))):
                raise PatchError(f"{step['at']}: the order must name every position once")
            parent[last] = [parent[last][position] for position in positions]
        case {"each": values}:
            for item in parent[last]:
                item.update(copy.deepcopy(values))
        case _:
            raise PatchError(f"{step['at']}: a step is one of set, insert, remove, replace, order, each")
