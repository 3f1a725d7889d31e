"""What waits for a channel that is taken out of the configuration is told on the channels that are there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, OPS, OPS_ON, QUIET, TWO, House, trial
from tests.support.smtp_sink import SmtpStage
from watcher.pipeline.destinations import destinations_of
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import State

STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED", whyStopped="Funding")},
    TWO: {DAYS[0]: trial(TWO), DAYS[2]: trial(TWO, count=90)},
}
HOOK = 'slack = { webhook = { file = "hook" } }\n'
BY_HOOK = ANA.replace('email = "ana@example.org"\n', HOOK)
BY_BOTH = ANA.replace('email = "ana@example.org"\n', 'email = "ana@example.org"\n' + HOOK)


def posts(home: House) -> list[str]:
    return [post.body.decode() for post in home.hook.accepted]


def relay_down(home: House) -> None:
    home.smtp.arm(SmtpStage.MAIL, reply="451 4.3.0 later", times=None)


async def test_news_waiting_for_a_replaced_channel_is_told_once_on_the_new_one(house):
    home = house(STATES, settings=ANA + QUIET + OPS + OPS_ON)
    await home.run()
    relay_down(home)
    await home.next()
    assert [entry.recipient for entry in home.outbox()] == ["ana"]
    home.settings = BY_HOOK + QUIET + OPS + OPS_ON
    await home.run()
    assert home.outbox() == ()
    (told,) = posts(home)
    assert "Terminated" in told
    await home.next()
    assert len(posts(home)) == 2
    assert "Terminated" not in posts(home)[1]
    assert home.mails_to("ana") == []


async def test_news_accepted_by_another_channel_is_not_told_again(house):
    home = house(STATES, settings=BY_BOTH + QUIET)
    await home.run()
    relay_down(home)
    await home.next()
    assert len(posts(home)) == 1
    assert [entry.channel for entry in home.outbox()] == ["email"]
    home.settings = BY_HOOK + QUIET
    await home.run()
    assert home.outbox() == ()
    assert len(posts(home)) == 1


async def test_news_waiting_for_a_replaced_channel_comes_at_the_next_slot(house):
    home = house(STATES, settings=(ANA + QUIET).replace("immediate", "daily 07:30"))
    await home.run()
    relay_down(home)
    await home.next(send_all=True)
    assert len(home.outbox()) == 1
    home.settings = (BY_HOOK + QUIET).replace("immediate", "daily 07:30")
    await home.run()
    assert home.outbox() == ()
    await home.run(send_all=True)
    assert "Terminated" in posts(home)[0]


async def test_channel_taken_back_in_is_told_what_it_missed_with_no_id_twice(house):
    home = house(STATES, settings=ANA + QUIET)
    await home.run()
    relay_down(home)
    await home.next()
    home.settings = BY_HOOK + QUIET
    home.hook.arm("503 later", times=None)
    await home.run()
    home.settings = ANA + QUIET
    home.smtp.clear()
    report = await home.run()
    assert not report.has_bugs
    assert home.outbox(State.DEAD) == ()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_welcome_waiting_for_a_replaced_channel_greets_on_the_new_one(house):
    home = house(STATES, settings=ANA)
    relay_down(home)
    await home.run()
    assert len(home.outbox()) == 1
    home.settings = BY_HOOK
    await home.run()
    (told,) = posts(home)
    assert "NCT99100001" in told
    assert home.outbox() == ()


OPERATED = '[[recipient]]\nname = "ops"\n{way}welcome = false\nsend = "monthly 1 00:00"\n\n' + OPS_ON
BY_MAIL, BY_FOLDER = 'email = "ops@example.org"\n', 'folder = "ops"\n'


@pytest.mark.parametrize("way", [HOOK, BY_FOLDER])
async def test_notice_waiting_for_a_replaced_channel_is_told_once_on_the_new_one(house, way):
    home = house(STATES, settings=ANA + QUIET + OPERATED.format(way=BY_MAIL))
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    home.registry.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, times=None))
    await home.next()
    (waiting,) = [entry for entry in home.outbox() if entry.recipient == "ops"]
    assert waiting.subject.startswith("Failing: registry")
    home.settings = ANA + QUIET + OPERATED.format(way=way)
    for _ in range(3):
        await home.run()
    files = sorted((home.state / "ops").glob("*.eml"))
    told = posts(home) if way == HOOK else [file.read_text() for file in files]
    assert len([text for text in told if "No trial is read until the registry answers" in text]) == 1
    assert [entry for entry in home.outbox() if entry.recipient == "ops"] == []


async def test_notice_given_up_on_a_channel_that_is_there_is_not_told_on_another(house):
    operator = OPS.replace('folder = "ops"', 'folder = "ops"\nemail = "ops@example.org"')
    home = house(STATES, settings=ANA + QUIET + operator + OPS_ON, watched=[ONE, "NCT12"])
    home.smtp.arm(SmtpStage.BODY, drop=True, times=None)
    for _ in range(2):
        await home.run()
    (dead,) = home.outbox(State.DEAD)
    await home.run()
    assert dead.id in [entry.id for entry in home.outbox(State.DEAD)]


async def notice_left(house):
    """Open a house with a dead notice, as a run leaves it that breaks off before it carries it over."""
    home = house(STATES, settings=ANA + QUIET + OPERATED.format(way=BY_MAIL))
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    home.registry.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, times=None))
    await home.next()
    home.settings = ANA + QUIET + OPERATED.format(way=BY_FOLDER)
    with home.open() as context:
        recipients = context.loaded.config.recipient
        known = [(one.name, destination.key) for one in recipients for destination in destinations_of(one)]
        context.store.outbox.retire(known, context.clock())
    return home


def notices(home: House) -> int:
    files = [file.read_text() for file in (home.state / "ops").glob("*.eml")]
    return len([text for text in files if "No trial is read until the registry answers" in text])


@pytest.mark.parametrize(("hours", "told"), [(1, 1), (48, 0)])
async def test_notice_left_by_a_run_that_broke_off_is_carried_over_within_a_day(house, hours, told):
    home = await notice_left(house)
    home.time.pass_by(timedelta(hours=hours))
    await home.run()
    assert notices(home) == told


async def test_notice_queued_by_a_run_that_broke_off_before_forgetting_the_old_one_is_told_once(house):
    home = await notice_left(house)
    (dead,) = home.outbox(State.DEAD)
    tables = (("message", "id"), ("payload", "message"))
    with closing(sqlite3.connect(home.state / "watcher.db")) as store:
        rows = {
            one: store.execute(f"SELECT * FROM {one} WHERE {key} = ?", (dead.id,)).fetchone() for one, key in tables
        }
    await home.run()
    with closing(sqlite3.connect(home.state / "watcher.db")) as store, store:
        for one, row in rows.items():
            store.execute(f"INSERT INTO {one} VALUES ({','.join('?' * len(row))})", row)
    await home.run()
    assert (notices(home), home.outbox(State.DEAD)) == (1, ())


async def test_notice_left_that_cannot_be_read_ends_no_run(house):
    home = await notice_left(house)
    with closing(sqlite3.connect(home.state / "watcher.db")) as store, store:
        store.execute("UPDATE payload SET data = x'00'")
    await home.run()
    assert (notices(home), [entry.recipient for entry in home.outbox(State.DEAD)]) == (0, ["ops"])


BY_FILE = ANA.replace('email = "ana@example.org"\n', 'folder = "told"\n')
BY_HOOK_AND_FILE = BY_HOOK.replace(HOOK, HOOK + 'folder = "told"\n')


def files(home: House) -> int:
    return len(list((home.state / "told").glob("*.eml")))


@pytest.mark.parametrize(
    ("hook", "after", "told"),
    [("accepts", BY_HOOK_AND_FILE, 0), ("gave up", BY_HOOK_AND_FILE, 1), ("is removed too", BY_FILE, 1)],
)
async def test_news_of_a_removed_channel_is_told_on_the_new_one_unless_another_has_it(house, hook, after, told):
    home = house(STATES, settings=BY_BOTH + QUIET)
    await home.run()
    relay_down(home)
    if hook != "accepts":
        home.hook.arm("503 busy", times=None)
    await home.next()
    if hook == "gave up":
        with home.look() as context:
            (entry,) = [entry for entry in home.outbox() if entry.channel != "email"]
            context.store.outbox.dead(entry.id, "given up", home.now())
    home.settings = after + QUIET
    await home.run()
    assert files(home) == told


async def test_news_of_a_removed_channel_is_not_lost_for_a_later_message_of_another(house):
    home = house(STATES, settings=ANA + QUIET)
    await home.run()
    relay_down(home)
    await home.next()
    home.settings = BY_BOTH + QUIET  # the hook begins now
    await home.run()
    await home.next()
    assert len(posts(home)) == 1
    home.settings = BY_HOOK + QUIET
    await home.run()
    assert any("Terminated" in post for post in posts(home))


async def test_recipient_who_was_greeted_is_not_greeted_again_on_the_new_channel(house):
    home = house(STATES, settings=ANA)
    await home.run()
    assert home.subjects("ana") == ["Now watching 2 trials for you"]
    relay_down(home)
    await home.next()
    home.settings = BY_FILE
    await home.run()
    assert files(home) == 1  # the news
