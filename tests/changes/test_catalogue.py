from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.changes.builders import a_record, leaves
from tests.changes.real import all_paths, load, needs_records
from watcher.changes.fields.catalogue import ROWS, identity_of, keys_of, lookup, row_above
from watcher.changes.fields.row import Identity
from watcher.changes.model import Severity


def keys(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def test_no_two_rows_share_a_path():
    paths = [row.path for row in ROWS]
    assert len(set(paths)) == len(paths)


def test_no_two_rows_share_a_seed_path_unless_older_copies_carry_both():
    seeds = [row.seed for row in ROWS]
    assert {seed for seed in seeds if seeds.count(seed) > 1} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ".".join(row.path))
def test_row_is_noise_exactly_when_it_says_why(row):
    assert (row.level is Severity.NOISE) == (row.noise is not None)
    assert row.kind == "field.changed" or row.noise is not None
    assert row.label[0].isupper() or row.label == row.label.upper()


def test_every_leaf_of_the_fictional_record_has_its_row():
    assert {keys(path) for path in leaves(a_record()) if lookup(keys(path)) is None} == set()


def test_longest_row_wins():
    site = ("protocolSection", "contactsLocationsModule", "locations")
    found = [lookup((*site, *below)) for below in (("status",), ("geoPoint", "lat"), ("geoPoint",), ())]
    assert [row and row.label for row in found] == ["Sites", "Site coordinates", "Site coordinates", "Sites"]


@pytest.mark.parametrize(
    "path",
    [
        ("newSection",),
        ("protocolSection", "statusModule", "newField"),
        ("protocolSection", "statusModule", "startDateStruct", "newKey"),
        ("protocolSection", "statusModule", "overallStatus", "newKey"),
        ("protocolSection", "contactsLocationsModule", "locations", "phone"),
        ("protocolSection",),
        (),
    ],
)
def test_unknown_path_has_no_row(path):
    assert lookup(path) is None


def test_unknown_key_below_a_known_field_still_stands_below_it():
    row = row_above(("protocolSection", "statusModule", "startDateStruct", "newKey"))
    assert row is not None
    assert row.label == "Start date"


def test_part_above_a_known_leaf_is_known():
    assert lookup(("protocolSection", "designModule", "designInfo", "maskingInfo")) is not None
    assert lookup(("resultsSection", "baselineCharacteristicsModule", "measures", "classes", "categories")) is not None


def test_list_nobody_described_goes_by_its_words():
    assert identity_of(("some", "list")) == Identity()
    assert identity_of(("resultsSection", "outcomeMeasuresModule", "outcomeMeasures", "newList")) == Identity()


def test_positions_are_no_keys():
    assert keys_of("protocolSection.contactsLocationsModule.locations[12].contacts[0].name") == (
        "protocolSection",
        "contactsLocationsModule",
        "locations",
        "contacts",
        "name",
    )


@needs_records
def test_every_leaf_of_every_real_record_has_its_row():
    unknown = {keys(path) for file in all_paths() for path in leaves(load(file)) if lookup(keys(path)) is None}
    assert unknown == set()


@needs_records
def test_every_field_of_the_registrys_own_tree_has_its_row():
    tree = json.loads((Path(os.environ["TRIAL_RECORDS"]) / "api" / "studies-metadata.json").read_text("utf-8"))

    def below(node: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        here = (*path, node["name"])
        children = node.get("children", [])
        return [leaf for child in children for leaf in below(child, here)] if children else [here]

    unknown = {path for node in tree for path in below(node, ()) if lookup(path) is None}
    assert unknown == set()
