"""A site is the same under another name: hidden, with a number or department, translated, respelt, under a new zip."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.changes.builders import a_site, field, put
from tests.changes.told import changes, news, quiet_record, said
from watcher.changes.model import Change, Severity

SITES = field("contactsLocationsModule", "locations")

MADRID = (
    "Hospital Universitario La Paz",
    "Hospital Clínico San Carlos",
    "Hospital Universitario 12 de Octubre",
    "Hospital Ramón y Cajal",
    "Fundación Jiménez Díaz",
)


def in_madrid(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [a_site(name, "Madrid", "Spain", **{"status": "RECRUITING", **more}) for name in names]


def told(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Change]:
    return news(changes(put(quiet_record(), SITES, old), put(quiet_record(), SITES, new)))


def heard(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[str]:
    return [said(change) for change in told(old, new) if change.severity is not Severity.NOISE]


@pytest.mark.parametrize(
    "respelt",
    [
        lambda at, name: f"{name} ( Site {at:04d})",
        lambda at, name: f"{name} - Site {at}",
        lambda at, name: f"{name} (0{at}12)",
        lambda _, name: f"Department of Oncology, {name}",
        lambda _, name: f"{name}, Dept. of Allergy",
        lambda _, name: f"{name}, Servicio de Neurología",
        lambda _, name: name.upper(),
        lambda _, name: name.replace("ó", "o").replace("í", "i").replace("á", "a"),
        lambda _, name: " ".join(reversed(name.split())),
        lambda _, name: name.replace("Hospital Universitario", "University Hospital"),
        lambda _, name: f"{name} de Madrid",
    ],
)
def test_every_site_of_a_town_under_a_longer_or_respelt_name_is_the_same_site(respelt):
    old, new = in_madrid(*MADRID), in_madrid(*(respelt(at, name) for at, name in enumerate(MADRID)))
    assert heard(old, new) == []
    assert {change.kind for change in told(old, new)} == {"site.renamed"}
    pairs = [(change.before, change.after) for change in told(old, new) if isinstance(change.before, str)]
    assert all(set(str(was).casefold()) & set(str(now).casefold()) for was, now in pairs)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hospital Universitario La Paz", "La Paz University Hospital"),
        ("St. Mary's Hospital", "Saint Mary Hospital"),
        ("Universitätsklinikum Charité", "Charite University Clinic"),
        ("Universitaetsklinikum Tübingen", "Tuebingen University Hospital"),
        ("Ospedale San Raffaele", "IRCCS San Raffaele Hospital"),
        ("Hôpital Saint-Louis", "Hopital St Louis"),
        ("Hospital Vega Baja", "Hospital Vega Baja de Orihuela"),
        ("Hospital General de Granollers", "Hospital General de Granolers"),
        ("City Clinical Hospital No. 1", "GBUZ City Clinical Hospital 1 named after Pirogov"),
        ("Szpital Uniwersytecki", "University Hospital"),
    ],
)
def test_the_only_site_of_a_town_is_known_again_by_its_words(old, new):
    assert heard(in_madrid(old, zip="1"), in_madrid(new, zip="2")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Spine Clinic", "Knee Clinic"),
        ("City Clinical Hospital No. 1", "City Clinical Hospital No. 2"),
        ("University Hospital", "University Children's Hospital"),
        ("Texas Oncology", "Texas Cardiology"),
        ("VA Medical Center", "University Medical Center"),
        ("Memorial Sloan Kettering", "Memorial Hermann"),
        ("MD Anderson Cancer Center", "Baylor College of Medicine"),
    ],
)
def test_common_words_alone_make_no_two_sites_one(old, new):
    kinds = sorted(
        change.kind for change in told(in_madrid(old, zip="1", state="Texas"), in_madrid(new, zip="2", state="Texas"))
    )
    assert kinds == ["site.added", "site.removed"]


@pytest.mark.parametrize("stand_in", ["Research Site", "Local Institution", "Pfizer Investigational Site", "X"])
def test_as_many_hidden_names_as_shown_ones_are_hidden_sites(stand_in):
    old = [*in_madrid(*MADRID), *(a_site(f"Clinic {at}", "Lyon", "France", status="RECRUITING") for at in range(3))]
    new = [{**row, "facility": stand_in} for row in old]
    (change,) = told(old, new)
    assert (change.kind, change.severity) == ("site.masked", Severity.NOISE)
    assert said(change).startswith(f"8 sites now hidden as “{stand_in}”: ")
    (back,) = told(new, old)
    assert back.kind == "site.unmasked"


def test_hidden_sites_keep_their_statuses_whatever_their_order():
    old = [
        {**row, "status": status}
        for row, status in zip(in_madrid(*MADRID), ("RECRUITING", "COMPLETED") * 3, strict=False)
    ]
    new = [{**row, "facility": "Research Site"} for row in reversed(old)]
    assert heard(old, new) == []


def test_a_town_of_which_nobody_can_say_which_is_which_was_rewritten():
    old = in_madrid(*MADRID, "Hospital Puerta de Hierro")
    new = [*in_madrid("Clínica Ruber"), *in_madrid(*["Research Site"] * 4)]
    (change,) = told(old, new)
    assert (change.kind, change.severity) == ("site.rewritten", Severity.MINOR)
    assert said(change) == (
        "The list of sites in Madrid, Spain was rewritten (6 before, 5 now; of those that differ 6 recruited before, "
        "5 recruit now)."
    )
    chinese = told(
        in_madrid("北京协和医院", "北京大学第一医院"), in_madrid("Peking Union Hospital", "Peking First Hospital")
    )
    assert [one.kind for one in chinese] == ["site.rewritten"]
    assert said(chinese[0]) == "The list of sites in Madrid, Spain was rewritten (2 before, 2 now)."


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("South Korea", "Korea, South"),
        ("South Korea", "Republic of Korea"),
        ("Turkey", "Türkiye"),
        ("Czech Republic", "Czechia"),
        ("Vietnam", "Viet Nam"),
        ("Russia", "Russian Federation"),
        ("Hong Kong", "Hong Kong SAR, China"),
        ("SPAIN", "Spain"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"facility": "Research Site"}, {"zip": "9"}])
def test_a_country_respelt_loses_and_gains_nothing(before, now, more):
    old = [{**row, "country": before} for row in in_madrid(*MADRID, zip="8")]
    new = [{**row, "country": now, **more} for row in old]
    assert heard(old, new) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [("Sevilla", "Seville"), ("München", "Munich"), ("Kiev", "Kyiv"), ("Castellón", "Castellon"), ("Pátrai", "Patra")],
)
@pytest.mark.parametrize("name", ["Research Site", ""])
def test_a_town_respelt_keeps_its_sites(before, now, name):
    old = [{**row, "city": before, **({"facility": name} if name else {})} for row in in_madrid(*MADRID)]
    assert heard(old, [{**row, "city": now} for row in old]) == []


def test_hidden_sites_of_a_town_under_an_unknown_name_are_known_by_their_place():
    old = in_madrid(*["Research Site"] * 3, geoPoint={"lat": 40.4, "lon": -3.7})
    assert heard(old, [{**row, "city": "Magerit"} for row in old]) == []
    far = [{**row, "city": "Magerit", "geoPoint": {"lat": 43.4, "lon": -3.7}} for row in old]
    assert [line.partition(" in ")[0] for line in heard(old, far)] == ["3 sites added", "3 sites removed"]


def test_a_postal_code_alone_shows_before_and_after():
    (change,) = told(in_madrid("Spine Clinic", zip="28001"), in_madrid("Spine Clinic", zip="28002"))
    assert said(change) == (
        "A site is listed under another name or address: now “Spine Clinic, Madrid 28002”, before “Spine Clinic, "
        "Madrid 28001”."
    )


def test_sites_of_one_name_are_told_apart_by_their_postal_code():
    rows = [a_site("Research Site", "Lima", "Peru", zip=code) for code in ("15001", "15002")]
    assert heard(in_madrid(*MADRID) + rows, in_madrid(*MADRID))[:2] == [
        "No sites in Peru any more; both were removed.",
        "Site removed in Peru: Research Site, Lima 15001.",
    ]


def test_three_thousand_sites_all_under_another_name_are_matched_fast():
    old = [
        a_site(
            f"Hospital {chr(65 + at % 26)}{chr(97 + at % 23)}ra {at}", f"Town {at // 40}", "Spain", status="RECRUITING"
        )
        for at in range(3000)
    ]
    for change_row in (
        lambda at, row: {**row, "facility": f"{row['facility']}, Department of Oncology"},
        lambda at, row: {**row, "facility": "Research Site"},
        lambda at, row: {**row, "facility": f"Clinica {at}x"},
        lambda at, row: {**row, "city": "Town", "facility": f"{row['facility']} ( Site {at:04d})"},
    ):
        took = []
        for size in (750, 3000):
            part = old[:size]
            start = time.process_time()
            told(part, [change_row(at, row) for at, row in enumerate(part)])
            took.append(time.process_time() - start)
        assert took[1] < 16 * took[0] * 0.9  # four times the rows, less than sixteen times the work
