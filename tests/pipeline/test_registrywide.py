"""What the registry does to many records at once is no news of a trial."""

from datetime import UTC, datetime

import pytest

from tests.changes.builders import put
from tests.pipeline.house import ANA, DAYS, OPS, OPS_ON, QUIET, trial
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.trial_model import PollOutcome

IDS = tuple(f"NCT9910{number:04}" for number in range(1, 31))
_TITLE = ("protocolSection", "identificationModule", "officialTitle")


def crowd(number_reformatted, later=""):
    """Thirty trials, some of which get another spelling of a title without a sponsor's update.

    With `later` the registry alone gives the first one two more titles in the next data versions.
    """
    states = {}
    for number, nct_id in enumerate(IDS):
        record = put(trial(nct_id), _TITLE, "A Study of Things")
        states[nct_id] = {DAYS[0]: record}
        if number < number_reformatted:
            states[nct_id][DAYS[1]] = put(record, _TITLE, "A Study of Quite Other Things")
    states[IDS[0]][DAYS[2]] = states[IDS[0]].get(DAYS[1], states[IDS[0]][DAYS[0]])
    if later:
        states[IDS[0]][DAYS[2]] = put(states[IDS[0]][DAYS[1]], _TITLE, "A Study in Between")
        states[IDS[0]][DAYS[3]] = put(states[IDS[0]][DAYS[1]], _TITLE, later)
    return states


@pytest.fixture
def installation(house):
    def build(number_reformatted, later=""):
        settings = OPS_ON + ANA + QUIET + OPS
        return house(crowd(number_reformatted, later), settings=settings, watched=IDS)

    return build


async def test_family_reformatted_in_most_records_is_told_to_the_operator_alone_and_once(installation):
    where = installation(25)
    await where.run()
    await where.next()
    await where.next()
    assert where.bodies("ana") == []
    notices = [path.read_text() for path in (where.state / "ops").glob("*.eml")]
    assert len(notices) == 1
    assert "officialTitle" in notices[0].replace("=\n", "")


async def test_same_change_in_a_few_records_is_told(installation):
    where = installation(5)
    await where.run()
    await where.next()
    assert len(where.bodies("ana")) == 1
    assert "5 of your 30 trials changed" in where.bodies("ana")[0]


async def test_window_over_a_reformatting_is_quiet_about_it_too(installation):
    where = installation(25)
    where.settings = where.settings.replace('send = "immediate"', 'send = "monthly 1 00:00"', 1)
    await where.run()
    await where.next()
    await where.next(send_all=True)
    assert where.bodies("ana") == []


async def test_reformatting_in_a_poll_that_broke_off_is_quiet_when_a_slot_comes_before_the_next(installation):
    where = installation(25)
    where.settings = where.settings.replace('send = "immediate"', 'send = "daily 07:30"', 1)
    await where.run()
    where.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match="/version", after=1, times=9))
    where.time.now = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)
    report = await where.next()
    assert (report.poll.outcome, report.poll.counts.changed) == (PollOutcome.PARTIAL, 25)
    where.registry.disarm()
    await where.run()
    assert where.bodies("ana") == []
    notices = [path.read_text() for path in (where.state / "ops").glob("*.eml")]
    assert len([notice for notice in notices if "officialTitle" in notice.replace("=\n", "")]) == 1


async def test_reformatting_of_which_a_part_is_read_later_is_quiet_all_through_and_told_to_the_operator_once(house):
    many = [f"NCT9920{number:04}" for number in range(110)]
    before = {nct_id: put(trial(nct_id), _TITLE, "A Study of Things") for nct_id in many}
    states = {
        nct_id: {DAYS[0]: record, DAYS[1]: put(record, _TITLE, "A Study of Quite Other Things")}
        for nct_id, record in before.items()
    }
    where = house(states, settings=OPS_ON + ANA + QUIET + OPS, watched=many)
    await where.run()
    where.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match=many[-1], times=5))
    report = await where.next()
    assert (report.poll.outcome, report.poll.counts.changed) == (PollOutcome.PARTIAL, 100)
    where.registry.disarm()
    report = await where.run()
    assert (report.poll.outcome, report.poll.counts.changed) == (PollOutcome.COMPLETE, 10)
    assert where.bodies("ana") == []
    notices = [path.read_text() for path in (where.state / "ops").glob("*.eml")]
    assert len([notice for notice in notices if "officialTitle" in notice.replace("=\n", "")]) == 1


async def test_change_after_a_reformatting_is_told_to_a_reader_whose_window_begins_with_it(installation):
    where = installation(25, later="A Study Under Its Final Title")
    where.settings = where.settings.replace('send = "immediate"', 'send = "daily 07:30"', 1)
    await where.run()
    await where.next()
    where.time.now = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)  # nothing to tell, and the base holds the new spelling
    await where.run()
    assert where.bodies("ana") == []
    await where.next()
    await where.next()
    where.time.now = datetime(2026, 6, 3, 5, 30, tzinfo=UTC)
    await where.run()
    (body,) = where.bodies("ana")
    assert "1 of your 30 trials changed" in body
    assert "in 2 updates" in body  # compared anew, over both versions


async def test_window_that_ends_with_a_reformatting_tells_the_rest_of_it(house):
    many = {nct_id: put(trial(nct_id), _TITLE, "A Study of Things") for nct_id in IDS}
    states = {nct_id: {DAYS[0]: record} for nct_id, record in many.items()}
    larger = put(many[IDS[0]], ("protocolSection", "designModule", "enrollmentInfo", "count"), 900)
    states[IDS[0]][DAYS[1]] = larger
    for nct_id in IDS[:25]:
        states[nct_id][DAYS[2]] = put(larger if nct_id == IDS[0] else many[nct_id], _TITLE, "A Study of Other Things")
    settings = OPS_ON + ANA.replace("immediate", "monthly 1 00:00") + QUIET + OPS
    where = house(states, settings=settings, watched=IDS)
    await where.run()
    await where.next()
    await where.next(send_all=True)
    (body,) = where.bodies("ana")
    assert "240 planned → 900 planned" in body
    assert "title" not in body.lower()
