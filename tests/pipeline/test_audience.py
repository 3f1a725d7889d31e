"""An audience moves what its readers hear, and nothing else."""

from __future__ import annotations

import json

from tests.changes.builders import put
from tests.pipeline.house import ANA, BOB, DAYS, FILES, ONE, QUIET, trial

LOCATIONS = ("protocolSection", "contactsLocationsModule", "locations")


def place(city, country="France", status="RECRUITING"):
    return {"facility": f"Clinic of {city}", "city": city, "country": country, "zip": city, "status": status}


def with_sites(*sites):
    return put(trial(ONE), LOCATIONS, list(sites))


def widened():
    """Give a trial that gets a site near and one far away at its second data version."""
    old = [place(city) for city in ("Brest", "Nice", "Lille", "Dijon", "Nancy", "Tours", "Metz", "Caen", "Pau", "Albi")]
    new = [*old, place("Lyon Cedex 03"), place("Rouen")]
    return {ONE: {DAYS[0]: with_sites(*old), DAYS[1]: with_sites(*new)}}


MAJOR_ONLY = QUIET + 'least = "major"\n'


async def test_site_near_the_recipient_is_told_where_one_far_away_is_not(house):
    near = ANA + MAJOR_ONLY + 'audience = "advocate"\nnear = { cities = ["Lyon"] }\n\n'
    home = house(widened(), settings=near + BOB + MAJOR_ONLY, watched=[ONE])
    await home.run()
    await home.next()
    (body,) = home.bodies("ana")
    assert "Lyon" in body
    assert "Rouen" not in body
    assert home.subjects("bob") == []


async def test_nearness_works_without_an_audience(house):
    home = house(widened(), settings=ANA + MAJOR_ONLY + 'near = { countries = ["France"] }\n', watched=[ONE])
    await home.run()
    await home.next()
    assert len(home.subjects("ana")) == 1


async def test_contact_is_noise_for_all_but_advocates(house):
    contacts = ("protocolSection", "contactsLocationsModule", "centralContacts")
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: put(trial(ONE), contacts, [{"name": "Dr. New", "phone": "1"}])}}
    home = house(states, settings=ANA + QUIET + 'audience = "advocate"\n\n' + BOB + QUIET, watched=[ONE])
    await home.run()
    await home.next()
    assert (len(home.subjects("ana")), len(home.subjects("bob"))) == (1, 0)
    assert "Dr. New" in home.bodies("ana")[0]


async def test_ledger_and_data_keep_the_base_level(house):
    opened = {ONE: {DAYS[0]: trial(ONE, "NOT_YET_RECRUITING"), DAYS[1]: trial(ONE)}}
    settings = FILES + QUIET + 'least = "critical"\naudience = "advocate"\n'
    home = house(opened, settings=settings, watched=[ONE])
    await home.run()
    await home.next()
    (filed,) = (home.state / "told").glob("*.json")
    changes = [change for entry in json.loads(filed.read_text())["data"] for change in entry["changes"]]
    assert {change["kind"]: change["severity"] for change in changes}["status.opened"] == "major"
    assert home.versions(ONE)[-1].severity == "major"


async def test_own_rules_take_the_place_of_the_shipped_ones(house):
    opened = {ONE: {DAYS[0]: trial(ONE, "NOT_YET_RECRUITING"), DAYS[1]: trial(ONE)}}
    settings = ANA + QUIET + 'least = "major"\naudience = "advocate"\n'
    home = house(opened, settings=settings, watched=[ONE], head='presets_dir = "mine"')
    (home.folder / "mine").mkdir()
    (home.folder / "mine" / "advocate.toml").write_text('[level]\nstatus = "minor"\n')
    await home.run()
    await home.next()
    assert home.subjects("ana") == []
