"""The main facts of a record, read without trusting its shape."""

from __future__ import annotations

from watcher.study.read import Json, at, objects, texts
from watcher.study.typed import UNKNOWN_COUNT, Dated, Enrollment, study_of


def test_what_the_record_says_is_read():
    record: dict[str, Json] = {
        "protocolSection": {
            "identificationModule": {"briefTitle": "A trial"},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Acme"}},
            "statusModule": {"primaryCompletionDateStruct": {"date": "2027-03", "type": "ESTIMATED"}},
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": ["PHASE2", "PHASE3"],
                "enrollmentInfo": {"count": 0, "type": "ACTUAL"},
            },
        }
    }
    study = study_of(record)
    assert (study.title, study.sponsor, study.study_type) == ("A trial", "Acme", "INTERVENTIONAL")
    assert study.phases == ("PHASE2", "PHASE3")
    assert study.enrollment == Enrollment(count=0, is_actual=True)
    assert study.primary_completion == Dated("2027-03", is_planned=True)


def test_values_of_another_shape_count_as_not_given():
    inner: Json = {"designModule": [1], "statusModule": {"primaryCompletionDateStruct": "2027"}}
    protocols: tuple[Json, ...] = (None, [], "text", inner)
    for protocol in protocols:
        study = study_of({"protocolSection": protocol})
        assert (study.title, study.phases, study.enrollment.count, study.primary_completion.text) == ("", (), None, "")


def test_the_registrys_placeholder_and_a_truth_value_are_no_counts():
    for count in (UNKNOWN_COUNT, True, "120"):
        record = {"protocolSection": {"designModule": {"enrollmentInfo": {"count": count}}}}
        assert study_of(record).enrollment.count is None


def test_a_path_through_a_text_or_a_list_leads_nowhere():
    record: Json = {"a": {"b": ["c", {"d": 1}, None]}}
    assert at(record, "a", "b", "c") is None
    assert at("text", "a") is None
    assert (texts(at(record, "a", "b")), objects(at(record, "a", "b"))) == (("c",), ({"d": 1},))
