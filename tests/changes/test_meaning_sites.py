"""Sites and countries: every row of the taxonomy, identity that survives renames, counting, unveiling."""

from __future__ import annotations

from typing import Any

import pytest

from tests.changes.builders import a_site, field, get, many_sites, put
from tests.changes.told import changes, news, of_kind, quiet_record, said, the
from watcher.changes.families.sites.places import is_masked
from watcher.changes.families.sites.site_words import together
from watcher.changes.model import Change, Origin, Severity, Verb
from watcher.changes.wording.say import phrase

SITES = field("contactsLocationsModule", "locations")
GRAZ = {"city": "Graz", "country": "Austria", "zip": "8010"}


def listing(*sites: Any, **status: Any) -> dict[str, Any]:
    """A record with these sites and twenty more that never change."""
    return put(quiet_record(**status), SITES, [*sites, *many_sites(20)])


def site(facility: str = "Spine Clinic", status: str | None = "RECRUITING", **more: Any) -> dict[str, Any]:
    row = a_site(facility, more.pop("city", "Graz"), more.pop("country", "Austria"), **more)
    return row if status is None else {**row, "status": status}


def only_news(old: dict[str, Any], new: dict[str, Any], *, posted: str | None = "2026-03-10") -> Change:
    found = news(changes(old, new, posted=posted))
    assert len(found) == 1, [(change.kind, change.path) for change in found]
    return found[0]


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        ("RECRUITING", Severity.MINOR, "Site added in Austria: Spine Clinic, Graz; already recruiting."),
        ("NOT_YET_RECRUITING", Severity.MINOR, "Site added in Austria: Spine Clinic, Graz."),
        (None, Severity.MINOR, "Site added in Austria: Spine Clinic, Graz."),
        ("WITHDRAWN", Severity.NOISE, "Site added in Austria: Spine Clinic, Graz (listed as withdrawn)."),
    ],
)
def test_site_added(status, level, words):
    change = only_news(listing(), listing(site(status=status)))
    assert (change.kind, change.severity, change.verb) == ("site.added", level, Verb.ADDED)
    assert change.path == "locations.spine clinic|graz||austria"
    assert said(change) == words


def test_site_removed():
    change = only_news(listing(site()), listing())
    assert (change.kind, change.severity, change.verb) == ("site.removed", Severity.MINOR, Verb.REMOVED)
    assert said(change) == "Site removed in Austria: Spine Clinic, Graz; it was listed as recruiting."
    unlisted = only_news(listing({key: value for key, value in site().items() if key != "status"}), listing())
    assert said(unlisted) == "Site removed in Austria: Spine Clinic, Graz."


@pytest.mark.parametrize(
    ("old", "new", "kind", "level", "words"),
    [
        ("NOT_YET_RECRUITING", "RECRUITING", "site.activated", Severity.MINOR, "Site now recruiting in Austria"),
        ("SUSPENDED", "RECRUITING", "site.activated", Severity.MINOR, "Site now recruiting in Austria"),
        (None, "ENROLLING_BY_INVITATION", "site.activated", Severity.MINOR, "Site now recruiting in Austria"),
        ("RECRUITING", "COMPLETED", "site.closed", Severity.MINOR, "Site no longer recruiting in Austria"),
        ("RECRUITING", "ACTIVE_NOT_RECRUITING", "site.closed", Severity.MINOR, "now active, not recruiting"),
        ("RECRUITING", "TERMINATED", "site.closed", Severity.MINOR, "now terminated"),
        ("RECRUITING", "WITHDRAWN", "site.withdrawn", Severity.MINOR, "it had been recruiting"),
        ("NOT_YET_RECRUITING", "WITHDRAWN", "site.withdrawn", Severity.MINOR, "before opening"),
        ("RECRUITING", "SUSPENDED", "site.suspended", Severity.MINOR, "it had been recruiting"),
        ("NOT_YET_RECRUITING", "SUSPENDED", "site.suspended", Severity.MINOR, "before opening"),
        (
            "NOT_YET_RECRUITING",
            "COMPLETED",
            "site.status_changed",
            Severity.NOISE,
            "from Not yet recruiting to Completed",
        ),
        ("RECRUITING", "ENROLLING_BY_INVITATION", "site.status_changed", Severity.NOISE, "Status of a site changed"),
        ("RECRUITING", None, "site.status_changed", Severity.NOISE, "no longer listed; it was Recruiting"),
        (None, "COMPLETED", "site.status_changed", Severity.NOISE, "now listed as Completed"),
    ],
)
def test_site_status(old, new, kind, level, words):
    change = only_news(listing(site(status=old)), listing(site(status=new)))
    assert (change.kind, change.severity) == (kind, level)
    assert (change.before, change.after) == (old, new)
    assert change.path == "locations.spine clinic|graz||austria.status"
    assert words in said(change)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (site("Spine Clinic", zip="8010"), site("Clinic of the Spine", zip="8010"), "site.renamed"),
        (site("Spine Clinic", zip="8010"), site("Spine Clinic", zip="8011"), "site.renamed"),
        (site("Spine Clinic", zip="8010"), site("Spine Clinic", zip="8010", city="Gratz"), "site.renamed"),
        (site("Spine Clinic"), site("Spine Clinic", state="Styria"), "site.renamed"),
        (site("Spine Clinic", zip="8010"), site("Research Site", zip="8010"), "site.masked"),
        (site("Local Institution - 0062"), site("Spine Clinic"), "site.unmasked"),
        (site("Investigational Site Number : 123"), site("Spine Clinic"), "site.unmasked"),
        (
            site("Spine Clinic", city="Napoli", geoPoint={"lat": 40.85, "lon": 14.26}),
            site("Spine Clinic", city="Naples", geoPoint={"lat": 40.87, "lon": 14.25}),
            "site.renamed",
        ),
        (
            site("Research Site", city="Sharjah", geoPoint={"lat": 25.33737, "lon": 55.41206}),
            site("Research Site", city="Sharjah city", geoPoint={"lat": 25.3342, "lon": 55.41221}),
            "site.renamed",
        ),
        (site("Spine Clinic", city="Seoul"), site("Spine Clinic", city="Seoul, Jongno-gu"), "site.renamed"),
    ],
)
def test_same_place_under_another_name_is_noise(old, new, kind):
    change = only_news(listing(old), listing(new))
    assert (change.kind, change.severity, change.verb) == (kind, Severity.NOISE, Verb.CHANGED)
    assert "now “" in said(change)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (site("Spine Clinic", zip="8010"), site("Knee Clinic", zip="8020")),
        (site("Spine Clinic", city="Graz"), site("Spine Clinic", city="Linz")),
        (site("Spine Clinic", geoPoint={"lat": 47.0, "lon": 15.4}), site("Spine Clinic", city="Linz")),
        (site("Research Site", city="Graz"), site("Research Site", city="Linz")),
        (site("Spine Clinic", country="Austria"), site("Spine Clinic", country="Italy")),
        (
            site("Spine Clinic", city="Istanbul", geoPoint={"lat": 41.01, "lon": 28.95}),
            site("Spine Clinic", city="Kocaeli", geoPoint={"lat": 39.62, "lon": 27.51}),
        ),
    ],
)
def test_another_place_is_another_site(old, new):
    assert {change.kind for change in news(changes(listing(old), listing(new)))} == {"site.added", "site.removed"}


def with_number(facility: str, number: str, **more: Any) -> dict[str, Any]:
    return {**site(facility, **more), "contacts": [{"name": f"Jo Weaver, Site {number}", "role": "CONTACT"}]}


def test_several_sites_of_a_city_that_show_their_names_are_known_again_by_the_sponsors_numbers():
    masked = [with_number(f"Local Institution - 00{at}", f"00{at}", zip=f"80{at}") for at in (62, 63)]
    shown = [
        with_number("Spine Clinic", "0063", zip="8999"),
        with_number("Back Hospital", "0062", zip="8998", city="Graz Andritz"),
    ]
    found = news(changes(listing(*masked), listing(*shown)))
    assert {change.kind for change in found} <= {"site.unmasked", "contact.site"}
    assert {(change.before, change.after) for change in found if change.kind == "site.unmasked"} == {
        ("Local Institution - 0062, Graz", "Back Hospital, Graz Andritz"),
        ("Local Institution - 0063, Graz", "Spine Clinic, Graz"),
    }


@pytest.mark.parametrize(
    ("number", "more"),
    [("0064", {"zip": "8999"}), ("0062", {"city": "Vienna", "zip": "1010"}), ("0062", {"country": "Italy"})],
)
def test_another_number_another_town_and_another_country_are_another_site(number, more):
    near = [with_number("Local Institution - 0062", "0062", zip="8062"), with_number("Ward", "0070", zip="8070")]
    far = [with_number("Spine Clinic", number, **more), with_number("Garden House", "0071", zip="8071")]
    kinds = [change.kind for change in news(changes(listing(*near), listing(*far)))]
    assert kinds.count("site.removed") == kinds.count("site.added") == len(near)


def test_as_many_hidden_sites_as_shown_ones_in_a_town_are_the_same():
    gone = site("Research Site", city="Bern", country="Spain")
    came = site("Bern Clinic", city="Bern", country="Spain")
    assert only_news(listing(gone), listing(came)).kind == "site.unmasked"
    several = [site("Research Site", city="Bern", country="Spain", zip=code) for code in ("1", "2")]
    named = [site(f"Clinic {name}", city="Bern", country="Spain", zip=code) for name, code in (("A", "3"), ("B", "4"))]
    assert [change.kind for change in news(changes(listing(*several), listing(*named)))] == ["site.unmasked"] * 2
    assert [change.kind for change in news(changes(listing(*named), listing(*several)))] == ["site.masked"] * 2


def test_moved_coordinates_are_the_registrys_doing():
    old, new = (site(geoPoint={"lat": lat, "lon": 15.4}) for lat in (47.0, 47.1))
    change = only_news(listing(old), listing(new))
    assert (change.kind, change.severity, change.origin) == ("site.geocoded", Severity.NOISE, Origin.REGISTRY)
    assert said(change) == "Map position of Spine Clinic, Graz moved; the address is the same."


def test_renamed_country_is_no_other_country():
    old, new = (site(country=country) for country in ("Turkey", "Turkey (Türkiye)"))
    change = only_news(listing(old), listing(new), posted=None)
    assert (change.kind, change.severity) == ("registry.reformatted", Severity.NOISE)
    said(change)


def test_site_contacts_are_noise():
    old, new = (site(contacts=[{"name": name, "role": "CONTACT"}]) for name in ("Bo Desk", "Al Desk"))
    change = only_news(listing(old), listing(new))
    assert (change.kind, change.severity) == ("contact.site", Severity.NOISE)
    assert said(change) == "Contact details of a site edited: Spine Clinic, Graz."


def test_equal_sites_get_paths_of_their_own():
    rows = [site("Research Site", zip=code) for code in ("8010", "8020")]
    found = news(changes(listing(*rows), listing()))
    assert [change.path for change in found] == [
        "locations.research site|graz||austria|8010",
        "locations.research site|graz||austria|8020",
    ]
    twins = [site("Research Site"), site("Research Site")]
    assert [change.path for change in news(changes(listing(*twins), listing()))] == [
        "locations.research site|graz||austria",
        "locations.research site|graz||austria#2",
    ]


def numbered(count: int, **more: Any) -> list[dict[str, Any]]:
    return [site(f"Clinic {at}", city=f"Town {at}", **more) for at in range(count)]


@pytest.mark.parametrize(
    ("count", "level"),
    [(3, Severity.MINOR), (4, Severity.MAJOR), (6, Severity.MAJOR)],
)
def test_a_fifth_of_the_sites_and_at_least_three_is_major(count, level):
    old = listing()
    found = of_kind(changes(old, listing(*numbered(count))), "site.added")
    assert {change.severity for change in found} == {level}
    assert sum(int(str(change.facts.get("count", 1))) for change in found) == count
    if level is Severity.MAJOR:
        assert f"minor → major: {count} sites of 20 before" in found[0].rule


def test_two_of_four_sites_are_too_few_to_be_loud():
    old = put(quiet_record(), SITES, many_sites(4))
    new = put(quiet_record(), SITES, [*many_sites(4), *numbered(2, country="Austria")])
    assert {change.severity for change in of_kind(changes(old, new), "site.added")} == {Severity.MINOR}


def test_more_than_five_are_counted_by_country():
    old = put(quiet_record(), SITES, many_sites(100))
    came = [
        *numbered(4),
        *[site(f"Spital {at}", status="NOT_YET_RECRUITING", country="Spain") for at in range(2)],
        site("B", country="Italy"),
    ]
    found = of_kind(changes(old, put(old, SITES, [*many_sites(100), *came])), "site.added")
    assert [said(change) for change in found] == [
        "Site added in Italy: B, Graz; already recruiting.",
        "4 sites added in Austria: Clinic 0, Town 0; Clinic 1, Town 1; Clinic 2, Town 2; and Clinic 3, Town 3; "
        "all already recruiting.",
        "2 sites added in Spain: Spital 0, Graz; and Spital 1, Graz.",
    ]
    assert [change.path for change in found][1:] == ["locations.|||austria.added", "locations.|||spain.added"]
    words = together(found)
    assert words.sentence == (
        "7 sites added in 3 countries: 4 in Austria (Town 0, Town 1, Town 2 and Town 3); 2 in Spain (Graz);"
        " and 1 in Italy (Graz); 5 of them already recruiting."
    )
    assert words.items == ("4 in Austria (Town 0, Town 1, Town 2 and Town 3)", "2 in Spain (Graz)", "1 in Italy (Graz)")
    many = [*came, *[site(f"Ward {at}", country="Italy", city=f"Dorf {at}") for at in range(2)]]
    more = of_kind(changes(old, put(old, SITES, [*many_sites(100), *many])), "site.added")
    assert together(more).sentence == (
        "9 sites added in 3 countries: 4 in Austria, 3 in Italy and 2 in Spain; 7 of them already recruiting."
    )
    alone = of_kind(changes(old, put(old, SITES, [*many_sites(100), *numbered(4)])), "site.added")
    assert together(alone).sentence.startswith("4 sites added in Austria: Clinic 0, Town 0; Clinic 1, Town 1; ")


@pytest.mark.parametrize("kind", ["WITHDRAWN", "SUSPENDED"])
def test_many_withdrawn_or_suspended_say_how_many_had_recruited(kind):
    rows = [*numbered(4), *[site(f"New {at}", status="NOT_YET_RECRUITING", city=f"Dorf {at}") for at in range(2)]]
    new = [{**row, "status": kind} for row in rows]
    change = only_news(listing(*rows), listing(*new))
    assert said(change).endswith("; 4 of them had been recruiting.")
    waiting = [{**row, "status": "NOT_YET_RECRUITING"} for row in rows]
    assert said(only_news(listing(*waiting), listing(*new))).endswith("; all before opening.")
    assert change.severity is Severity.MAJOR


@pytest.mark.parametrize(
    ("change_row", "kind", "start"),
    [
        (lambda row: {**row, "geoPoint": {"lat": 1.0, "lon": 1.0}}, "site.geocoded", "Map positions of 7 sites moved"),
        (
            lambda row: {**row, "facility": row["facility"] + " East", "zip": "9"},
            "site.renamed",
            "7 sites listed under another name or address: “Clinic 0 East, Town 0”, before “Clinic 0, Town 0”",
        ),
        (
            lambda row: {**row, "facility": "Research Site"},
            "site.masked",
            "7 sites now hidden as “Research Site”: Clinic 0, Town 0; ",
        ),
        (
            lambda row: {**row, "status": "ENROLLING_BY_INVITATION"},
            "site.status_changed",
            "7 sites with another status",
        ),
        (lambda row: {**row, "contacts": [{"name": "X"}]}, "contact.site", "Contact details of 7 sites edited"),
    ],
)
def test_much_noise_is_one_change(change_row, kind, start):
    rows = [{**row, "zip": "9", "geoPoint": {"lat": 47.0, "lon": 15.0}} for row in numbered(7)]
    rows = [{**row, "zip": str(at)} for at, row in enumerate(rows)]
    new = [{**change_row(row), "zip": row["zip"]} for row in rows]
    change = only_news(listing(*rows), listing(*new))
    assert (change.kind, change.severity) == (kind, Severity.NOISE)
    assert said(change).startswith(start)


def test_statuses_that_appear_with_the_overall_status_are_one_quiet_change():
    hidden = [{key: value for key, value in row.items() if key != "status"} for row in many_sites(8)]
    shown = [*many_sites(6), *many_sites(8, "NOT_YET_RECRUITING")[6:]]
    old = put(quiet_record(overallStatus="NOT_YET_RECRUITING"), SITES, hidden)
    new = put(quiet_record(overallStatus="RECRUITING"), SITES, many_sites(8))
    change = the(changes(old, new), "site.status_changed")
    assert (change.severity, change.rule) == (Severity.NOISE, "unveiled with the overall status")
    assert change.facts["statuses"] == {"RECRUITING": 8}
    assert said(change) == "Statuses of sites are listed since the new overall status: 8 recruiting (8 sites)."
    back = the(changes(new, old), "site.status_changed")
    assert back.rule == "withheld with the overall status"
    assert said(back) == (
        "Statuses of sites are no longer listed since the new overall status; before: 8 recruiting (8 sites)."
    )
    assert len(shown) == 8
    assert not [one for one in changes(old, new) if one.kind.startswith(("site.activated", "country."))]


def countries_of(old: list[Any], new: list[Any], **status: Any) -> list[Change]:
    found = changes(put(quiet_record(), SITES, old), put(quiet_record(**status), SITES, new))
    return [change for change in found if change.kind.startswith("country.")]


SPAIN = site("Spital", city="Cadiz", country="Spain")
BASE = [site(f"Clinic {at}", city=f"Town {at}") for at in range(5)]


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        ([], [SPAIN], "country.added", "First site in Spain, already recruiting."),
        ([], [{**SPAIN, "status": "NOT_YET_RECRUITING"}], "country.added", "First site in Spain."),
        (
            [{**SPAIN, "status": "WITHDRAWN"}],
            [SPAIN],
            "country.added",
            "1 site now in Spain, already recruiting; until now only withdrawn ones were listed there.",
        ),
        ([{**SPAIN, "status": "NOT_YET_RECRUITING"}], [SPAIN], "country.opened", "First recruiting site in Spain."),
        (
            [SPAIN],
            [{**SPAIN, "status": "COMPLETED"}],
            "country.paused",
            "No site in Spain is recruiting any more, or about to; 1 site remains listed, as completed.",
        ),
        ([SPAIN], [], "country.removed", "No sites in Spain any more; the only one was removed."),
    ],
)
def test_country(old, new, kind, words):
    (change,) = countries_of([*BASE, *old], [*BASE, *new])
    assert (change.kind, change.severity) == (kind, Severity.MAJOR)
    assert change.path == "countries.spain"
    assert said(change) == words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "NOT_YET_RECRUITING",
            "WITHDRAWN",
            "No site in Spain is planned to recruit any longer; 1 site remains listed, as",
        ),
        (
            "NOT_YET_RECRUITING",
            "SUSPENDED",
            "No site in Spain is planned to recruit any longer; 1 site remains listed, as",
        ),
        ("RECRUITING", "SUSPENDED", "No site in Spain is recruiting any more, or about to; 1 site remains listed, as"),
    ],
)
def test_no_site_recruits_any_more_only_where_one_had(old, new, words):
    (change,) = countries_of([*BASE, {**SPAIN, "status": old}], [*BASE, {**SPAIN, "status": new}])
    assert change.kind == "country.paused"
    assert said(change).startswith(words)


@pytest.mark.parametrize("old", ["COMPLETED", "ACTIVE_NOT_RECRUITING", "TERMINATED", "SUSPENDED", "UNKNOWN"])
def test_a_site_that_may_have_recruited_before_is_no_first_one(old):
    assert countries_of([*BASE, {**SPAIN, "status": old}], [*BASE, SPAIN]) == []
    waiting = {**SPAIN, "city": "Vigo", "status": "NOT_YET_RECRUITING"}
    closed = {**SPAIN, "status": old}
    assert countries_of([*BASE, closed, waiting], [*BASE, closed, {**waiting, "status": "RECRUITING"}]) == []


def test_sites_that_were_withdrawn_are_no_first_sites():
    rows = [{**SPAIN, "city": city, "status": "WITHDRAWN"} for city in ("Vigo", "Ronda", "Cadiz")]
    (change,) = countries_of([*BASE, *rows], [*BASE, *[{**row, "status": "RECRUITING"} for row in rows]])
    assert said(change) == (
        "3 sites now in Spain, already recruiting; until now only withdrawn ones were listed there."
    )
    (gone,) = countries_of([*BASE, *rows], BASE)
    assert said(gone) == "No sites in Spain any more; all 3 were removed; they were listed as withdrawn."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], [{**SPAIN, "status": "WITHDRAWN"}]),
        ([SPAIN], [{**SPAIN, "status": None}]),
        ([SPAIN], [{**SPAIN, "facility": "Spital Sur"}]),
    ],
)
def test_no_country_came_or_went(old, new):
    assert countries_of([*BASE, *old], [*BASE, *new]) == []


def test_country_does_not_pause_when_the_whole_trial_closes():
    closed = [{**row, "status": "COMPLETED"} for row in [*BASE, SPAIN]]
    assert countries_of([*BASE, SPAIN], closed, overallStatus="COMPLETED") == []


def test_several_sites_of_a_new_country_are_counted():
    rows = [SPAIN, {**SPAIN, "city": "Vigo"}, {**SPAIN, "city": "Ronda", "status": "NOT_YET_RECRUITING"}]
    (change,) = countries_of(BASE, [*BASE, *rows])
    assert said(change) == "First sites in Spain: 3 sites, 2 of them already recruiting."
    (gone,) = countries_of([*BASE, *rows], BASE)
    assert said(gone) == "No sites in Spain any more; all 3 were removed."
    (opened,) = countries_of([*BASE, *[{**row, "status": "NOT_YET_RECRUITING"} for row in rows]], [*BASE, *rows])
    assert said(opened) == "First recruiting sites in Spain: 2 of 3 sites there."


def test_first_list_of_sites_is_minor():
    old = put(quiet_record(), SITES, None)
    first = put(quiet_record(), SITES, [SPAIN])
    change = the(changes(old, first), "country.added")
    assert change.severity is Severity.MINOR
    assert said(change) == "First site listed in Spain, already recruiting."
    full = put(quiet_record(), SITES, [*BASE, SPAIN])
    both = the(changes(old, full), "country.added")
    assert both.severity is Severity.MINOR
    assert said(both) == "First list of sites, in 2 countries: Austria and Spain."
    assert the(changes(old, put(old, SITES, BASE)), "country.added").facts["first_list"] is True


@pytest.mark.parametrize(
    ("status", "new_status", "kind", "start"),
    [
        (None, "RECRUITING", "country.added", "First sites in 7 countries: "),
        ("NOT_YET_RECRUITING", "RECRUITING", "country.opened", "First recruiting sites in 7 countries: "),
        ("RECRUITING", "COMPLETED", "country.paused", "No site recruiting any more, or about to, in 7 countries: "),
        ("RECRUITING", None, "country.removed", "No sites any more in 7 countries: "),
    ],
)
def test_many_countries_are_one_change(status, new_status, kind, start):
    names = ("Belgium", "Chile", "Denmark", "France", "Ghana", "Italy", "Japan")
    old, new = (
        [{**SPAIN, "country": name, "status": one} for name in names] if one else [] for one in (status, new_status)
    )
    (change,) = countries_of([*BASE, *old], [*BASE, *new])
    assert change.kind == kind
    assert said(change).startswith(start)


def test_removed_country_claims_the_registrys_note_of_it():
    noted = ("derivedSection", "miscInfoModule", "removedCountries")
    old = put(quiet_record(), SITES, [*BASE, SPAIN])
    new = put(put(old, SITES, BASE), noted, ["Greece", "Spain"])
    change = the(changes(old, new), "country.removed")
    assert any("removedCountries" in path for path in change.record_paths)


def test_together_names_the_remarkable():
    old = put(quiet_record(), SITES, [*BASE, SPAIN])
    new = put(old, SITES, BASE[:1])
    found = changes(old, new)
    words = together(of_kind(found, "site.removed"), of_kind(found, "country.removed"))
    assert words.sentence == (
        "5 of 6 sites removed in 2 countries: 4 in Austria (Town 1, Town 2, Town 3 and Town 4); and 1 in Spain (Cadiz);"
        " none left in Spain; all were listed as recruiting."
    )
    one = of_kind(found, "site.removed")[:1]
    assert together(one) == phrase(one[0])
    assert together(of_kind(changes(old, put(old, SITES, [SPAIN])), "site.removed")).sentence.startswith(
        "5 sites removed in Austria: "
    )


def test_removed_sites_say_how_they_were_listed_last():
    rows = [*BASE, SPAIN | {"status": "WITHDRAWN"}]
    old = put(quiet_record(), SITES, rows)
    found = changes(old, put(old, SITES, BASE[:1]))
    words = together(of_kind(found, "site.removed"), of_kind(found, "country.removed"))
    assert words.sentence.endswith("; none left in Spain; listed before: 4 as recruiting and 1 as withdrawn.")
    pair = [BASE[0] | {"facility": f"Ward {at}", "zip": f"9{at}", "status": "WITHDRAWN"} for at in range(2)]
    found = changes(put(old, SITES, [*BASE, *pair]), put(old, SITES, BASE))
    assert all(said(one).endswith("; it was listed as withdrawn.") for one in of_kind(found, "site.removed"))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Research Site", True),
        ("Local Institution - 0062", True),
        ("Investigational Site Number : 123", True),
        ("Novo Nordisk Investigational Site", True),
        ("Teva Investigational Site 12345", True),
        ("Regeneron Study Site", True),
        ("For additional information regarding investigative sites for this trial, contact 1-877", True),
        ("Mayo Clinic", False),
        ("Metro Davao Medical and Research Centre", False),
        ("Alliance for Multispecialty Research, LLC", False),
    ],
)
def test_masked_names(name, masked):
    assert is_masked(name) is masked


def test_a_site_in_the_middle_of_a_long_list_is_one_site():
    rows = many_sites(300)
    old = put(quiet_record(), SITES, rows)
    new = put(quiet_record(), SITES, [*rows[:150], site(), *rows[150:]])
    assert get(new, (*SITES, 150))["facility"] == "Spine Clinic"
    assert only_news(old, new).kind == "site.added"


def test_sites_that_are_all_numbered_anew_are_the_same_sites():
    def named(first: int) -> list[dict[str, Any]]:
        return [site(f"Local Institution - {first + at * 7:04}", city=f"Town {at}") for at in range(4)]

    told = news(changes(listing(*named(1)), listing(*named(1000))))
    assert {(change.kind, change.severity) for change in told} == {("site.renamed", Severity.NOISE)}
    moved = [*named(1)[:2], *named(1000)[2:]]  # two numbers stay, so the others are other sites
    assert {change.kind for change in news(changes(listing(*named(1)), listing(*moved)))} == {
        "site.added",
        "site.removed",
    }


def test_withdrawn_sites_whose_status_is_no_longer_given_are_no_new_country():
    old = [site("Clinic", city="Lima", country="Peru", status="WITHDRAWN"), site("Clinic", city="Graz")]
    new = [{key: value for key, value in row.items() if key != "status"} for row in old]
    assert not of_kind(changes(listing(*old), listing(*new)), "country.added")
