"""Results, their submission and delay, the calendar, references, links and documents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.changes.builders import a_record, field, get, put
from tests.changes.told import changes, news, quiet_record, said, the
from watcher.changes.families.results.due_dates import is_applicable, milestone_change, milestones
from watcher.changes.headline import headline
from watcher.changes.model import Json, Origin, Severity, Verb
from watcher.changes.wording.say import phrase

STATUS = ("protocolSection", "statusModule")
TRACKING = ("derivedSection", "miscInfoModule", "submissionTracking")
ANNOTATION = ("annotationSection", "annotationModule", "unpostedAnnotation", "unpostedEvents")
REFERENCES = field("referencesModule", "references")
LINKS = field("referencesModule", "seeAlsoLinks")
DOCUMENTS = ("documentSection", "largeDocumentModule", "largeDocs")
ACTUAL = {"primaryCompletionDateStruct": {"date": "2025-09-30", "type": "ACTUAL"}}


def with_results(record: dict[str, Any]) -> dict[str, Any]:
    record = put(record, ("resultsSection",), get(a_record(), ("resultsSection",)))
    record = put(record, (*STATUS, "resultsFirstPostDateStruct"), {"date": "2026-03-10", "type": "ACTUAL"})
    return put(record, ("hasResults",), True)


def test_results_posted_claims_section_and_dates():
    old = quiet_record()
    new = with_results(old)
    (change,) = news(changes(old, new))
    assert (change.kind, change.severity, change.verb) == ("results.posted", Severity.CRITICAL, Verb.ADDED)
    assert change.rule == "hasResults false → true"
    assert said(change) == (
        "Results posted on 10 Mar 2026: participant flow, outcome measures, adverse events and more information."
    )
    (back,) = news(changes(new, old))
    assert (back.kind, back.severity, back.verb) == ("results.posted", Severity.CRITICAL, Verb.REMOVED)
    assert said(back) == "Results are no longer posted."


def test_results_without_sections_are_posted_too():
    old = quiet_record()
    assert said(the(changes(old, put(old, ("hasResults",), True)), "results.posted")) == "Results posted."


def test_results_updated_is_told_by_section():
    old = with_results(quiet_record())
    new = put(old, ("resultsSection", "moreInfoModule", "pointOfContact", "title"), "Another desk")
    new = put(new, ("resultsSection", "adverseEventsModule", "frequencyThreshold"), "1")
    new = put(new, ("resultsSection", "newModule"), {"text": "Something"})
    (change,) = news(changes(old, new))
    assert (change.kind, change.severity) == ("results.updated", Severity.MINOR)
    assert said(change) == (
        "Posted results edited in adverse events, more information and another section:"
        " frequency threshold, point of contact and text."
    )


def test_a_single_text_of_the_results_is_shown_with_was_and_now():
    path = ("resultsSection", "moreInfoModule", "limitationsAndCaveats", "description")
    old = put(with_results(quiet_record()), path[:-1], {"description": "Few samples."})
    (change,) = news(changes(old, put(old, path, "Few samples, one clinic.")))
    assert said(change) == (
        "Posted results edited in more information: limitations and caveats now “Few samples, one clinic.”,"
        " before “Few samples.”"
    )


def with_numbers(deaths: int | None, p_value: str, value: str = "4.1") -> dict[str, Any]:
    group: dict[str, Json] = {"id": "EG000", "title": "Veridoxan", "seriousNumAffected": 2}
    group |= {} if deaths is None else {"deathsNumAffected": deaths}
    outcome: Json = {
        "type": "PRIMARY",
        "title": "Pain at week 12",
        "timeFrame": "12 weeks",
        "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": value}]}]}],
        "analyses": [{"groupIds": ["OG000"], "statisticalMethod": "t-test", "pValue": p_value}],
    }
    record = put(with_results(quiet_record()), ("resultsSection", "adverseEventsModule", "eventGroups"), [group])
    return put(record, ("resultsSection", "outcomeMeasuresModule", "outcomeMeasures"), [outcome])


@pytest.mark.parametrize(
    ("old", "new", "level", "words"),
    [
        (with_numbers(0, "0.04"), with_numbers(3, "0.04"), "major", "adverse events: deaths in “Veridoxan” 0 → 3."),
        (with_numbers(None, "0.04"), with_numbers(3, "0.04"), "major", "deaths in “Veridoxan” not given → 3."),
        (with_numbers(0, "0.04"), with_numbers(0, "0.4"), "major", "p-value in “Pain at week 12” 0.04 → 0.4."),
        (
            with_numbers(0, "0.04", "4.1"),
            with_numbers(0, "0.04", "4.2"),
            "minor",
            "measured value in “Pain at week 12” 4.1 → 4.2.",
        ),
        (
            with_numbers(0, "0.04", "4.1"),
            with_numbers(1, "0.05", "4.2"),
            "major",
            "deaths in “Veridoxan” 0 → 1; p-value in “Pain at week 12” 0.04 → 0.05; "
            "measured value in “Pain at week 12” 4.1 → 4.2.",
        ),
    ],
)
def test_numbers_of_posted_results_are_told_was_and_now(old, new, level, words):
    (change,) = news(changes(old, new))
    assert (change.kind, change.severity.value) == ("results.updated", level)
    assert said(change).endswith(words)


def test_a_number_of_posted_results_leads_the_headline():
    found = news(changes(with_numbers(0, "0.04"), with_numbers(3, "0.05")))
    top = headline(found, lambda change: change.severity)
    assert top.text == "Posted results edited: deaths in “Veridoxan” 0 → 3; p-value in “Pain at week 12” 0.04 → 0.05"


def test_a_retraction_leads_the_headline_and_the_tag():
    old = quiet_record()
    new = put(old, (*REFERENCES, 0, "retractions"), [{"pmid": "1", "source": "J Ex. 2022"}])
    top = headline(news(changes(old, new)), lambda change: change.severity)
    assert top.tag == "Retraction noted"
    assert top.text.startswith("Retraction noted for publication “")


@pytest.mark.parametrize(
    ("infos", "events", "kind", "words"),
    [
        (
            [{"releaseDate": "2025-12-11", "resetDate": "2025-12-31"}, {"releaseDate": "2026-03-02"}],
            [],
            "results.submitted",
            "Results submitted to the registry on 2 Mar 2026, not posted yet.",
        ),
        (
            [{"releaseDate": "2025-12-11", "resetDate": "2025-12-31"}],
            [{"type": "UNRELEASE", "date": "2026-03-02"}],
            "results.returned",
            "Submitted results taken back by the sponsor on 2 Mar 2026, not posted.",
        ),
        (
            [{"releaseDate": "2025-12-11", "resetDate": "2025-12-31", "unreleaseDate": "2026-02-09"}],
            [],
            "results.returned",
            "Submitted results taken back by the sponsor on 9 Feb 2026, not posted.",
        ),
        (
            [{"releaseDate": "2025-12-11", "resetDate": "2025-12-31"}],
            [{"type": "RESET", "date": "2026-02-09"}],
            "results.returned",
            "Submitted results returned to the sponsor on 9 Feb 2026 after quality control, not posted yet.",
        ),
        (
            [{"releaseDate": "2025-12-11", "resetDate": "2025-12-31"}],
            [{"type": "NEW_STEP", "date": "2026-02-09"}],
            "results.returned",
            "Submitted results: another step on 9 Feb 2026.",
        ),
    ],
)
@pytest.mark.parametrize("posted", [None, "2026-03-10"])
def test_submission_and_return_are_registry_made(infos, events, kind, words, posted):
    old = quiet_record()
    new = put(old, (*TRACKING, "submissionInfos"), infos)
    new = put(new, ANNOTATION, [*get(old, ANNOTATION), *events])
    change = the(changes(old, new, posted=posted), kind)
    assert (change.severity, change.origin) == (Severity.MINOR, Origin.REGISTRY)
    assert said(change) == words
    assert (
        phrase(change).origin_note == "noted by the registry, not by the sponsor"
    )  # submitting was the sponsor's doing


def test_submission_and_return_in_one_step_are_both_told():
    old = quiet_record()
    infos = [
        {"releaseDate": "2025-12-11", "resetDate": "2025-12-31"},
        {"releaseDate": "2026-01-23", "resetDate": "2026-02-09"},
    ]
    found = news(changes(old, put(old, (*TRACKING, "submissionInfos"), infos), posted=None))
    assert {change.kind for change in found} == {"results.submitted", "results.returned"}


def test_tracking_without_a_new_event_is_noise():
    old = quiet_record()
    new = put(old, (*TRACKING, "estimatedResultsFirstSubmitDate"), "2025-12-11")
    change = the(changes(old, new, posted=None), "results.submitted")
    assert (change.severity, change.rule) == (Severity.NOISE, "submission tracking edited, no new event")
    assert said(change) == "The registry’s notes on the submission of results edited."
    gone = put(with_results(old), TRACKING, None)
    assert the(changes(old, gone), "results.submitted").rule.endswith("the results are posted")


def test_delay_certified():
    old = quiet_record()
    new = put(old, (*STATUS, "dispFirstSubmitDate"), "2026-03-01")
    (change,) = news(changes(old, new))
    assert (change.kind, change.severity, change.path) == (
        "results.delay_certified",
        Severity.MINOR,
        "results.delayCertified",
    )
    assert said(change) == "A delay of the results was certified, submitted on 1 Mar 2026."
    both = put(new, (*STATUS, "dispFirstPostDateStruct"), {"date": "2026-03-03", "type": "ACTUAL"})
    assert said(the(changes(old, both), "results.delay_certified")).endswith("posted on 3 Mar 2026.")
    later = put(both, (*STATUS, "dispFirstPostDateStruct", "date"), "2026-03-04")
    assert news(changes(both, later)) == []


def due_record(**status: Any) -> dict[str, Any]:
    record = quiet_record(**{**ACTUAL, **status})
    record = put(record, TRACKING, None)
    record = put(record, ("annotationSection",), None)
    return put(record, field("oversightModule", "isFdaRegulatedDrug"), True)


def test_milestones_of_an_applicable_trial():
    soon, over = milestones(due_record())
    assert (soon.kind, soon.on, soon.due) == ("results.due_soon", date(2026, 8, 31), date(2026, 9, 30))
    assert (over.kind, over.on, over.is_applicable) == ("results.overdue", date(2026, 10, 1), True)
    first, last = (milestone_change(one) for one in (soon, over))
    assert (first.severity, last.severity) == (Severity.MINOR, Severity.MAJOR)
    assert first.origin is Origin.CLOCK
    assert first.edits == ()
    assert said(first) == "Results are due by 30 Sep 2026, a year after the primary completion of 30 Sep 2025."
    assert said(last) == (
        "Results were due by 30 Sep 2026, a year after the primary completion of 30 Sep 2025, and are not posted."
    )
    assert phrase(last).origin_note is None


def test_milestones_of_a_trial_not_bound_by_its_flags_say_would():
    record = put(due_record(), field("oversightModule", "isFdaRegulatedDrug"), False)
    soon, over = (said(milestone_change(one)) for one in milestones(record))
    assert soon.startswith("Results would be due by 30 Sep 2026")
    assert over.startswith("Results would have been due by 30 Sep 2026")
    assert over.endswith("its own flags do not mark it as bound by law to post them.")


def test_completion_by_month_counts_from_its_last_day():
    record = due_record(primaryCompletionDateStruct={"date": "2024-02", "type": "ACTUAL"})
    assert milestones(record)[0].due == date(2025, 2, 28)


@pytest.mark.parametrize(
    "record",
    [
        due_record(primaryCompletionDateStruct={"date": "2025-09-30", "type": "ESTIMATED"}),
        due_record(primaryCompletionDateStruct={"date": "2025", "type": "ACTUAL"}),
        due_record(primaryCompletionDateStruct=None),
        due_record(overallStatus="WITHDRAWN"),
        due_record(resultsWaived=True),
        due_record(dispFirstSubmitDate="2026-01-01"),
        with_results(due_record()),
        put(due_record(), field("designModule", "studyType"), "OBSERVATIONAL"),
        put(due_record(), TRACKING, {"submissionInfos": [{"releaseDate": "2026-01-01"}]}),
    ],
)
def test_nothing_is_due(record):
    assert milestones(record) == ()


@pytest.mark.parametrize(
    ("path", "value", "applicable"),
    [
        (field("designModule", "phases"), ["PHASE1"], False),
        (field("designModule", "phases"), ["PHASE1", "PHASE2"], True),
        (field("designModule", "studyType"), "OBSERVATIONAL", False),
        (field("oversightModule", "isFdaRegulatedDevice"), True, True),
        (field("oversightModule", "isFdaRegulatedDrug"), False, False),
    ],
)
def test_applicable_by_its_own_flags(path, value, applicable):
    assert is_applicable(put(due_record(), path, value)) is applicable


def test_device_trials_without_phase_are_applicable():
    record = put(due_record(), field("designModule", "phases"), ["NA"])
    assert not is_applicable(record)
    assert is_applicable(put(record, field("oversightModule", "isFdaRegulatedDevice"), True))


@pytest.mark.parametrize(
    ("type_", "status", "level", "origin", "words"),
    [
        ("RESULT", {}, Severity.MINOR, Origin.SPONSOR, "Results publication added: “Desk B. J Ex. 2026.”"),
        (
            "DERIVED",
            {},
            Severity.MINOR,
            Origin.REGISTRY,
            "Publication added that names the trial: “Desk B. J Ex. 2026.”",
        ),
        ("RESULT", ACTUAL, Severity.MAJOR, Origin.SPONSOR, "Results publication added: “Desk B. J Ex. 2026.”"),
        (
            "DERIVED",
            ACTUAL,
            Severity.MAJOR,
            Origin.REGISTRY,
            "Publication added that names the trial: “Desk B. J Ex. 2026.”",
        ),
        ("BACKGROUND", ACTUAL, Severity.NOISE, Origin.SPONSOR, "Background reference added: “Desk B. J Ex. 2026.”"),
        (None, ACTUAL, Severity.MINOR, Origin.SPONSOR, "Reference added: “Desk B. J Ex. 2026.”"),
    ],
)
def test_reference_added(type_, status, level, origin, words):
    old = quiet_record(**status)
    one = {"pmid": "99000009", "citation": "Desk B. J Ex. 2026.", **({"type": type_} if type_ else {})}
    (change,) = news(changes(old, put(old, REFERENCES, [one, *get(old, REFERENCES)])))
    assert (change.kind, change.severity, change.origin) == ("reference.added", level, origin)
    assert change.path == "references.99000009"
    assert said(change) == words
    gone = news(changes(put(old, REFERENCES, [one, *get(old, REFERENCES)]), old))
    assert [(one.kind, one.severity) for one in gone] == [("reference.removed", Severity.NOISE)]


def test_posted_results_leave_a_publication_minor():
    old = with_results(quiet_record(**ACTUAL))
    new = put(old, REFERENCES, [*get(old, REFERENCES), {"type": "RESULT", "citation": "Desk B. J Ex. 2026."}])
    change = the(changes(old, new), "reference.added")
    assert (change.severity, change.path) == (Severity.MINOR, "references")


@pytest.mark.parametrize(
    ("at", "end", "level", "origin", "words"),
    [
        (1, " Erratum In: J Ex. 2022;1:2.", Severity.MINOR, Origin.REGISTRY, "Erratum noted for reference “"),
        (0, " Erratum In: J Ex. 2022;1:2.", Severity.NOISE, Origin.REGISTRY, "Erratum noted for reference “"),
        (
            0,
            " Retraction In: J Ex. 2022;1:2.",
            Severity.MAJOR,
            Origin.REGISTRY,
            "Retraction noted",
        ),
        (
            1,
            " Expression of Concern In: J Ex. 2022.",
            Severity.MAJOR,
            Origin.REGISTRY,
            "Expression of concern noted",
        ),
        (0, " Epub 2021.", Severity.NOISE, Origin.SPONSOR, "Citation of reference “"),
        (0, ".", Severity.NOISE, Origin.SPONSOR, "Citation of reference “"),
    ],
)
def test_notices_in_citations(at, end, level, origin, words):
    old = quiet_record()
    new = put(old, (*REFERENCES, at, "citation"), get(old, (*REFERENCES, at, "citation")) + end)
    (change,) = news(changes(old, new))
    assert (change.kind, change.severity, change.origin) == ("reference.changed", level, origin)
    assert said(change).startswith(words)
    if "In:" in end:
        assert said(change).endswith(f"”: “{end.strip()}”")
    assert phrase(change).quote is None  # a quote is shown as the sponsor's reason


def test_listed_retraction_is_told():
    old = quiet_record()
    new = put(old, (*REFERENCES, 0, "retractions"), [{"pmid": "99000004", "source": "J Ex. 2023."}])
    change = the(changes(old, new), "reference.changed")
    assert change.severity is Severity.MAJOR
    assert phrase(change).quote is None


def test_references_listed_under_another_type_are_one_change():
    old = quiet_record()
    many = [
        {"pmid": f"9900{at:04d}", "type": "RESULT", "citation": f"Author {at}. J Ex. 20{at:02d}."}
        for at in range(10, 17)
    ]
    one = put(old, (*REFERENCES, 0, "type"), "RESULT")
    assert said(the(changes(old, one), "reference.changed")).endswith(
        "now listed as results publication, before as background reference."
    )
    before, after = put(old, REFERENCES, many), put(old, REFERENCES, [{**ref, "type": "BACKGROUND"} for ref in many])
    assert said(the(changes(before, after), "reference.changed")) == (
        "7 references now listed as background references, before as results publications."
    )
    bare = put(old, REFERENCES, None)
    assert said(the(changes(bare, before), "reference.added")) == "7 results publications added."
    derived = put(old, REFERENCES, [{**ref, "type": "DERIVED"} for ref in many])
    assert said(the(changes(bare, derived), "reference.added")) == "7 publications added that name the trial."


@pytest.mark.parametrize(
    ("label", "url", "level", "words"),
    [
        ("Sponsor's page", "https://example.org/x", Severity.NOISE, "Link added: Sponsor's page."),
        (
            "Plain language summary",
            "https://example.org/x",
            Severity.MINOR,
            "Plain-language summary added: Plain language summary.",
        ),
        (
            None,
            "https://example.org/lay-summary",
            Severity.MINOR,
            "Plain-language summary added: https://example.org/lay-summary.",
        ),
    ],
)
def test_links(label, url, level, words):
    old = quiet_record()
    link = {"url": url, **({"label": label} if label else {})}
    (change,) = news(changes(old, put(old, LINKS, [*get(old, LINKS), link])))
    assert (change.kind, change.severity) == ("link.added", level)
    assert said(change).replace("https://example.org/lay-summary", "x") == words.replace(
        "https://example.org/lay-summary", "x"
    )
    assert news(changes(put(old, LINKS, [*get(old, LINKS), link]), old))[0].kind == "link.removed"


def test_many_links_are_one_change_and_an_edited_one_is_noise():
    old = quiet_record()
    links = [{"label": f"Page {at}", "url": f"https://example.org/{at}"} for at in range(7)]
    change = the(changes(old, put(old, LINKS, [*get(old, LINKS), *links])), "link.added")
    assert said(change) == "7 links added: Page 0, Page 1, Page 2 and 4 more."
    edited = the(changes(old, put(old, (*LINKS, 0, "label"), "Home")), "link.changed")
    assert (edited.severity, said(edited)) == (Severity.NOISE, "Link edited: Home.")


def test_documents():
    old = quiet_record()
    consent: Json = {"hasIcf": True, "label": "Consent", "date": "2026-02-01", "filename": "ICF_001.pdf"}
    new = put(old, DOCUMENTS, [*get(old, DOCUMENTS), consent])
    change = the(changes(old, new), "document.added")
    assert (change.severity, change.path) == (Severity.MINOR, "documents.ICF_001.pdf")
    assert said(change) == "Study document added: informed consent form, dated 1 Feb 2026."
    assert said(the(changes(new, old), "document.removed")).startswith("Study document removed: informed consent form")
    edited = the(changes(old, put(old, (*DOCUMENTS, 0, "size"), 7)), "document.changed")
    assert said(edited) == (
        "Study document edited: study protocol and statistical analysis plan, size in bytes 1,234,567 → 7."
    )
    redated = the(changes(old, put(old, (*DOCUMENTS, 0, "date"), "2026-03-09")), "document.changed")
    assert said(redated).endswith("plan, dated 1 Feb 2025 → 9 Mar 2026.")
    other = put(
        old, DOCUMENTS, [*get(old, DOCUMENTS), {"label": "Leaflet", "filename": "a.pdf"}, {"filename": "b.pdf"}]
    )
    sentences = [said(one) for one in news(changes(old, other))]
    assert sentences == ["Study document added: Leaflet.", "Study document added: document."]
    many: list[Json] = [{"label": f"Leaflet {at}", "filename": f"{at}.pdf"} for at in range(6)]
    assert said(the(changes(old, put(old, DOCUMENTS, [*get(old, DOCUMENTS), *many])), "document.added")) == (
        "6 study documents added: Leaflet 0, Leaflet 1, Leaflet 2 and 3 more."
    )


AUTHORS = ", ".join(f"Weaver-{letter} {letter}B" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXY")
TITLED = "Veridoxan versus placebo in chronic low back pain (BACK-EASE): a randomised, double-blind, phase 2 study"


@pytest.mark.parametrize("group", ["", "; BACK-EASE Investigators"])
def test_a_long_citation_shows_its_title_journal_and_day(group):
    old = quiet_record()
    citation = f"{AUTHORS}{group}. {TITLED}. J Ex Med. 2026 Feb 13:S1470-2045(25)00709-0. doi: 10.1000/x. Online."
    one = {"pmid": "99000009", "type": "DERIVED", "citation": citation}
    (change,) = news(changes(old, put(old, REFERENCES, [*get(old, REFERENCES), one]), posted=None))
    assert said(change) == (
        f"Publication added that names the trial: “Weaver-A AB et al. {TITLED}. J Ex Med. 2026 Feb 13”."
    )
    assert phrase(change).origin_note == "linked by the registry, not by the sponsor"
    assert headline([change], lambda one: one.severity).text == (
        "Publication “Veridoxan versus placebo in chronic low back pain…” added"
    )


def test_a_long_citation_of_another_form_stands_as_it_is_and_is_cut():
    old = quiet_record()
    one = {"type": "RESULT", "citation": "The veridoxan study group at the university. " * 9}
    (change,) = news(changes(old, put(old, REFERENCES, [*get(old, REFERENCES), one])))
    assert said(change).startswith("Results publication added: “The veridoxan study group at the university. The")
    assert said(change).endswith("…”")


def test_results_returned_and_submitted_again_are_not_said_to_have_changed():
    old = quiet_record()
    infos = [
        {"releaseDate": "2025-12-11", "resetDate": "2025-12-31"},
        {"releaseDate": "2026-01-23", "resetDate": "2026-02-09"},
        {"releaseDate": "2026-03-02"},
    ]
    found = news(changes(old, put(old, (*TRACKING, "submissionInfos"), infos), posted=None))
    said_first = headline(found, lambda one: one.severity)
    assert said_first.text == "Results returned on 9 Feb 2026, submitted on 2 Mar 2026, not posted yet"
    assert said_first.tag == "Results submitted"
