"""Quiet hours: in them or not, over midnight and through both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from watcher.config.quiet_span import Quiet, parse_quiet
from watcher.digests.quiet_hours import quiet_until

PARIS, NEW_YORK, LORD_HOWE = "Europe/Paris", "America/New_York", "Australia/Lord_Howe"


def quiet(span: str) -> Quiet:
    found = parse_quiet(span)
    assert isinstance(found, Quiet)
    return found


def ends(span: str, zone: str, now: datetime) -> str | None:
    found = quiet_until(quiet(span), ZoneInfo(zone), now)
    return None if found is None else found.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def local(text: str, zone: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("span", "at", "until"),
    [
        ("22:00-07:00", "2026-06-10T21:59", None),
        ("22:00-07:00", "2026-06-10T22:00", "2026-06-11T07:00+02:00"),
        ("22:00-07:00", "2026-06-11T00:00", "2026-06-11T07:00+02:00"),
        ("22:00-07:00", "2026-06-11T06:59", "2026-06-11T07:00+02:00"),
        ("22:00-07:00", "2026-06-11T07:00", None),
        ("12:00-13:30", "2026-06-10T11:59", None),
        ("12:00-13:30", "2026-06-10T12:00", "2026-06-10T13:30+02:00"),
        ("12:00-13:30", "2026-06-10T13:30", None),
        ("00:00-23:59", "2026-06-10T23:58", "2026-06-10T23:59+02:00"),
        ("00:00-23:59", "2026-06-10T23:59", None),
    ],
)
def test_quiet_hours_hold_from_their_beginning_to_their_end(span, at, until):
    assert ends(span, PARIS, local(at, PARIS)) == until


@pytest.mark.parametrize(
    ("span", "zone", "now", "until"),
    [
        # clocks go forward at 02:00: an end that is skipped comes when the clocks have moved
        ("22:00-02:30", PARIS, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-29T03:00+02:00"),
        ("22:00-02:30", PARIS, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), None),
        ("22:00-02:30", NEW_YORK, datetime(2026, 3, 8, 6, 59, tzinfo=UTC), "2026-03-08T03:00-04:00"),
        ("22:00-02:30", NEW_YORK, datetime(2026, 3, 8, 7, 0, tzinfo=UTC), None),
        ("22:00-02:15", LORD_HOWE, datetime(2026, 10, 3, 15, 29, tzinfo=UTC), "2026-10-04T02:30+11:00"),
        ("22:00-02:15", LORD_HOWE, datetime(2026, 10, 3, 15, 30, tzinfo=UTC), None),
        # clocks go back: an end that comes twice is over at its first pass
        ("22:00-02:30", PARIS, datetime(2026, 10, 25, 0, 29, tzinfo=UTC), "2026-10-25T02:30+02:00"),
        ("22:00-02:30", PARIS, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), None),
        ("22:00-02:30", PARIS, datetime(2026, 10, 25, 1, 10, tzinfo=UTC), None),
        ("22:00-01:30", NEW_YORK, datetime(2026, 11, 1, 5, 29, tzinfo=UTC), "2026-11-01T01:30-04:00"),
        ("22:00-01:30", NEW_YORK, datetime(2026, 11, 1, 6, 10, tzinfo=UTC), None),
        ("22:00-01:45", LORD_HOWE, datetime(2026, 4, 4, 14, 44, tzinfo=UTC), "2026-04-05T01:45+11:00"),
        ("22:00-01:45", LORD_HOWE, datetime(2026, 4, 4, 15, 10, tzinfo=UTC), None),
        # the night is an hour shorter or longer, its ends stay
        ("22:00-07:00", PARIS, datetime(2026, 3, 29, 4, 59, tzinfo=UTC), "2026-03-29T07:00+02:00"),
        ("22:00-07:00", PARIS, datetime(2026, 10, 25, 5, 59, tzinfo=UTC), "2026-10-25T07:00+01:00"),
    ],
)
def test_quiet_hours_end_once_when_the_clocks_change(span, zone, now, until):
    assert ends(span, zone, now) == until


def test_no_quiet_hours_are_never_quiet():
    assert quiet_until(None, ZoneInfo(PARIS), datetime(2026, 6, 10, tzinfo=UTC)) is None


def test_every_quiet_instant_of_a_year_leads_to_one_that_is_not():
    night, zone = quiet("22:00-07:00"), ZoneInfo(PARIS)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(365 * 24):
        now += timedelta(hours=1)
        until = quiet_until(night, zone, now)
        if until is not None:
            assert now < until <= now + timedelta(hours=10)
            assert quiet_until(night, zone, until) is None
