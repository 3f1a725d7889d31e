from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes.builders import a_record, put
from tests.changes.mutation import mutated, shuffled
from tests.changes.real import all_paths, load, needs_records
from watcher.changes.normalise import canonical_hash, normalise, says_the_same

STAMP = ("derivedSection", "miscInfoModule", "versionHolder")


def test_data_version_alone_is_no_difference():
    record = a_record()
    moved = put(record, STAMP, "2031-01-01")
    assert canonical_hash(moved) == canonical_hash(record)
    assert normalise(moved) == normalise(record)


def test_module_that_held_only_the_data_version_leaves_with_it():
    assert normalise({"derivedSection": {"miscInfoModule": {"versionHolder": "2026-01-01"}}, "hasResults": False}) == {
        "hasResults": False
    }


def test_nulls_are_nothing_wherever_they_stand():
    record = {"a": {"b": None, "c": [1, None, {"d": None, "e": "None of these"}]}}
    assert normalise(record) == {"a": {"c": [1, {"e": "None of these"}]}}
    assert canonical_hash(record) == canonical_hash(normalise(record))


def test_objects_without_a_member_are_nothing_wherever_they_stand():
    record: dict[str, Any] = {"a": {"b": {}, "c": [1, {}, {"d": {"e": None}}], "f": "{}"}, "g": {"h": {}}}
    assert normalise(record) == {"a": {"c": [1], "f": "{}"}}
    assert canonical_hash(record) == canonical_hash(normalise(record))
    assert canonical_hash({"a": "{}"}) != canonical_hash({"a": {}})


def test_record_without_nulls_is_shared_not_copied():
    record = put(a_record(), STAMP, None)
    assert normalise(record) is record


@given(mutated())
def test_normalising_twice_is_normalising_once(record):
    once = normalise(record)
    assert normalise(once) == once
    assert canonical_hash(once) == canonical_hash(record)


@given(st.data())
def test_order_of_lists_and_keys_does_not_matter(data):
    record = a_record()
    assert canonical_hash(shuffled(data.draw, record)) == canonical_hash(record)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (False, None, False),
        (True, 1, False),
        (0, False, False),
        (1, 1.0, True),
        (2.5, 2, False),
        ("1", 1, False),
        ([], None, False),
        ({}, None, True),
        ({"y": {"z": None}}, None, True),
        ([{}], [], True),
        ([{}], None, False),
        ([1, 2], [2, 1], True),
        ([1, 1, 2], [1, 2, 2], False),
        ([[1, 2], [3]], [[3], [2, 1]], True),
        ("a\nb", '"a\\nb"', False),
    ],
)
def test_hash_sees_every_difference_but_order(one, other, is_same):
    assert (canonical_hash({"x": one}) == canonical_hash({"x": other})) is is_same


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1.0}, True),
        ({"a": 1, "b": [True]}, {"b": [1], "a": 1}, False),
        (True, 1, False),
        ([1], [1, 2], False),
        ({"b": "x", "a": "y"}, {"a": "y", "b": "x"}, True),
    ],
)
def test_equal_for_python_is_not_always_the_same(one, other, is_same):
    assert says_the_same(one, other) is is_same


def test_hash_is_stable_across_releases():
    """A kept hash must mean the same tomorrow: this one changes only with a decision."""
    assert canonical_hash({"a": ["x", True, 1.0, {"b": "é"}]}) == (
        "d5d422f729402d0f1f09510ff4d9f43af4e4c8482237b7ef4d0296aca0299af8"
    )


@needs_records
def test_real_records_hash_the_same_in_any_order():
    source = random.Random(7)

    def shuffle(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffle(value[key]) for key in source.sample(list(value), len(value))}
        return [shuffle(item) for item in source.sample(value, len(value))] if isinstance(value, list) else value

    for path in all_paths()[::25]:
        record = load(path)
        assert canonical_hash(shuffle(record)) == canonical_hash(record)
