"""When a recipient is due: nominal local times, and the instants they stand for.

Pure: no clock, no store. A slot is a local time of day in the recipient's zone. Where the clocks skip it, it stands
for the first valid instant after it; where they repeat it, for its first pass. An hourly slot is every full local
hour, and a repeated hour is two of them, since an hour has really passed.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from watcher.config.config_model import Cadence, Send

_LONGEST_GAP = timedelta(days=62)  # monthly: at most 31 days between two slots; twice that is a safe bound to search
_FULL_HOUR = timedelta(hours=1)


def newest_slot(send: Send, zone: tzinfo, now: datetime) -> datetime | None:
    """Return the newest slot that is not after now.

    Returns:
        Aware UTC instant, at most `now`; None for `immediate`, which has no slots.
    """
    if send.cadence is Cadence.IMMEDIATE:
        return None
    if send.cadence is Cadence.HOURLY:
        return max(instant for instant in _hours_around(zone, now) if instant <= now)
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(-1, _LONGEST_GAP.days))
    return next(instant for instant in _instants(send, zone, days) if instant <= now)


def next_slots(send: Send, zone: tzinfo, now: datetime, count: int) -> tuple[datetime, ...]:
    """Return the slots to come.

    Args:
        send: The cadence with its local time.
        zone: The recipient's time zone.
        now: Aware time; only slots after it count.
        count: How many; 0 gives none.

    Returns:
        Aware UTC instants, soonest first, each once; empty for `immediate`.
    """
    if send.cadence is Cadence.IMMEDIATE:
        return ()
    if send.cadence is Cadence.HOURLY:
        return tuple(islice(_hours_after(zone, now), count))
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, _LONGEST_GAP.days * (count + 1)))
    slots = dict.fromkeys(instant for instant in _instants(send, zone, days) if instant > now)
    return tuple(islice(slots, count))


def resolve(local: datetime, zone: tzinfo) -> datetime:
    """Return the instant a local time stands for.

    Returns:
        Aware UTC instant: the first pass of a repeated time, the end of the gap for a skipped one.
    """
    by_old_offset = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if by_old_offset.astimezone(zone).replace(tzinfo=None) == local:
        return by_old_offset
    # Skipped: fold=0 reads it with the offset before the gap, fold=1 with the one after (PEP 495), so the moment
    # the clocks are moved lies between the two readings.
    low, high = local.replace(tzinfo=zone, fold=1).astimezone(UTC), by_old_offset
    offset_after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == offset_after:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


def _instants(send: Send, zone: tzinfo, days: Iterator[date]) -> Iterator[datetime]:
    at = time(send.hour, send.minute)
    return (resolve(datetime.combine(day, at), zone) for day in days if _falls_on(send, day))


def _falls_on(send: Send, day: date) -> bool:
    match send.cadence:
        case Cadence.WEEKDAYS:
            return day.weekday() < calendar.SATURDAY
        case Cadence.WEEKLY:
            return day.weekday() == send.day
        case Cadence.MONTHLY:
            return day.day == min(send.day, calendar.monthrange(day.year, day.month)[1])
        case _:
            return True


def _hours_around(zone: tzinfo, now: datetime) -> set[datetime]:
    """Both passes of the full local hours near an instant."""
    hour = now.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    found = set()
    for step in range(-3, 4):
        local = hour + step * _FULL_HOUR
        found.add(resolve(local, zone))
        second_pass = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if second_pass.astimezone(zone).replace(tzinfo=None) == local:
            found.add(second_pass)
    return found


def _hours_after(zone: tzinfo, now: datetime) -> Iterator[datetime]:
    while True:
        now = min(instant for instant in _hours_around(zone, now) if instant > now)
        yield now
