"""One poll: what is asked, what is believed, what is kept when it goes wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.changes.builders import put
from tests.pipeline.house import ANA, DAYS, FIVE, FOUR, ONE, QUIET, THREE, TWO, alias_of, trial
from watcher.config.watchlist import WatchedTrial, Watchlist
from watcher.context import FaultReport
from watcher.pipeline import poll as poll_module
from watcher.pipeline import registry_state
from watcher.pipeline.poll import poll
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.trial_model import PollOutcome, Presence

STUDIES = "/studies"
VERSION = "/version"


def still(*ids, days=DAYS[:3]):
    """Give trials to which nothing happens, over some data versions."""
    return {nct_id: {day: trial(nct_id) for day in days} for nct_id in ids}


def ended(nct_id, first=DAYS[0], then=DAYS[1], **more):
    """Give a trial that is terminated in the second data version."""
    return {nct_id: {first: trial(nct_id), then: trial(nct_id, "TERMINATED", whyStopped="Funding"), **more}}


async def test_first_poll_is_a_baseline_and_tells_nothing(house):
    home = house(still(ONE, TWO), settings=ANA + QUIET)
    report = await home.run()
    assert report.poll.outcome is PollOutcome.COMPLETE
    assert [version.baseline for version in home.versions(ONE)] == [True]
    assert report.composed == 0
    assert home.smtp.mails == ()


async def test_nothing_due_is_one_request(house):
    home = house(still(ONE, TWO))
    await home.run()
    home.asked()
    report = await home.run()
    assert home.asked() == [VERSION]
    assert report.poll.outcome is PollOutcome.NO_NEWS


@pytest.mark.parametrize(("trials", "batches"), [(99, 1), (100, 1), (101, 2), (250, 3)])
async def test_new_data_version_costs_a_request_per_hundred_and_two(house, trials, batches):
    ids = [f"NCT991{number:05}" for number in range(1, trials + 1)]
    small = {"identificationModule": {}, "statusModule": {"overallStatus": "RECRUITING"}}
    states = {
        nct_id: {day: {"protocolSection": small | {"identificationModule": {"nctId": nct_id}}} for day in DAYS[:2]}
        for nct_id in ids
    }
    home = house(states, settings=ANA + QUIET, watched=ids)
    await home.run()
    home.asked()
    report = await home.next()
    assert home.asked() == [VERSION, *[STUDIES] * batches, VERSION]
    assert report.poll.counts.unchanged == trials


async def test_reordered_and_restamped_records_make_no_version(house):
    first = trial(ONE)
    conditions = ("protocolSection", "conditionsModule", "conditions")
    turned = put(first, conditions, ["Chronic Pain", "Low Back Pain"])
    home = house({ONE: {DAYS[0]: first, DAYS[1]: turned, DAYS[2]: turned}}, watched=[ONE])
    await home.run()
    reordered, restamped = await home.next(), await home.next()
    assert (reordered.poll.counts.unchanged, restamped.poll.counts.unchanged) == (1, 1)
    assert len(home.versions(ONE)) == 1
    assert home.kept(ONE).data_version == DAYS[2]
    assert home.subjects("ana") == ["Now watching 1 trial for you"]


async def test_added_id_is_read_at_the_next_poll_though_the_data_stood_still(house):
    home = house(still(ONE, TWO), watched=[ONE])
    await home.run()
    home.watched = [ONE, TWO]
    home.asked()
    report = await home.run()
    assert home.asked() == [VERSION, STUDIES, VERSION]
    assert home.registry.requests[-2].query.endswith(f"filter.ids={TWO}")
    assert (report.poll.counts.read, report.composed) == (1, 0)
    assert [version.baseline for version in home.versions(TWO)] == [True]


async def test_trial_added_between_its_changes_is_told_from_its_baseline_on(house):
    home = house(ended(TWO, DAYS[0], DAYS[2]) | still(ONE), watched=[ONE], settings=ANA + QUIET)
    await home.run()
    home.watched = [ONE, TWO]
    await home.next()
    assert home.subjects("ana") == []
    await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial Called 2"]


async def test_version_moving_once_in_mid_poll_repeats_the_poll(house):
    home = house(ended(ONE) | still(TWO))
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match=STUDIES, after=1))
    report = await home.run()
    assert home.asked() == [VERSION, STUDIES, VERSION, STUDIES, VERSION]
    assert report.poll.outcome is PollOutcome.COMPLETE
    assert report.poll.token == f"{DAYS[1]}T09:00:00"
    assert home.kept(ONE).checked_token == report.poll.token


async def test_version_that_keeps_moving_is_followed_twice_and_then_waited_for(house):
    home = house(still(ONE, days=DAYS[:6]), watched=[ONE])
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match=STUDIES, times=3))
    report = await home.run()
    assert home.asked() == [VERSION, *[STUDIES, VERSION] * 3]
    assert report.poll.outcome is PollOutcome.MOVED
    assert home.smtp.mails == ()  # not complete: nobody is greeted, nobody is told
    report = await home.run()
    assert report.poll.outcome is PollOutcome.COMPLETE
    assert home.subjects("ana") == ["Now watching 1 trial for you"]


async def test_immediate_news_wait_for_a_complete_poll(house):
    home = house(ended(ONE, then=DAYS[1]) | still(TWO, days=DAYS[:6]), settings=ANA + QUIET)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match=STUDIES, times=3))
    report = await home.next()
    assert (report.poll.outcome, home.subjects("ana")) == (PollOutcome.MOVED, [])
    await home.run()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_answer_older_than_ours_is_ignored_and_stays_due(house):
    home = house(ended(ONE, then=DAYS[1]) | still(TWO), settings=ANA + QUIET)
    await home.run()
    await home.next()
    home.registry.reset()  # the registry falls back to its first data version, and so do its records
    home.asked()
    report = await home.run()
    assert report.poll.counts.stale == 2
    assert [version.data_version for version in home.versions(ONE)] == [DAYS[0], DAYS[1]]
    assert home.kept(ONE).checked_token == f"{DAYS[1]}T09:00:00"
    home.registry.next()
    report = await home.run()
    assert len(home.versions(ONE)) == 2
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_registry_that_gives_only_stale_answers_gave_nothing(house):
    home = house(still(ONE), watched=[ONE], settings=ANA + QUIET)
    home.registry.next()
    await home.run()
    home.registry.reset()
    report = await home.run()
    assert report.poll.is_empty


async def test_id_the_registry_refuses_is_named_and_the_others_are_read(house, events):
    home = house(still(ONE, TWO, THREE, FOUR), settings=ANA)
    home.watched = [ONE, TWO, THREE, FOUR]
    home.registry.arm(RegistryFault(kind=FaultKind.TOKEN, match=THREE, times=None))
    report = await home.run()
    assert report.poll.troubled == (THREE,)
    assert report.poll.counts.read == 3
    assert home.kept(THREE).presence is Presence.NEW
    named = [event for event in events if event["event"] == "trial_checked" and event["nct_id"] == THREE]
    assert named[0]["log_level"] == "warning"
    assert "pageToken" in named[0]["reason"]


async def test_refused_id_does_not_hold_back_what_the_others_have_to_tell(house):
    home = house(ended(ONE) | still(TWO, THREE), watched=[ONE, TWO, THREE])
    home.registry.arm(RegistryFault(kind=FaultKind.TOKEN, match=THREE, times=None))
    await home.run()
    assert home.subjects("ana") == ["Now watching 3 trials for you"]
    report = await home.next()
    assert report.poll.outcome is PollOutcome.COMPLETE
    assert home.subjects("ana")[1:] == ["Terminated: A Trial Called 1"]
    home.asked()
    await home.run()
    assert home.asked() == [VERSION]  # an answer is an answer: asked again with the next data version


async def test_poll_of_a_watchlist_read_in_part_does_not_count_the_rest_as_removed(house):
    home = house(still(ONE, TWO), settings=ANA + QUIET)
    await home.run()
    with home.open() as context:
        await poll(context, [TWO], FaultReport(), is_whole=False)
    home.time.pass_by(timedelta(days=31))
    await home.next()
    assert [version.baseline for version in home.versions(ONE)] == [True]  # no gap in watching


async def test_malformed_id_never_reaches_the_registry(house):
    home = house(still(ONE))
    trials = {nct_id: WatchedTrial(nct_id=nct_id, watches=("all",)) for nct_id in (ONE, "NCT1")}
    report = await home.run(watchlist=Watchlist(trials=trials))
    assert report.poll.troubled == ("NCT1",)
    assert report.poll.counts.read == 1
    assert not any("NCT1," in one.query or one.query.endswith("NCT1") for one in home.registry.requests)


async def test_unknown_id_is_named_and_left_alone(house, events):
    home = house(still(ONE), watched=[ONE, FIVE])
    report = await home.run()
    assert report.poll.troubled == (FIVE,)
    assert any(event.get("nct_id") == FIVE and event.get("status") == "missing" for event in events)
    for _ in range(2):
        report = await home.next()
        assert report.poll.outcome is PollOutcome.COMPLETE
    assert home.versions(FIVE) == ()
    assert home.subjects("ana") == ["Now watching 2 trials for you"]


async def test_record_that_fails_alone_harms_no_other(house):
    home = house(ended(ONE) | still(TWO), watched=[ONE, TWO, FIVE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match=f"/studies/{FIVE}", times=None))
    report = await home.next()
    assert report.poll.counts.read == 2
    assert report.poll.counts.not_reached == 1
    assert len(home.versions(ONE)) == 2


async def test_missing_token_and_stamp_compare_canonically(house):
    home = house(ended(ONE) | still(TWO), settings=ANA + QUIET)
    home.registry.arm(
        RegistryFault(kind=FaultKind.NO_TIMESTAMP, times=None),
        RegistryFault(kind=FaultKind.NO_VERSION_HOLDER, times=None),
    )
    first, again, news = await home.run(), await home.run(), await home.next()
    assert [report.poll.outcome for report in (first, again, news)] == [PollOutcome.COMPLETE] * 3
    assert again.poll.counts.unchanged == 2
    assert news.poll.token is None
    assert (len(home.versions(ONE)), len(home.versions(TWO))) == (2, 1)
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_poll_killed_between_pages_goes_on_where_it_was(house):
    ids = [f"NCT991{number:05}" for number in range(1, 121)]
    home = house({nct_id: {day: trial(nct_id) for day in DAYS[:2]} for nct_id in ids}, watched=ids)
    home.registry.arm(RegistryFault(kind=FaultKind.HOLD, match=ids[-1], at="body", seconds=20))
    run = asyncio.create_task(home.run())
    await asyncio.to_thread(home.registry.wait_held, 30)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    home.registry.release()
    home.asked()
    report = await home.run()
    assert home.asked() == [VERSION, STUDIES, VERSION]
    assert report.poll.counts.read == 20
    assert home.subjects("ana") == ["Now watching 120 trials for you"]


REFUSE_ALL = RegistryFault(kind=FaultKind.REFUSED, times=None)


async def test_refusal_by_both_ways_opens_the_breaker_for_six_hours(house):
    home = house(ended(ONE) | still(TWO))
    await home.run()
    home.registry.arm(REFUSE_ALL)
    home.asked()
    report = await home.next()
    assert home.asked() == [VERSION, VERSION]
    agents = [one.user_agent.split("/")[0] for one in home.registry.requests[-2:]]
    assert agents == ["python-httpx", "Python-urllib"]
    assert report.poll.outcome is PollOutcome.FAILED
    for _ in range(5):
        report = await home.run()
        assert home.asked() == []
        assert "403" in home_note(home)
    home.registry.reset()
    home.registry.next()
    home.asked()
    report = await home.run()
    assert report.poll.outcome is PollOutcome.COMPLETE
    assert home.subjects("ana")[1:] == ["Terminated: A Trial Called 1"]


async def test_large_answer_is_compared_and_committed_in_portions_and_loses_nothing(house, monkeypatch):
    states = ended(ONE) | still(TWO, FIVE) | {FOUR: {DAYS[0]: trial(FOUR), DAYS[1]: None}}
    states[THREE] = {DAYS[0]: trial(THREE), DAYS[1]: alias_of(trial(THREE), TWO)}
    states[TWO] = {DAYS[0]: trial(TWO), DAYS[1]: None}
    home = house(states, watched=[ONE, TWO, THREE, FOUR, FIVE], settings=ANA + QUIET)
    await home.run()
    monkeypatch.setattr(poll_module, "MOST_AT_ONCE", 1)
    home.asked()
    report = await home.next()
    assert home.asked() == ["/version", "/studies", f"/studies/{FOUR}", "/version"]
    assert (report.poll.outcome, report.poll.counts.read, report.poll.missing) == (PollOutcome.COMPLETE, 3, (FOUR,))
    assert [home.kept(nct_id).presence for nct_id in (TWO, FOUR)] == [Presence.MERGED, Presence.ABSENT]
    assert any("Terminated" in subject for subject in home.subjects("ana"))
    await home.run()
    assert home.asked() == ["/version"], "all of them were checked"


def home_note(home):
    with home.look() as context:
        return context.store.polls.last().note


async def test_changed_registry_section_closes_the_breaker(house):
    home = house(still(ONE, TWO))
    home.registry.arm(REFUSE_ALL)
    await home.run()
    home.registry.reset()
    home.contact = "somebody@example.org"
    home.asked()
    report = await home.run()
    assert report.poll.outcome is PollOutcome.COMPLETE
    with home.look() as context:
        assert registry_state.breaker(context.store) is None


async def test_refused_in_mid_poll_is_not_asked_again(house):
    home = house(ended(ONE) | still(TWO))
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.REFUSED, match=STUDIES, times=None))
    home.asked()
    await home.next()
    await home.run()
    assert home.asked() == [VERSION, STUDIES]
    assert len(home.versions(ONE)) == 1


async def test_way_that_passed_is_remembered_for_seven_days(house):
    home = house(still(ONE, TWO))
    home.registry.arm(RegistryFault(kind=FaultKind.REFUSED, user_agent="python-httpx", times=None))
    await home.run()
    assert [one.status for one in home.registry.requests] == [403, 200, 200, 200]
    await home.run()
    assert home.registry.requests[-1].user_agent.startswith("Python-urllib/")
    assert len(home.registry.requests) == 5
    home.time.pass_by(timedelta(days=7))
    await home.run()
    assert [one.status for one in home.registry.requests[5:]] == [403, 200]


EVERYWHERE = (
    FaultKind.REFUSED,
    FaultKind.RATE_LIMITED,
    FaultKind.SERVER_ERROR,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.HTML,
    FaultKind.NOT_JSON,
    FaultKind.DROPPED,
    FaultKind.CUT,
    FaultKind.CUT_CHUNKED,
)
IN_RECORDS = (
    FaultKind.TOKEN,
    FaultKind.EMPTY_PAGE,
    FaultKind.HOLLOW,
    FaultKind.STALE,
    FaultKind.MISSING,
    FaultKind.WRONG_IDS,
)
TABLE = [(kind, VERSION) for kind in EVERYWHERE] + [(kind, STUDIES) for kind in (*EVERYWHERE, *IN_RECORDS)]


@pytest.mark.parametrize(("kind", "place"), TABLE)
async def test_registry_fault_leaves_the_last_good_state_and_nothing_false(house, kind, place):
    home = house(ended(ONE, then=DAYS[2]) | still(TWO, THREE, days=DAYS[:5]), settings=ANA + QUIET)
    await home.run()
    before = [home.versions(nct_id) for nct_id in (ONE, TWO)]
    home.registry.arm(RegistryFault(kind=kind, times=None, match=place))
    await home.next()
    await home.run()
    assert [home.versions(nct_id) for nct_id in (ONE, TWO)] == before
    assert home.smtp.mails == ()
    home.registry.reset()
    home.registry.next()
    home.registry.next()
    home.time.pass_by(timedelta(hours=6))
    report = await home.run()
    assert report.poll.outcome is PollOutcome.COMPLETE
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_record_that_cannot_be_read_holds_up_no_news_of_others(house):
    broken = put(trial(THREE), ("protocolSection", "identificationModule", "nctIdAliases"), 5)
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")}}
    states |= {THREE: {DAYS[0]: trial(THREE), DAYS[1]: broken, DAYS[2]: trial(THREE, count=241)}}
    home = house(states, settings=ANA + QUIET, watched=[ONE, THREE])
    await home.run()
    report = await home.next()
    assert (report.poll.outcome, report.poll.troubled) == (PollOutcome.PARTIAL, (THREE,))
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]
    await home.next()
    assert home.subjects("ana")[1:] == ["Raised to 241 participants: A Trial Called 3"]
