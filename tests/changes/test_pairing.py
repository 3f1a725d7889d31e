from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes.builders import a_site, many_sites
from watcher.changes.families.sites.site_fields import is_masked
from watcher.changes.fields.build import ONLY_ONE, by, told_by
from watcher.changes.fields.catalogue import identity_of
from watcher.changes.fields.row import Identity
from watcher.changes.model import Json
from watcher.changes.pairing import Pairing, overlap, pair_items, pair_texts, words_of

SITES = identity_of(("protocolSection", "contactsLocationsModule", "locations"))
OUTCOMES = identity_of(("protocolSection", "outcomesModule", "primaryOutcomes"))


def test_equal_items_are_paired_as_multisets():
    found = pair_items(["a", "b", "b"], ["b", "a", "c"], Identity())
    assert found == Pairing(pairs=((1, 0), (0, 1)), removed=(2,), added=(2,))


def test_item_with_the_same_key_is_the_same_item():
    old = [{"measure": "Pain", "timeFrame": "1 year"}, {"measure": "Sleep", "timeFrame": "1 year"}]
    new = [
        {"measure": "sleep ", "timeFrame": "1  Year", "description": "hours"},
        {"measure": "Pain", "timeFrame": "2 years"},
    ]
    assert pair_items(old, new, OUTCOMES).pairs == ((1, 0), (0, 1))


def test_reworded_measure_is_paired_by_its_words():
    old = [{"measure": "Overall survival of all participants"}, {"measure": "Blood pressure at rest"}]
    new = [{"measure": "Resting blood pressure"}, {"measure": "Overall survival of participants"}]
    assert pair_items(old, new, OUTCOMES).pairs == ((1, 0), (0, 1))


def test_items_with_the_same_key_are_told_apart_by_their_words():
    identity = told_by(by("name"))
    old = [{"name": "Drug", "text": "once a day"}, {"name": "Drug", "text": "twice a week"}]
    new = [{"name": "Drug", "text": "twice each week"}, {"name": "Drug", "text": "once every day"}]
    assert pair_items(old, new, identity).pairs == ((1, 0), (0, 1))


def test_items_with_the_same_key_and_no_common_word_are_paired_in_order():
    identity = told_by(by("name"))
    old: list[Json] = [{"name": "x", "n": 1}, {"name": "x", "n": 2}]
    new: list[Json] = [{"name": "X", "n": 3}, {"name": "X", "n": 4}, {"name": "X"}]
    found = pair_items(old, new, identity)
    assert len(found.pairs) == 2
    assert found.removed == ()
    assert len(found.added) == 1


def test_key_that_counts_only_alone_does_not_choose_among_several():
    identity = told_by(ONLY_ONE, similar=())
    assert pair_items([{"a": 1}], [{"a": 2}], identity).pairs == ((0, 0),)
    assert pair_items([{"a": 1}], [{"a": 2}, {"a": 3}], identity).pairs == ()


def test_texts_in_a_list_are_never_guessed():
    found = pair_items(["back pain of adults"], ["back pain of adults, chronic"], Identity())
    assert (found.removed, found.added) == ((0,), (0,))


def test_true_is_not_one():
    assert pair_items([True], [1], Identity()).pairs == ()


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        pytest.param(a_site("A", "Graz", "Austria", zip="1"), a_site("B", "Wien", "Austria", zip="1"), True, id="zip"),
        pytest.param(
            a_site("A", "Graz", "Austria", zip="1"), a_site("B", "Graz", "Austria", zip="2"), False, id="other zip"
        ),
        pytest.param(
            a_site("A", "Graz", "Austria", zip="1"), a_site("a", "GRAZ", "Austria"), True, id="facility and city"
        ),
        pytest.param(a_site("A", "Graz", "Austria"), a_site("A", "Linz", "Austria"), False, id="other city"),
        pytest.param(
            a_site("A", "Seoul", "Korea, Republic of"), a_site("A", "Seoul", "South Korea"), True, id="country renamed"
        ),
        pytest.param(
            a_site("Research Site", "Seoul", "Korea, Republic of"),
            a_site("Research Site", "Seoul", "South Korea"),
            True,
            id="masked, country renamed",
        ),
        pytest.param(
            a_site("Research Site", "Graz", "Austria", zip="1"),
            a_site("Research Site", "Graz", "Austria"),
            True,
            id="one masked",
        ),
    ],
)
def test_site_is_recognised_by_its_place(old, new, is_same):
    assert bool(pair_items([old], [new], SITES).pairs) is is_same


def test_masked_name_recognises_nothing_among_several():
    old = [a_site("Research Site", "Graz", "Austria", zip="1"), a_site("Research Site", "Graz", "Austria", zip="2")]
    new = [a_site("Research Site", "Graz", "Austria", zip="3"), a_site("Research Site", "Graz", "Austria", zip="4")]
    assert pair_items(old, new, SITES).pairs == ()


def test_site_in_the_middle_of_a_sorted_list_is_one_site():
    old = many_sites(300)
    new = [*old[:120], a_site("New Clinic", "Aarhus", "Denmark", status="RECRUITING"), *old[120:]]
    found = pair_items(old, new, SITES)
    assert (found.removed, found.added) == ((), (120,))


@pytest.mark.parametrize(
    "name",
    [
        "Research Site",
        "Local Institution - 0062",
        "Investigational Site Number : 123",
        "Site 018",
        "Clinical Study Site",
    ],
)
def test_masked_names_are_known(name):
    assert is_masked(name)


@pytest.mark.parametrize("name", ["Example Spine Center", "Research Institute of Nowhere", "Center for Pain"])
def test_names_of_places_are_not_masked(name):
    assert not is_masked(name)


def test_missing_name_recognises_nothing():
    assert is_masked(None)


def test_reworded_text_is_found_among_many():
    old = [f"Criterion number {at} about topic{at} and nothing else" for at in range(200)]
    new = [*old[:100], "Criterion number 100 about topic100 and something else", *old[101:]]
    assert pair_texts(old, new).pairs[100] == (100, 100)


def test_texts_without_common_words_stay_apart():
    assert pair_texts(["alpha beta"], ["gamma delta"]) == Pairing(pairs=(), removed=(0,), added=(0,))


def test_overlap_is_one_for_equal_and_zero_for_disjoint_sets():
    assert overlap(words_of("A b, C!"), words_of("c b a")) == 1.0
    assert overlap(words_of("a"), words_of("b")) == 0.0
    assert overlap(frozenset(), frozenset()) == 1.0


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_every_position_is_given_once(old, new):
    found = pair_items([{"name": name} for name in old], [{"name": name} for name in new], told_by(by("name")))
    assert sorted([one for one, _ in found.pairs] + list(found.removed)) == list(range(len(old)))
    assert sorted([other for _, other in found.pairs] + list(found.added)) == list(range(len(new)))


def test_work_grows_near_linearly():
    def seconds(count: int) -> float:
        old = [{"measure": f"Measure {at} of thing{at % 97} in week {at % 13}"} for at in range(count)]
        new = [{"measure": f"Measure {at} for thing{at % 97} at week {at % 13}"} for at in reversed(range(count))]
        taken = []
        for _ in range(3):  # what else the machine does only ever adds
            start = time.process_time()
            assert len(pair_items(old, new, OUTCOMES).pairs) == count
            taken.append(time.process_time() - start)
        return min(taken)

    # Ten times the items may cost at most thirty times the time: far from the hundred of a pairwise search.
    assert seconds(3000) < 30 * max(seconds(300), 0.001)
