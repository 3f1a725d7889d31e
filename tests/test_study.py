"""The main facts of a record, read without trusting its shape."""

from __future__ import annotations

from watcher.study.read import Json, at, objects, texts
from watcher.study.record_model import Design, Eligibility, Locations, Sponsors, Status, module_of
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


def test_modules_are_read_by_the_registrys_names():
    site: Json = {"facility": "Clinic", "contacts": [{"phoneExt": "1"}, "?"], "zip": 7, "country": "France"}
    record: dict[str, Json] = {
        "protocolSection": {
            "contactsLocationsModule": {"locations": [site, None, "x"]},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Acme", "class": "INDUSTRY"}, "collaborators": {}},
            "eligibilityModule": {"healthyVolunteers": False},
            "designModule": {"enrollmentInfo": {"count": True, "type": "ACTUAL"}, "phases": "PHASE1"},
        }
    }
    (location,) = module_of(record, Locations).locations
    assert (location.facility, location.zip, location.country) == ("Clinic", "", "France")
    assert [person.phone_ext for person in location.contacts] == ["1"]
    assert module_of(record, Sponsors).lead_sponsor.class_ == "INDUSTRY"
    assert module_of(record, Sponsors).collaborators == ()
    assert module_of(record, Eligibility).healthy_volunteers is False
    assert (module_of(record, Design).enrollment_info.count, module_of(record, Design).phases) == (None, ())
    assert module_of({"protocolSection": [1]}, Status).start_date_struct.date == ""
