"""Related trials: alike by rare words, explained, the same every time."""

import random

from tests.pages.made import cast_record
from watcher.pages.related import MOST, related, traits_of


def a_record(conditions, intervention, title="", summary=""):
    return {
        "protocolSection": {
            "identificationModule": {"briefTitle": title},
            "conditionsModule": {"conditions": conditions},
            "armsInterventionsModule": {"interventions": [{"name": intervention}]},
            "descriptionModule": {"briefSummary": summary},
        }
    }


def among(*records):
    return related([traits_of(f"NCT{index:08}", record) for index, record in enumerate(records)])


FILLING = [a_record([f"condition{'abcdefghij'[n]}x"], f"drug{'abcdefghij'[n]}y") for n in range(10)]


def test_the_same_intervention_and_condition_come_first_and_are_named():
    found = among(
        a_record(["Back Pain"], "Velmirastat"),
        a_record(["back  pain"], "Velmirastat"),
        a_record(["Back Pain"], "Yoga"),
        *FILLING,
    )
    first, second = found["NCT00000000"][:2]
    assert (first.nct_id, second.nct_id) == ("NCT00000001", "NCT00000002")
    assert first.likeness > second.likeness
    assert first.why == "same condition: Back Pain; same intervention: Velmirastat"
    assert second.why == "same condition: Back Pain"


def test_shared_words_are_named_too():
    found = among(
        a_record(["A"], "B", summary="the fascia of erector muscles"),
        a_record(["C"], "D", summary="erector fascia"),
        *FILLING,
    )
    assert found["NCT00000000"][0].why == "in common: fascia, erector"


def test_trials_without_anything_in_common_are_not_related():
    assert among(*FILLING) == {f"NCT{index:08}": () for index in range(10)}


def test_nobody_is_related_to_itself_and_likeness_goes_both_ways():
    found = among(a_record(["Gout"], "Colchicine"), a_record(["Gout"], "Allopurinol"), *FILLING)
    assert [one.nct_id for one in found["NCT00000000"]] == ["NCT00000001"]
    assert [one.nct_id for one in found["NCT00000001"]] == ["NCT00000000"]


def test_at_most_ten_whatever_the_order_given():
    records = [(f"NCT{n:08}", a_record(["Gout"], f"agent{'abcdefghijklmnop'[n]}zz")) for n in range(16)]
    straight = related([traits_of(*one) for one in records])
    random.Random(1).shuffle(records)
    mixed = related([traits_of(*one) for one in records])
    assert {len(found) for found in straight.values()} == {MOST}
    assert straight == {nct_id: mixed[nct_id] for nct_id in straight}


def test_words_nearly_all_have_make_no_candidates():
    """What keeps the work near-linear: 400 trials that share only what all of them share."""
    records = [a_record(["Gout"], f"{chr(97 + n % 26)}{chr(97 + n // 26)}mab") for n in range(400)]
    assert set(among(*records).values()) == {()}


def test_the_two_back_pain_trials_of_the_sandbox_find_each_other():
    ids = [f"NCT990000{n:02}" for n in range(1, 14)] + ["NCT07555496", "NCT07326982"]
    found = related([traits_of(nct_id, cast_record(nct_id)) for nct_id in ids])
    assert "NCT07555496" in [one.nct_id for one in found["NCT07326982"]]


def test_a_word_of_a_hundred_kilobytes_harms_nothing():
    found = among(a_record(["x" * 100_000], "y" * 100_000, summary="z" * 100_000), *FILLING)
    assert found["NCT00000000"] == ()
