"""Dates that may lack a day or a month: reading them, which comes first, how far apart they lie.

Partial dates stay partial: a distance in days exists only between two full dates, else it is counted in months, and
between dates without a month there is none. Knows no field, no type (planned, actual) and no level.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, date

from watcher.changes.model import Json

_SPELT = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_DAYS_A_MONTH = 365.25 / 12
_YEARS_SAID_FROM = 120  # months
_MONTHS_SAID_FROM = 90


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A year, a month of it or a day of it.

    Attributes:
        first: First day it may mean.
        last: Last day it may mean; equal to `first` for a full date.
        text: As the registry spells it: `2026`, `2026-07` or `2026-07-31`.
    """

    first: date
    last: date
    text: str

    @property
    def is_full(self) -> bool:
        """Whether the registry gives the day."""
        return self.first == self.last

    @property
    def has_month(self) -> bool:
        """Whether the registry gives at least the month."""
        return len(self.text) > 4

    @property
    def months(self) -> int:
        """Months since year 0, counted to the month's own number."""
        return self.first.year * 12 + self.first.month

    def refines(self, other: PartialDate) -> bool:
        """Whether one of the two lies within the other: the same date told more or less exactly; not equal ones."""
        return self != other and (
            (self.first >= other.first and self.last <= other.last)
            or (other.first >= self.first and other.last <= self.last)
        )

    def days_from(self, other: PartialDate) -> int:
        """Return the least number of days between the two, 0 when they overlap; never negative."""
        if self.first > other.last:
            return (self.first - other.last).days
        if other.first > self.last:
            return (other.first - self.last).days
        return 0

    def year_later(self) -> PartialDate:
        """Return the same date one year on; 29 February becomes 28 February."""
        year = str(self.first.year + 1)
        text = year + self.text[4:]
        moved = read(text) or read(year + "-02-28")
        assert moved is not None  # noqa: S101 — only 29 February has no twin a year later
        return moved


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a date moved; positive is later.

    Attributes:
        days: Days between two full dates, else None.
        months: Whole months, rounded for full dates; None when a month is missing on either side.
        least_days: Days for choosing a band: exact for full dates, mean months for months, the certain part for years.
    """

    days: int | None
    months: int | None
    least_days: int

    @property
    def is_later(self) -> bool:
        """Whether the newer date comes after the older one."""
        return self.least_days > 0

    def size(self) -> str | None:
        """Return the size in words, without direction: `89 days`, `14 months`, `74 years`; None for none."""
        if self.days is not None and abs(self.days) < _MONTHS_SAID_FROM:
            return _counted(abs(self.days), "day")
        if self.months is not None and abs(self.months) >= _YEARS_SAID_FROM:
            return _counted(round(abs(self.months) / 12), "year")
        return None if self.months is None else _counted(abs(self.months), "month")

    def said(self) -> str | None:
        """Return the size with its direction: `14 months later`, `3 days earlier`; None when there is none to give."""
        size = self.size()
        return None if size is None or not self.least_days else f"{size} {'later' if self.is_later else 'earlier'}"

    def signed(self) -> str | None:
        """Return the size as a signed number, in days where they are known: `+611 days`, `−2 months`; None for none."""
        count, unit = (self.days, "day") if self.days is not None else (self.months, "month")
        if count is None:
            return None
        return f"{'+' if count >= 0 else '−'}{_counted(abs(count), unit)}"


def read(value: Json) -> PartialDate | None:
    """Read a date of the registry.

    Args:
        value: `yyyy`, `yyyy-MM` or `yyyy-MM-dd`; anything else is no date.

    Returns:
        The date, or None for anything that is not a date of the calendar, the year 9999 included: it stands for
        "never", and no year follows it that could be counted to.

    Source: https://clinicaltrials.gov/data-api/about-api/study-data-structure (PartialDate, NormalizedDate)
    """
    match = _SPELT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101 — the pattern has no date without a year
    if year == MAXYEAR:
        return None
    try:
        if month is None:
            return PartialDate(date(year, 1, 1), date(year, 12, 31), match[0])
        if day is None:
            return PartialDate(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), match[0])
        return PartialDate(date(year, month, day), date(year, month, day), match[0])
    except ValueError:
        return None


def shift(old: PartialDate, new: PartialDate) -> Shift:
    """Measure how far a date moved.

    Returns:
        The shift; all zero when one date merely tells the other more exactly.
    """
    if old.is_full and new.is_full:
        days = (new.first - old.first).days
        return Shift(days, _months_between(old.first, new.first), days)
    if old.has_month and new.has_month:
        months = new.months - old.months
        return Shift(None, months, round(months * _DAYS_A_MONTH))
    certain = new.days_from(old)
    return Shift(None, None, certain if new.first > old.last else -certain)


def _months_between(old: date, new: date) -> int:
    whole = (new.year - old.year) * 12 + new.month - old.month
    return round(whole + (new.day - old.day) / _DAYS_A_MONTH)


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"
