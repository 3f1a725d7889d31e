"""What no explainer claims: told from the catalogue alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.changes.builders import a_record, a_site, field, put
from watcher.changes.compare import edits_between
from watcher.changes.families.field import field_words as other
from watcher.changes.meaning import judge
from watcher.changes.meaning.evidence import Evidence, History
from watcher.changes.model import Change, Json, Origin, Record, Severity, Verb
from watcher.changes.wording import say


def told(old: Record, new: Record) -> tuple[Change, ...]:
    """Tell a pair without any explainer."""
    evidence = Evidence(
        nct_id="NCT99000001",
        old=old,
        new=new,
        edits=edits_between(old, new),
        history=History(),
        has_sponsor_update=True,
        posted="2026-02-01",
        data_version="2026-02-02",
    )
    return judge.changes_of((), evidence)


def one(path: tuple[str | int, ...], value: Json, old: Record | None = None) -> Change:
    older = a_record() if old is None else old
    (change,) = told(older, put(older, path, value))
    return change


def sentence(path: tuple[str | int, ...], value: Json, old: Record | None = None) -> str:
    return other.say(one(path, value, old)).sentence


SITES = field("contactsLocationsModule", "locations")
IDENTITY = "identificationModule"


def test_known_field_without_a_kind_is_minor_and_says_so():
    change = one(field(IDENTITY, "acronym"), "SPINE-REST")
    assert (change.kind, change.severity, change.path, change.rule) == (
        "field.changed",
        Severity.MINOR,
        "identification.acronym",
        "a known field without a kind of its own",
    )
    assert (change.verb, change.before, change.after) == (Verb.CHANGED, "SPINE-EASE", "SPINE-REST")


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (field(IDENTITY, "acronym"), "SPINE-REST", "Acronym changed from “SPINE-EASE” to “SPINE-REST”."),
        (field(IDENTITY, "acronym"), None, "Acronym no longer given; it was “SPINE-EASE”."),
        (field("designModule", "targetDuration"), "2 Years", "Target follow-up duration added: 2 years."),
        (field("designModule", "patientRegistry"), True, "Patient registry changed from no to yes."),
        (field("eligibilityModule", "sex"), "FEMALE", "Sex changed from All to Female."),
        (field("statusModule", "resultsFirstSubmitDate"), "2026-02-01", "Results first submitted added: 1 Feb 2026."),
        (
            field("statusModule", "startDateStruct"),
            {"date": "2025-04", "type": "ESTIMATED"},
            "Start date changed from 3 Mar 2025 (actual) to Apr 2025 (planned).",
        ),
        (
            (*field("designModule", "enrollmentInfo"), "count"),
            1500,
            "Enrollment changed from 240 participants to 1,500 participants.",
        ),
        (
            field("conditionsModule", "keywords"),
            ["back pain", "spine"],
            "Keywords: added spine; removed veridoxan and lumbar spine.",
        ),
        (field("conditionsModule", "keywords"), None, "Keywords: removed back pain, veridoxan and lumbar spine."),
        (
            field("designModule", "phases"),
            ["PHASE3"],
            "Phase: removed Phase 2.",
        ),
        (
            field(IDENTITY, "organization"),
            {"fullName": "Example Pharma", "class": "INDUSTRY"},
            "Organisation changed from Meridian Example Pharma to Example Pharma.",
        ),
        (
            (*field("armsInterventionsModule", "armGroups"), 0, "type"),
            "ACTIVE_COMPARATOR",
            "Arms: Veridoxan 20 mg, type changed from Experimental to Active comparator.",
        ),
        (
            field("designModule", "bioSpec"),
            {"retention": "SAMPLES_WITH_DNA", "description": "Blood"},
            "Biospecimens added: retention: Samples with DNA; description: Blood.",
        ),
        (
            field("ipdSharingStatementModule", "infoTypes"),
            ["SAP", "ICF", "STUDY_PROTOCOL"],
            "Documents to be shared: added Informed consent form.",
        ),
        (
            field("descriptionModule", "detailedDescription"),
            "Participants take veridoxan or placebo for 52 weeks.\n\nVisits are every 4 weeks.",
            "Detailed description changed from “Participants take veridoxan or placebo for 24 weeks. Visits "
            "are every 4 weeks.” to “Participants take veridoxan or placebo for 52 weeks. Visits are every 4 weeks.”.",
        ),
    ],
)  # fmt: skip
def test_field_is_told_with_its_label_and_both_values(path, value, expected):
    assert sentence(path, value) == expected


def test_of_a_long_text_only_what_lies_around_the_change_is_told():
    text = " ".join(f"word{at}" for at in range(200))
    old = put(a_record(), field("descriptionModule", "detailedDescription"), text)
    new = sentence(field("descriptionModule", "detailedDescription"), text.replace("word100", "new words"), old)
    assert new == (
        "Detailed description changed from “… word96 word97 word98 word99 word100 word101 word102 word103 word104 …” "
        "to “… word96 word97 word98 word99 new words word101 word102 word103 word104 …”."
    )


def test_site_is_named_by_facility_city_and_country():
    sites = [
        *a_record()["protocolSection"]["contactsLocationsModule"]["locations"],
        a_site("New Clinic", "Linz", "Austria"),
    ]
    assert sentence(SITES, sites) == "Sites: added New Clinic, Linz, Austria."


def test_many_items_are_counted_and_the_first_named():
    names = [f"word {at:02d}" for at in range(30)]
    change = one(field("conditionsModule", "keywords"), names)
    assert change.facts["added_count"] == 30
    said = other.say(change)
    assert said.sentence.startswith("Keywords: added word 00, word 01, word 02 and 27 more; removed ")


def test_many_changed_parts_are_counted_and_the_items_named():
    sites = [
        {**site, "status": "SUSPENDED"}
        for site in a_record()["protocolSection"]["contactsLocationsModule"]["locations"]
    ]
    said = other.say(one(SITES, sites))
    assert said.sentence == (
        "Sites: changed in 7 places: Example Spine Center, Springfield, United States; "
        "Research Site, Portland, United States; Research Site, Graz, Austria; and 3 more."
    )


def test_items_before_and_after_are_given_as_the_registry_spells_them():
    change = one((*SITES, 0, "status"), "SUSPENDED")
    assert isinstance(change.before, list)
    assert isinstance(change.after, list)
    old_row: Any = change.before[0]
    new_row: Any = change.after[0]
    assert (old_row["status"], new_row["status"], old_row["zip"]) == ("RECRUITING", "SUSPENDED", "62701")


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        ((*SITES, 0, "geoPoint", "lat"), 1.5, "site.geocoded"),
        (field("statusModule", "lastUpdateSubmitDate"), "2026-02-01", "admin.dates"),
        (field("statusModule", "statusVerifiedDate"), "2026-02", "admin.dates"),
        (
            ("derivedSection", "conditionBrowseModule", "browseLeaves"),
            [{"id": "M1", "name": "Pain"}],
            "registry.reformatted",
        ),
        (("derivedSection", "conditionBrowseModule", "meshes"), None, "registry.reformatted"),
        (("derivedSection", "miscInfoModule", "removedCountries"), None, "field.changed"),
        (
            ("derivedSection", "miscInfoModule", "modelPredictions"),
            {"bmiLimits": {"minBmi": 18}},
            "registry.reformatted",
        ),
        (field("contactsLocationsModule", "locations_nested"), [a_site("A", "B", "C")], "registry.reformatted"),
        (
            (*field("armsInterventionsModule", "interventions"), 0, "interventionMappedName"),
            ["Veridoxan"],
            "registry.reformatted",
        ),
        ((*SITES, 0, "contacts"), None, "contact.site"),
    ],
)
def test_known_noise_carries_its_rule(path, value, kind):
    change = one(path, value)
    assert (change.kind, change.severity) == (kind, Severity.NOISE)
    assert change.rule != "a known field without a kind of its own"
    assert other.say(change).sentence.endswith((".", "…"))


def test_country_the_registry_renamed_is_its_doing_and_noise():
    sites = [a_site("A", "Izmir", "Turkey"), a_site("B", "Ankara", "Turkey")]
    old = put(a_record(), SITES, sites)
    new = put(old, SITES, [{**site, "country": "Turkey (Türkiye)"} for site in sites])
    (change,) = told(old, new)
    assert (change.kind, change.severity, change.origin) == ("registry.reformatted", Severity.NOISE, Origin.REGISTRY)
    assert other.say(change).sentence == "Sites, country changed from Turkey to Turkey (Türkiye)."


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("newSection",), "newSection"),
        (("newSection", "newModule", "newField"), "newSection.newModule.newField"),
        (("newSection", "newModule", "newField", "deeper"), "newSection.newModule.newField"),
        (field("statusModule", "newDateStruct"), "protocolSection.statusModule.newDateStruct"),
        ((*field("statusModule", "startDateStruct"), "newKey"), "protocolSection.statusModule.startDateStruct.newKey"),
        ((*SITES, 0, "newKey"), "protocolSection.contactsLocationsModule.locations.newKey"),
    ],
)
def test_unknown_field_is_told_at_the_first_key_nobody_knows(path, expected):
    change = one(path, "a value")
    assert (change.kind, change.severity, change.path) == ("field.unclassified", Severity.MINOR, expected)


def test_unknown_field_is_told_by_the_words_of_its_last_key():
    said = other.say(one(field("statusModule", "newTrialMood"), "GOOD_ENOUGH"))
    assert said.label == "New trial mood"
    assert said.sentence == "New trial mood added: Good enough, in a field that is new in the registry’s records."


def test_unknown_yes_or_no_is_told_as_an_answer():
    said = other.say(one(field("statusModule", "hasRemoteVisits"), True))
    assert said.sentence == "Remote visits: yes, in a field that is new in the registry’s records."


def test_unknown_object_is_told_without_braces():
    said = other.say(one(field("statusModule", "newThing"), {"isOpen": True, "days": [1, 2], "empty": {}}))
    assert said.sentence.startswith("New thing added: is open yes; days 1 and 2, in a field")


def test_changes_the_registry_made_say_so():
    assert other.say(one((*SITES, 0, "geoPoint", "lat"), 1.5)).origin_note == "set by the registry, not by the sponsor"
    assert other.say(one(field(IDENTITY, "acronym"), "X")).origin_note is None


def a_change(**more: Any) -> Change:
    values: dict[str, Any] = {
        "kind": "results.overdue",
        "severity": Severity.MINOR,
        "rule": "",
        "path": "",
        "verb": Verb.CHANGED,
        "before": None,
        "after": None,
        "origin": Origin.CLOCK,
    } | more
    return Change(**values)


def test_change_without_a_record_path_can_be_said():
    assert other.say(a_change()).sentence == "Overdue changed."
    assert other.say(a_change(path="results.due", after="2026-01-01")).sentence == "Due added: 1 Jan 2026."


def test_return_to_an_earlier_value_is_said_as_such():
    change = a_change(path="x.mood", verb=Verb.REVERTED, before="bad", after="good")
    assert other.say(change).sentence == "Mood back to good from bad."
    assert other.say(a_change(path="x.mood", verb=Verb.REVERTED, after="good")).sentence == "Mood back to good."


def test_kind_of_no_family_is_worded_from_the_catalogue():
    assert say.phrase(a_change(kind="never.heard")).sentence == "Heard changed."
