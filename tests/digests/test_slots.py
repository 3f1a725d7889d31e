"""Slots: nominal local times and the instants they stand for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from watcher.config.config_model import Cadence, Send
from watcher.digests.slots import newest_slot, next_slots, resolve

PARIS, NEW_YORK, LORD_HOWE = map(ZoneInfo, ("Europe/Paris", "America/New_York", "Australia/Lord_Howe"))
APIA, KATHMANDU = map(ZoneInfo, ("Pacific/Apia", "Asia/Kathmandu"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def daily(hour: int, minute: int = 0) -> Send:
    return Send(cadence=Cadence.DAILY, hour=hour, minute=minute)


HOURLY = Send(cadence=Cadence.HOURLY)
WEEKDAYS = Send(cadence=Cadence.WEEKDAYS, hour=7, minute=30)
MONDAYS = Send(cadence=Cadence.WEEKLY, hour=7, minute=30, day=0)
LAST_DAYS = Send(cadence=Cadence.MONTHLY, hour=7, minute=30, day=31)


@pytest.mark.parametrize(
    ("send", "zone", "now", "expected"),
    [
        pytest.param(daily(7, 30), PARIS, "2026-03-13T07:30:00+01:00", "2026-03-13T07:30:00+01:00", id="at the minute"),
        pytest.param(daily(7, 30), PARIS, "2026-03-13T07:29:59+01:00", "2026-03-12T07:30:00+01:00", id="a second ago"),
        pytest.param(daily(0), PARIS, "2026-03-13T00:00:01+01:00", "2026-03-13T00:00:00+01:00", id="midnight"),
        pytest.param(daily(7), NEW_YORK, "2026-03-13T02:00:00+00:00", "2026-03-12T07:00:00-04:00", id="other date"),
        pytest.param(WEEKDAYS, PARIS, "2026-03-15T12:00:00+01:00", "2026-03-13T07:30:00+01:00", id="Sunday: Friday's"),
        pytest.param(WEEKDAYS, PARIS, "2026-03-16T07:30:00+01:00", "2026-03-16T07:30:00+01:00", id="Monday"),
        pytest.param(MONDAYS, PARIS, "2026-03-16T07:29:00+01:00", "2026-03-09T07:30:00+01:00", id="last week's"),
        pytest.param(LAST_DAYS, PARIS, "2026-03-15T00:00:00+01:00", "2026-02-28T07:30:00+01:00", id="short month"),
        pytest.param(LAST_DAYS, PARIS, "2028-03-01T00:00:00+01:00", "2028-02-29T07:30:00+01:00", id="leap day"),
        pytest.param(LAST_DAYS, PARIS, "2026-05-30T00:00:00+02:00", "2026-04-30T07:30:00+02:00", id="month of thirty"),
        pytest.param(HOURLY, PARIS, "2026-03-13T07:59:59+01:00", "2026-03-13T07:00:00+01:00", id="hourly"),
        pytest.param(HOURLY, KATHMANDU, "2026-03-13T00:00:00+00:00", "2026-03-13T05:00:00+05:45", id="hourly, local"),
    ],
)
def test_newest_slot_is_the_last_nominal_time_not_after_now(send, zone, now, expected):
    found = newest_slot(send, zone, at(now))
    assert found == at(expected)
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        pytest.param(PARIS, "2026-03-29T02:30:00", "2026-03-29T03:00:00+02:00", id="Paris, spring"),
        pytest.param(PARIS, "2026-03-29T02:00:00", "2026-03-29T03:00:00+02:00", id="Paris, first skipped"),
        pytest.param(PARIS, "2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00", id="Paris, autumn"),
        pytest.param(NEW_YORK, "2026-03-08T02:30:00", "2026-03-08T03:00:00-04:00", id="New York, spring"),
        pytest.param(NEW_YORK, "2026-11-01T01:30:00", "2026-11-01T01:30:00-04:00", id="New York, autumn"),
        pytest.param(LORD_HOWE, "2026-10-04T02:10:00", "2026-10-04T02:30:00+11:00", id="Lord Howe, half an hour"),
        pytest.param(LORD_HOWE, "2026-04-05T01:45:00", "2026-04-05T01:45:00+11:00", id="Lord Howe, autumn"),
        pytest.param(APIA, "2011-12-30T07:30:00", "2011-12-31T00:00:00+14:00", id="a day that never was"),
    ],
)
def test_skipped_time_is_the_end_of_the_gap_and_repeated_time_its_first_pass(zone, local, expected):
    assert resolve(datetime.fromisoformat(local), zone) == at(expected)


def test_skipped_slot_is_not_lost():
    now = at("2026-03-29T03:00:00+02:00")
    assert newest_slot(daily(2, 30), PARIS, now) == now


def test_repeated_hour_is_one_daily_slot():
    first, second = at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00")
    assert newest_slot(daily(2, 30), PARIS, second) == first


def test_repeated_hour_is_two_hourly_slots():
    found = next_slots(HOURLY, PARIS, at("2026-10-25T01:30:00+02:00"), 3)
    assert found == (at("2026-10-25T02:00:00+02:00"), at("2026-10-25T02:00:00+01:00"), at("2026-10-25T03:00:00+01:00"))


def test_skipped_hour_is_no_hourly_slot():
    found = next_slots(HOURLY, PARIS, at("2026-03-29T00:30:00+01:00"), 2)
    assert found == (at("2026-03-29T01:00:00+01:00"), at("2026-03-29T03:00:00+02:00"))


def test_immediate_has_no_slots():
    immediate = Send(cadence=Cadence.IMMEDIATE)
    assert newest_slot(immediate, PARIS, at("2026-03-13T00:00:00+01:00")) is None
    assert next_slots(immediate, PARIS, at("2026-03-13T00:00:00+01:00"), 3) == ()


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        pytest.param(daily(7, 30), ("13T06:30", "14T06:30", "15T06:30"), id="daily"),
        pytest.param(WEEKDAYS, ("13T06:30", "16T06:30", "17T06:30"), id="weekdays"),
        pytest.param(MONDAYS, ("16T06:30", "23T06:30", "30T05:30"), id="weekly, over the change of clocks"),
    ],
)
def test_next_slots_come_in_order(send, expected):
    found = next_slots(send, PARIS, at("2026-03-13T00:00:00+01:00"), 3)
    assert tuple(f"{slot:%dT%H:%M}" for slot in found) == expected


def test_next_monthly_slots_keep_the_end_of_the_month():
    found = next_slots(LAST_DAYS, PARIS, at("2026-01-31T07:30:00+01:00"), 3)
    assert [slot.astimezone(PARIS).strftime("%d %b") for slot in found] == ["28 Feb", "31 Mar", "30 Apr"]


def test_no_slots_asked_for_is_none_given():
    assert next_slots(daily(7), PARIS, at("2026-03-13T00:00:00+01:00"), 0) == ()


@pytest.mark.parametrize("send", [daily(2, 30), daily(7), WEEKDAYS, MONDAYS, LAST_DAYS, HOURLY], ids=str)
@pytest.mark.parametrize("zone", [PARIS, NEW_YORK, LORD_HOWE], ids=str)
def test_the_next_slot_is_the_newest_once_it_has_come(send, zone):
    now = at("2026-03-01T00:00:00+00:00")
    for slot in next_slots(send, zone, now, 60):
        assert newest_slot(send, zone, slot) == slot
        before = newest_slot(send, zone, slot.replace(microsecond=0) - (slot - now) / 1_000_000)
        assert before is not None
        assert before < slot
