"""A watched search: who entered and who left is told once, with the reason; what cannot be believed is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.changes.builders import put
from tests.changes.real import load, needs_records, pair_paths
from tests.pipeline.house import ANA, BOB, DAYS, FIVE, FOUR, ONE, QUIET, THREE, TWO, Time, alias_of, trial
from tests.pipeline.process import PATIENCE, program
from watcher import app
from watcher.ops.status_report import log_object, status_of
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.trial_model import PollOutcome, Presence

SEARCH = '[[watch]]\nname = "itch"\nsearch = "https://clinicaltrials.gov/search?cond=itch&aggFilters=status:rec"\n\n'
CALM = SEARCH + ANA + QUIET
ENDED = "COMPLETED"
SIX = "NCT99100006"


def itchy(nct_id: str, status: str = "RECRUITING", *, first: str = "2020-01-01", **more: Any) -> dict[str, Any]:
    """Give a record that the search matches while it recruits."""
    record = trial(nct_id, status, **more)
    record = put(record, ("protocolSection", "conditionsModule", "conditions"), ["Itch"])
    return put(record, ("protocolSection", "statusModule", "studyFirstPostDateStruct", "date"), first)


def posted(record: dict[str, Any], day: str) -> dict[str, Any]:
    return put(record, ("protocolSection", "statusModule", "lastUpdatePostDateStruct", "date"), day)


def always(*ids: str) -> dict[str, dict[str, Any]]:
    """Give members that never change, so that every data version exists."""
    return {nct_id: {day: itchy(nct_id) for day in DAYS[:8]} for nct_id in ids}


def moves(home, nct_id: str) -> list[str]:
    """Give the sentences of a trial's moves in the log, oldest first."""
    with home.look() as context:
        entries = reversed(context.store.versions.log(nct_id))
        changes = [change for entry in entries for change in log_object(context, entry)["changes"]]
    return [change["sentence"] for change in changes if change["kind"].startswith("search.")]


def members(home) -> set[str]:
    with home.look() as context:
        (key,) = context.store.searches.states()
        return set(context.store.searches.members(key))


def fault(home, part: str = "search itch") -> str | None:
    with home.look() as context:
        return next(
            (one["message"] for one in status_of(context, app_watchlist(home))["faults"] if one["part"] == part), None
        )


def app_watchlist(home):
    return app.watchlist_reader(home.load())()


async def test_first_sight_is_a_baseline_and_members_are_watched_like_ids(house):
    home = house(always(ONE, TWO), settings=SEARCH + ANA, watched=[])
    report = await home.run()
    assert (report.poll.outcome, report.watched, members(home)) == (PollOutcome.COMPLETE, 2, {ONE, TWO})
    assert home.subjects("ana") == ["Now watching 2 trials for you"]
    assert moves(home, ONE) == moves(home, TWO) == []
    assert home.asked() == ["/version", "/studies", "/studies", "/version"]


async def test_a_poll_without_news_asks_for_the_version_alone(house):
    home = house(always(ONE, TWO), settings=CALM, watched=[])
    await home.run()
    home.asked()
    assert (await home.run()).poll.outcome is PollOutcome.NO_NEWS
    assert home.asked() == ["/version"]
    with home.look() as context:
        found = status_of(context, app_watchlist(home))
    assert found["requests"] == 1
    assert [(one["watches"], one["members"]) for one in found["searches"]] == [(["itch"], 2)]


async def test_new_trial_is_told_once_to_who_follows_the_search(house):
    states = always(ONE) | {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}}
    home = house(states, settings=CALM + BOB.replace("send", 'watches = ["all"]\nsend') + QUIET, watched=[ONE])
    await home.run()
    assert (await home.next()).composed == 1
    await home.next()
    assert moves(home, TWO) == ["New in the registry: first posted on 2 Jun 2026 (search “itch”)."]
    assert len(home.mails_to("ana")) == 1
    assert "first posted on 2 Jun 2026" in home.bodies("ana")[0]
    assert home.mails_to("bob") == []


async def test_known_trial_enters_by_its_status_and_only_followers_of_the_search_hear_of_the_search(house):
    states = always(ONE) | {TWO: {DAYS[0]: itchy(TWO, "SUSPENDED"), DAYS[1]: posted(itchy(TWO), DAYS[1])}}
    home = house(states, settings=CALM + BOB.replace("send", 'watches = ["all"]\nsend') + QUIET, watched=[TWO])
    await home.run()
    await home.next()
    assert moves(home, TWO) == ["Now matches the search “itch”: its status became Recruiting, posted on 2 Jun 2026."]
    assert "search “itch”" in home.bodies("ana")[0]
    assert len(home.mails_to("bob")) == 1
    assert "search" not in home.bodies("bob")[0]


async def test_trials_that_leave_are_told_each_with_its_reason_and_stay_watched(house):
    other = put(posted(itchy(FOUR), DAYS[1]), ("protocolSection", "conditionsModule", "conditions"), ["Pain"])
    after = {TWO: posted(itchy(TWO, ENDED), DAYS[1]), THREE: itchy(THREE, "UNKNOWN"), FOUR: other}
    states = {nct_id: {DAYS[0]: itchy(nct_id), DAYS[1]: record} for nct_id, record in after.items()}
    states[TWO][DAYS[3]] = itchy(TWO, "WITHDRAWN")
    home = house(always(ONE, FIVE, SIX) | states, settings=CALM, watched=[])
    await home.run()
    await home.next()
    said = {
        TWO: ["Left the search “itch”: its status became Completed, posted on 2 Jun 2026."],
        THREE: ["Left the search “itch”: the registry set its status to Unknown."],
        FOUR: ["Left the search “itch” after its record was updated on 2 Jun 2026."],
    }
    assert {nct_id: moves(home, nct_id) for nct_id in after} == said
    assert members(home) == {ONE, FIVE, SIX}
    told = len(home.mails_to("ana"))
    await home.next()
    assert len(home.mails_to("ana")) == told
    await home.next()
    assert "Withdrawn" in home.subjects("ana")[-1]
    assert moves(home, TWO) == said[TWO]


async def test_a_trial_that_left_rests_after_thirty_days(house):
    states = always(ONE, THREE) | {TWO: {DAYS[0]: itchy(TWO), DAYS[1]: itchy(TWO, ENDED)}}
    home = house(states, settings=CALM, watched=[])
    await home.run()
    await home.next()
    home.time.pass_by(timedelta(days=29))
    assert (await home.next()).watched == 3
    home.time.pass_by(timedelta(days=2))
    await home.next()  # reads the search: thirty days are over by its time
    assert (await home.run()).watched == 2


async def test_membership_that_moves_by_synonyms_alone_says_that_the_record_did_not_change(house):
    home = house(always(ONE, TWO, THREE), settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.UNMATCHED, ids=(TWO,), match="query.cond", times=None))
    await home.next()
    assert moves(home, TWO) == ["No longer matched by the registry’s search “itch”; the record did not change."]
    home.registry.disarm()
    await home.next()
    assert moves(home, TWO)[1:] == ["Matches the search “itch” again; its record did not change."]


WEEKLY = SEARCH + ANA.replace("immediate", "weekly mon 07:30") + QUIET


async def test_a_trial_that_left_and_came_back_between_two_digests_is_told_so_in_one_line(house):
    home = house(always(ONE, TWO, THREE), settings=WEEKLY, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.UNMATCHED, ids=(TWO,), match="query.cond", times=None))
    await home.next()
    home.registry.disarm()
    await home.next(send_all=True)
    (body,) = home.bodies("ana")
    assert "LEFT THE SEARCH “itch” and matches it again; its record did not change" in body
    assert body.count("  Search  ".strip() + " Left") == 1
    assert "edited" not in body


async def test_a_trial_that_entered_and_left_between_two_digests_is_told_so_in_one_line(house):
    days = {
        DAYS[0]: None,
        DAYS[1]: itchy(TWO, first=DAYS[1]),
        DAYS[2]: posted(itchy(TWO, ENDED, first=DAYS[1]), DAYS[2]),
    }
    home = house(always(ONE, THREE) | {TWO: days}, settings=WEEKLY, watched=[])
    await home.run()
    await home.next()
    await home.next(send_all=True)
    (body,) = home.bodies("ana")
    assert "Entered the search “itch” and left it again: its status became Completed, posted on 3 Jun 2026." in body
    assert "edited" not in body
    assert "Now also watching" not in body


async def test_a_merged_trial_is_told_as_merged_and_neither_left_nor_entered(house):
    states = always(ONE, THREE) | {
        TWO: {DAYS[0]: itchy(TWO), DAYS[1]: None},
        FIVE: {DAYS[0]: None, DAYS[1]: alias_of(itchy(FIVE), TWO)},
    }
    home = house(states, settings=CALM, watched=[])
    await home.run()
    await home.next()
    await home.next()
    assert (home.kept(TWO).presence, members(home)) == (Presence.MERGED, {ONE, THREE, FIVE})
    assert (moves(home, TWO), moves(home, FIVE)) == ([], [])
    with home.look() as context:
        (key,) = context.store.searches.states()
        assert context.store.searches.owed(key) == ()  # nothing waits to be told later, either
    assert len(home.mails_to("ana")) == 1
    assert "merged into NCT99100005" in home.bodies("ana")[0]


@pytest.mark.parametrize("lost", [(ONE, TWO, THREE, FOUR), (ONE, TWO, THREE)])
async def test_none_or_under_half_is_set_aside_and_believed_when_the_next_data_version_shows_it(house, lost):
    home = house(always(ONE, TWO, THREE, FOUR), settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.UNMATCHED, ids=lost, match="query.cond", times=None))
    report = await home.next()
    assert (report.standing, members(home)) == (("search itch",), {ONE, TWO, THREE, FOUR})
    assert "4 before" in (fault(home) or "")
    await home.run()
    assert (moves(home, ONE), home.mails_to("ana")) == ([], [])
    assert (await home.next()).standing == ()
    assert members(home) == {ONE, TWO, THREE, FOUR}.difference(lost)
    assert len(moves(home, ONE)) == 1


async def test_another_implausible_number_confirms_nothing(house):
    home = house(always(ONE, TWO, THREE, FOUR), settings=CALM, watched=[])
    await home.run()
    for lost in ((ONE, TWO, THREE), ()):
        home.registry.disarm()
        home.registry.arm(RegistryFault(kind=FaultKind.UNMATCHED, ids=lost, match="query.cond", times=None))
        assert (await home.next()).standing == ("search itch",)
    assert (members(home), home.mails_to("ana")) == ({ONE, TWO, THREE, FOUR}, [])
    assert (await home.next()).standing == ()
    assert members(home) == set()


async def test_a_silent_zero_that_passes_is_never_told(house):
    home = house(always(ONE, TWO), settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.UNMATCHED, match="query.cond", times=None))
    await home.next()
    home.registry.disarm()
    assert (await home.run()).standing == ()
    assert (members(home), moves(home, ONE), home.mails_to("ana")) == ({ONE, TWO}, [], [])


async def test_data_that_moves_in_mid_walk_is_read_again_and_told_once(house):
    states = always(ONE) | {
        TWO: {DAYS[0]: itchy(TWO), DAYS[1]: itchy(TWO), DAYS[2]: posted(itchy(TWO, ENDED), DAYS[2])}
    }
    home = house(states, settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match="query.cond", after=1))
    await home.next()
    await home.run()
    assert moves(home, TWO) == ["Left the search “itch”: its status became Completed, posted on 3 Jun 2026."]
    assert len(home.mails_to("ana")) == 1


async def test_data_that_never_stands_still_moves_no_member(house):
    states = always(ONE) | {TWO: {DAYS[0]: itchy(TWO), DAYS[1]: itchy(TWO, ENDED)}}
    home = house(states, settings=CALM, watched=[])
    await home.run()
    home.registry.arm(*(RegistryFault(kind=FaultKind.MOVING, match="query.cond", after=number) for number in (1, 2, 3)))
    assert (await home.next()).poll.outcome is PollOutcome.MOVED
    assert (members(home), moves(home, TWO)) == ({ONE, TWO}, [])
    await home.run()
    assert (members(home), len(moves(home, TWO))) == ({ONE}, 1)


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        (RegistryFault(kind=FaultKind.MISCOUNTED, times=None), "declared 3 trials for the search and listed 2"),
        (RegistryFault(kind=FaultKind.UNAVAILABLE, match="query.cond", times=None), "503"),
        (RegistryFault(kind=FaultKind.REFUSED, match="query.cond", times=None), "refuses it (403)"),
    ],
)
async def test_a_search_that_fails_keeps_its_members_and_harms_no_other_watch(house, arms, said):
    states = always(ONE, TWO) | {FOUR: {DAYS[0]: trial(FOUR), DAYS[1]: trial(FOUR, "TERMINATED")}}
    home = house(states, settings=CALM, watched=[FOUR])
    await home.run()
    home.registry.arm(arms)
    report = await home.next()
    assert report.standing == ("search itch",)
    assert said in (fault(home) or "")
    assert (members(home), report.poll.outcome) == ({ONE, TWO}, PollOutcome.COMPLETE)
    assert [subject for subject in home.subjects("ana") if "Terminated" in subject]
    home.registry.disarm()
    assert (await home.run()).standing == ()


async def test_more_than_max_trials_is_refused_with_the_count(house):
    home = house(always(ONE, TWO, THREE), settings=SEARCH.replace("\n\n", "\nmax_trials = 2\n\n") + ANA, watched=[])
    report = await home.run()
    assert (report.standing, report.watched) == (("search itch",), 0)
    assert "matches 3 trials, more than max_trials allows (2)" in (fault(home) or "")


async def test_a_search_of_several_watches_is_asked_once_and_each_hears_by_its_own_name(house):
    second = SEARCH.replace('"itch"\n', '"scratch"\n', 1)
    ana = ANA.replace("send", 'watches = ["itch"]\nsend') + QUIET
    bob = BOB.replace("send", 'watches = ["scratch"]\nsend') + QUIET
    states = always(ONE) | {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}}
    home = house(states, settings=SEARCH + second + ana + bob, watched=[])
    await home.run()
    await home.next()
    assert sum("query.cond" in seen.query for seen in home.registry.requests) == 2
    assert "(search “itch”)" in home.bodies("ana")[0]
    assert "(search “scratch”)" in home.bodies("bob")[0]


async def test_a_move_whose_record_was_not_read_is_told_when_it_was(house):
    states = always(ONE, THREE) | {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}}
    home = house(states, settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(TWO,), match="filter.ids", times=None))
    await home.next()
    assert (members(home), moves(home, TWO)) == ({ONE, TWO, THREE}, [])
    home.registry.disarm()
    await home.run()
    await home.run()
    assert moves(home, TWO) == ["New in the registry: first posted on 2 Jun 2026 (search “itch”)."]
    assert len(home.mails_to("ana")) == 1


async def test_a_trial_that_left_while_its_record_was_unreadable_is_told_with_its_change(house):
    after = posted(itchy(TWO, ENDED), DAYS[1])
    home = house(always(ONE, THREE) | {TWO: {DAYS[0]: itchy(TWO), DAYS[1]: after}}, settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.DEEP, ids=(TWO,), match="filter.ids", times=None))
    await home.next()
    assert (members(home), home.mails_to("ana")) == ({ONE, THREE}, [])
    home.registry.disarm()
    await home.run()
    await home.run()
    (body,) = home.bodies("ana")
    assert "Left the search “itch”: its status became Completed, posted on 2 Jun 2026." in body


async def test_a_trial_that_is_listed_long_before_it_is_served_is_told_when_it_is(house):
    states = always(ONE, THREE) | {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}}
    home = house(states, settings=CALM, watched=[])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, ids=(TWO,), match="filter.ids", times=None))
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, ids=(TWO,), match=f"/studies/{TWO}", times=None))
    await home.next()
    await home.next()
    assert (home.kept(TWO).presence, home.mails_to("ana")) == (Presence.UNKNOWN, [])
    home.registry.disarm()
    await home.next()
    assert moves(home, TWO) == ["New in the registry: first posted on 2 Jun 2026 (search “itch”)."]
    assert len(home.mails_to("ana")) == 1


async def test_a_search_taken_out_ends_its_fault_and_rests_its_members(house):
    home = house(always(ONE, TWO), settings=CALM, watched=[ONE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISCOUNTED, times=None))
    await home.next()
    home.settings = ANA + QUIET
    assert (await home.run()).watched == 2  # as for an id: removed at the second reading without it
    report = await home.run()
    assert (report.standing, report.watched) == ((), 1)


async def test_an_edited_search_is_a_new_baseline_and_the_old_one_is_not_asked_again(house):
    other = put(itchy(FOUR), ("protocolSection", "conditionsModule", "conditions"), ["Vertigo"])
    states = always(ONE, TWO) | {FOUR: {DAYS[0]: other, DAYS[1]: other}}
    home = house(states, settings=SEARCH.replace("\n\n", "\nmax_trials = 1\n\n") + ANA + QUIET, watched=[])
    assert (await home.run()).standing == ("search itch",)
    home.settings = home.settings.replace("cond=itch", "cond=vertigo")
    before = len(home.registry.requests)
    assert ((await home.next()).standing, fault(home)) == ((), None)
    asked = [seen.query for seen in home.registry.requests[before:] if "query.cond" in seen.query]
    assert ["query.cond=vertigo" in query for query in asked] == [True]
    await home.run()
    assert (moves(home, ONE), moves(home, FOUR), home.mails_to("ana")) == ([], [], [])


async def test_a_search_whose_line_is_missing_for_a_moment_loses_no_change(house):
    states = always(ONE) | {TWO: {DAYS[0]: itchy(TWO), DAYS[1]: itchy(TWO, "WITHDRAWN")}}
    address = SEARCH.partition('search = "')[2].partition('"')[0]
    home = house(states, settings=ANA.replace("immediate", "daily 07:30") + QUIET, watched=[THREE, address])
    await home.run()
    await home.next()  # stored, and due at a later slot
    home.watched = [THREE]
    await home.run(send_all=True)
    assert [subject for subject in home.subjects("ana") if "Withdrawn" in subject]


HOLDS = {
    "in mid-walk": RegistryFault(kind=FaultKind.HOLD, at="body", match="query.cond"),
    "before what was read is stored": RegistryFault(kind=FaultKind.HOLD, at="before", match="/version", after=1),
}


@pytest.mark.parametrize("moment", HOLDS)
async def test_killed_run_leaves_members_as_before_and_the_next_tells_each_move_once(house, moment):
    came = {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}}
    gone = {THREE: {DAYS[0]: itchy(THREE), DAYS[1]: posted(itchy(THREE, ENDED), DAYS[1])}}
    home = house(always(ONE, FOUR) | came | gone, settings=CALM, watched=[], time=Time(datetime.now(UTC)))
    await home.run()
    home.registry.next()
    home.registry.arm(HOLDS[moment])
    with program(home, "run", "--once") as run:
        assert home.registry.wait_held(PATIENCE)
        run.kill()
    home.registry.release()
    assert (members(home), moves(home, TWO), moves(home, THREE)) == ({ONE, THREE, FOUR}, [], [])
    home.time.now = datetime.now(UTC)
    await home.run()
    await home.run()
    assert members(home) == {ONE, TWO, FOUR}
    assert (len(moves(home, TWO)), len(moves(home, THREE)), len(home.mails_to("ana"))) == (1, 1, 1)


async def test_what_was_read_before_a_poll_broke_off_is_not_read_again(house):
    home = house(always(ONE, TWO), settings=CALM, watched=[])
    home.registry.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, match="/version", after=1, times=None))
    await home.run()
    home.registry.disarm()
    before = len(home.registry.requests)
    await home.run()
    asked = home.registry.requests[before:]
    assert members(home) == {ONE, TWO}
    assert [seen.path.rpartition("/")[2] for seen in asked] == ["version", "studies", "version"]
    assert "filter.ids" not in asked[1].query


@pytest.mark.parametrize(("gap", "told"), [(timedelta(days=2), 1), (timedelta(days=40), 0)])
async def test_a_search_added_again_goes_on_within_thirty_days_and_starts_anew_later(house, gap, told):
    home = house(always(ONE) | {TWO: {DAYS[0]: itchy(TWO), DAYS[1]: itchy(TWO, ENDED)}}, settings=CALM, watched=[FOUR])
    await home.run()
    home.settings = ANA + QUIET
    await home.run()
    await home.run()
    home.time.pass_by(gap)
    home.settings = CALM
    await home.next()
    assert (members(home), len(moves(home, TWO))) == ({ONE}, told)


@needs_records
@pytest.mark.parametrize("is_reversed", [False, True])
async def test_real_trials_enter_and_leave_by_their_status_and_no_other_is_told(house, is_reversed):
    versions: dict[str, list[dict[str, Any]]] = {}
    for older, newer in pair_paths():
        versions.setdefault(older.parent.name, [load(older), load(older)])[1] = load(newer)
    if is_reversed:
        versions = {nct_id: pair[::-1] for nct_id, pair in versions.items()}
    status = {nct_id: [record_status(one) for one in pair] for nct_id, pair in versions.items()}
    search = SEARCH.replace("cond=itch&", "")
    states = {
        nct_id: {day: posted(record, day) for day, record in zip(DAYS, pair, strict=False)}
        for nct_id, pair in versions.items()
    }
    home = house(states, settings=search + ANA + QUIET, watched=list(states))
    await home.run()
    await home.next()
    await home.run()
    entered = {nct_id for nct_id, (was, now) in status.items() if was != "RECRUITING" == now}
    left = {nct_id for nct_id, (was, now) in status.items() if was == "RECRUITING" != now}
    assert entered
    assert left
    told = {nct_id: moves(home, nct_id) for nct_id in states}
    assert {nct_id for nct_id, said in told.items() if said} == entered | left
    for nct_id in entered:
        (said,) = told[nct_id]
        assert said.startswith("Now matches the search “itch”: its status became Recruiting")
    for nct_id in left:
        (said,) = told[nct_id]
        assert said.startswith("Left the search “itch”: its status became ")


def record_status(record: dict[str, Any]) -> str:
    return str(record["protocolSection"]["statusModule"]["overallStatus"])


@pytest.mark.timeout(300)
async def test_runs_that_are_processes_tell_each_move_once_through_every_trouble_of_a_search(house):
    came = {TWO: {DAYS[0]: None, DAYS[1]: itchy(TWO, first=DAYS[1])}}
    gone = {THREE: {DAYS[0]: itchy(THREE), DAYS[2]: posted(itchy(THREE, ENDED), DAYS[2])}}
    lapsed = {FOUR: {DAYS[0]: itchy(FOUR), DAYS[4]: itchy(FOUR, "UNKNOWN")}}
    home = house(always(ONE, FIVE, SIX) | came | gone | lapsed, settings=CALM, watched=[], time=Time(datetime.now(UTC)))

    def run(*faults: RegistryFault, next_day: bool = True) -> int:
        assert not next_day or home.registry.next()
        home.registry.arm(*faults)
        with program(home, "run", "--once") as process:
            code = process.wait()
        home.registry.disarm()
        return code

    home.write()
    assert run(next_day=False) == 0
    everybody = {ONE, THREE, FOUR, FIVE, SIX}
    assert members(home) == everybody
    moved = run(RegistryFault(kind=FaultKind.MOVING, match="query.cond", after=1))  # the third day begins in mid-walk
    run(next_day=False)
    assert (moved, members(home)) == (0, {ONE, TWO, FOUR, FIVE, SIX})
    for lost in ((), (ONE, TWO, FOUR)):  # none at all, then under half: neither confirms the other
        assert run(RegistryFault(kind=FaultKind.UNMATCHED, ids=lost, match="query.cond", times=None)) == 1
        assert members(home) == {ONE, TWO, FOUR, FIVE, SIX}
    assert run(RegistryFault(kind=FaultKind.MISCOUNTED, times=None)) == 1
    home.registry.arm(HOLDS["in mid-walk"])
    assert home.registry.next()
    with program(home, "run", "--once") as process:
        assert home.registry.wait_held(PATIENCE)
        process.kill()
    home.registry.release()
    assert members(home) == {ONE, TWO, FOUR, FIVE, SIX}
    assert (run(next_day=False), members(home)) == (0, {ONE, TWO, FIVE, SIX})
    assert run(next_day=False) == 0
    assert {nct_id: len(moves(home, nct_id)) for nct_id in (ONE, TWO, THREE, FOUR, FIVE, SIX)} == {
        ONE: 0, TWO: 1, THREE: 1, FOUR: 1, FIVE: 0, SIX: 0
    }  # fmt: skip
    bodies = home.bodies("ana")
    for sentence in ("First posted on 2 Jun 2026", "its status became Completed", "set its status to Unknown"):
        assert sum(sentence.casefold() in body.casefold() for body in bodies) == 1
