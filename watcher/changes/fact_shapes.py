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
    return shaped(shape, change.facts, _key)


def _key(name: str) -> str:
    return name.rstrip("_")  # `from` is no name in Python


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
    """Facts of the family `status`: what the record says besides the status, as it spells it."""

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


@dataclass(frozen=True, kw_only=True)
class ArmFacts:
    """Facts of the family `arms`.

    Attributes:
        name: Label of the arm or name of the intervention; empty when references of several were respelt.
        was: Its older name, of one renamed.
        type: Its type as the registry spells it, of one added or removed.
        parts: What was edited, in words.
        gained: Interventions that an arm gained.
        lost: Interventions that it lost.
        old_type: Its older type, where that changed.
        new_type: Its newer one.
        names_added: Other names added.
        names_removed: Other names removed.
        was_amount: The one amount that was replaced, or empty.
        now_amount: What it became.
        is_same_amount: Whether that is the same amount in another unit.
    """

    name: str
    was: str
    type: str
    parts: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    old_type: str
    new_type: str
    names_added: tuple[str, ...]
    names_removed: tuple[str, ...]
    was_amount: str
    now_amount: str
    is_same_amount: bool


@dataclass(frozen=True, kw_only=True)
class OutcomeFacts:
    """Facts of the family `outcomes`.

    Attributes:
        list: `primary`, `secondary` or `other`.
        timing: When in the trial's life the change was posted, as `timing` names it.
        measure: Name of the outcome where neither record's item gives it.
        parts: What was edited, in words.
        from_: List it was moved from.
        to: List it was moved to.
        others: How many of the same name stay.
        told_apart_by: What tells them apart, or empty.
        other: That of one that stays.
        is_whole_list: Whether it stands for all outcomes of a list.
        count: For how many outcomes it stands.
        names: The first of these.
        step: By how much time frames moved.
        unit: Unit of the step.
    """

    list: str
    timing: str
    measure: str
    parts: tuple[str, ...]
    from_: str
    to: str
    others: int | None
    told_apart_by: str
    other: str
    is_whole_list: bool
    count: int | None
    names: tuple[str, ...]
    step: float | None
    unit: str


@dataclass(frozen=True, kw_only=True)
class EligibilityFacts:
    """Facts of the family `eligibility`.

    Attributes:
        section: `inclusion`, `exclusion` or `open`.
        cohort: Heading of a group the criterion is under, or empty.
        text: The criterion now; before, of one removed.
        old_text: Before, of one reworded or moved.
        from_: Section it was moved from.
        is_reworded: Whether it was moved with other words.
        old_texts: The criteria before, of one split or several merged.
        new_texts: The criteria now.
        direction: `relaxed` or `tightened` where its numbers prove it, or empty.
        effect: `widened` or `narrowed`, of a limit; or empty.
        field: Name of the field, of a coded one.
        limit: `minimum`, `maximum` or `groups`, of ages.
        headings: Whether it is about headings of the text alone.
        rewritten: Whether another text stands in the place of the old one.
        introduction: Whether it is about a sentence before a list.
    """

    section: str
    cohort: str
    text: str
    old_text: str
    from_: str
    is_reworded: bool
    old_texts: tuple[str, ...]
    new_texts: tuple[str, ...]
    direction: str
    effect: str
    field: str
    limit: str
    headings: bool
    rewritten: bool
    introduction: bool


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """Facts of the families of listed things: publications, links, documents, sponsors, identifiers, contacts, texts.

    Attributes:
        name: Name of the one thing it is about, or empty.
        names: The first names of several.
        count: How many it stands for, None for one.
        gained: Names a list gained.
        lost: Names it lost.
        field: Name of a text.
        type: Type of the thing as the registry spells it.
        was: Its older name or type.
        now: Its newer type.
        domain: Whose number it is, of an identifier.
        date: Day a document is dated.
        what: What happened to a publication: `notice`, `erratum`, `type` or `citation`; empty for one added or removed.
        notice: What the registry notes about it.
        is_retracted: Whether that is a retraction.
        plain_language: Whether a link leads to a plain-language summary.
        organisation: Whether a sponsor's name is that of the record's organisation.
        class_only: Whether only the class of a sponsor changed.
        old_class: Its older class as the registry spells it.
        new_class: Its newer one.
        renamed: Whether two names are proved to be one organisation.
    """

    name: str
    names: tuple[str, ...]
    count: int | None
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    field: str
    type: str
    was: str
    now: str
    domain: str
    date: str
    what: str
    notice: str
    is_retracted: bool
    plain_language: bool
    organisation: bool
    class_only: bool
    old_class: str
    new_class: str
    renamed: bool


@dataclass(frozen=True, kw_only=True)
class ResultFacts:
    """Facts of the family `results`.

    Attributes:
        sections: Sections posted or edited, in words.
        date: Day of a step or of a certified delay, or empty.
        posted: Day the results were posted, or empty.
        is_posted: Whether a certified delay was posted; None where only a day is known.
        numbers_count: How many numbers differ.
        fields: Fields of the results that differ, by their keys.
        was: Older text of the one field that differs, or empty.
        now: Its newer text.
        event: Step of a submission as the registry spells it.
        due: Day on which results are due.
        completed: Day of primary completion.
        applicable: Whether the record's flags mark the trial as bound by law.
    """

    sections: tuple[str, ...]
    date: str
    posted: str
    is_posted: bool | None
    numbers_count: int | None
    fields: tuple[str, ...]
    was: str
    now: str
    event: str
    due: str
    completed: str
    applicable: bool
