"""Urgent news: at once after a complete poll, whole, and not again in the digest."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tests.pipeline.house import DAILY_ANA, DAYS, ONE, QUIET, TWO, trial
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import CursorOverride, OverrideDirection, Snooze

SLOT = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)  # 07:30 in Paris
URGENT = DAILY_ANA + QUIET + 'urgent = "critical"\n'
STOPPED = "Terminated: A Trial Called 1"


def stopped(**later):
    """Give a trial terminated at the second data version, and what it is at later ones."""
    return {
        ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED", whyStopped="Funding")}
        | {DAYS[2]: trial(ONE, "TERMINATED", whyStopped="Funding", **later)}
    }


def enlarged():
    """Give a trial whose target grows a little at the second data version: minor."""
    return {TWO: {DAYS[0]: trial(TWO), DAYS[1]: trial(TWO, count=250)}}


def ledger(home):
    with home.look() as context:
        return context.store.ledger.recipient("ana"), context.store.ledger.overrides("ana")


async def test_urgent_trial_is_told_at_once_and_the_rest_waits_for_the_slot(house):
    home = house(stopped() | enlarged(), settings=URGENT)
    await home.run()
    await home.next()
    assert home.subjects("ana") == [STOPPED]
    (body,) = home.bodies("ana")
    assert "Funding" in body
    assert "NCT99100002" not in body
    assert "unchanged" not in body  # the other one changed too, and is told later
    assert body.startswith(
        "1 of your 2 trials changed in a way you hear of at once, in registry data of 1 – 2 Jun 2026. "
        "1 more changed and waits for your next digest."
    )
    reader, overrides = ledger(home)
    assert reader.cursor == 0
    assert overrides == (
        CursorOverride(nct_id=ONE, direction=OverrideDirection.AHEAD, base=home.versions(ONE)[-1].seq),
    )


async def test_digest_repeats_nothing_that_was_urgent(house):
    home = house(stopped() | enlarged(), settings=URGENT)
    await home.run()
    await home.next()
    home.time.now = SLOT
    await home.run()
    first, second = home.bodies("ana")
    assert second.startswith("1 of your 2 trials changed, in registry data of")
    assert "waits" not in second
    assert "Terminated" in first
    assert "Terminated" not in second
    assert "240 planned → 250 planned" in second
    assert ledger(home)[1] == ()


async def test_later_change_of_an_urgent_trial_is_told_from_there(house):
    home = house(stopped(count=99), settings=URGENT, watched=[ONE])
    await home.run()
    await home.next()
    home.time.now = SLOT
    await home.next()
    (first, second) = home.bodies("ana")
    assert "Recruiting → Terminated" in first
    assert "Recruiting → Terminated" not in second
    assert "240 planned → 99 planned" in second


async def test_urgent_message_names_the_days_of_what_it_tells_and_not_of_what_waits(house):
    on_off = {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "SUSPENDED"), DAYS[2]: trial(ONE, "TERMINATED")}
    home = house({ONE: on_off} | enlarged(), settings=URGENT)
    await home.run()
    await home.next()
    await home.next()
    (_, second) = home.bodies("ana")
    assert "in registry data of 2 – 3 Jun 2026. 1 more changed and waits" in second


async def test_digest_with_nothing_but_what_was_urgent_is_not_sent(house):
    home = house(stopped(), settings=URGENT, watched=[ONE])
    await home.run()
    await home.next()
    home.time.now = SLOT
    await home.run()
    assert home.subjects("ana") == [STOPPED]
    assert home.bodies("ana")[0].startswith("Your trial changed, in registry data of")
    reader, overrides = ledger(home)
    assert (reader.cursor, reader.last_slot, overrides) == (2, SLOT.isoformat(), ())


async def test_polls_without_news_look_for_nothing(house, events):
    home = house(stopped() | enlarged(), settings=URGENT)
    await home.run()
    await home.next()
    events.clear()
    for _ in range(3):
        assert (await home.run()).composed == 0
    assert [event for event in events if event["event"] == "digest_composed"] == []


async def test_what_is_not_urgent_waits(house):
    home = house(enlarged(), settings=URGENT, watched=[TWO])
    await home.run()
    await home.next()
    assert home.subjects("ana") == []
    home.time.now = SLOT
    await home.run()
    assert len(home.subjects("ana")) == 1


async def test_nothing_is_urgent_before_the_poll_is_complete(house):
    home = house(stopped(), settings=URGENT, watched=[ONE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/studies", times=50))
    await home.next()
    assert home.subjects("ana") == []
    home.registry.disarm()
    await home.run()
    assert home.subjects("ana") == [STOPPED]


async def test_nothing_is_urgent_while_the_registry_moves_on_under_the_poll(house):
    home = house(stopped() | {TWO: {day: trial(TWO) for day in DAYS[:6]}}, settings=URGENT)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match="/studies", times=3))
    await home.next()
    assert len(home.versions(ONE)) > 1  # it was read, and what the rest says is not known yet
    assert home.subjects("ana") == []
    await home.run()
    assert home.subjects("ana") == [STOPPED]


async def test_urgency_goes_by_the_level_the_recipient_hears(house):
    opened = {ONE: {DAYS[0]: trial(ONE, "NOT_YET_RECRUITING"), DAYS[1]: trial(ONE)}}
    bob = URGENT.replace("ana", "bob")
    home = house(opened, settings=URGENT + 'audience = "advocate"\n\n' + bob, watched=[ONE])
    await home.run()
    await home.next()
    assert home.subjects("ana") == ["Now recruiting: A Trial Called 1"]
    assert home.subjects("bob") == []  # opening is major for everybody else
    home.time.now = SLOT
    await home.run()
    assert (len(home.subjects("ana")), len(home.subjects("bob"))) == (1, 1)


async def test_slot_that_comes_with_the_news_tells_all_in_one_digest(house):
    home = house(stopped() | enlarged(), settings=URGENT)
    await home.run()
    home.time.now = SLOT + timedelta(seconds=1)
    await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1, and 1 more trial"]


async def test_every_channel_is_told_at_once_and_a_new_one_hears_no_history(house):
    home = house(stopped(count=99), settings=URGENT, watched=[ONE])
    await home.run()
    await home.next()
    home.settings = URGENT + 'folder = "told"\n'
    await home.run()
    assert list((home.state / "told").glob("*.eml")) == []
    home.time.now = SLOT
    await home.next()
    assert len(home.subjects("ana")) == 2
    assert len(list((home.state / "told").glob("*.eml"))) == 1


async def test_channel_that_began_later_is_told_what_it_has_of_a_trial_that_is_urgent_on_another(house):
    grown = trial(ONE, "TERMINATED", count=241)
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED"), DAYS[2]: grown}} | enlarged()
    home = house(states, settings=URGENT)
    await home.run()
    with home.open() as context:
        context.store.snoozes.put(Snooze(until=home.now() + timedelta(hours=2), nct_id=ONE))
    await home.next()
    home.settings = URGENT + 'folder = "told"\n'
    await home.run()
    await home.next()
    assert home.subjects("ana") == [STOPPED]
    (told,) = (home.state / "told").glob("*.json")
    (story,) = json.loads(told.read_text())["data"]
    assert [change["after"] for change in story["changes"]] == [241]
    home.time.now = SLOT
    await home.run()
    assert "NCT99100001" not in home.bodies("ana")[-1]
    assert len(list((home.state / "told").glob("*.json"))) == 1  # what else changed did so before it began
