"""Signs of life: to a reader who hears nothing, and to the address that calls the operator when they stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest

from tests.pipeline.house import ANA, DAILY_ANA, DAYS, ONE, QUIET, TWO, trial
from tests.support.smtp_sink import SmtpStage
from watcher.pipeline.content import period
from watcher.pipeline.heartbeat_url import overdue
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import OutboxEntry, State, Step

SLOT = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)
A_DAY = timedelta(days=1)
SLOTTED = DAILY_ANA + QUIET + 'heartbeat = "slot"\n'
WEEKLY = 'heartbeat = "weekly"\n'
STILL = {day: trial(TWO) for day in DAYS}


def news(at=1, level="TERMINATED"):
    return {ONE: {DAYS[0]: trial(ONE), DAYS[at]: trial(ONE, level, whyStopped="Funding")}, TWO: STILL}


async def daily(home, days, start=SLOT):
    """Run at a day's slot, for some days."""
    for number in range(days):
        home.time.now = start + number * A_DAY
        await home.run()


async def test_slot_without_news_says_so_when_that_is_wished_for(house):
    home = house(news(), settings=SLOTTED)
    await home.run()
    await daily(home, 2)
    first, second = home.subjects("ana")
    assert first == "Nothing changed since 1 Jun 2026 in your 2 trials"
    assert second == "Nothing changed since 2 Jun 2026 in your 2 trials"
    assert "All were read on 3 Jun 2026" in home.bodies("ana")[1]


async def test_slot_with_news_needs_no_sign_of_life(house):
    home = house(news(), settings=SLOTTED)
    await home.run()
    await home.next()
    await daily(home, 1)
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_no_sign_of_life_beside_a_welcome(house):
    home = house(news(), settings=SLOTTED.replace(QUIET, ""))
    home.registry.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, match="/studies", times=None))
    await home.run()
    home.registry.disarm()
    await daily(home, 1)
    assert home.subjects("ana") == ["Now watching 2 trials for you"]


async def test_channel_added_since_does_not_say_that_nothing_changed(house):
    changed_twice = news() | {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")}}
    home = house(changed_twice, settings=SLOTTED)
    await home.run()
    await home.next()
    home.settings = SLOTTED + 'folder = "told"\n'  # from now on: what changed before is not told on it
    await daily(home, 1)
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]
    assert list((home.state / "told").glob("*.eml")) == []


async def test_no_sign_of_life_where_urgent_news_went_ahead_of_the_slot(house):
    home = house(news(), settings=SLOTTED + 'urgent = "critical"\n')
    await home.run()
    await home.next()
    await daily(home, 2)
    assert home.subjects("ana") == [
        "Terminated: A Trial Called 1",
        "Nothing changed since 2 Jun 2026 in your 2 trials",
    ]


async def test_silence_means_no_news_where_nothing_is_wished_for(house):
    home = house(news(), settings=DAILY_ANA + QUIET)
    await home.run()
    await daily(home, 9)
    assert home.subjects("ana") == []


@pytest.mark.parametrize("settings", [DAILY_ANA, ANA], ids=["daily", "immediate"])
async def test_weekly_sign_of_life_comes_after_a_week_of_silence(house, settings):
    home = house(news(), settings=settings + QUIET + WEEKLY)
    home.time.now = SLOT
    await home.run()
    await daily(home, 7, start=SLOT + timedelta(minutes=1))
    assert home.subjects("ana") == []
    await daily(home, 7, start=SLOT + timedelta(days=7))
    assert home.subjects("ana") == ["Nothing changed this week in your 2 trials"]


async def test_news_begins_the_week_anew(house):
    home = house(news(), settings=ANA + QUIET + WEEKLY)
    await home.run()
    home.time.now = SLOT + 5 * A_DAY
    await home.next()
    await daily(home, 5, start=SLOT + 6 * A_DAY)
    assert len(home.subjects("ana")) == 1
    await daily(home, 3, start=SLOT + 11 * A_DAY)
    assert home.subjects("ana")[1:] == ["Nothing changed this week in your 2 trials"]


async def test_nothing_is_said_while_the_registry_could_not_be_read(house):
    home = house(news(), settings=SLOTTED)
    await home.run()
    await daily(home, 1)
    home.registry.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/version", times=500))
    await daily(home, 2, start=SLOT + A_DAY)
    assert len(home.subjects("ana")) == 1


async def test_changes_below_the_level_are_not_called_nothing(house):
    home = house(news() | {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, title="Another Name")}}, settings=SLOTTED)
    home.settings = SLOTTED + 'least = "critical"\n'
    await home.run()
    await home.next()
    await daily(home, 1)
    (subject,) = home.subjects("ana")
    assert subject == "Nothing at your level changed since 1 Jun 2026 in your 2 trials"
    assert "1 smaller change in 1 further trial below your level" in home.bodies("ana")[0]


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (timedelta(days=7), "this week"),
        (timedelta(days=7, hours=1), "this week"),
        (timedelta(days=9), "since 4 Jun 2026"),
        (timedelta(days=1), "since 12 Jun 2026"),
        (timedelta(hours=1), "since 13:30"),
    ],
)
def test_period_is_said_as_people_say_it(since, said):
    now = datetime(2026, 6, 13, 12, 30, tzinfo=UTC)
    assert period(now - since, now, ZoneInfo("Europe/Paris")) == said


class Bell:
    """An address that counts who asks for it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/ping/0123456789-secret"
        self.asked: list[str] = []
        self.status = 200


@contextmanager
def listening() -> Iterator[Bell]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            counted.asked.append(self.path)
            self.send_response(counted.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        counted = Bell(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield counted
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def bell():
    with listening() as one:
        yield one


def watched_over(bell):
    return ANA + QUIET + f'\n[operator]\nheartbeat_url = "{bell.url}"\n'


async def test_address_is_asked_after_every_complete_poll(house, bell):
    home = house(news(), settings=watched_over(bell))
    await home.run()
    await home.run()
    await home.next()
    assert bell.asked == ["/ping/0123456789-secret"] * 3


async def test_address_is_not_asked_after_a_poll_that_failed(house, bell):
    home = house(news(), settings=watched_over(bell))
    home.registry.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/version", times=500))
    await home.run()
    assert bell.asked == []


async def test_address_is_not_asked_while_a_message_is_overdue(house, bell):
    home = house(news(), settings=watched_over(bell))
    await home.run()
    bell.asked.clear()
    home.smtp.arm(SmtpStage.RCPT, reply="451 4.3.0 later", times=None)
    await home.next()
    assert len(bell.asked) == 1  # it was tried for the first time a moment ago
    home.time.pass_by(timedelta(minutes=1))
    await home.run()
    assert len(bell.asked) == 1
    home.smtp.clear()
    home.time.pass_by(timedelta(hours=10))
    await home.run()
    assert len(home.subjects("ana")) == 1
    assert len(bell.asked) == 2


@pytest.mark.parametrize("status", [404, 500, 301])
async def test_failing_address_harms_nothing_and_is_never_logged(house, bell, events, status):
    home = house(news(), settings=watched_over(bell))
    bell.status = status
    report = await home.run()
    assert report.poll.outcome.is_complete
    assert (report.said, report.sent.failed, report.has_bugs) == ((), 0, False)
    (event,) = [event for event in events if event["event"] == "heartbeat_failed"]
    assert event["status"] == status
    assert "secret" not in str(events)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/ping/0123456789-secret", "nonsense-secret"])
async def test_address_nobody_answers_at_harms_nothing(house, events, url):
    home = house(news(), settings=ANA + QUIET + f'\n[operator]\nheartbeat_url = "{url}"\n')
    assert (await home.run()).said == ()
    assert [event["event"] for event in events].count("heartbeat_failed") == 1
    assert "secret" not in str(events)


def entry(due: timedelta | None, queued: timedelta, attempts: int) -> OutboxEntry:
    return OutboxEntry(
        id=1,
        recipient="ana",
        channel="email",
        part=1,
        subject="x",
        message_id="<x>",
        state=State.PENDING,
        step=Step.NONE,
        attempts=attempts,
        unclear=0,
        crashes=0,
        created_at=SLOT - queued,
        queued_at=SLOT - queued,
        next_attempt_at=None if due is None else SLOT + due,
        last_reply="",
        ended_at=None,
    )


@pytest.mark.parametrize(
    ("due", "queued", "attempts", "is_late"),
    [
        (timedelta(0), timedelta(0), 0, False),
        (timedelta(minutes=-60), timedelta(minutes=60), 0, False),
        (timedelta(minutes=-61), timedelta(minutes=61), 0, True),  # nobody sends, or its channel is suspended
        (timedelta(hours=5), timedelta(hours=3), 4, True),  # tried in vain for hours
        (timedelta(minutes=5), timedelta(minutes=10), 2, False),
        (timedelta(hours=8), timedelta(hours=3), 0, False),  # held until quiet hours end
        (None, timedelta(hours=3), 1, True),  # being sent, again
        (None, timedelta(minutes=1), 1, False),
    ],
)
def test_message_is_overdue_an_hour_after_it_should_have_arrived(due, queued, attempts, is_late):
    assert bool(overdue([entry(due, queued, attempts)], SLOT)) is is_late
