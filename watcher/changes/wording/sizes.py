"""Sizes in words that several families say alike: how long a posting lagged, which of how many delays."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Json
from watcher.changes.wording import values

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def lag(facts: Mapping[str, Json]) -> str | None:
    """Describe how long after a day it was posted: `333 days later`, `up to 5 months later`.

    None when it was not long.
    """
    days, months = facts.get("lag_days"), facts.get("lag_months")
    lead = "up to " if facts.get("lag_is_most") is True else ""
    if isinstance(days, int):
        return f"{lead}{values.counted(days, 'day')} later"
    return f"{lead}{values.counted(months, 'month')} later" if isinstance(months, int) else None


def results_due(facts: Mapping[str, Json]) -> str | None:
    """Describe when results would be due, or would have been when that day was over at the posting.

    None for neither.
    """
    due = facts.get("results_due")
    if not isinstance(due, str):
        return None
    would = "would have been" if facts.get("results_due_passed") is True else "would be"
    return f"results {would} due by {values.date(due)}"


def ordinal(count: int) -> str:
    """Return `third`, or `12th` from eleven on."""
    if 0 < count < len(_ORDINALS):
        return _ORDINALS[count]
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def running_total(facts: Mapping[str, Json]) -> str | None:
    """Describe how often and how far a date moved in all: `third delay, +611 days since Feb 2026`.

    None for the first.
    """
    delays, total, since = facts.get("delays"), facts.get("total"), facts.get("since")
    if not isinstance(delays, int) or not isinstance(total, str):
        return None
    from_when = f" since {values.date(since[:7])}" if isinstance(since, str) else ""
    return f"{ordinal(delays)} delay, {total}{from_when}"
