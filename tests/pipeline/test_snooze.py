"""Snoozing: held back until a moment, then told as one; the cursor passes, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.pipeline.house import ANA, BOB, DAILY_ANA, DAYS, ONE, QUIET, TWO, trial
from watcher.app import watchlist_reader
from watcher.config.load import load_config
from watcher.daemon.single_run import run_once
from watcher.ops.preview import preview_messages
from watcher.ops.status_report import status_of
from watcher.store.delivery_model import OverrideDirection, Snooze, State

CALM = ANA + QUIET
START = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
SLOT = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)
END = START + timedelta(days=3)


def both():
    """Give two trials that change at each data version: one is stopped, then resumed; of the other the target moves."""
    one = [trial(ONE), trial(ONE, "SUSPENDED", whyStopped="Supply"), trial(ONE, "TERMINATED", whyStopped="Funding")]
    two = [trial(TWO), trial(TWO, count=300), trial(TWO, count=400)]
    return {nct_id: dict(zip(DAYS, states, strict=False)) for nct_id, states in ((ONE, one), (TWO, two))}


def snooze(home, *, nct_id=ONE, recipient=None, until=END):
    with home.look() as context:
        context.store.snoozes.put(Snooze(until=until, recipient=recipient, nct_id=nct_id))


def overrides(home, name="ana"):
    with home.look() as context:
        return {one.nct_id: (one.direction, one.base) for one in context.store.ledger.overrides(name)}


async def test_snoozed_trial_is_left_out_and_caught_up_as_one_story(house):
    home = house(both(), settings=CALM)
    await home.run()
    snooze(home)
    await home.next()
    await home.next()
    assert [ONE in body for body in home.bodies("ana")] == [False, False]
    assert overrides(home) == {ONE: (OverrideDirection.BEHIND, home.versions(ONE)[0].seq)}
    with home.look() as context:
        assert context.store.ledger.recipient("ana").cursor == context.store.versions.max_seq()
    home.time.now = END
    await home.run()
    assert home.subjects("ana")[2:] == ["Terminated: A Trial Called 1"]
    body = home.bodies("ana")[2]
    assert "Recruiting → Terminated" in body
    assert "in 2 updates" in body
    assert TWO not in body
    assert overrides(home) == {}
    await home.run()
    assert len(home.subjects("ana")) == 3


async def test_trials_caught_up_one_after_the_other_have_a_message_id_each(house):
    home = house(both(), settings=CALM)
    await home.run()
    snooze(home)
    snooze(home, nct_id=TWO, until=END + timedelta(days=1))
    await home.next()
    assert home.subjects("ana") == []
    for home.time.now in (END, END + timedelta(days=1)):
        await home.run()
    assert [ONE in body for body in home.bodies("ana")] == [True, False]
    assert len({mail["Message-ID"] for mail in home.mails_to("ana")}) == 2


async def test_snoozed_trial_is_not_among_the_trials_of_a_digest(house):
    home = house(both(), settings=CALM)
    await home.run()
    snooze(home)
    await home.next()
    assert "1 trial read" in home.bodies("ana")[0]


async def test_snooze_for_one_recipient_leaves_the_others_alone(house):
    home = house(both(), settings=CALM + BOB + QUIET)
    await home.run()
    snooze(home, recipient="ana")
    await home.next()
    assert ONE not in home.bodies("ana")[0]
    assert ONE in home.bodies("bob")[0]


async def test_daily_reader_is_caught_up_at_the_slot_after_the_end(house):
    home = house(both(), settings=DAILY_ANA + QUIET)
    await home.run()
    snooze(home, until=SLOT + timedelta(hours=1))
    await home.next()
    home.time.now = SLOT
    await home.run()
    home.time.now = SLOT + timedelta(hours=2)
    await home.run()
    assert len(home.subjects("ana")) == 1
    home.time.now = SLOT + timedelta(days=1)
    await home.run()
    assert home.subjects("ana")[1] == "Suspended: A Trial Called 1"


async def test_change_that_went_back_under_a_snooze_is_told_as_such_or_not_at_all(house):
    back = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, count=900), DAYS[2]: trial(ONE)}}
    home = house(back, settings=CALM, watched=[ONE])
    await home.run()
    snooze(home)
    await home.next()
    await home.next()
    home.time.now = END
    await home.run()
    (body,) = home.bodies("ana")
    assert "240 planned → 900" not in body
    assert overrides(home) == {}


async def test_urgent_news_of_a_snoozed_trial_waits(house):
    home = house(both(), settings=DAILY_ANA + QUIET + 'urgent = "critical"\n', watched=[ONE])
    await home.run()
    snooze(home)
    await home.next()
    assert home.subjects("ana") == []
    home.time.now = END + timedelta(days=1)
    await home.run()
    assert home.subjects("ana") == ["Suspended: A Trial Called 1"]


async def test_trial_told_ahead_and_then_snoozed_is_caught_up_from_there(house):
    home = house(both(), settings=DAILY_ANA + QUIET + 'urgent = "critical"\n', watched=[ONE])
    await home.run()
    await home.next()
    told = home.versions(ONE)[-1].seq
    snooze(home)
    home.time.now = SLOT
    await home.next()
    assert overrides(home) == {ONE: (OverrideDirection.BEHIND, told)}
    home.time.now = SLOT + timedelta(days=3)
    await home.run()
    first, second = home.bodies("ana")
    assert "Recruiting → Suspended" in first
    assert "Suspended → Terminated" in second


async def test_snoozed_recipient_hears_nothing_until_the_end_and_then_everything(house):
    home = house(both(), settings=DAILY_ANA + QUIET + BOB + QUIET)
    await home.run()
    snooze(home, recipient="ana", nct_id=None)
    await home.next()
    home.time.now = SLOT
    await home.next()
    await home.run(send_all=True)
    assert (len(home.subjects("ana")), len(home.subjects("bob"))) == (0, 2)
    with home.look() as context:
        assert context.store.ledger.recipient("ana").cursor == 0
    home.time.now = END
    await home.run()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1, and 1 more trial"]


async def test_snoozed_immediate_recipient_is_told_at_the_end_without_news(house):
    home = house(both(), settings=CALM)
    await home.run()
    snooze(home, recipient="ana", nct_id=None)
    await home.next()
    home.time.now = END
    await home.run()
    assert len(home.subjects("ana")) == 1


async def test_frozen_message_is_sent_all_the_same(house):
    home = house(both(), settings=CALM)
    await home.run()
    assert home.registry.next()
    with home.open() as context:
        await run_once(context, watchlist_reader(context.loaded), deliver=False)
    snooze(home, recipient="ana", nct_id=None)
    await home.run()
    assert len(home.subjects("ana")) == 1
    assert home.outbox(State.PENDING) == ()


async def test_trial_not_followed_any_more_leaves_no_exempt_behind(house):
    home = house(both(), settings=CALM)
    await home.run()
    snooze(home)
    await home.next()
    home.watched = [TWO]
    home.time.now = END
    await home.next()
    assert overrides(home) == {}


async def test_status_and_preview_know_what_is_snoozed(house):
    home = house(both(), settings=DAILY_ANA + QUIET)
    await home.run()
    snooze(home)
    await home.next()
    with home.look() as context:
        watchlist = watchlist_reader(load_config(home.config_path))()
        ana = context.loaded.config.recipient[0]
        (message,) = preview_messages(context, watchlist, ana, since=None, is_slack=False)
        assert ONE not in message.text
        found = status_of(context, watchlist)
        assert list(found)[-1] == "snoozes"
        assert found["snoozes"] == [{"recipient": None, "nct_id": ONE, "until": "2026-06-04T10:00:00Z"}]
