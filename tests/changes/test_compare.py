from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes.builders import NCT_ID, a_posted, a_record, a_site, field, get, many_sites, put
from tests.changes.mutation import mutated, shuffled
from watcher.changes.compare import apply_edits, compare_records, edits_between
from watcher.changes.model import Edit, Place
from watcher.changes.normalise import canonical_hash
from watcher.errors import UsageError

SITES = field("contactsLocationsModule", "locations")
STATUS = field("statusModule", "overallStatus")


def paths(edits: Iterable[Edit]) -> list[str]:
    return [edit.record_path for edit in edits]


def test_record_compared_with_itself_is_silent():
    found = compare_records(a_record(), a_record())
    assert (found.nct_id, found.edits, found.changes) == (NCT_ID, (), ())


def test_moving_data_version_is_silent_and_stands_in_the_stamps():
    newer = put(a_record(), ("derivedSection", "miscInfoModule", "versionHolder"), "2026-02-03")
    found = compare_records(a_record(), newer)
    assert (found.edits, found.older.data_version, found.newer.data_version) == ((), "2026-01-22", "2026-02-03")
    assert found.newer.last_update_posted == "2026-01-22"


@given(st.data())
def test_order_of_lists_is_no_difference(data):
    record = a_record()
    assert edits_between(record, shuffled(data.draw, record)) == ()


def test_changed_value_is_one_edit_with_both_sides():
    newer = put(a_record(), STATUS, "SUSPENDED")
    assert edits_between(a_record(), newer) == (Edit(steps=STATUS, before="RECRUITING", after="SUSPENDED"),)


def test_site_in_the_middle_is_one_edit_with_its_place():
    site = a_site("New Clinic", "Linz", "Austria", status="RECRUITING")
    sites = a_record()["protocolSection"]["contactsLocationsModule"]["locations"]
    newer = put(a_record(), SITES, [*sites[:3], site, *sites[3:]])
    (edit,) = edits_between(a_record(), newer)
    assert edit == Edit(steps=(*SITES, Place(None, 3)), before=None, after=site)
    assert edit.record_path == "protocolSection.contactsLocationsModule.locations[3]"


def test_status_of_a_site_that_moved_down_is_one_edit_at_its_newer_place():
    sites = get(a_record(), SITES)
    changed = {**sites[3], "status": "COMPLETED"}
    newer = put(a_record(), SITES, [*sites[4:], *sites[:3], changed])
    assert edits_between(a_record(), newer) == (
        Edit(steps=(*SITES, Place(3, 6), "status"), before="RECRUITING", after="COMPLETED"),
    )


def test_removed_item_is_shown_at_its_older_place():
    newer = put(a_record(), (*SITES, 4), None)
    (edit,) = edits_between(a_record(), newer)
    assert (edit.steps[-1], get(edit.before, ["facility"]), edit.after) == (Place(4, None), "Clinique du Dos", None)


def test_field_that_appears_is_one_edit_with_its_whole_value():
    older = put(a_record(), SITES, None)
    (edit,) = edits_between(older, a_record())
    assert (edit.steps, edit.before, edit.after) == (SITES, None, get(a_record(), SITES))


def test_module_that_appears_is_told_field_by_field():
    older = put(a_record(), ("protocolSection", "eligibilityModule"), None)
    assert all(len(edit.steps) == 3 and edit.before is None for edit in edits_between(older, a_record()))


def test_section_that_vanishes_is_told_field_by_field():
    newer = put(a_record(), ("resultsSection",), None)
    edits = edits_between(a_record(), newer)
    assert {len(edit.steps) for edit in edits} == {3}
    assert "resultsSection" not in apply_edits(a_record(), edits)


def test_edits_stand_in_path_order_with_positions_as_numbers():
    sites = many_sites(12)
    older = put(a_record(), SITES, sites)
    newer = put(older, SITES, [{**site, "status": "COMPLETED"} for site in sites])
    assert paths(edits_between(older, newer)) == [
        f"protocolSection.contactsLocationsModule.locations[{at}].status" for at in range(12)
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (False, None),
        (False, 0),
        (True, 1),
        (1, 1.5),
        ("1", 1),
        ("a\nb", '"a\\nb"'),
        ("a\nb", "a\nc"),
        ([], None),
        ([], {}),
        ({}, 1),
        ({}, {"a": 1}),
        ({"a": 1}, {}),
        ({"a": {"b": 1}}, {"a": {}}),
        (["a"], []),
        ([["a", "b"]], [["a"], ["b"]]),
        ([{"a": 1}], "a"),
        ({"__private": 1}, {"__private": 2}),
        ([1, True], [True]),
        ("x", {"a": "x"}),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        ("newTop",),
        ("protocolSection", "newModule"),
        ("protocolSection", "newModule", "newField"),
        (*SITES, 1, "newKey"),
    ],
)
def test_every_kind_of_difference_is_found_and_can_be_applied(path, before, after):
    older = put(a_record(), path, before)
    newer = put(older, path, after)
    for one, other in ((older, newer), (newer, older)):
        edits = edits_between(one, other)
        assert edits
        assert canonical_hash(apply_edits(one, edits)) == canonical_hash(other)


def test_whole_and_broken_numbers_of_one_value_are_the_same():
    assert edits_between(put(a_record(), ("x",), 3), put(a_record(), ("x",), 3.0)) == ()


@given(mutated())
def test_applying_the_edits_to_the_older_record_gives_the_newer(newer):
    older = a_record()
    for one, other in ((older, newer), (newer, older)):
        edits = edits_between(one, other)
        assert canonical_hash(apply_edits(one, edits)) == canonical_hash(other)
        assert bool(edits) == (canonical_hash(one) != canonical_hash(other))


@given(mutated(), mutated())
def test_applying_works_between_any_two_records(one, other):
    assert canonical_hash(apply_edits(one, edits_between(one, other))) == canonical_hash(other)


def test_comparing_changes_neither_record():
    older, newer = a_record(), a_posted(put(a_record(), STATUS, "TERMINATED"), "2026-02-01")
    compare_records(older, newer)
    assert (older, newer) == (a_record(), a_posted(put(a_record(), STATUS, "TERMINATED"), "2026-02-01"))


def test_two_trials_cannot_be_compared():
    other = put(a_record(), field("identificationModule", "nctId"), "NCT99000002")
    with pytest.raises(UsageError, match="NCT99000001 and NCT99000002"):
        compare_records(a_record(), other)


@pytest.mark.parametrize("record", [{}, {"protocolSection": []}, {"studies": [a_record()]}, [], "text"])
def test_what_is_no_record_cannot_be_compared(record):
    with pytest.raises(UsageError, match="no record of a study"):
        compare_records(record, a_record())
    with pytest.raises(UsageError, match="no record of a study"):
        compare_records(a_record(), record)


def test_deepdiff_is_loaded_only_when_something_differs():
    """A run with no news does not pay for it."""
    code = (
        "import sys; from tests.changes.builders import a_record; from watcher.changes.compare import compare_records;"
        "compare_records(a_record(), a_record()); assert 'deepdiff' not in sys.modules;"
        "compare_records(a_record(), a_record(whyStopped='x')); assert 'deepdiff' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
