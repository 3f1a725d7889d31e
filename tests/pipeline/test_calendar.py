"""Dates that pass are told once, though no record changed."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.changes.builders import put
from tests.pipeline.house import ANA, DAYS, FIVE, ONE, QUIET, TWO, Time, alias_of, trial
from watcher.ops.health_snapshot import UPKEEP_DONE
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.trial_model import Presence


def completed(nct_id, day):
    """A trial whose results are due a year after its actual primary completion."""
    record = trial(nct_id, status="COMPLETED")
    status = record["protocolSection"]["statusModule"]
    kept = {key: value for key, value in status.items() if not key.startswith(("disp", "results"))}
    record["protocolSection"]["statusModule"] = kept | {"primaryCompletionDateStruct": {"date": day, "type": "ACTUAL"}}
    record["derivedSection"]["miscInfoModule"].pop("submissionTracking", None)
    record["hasResults"] = False
    for section in ("annotationSection", "resultsSection"):
        record.pop(section, None)
    return record


async def test_due_date_is_told_thirty_days_ahead_and_the_day_after_each_once(house):
    where = house(
        {ONE: {DAYS[0]: completed(ONE, "2025-08-01")}},
        settings=ANA + QUIET,
        watched=(ONE,),
        time=Time(datetime(2026, 6, 30, 10, tzinfo=UTC)),
    )
    await where.run()
    assert where.bodies("ana") == []
    where.time.now = datetime(2026, 7, 3, 10, tzinfo=UTC)
    await where.run()
    await where.run()
    assert len(where.bodies("ana")) == 1
    assert "1 Aug 2026" in where.bodies("ana")[0]
    where.time.now = datetime(2026, 8, 3, 10, tzinfo=UTC)
    await where.run()
    where.time.pass_by(timedelta(days=40))
    await where.run()
    assert len(where.bodies("ana")) == 2
    assert [version.kind.value for version in where.versions(ONE)] == ["record", "clock", "clock"]


async def test_what_was_overdue_before_the_trial_was_watched_is_never_told(house):
    where = house({ONE: {DAYS[0]: completed(ONE, "2020-08-01")}}, settings=ANA + QUIET, watched=(ONE,))
    await where.run()
    where.time.pass_by(timedelta(days=2))
    await where.run()
    assert where.bodies("ana") == []


async def test_run_killed_right_after_storing_a_milestone_does_not_tell_it_twice(house):
    where = house(
        {ONE: {DAYS[0]: completed(ONE, "2025-08-01")}},
        settings=ANA + QUIET,
        watched=(ONE,),
        time=Time(datetime(2026, 6, 30, 10, tzinfo=UTC)),
    )
    await where.run()
    where.time.now = datetime(2026, 7, 3, 10, tzinfo=UTC)
    await where.run()
    with where.open() as context:
        context.store.notes.put("milestones.told_until", "2026-06-30")
    await where.run()
    assert len(where.bodies("ana")) == 1
    assert len(where.versions(ONE)) == 2


async def test_clock_that_was_years_ahead_silences_no_date_to_come_and_no_tidying(house):
    where = house(
        {ONE: {DAYS[0]: completed(ONE, "2030-08-01")}},
        settings=ANA + QUIET,
        watched=(ONE,),
        time=Time(datetime(2036, 1, 1, 10, tzinfo=UTC)),
    )
    await where.run()
    where.time.now = datetime(2026, 6, 30, 10, tzinfo=UTC)
    await where.run()
    with where.look() as context:
        assert context.store.notes.get(UPKEEP_DONE) == "2026-06-30T10:00:00+00:00"
    where.time.now = datetime(2031, 7, 3, 10, tzinfo=UTC)
    await where.run()
    assert len(where.bodies("ana")) == 1


DUE = completed(ONE, "2025-08-01")
CALM = {day: trial(TWO) for day in DAYS[:4]}


def rows(where, statement, *values):
    with closing(sqlite3.connect(where.state / "watcher.db")) as connection, connection:
        return connection.execute(statement, values).fetchall()


HOLLOW = RegistryFault(kind=FaultKind.HOLLOW, ids=(ONE,), times=None)


@pytest.mark.parametrize(
    ("states", "fault", "life"),
    [
        ({ONE: {DAYS[0]: DUE, DAYS[1]: None}, TWO: CALM}, None, Presence.GONE),
        (
            {ONE: {DAYS[0]: DUE, DAYS[1]: None}, FIVE: {DAYS[1]: alias_of(trial(FIVE), ONE)}, TWO: CALM},
            None,
            Presence.MERGED,
        ),
        ({ONE: {DAYS[0]: DUE}, TWO: CALM}, HOLLOW, Presence.QUARANTINED),
        ({ONE: {DAYS[0]: DUE}, TWO: CALM}, None, Presence.PRESENT),
    ],
    ids=lambda value: value.value if isinstance(value, Presence) else "",
)
async def test_date_that_passes_is_told_of_a_trial_that_is_there_and_of_no_other(house, states, fault, life):
    where = house(states, settings=ANA + QUIET, time=Time(datetime(2026, 6, 30, 10, tzinfo=UTC)))
    await where.run()
    dates = rows(where, "SELECT nct_id, kind, due_on, seq FROM milestone")
    if fault is not None:
        where.registry.arm(fault)
    await where.next()
    if life is not Presence.QUARANTINED:  # of the next data version it would be believed
        await where.next()
    assert where.kept(ONE).presence is life
    if life in (Presence.GONE, Presence.MERGED):
        assert rows(where, "SELECT * FROM milestone WHERE nct_id = ?", ONE) == []
        rows(where, "INSERT INTO milestone (nct_id, kind, due_on, seq) VALUES (?, ?, ?, ?)", *dates[0])  # left over
    where.time.now = datetime(2026, 7, 3, 10, tzinfo=UTC)
    await where.run()
    assert any("1 Aug 2026" in body for body in where.bodies("ana")) is (life is Presence.PRESENT)
    clocks = [version for version in where.versions(ONE) if version.kind.value == "clock"]
    assert len(clocks) == (1 if life is Presence.PRESENT else 0)


async def test_date_that_passes_before_a_trial_added_again_after_a_month_was_read_is_not_told(house):
    where = house({ONE: {DAYS[0]: DUE}, TWO: CALM}, settings=ANA + QUIET, time=Time(datetime(2026, 5, 28, tzinfo=UTC)))
    await where.run()
    where.watched = [TWO]
    await where.run()
    await where.run()
    where.watched = [ONE, TWO]
    where.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match="/studies", times=None))
    for where.time.now in (datetime(2026, 6, 30, tzinfo=UTC), datetime(2026, 7, 3, tzinfo=UTC)):
        await where.run()
    assert where.kept(ONE).starts_anew
    assert [version.kind.value for version in where.versions(ONE)] == ["record"]
    where.registry.disarm()
    await where.run()
    assert where.bodies("ana") == []


async def test_date_that_passed_is_not_told_again_after_the_record_changed(house):
    later = put(DUE, ("protocolSection", "designModule", "enrollmentInfo", "count"), 250)
    states = {ONE: {DAYS[0]: DUE, DAYS[1]: later}, TWO: CALM}
    where = house(states, settings=ANA + QUIET, time=Time(datetime(2026, 6, 30, tzinfo=UTC)))
    await where.run()
    where.time.now = datetime(2026, 7, 3, tzinfo=UTC)
    await where.run()
    await where.next()
    where.time.now = datetime(2026, 7, 5, tzinfo=UTC)
    await where.run()
    assert [version.kind.value for version in where.versions(ONE)] == ["record", "clock", "record"]


async def test_date_that_the_record_no_longer_has_is_not_told(house):
    where = house({ONE: {DAYS[0]: DUE}, TWO: CALM}, settings=ANA + QUIET, time=Time(datetime(2026, 6, 10, tzinfo=UTC)))
    await where.run()
    ((nct_id, kind, _, seq), *_) = rows(where, "SELECT nct_id, kind, due_on, seq FROM milestone")
    left_over = (nct_id, kind, "2026-06-11", seq)
    rows(where, "INSERT INTO milestone (nct_id, kind, due_on, seq) VALUES (?, ?, ?, ?)", *left_over)
    where.time.now = datetime(2026, 6, 12, tzinfo=UTC)
    await where.run()
    assert [version.kind.value for version in where.versions(ONE)] == ["record"]


async def test_date_that_passes_for_a_damaged_record_keeps_no_other_from_being_told(house):
    states = {ONE: {DAYS[0]: DUE}, TWO: {DAYS[0]: completed(TWO, "2025-08-01")}}
    where = house(states, settings=ANA + QUIET, time=Time(datetime(2026, 6, 30, tzinfo=UTC)))
    await where.run()
    rows(where, "UPDATE body SET data = x'00' WHERE seq = (SELECT newest_seq FROM trial WHERE nct_id = ?)", ONE)
    where.time.now = datetime(2026, 7, 3, tzinfo=UTC)
    await where.run()
    assert [TWO in body and ONE not in body for body in where.bodies("ana")] == [True]
