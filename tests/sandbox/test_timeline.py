import json
import os
from typing import Any

import pytest

from tests.sandbox.asking import FIRST, SECOND, THIRD, holder, nct_id, record
from watcher.sandbox.timeline import FALLBACK_VERSION, Timeline, TimelineError

ONE, TWO = "NCT99000001", "NCT99000002"


def put(folder, name, value) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def at(timeline, trial, data_version) -> Any:
    return json.loads(timeline.record(trial, data_version))


def test_the_data_versions_are_the_union_over_all_trials(tmp_path):
    put(tmp_path, f"{ONE}/{THIRD}.json", record(1))
    put(tmp_path, f"{TWO}/{FIRST}.json", record(2))
    put(tmp_path, f"{TWO}/{SECOND}.json", record(2))
    assert Timeline.from_folder(tmp_path).data_versions == (FIRST, SECOND, THIRD)


def test_a_trial_is_its_newest_file_so_far_and_its_oldest_before_its_first(tmp_path):
    put(tmp_path, f"{ONE}/{SECOND}.json", record(1, whyStopped="second"))
    put(tmp_path, f"{ONE}/2026-03-09.json", record(1, whyStopped="later"))
    put(tmp_path, f"{TWO}/{FIRST}.json", record(2))
    put(tmp_path, f"{TWO}/2026-03-10.json", record(2))
    timeline = Timeline.from_folder(tmp_path)
    said = [at(timeline, ONE, one)["protocolSection"]["statusModule"]["whyStopped"] for one in timeline.data_versions]
    assert timeline.data_versions == (FIRST, SECOND, "2026-03-09", "2026-03-10")
    assert said == ["second", "second", "later", "later"]


def test_every_record_is_stamped_with_the_data_version_asked_for(tmp_path):
    put(tmp_path, f"{ONE}/{FIRST}.json", json.dumps(record(1), separators=(",", ":")))
    put(tmp_path, f"{TWO}/{FIRST}.json", json.dumps(record(2), indent=2))
    put(tmp_path, f"{TWO}/{SECOND}.json", {"protocolSection": {}, "hasResults": False})
    timeline = Timeline.from_folder(tmp_path)
    for data_version in timeline.data_versions:
        assert {holder(at(timeline, trial, data_version)) for trial in (ONE, TWO)} == {data_version}


@pytest.mark.parametrize(
    "derived",
    [{}, {"miscInfoModule": {}}, {"miscInfoModule": {"removedCountries": ["X"], "versionHolder": 7}}, "text"],
    ids=["no module", "no holder", "another type", "no object"],
)
def test_a_missing_stamp_is_put_in(derived):
    timeline = Timeline.of({ONE: {FIRST: {**record(1), "derivedSection": derived}}})
    assert holder(at(timeline, ONE, FIRST)) == FIRST


def test_stamping_touches_nothing_else():
    said = 'the words "miscInfoModule":{"versionHolder":"2001-01-01"} in a text'
    given = {**record(1, whyStopped=said), "unknownSection": {"versionHolder": "2001-01-01", "lone": "\ud800"}}
    found = at(Timeline.of({ONE: {FIRST: given}}), ONE, FIRST)
    assert found == {**given, "derivedSection": {"miscInfoModule": {"versionHolder": FIRST}}}


def test_a_record_is_one_line_however_its_file_is_laid_out(tmp_path):
    put(tmp_path, f"{ONE}/{FIRST}.json", "\ufeff" + json.dumps(record(1), indent=4) + "\n")
    assert b"\n" not in (Timeline.from_folder(tmp_path).record(ONE, FIRST) or b"\n")


def test_undated_files_alone_make_one_data_version_the_newest_said_inside(tmp_path):
    put(tmp_path, f"{ONE}.json", record(1))
    newer = record(2)
    newer["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-02-27"
    put(tmp_path, f"{TWO}.json", newer)
    timeline = Timeline.from_folder(tmp_path)
    assert timeline.data_versions == ("2026-02-27",)
    assert holder(at(timeline, ONE, "2026-02-27")) == "2026-02-27"


def test_undated_files_that_say_no_data_version_get_a_fixed_one(tmp_path):
    put(tmp_path, f"{ONE}.json", {"protocolSection": {}})
    assert Timeline.from_folder(tmp_path).data_versions == (FALLBACK_VERSION,)


def test_undated_files_beside_dated_ones_stand_still_and_add_no_data_version(tmp_path):
    put(tmp_path, f"{ONE}.json", record(1))
    put(tmp_path, f"{TWO}/{FIRST}.json", record(2))
    put(tmp_path, f"{TWO}/{SECOND}.json", record(2))
    timeline = Timeline.from_folder(tmp_path)
    assert timeline.data_versions == (FIRST, SECOND)
    assert nct_id(at(timeline, ONE, FIRST)) == nct_id(at(timeline, ONE, SECOND)) == ONE


def test_what_is_no_record_is_ignored_in_a_folder(tmp_path):
    put(tmp_path, f"{ONE}/{FIRST}.json", record(1))
    put(tmp_path, f"{ONE}/notes.txt", "x")
    put(tmp_path, "README.md", "x")
    put(tmp_path, "NCT123.json", "x")
    put(tmp_path, "api/enums.json", "x")
    timeline = Timeline.from_folder(tmp_path)
    timeline.check()
    assert timeline.ids(FIRST) == (ONE,)


def test_null_means_not_in_the_registry_then():
    timeline = Timeline.of({ONE: {FIRST: record(1), SECOND: None, THIRD: record(1)}, TWO: {FIRST: record(2)}})
    assert [timeline.record(ONE, one) is not None for one in timeline.data_versions] == [True, False, True]
    assert [ONE in timeline.ids(one) for one in timeline.data_versions] == [True, False, True]


def test_null_in_a_file_counts_too(tmp_path):
    put(tmp_path, f"{ONE}/{FIRST}.json", record(1))
    put(tmp_path, f"{ONE}/{SECOND}.json", "null\n")
    timeline = Timeline.from_folder(tmp_path)
    timeline.check()
    assert timeline.ids(FIRST) == (ONE,)
    assert timeline.ids(SECOND) == ()


def test_an_alias_is_found_from_the_data_version_on_that_names_it():
    merged = record(1)
    merged["protocolSection"]["identificationModule"]["nctIdAliases"] = [TWO]
    timeline = Timeline.of({ONE: {FIRST: record(1), SECOND: merged}, TWO: {FIRST: record(2), SECOND: None}})
    assert [timeline.canonical(TWO, one) for one in timeline.data_versions] == [TWO, ONE]
    assert timeline.canonical("NCT99000009", SECOND) is None
    assert timeline.record("NCT99000009", SECOND) is None


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "holds no trial; put"),
        ({f"{ONE}.json": record(1), f"{ONE}/{FIRST}.json": record(1)}, f"holds both {ONE}/ and {ONE}.json"),
        ({f"{ONE}/2026-3-2.json": record(1)}, "2026-3-2.json is not named after a data version"),
        ({f"{ONE}/notes.txt": "x"}, "holds no record; put"),
        ({f"{ONE}/{FIRST}.json": "{"}, f"{FIRST}.json is not JSON"),
        ({f"{ONE}/{FIRST}.json": "[1]"}, f"{FIRST}.json is not a record"),
        ({f"{ONE}.json": ""}, f"{ONE}.json is not JSON"),
    ],
    ids=["empty", "both spellings", "no date", "empty trial", "cut", "a list", "no bytes"],
)
def test_a_bad_folder_is_named_in_one_sentence(tmp_path, files, says):
    for name, value in files.items():
        put(tmp_path, name, value)
    with pytest.raises(TimelineError) as error:
        Timeline.from_folder(tmp_path).check()
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_folder_and_a_file_in_its_place_are_named(tmp_path):
    put(tmp_path, "file", "x")
    with pytest.raises(TimelineError, match="is a file; give a folder"):
        Timeline.from_folder(tmp_path / "file")
    with pytest.raises(TimelineError, match="cannot be read"):
        Timeline.from_folder(tmp_path / "nowhere")


def test_a_file_that_went_away_is_named(tmp_path):
    put(tmp_path, f"{ONE}/{FIRST}.json", record(1))
    timeline = Timeline.from_folder(tmp_path)
    (tmp_path / ONE / f"{FIRST}.json").unlink()
    with pytest.raises(TimelineError, match="cannot be read"):
        timeline.record(ONE, FIRST)


def test_nothing_to_serve_is_refused():
    with pytest.raises(TimelineError, match="no trial"):
        Timeline.of({})


def test_the_order_of_ids_means_nothing_but_stays_within_a_data_version():
    many = {f"NCT9900{number:04}": {FIRST: record(1), SECOND: record(1)} for number in range(1, 60)}
    timeline, same = Timeline.of(many), Timeline.of(dict(reversed(many.items())))
    assert timeline.ids(FIRST) == same.ids(FIRST)
    assert timeline.ids(FIRST) != tuple(sorted(many))
    assert timeline.ids(FIRST) != timeline.ids(SECOND)


@pytest.mark.skipif("TRIAL_RECORDS" not in os.environ, reason="TRIAL_RECORDS names no folder of real records")
def test_real_pairs_are_served_unaltered_but_for_the_stamp():
    from pathlib import Path

    folder = Path(os.environ["TRIAL_RECORDS"]) / "pairs"
    timeline = Timeline.from_folder(folder)
    for file in folder.glob("*/*.json"):
        served = at(timeline, file.parent.name, file.stem)
        on_disk = json.loads(file.read_bytes())
        on_disk["derivedSection"]["miscInfoModule"]["versionHolder"] = file.stem
        assert served == on_disk
