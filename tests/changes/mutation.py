"""Random changes of a record, steered by hypothesis so that a failing one shrinks."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.changes.builders import a_record, get, leaves

_PLAIN = st.one_of(
    st.text(max_size=12),
    st.integers(-5, 5000),
    st.booleans(),
    st.sampled_from(["2026-02-03", "2027-01", "TERMINATED", "a\nb", "None", "PHASE3", 99999999, 2.5]),
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["date", "type", "name", "newKey"]), inner, max_size=3),
    ),
    max_leaves=4,
)


def _places(record: Any) -> list[tuple[str | int, ...]]:
    """Give the path of everything that can be changed, from modules down to leaves, the trial's own id excepted."""
    found = {path[:depth] for path in leaves(record) for depth in range(1, len(path) + 1)}
    return sorted((path for path in found if path[:3] != _ID and path not in _ABOVE_ID), key=repr)


_ID = ("protocolSection", "identificationModule", "nctId")
_ABOVE_ID = {_ID[:1], _ID[:2]}


@st.composite
def mutated(draw: st.DrawFn, most: int = 6, *, keep_types: bool = False) -> dict[str, Any]:
    """Give a copy of the record with a few places taken away, replaced, repeated, added or shuffled.

    Args:
        draw: Given by hypothesis.
        most: Largest number of changes.
        keep_types: Replace texts by texts and numbers by numbers only, as the registry would.
    """
    record = a_record()
    for _ in range(draw(st.integers(1, most))):
        places = _places(record)
        path = draw(st.sampled_from(places))
        _change(draw, record, path, keep_types=keep_types)
    return record


def _change(draw: st.DrawFn, record: Any, path: tuple[str | int, ...], *, keep_types: bool) -> None:
    above, last = get(record, path[:-1]), path[-1]
    value = above[last]
    what = draw(st.sampled_from(["remove", "replace", "more"]))
    if what == "remove":
        del above[last]
    elif what == "more" and isinstance(value, list) and (value or not keep_types):
        is_repeat = bool(value) and (keep_types or draw(st.booleans()))
        value.append(copy.deepcopy(draw(st.sampled_from(value))) if is_repeat else draw(_VALUES))
        value[:] = draw(st.permutations(value))
    elif what == "more" and isinstance(value, dict) and not keep_types:
        value[draw(st.sampled_from(["newKey", "date", "status"]))] = draw(_VALUES)
    elif keep_types:
        above[last] = _alike(draw, value)
    else:
        above[last] = draw(_VALUES)


def _alike(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return draw(st.integers(0, 1000))
    if isinstance(value, str):
        words = value.split(" ")
        return " ".join(draw(st.permutations(words)))[: draw(st.integers(1, 200))] if len(words) > 1 else f"{value}x"
    return value


def shuffled(draw: st.DrawFn, value: Any) -> Any:
    """Give the same value with every list and every object in another order."""
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: shuffled(draw, value[key]) for key in keys}
    if isinstance(value, list):
        return [shuffled(draw, item) for item in draw(st.permutations(value))]
    return value
