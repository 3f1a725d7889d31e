import json
from typing import Any

import pytest

from tests.support.hostile_trial import HOSTILE, hostile_record, hostile_timeline
from watcher.sandbox.record_patches import PatchError, apply_steps
from watcher.sandbox.sample_trials import sample_timeline, stories

TIMELINE = sample_timeline()
VERSIONS = TIMELINE.data_versions
IDS = sorted(TIMELINE.ids(VERSIONS[0]))
REAL = ("NCT07326982", "NCT07555496")


def at(nct_id, data_version) -> Any:
    """A record with its stamp, the daily noise, masked."""
    whole = json.loads(TIMELINE.record(nct_id, data_version) or b"")
    whole["derivedSection"]["miscInfoModule"]["versionHolder"] = "masked"
    return whole


def protocol(nct_id, data_version) -> Any:
    return at(nct_id, data_version)["protocolSection"]


def leaves(value) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for child in value.values() for leaf in leaves(child)] or [value]
    if isinstance(value, list):
        return [leaf for child in value for leaf in leaves(child)] or [value]
    return [value]


def test_there_are_eight_data_versions_on_weekdays():
    from datetime import date

    assert len(VERSIONS) == 8
    assert all(date.fromisoformat(version).weekday() < 5 for version in VERSIONS)


@pytest.mark.parametrize("nct_id", IDS)
def test_a_trial_says_its_own_id_and_that_it_is_fictional_unless_it_is_real(nct_id):
    text = (TIMELINE.record(nct_id, VERSIONS[0]) or b"").decode()
    assert protocol(nct_id, VERSIONS[0])["identificationModule"]["nctId"] == nct_id
    assert ("This is a fictional trial" in text) == (nct_id not in REAL)
    assert nct_id in REAL or nct_id.startswith("NCT99")


@pytest.mark.parametrize("nct_id", IDS)
def test_records_are_shaped_as_the_registry_shapes_them(nct_id):
    for data_version in VERSIONS:
        assert not [leaf for leaf in leaves(at(nct_id, data_version)) if leaf is None or leaf in ("", [], {})]


@pytest.mark.parametrize("data_version", VERSIONS[1:])
def test_what_the_script_tells_is_what_changes(data_version):
    before = VERSIONS[VERSIONS.index(data_version) - 1]
    changed = {nct_id for nct_id in IDS if at(nct_id, before) != at(nct_id, data_version)}
    assert changed == set(stories()[data_version])


def test_nothing_happens_to_the_real_trials():
    assert all(at(nct_id, VERSIONS[0]) == at(nct_id, VERSIONS[-1]) for nct_id in REAL)


def test_the_cast_covers_every_type_of_study_and_section():
    records = [at(nct_id, VERSIONS[0]) for nct_id in IDS]
    types = {record["protocolSection"]["designModule"]["studyType"] for record in records}
    assert types == {"INTERVENTIONAL", "OBSERVATIONAL", "EXPANDED_ACCESS"}
    assert {section for record in records for section in record} == {
        "protocolSection",
        "resultsSection",
        "documentSection",
        "derivedSection",
        "hasResults",
    }
    assert len({module for record in records for module in record["protocolSection"]}) == 13
    assert max(len(r["protocolSection"].get("contactsLocationsModule", {}).get("locations", ())) for r in records) == 60
    assert TIMELINE.canonical("NCT99000808", VERSIONS[0]) == "NCT99000008"


def test_a_value_changed_comes_back():
    counts = [protocol("NCT99000012", version)["designModule"]["enrollmentInfo"]["count"] for version in VERSIONS]
    assert counts == [90, 900, 900, 900, 900, 90, 90, 90]


def test_no_sample_trial_carries_hostile_text():
    """People see them first of all; what tries to break out of a page or a message is for tests."""
    for nct_id in IDS:
        for data_version in VERSIONS:
            text = (TIMELINE.record(nct_id, data_version) or b"").decode()
            assert not [sign for sign in ("<s", "<i", "<b", "</", "<!", "{{", "{%", "\u202e", "\\r") if sign in text]


def test_the_tests_own_trial_carries_hostile_text_where_a_stranger_could_put_it():
    hostile = hostile_timeline()
    whole = json.loads(hostile.record(HOSTILE, VERSIONS[-1]) or b"")
    trial = whole["protocolSection"]
    text = json.dumps(trial, ensure_ascii=False)
    assert len(hostile_record()["protocolSection"]["identificationModule"]["briefTitle"]) == 300
    assert "\n" in trial["identificationModule"]["officialTitle"]
    assert all(one in text for one in ("<script>", "{{", "{%", "<!channel>", "*bold*", "\u202e", "（", "\\r\\nBcc:"))
    assert "quantumModule" in trial
    assert hostile.data_versions == VERSIONS
    assert set(hostile.ids(VERSIONS[0])) == set(IDS)


def test_sites_are_added_in_the_middle_of_a_sorted_list_and_masked_later():
    def sites(data_version) -> Any:
        return protocol("NCT99000006", data_version)["contactsLocationsModule"]["locations"]

    before, added, masked = sites("2026-06-02"), sites("2026-06-03"), sites("2026-06-08")
    new = [place for place, site in enumerate(added) if site not in before]
    assert len(new) == len(added) - len(before) == 3
    assert 0 < new[0] < new[-1] < len(added) - 1
    assert {site["facility"] for site in masked} == {"Research Site"}


@pytest.mark.parametrize(
    "step",
    [
        {"at": "a.b", "set": 1},
        {"at": "list[9]", "remove": True},
        {"at": "text", "replace": ["not there", "x"]},
        {"at": "list", "order": [0, 0]},
        {"at": "list", "explode": True},
        {"at": "list", "each": {"x": 1}},
    ],
)
def test_a_step_that_does_not_fit_is_an_error(step):
    with pytest.raises(PatchError):
        apply_steps({"text": "words", "list": [1, 2]}, [step])


def test_steps_leave_the_given_record_alone():
    given = {"text": "old words", "list": [{"n": 1}, {"n": 2}], "gone": 1}
    found = apply_steps(
        given,
        [
            {"at": "text", "replace": ["old", "new"]},
            {"at": "list[1]", "insert": {"n": 3}},
            {"at": "list", "order": [2, 1, 0]},
            {"at": "list", "each": {"m": 0}},
            {"at": "list[0].n", "set": 9},
            {"at": "gone", "remove": True},
        ],
    )
    assert found == {"text": "new words", "list": [{"n": 9, "m": 0}, {"n": 3, "m": 0}, {"n": 1, "m": 0}]}
    assert given == {"text": "old words", "list": [{"n": 1}, {"n": 2}], "gone": 1}
