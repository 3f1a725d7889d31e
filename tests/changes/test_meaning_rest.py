"""Sponsors, oversight, texts, contacts, administrative dates, the record as a whole, registry-wide changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.changes.builders import a_posted, field, get, many_sites, put
from tests.changes.told import changes, news, quiet_record, said, the
from watcher.changes.compare import compare_records
from watcher.changes.country_names import SPELLINGS, canonical_country, country_key
from watcher.changes.families.record import record_changes as whole
from watcher.changes.headline import headline
from watcher.changes.meaning.organisations import is_one_organisation, is_one_person
from watcher.changes.meaning.registry_wide import registry_wide
from watcher.changes.model import Comparison, Json, Origin, Severity, Verb
from watcher.changes.wording.build import worded
from watcher.changes.wording.say import phrase

LEAD = field("sponsorCollaboratorsModule", "leadSponsor")
ORGANISATION = field("identificationModule", "organization")
COLLABORATORS = field("sponsorCollaboratorsModule", "collaborators")
PARTY = field("sponsorCollaboratorsModule", "responsibleParty")
STATUS = ("protocolSection", "statusModule")
MINOR, MAJOR, CRITICAL, NOISE = Severity.MINOR, Severity.MAJOR, Severity.CRITICAL, Severity.NOISE


def both_renamed(record: dict[str, Any], name: str) -> dict[str, Any]:
    return put(put(record, (*LEAD, "name"), name), (*ORGANISATION, "fullName"), name)


@pytest.mark.parametrize(
    ("name", "level", "words"),
    [
        ("Orbit Biotech", MAJOR, "Lead sponsor changed from Meridian Example Pharma to Orbit Biotech."),
        (
            "Meridian Example Pharma Ltd.",
            MINOR,
            "Lead sponsor renamed from Meridian Example Pharma to Meridian Example Pharma Ltd.",
        ),
        (
            "MERIDIAN Example Pharma",
            NOISE,
            "Lead sponsor renamed from Meridian Example Pharma to MERIDIAN Example Pharma.",
        ),
    ],
)
def test_lead_sponsor(name, level, words):
    old = quiet_record()
    alone = the(changes(old, put(old, (*LEAD, "name"), name)), "sponsor.lead")
    assert (alone.severity, alone.path) == (level, "sponsor.lead")
    assert said(alone) == words
    (mirrored,) = news(changes(old, both_renamed(old, name)))
    assert (mirrored.severity, len(mirrored.record_paths)) == (level, 2)


@pytest.mark.parametrize(
    ("old", "new", "renamed"),
    [
        ("BeiGene", "BeOne Medicines", True),
        ("Merck Sharp & Dohme Corp.", "Merck Sharp & Dohme LLC", True),
        ("National Cancer Institute (NCI)", "NCI", True),
        ("National Cancer Institute (NCI)", "National Cancer Institute", True),
        (
            "European Organisation for Research and Treatment of Cancer - EORTC",
            "European Organization for Research and Treatment of Cancer",
            True,
        ),
        ("National Cancer Institute (NCI)", "National Cancer Institute (NCI), Inc.", True),
        ("Acme Therapeutics", "Acme Therapeutics, Inc., a Beta Company", True),
        ("Foo Bio, formerly known as Bar Inc.", "Bar", True),
        ("Orbit", "Nebula (previously Orbit)", True),
        ("Roche", "Roche S.A.", True),
        ("Novo Nordisk A/S", "Novo Nordisk", True),
        ("Acme Co., Ltd.", "Acme", True),
        ("Hôpital Foch", "Hopital Foch", True),
        ("Johnson & Johnson", "Johnson and Johnson", True),
        ("The University of Hong Kong", "University of Hong Kong", True),
        ("National Cancer Institute", "NCI", False),
        ("Allergan", "AbbVie", False),
        ("Seagen Inc.", "Pfizer", False),
        ("University of Washington", "Washington University", False),
        ("University of Washington", "Washington University School of Medicine", False),
        ("University of Hong Kong", "Chinese University of Hong Kong", False),
        ("University of Toronto", "University of British Columbia", False),
        ("Pfizer", "Pfizer Global Research", False),
        ("Foo (BAR)", "Foo", False),
        ("Arcus", "Marcus Neuroscience Institute", False),
        ("Inc.", "Pharma Ltd.", False),
    ],
)
def test_organisations_are_one_only_where_their_names_prove_it(old, new, renamed):
    assert is_one_organisation(old, new) is renamed
    assert is_one_organisation(new, old) is renamed


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Jane Doe, MD", "Jane A. Doe, M.D., Ph.D.", True),
        ("Doe Jane", "Jane Doe", True),
        ("Jane Ann Doe", "Jane A Doe", True),
        ("José Núñez", "Jose Nunez", True),
        ("Jane B. Doe", "Jane A. Doe", False),
        ("John Smith", "Jane Smith", False),
        ("J Smith", "John Smith", False),
        ("", "Jane Doe", False),
    ],
)
def test_people_are_one_only_where_their_names_prove_it(old, new, same):
    assert is_one_person(old, new) is same


def test_an_official_replaced_under_the_same_role_is_removed_and_added():
    path = field("contactsLocationsModule", "overallOfficials")
    one = {"name": "Jane Doe, MD", "affiliation": "Clinic", "role": "PRINCIPAL_INVESTIGATOR"}
    old = put(quiet_record(), path, [one])
    (change,) = news(changes(old, put(old, path, [{**one, "name": "Jo Fields"}])))
    assert said(change) == "Official of the study: added Jo Fields; removed Jane Doe, MD."
    (same,) = news(changes(old, put(old, path, [{**one, "name": "Jane A. Doe"}])))
    assert said(same) == "Official of the study: details edited."


def test_one_collaborator_for_another_is_removed_and_added():
    old = put(quiet_record(), COLLABORATORS, [{"name": "University of Toronto", "class": "OTHER"}])
    new = put(old, COLLABORATORS, [{"name": "University of British Columbia", "class": "OTHER"}])
    assert sorted(said(change) for change in news(changes(old, new))) == [
        "Collaborator added: University of British Columbia.",
        "Collaborator removed: University of Toronto.",
    ]
    both = [{"name": "Orbit Inc."}, {"name": "Clinic of Nowhere"}]
    found = news(changes(put(old, COLLABORATORS, both), put(old, COLLABORATORS, [{"name": "Nebula (formerly Orbit)"}])))
    assert sorted(said(change) for change in found) == [
        "Collaborator removed: Clinic of Nowhere.",
        "Collaborator renamed from Orbit Inc. to Nebula (formerly Orbit).",
    ]


def test_organisation_of_the_record_alone():
    old = quiet_record()
    change = the(changes(old, put(old, (*ORGANISATION, "fullName"), "BeOne Medicines")), "sponsor.lead")
    assert (change.severity, change.path) == (MINOR, "identification.organization")
    assert said(change) == "Organisation changed from Meridian Example Pharma to BeOne Medicines."
    form = the(changes(old, put(old, (*ORGANISATION, "fullName"), "MERIDIAN Example Pharma")), "sponsor.lead")
    assert form.severity is NOISE
    kind = the(changes(old, put(old, (*ORGANISATION, "class"), "OTHER")), "sponsor.lead")
    assert said(kind) == "Organisation Meridian Example Pharma: its class was edited."


def test_lead_sponsor_class_and_absence():
    old = quiet_record()
    assert said(the(changes(old, put(old, (*LEAD, "class"), "OTHER")), "sponsor.lead")).endswith(
        "now listed as Other, before as Industry."
    )
    gone = put(old, LEAD, None)
    assert (
        said(the(changes(old, gone), "sponsor.lead"))
        == "Lead sponsor is no longer given; it was Meridian Example Pharma."
    )
    assert said(the(changes(gone, old), "sponsor.lead")) == "Lead sponsor is now given: Meridian Example Pharma."
    moved = put(put(old, (*LEAD, "name"), "Orbit"), (*ORGANISATION, "fullName"), "Nebula")
    assert [change.severity for change in news(changes(old, moved))] == [MAJOR, MINOR]


def test_the_headline_names_the_organisations_that_came_and_went():
    old = put(quiet_record(), COLLABORATORS, [{"name": "Providence Healthcare"}])
    new = put(old, COLLABORATORS, [{"name": "Kaiser Permanente"}])
    found = changes(old, new)
    assert headline(news(found), lambda change: change.severity).text == (
        "Collaborator Kaiser Permanente added, Providence Healthcare removed"
    )
    many = put(old, COLLABORATORS, [{"name": name} for name in ("Orbit", "Nebula", "Comet")])
    assert headline(news(changes(old, many)), lambda change: change.severity).text == (
        "Collaborators Comet, Nebula and Orbit added, Providence Healthcare removed"
    )
    long = put(old, COLLABORATORS, [{"name": f"{'Very ' * 12}Long Name {at}"} for at in range(3)])
    assert headline(news(changes(old, long)), lambda change: change.severity).text == (
        "3 collaborators added, 1 removed"
    )
    lead = put(new, (*LEAD, "name"), "Seagen")
    assert headline(news(changes(old, lead)), lambda change: change.severity).text.startswith(
        "Lead sponsor changed from Meridian Example Pharma to Seagen"
    )


@pytest.mark.parametrize(
    ("collaborators", "level", "words"),
    [
        ([{"name": "Personalis Inc."}], MINOR, "Collaborator added: Personalis Inc."),
        (
            [{"name": f"Partner {at}"} for at in range(6)],
            MINOR,
            "6 collaborators added: Partner 0, Partner 1, Partner 2 and 3 more.",
        ),
    ],
)
def test_collaborators(collaborators, level, words):
    old = quiet_record()
    new = put(old, COLLABORATORS, [*get(old, COLLABORATORS), *collaborators])
    (change,) = news(changes(old, new))
    assert (change.kind, change.severity) == ("sponsor.collaborator", level)
    assert said(change) == words
    assert "removed" in said(news(changes(new, old))[0])


def test_collaborator_edited():
    old = quiet_record()
    assert said(news(changes(old, put(old, (*COLLABORATORS, 0, "class"), "INDUSTRY")))[0]) == (
        "Details of the collaborator University of Nowhere edited."
    )
    renamed = news(changes(old, put(old, (*COLLABORATORS, 0, "name"), "University of Nowhere, Inc.")))
    assert said(renamed[0]) == "Collaborator renamed from University of Nowhere to University of Nowhere, Inc."
    assert news(changes(old, put(old, (*COLLABORATORS, 0, "name"), "University Of Nowhere")))[0].severity is NOISE


@pytest.mark.parametrize(
    ("party", "words"),
    [
        (
            {"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "Ada N", "investigatorAffiliation": "Nowhere"},
            "Responsible party changed from the sponsor to Ada N, Nowhere (principal investigator).",
        ),
        ({"type": "SPONSOR", "extra": "x"}, "Details of the responsible party edited: the sponsor."),
        ({"oldNameTitle": "Dr. N"}, "Responsible party changed from the sponsor to Dr. N."),
        (None, "Responsible party is no longer given; it was the sponsor."),
    ],
)
def test_responsible_party(party, words):
    old = quiet_record()
    change = the(changes(old, put(old, PARTY, party)), "sponsor.responsible_party")
    assert change.severity is MINOR
    assert said(change) == words


def test_responsible_party_given():
    new = quiet_record()
    assert said(the(changes(put(new, PARTY, None), new), "sponsor.responsible_party")) == (
        "Responsible party is now given: the sponsor."
    )


@pytest.mark.parametrize(
    ("path", "value", "kind", "level", "words"),
    [
        (
            field("oversightModule", "oversightHasDmc"),
            False,
            "oversight.dmc",
            MINOR,
            "The record now says that the trial has no data monitoring committee; before, it said the opposite.",
        ),
        (
            field("oversightModule", "isFdaRegulatedDrug"),
            True,
            "oversight.fda_drug",
            MINOR,
            "The record now says that the trial studies a drug regulated by the FDA; before, it said the opposite.",
        ),
        (
            field("oversightModule", "isUsExport"),
            True,
            "oversight.us_export",
            MINOR,
            "The record now says that the product is made in the U.S. and exported from there.",
        ),
        (
            field("oversightModule", "isFdaRegulatedDevice"),
            None,
            "oversight.fda_device",
            MINOR,
            "The record no longer says whether the trial studies a device regulated by the FDA; before, it said no.",
        ),
        (
            field("oversightModule", "fdaaa801Violation"),
            True,
            "violation.flagged",
            CRITICAL,
            "Violation of the reporting law marked on the record.",
        ),
        (
            field("ipdSharingStatementModule", "ipdSharing"),
            "NO",
            "ipd.sharing",
            MINOR,
            "Plan to share participants’ data: now no, before yes.",
        ),
        (
            field("ipdSharingStatementModule", "ipdSharing"),
            None,
            "ipd.sharing",
            MINOR,
            "Plan to share participants’ data is no longer stated; it was yes.",
        ),
        (
            field("ipdSharingStatementModule", "timeFrame"),
            "Two years after the end",
            "ipd.statement",
            MINOR,
            "When data will be shared edited: now “Two years after the end”, before “One year after the end”.",
        ),
        (
            field("referencesModule", "availIpds"),
            None,
            "ipd.available",
            MINOR,
            "Shared data or documents no longer available: Data set.",
        ),
        (
            (*STATUS, "expandedAccessInfo"),
            {"hasExpandedAccess": True, "nctId": "NCT99000002"},
            "expanded_access",
            MAJOR,
            "Expanded access is now offered (NCT99000002).",
        ),
        ((*STATUS, "expandedAccessInfo"), None, "expanded_access", NOISE, "No expanded access, as before."),
    ],
)
def test_oversight(path, value, kind, level, words):
    old = quiet_record()
    change = the(changes(old, put(old, path, value)), kind)
    assert change.severity is level
    assert said(change) == words


def test_expanded_access_goes_and_changes():
    old = put(quiet_record(), (*STATUS, "expandedAccessInfo"), {"hasExpandedAccess": True, "nctId": "NCT99000002"})
    gone = the(changes(old, put(old, (*STATUS, "expandedAccessInfo"), None)), "expanded_access")
    assert (gone.severity, gone.verb) == (MAJOR, Verb.REMOVED)
    assert said(gone) == "Expanded access is no longer offered (NCT99000002)."
    edited = put(old, (*STATUS, "expandedAccessInfo", "statusForNctId"), "AVAILABLE")
    assert said(the(changes(old, edited), "expanded_access")) == "Details of the expanded access edited (NCT99000002)."


def test_data_sharing_stated():
    new = quiet_record()
    old = put(new, field("ipdSharingStatementModule", "ipdSharing"), None)
    assert said(the(changes(old, new), "ipd.sharing")) == "Plan to share participants’ data is now stated: yes."


@pytest.mark.parametrize(
    ("type_", "kind", "start"),
    [
        ("VIOLATION_IDENTIFIED", "violation.identified", "Violation of the reporting law identified (29 Jul 2021): “"),
        ("CORRECTION_CONFIRMED", "violation.corrected", "Violation of the reporting law noted as corrected"),
        ("PENALTY_IMPOSED", "violation.penalty", "Penalty for a violation"),
        ("ISSUES_IN_LETTER_ADDRESSED_CONFIRMED", "violation.addressed", "Issues of a letter"),
        ("NEW_TYPE", "violation.noted", "Notice on the reporting law"),
    ],
)
def test_violations_are_critical_and_quoted_as_the_regulators_words(type_, kind, start):
    path = ("annotationSection", "annotationModule", "violationAnnotation")
    old = quiet_record()
    event = {"type": type_, "description": "Failure to Submit.", "postedDate": "2021-07-29"}
    new = put(old, path, {"violationEvents": [event]})
    change = the(changes(old, new), kind)
    assert (change.severity, change.origin) == (CRITICAL, Origin.REGISTRY)
    assert said(change).startswith(start)
    assert said(change).endswith(": “Failure to Submit.”")
    assert phrase(change).quote is None  # a quote is shown as the sponsor's reason
    assert phrase(change).origin_note == "posted by the registry, not by the sponsor"
    assert said(the(changes(new, old), kind)).startswith("Notice removed from the record: ")
    edited = put(new, (*path, "violationEvents", 0, "postedDate"), "2021-07-30")
    assert said(the(changes(new, edited), kind)).startswith("Notice on the record edited: ")


def test_violation_flag_taken_away():
    new = quiet_record()
    old = put(new, field("oversightModule", "fdaaa801Violation"), True)
    assert (
        said(the(changes(old, new), "violation.flagged"))
        == "Violation of the reporting law no longer marked on the record."
    )


@pytest.mark.parametrize(
    ("path", "value", "kind", "level", "words"),
    [
        (
            field("identificationModule", "briefTitle"),
            "Veridoxan for Back Pain",
            "text.title",
            MINOR,
            "Title is now “Veridoxan for Back Pain”, before “Veridoxan Against Chronic Low Back Pain”.",
        ),
        (
            field("identificationModule", "briefTitle"),
            "Veridoxan against chronic low-back pain",
            "text.title",
            NOISE,
            "Title edited in punctuation or case alone.",
        ),
        (field("identificationModule", "acronym"), None, "text.title", MINOR, "Acronym removed: “SPINE-EASE”."),
        (
            field("descriptionModule", "briefSummary"),
            "This trial tests whether veridoxan eases chronic low back pain better than exercise.",
            "text.summary",
            MINOR,
            "Brief summary edited: now “This trial tests whether veridoxan eases chronic low back pain better than "
            "exercise.”, before “This trial tests whether veridoxan eases chronic low back pain better than placebo.”",
        ),
        (
            field("descriptionModule", "detailedDescription"),
            None,
            "text.description",
            MINOR,
            "Detailed description removed: “",
        ),
        (
            field("conditionsModule", "conditions"),
            ["Low Back Pain", "Sciatica"],
            "conditions",
            MINOR,
            "Conditions: added Sciatica; removed Chronic Pain.",
        ),
        (
            field("conditionsModule", "conditions"),
            ["Low back pain", "Chronic Pain"],
            "conditions",
            NOISE,
            "Conditions edited in punctuation or case alone.",
        ),
        (
            field("conditionsModule", "keywords"),
            ["back pain", "veridoxan"],
            "text.keywords",
            MINOR,
            "Keywords: removed lumbar spine.",
        ),
        (
            (*field("identificationModule", "orgStudyIdInfo"), "id"),
            "VDX-202",
            "identifier.organisation",
            MINOR,
            "Organisation’s study id changed from VDX-201 to VDX-202.",
        ),
        (
            field("identificationModule", "orgStudyIdInfo"),
            None,
            "identifier.organisation",
            MINOR,
            "Organisation’s study id removed: VDX-201.",
        ),
        (
            field("identificationModule", "nctIdAliases"),
            ["NCT99000098"],
            "identifier.alias",
            MINOR,
            "Former NCT numbers of the record: now NCT99000098.",
        ),
        (field("identificationModule", "nctIdAliases"), None, "identifier.alias", MINOR, "Former NCT numbers removed."),
        (
            (*field("identificationModule", "secondaryIdInfos"), 0, "id"),
            "2023-999999-10-01",
            "identifier.secondary",
            MINOR,
            "Secondary id changed from 2023-999999-10-00 to 2023-999999-10-01 (EU Clinical Trials).",
        ),
        (
            (*field("identificationModule", "secondaryIdInfos"), 1, "id"),
            "u1111-9999-0000",
            "identifier.secondary",
            NOISE,
            "Secondary id changed from U1111-9999-0000 to u1111-9999-0000 (Universal trial number).",
        ),
        (
            field("contactsLocationsModule", "centralContacts"),
            None,
            "contact.central",
            NOISE,
            "Central contact: removed Trial desk.",
        ),
        (
            (*field("contactsLocationsModule", "overallOfficials"), 0, "affiliation"),
            "Nowhere Institute",
            "contact.official",
            NOISE,
            "Official of the study: details edited.",
        ),
    ],
)
def test_texts(path, value, kind, level, words):
    old = quiet_record()
    (change,) = news(changes(old, put(old, path, value)))
    assert (change.kind, change.severity) == (kind, level)
    assert said(change).startswith(words)


def test_secondary_ids_come_and_go():
    path = field("identificationModule", "secondaryIdInfos")
    old = quiet_record()
    new = put(old, path, [*get(old, path), {"id": "GRANT-7", "type": "OTHER_GRANT"}])
    assert said(news(changes(old, new))[0]) == "Secondary id added: GRANT-7 (Other grant)."
    assert said(news(changes(new, old))[0]) == "Secondary id removed: GRANT-7 (Other grant)."
    many = put(old, path, [*get(old, path), *({"id": f"ID-{at}"} for at in range(6))])
    assert said(news(changes(old, many))[0]) == "6 secondary ids added: ID-0, ID-1, ID-2 and 3 more."
    named = put(old, (*path, 0, "link"), "https://example.org")
    assert said(news(changes(old, named))[0]).startswith("Secondary id edited: 2023-999999-10-00")


def test_organisation_id_detail_and_contact_added():
    old = quiet_record()
    link = put(old, (*field("identificationModule", "orgStudyIdInfo"), "link"), "https://example.org/new")
    assert said(news(changes(old, link))[0]) == "Organisation’s study id edited: VDX-201."
    contacts = field("contactsLocationsModule", "centralContacts")
    new = put(old, contacts, [*get(old, contacts), {"name": "Second desk", "phone": "+00 9"}])
    assert said(news(changes(old, new))[0]) == "Central contact: added Second desk."


@pytest.mark.parametrize(
    ("status", "others", "kind", "words"),
    [
        ({"statusVerifiedDate": "2026-03"}, {}, "admin.verified", "Re-verified in Mar 2026 without other news."),
        ({}, {}, "admin.touched", "Updated without any visible difference but the dates of the update."),
        (
            {"statusVerifiedDate": "2026-03"},
            {"acronym": "SPINE"},
            "admin.dates",
            "Dates of updates and postings moved.",
        ),
    ],
)
def test_administrative_dates(status, others, kind, words):
    old = quiet_record()
    new = quiet_record(**status)
    for key, value in others.items():
        new = put(new, field("identificationModule", key), value)
    found = [change for change in changes(old, new) if change.kind.startswith("admin.")]
    assert [(change.kind, change.severity) for change in found] == [(kind, NOISE)]
    assert said(found[0]) == words


def test_type_of_a_first_posting_is_noise():
    old = quiet_record()
    new = put(old, (*STATUS, "studyFirstPostDateStruct", "type"), "ESTIMATED")
    (change,) = changes(old, new, posted=None)
    assert (change.kind, change.severity) == ("admin.dates", NOISE)


@pytest.mark.parametrize(
    ("change", "kind", "level", "words"),
    [
        (
            whole.merged_record("NCT99000001", into="NCT99000002"),
            "record.merged",
            MAJOR,
            "The record NCT99000001 was merged into NCT99000002, which is watched from now on.",
        ),
        (
            whole.gone_record("NCT99000001", last_seen="2026-03-11"),
            "record.gone",
            CRITICAL,
            "The registry no longer serves this record, last seen in the data of 11 Mar 2026.",
        ),
        (
            whole.returned_record("NCT99000001", gone_since=None),
            "record.returned",
            MAJOR,
            "The registry serves this record again.",
        ),
        (whole.baseline("NCT99000001"), "record.baseline", NOISE, "First version of this record kept."),
    ],
)
def test_record_as_a_whole(change, kind, level, words):
    assert (change.kind, change.severity, change.edits) == (kind, level, ())
    assert said(change) == words


def geocoded(trials: int, *, posted: str | None = None, path: Any = None, value: Json = None) -> list[Comparison]:
    old = quiet_record()
    new = put(old, path or field("descriptionModule", "briefSummary"), value or "Another text of the registry.")
    comparison = compare_records(old, a_posted(new, posted) if posted else new)
    return [replace(comparison, nct_id=f"NCT990{at:05d}") for at in range(trials)]


@pytest.mark.parametrize(
    ("trials", "fetched", "posted", "is_wide"),
    [
        (20, 60, None, True),
        (19, 60, None, False),
        (20, 67, None, False),
        (30, 100, None, True),
        (20, 20, "2026-03-10", False),
    ],
)
def test_registry_wide_change_is_noise(trials, fetched, posted, is_wide):
    given = geocoded(trials, posted=posted)
    found = registry_wide(given, fetched=fetched)
    assert found.families == ({"protocolSection.descriptionModule.briefSummary": trials} if is_wide else {})
    kinds = {change.kind for comparison in found.comparisons for change in comparison.changes}
    assert ("registry.reformatted" in kinds) == is_wide
    if is_wide:
        (change,) = found.comparisons[0].changes
        assert change.severity is NOISE
        assert change.rule.endswith(f"minor → noise: registry-wide, {trials} of {fetched} trials")
        assert change.facts["was_kind"] == "text.summary"
        assert said(change) == "The registry rewrote brief summary in many records at once."
    else:
        assert found.comparisons == tuple(given)


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        (field("designModule", "phases"), ["PHASE1"], "design.phase"),
        (field("oversightModule", "fdaaa801Violation"), True, "violation.flagged"),
    ],
)
def test_critical_kinds_are_never_registry_wide(path, value, kind):
    found = registry_wide(geocoded(25, path=path, value=value), fetched=25)
    assert found.families
    assert {change.kind for comparison in found.comparisons for change in comparison.changes} == {kind}


def test_registry_wide_leaves_other_comparisons_alone():
    other = compare_records(quiet_record(), put(quiet_record(), field("identificationModule", "acronym"), "X"))
    found = registry_wide([*geocoded(20), other], fetched=21)
    assert found.comparisons[-1] is other


def test_reverted_change_says_so():
    change = whole.merged_record("NCT99000001", into="NCT99000002")
    words = worded(replace(change, verb=Verb.REVERTED), "Record", "title is now “A”, before “B”")
    assert words.sentence == "Back as it was before: title is now “A”, before “B”."


@pytest.mark.parametrize(
    ("spelt", "country"),
    [
        ("Korea, Republic of", "South Korea"),
        ("Korea, South", "South Korea"),
        ("Republic of Korea", "South Korea"),
        ("Korea, Democratic People's Republic of", "North Korea"),
        ("Türkiye", "Turkey (Türkiye)"),
        ("TURKEY", "Turkey (Türkiye)"),
        ("Czech Republic", "Czechia"),
        ("Viet Nam", "Vietnam"),
        ("Russian Federation", "Russia"),
        ("China, Hong Kong", "Hong Kong"),
        ("Hong Kong SAR", "Hong Kong"),
        ("Taiwan, Province of China", "Taiwan"),
        ("Iran, Islamic Republic of", "Iran"),
        ("The Netherlands", "Netherlands"),
        ("Cote d'Ivoire", "Côte d’Ivoire"),
        ("United States of America", "United States"),
        ("U.K.", "United Kingdom"),
        ("Republic of Austria", "Austria"),
        ("Congo, The Democratic Republic of the", "Democratic Republic of the Congo"),
        ("Congo", "Republic of the Congo"),
        ("Dominica", "Dominica"),
        ("Dominican Republic", "Dominican Republic"),
        ("Guinea", "Guinea"),
        ("Guinea-Bissau", "Guinea-Bissau"),
        ("South Sudan", "South Sudan"),
        ("Spain", "Spain"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_country_in_any_spelling_is_that_country(spelt, country):
    assert canonical_country(spelt) == country


def test_no_spelling_means_two_countries():
    keys = {country_key(name): name for name in SPELLINGS}
    for name, others in SPELLINGS.items():
        assert {keys.get(country_key(other), name) for other in others} <= {name}
        assert {canonical_country(other) for other in (*others, name)} == {name}


def test_contacts_of_many_sites_are_counted():
    path = field("contactsLocationsModule", "locations")
    old = put(quiet_record(), path, many_sites(8))
    new = put(old, path, [{**row, "contacts": [{"name": "New desk"}]} for row in many_sites(8)])
    (change,) = news(changes(old, new))
    assert said(change).startswith("Contact details of 8 sites edited: ")


def test_registry_migrations_are_worded_from_the_catalogue():
    new = quiet_record()
    old = put(new, ("derivedSection", "miscInfoModule", "modelPredictions"), {"bmiLimits": {"minBmi": 0.0}})
    change = the(changes(old, new, posted=None), "registry.reformatted")
    assert change.severity is NOISE
    assert said(change).startswith("Model predictions no longer given")


def test_several_notices_are_told_by_the_newest_in_the_headline():
    old = quiet_record()
    events = [
        {"type": "CORRECTION_CONFIRMED", "description": "The party has corrected it.", "postedDate": "2022-06-07"},
        {"type": "VIOLATION_IDENTIFIED", "description": "Failure to Submit. " * 9, "postedDate": "2021-07-29"},
    ]
    new = put(old, ("annotationSection", "annotationModule", "violationAnnotation"), {"violationEvents": events})
    found = [change for change in changes(old, new) if change.kind.startswith("violation.")]
    assert headline(found, lambda one: one.severity).text == (
        "Violation of the reporting law noted as corrected (7 Jun 2022): “The party has corrected it.”"
    )
    assert headline(
        found[1:] if found[1].kind.endswith("identified") else found[:1], lambda one: one.severity
    ).text == ("Violation of the reporting law identified (29 Jul 2021)")


def test_names_that_came_and_went_are_not_said_to_have_turned_into_each_other():
    path = field("conditionsModule", "keywords")
    old = put(quiet_record(), path, ["back pain", "ASCTm", "veridoxan"])
    words = phrase(the(changes(old, put(old, path, ["back pain", "ASCT", "CELMoD", "veridoxan"])), "text.keywords"))
    assert words.sentence == "Keywords: added ASCT and CELMoD; removed ASCTm."
    assert (words.was, words.now) == (None, None)
