"""Days and times as the terminal shows them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from watcher.text import lines


def when(text: str | None) -> str:
    """Return a day as 9 Jun 2026, a time with its minute; what is neither stands as it is."""
    if text is None:
        return "unknown"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return lines(text)
    day = f"{moment.day} {moment:%b %Y}"
    if len(text) <= len("2026-06-09"):
        return day
    return f"{day} {moment:%H:%M}" + (" UTC" if moment.tzinfo is UTC else "")


def slot_time(text: str, zone: tzinfo) -> str:
    """Return the time of a slot in a zone, with the day of the week."""
    moment = datetime.fromisoformat(text).astimezone(zone)
    return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M %z}"
