"""A trial that entered a search is presented as new to who does not know it; to others its move is a change."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from tests.changes.builders import put
from tests.pipeline.house import ANA, DAYS, FOUR, ONE, QUIET, THREE, TWO, trial
from watcher.config.config_model import NearConfig
from watcher.digests.new_trials import profile_of

SEARCH = '[[watch]]\nname = "itch"\nsearch = "https://clinicaltrials.gov/search?cond=itch&aggFilters=status:rec"\n\n'
CALM = SEARCH + ANA + QUIET
SITES = (("Skin Clinic", "Lyon", "France"), ("Charité", "Berlin", "Germany"), ("Clinic of Lyon", "Lyon", "France"))


def itchy(nct_id, status="RECRUITING", *, first="2020-01-01", count=240):
    """Return a record that the search matches while it recruits, with sites in France and Germany."""
    record = put(
        trial(nct_id, status, count), ("protocolSection", "conditionsModule", "conditions"), ["Itch", "Scabies"]
    )
    sites = [{"facility": name, "city": city, "country": country} for name, city, country in SITES]
    record = put(record, ("protocolSection", "contactsLocationsModule", "locations"), sites)
    record = put(record, ("protocolSection", "armsInterventionsModule", "interventions"), [{"name": "Calmol"}])
    return put(record, ("protocolSection", "statusModule", "studyFirstPostDateStruct", "date"), first)


def registry(**more):
    """Return a registry with two members that stand still, and further trials."""
    return {one: {day: itchy(one) for day in DAYS[:6]} for one in (ONE, THREE)} | more


def entering(nct_id=TWO, on=1):
    return {nct_id: {DAYS[0]: None, DAYS[on]: itchy(nct_id, first=DAYS[on])}}


async def test_new_trial_has_a_section_of_its_own_after_the_changes(house):
    states = registry(**entering(), **{FOUR: {DAYS[0]: trial(FOUR), DAYS[1]: trial(FOUR, "TERMINATED")}})
    home = house(states, settings=CALM + 'near = { cities = ["Lyon"] }\n', watched=[FOUR])
    await home.run()
    await home.next()
    (body,) = home.bodies("ana")
    assert body.startswith("1 of your 4 trials changed, 1 more is new in your searches, in registry data of")
    changes, _, new = body.partition("NEW TRIALS")
    assert "TERMINATED" in changes
    assert "NEW TRIAL, recruiting; 3 sites in France and Germany" in new
    assert "Search New in the registry: first posted on 2 Jun 2026 (search “itch”)." in new
    assert "Tested Calmol Conditions Itch; Scabies Participants 240 planned" in new
    assert "Near you Skin Clinic, Lyon; Clinic of Lyon" in new
    assert home.subjects("ana") == ["Terminated: A Trial Called 4, and 1 more trial"]


async def test_new_trial_alone_leads_and_is_never_named_as_added(house):
    home = house(registry(**entering(TWO, 1), **entering(FOUR, 3)), settings=CALM, watched=[])
    await home.run()
    for _ in range(4):
        await home.next()
    bodies = home.bodies("ana")
    assert [subject.partition(":")[0] for subject in home.subjects("ana")] == ["New trial"] * 2
    assert bodies[0].startswith("1 trial is new in your searches, in registry data of 2 Jun 2026.")
    assert not any("Now also watching" in body for body in bodies)


async def test_trial_that_is_known_by_its_id_is_no_new_trial_when_it_enters(house):
    states = registry(**{TWO: {DAYS[0]: itchy(TWO, "SUSPENDED"), DAYS[1]: itchy(TWO)}})
    home = house(states, settings=CALM, watched=[TWO])
    await home.run()
    await home.next()
    (body,) = home.bodies("ana")
    assert "NEW TRIAL" not in body
    assert "Now matches the search “itch”" in body


async def test_new_trial_told_ahead_of_the_slot_is_not_new_again_in_the_digest(house):
    daily = SEARCH + ANA.replace("immediate", "daily 07:30") + QUIET + 'urgent = "major"\n'
    titles = {DAYS[0]: trial(FOUR), DAYS[2]: trial(FOUR, title="Another Title")}
    states = registry(**{TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}, FOUR: titles})
    home = house(states, settings=daily, watched=[FOUR])
    await home.run()
    await home.run(send_all=True)
    await home.next()
    await home.next(send_all=True)
    ahead, later = home.bodies("ana")
    assert "NEW TRIAL, recruiting" in ahead
    assert "Another Title" in later
    assert "NEW TRIAL" not in later
    assert "Now also watching" not in later


async def test_trial_that_enters_before_the_first_digest_of_a_slot_is_new_to_who_gets_no_welcome(house):
    known = {DAYS[0]: itchy(FOUR, "SUSPENDED"), DAYS[1]: itchy(FOUR)}
    home = house(
        registry(**entering(), **{FOUR: known}), settings=CALM.replace("immediate", "daily 07:30"), watched=[FOUR]
    )
    await home.run()
    await home.next()
    await home.run(send_all=True)
    (body,) = home.bodies("ana")
    changes, _, new = body.partition("NEW TRIALS")
    assert ("NCT99100004" in changes, "NCT99100004" in new) == (True, False)
    assert "New trial NCT99100002" in changes  # in the overview alone
    assert "NEW TRIAL, recruiting; 3 sites in France and Germany NCT99100002" in new
    assert "Now also watching" not in body


async def test_new_trial_below_the_level_is_counted_and_not_named_as_added(house):
    quiet = SEARCH + ANA.replace("send", 'least = "critical"\nsend') + QUIET
    states = registry(**entering(), **{FOUR: {DAYS[0]: trial(FOUR), DAYS[1]: trial(FOUR, "TERMINATED")}})
    home = house(states, settings=quiet, watched=[FOUR])
    await home.run()
    await home.next()
    (body,) = home.bodies("ana")
    assert "1 smaller change in 1 further trial below your level" in body
    assert "Now also watching" not in body
    assert TWO not in body


async def test_members_of_a_search_added_to_a_known_watch_are_named_as_added(house):
    home = house(registry(**{FOUR: {DAYS[0]: trial(FOUR), DAYS[1]: trial(FOUR, "TERMINATED")}}), watched=[FOUR])
    home.settings = ANA + QUIET
    await home.run()
    home.settings = CALM
    await home.next()
    assert "Now also watching NCT99100001 Recruiting" in home.bodies("ana")[0]


async def test_welcome_says_what_a_search_matches_and_names_the_newest(house):
    many = {
        f"NCT992000{number:02}": {DAYS[0]: itchy(f"NCT992000{number:02}", first=f"2026-01-{number:02}")}
        for number in range(1, 21)
    }
    home = house(many, settings=SEARCH + ANA, watched=[])
    await home.run()
    (body,) = home.bodies("ana")
    assert "Search “itch” (" in body
    assert ") matches 20 trials. You hear which enter it and which leave it." in body
    newest = body.partition("The newest 10 of them:")[2].partition("And 10 more trials.")[0]
    assert re.findall(r"NCT992000(\d\d)", newest) == [f"{number:02}" for number in range(20, 10, -1)]


async def test_why_a_trial_left_is_told_in_full_beside_a_louder_change(house):
    states = registry(**{TWO: {DAYS[0]: itchy(TWO), DAYS[1]: itchy(TWO, "TERMINATED")}})
    home = house(states, settings=CALM, watched=[])
    await home.run()
    await home.next()
    (body,) = home.bodies("ana")
    assert "Status Recruiting → Terminated" in body
    assert "Search Left the search “itch”: the registry set its status to Terminated." in body


async def test_webhook_calls_the_moves_by_their_own_types(house):
    ways = 'webhook = { url = { file = "hook" }, secret = { file = "key" } }'
    hook = f'[[recipient]]\nname = "hook"\n{ways}\nsend = "immediate"\n'
    moved = {
        TWO: {
            DAYS[0]: None,
            DAYS[1]: itchy(TWO, first=DAYS[1]),
            DAYS[2]: itchy(TWO, count=9),
            DAYS[3]: itchy(TWO, "COMPLETED"),
        }
    }
    home = house(registry(**moved), settings=SEARCH + hook + QUIET, watched=[])
    (home.folder / "key").write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
    await home.run()
    for _ in range(3):
        await home.next()
    posts = [json.loads(post.body) for post in home.hook.posts]
    assert [post["type"] for post in posts] == ["trial.entered", "trial.changed", "trial.left"]
    assert [post["data"]["nct_id"] for post in posts] == [TWO] * 3


async def test_page_and_feed_of_a_search_show_who_entered_and_left(house):
    moved = {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1]), DAYS[3]: itchy(TWO, "COMPLETED")}}
    home = house(
        registry(**moved),
        settings=ANA + QUIET,
        watched=["https://clinicaltrials.gov/search?cond=itch&aggFilters=status:rec"],
    )
    home.head = '[pages]\ndir = "../site"\n'
    await home.run()
    page = home.folder / "site/watches/all.html"
    assert "No trial has entered or left it since." in page.read_text()
    for _ in range(3):
        await home.next()
    shown = " ".join(re.sub(r"<[^>]+>", " ", page.read_text()).split())
    assert "2 trials now, 2 when first read on 1 Jun 2026" in shown
    assert "4 Jun 2026 · 2 trials from then on Left: Calmol, Itch" in shown
    assert "2 Jun 2026 · 3 trials from then on Entered: Calmol, Itch" in shown
    feed = (home.folder / "site/watches/all.xml").read_text()
    assert "first posted on 2 Jun 2026" in feed
    assert "Completed" in feed


def test_profile_of_a_hostile_record_is_short_and_of_an_empty_one_is_bare():
    names: list[Any] = ["x" * 100_000, None, 5, {}]
    record = put(itchy(ONE), ("protocolSection", "conditionsModule", "conditions"), names)
    sites: list[Any] = [{"facility": "F" * 9_999, "city": None, "country": 7}, "no site", {"country": "C" * 5_000}]
    record = put(record, ("protocolSection", "contactsLocationsModule", "locations"), sites)
    shown = profile_of(record, NearConfig(countries=("C" * 5_000,)))
    assert len(shown.headline) < 500
    assert all(len(line.sentence) < 1_000 for line in shown.lines)
    assert profile_of({"protocolSection": {"contactsLocationsModule": {"locations": {}}}}, None).headline == "New trial"
