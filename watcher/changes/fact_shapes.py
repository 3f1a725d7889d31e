"""The facts of changes as typed values: what sentences and headlines read, whoever words them.

A change keeps its facts as JSON, as they are stored; each shape here names those of one family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from watcher.changes.model import Change
from watcher.study.shapes import shaped

F = TypeVar("F")


def facts_of(change: Change, shape: type[F]) -> F:
    """Return the facts of a change by attribute; those it does not have are empty, False or None."""
    return shaped(shape, change.facts)


@dataclass(frozen=True, kw_only=True)
class TimingFacts:
    """How late something was posted, when results are due, how often a date moved.

    Attributes:
        lag_days: Days between the day and its posting, where it was posted late.
        lag_months: The same in months, for a day that is not given in full.
        lag_is_most: Whether it is at most that late.
        results_due: Day on which results are due, or empty.
        results_due_passed: Whether that day was over at the posting.
        delays: How often the date moved later, this time included.
        total: How far in all: `+611 days`.
        since: Day since which that is counted, or empty.
    """

    lag_days: int | None
    lag_months: int | None
    lag_is_most: bool
    results_due: str
    results_due_passed: bool
    delays: int | None
    total: str
    since: str


@dataclass(frozen=True, kw_only=True)
class DateEnds:
    """An older and a newer date, each as the registry spells it and with its type in words."""

    old: str
    new: str
    old_type: str
    new_type: str


@dataclass(frozen=True, kw_only=True)
class DateFacts(TimingFacts):
    """Facts of the family `dates`.

    Attributes:
        old: Older date.
        new: Newer date.
        old_type: `actual`, `planned` or empty.
        new_type: The same for the newer one.
        said: `14 months later`, or empty.
        completion: The completion date where it moved with primary completion.
        start: The same for the start.
        registered: Day of the first registration, where a start was moved over it.
        equals_completion: Whether the new date is the unmoved completion date.
        results_due_told_with: What tells when results are due instead, or empty.
    """

    old: str
    new: str
    old_type: str
    new_type: str
    said: str
    completion: DateEnds | None
    start: DateEnds | None
    registered: str
    equals_completion: bool
    results_due_told_with: str

    def are_of(self, other: DateEnds | None) -> bool:
        """Return whether another date moved from the same to the same day."""
        return other is not None and (other.old, other.new) == (self.old, self.new)


@dataclass(frozen=True, kw_only=True)
class EnrollmentFacts:
    """Facts of the family `enrollment`; types are `actual`, `planned` or `untyped`."""

    old: int | None
    new: int | None
    old_type: str
    new_type: str
    percent: str
    share: str
    is_late_expansion: bool

    @property
    def is_taken_back(self) -> bool:
        """Whether an actual count gave way to a plan: the old number was never a target."""
        return self.old_type == "actual" and self.new_type != "actual"


@dataclass(frozen=True, kw_only=True)
class StatusFacts(TimingFacts):
    """Facts of the family `status`: what stands beside a status, spelt as in the record."""

    reason: str
    last_known: str
    verified: str
    start: str
    start_type: str
    sites: int | None
    sites_recruiting: int | None
    enrolled: int | None
    enrolled_type: str
    target: int | None
    has_results: bool
