"""The parts of a page: prose, people, what is studied, pictures."""

import json
from typing import Any

import pytest

from tests.changes.builders import put
from tests.pages.made import TEMPLATES, a_trial, cast_record
from watcher.pages import charts, study, who_and_where
from watcher.pages.overview import brief_of, slugs
from watcher.pages.prose import Block, blocks
from watcher.pages.recruiting import facilities_of, open_countries
from watcher.pages.trial import code_of, page_of
from watcher.pages.trial_timeline import chapter_of
from watcher.pages.who_and_where import OpenPlace

PROTOCOL = "protocolSection"


def test_prose_is_paragraphs_and_lists():
    text = "First line\ngoes on.\n\nSecond \\>= 3.\n* one\n* two\n\n1. three\nAfter\u202e."
    assert blocks(text) == (
        Block(text="First line goes on."),
        Block(text="Second >= 3."),
        Block(points=("one", "two", "three")),
        Block(text="After."),
    )
    assert blocks("") == ()
    assert blocks("- only a list") == (Block(points=("only a list",)),)


def test_only_addresses_of_the_web_become_links():
    links: list[Any] = [
        {"url": url, "label": "l"} for url in ("https://a.example/x", "javascript:alert(1)", "data:text/html,x", "")
    ]
    record: dict[str, Any] = {
        PROTOCOL: {"referencesModule": {"seeAlsoLinks": links, "references": [{"pmid": "12"}, {"pmid": "1/../x"}]}}
    }
    assert [one.url for one in who_and_where.references_of(record)] == [
        "https://pubmed.ncbi.nlm.nih.gov/12/", "", "https://a.example/x", "", "", "",
    ]  # fmt: skip


def test_corrections_of_a_publication_are_shown():
    record: dict[str, Any] = {
        PROTOCOL: {"referencesModule": {"references": [{"citation": "c", "retractions": [{"source": "J. 2026"}]}]}}
    }
    assert who_and_where.references_of(record)[0].notes == ("J. 2026",)


def test_sites_are_counted_by_country_and_state():
    sites = [
        {"facility": "A", "city": "Lyon", "country": "France", "status": "RECRUITING"},
        {"facility": "B", "country": "France", "status": "WITHDRAWN"},
        {"city": "Bonn", "country": "Germany"},
    ]
    countries = who_and_where.countries_of({PROTOCOL: {"contactsLocationsModule": {"locations": sites}}})
    assert [(one.name, len(one.places), one.states) for one in countries] == [
        ("France", 2, "1 recruiting, 1 withdrawn"),
        ("Germany", 1, ""),
    ]
    assert who_and_where.site_states(countries) == "1 recruiting, 1 withdrawn, 1 status not given"
    assert who_and_where.site_states(countries[1:]) == ""
    all_open = who_and_where.countries_of(
        {PROTOCOL: {"contactsLocationsModule": {"locations": [{"status": "RECRUITING"}] * 2}}}
    )
    assert who_and_where.site_states(all_open) == "all recruiting"


def test_contacts_and_officials_are_named():
    held: dict[str, Any] = {
        "centralContacts": [{"name": "Ana", "role": "CONTACT", "phone": "1", "phoneExt": "2", "email": "a@b.example"}],
        "overallOfficials": [{"name": "Bo", "role": "PRINCIPAL_INVESTIGATOR", "affiliation": "Clinic"}],
    }
    ana, bo = who_and_where.central_of({PROTOCOL: {"contactsLocationsModule": held}})
    assert (ana.phone, ana.email) == ("1 ext. 2", "a@b.example")
    assert (bo.role, bo.place) == ("Principal investigator", "Clinic")


def test_older_ids_are_other_identifiers():
    held: dict[str, Any] = {
        "nctIdAliases": ["NCT00000001"],
        "secondaryIdInfos": [{"id": "E-1", "type": "EUDRACT_NUMBER"}],
    }
    assert who_and_where.identifiers_of({PROTOCOL: {"identificationModule": held}}) == (
        ("E-1", "EudraCT number", "Secondary id"),
        ("NCT00000001", "", "Older NCT id"),
    )


def test_results_say_when_they_came():
    status = {"resultsFirstPostDateStruct": {"date": "2026-03-01"}}
    found = who_and_where.results_of({PROTOCOL: {"statusModule": status}, "hasResults": True})
    assert found == who_and_where.Results(is_posted=True, facts=(("Results first posted", "1 Mar 2026"),))


def test_criteria_that_cannot_be_cut_are_shown_whole():
    found = study.criteria_of({PROTOCOL: {"eligibilityModule": {"eligibilityCriteria": "adults with gout"}}})
    assert (found.parts, found.text) == ((), "adults with gout")


def test_criteria_under_a_cohort_keep_its_name():
    text = "Inclusion Criteria:\n\nCohort A:\n\n* one\n* two\n\nExclusion Criteria:\n\n* three"
    found = study.criteria_of({PROTOCOL: {"eligibilityModule": {"eligibilityCriteria": text}}})
    assert found.parts == (("Inclusion: Cohort A", ("one", "two")), ("Exclusion", ("three",)))


def with_count(count, kind="ESTIMATED"):
    return put(cast_record("NCT99000002"), (PROTOCOL, "designModule", "enrollmentInfo"), {"count": count, "type": kind})


def test_enrollment_is_drawn_when_it_changed():
    steps = a_trial(with_count(300), with_count(160), with_count(99, "ACTUAL")).steps
    chart = charts.enrollment_chart(steps)
    assert chart is not None
    (series,) = chart.series
    assert [dot.says.partition(" from")[0] for dot in series.dots] == ["300 planned", "160 planned", "99 actual"]
    assert series.dots[0].y < series.dots[1].y < series.dots[2].y
    assert [tick.label for tick in chart.up] == ["0", "100", "200", "300"]
    assert charts.enrollment_chart(steps[:1]) is None


@pytest.mark.parametrize(("most", "top"), [(0, 2), (1, 2), (7, 8), (42, 50), (420, 500), (99_999, 100_000)])
def test_axes_end_at_round_numbers_above(most, top):
    chart = charts.enrollment_chart(a_trial(with_count(0), with_count(most, "ACTUAL")).steps)
    assert chart is not None
    assert chart.up[-1].label == f"{top:,}"


def test_an_unknown_count_is_not_drawn():
    assert charts.enrollment_chart(a_trial(with_count(300), with_count(99_999_999)).steps) is None


def test_dates_are_drawn_when_one_moved():
    first = cast_record("NCT99000002")
    later = put(first, (PROTOCOL, "statusModule", "completionDateStruct", "date"), "2031")
    chart = charts.dates_chart(a_trial(first, later).steps)
    assert chart is not None
    assert [len(series.dots) for series in chart.series] == [1, 2]
    assert "2031" in chart.says
    assert charts.dates_chart(a_trial(first).steps) is None


def test_many_countries_are_drawn_as_twelve_bars():
    sites = [{"country": f"Country {n:02}", "status": "RECRUITING" if n % 2 else "COMPLETED"} for n in range(30)]
    chart = charts.sites_chart(
        who_and_where.countries_of({PROTOCOL: {"contactsLocationsModule": {"locations": sites}}})
    )
    assert chart is not None
    assert len(chart.bars) == 12
    assert (chart.bars[-1].name, chart.bars[-1].says, chart.bars[-1].parts) == ("19 others", "19 sites", ())
    assert charts.sites_chart(()) is None


def drawn(*statuses):
    """Draw sites with these statuses, all in one country."""
    sites = [{"country": "France", **({"status": status} if status else {})} for status in statuses]
    countries = who_and_where.countries_of({PROTOCOL: {"contactsLocationsModule": {"locations": sites}}})
    chart = charts.sites_chart(countries)
    assert chart is not None
    return chart


def test_every_status_of_a_site_has_a_part_of_its_own_and_stands_in_the_legend_in_words():
    chart = drawn(
        "RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "ACTIVE_NOT_RECRUITING",
        "COMPLETED", "SUSPENDED", "WITHDRAWN", "WITHDRAWN", "TERMINATED", "SOMETHING_NEW", None,
    )  # fmt: skip
    assert (
        tuple(part.state for part in chart.bars[0].parts)
        == who_and_where.STATES
        == tuple(one.state for one in chart.legend)
    )
    assert [one.says for one in chart.legend] == [
        "2 recruiting",
        "1 enrolling by invitation",
        "1 not yet recruiting",
        "1 active (not recruiting)",
        "1 completed",
        "2 withdrawn, 1 suspended, 1 terminated",
        "1 something new, 1 status not given",
    ]
    assert all(one.says in chart.says for one in chart.legend)


def test_one_site_of_a_thousand_is_seen_too_and_parts_do_not_overlap():
    parts = drawn(*["RECRUITING"] * 999, "TERMINATED").bars[0].parts
    assert [part.state for part in parts] == ["open", "stopped"]
    assert parts[1].width >= 4
    assert parts[1].x == pytest.approx(parts[0].x + parts[0].width, abs=0.2)


def test_sites_without_any_status_are_drawn_plain():
    chart = drawn(None, None)
    assert ([part.state for part in chart.bars[0].parts], chart.legend) == (["plain"], ())
    assert chart.says == "France: 2 sites."


def test_file_names_are_plain_and_unique():
    assert slugs(["Back pain", "back-pain", "腰", "Turkey (Türkiye)", "../../etc"]) == {
        "Back pain": "back-pain",
        "back-pain": "back-pain-2",
        "腰": "x",
        "Turkey (Türkiye)": "turkey-turkiye",
        "../../etc": "etc",
    }


def test_a_status_is_a_style_class_only_when_it_is_one():
    assert code_of("NOT_YET_RECRUITING") == "not-yet-recruiting"
    assert code_of('"><script>') == code_of("") == "unknown"


def test_an_endless_version_is_cut_and_counted():
    first = cast_record("NCT99000002")
    sites = [{"facility": f"F{n}", "city": f"C{n}", "country": "France"} for n in range(5)]
    outcomes = [{"measure": f"measure {n}", "timeFrame": "1 week"} for n in range(150)]
    newer = put(first, (PROTOCOL, "outcomesModule", "secondaryOutcomes"), outcomes)
    newer = put(newer, (PROTOCOL, "contactsLocationsModule", "locations"), sites)
    trial = a_trial(first, newer)
    chapter = chapter_of(trial.steps[1], "name")
    assert len(chapter.lines) == 80
    assert chapter.more > 50
    assert json.dumps([line.label for line in chapter.lines])


def test_a_trial_that_is_gone_says_so():
    trial = a_trial(cast_record("NCT99000002"), state="gone")
    page = page_of(trial, watch_pages={}, related=(), names={})
    assert "no longer serves" in page.state


def test_a_site_that_changed_is_named_and_many_are_named_once():
    def at(*statuses):
        sites = [
            {"facility": f"Clinic {n}", "city": "Lyon", "country": "France", "status": status}
            for n, status in enumerate(statuses)
        ]
        return put(cast_record("NCT99000002"), (PROTOCOL, "contactsLocationsModule", "locations"), sites)

    one = a_trial(at("RECRUITING", "RECRUITING"), at("RECRUITING", "COMPLETED")).steps[1]
    (line,) = [line for line in chapter_of(one, "name").lines if line.label == "Sites"]
    assert (line.was, line.now) == ("", "")
    assert "Clinic 1" in line.sentence
    many = a_trial(at(*["NOT_YET_RECRUITING"] * 9), at(*["RECRUITING"] * 9)).steps[1]
    (line,) = [line for line in chapter_of(many, "name").lines if line.items]
    assert line.items[0].startswith("Clinic 0")
    assert "Clinic" not in line.sentence


def test_sites_of_one_town_stand_together_whatever_their_postal_code():
    sites = [
        {"facility": name, "city": "Paris", "state": "Paris", "zip": code, "country": "France", "status": "RECRUITING"}
        for name, code in (("One", "75005"), ("Two", "75013"))
    ]
    record = put(cast_record("NCT99000002"), (PROTOCOL, "contactsLocationsModule", "locations"), sites)
    (country,) = open_countries([brief_of("NCT99000002", record, watches=(), own_name=None)])
    assert [(city, trials[0].facilities) for city, trials in country.cities] == [("Paris", ("One", "Two"))]


def test_of_two_doses_of_one_drug_each_group_shows_the_one_it_gets():
    held: dict[str, Any] = {
        "armGroups": [{"label": label, "interventionNames": ["Drug: M1"]} for label in ("A", "B")],
        "interventions": [
            {"name": "M1", "type": "DRUG", "description": "once a week", "armGroupLabels": ["A"]},
            {"name": "M1", "type": "DRUG", "description": "once a month", "armGroupLabels": ["B"]},
        ],
    }
    found = study.groups_of({PROTOCOL: {"armsInterventionsModule": held}})
    assert [[one.text[0].text for one in group.interventions] for group in found] == [["once a week"], ["once a month"]]
    held["interventions"][1]["armGroupLabels"] = []
    found = study.groups_of({PROTOCOL: {"armsInterventionsModule": held}})
    assert [len(group.interventions) for group in found] == [2, 1]


def test_sites_of_one_name_are_counted_and_told_apart_by_postal_code():
    def places(*codes):
        return [OpenPlace("Australia", "Sydney", "Research Site", code) for code in codes]

    assert facilities_of(places("2010")) == ("Research Site",)
    assert facilities_of(places("2010", "2031", "2031", "")) == ("Research Site ×4 (postal codes 2010, 2031)",)
    assert facilities_of(places("", "")) == ("Research Site ×2",)
    assert facilities_of(places("2010", "2010")) == ("Research Site ×2",)
    other = OpenPlace("Australia", "Sydney", "research  site", "2000")
    assert facilities_of([*places("2010"), other]) == ("Research Site ×2 (postal codes 2010, 2000)",)


def test_sites_without_a_country_or_city_come_last_and_are_no_place():
    sites = [{"status": "RECRUITING", "facility": "Somewhere"}]
    sites += [{"status": "RECRUITING", "country": "Zambia", "facility": name} for name in ("One", "Two")]
    sites += [{"status": "RECRUITING", "country": "Zambia", "city": "Lusaka", "facility": "Three"}]
    record = put(cast_record("NCT99000002"), ("protocolSection", "contactsLocationsModule", "locations"), sites)
    found = open_countries([brief_of("NCT99000002", record, watches=(), own_name=None)])
    assert [(one.name, one.is_named) for one in found] == [("Zambia", True), ("Country not given", False)]
    assert [city for city, _ in found[0].cities] == ["Lusaka", ""]
    assert [one.where for one in found] == ["Zambia", "Country not given"]
    page = TEMPLATES.render("pages/open.html.j2", {"page": found[1], "root": "../"}).text
    assert "Recruiting in Country" not in page
    assert "<h1>Recruiting, country not given</h1>" in page
    assert "<h2>City not given</h2>" in page
