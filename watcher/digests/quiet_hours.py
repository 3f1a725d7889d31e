"""Quiet hours: whether an instant lies in them, and when they end.

Pure: no clock. They begin and end at local times of the recipient's day; where the clocks skip such a time, at the
first valid instant after it, where they repeat it, at its first pass. So quiet hours never come back after their end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from watcher.config.quiet_span import Quiet
from watcher.digests.slots import resolve

_A_DAY = timedelta(days=1)


def quiet_until(quiet: Quiet | None, zone: tzinfo, now: datetime) -> datetime | None:
    """Return when the quiet hours that hold now end.

    Args:
        quiet: The recipient's quiet hours, or None.
        zone: The recipient's time zone.
        now: Aware time.

    Returns:
        Aware UTC instant after now; None when now is not quiet.
    """
    if quiet is None:
        return None
    now = now.astimezone(UTC)
    today = now.astimezone(zone).date()
    over_midnight = _A_DAY if quiet.ends < quiet.begins else timedelta(0)
    for day in (today - _A_DAY, today):
        begins = resolve(datetime.combine(day, quiet.begins), zone)
        ends = resolve(datetime.combine(day + over_midnight, quiet.ends), zone)
        if begins <= now < ends:
            return ends
    return None
