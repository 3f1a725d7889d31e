"""A message counts what was read for its recipient since the last one, at the data version it was read at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.house import ANA, BOB, DAILY_ANA, DAYS, ONE, QUIET, START, THREE, TWO, trial
from watcher.digests.routing import SubscribedTrial
from watcher.pages.loader import site_of
from watcher.pipeline.read_counts import LastDigest, read_for
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import Snooze
from watcher.store.trial_model import PageCommit, Poll, PollOutcome, Unchanged

CALM = ANA + QUIET
MANY = tuple(f"NCT9920{number:04}" for number in range(110))
SLOT = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)  # 07:30 in Paris
BROKEN_OFF = RegistryFault(kind=FaultKind.SERVER_ERROR, match="/version", after=1, times=9)


def steps(*days, nct_id=ONE):
    """Give a trial whose target moves at each of these data versions, by number."""
    first = {DAYS[0]: trial(nct_id)}
    return {nct_id: first | {DAYS[day]: trial(nct_id, count=300 + day) for day in days}}


def calm(*ids):
    return {nct_id: {day: trial(nct_id) for day in DAYS[:8]} for nct_id in ids}


def crowd():
    """A hundred and ten trials, two of which change: one in each batch."""
    states = {nct_id: {DAYS[0]: trial(nct_id)} for nct_id in MANY}
    for nct_id in (MANY[0], MANY[-1]):
        states[nct_id][DAYS[1]] = trial(nct_id, count=300)
    return states


async def test_batch_that_was_not_answered_is_not_reached_and_all_others_were_read(house):
    home = house(crowd(), settings=CALM, watched=MANY)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match=MANY[-1], times=5))
    assert (await home.next()).poll.outcome is PollOutcome.PARTIAL
    (body,) = home.bodies("ana")
    assert "100 trials read on 1 Jun 2026 (registry data of 2 Jun 2026). 99 unchanged" in body
    assert "10 trials could not be read" in body
    assert MANY[0] not in body.partition("could not be read")[2].partition("Next digest")[0]
    assert "in registry data of 1 – 2 Jun 2026" in body
    with home.look() as context:
        assert site_of(context).data_version == DAYS[1]
    home.registry.disarm()
    await home.run()
    assert "110 trials read on 1 Jun 2026 (registry data of 2 Jun 2026). 109 unchanged" in home.bodies("ana")[1]
    assert "could not be read" not in home.bodies("ana")[1]


async def test_poll_that_broke_off_counts_what_it_had_read(house):
    home = house(steps(1) | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    home.registry.arm(BROKEN_OFF)
    home.time.now = SLOT
    assert (await home.next()).poll.outcome is PollOutcome.PARTIAL
    (body,) = home.bodies("ana")
    assert "2 trials read on 2 Jun 2026 (registry data of 2 Jun 2026). 1 unchanged" in body
    assert "could not be read" not in body
    assert "in registry data of 1 – 2 Jun 2026" in body


async def test_urgent_mail_after_a_poll_that_broke_off_counts_what_it_had_read(house):
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")}} | calm(TWO)
    states[THREE] = {DAYS[0]: trial(THREE), DAYS[1]: trial(THREE, count=250)}
    home = house(states, settings=DAILY_ANA + QUIET + 'urgent = "critical"\n', watched=[ONE, TWO, THREE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match="/version", after=1, times=9))
    await home.next()
    home.registry.disarm()
    await home.run()
    (body,) = home.bodies("ana")
    assert "3 trials read" in body
    assert "1 unchanged" in body
    assert "1 more changed and waits for your next digest" in body
    assert "could not be read" not in body


async def test_heartbeat_counts_what_was_read_though_no_poll_was_whole(house):
    states = {nct_id: {day: trial(nct_id) for day in DAYS[:2]} for nct_id in MANY}
    home = house(states, settings=DAILY_ANA + QUIET + 'heartbeat = "slot"\n', watched=MANY)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match=MANY[-1], times=5))
    home.time.now = SLOT
    await home.next()
    (body,) = home.bodies("ana")
    assert "Nothing changed in those of your 110 trials that could be read since" in body
    assert "100 were read on 2 Jun 2026" in body
    assert "100 trials read on 2 Jun 2026 (registry data of 2 Jun 2026). 100 unchanged" in body
    assert "10 trials could not be read" in body


def unchanged(nct_id, day):
    return Unchanged(nct_id=nct_id, fingerprint="x", data_version=day)


@pytest.mark.parametrize("is_running", [True, False], ids=["under way", "broken off"])
async def test_what_a_poll_under_way_has_not_reached_yet_was_not_missed(house, is_running):
    """The page of one trial is committed at the new data version; that of the others is still to come."""
    ids = (ONE, TWO, THREE)
    home = house(calm(*ids), settings=CALM, watched=ids)
    await home.run()
    with home.open() as context:
        token = f"{DAYS[1]}T09:00:00"
        context.store.versions.commit_page(
            PageCommit(unchanged=(unchanged(ONE, DAYS[1]),)), home.time.now, checked=[ONE], token=token
        )
        if not is_running:
            ended = home.time.now + timedelta(seconds=1)
            context.store.polls.record(
                Poll(started=home.time.now, finished=ended, token=None, outcome=PollOutcome.PARTIAL)
            )
        followed = [SubscribedTrial(nct_id=nct_id, labels=("all",), short_name=None) for nct_id in ids]
        found = read_for(context.store, followed, (), since=LastDigest(at=home.time.now))
    if is_running:
        assert (found.read, found.not_reached, found.data_from, found.data_version) == (3, (), DAYS[0], DAYS[1])
    else:
        assert (found.read, found.not_reached, found.data_from, found.data_version) == (1, (TWO, THREE), None, DAYS[1])
    assert found.read_at == home.time.now


async def test_trial_that_changed_and_was_read_is_not_called_unreached_when_a_later_poll_fails(house):
    home = house(crowd(), settings=DAILY_ANA + QUIET, watched=MANY)
    await home.run()
    await home.next()
    with home.open() as context:
        later = home.time.now
        token = f"{DAYS[2]}T09:00:00"
        context.store.versions.commit_page(PageCommit(), later, checked=MANY[:100], token=token)
        context.store.polls.record(Poll(started=later, finished=later, token=token, outcome=PollOutcome.PARTIAL))
    home.time.now = SLOT
    home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match="/version", times=9))
    await home.run()
    (body,) = home.bodies("ana")
    assert "2 of your 110 trials changed" in body
    assert "101 trials read" in body
    assert "(registry data of 2 – 3 Jun 2026). 99 unchanged" in body
    assert "9 trials could not be read" in body
    assert MANY[-1] not in body.partition("could not be read")[2].partition("Next digest")[0]


async def test_first_line_speaks_of_the_time_since_the_recipient_s_last_digest(house):
    home = house(steps(5) | steps(2, nct_id=TWO), settings=CALM)
    await home.run()
    await home.next()
    assert "in registry data of 1 – 3 Jun 2026" in home.bodies("ana")[0]
    await home.next()
    assert "in registry data of 3 – 6 Jun 2026" in home.bodies("ana")[1]


async def test_first_line_of_a_recipient_who_joined_later_begins_when_they_joined(house):
    home = house(steps(5) | calm(TWO), settings=CALM)
    await home.run()
    for _ in range(3):
        await home.next()
    home.settings = CALM + BOB + QUIET
    await home.run()
    while home.registry.data_version != DAYS[5]:
        await home.next()
    assert "in registry data of 4 – 6 Jun 2026" in home.bodies("bob")[0]


async def test_first_line_goes_back_to_what_was_held_back(house):
    home = house(steps(1, 4) | steps(2, 4, nct_id=TWO), settings=CALM)
    await home.run()
    with home.open() as context:
        context.store.snoozes.put(Snooze(recipient="ana", nct_id=ONE, until=START + timedelta(hours=3, minutes=30)))
    for _ in range(2):
        await home.next()
    assert "in registry data of 1 – 3 Jun 2026" in home.bodies("ana")[0]
    home.time.now = START + timedelta(days=1)
    await home.next()
    assert "2 of your 2 trials changed, in registry data of 1 – 5 Jun 2026" in home.bodies("ana")[1]


async def test_slots_that_told_nothing_do_not_count_as_digests(house):
    home = house(steps(3) | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    for day in range(3):
        home.time.now = SLOT + timedelta(days=day)
        await home.next()
    (body,) = home.bodies("ana")
    assert "in registry data of 1 – 4 Jun 2026" in body
