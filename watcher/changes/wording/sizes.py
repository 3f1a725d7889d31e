"""Sizes in words that several families say alike: how long a posting lagged, which of how many delays."""

from __future__ import annotations

from watcher.changes.fact_shapes import TimingFacts
from watcher.changes.wording import values

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def lag(facts: TimingFacts) -> str | None:
    """Describe how long after a day it was posted: `333 days later`, `up to 5 months later`.

    None when it was not long.
    """
    lead = "up to " if facts.lag_is_most else ""
    if facts.lag_days is not None:
        return f"{lead}{values.counted(facts.lag_days, 'day')} later"
    return None if facts.lag_months is None else f"{lead}{values.counted(facts.lag_months, 'month')} later"


def results_due(facts: TimingFacts) -> str | None:
    """Describe when results would be due, or would have been when that day was over at the posting.

    None for neither.
    """
    would = "would have been" if facts.results_due_passed else "would be"
    return f"results {would} due by {values.date(facts.results_due)}" if facts.results_due else None


def ordinal(count: int) -> str:
    """Return `third`, or `12th` from eleven on."""
    if 0 < count < len(_ORDINALS):
        return _ORDINALS[count]
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def running_total(facts: TimingFacts) -> str | None:
    """Describe how often and how far a date moved in all: `third delay, +611 days since Feb 2026`.

    None for the first.
    """
    if facts.delays is None or not facts.total:
        return None
    from_when = f" since {values.date(facts.since[:7])}" if facts.since else ""
    return f"{ordinal(facts.delays)} delay, {facts.total}{from_when}"
