"""Quiet hours: nothing is composed and nothing is sent in them, and nothing is lost by them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.pipeline.house import ANA, BOB, DAILY_ANA, DAYS, ONE, OPS, OPS_ON, QUIET, TWO, trial
from watcher.app import watchlist_reader
from watcher.context import FaultReport
from watcher.daemon.single_run import run_once
from watcher.pipeline.compose import compose_due
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import State

NIGHT = 'quiet = "22:00-07:00"\n'
EVENING = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)  # 22:30 in Paris
BEFORE_MORNING = datetime(2026, 6, 2, 4, 59, tzinfo=UTC)  # 06:59
MORNING = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)  # 07:00
STOPPED = "Terminated: A Trial Called 1"


def news():
    return {
        ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED", whyStopped="Funding")},
        TWO: {DAYS[0]: trial(TWO), DAYS[1]: trial(TWO, count=250)},
    }


def tick(home):
    """Do what the daemon does between polls; give how many messages were composed."""
    with home.open() as context:
        return compose_due(context, watchlist_reader(context.loaded)(), FaultReport(), is_complete=False)


@pytest.mark.parametrize(
    "settings",
    [ANA + QUIET + NIGHT, DAILY_ANA + QUIET + NIGHT + 'urgent = "critical"\n'],
    ids=["immediate", "urgent"],
)
async def test_what_goes_at_once_waits_until_the_quiet_hours_end(house, settings):
    home = house(news(), settings=settings)
    await home.run()
    home.time.now = EVENING
    assert (await home.next()).composed == 0
    home.time.now = BEFORE_MORNING
    assert (await home.run()).composed == 0
    home.time.now = BEFORE_MORNING
    assert tick(home) == 0
    home.time.now = MORNING
    assert tick(home) == 1
    assert tick(home) == 0
    await home.run()
    (subject,) = home.subjects("ana")
    assert subject.startswith(STOPPED)


async def test_one_who_sleeps_holds_up_nobody_else(house):
    home = house(news(), settings=ANA + QUIET + NIGHT + BOB + QUIET)
    await home.run()
    home.time.now = EVENING
    await home.next()
    assert (len(home.subjects("ana")), len(home.subjects("bob"))) == (0, 1)


async def test_slot_in_the_quiet_hours_is_served_when_they_end(house):
    home = house(news(), settings=DAILY_ANA.replace("07:30", "06:00") + QUIET + NIGHT)
    await home.run()
    await home.next()
    home.time.now = BEFORE_MORNING
    await home.run(send_all=True)
    assert home.subjects("ana") == []
    home.time.now = MORNING
    await home.run()
    assert len(home.subjects("ana")) == 1


async def test_welcome_waits_too_and_comes_without_another_poll(house):
    home = house(news(), settings=ANA + NIGHT)
    home.time.now = EVENING
    await home.run()
    assert home.subjects("ana") == []
    home.time.now = MORNING
    assert tick(home) == 1


async def test_message_composed_before_is_not_sent_in_them(house):
    home = house(news(), settings=ANA + QUIET + NIGHT)
    await home.run()
    assert home.registry.next()
    with home.open() as context:
        report = await run_once(context, watchlist_reader(context.loaded), deliver=False)
    assert report.composed == 1
    home.time.now = EVENING
    await home.run()
    (held,) = home.outbox()
    assert (held.state, held.attempts, held.next_attempt_at) == (State.PENDING, 0, MORNING)
    assert home.subjects("ana") == []
    home.time.now = MORNING
    await home.run()
    assert len(home.subjects("ana")) == 1


async def test_notices_to_the_operator_wait_as_well(house):
    home = house(news(), settings=OPS + NIGHT + OPS_ON)
    home.settings = OPS.rstrip() + "\n" + NIGHT + "\n" + OPS_ON
    await home.run()
    home.time.now = EVENING
    home.registry.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/version", times=50))
    await home.run()
    assert not list((home.state / "ops").glob("*.eml"))
    home.registry.disarm()
    home.time.now = MORNING
    await home.run()
    assert list((home.state / "ops").glob("*.eml"))


async def test_half_read_data_is_not_told_when_they_end(house):
    home = house(news() | {TWO: {day: trial(TWO) for day in DAYS[:6]}}, settings=ANA + QUIET + NIGHT)
    await home.run()
    home.time.now = EVENING
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match="/studies", times=3))
    assert not (await home.next()).poll.outcome.is_complete
    assert len(home.versions(ONE)) == 2  # it was read, and what the rest says is not known yet
    home.time.now = MORNING
    assert tick(home) == 0
    assert (await home.run()).composed == 1
