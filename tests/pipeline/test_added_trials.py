"""Trials added to a watch are named once, by the next digest or heartbeat; a new recipient hears by the welcome."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tests.pipeline.house import ANA, DAILY_ANA, DAYS, FOUR, ONE, QUIET, ROOM, THREE, TWO, alias_of, trial
from watcher import app
from watcher.ops.preview import preview_messages

A_DAY = timedelta(days=1)
SLOT = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)
NAMED = "Now also watching NCT99100003 Recruiting A Trial Called 3"


def news(*days: int):
    """Return a registry where the first trial changes on these days and three more stand still."""
    states = {0: trial(ONE), **{day: trial(ONE, count=240 - 20 * day) for day in days}}
    still = {one: {DAYS[0]: trial(one)} for one in (TWO, THREE, FOUR)}
    return {ONE: {DAYS[day]: record for day, record in states.items()}, **still}


async def test_added_trial_is_named_once_in_the_next_digest_on_every_channel(house):
    home = house(news(1, 2, 3), settings=ANA + ROOM)
    await home.run()
    home.watched = (ONE, TWO, THREE)
    await home.run()
    assert len(home.bodies("ana")) == 1  # the welcome; an addition alone is no reason to write
    await home.next()
    await home.next()
    welcome, first, second = home.bodies("ana")
    assert NAMED in first
    assert "Now also watching" not in welcome + second
    html = home.mails_to("ana")[1].get_body(("html",)).get_content()
    assert "Now also watching" in html
    assert "NCT99100003" in html
    slack = [json.loads(post.body)["text"] + post.body.decode() for post in home.hook.posts]
    assert [text.count("Now also watching") for text in slack] == [0, 1, 0]


async def test_added_trial_is_named_by_the_heartbeat_where_nothing_changed(house):
    home = house(news(), settings=DAILY_ANA + QUIET + 'heartbeat = "slot"\n')
    await home.run()
    home.time.now = SLOT
    await home.run()
    home.watched = (ONE, TWO, THREE)
    for number in (1, 2):
        home.time.now = SLOT + number * A_DAY
        await home.run()
    before, named, after = home.bodies("ana")
    assert NAMED in named
    assert "Now also watching" not in before + after


async def test_trial_of_a_new_recipient_is_told_by_the_welcome_alone(house):
    home = house(news(1))
    await home.run()
    await home.next()
    assert ["Now also watching" in body for body in home.bodies("ana")] == [False, False]


async def test_recipient_without_a_welcome_hears_of_what_came_after_the_first_run(house):
    home = house(news(1, 2), settings=ANA + QUIET)
    await home.run()
    home.watched = (ONE, TWO, THREE)
    await home.next()
    assert [NAMED in body for body in home.bodies("ana")] == [True]


async def test_trial_that_the_registry_has_not_given_yet_is_named_when_it_is_read(house):
    states = news(1, 2)
    states[THREE] = {DAYS[0]: None, DAYS[2]: trial(THREE)}
    home = house(states, settings=ANA + QUIET)
    await home.run()
    home.watched = (ONE, TWO, THREE)
    await home.next()
    await home.next()
    assert [NAMED in body for body in home.bodies("ana")] == [False, True]


async def test_trial_taken_out_and_added_again_is_named_again(house):
    home = house(news(1, 2, 3), settings=ANA + QUIET)
    await home.run()
    home.watched = (ONE,)
    await home.run()
    await home.next()
    home.watched = (ONE, TWO)
    await home.next()
    await home.next()
    assert ["Now also watching NCT99100002" in body for body in home.bodies("ana")] == [False, True, False]


async def test_trial_that_a_watched_one_was_merged_into_is_not_called_added(house):
    states = news(2)
    states[TWO] = {DAYS[0]: trial(TWO), DAYS[1]: None}
    states[THREE] = {DAYS[0]: trial(THREE), DAYS[1]: alias_of(trial(THREE), TWO)}
    home = house(states, settings=ANA + QUIET)
    await home.run()
    await home.next()
    await home.next()
    assert any("merged" in body for body in home.bodies("ana"))
    assert not any("Now also watching" in body for body in home.bodies("ana"))


async def test_trials_known_to_a_store_of_an_earlier_release_are_not_called_added(house):
    home = house(news(1), settings=ANA + QUIET)
    await home.run()
    with home.open() as context:
        context.store.notes.remove("reader:ana:announced")
    home.watched = (ONE, TWO, THREE)
    await home.next()
    (body,) = home.bodies("ana")
    assert body.count("NCT99100003") == 1
    assert "Now also watching NCT99100003" in body
    assert "NCT99100002" not in body


async def test_preview_names_added_trials_and_leaves_them_to_the_digest(house):
    home = house(news(1), settings=DAILY_ANA + QUIET)
    await home.run()
    home.time.now = SLOT
    await home.run()
    home.watched = (ONE, TWO, THREE)
    await home.next()
    with home.look() as context:
        watchlist = app.watchlist_reader(context.loaded)()
        (ana,) = context.loaded.config.recipient
        (message,) = preview_messages(context, watchlist, ana, since=None, is_slack=False)
    assert NAMED in " ".join(message.text.split())
    await home.run(send_all=True)
    assert NAMED in home.bodies("ana")[-1]
