"""Related trials: alike by rare words, explained, the same every time."""

import random

from tests.pages.made import cast_record
from watcher.pages.related import LEAST_WORDED, MOST, _Corpus, relate, related, traits_of


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


def test_a_few_common_words_do_not_make_trials_related():
    """Two trials share one word of many; by words alone that stays below the floor."""
    found = among(
        a_record(["Asthma"], "Velmirastat", summary="quality induced adverse life immune airway mucosa eosinophil"),
        a_record(["Gout"], "Colchicine", summary="immune urate crystal toe joint flare kidney purine"),
        *FILLING,
    )
    assert found["NCT00000000"] == found["NCT00000001"] == ()


def test_a_placebo_or_healthy_volunteers_in_common_relate_nobody():
    found = among(
        a_record(["Healthy Volunteers"], "Placebo", summary="airway mucosa eosinophil"),
        a_record(["Healthy volunteers"], "placebo", summary="urate crystal toe"),
        *FILLING,
    )
    assert [one.why for one in found["NCT00000000"] if "same" in one.why] == []


def test_what_is_related_by_words_alone_is_well_above_the_floor_of_what_is_named():
    found = among(
        a_record(["A"], "B", summary="the fascia of erector muscles"),
        a_record(["C"], "D", summary="erector fascia"),
        *FILLING,
    )
    assert found["NCT00000000"][0].likeness >= LEAST_WORDED


def many(count=120):
    """Trials of some conditions and drugs, so that each has a few related ones."""
    rng = random.Random(7)
    return {
        f"NCT{n:08}": a_record(
            [f"condition{'abcdefghij'[rng.randrange(10)]}x"],
            f"drug{'abcdefghijklmnopqrst'[rng.randrange(20)]}y",
            summary=" ".join(f"word{'abcdefghijklmnopqrstuvwxyz'[rng.randrange(26)]}" for _ in range(6)),
        )
        for n in range(count)
    }


def traits(records):
    return [traits_of(*one) for one in records.items()]


def test_after_a_change_the_rest_is_kept_and_the_answer_is_the_one_worked_out_anew():
    records = many()
    first = relate(traits(records))
    records["NCT00000005"] = a_record(["conditionax"], "drugby", summary="worda wordb")
    del records["NCT00000009"]
    records["NCT00000999"] = a_record(["conditionbx"], "drugcy", summary="worda wordc")
    again = relate(traits(records), first)
    untouched = [nct_id for nct_id in records if again.found[nct_id] is first.found.get(nct_id)]
    assert len(untouched) > 20
    assert "NCT00000009" not in again.found
    assert again.found == {
        nct_id: _Corpus(again.traits, first.trials, first.holders).nearest(nct_id) for nct_id in records
    }


def test_without_a_change_nothing_is_worked_out_again():
    first = relate(traits(many()))
    assert relate(traits(many()), first) is first


def test_after_a_tenth_of_the_trials_changed_words_are_counted_anew():
    records = many()
    first = relate(traits(records))
    for n in range(13):
        records[f"NCT{n:08}"] = a_record([f"new{'abcdefghijklm'[n]}x"], "other", summary="things")
    assert relate(traits(records), first) == relate(traits(records))
