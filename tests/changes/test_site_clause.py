"""Headlines and lines of sites: towns of a few, totals of many, every part counted, countries with their article."""

from __future__ import annotations

from typing import Any

from tests.changes.builders import a_site, field, many_sites
from tests.changes.telling import told
from watcher.changes.model import Story

SITES = field("contactsLocationsModule", "locations")
BASE = many_sites(20, "NOT_YET_RECRUITING")


def site(town: str, country: str = "France", status: str | None = "RECRUITING", name: str = "") -> dict[str, Any]:
    row = a_site(name or f"Clinic of {town} Hill", town, country)
    return row if status is None else {**row, "status": status}


def story(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Story:
    return told({SITES: [*BASE, *old]}, {SITES: [*BASE, *new]})


def waiting(*rows: dict[str, Any], status: str = "NOT_YET_RECRUITING") -> list[dict[str, Any]]:
    return [{**row, "status": status} for row in rows]


def lines(found: Story) -> list[str]:
    return [line.sentence for line in (*found.lines, *found.minor)]


def test_a_small_move_names_its_towns():
    rows = [site("Lyon"), site("Paris")]
    found = story(waiting(*rows, site("Nice")), [*rows, *waiting(site("Nice"))])
    assert found.headline == "2 sites opened in Lyon and Paris, France; first recruiting sites in France"
    assert lines(found)[1].endswith(" In all, 2 of 23 recruiting.")


def test_sites_of_two_countries_name_both():
    old = [site("Ghent", "Belgium"), site("Nice"), site("Liege", "Belgium")]
    new = [site("Paris"), site("Nice"), site("Liege", "Belgium"), site("Bristol", "United Kingdom")]
    assert story(old, new).headline == (
        "2 sites added in Bristol (United Kingdom) and Paris (France), 1 removed in Ghent (Belgium); "
        "the first one in the United Kingdom"
    )


def test_many_sites_give_the_totals():
    came = [site(f"Town {at}", status="NOT_YET_RECRUITING") for at in range(6)]
    found = story([site("Lyon")], [site("Lyon"), *came])
    assert found.headline == "6 sites added in France (21 → 27 sites)"
    assert " In all, 21 → 27 sites, 1 of 27 recruiting." in lines(found)[0]


def test_a_fourth_part_is_counted():
    towns = [site(f"Town {at}") for at in range(8)]
    statuses = ["COMPLETED", "COMPLETED", "WITHDRAWN", "SUSPENDED"]
    changed = [{**row, "status": status} for row, status in zip(towns, statuses, strict=False)]
    found = story(towns, [*changed, *towns[5:], site("Paris"), site("Nice"), site("Metz")])
    assert found.headline == "3 sites added, 2 closed, 1 withdrawn, 1 suspended, 1 removed (28 → 30 sites)"


def test_the_first_site_of_a_country_is_one_and_has_its_article():
    found = story([], [site("Bristol", "United Kingdom")])
    assert found.headline == "1 site added in Bristol, the United Kingdom; the first one there"
    assert lines(found)[0] == "First site in the United Kingdom, already recruiting."


def test_equal_sites_of_a_town_are_one_line_with_their_number():
    rows = [site("Lima", "Peru", name="Research Site") for _ in range(3)]
    found = story([*rows, site("Cusco", "Peru")], [site("Cusco", "Peru")])
    assert lines(found) == [
        "3 of 24 sites removed in Peru: Research Site, Lima ×3; all were listed as recruiting. In all, 24 → 21 sites, "
        "1 of 21 recruiting."
    ]


def test_one_country_left_is_named_not_counted():
    countries = ("Peru", "Chile", "Japan", "India", "Canada", "United Kingdom")
    found = story([], [site("Town", country, status="NOT_YET_RECRUITING") for country in countries])
    (line,) = [one for one in lines(found) if "sites added" in one]
    assert "and 1 in the United Kingdom" in line
    assert "1 more" not in line


def test_sites_listed_as_withdrawn_before_are_no_first_ones_in_the_headline():
    rows = [site(f"Town {at}", "Peru") for at in range(6)]
    found = story(waiting(*rows, status="WITHDRAWN"), rows)
    assert "first" not in found.headline.casefold()
    assert found.headline.endswith("; until now only withdrawn ones in Peru")
    planned = story(waiting(*rows, status="WITHDRAWN"), waiting(*rows))
    assert planned.headline == "6 sites now in Peru; until now only withdrawn ones were listed there"


def test_a_site_list_that_is_gone_is_one_sentence():
    many = [site(f"Town {at}", f"Land {at % 9}") for at in range(34)]
    found = told({SITES: many}, {SITES: []})
    assert found.headline == "All 34 sites in 9 countries were taken from the record"
    (line,) = lines(found)
    assert line.startswith(f"{found.headline}: 4 in Land 0, 4 in Land 1, ")
    assert " and 14 in 4 more countries; " in line
    few = told({SITES: [site("Lyon"), site("Paris")]}, {SITES: []})
    assert few.headline == "Both sites in France were taken from the record"
    (line,) = lines(few)
    assert line.startswith(f"{few.headline}: Clinic of Lyon Hill, Lyon; and Clinic of Paris Hill, Paris; ")


def test_first_sites_in_many_countries_are_counted_to_the_last():
    came = [site(f"Town {at}", f"Land {at:02}") for at in range(20)]
    (line,) = [one for one in lines(story([], came)) if one.startswith("20 sites added")]
    assert "; first ones in Land 00, Land 01, Land 02, Land 03, Land 04, Land 05 and 14 more" in line


def test_a_site_of_a_name_that_others_have_too_is_told_by_its_postal_code():
    rows = [{**site("Madrid", "Spain", name="Research Site"), "zip": f"2800{at}"} for at in range(4)]
    found = story(rows, [{**rows[0], "status": "COMPLETED"}, {**rows[1], "status": "SUSPENDED"}, *rows[2:]])
    assert [line.partition(": ")[2][:27] for line in lines(found)] == [
        "Research Site, Madrid 28000",
        "Research Site, Madrid 28001",
    ]
