"""Times and spans in people's words, in a reader's zone. Independent of the machine's locale."""

from __future__ import annotations

from datetime import datetime, tzinfo

from watcher.changes.wording import values

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(at: datetime | None, zone: tzinfo) -> str:
    """Return the day of an instant, `13 Mar 2026`; empty for None."""
    return values.date(at.astimezone(zone).date().isoformat()) if at is not None else ""


def moment(at: datetime, zone: tzinfo) -> str:
    """Return an instant with its weekday and time, `Mon 16 Mar 2026 07:30`."""
    local = at.astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {day(at, zone)} {local:%H:%M}"


def coming(at: datetime | None, zone: tzinfo) -> str:
    """Return an instant to come, `Mon 16 Mar 07:30`: the year goes without saying; empty for None."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {day(at, zone).removesuffix(f' {local.year}')} {local:%H:%M}"


def span(first: str | None, last: str | None) -> str:
    """Return two days of the registry as a span, what they share said once: `25 Feb – 13 Mar 2026`, `2 – 13 Mar 2026`.

    Args:
        first: ISO date, or None.
        last: The same.

    Returns:
        One day when they are equal or one is None, the last one when the first lies after it; empty when both are None.
    """
    known = [text for text in (first, last) if text]
    if len(known) == 2 and known[0] > known[1]:  # a span never runs backwards
        known = known[1:]
    return values.span(known[0], known[-1]) if known else ""
