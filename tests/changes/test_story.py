from __future__ import annotations

import dataclasses
import re

import pytest

from tests.changes.builders import CRITERIA, a_site, field
from tests.changes.real import load, needs_records, pair_paths
from tests.changes.telling import a_plain_record, compared, design, eligibility, status, story, told
from watcher.changes.compare import compare_records
from watcher.changes.model import Origin, Severity, Verb
from watcher.changes.story import context_of
from watcher.changes.wording.say import phrase
from watcher.changes.wording.sizes import ordinal

NOT_YET, OPEN, CLOSED = "NOT_YET_RECRUITING", "RECRUITING", "ACTIVE_NOT_RECRUITING"
LOCATIONS = ("protocolSection", "contactsLocationsModule", "locations")
ARMS = ("protocolSection", "armsInterventionsModule", "armGroups")
PRIMARY = ("protocolSection", "outcomesModule", "primaryOutcomes")
TITLE = ("protocolSection", "identificationModule", "briefTitle")


def dates(primary: str, completion: str, type_: str = "ESTIMATED"):
    return status(
        primaryCompletionDateStruct={"date": primary, "type": type_},
        completionDateStruct={"date": completion, "type": type_},
    )


def people(count: int, type_: str = "ESTIMATED"):
    return design(enrollmentInfo={"count": count, "type": type_})


def stopped(new: str, reason: str | None = "A long reason that fills more than forty characters."):
    return status(overallStatus=new, whyStopped=reason)


def sites(count: int, start: int = 0, country: str = "Austria"):
    return [a_site(f"Hospital {at}", f"City {at}", country, status=OPEN) for at in range(start, start + count)]


HEADLINES = [
    (
        people(263) | dates("2027-03-31", "2027-03-31"),
        stopped("TERMINATED") | people(99, "ACTUAL") | dates("2026-01-27", "2026-01-27", "ACTUAL"),
        "Terminated with 99 of 263 planned participants (38 %)",
        "Terminated",
    ),
    (
        people(40),
        stopped("SUSPENDED", "FDA") | people(7, "ACTUAL"),
        "Suspended with 7 of 40 planned participants (18 %), reason: “FDA”",
        "Suspended",
    ),
    (
        people(30),
        stopped("WITHDRAWN", None) | people(0, "ACTUAL"),
        "Withdrawn with none of 30 planned participants, no reason given",
        "Withdrawn",
    ),
    (
        {},
        stopped("TERMINATED"),
        "Terminated, reason: “A long reason that fills more than forty characters.”",
        "Terminated",
    ),
    (
        people(99999999),
        stopped("TERMINATED") | people(12, "ACTUAL"),
        "Terminated with 12 participants",
        "Terminated",
    ),
    (
        people(200) | dates("2028-07", "2028-07"),
        people(102) | dates("2029-09", "2030-07"),
        "Target cut from 200 to 102 (−49 %), primary completion 14 months later",
        "Cut to 102 participants",
    ),
    (
        people(200) | dates("2028-07", "2028-12") | {LOCATIONS: sites(3)},
        people(280) | dates("2029-09", "2030-02") | {LOCATIONS: sites(12)},
        "Expanded from 200 to 280 participants, primary completion 14 months later, "
        "9 sites added in Austria (3 → 12 sites)",
        "Expanded to 280",
    ),
    (
        people(200) | dates("2028-07", "2030-01"),
        people(280) | dates("2029-09", "2030-01"),
        "Expanded from 200 to 280 participants, primary completion 14 months later",
        "Expanded to 280",
    ),
    (people(200), people(280), "Target raised from 200 to 280 (+40 %)", "Raised to 280 participants"),
    (people(18), people(8, "ACTUAL"), "Final enrollment 8 of 18 planned participants (44 %)", "8 of 18 enrolled"),
    (
        people(18),
        people(18, "ACTUAL"),
        "Enrollment is given as actual: 18 participants of 18 planned (100 %)",
        "Enrollment changed",
    ),
    (
        people(99, "ACTUAL"),
        people(60, "ACTUAL"),
        "Actual enrollment corrected from 99 to 60 (−39 %)",
        "Enrollment corrected",
    ),
    (
        status(overallStatus=NOT_YET, startDateStruct={"date": "2025-02", "type": "ESTIMATED"}),
        status(overallStatus=OPEN, startDateStruct={"date": "2025-04-11", "type": "ACTUAL"}),
        "Now recruiting since 11 Apr 2025, posted 305 days later",
        "Now recruiting",
    ),
    (
        status(overallStatus=NOT_YET, startDateStruct={"date": "2026-02-01", "type": "ACTUAL"}),
        status(overallStatus=OPEN),
        "Now recruiting since 1 Feb 2026, at 5 of 7 sites",
        "Now recruiting",
    ),
    (
        status(overallStatus=NOT_YET, startDateStruct=None) | {LOCATIONS: None},
        status(overallStatus="ENROLLING_BY_INVITATION"),
        "Now enrolling by invitation",
        "By invitation now",
    ),
    (
        people(35),
        status(overallStatus=CLOSED) | people(4, "ACTUAL"),
        "Closed to enrollment with 4 of 35 planned participants (11 %)",
        "Closed to enrollment",
    ),
    ({}, status(overallStatus=CLOSED), "Closed to enrollment", "Closed to enrollment"),
    (people(80, "ACTUAL"), status(overallStatus="COMPLETED"), "Completed with 80 participants", "Completed"),
    (
        status(overallStatus="SUSPENDED"),
        status(overallStatus=OPEN),
        "Recruiting again (was Suspended)",
        "Recruiting again",
    ),
    (
        status(overallStatus="TERMINATED"),
        status(overallStatus=CLOSED),
        "Active again, not recruiting (was Terminated)",
        "Active again",
    ),
    ({}, status(overallStatus=NOT_YET), "Back to not yet recruiting (was Recruiting)", "Not yet recruiting again"),
    (
        {},
        status(overallStatus="ENROLLING_BY_INVITATION"),
        "Now enrolling by invitation (was Recruiting)",
        "Now enrolling by invitation",
    ),
    (
        status(overallStatus=NOT_YET),
        status(overallStatus="UNKNOWN", lastKnownStatus=NOT_YET),
        "Status unknown (was Not yet recruiting; set by the registry, not by the sponsor:"
        " no verification since Jan 2026)",
        "Status unknown",
    ),
    (
        status(statusVerifiedDate=None),
        status(overallStatus="UNKNOWN"),
        "Status unknown (was Recruiting)",
        "Status unknown",
    ),
    (
        status(overallStatus="UNKNOWN"),
        status(overallStatus=NOT_YET),
        "Status known again: Not yet recruiting (was Unknown)",
        "Status known again",
    ),
    (
        status(overallStatus="AVAILABLE"),
        status(overallStatus="NO_LONGER_AVAILABLE"),
        "No longer available (was Available)",
        "No longer available",
    ),
    (
        stopped("TERMINATED", "Slow accrual"),
        stopped("TERMINATED", "Funding ended"),
        "Reason for stopping changed from “Slow accrual” to “Funding ended”",
        "Stop reason changed",
    ),
    (
        dates("2028-12", "2028-12"),
        dates("2029-07", "2029-07"),
        "Primary and study completion 7 months later, now Jul 2029",
        "Completion later",
    ),
    (
        dates("2028-12", "2030-01"),
        dates("2029-07", "2030-01"),
        "Primary completion 7 months later, now Jul 2029",
        "Primary completion later",
    ),
    (
        dates("2028-12", "2030-01"),
        dates("2028-05", "2030-01"),
        "Primary completion 7 months earlier, now May 2028",
        "Primary completion earlier",
    ),
    (
        dates("2028-12", "2028-12") | status(startDateStruct={"date": "2027-01", "type": "ESTIMATED"}),
        dates("2029-07", "2029-07") | status(startDateStruct={"date": "2027-08", "type": "ESTIMATED"}),
        "Start, primary and study completion 7 months later, now Jul 2029",
        "All dates later",
    ),
    (
        dates("2028-12", "2028-12"),
        dates("2028-12", "2029-07"),
        "Study completion 7 months later, now Jul 2029",
        "Study completion later",
    ),
    (
        dates("2025-11-02", "2030-01-01", "ACTUAL"),
        dates("2024-11-11", "2030-01-01", "ACTUAL"),
        "Actual primary completion 12 months earlier, now 11 Nov 2024",
        "Primary completion corrected",
    ),
    (
        status(primaryCompletionDateStruct={"date": "2026-03-01", "type": "ESTIMATED"}),
        status(primaryCompletionDateStruct={"date": "2026-01-01", "type": "ACTUAL"}),
        "Primary completion given as actual: 1 Jan 2026",
        "Primary completion actual",
    ),
    (
        status(startDateStruct={"date": "2026-03", "type": "ESTIMATED"}),
        status(startDateStruct={"date": "2025-08-15", "type": "ACTUAL"}),
        "Start given as actual: 15 Aug 2025, posted 179 days later",
        "Start date actual",
    ),
    (
        status(startDateStruct={"date": "2027", "type": "ESTIMATED"}),
        status(startDateStruct={"date": "2028", "type": "ESTIMATED"}),
        "Planned start moved from 2027 to 2028",
        "Start changed",
    ),
    (
        {},
        eligibility(minimumAge="12 Years"),
        "Minimum age changed from 18 years to 12 years (widened)",
        "Eligibility widened",
    ),
    (
        {},
        eligibility(maximumAge="70 Years"),
        "Maximum age changed from 75 years to 70 years (narrowed)",
        "Eligibility narrowed",
    ),
    (
        {},
        eligibility(eligibilityCriteria=CRITERIA.replace("* Able to", "* A life partner\n* Able to")),
        "Inclusion criterion added: “A life partner”",
        "Eligibility changed",
    ),
    (
        {},
        eligibility(
            eligibilityCriteria=CRITERIA.replace("of the lumbar spine", "of bones and of joints").replace(
                "women", "people of any age"
            )
        ),
        "2 eligibility criteria reworded",
        "Eligibility reworded",
    ),
    (
        {},
        eligibility(
            minimumAge="12 Years",
            sex="FEMALE",
            eligibilityCriteria=CRITERIA.replace("* Able to", "* A life partner\n* Able to").replace(
                "women", "people of any age"
            ),
        ),
        (
            "Sex changed from All to Female (narrowed); minimum age changed from 18 years to 12 years (widened);"
            " 1 criterion added and 1 reworded"
        ),
        "Eligibility changed",
    ),
    ({LOCATIONS: sites(20)}, {LOCATIONS: sites(22)}, "2 sites added in City 20 and City 21, Austria", "2 sites added"),
    (
        {LOCATIONS: sites(10)},
        {LOCATIONS: sites(10) + sites(6, 20, "Spain")},
        "6 sites added in Spain (10 → 16 sites); first ones in Spain",
        "6 sites added",
    ),
    ({TITLE: "One title of it"}, {TITLE: "Another name for this"}, None, "Title changed"),
]


@pytest.mark.parametrize(("old", "new", "headline", "tag"), HEADLINES)
def test_the_headline_carries_the_most_important_fact(old, new, headline, tag):
    found = told(old, new)
    assert headline is None or found.headline == headline
    assert found.tag == tag
    assert 1 <= len(found.tag.split()) <= 4


def test_a_redesign_is_one_headline():
    arms = [
        {
            "label": "Veridoxan 20 mg",
            "type": "EXPERIMENTAL",
            "description": "Veridoxan 20 mg by mouth once a day for 24 weeks",
        }
    ]
    found = told({}, {ARMS: arms, PRIMARY: [{"measure": "Walking distance in metres", "timeFrame": "52 weeks"}]})
    assert found.headline.startswith("Redesigned: ")
    assert found.tag == "Redesigned"


def test_two_topics_of_one_level_make_two_clauses():
    found = told(
        {}, stopped("TERMINATED") | {PRIMARY: [{"measure": "Walking distance in metres", "timeFrame": "52 weeks"}]}
    )
    assert found.headline.startswith("Terminated, ") or found.headline.startswith("Terminated; ")
    assert "primary outcome" in found.headline


def test_a_loud_outcome_leads_before_a_quieter_status():
    found = told(
        {},
        status(overallStatus=CLOSED) | {PRIMARY: [{"measure": "Walking distance in metres", "timeFrame": "52 weeks"}]},
    )
    assert "rimary outcome" in found.headline
    assert found.headline.endswith("closed to enrollment")


def test_what_is_below_the_readers_level_is_counted_only():
    old, new = people(200), people(102) | eligibility(samplingMethod="PROBABILITY_SAMPLE")
    whole = told(old, new)
    assert [line.label for line in whole.lines] == ["Enrollment"]
    assert [line.label for line in whole.minor] == ["Sampling method"]
    cut = story(compared(old, new), least=Severity.MAJOR)
    assert cut is not None
    assert ([line.label for line in cut.lines], cut.minor, cut.below) == (["Enrollment"], (), 1)
    assert story(compared(old, new), least=Severity.CRITICAL) is None


def test_noise_alone_is_no_story():
    assert story(compared({}, {})) is None
    assert story(compared({}, eligibility(eligibilityCriteria=CRITERIA.replace("women", "women.")))) is None


def test_minor_changes_are_lines_when_there_is_nothing_louder():
    found = told(
        {},
        eligibility(samplingMethod="PROBABILITY_SAMPLE")
        | status(startDateStruct={"date": "2025-03-09", "type": "ACTUAL"}),
    )
    assert (found.severity, found.minor) == (Severity.MINOR, ())
    assert [line.label for line in found.lines] == ["Sampling method", "Start"]


def test_a_reader_preset_lifts_lines_and_order():
    comparison = compared({}, status(overallStatus=CLOSED) | eligibility(samplingMethod="PROBABILITY_SAMPLE"))
    found = story(
        comparison,
        level_of=lambda change: Severity.CRITICAL if change.kind == "eligibility.sampling" else change.severity,
    )
    assert found is not None
    assert [(line.label, line.severity.value) for line in found.lines] == [
        ("Sampling method", "critical"),
        ("Status", "major"),
    ]
    assert found.severity is Severity.CRITICAL


def test_mirrored_completion_stands_under_primary_completion():
    found = told(dates("2028-12", "2028-12"), dates("2029-07", "2029-07"))
    assert [(line.label, line.now) for line in found.lines] == [
        ("Primary completion", "Jul 2029 planned"),
        ("Study completion", "the same dates"),
    ]
    assert found.lines[1].sentence == "Study completion: the same dates."
    along = told(dates("2028-12-02", "2029-03-01"), dates("2029-09-02", "2029-11-01"))
    assert (along.lines[1].was, along.lines[1].now) == ("1 Mar 2029 planned", "1 Nov 2029 planned")
    assert (
        found.noise == sum(change.severity is Severity.NOISE for change in compared({}, {}).changes) or found.noise == 1
    )


def test_when_is_the_posting_or_the_registrys_data():
    assert told({}, people(102)).when == "posted 10 Feb 2026"
    assert told({}, people(102), posted=None).when == "in the registry's data of 11 Feb 2026"
    comparison = compared({}, people(102))
    bare = dataclasses.replace(
        comparison, newer=dataclasses.replace(comparison.newer, data_version=None, last_update_posted=None)
    )
    found = story(bare)
    assert found is not None
    assert found.when == ""


def test_the_mirrored_completion_is_never_louder_than_major():
    found = told(dates("2027-03-31", "2027-03-31"), dates("2028-03-31", "2028-03-31"))
    assert [line.severity for line in found.lines] == [Severity.CRITICAL, Severity.MAJOR]


def test_steps_and_their_note_are_handed_on():
    found = story(compared({}, people(102)), steps=3, step_note="in 3 updates since 2 Feb 2026")
    assert found is not None
    assert (found.steps, found.step_note) == (3, "in 3 updates since 2 Feb 2026")


def test_the_operators_name_wins():
    found = story(compared({}, people(102)), short_name="my trial")
    assert found is not None
    assert found.short_name == "my trial"


def test_the_context_is_phase_and_sponsor():
    assert context_of(a_plain_record()) == ("Phase 2", "Meridian Example Pharma")
    both = a_plain_record(design(phases=["PHASE2", "PHASE3"]))
    assert context_of(both)[0] == "Phase 2/3"
    assert context_of(a_plain_record(design(phases=["NA"])))[0] == "Meridian Example Pharma"
    assert context_of(a_plain_record(design(phases=None, studyType="OBSERVATIONAL")))[0] == "Observational"
    assert context_of({}) == ()


BAD = re.compile(r"\b[A-Z]{2,}_[A-Z_]+\b|\bNone\b|\{'|\['|Module\b|protocolSection|Struct\b|  ")


@pytest.mark.parametrize(("old", "new", "headline", "tag"), HEADLINES)
def test_no_sentence_shows_how_it_was_made(old, new, headline, tag):
    for change in compared(old, new).changes:
        words = phrase(change)
        shown = [words.sentence, words.label, words.was or "", words.now or "", words.note or ""]
        assert not [text for text in shown if BAD.search(text)], change.kind
        assert words.sentence.endswith(".")


@needs_records
def test_real_pairs_tell_their_story_in_the_first_line():
    found = {}
    for old, new in pair_paths():
        record = load(new)
        one = story(compare_records(load(old), record), record=record)
        found[f"{new.parent.name}/{new.stem}"] = one.headline if one else None
    assert found["NCT05935098/2026-03-13"] == "Terminated with 99 of 263 planned participants (38 %)"
    assert found["NCT05414032/2026-02-25"] == "Target cut from 200 to 102 (−49 %), primary completion 14 months later"
    assert found["NCT06821503/2026-03-10"] == "Now recruiting since 11 Apr 2025, posted 333 days later"
    assert found["NCT06911827/2026-02-25"] == "Now recruiting since 9 May 2025, posted 292 days later"
    assert found["NCT05294952/2026-03-02"] == (
        "Status unknown (was Not yet recruiting; set by the registry, not by the sponsor:"
        " no verification since Feb 2024)"
    )
    assert found["NCT07011550/2026-02-19"] == "Suspended with 7 of 40 planned participants (18 %), reason: “FDA”"
    assert found["NCT06754501/2026-02-18"] == "Closed to enrollment with 4 of 35 planned participants (11 %)"
    assert found["NCT06646627/2026-02-09"] == "Primary and study completion 7 months later, now Jul 2026"
    assert found["NCT04514484/2026-02-11"] == "Actual primary completion 12 months earlier, now 11 Nov 2024"
    assert found["NCT04457778/2026-03-03"] == "Results submitted to the registry on 2 Mar 2026, not posted yet"
    assert found["NCT05665595/2026-02-18"] == "Publication “Vibostolimab coformulated with pembrolizumab versus…” added"
    assert found["NCT04514484/2026-02-13"] is None
    assert found["NCT06825494/2026-03-13"] is None


@needs_records
def test_every_real_story_is_short_and_clean():
    for old, new in pair_paths():
        record = load(new)
        one = story(compare_records(load(old), record), record=record)
        if one is None:
            continue
        assert len(one.headline) <= 160
        assert 1 <= len(one.tag.split()) <= 4
        assert not [line.sentence for line in (*one.lines, *one.minor) if BAD.search(line.sentence)]


def test_verbs_and_origins_of_lines_are_those_of_their_changes():
    found = told({}, status(overallStatus="UNKNOWN", lastKnownStatus=OPEN), posted=None)
    assert found.lines[0].origin_note == "set by the registry, not by the sponsor"
    assert found.lines[0].verb is Verb.CHANGED
    assert all(change.origin is Origin.REGISTRY for change in compared({}, people(5), posted=None).changes)


def test_things_without_a_number_are_told_from_what_to_what():
    acronym = ("protocolSection", "identificationModule", "acronym")
    found = told({}, {TITLE: "Another name for this", acronym: "BACK-EASE"})
    was = "Veridoxan Against Chronic Low Back Pain"
    assert found.headline == f"Acronym SPINE-EASE → BACK-EASE; title “{was}” → “Another name for this”"
    long = told({}, {("protocolSection", "descriptionModule", "briefSummary"): "Other words altogether. " * 20})
    assert long.headline == "Brief summary: “This trial tests whether…” → “Other words altogether…”"


def test_one_thing_with_a_long_sentence_is_told_by_its_name():
    outcome = {"measure": "Walking distance " * 12, "timeFrame": "52 weeks", "description": "Metres. " * 30}
    primary = a_plain_record()["protocolSection"]["outcomesModule"]["primaryOutcomes"]
    found = told({}, {PRIMARY: [*primary, outcome]})
    assert found.headline.startswith("Primary outcome")
    assert len(found.headline) < 120


def test_countries_alone_are_named():
    gone = [site for site in sites(9) if site["city"] != "City 0"]
    old = [*sites(9), a_site("Clinic", "Lyon", "France", status=OPEN), a_site("Clinic", "Oslo", "Norway", status=OPEN)]
    found = told({LOCATIONS: old}, {LOCATIONS: gone})
    assert "no site left in France and Norway" in found.headline
    quiet = [site | {"status": "COMPLETED"} if site["country"] != "Austria" else site for site in old]
    paused = told({LOCATIONS: old}, {LOCATIONS: quiet})
    assert "France and Norway" in paused.headline


@pytest.mark.parametrize(
    ("count", "word"),
    [(1, "first"), (3, "third"), (10, "tenth"), (11, "11th"), (12, "12th"), (21, "21st"), (22, "22nd"), (113, "113th")],
)
def test_delays_are_counted_in_words(count, word):
    assert ordinal(count) == word


def test_many_site_lines_are_one_with_the_remarkable_named():
    countries = ("Austria", "France", "Italy", "Norway")
    more = [site for country in countries for site in sites(2, 30, country)]
    found = told({LOCATIONS: sites(10)}, {LOCATIONS: [*sites(10), *more]})
    (line,) = [line for line in (*found.lines, *found.minor) if line.kind == "site.added"]
    assert line.sentence.startswith("8 sites added in 4 countries: ")
    assert line.severity is Severity.MAJOR


def test_a_critical_slip_stands_beside_the_status():
    old = status(overallStatus="RECRUITING", primaryCompletionDateStruct={"date": "2026-06-30", "type": "ESTIMATED"})
    new = status(
        overallStatus="ACTIVE_NOT_RECRUITING", primaryCompletionDateStruct={"date": "2028-12-31", "type": "ESTIMATED"}
    )
    assert told(old, new).headline == "Closed to enrollment, primary completion 30 months later"


def test_a_target_is_raised_only_where_both_counts_are_planned():
    found = told(design(enrollmentInfo={"count": 150, "type": "ESTIMATED"}), design(enrollmentInfo={"count": 160}))
    assert found.headline == "Enrollment changed from 150 planned to 160 (+7 %)"


def test_what_is_added_to_a_text_is_in_the_headline():
    path = field("descriptionModule", "briefSummary")
    found = told(
        {path: f"This trial tests veridoxan. {'It does so at length. ' * 9}"},
        {path: f"This trial tests veridoxan. {'It does so at length. ' * 9}Adolescents may take part."},
    )
    assert found.headline == ("Brief summary: “… does so at length” → “… does so at length. Adolescents may take part”")


@pytest.mark.parametrize(
    ("was", "now", "headline"),
    [
        ("Overall response rate", "Overall response rate in the per-protocol population", " in the per-protocol"),
        (
            "Response rate " * 8,
            "Response rate " * 8 + "by central review",
            "→ “… rate Response rate by central review”",
        ),
    ],
)
def test_what_is_added_to_a_long_measure_is_in_the_headline(was, now, headline):
    old, new = ([{"measure": text.strip(), "timeFrame": "1 year"}] for text in (was, now))
    assert headline in told({PRIMARY: old}, {PRIMARY: new}).headline


def test_one_of_many_conditions_is_named_in_the_headline():
    path = field("conditionsModule", "conditions")
    old = ["Allergic rhinoconjunctivitis with or without intermittent asthma", "Hay fever"]
    found = told({path: old}, {path: ["Hay fever", "Migraine disorders of early childhood and adolescence"]})
    assert found.headline.startswith("Conditions: added Migraine disorders of early…; removed Allergic")


def test_a_heading_that_comes_with_a_criterion_is_not_counted_beside_it():
    text = "Inclusion Criteria:\n\n* Adults\n\nExclusion Criteria:\n\n* Pregnancy or lactation\n"
    path = field("eligibilityModule", "eligibilityCriteria")
    new = text.replace("Exclusion Criteria:", "Exclusion Criteria, Phase 1b:") + "* Planned travel\n"
    found = told({path: text}, {path: new})
    assert found.headline == ("Exclusion criterion added (under “Exclusion Criteria, Phase 1b”): “Planned travel”")


def test_the_first_of_several_edited_arms_is_told_and_the_others_counted():
    old = a_plain_record()
    labels = [arm["label"] for arm in old["protocolSection"]["armsInterventionsModule"]["armGroups"]]
    assert len(labels) > 1
    path = field("armsInterventionsModule", "armGroups")
    arms = old["protocolSection"]["armsInterventionsModule"]["armGroups"]
    found = told({}, {path: [{**arm, "type": "OTHER"} for arm in arms]})
    assert f"“{labels[0]}”: " in found.headline or f"“{labels[-1]}”: " in found.headline
    assert "2 arms changed" not in found.headline


def test_a_secondary_outcome_that_moves_is_now_among_the_other_outcomes():
    lists = a_plain_record()["protocolSection"]["outcomesModule"]
    first, *rest = lists["secondaryOutcomes"]
    secondary, other = (("protocolSection", "outcomesModule", name) for name in ("secondaryOutcomes", "otherOutcomes"))
    found = told({}, {secondary: rest, other: [*lists.get("otherOutcomes", []), first]})
    assert found.headline.endswith("” is now among the other outcomes")
