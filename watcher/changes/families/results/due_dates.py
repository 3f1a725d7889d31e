"""Days on which something is due by the calendar alone: results due soon, results overdue.

Written down when a version is stored and asked for later, so that records which did not change are not read again.
Knows no clock: the day is compared with today by whoever asks.

Source: 42 CFR 11.44 (results are due one year after the actual primary completion date; a certification delays them);
42 CFR 11.22 (an applicable trial by its own flags: an interventional study of an FDA-regulated drug or device, for
drugs not of Phase 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from watcher.changes.families.results.result_changes import DELAY_DATES, submissions
from watcher.changes.model import Change, Json, Origin, Record, Severity, Verb
from watcher.changes.partial_date import PartialDate, read
from watcher.study.read import as_object, at, texts

_TOLD_AHEAD = timedelta(days=30)
_STATUS = ("protocolSection", "statusModule")
_EARLY = frozenset({"EARLY_PHASE1", "PHASE1", "NA"})
LEVELS: Mapping[str, Severity] = MappingProxyType(
    {"results.due_soon": Severity.MINOR, "results.overdue": Severity.MAJOR}
)
"""Kinds of milestones and their levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One day on which a trial becomes due.

    Attributes:
        kind: `results.due_soon` or `results.overdue`.
        on: The day from which it is told.
        due: The day the results are due.
        completed: Actual primary completion, as spelt in the record.
        is_applicable: Whether the trial is bound to post results by its own flags.
    """

    kind: str
    on: date
    due: date
    completed: str
    is_applicable: bool


def milestones(record: Record) -> tuple[Milestone, ...]:
    """Return the days on which a record's results become due.

    Args:
        record: The newest version of a trial, canonical or not.

    Returns:
        The reminder 30 days ahead and the day after the due date, in this order. Empty when nothing is due: not
        interventional, withdrawn, primary completion not actual, results posted, waived, certified as delayed, or
        submitted and not returned. A completion given by month counts from the month's last day.
    """
    completed = _awaited(record)
    if completed is None:
        return ()
    due = completed.year_later().last
    kinds = (("results.due_soon", due - _TOLD_AHEAD), ("results.overdue", due + timedelta(days=1)))
    return tuple(
        Milestone(kind=kind, on=on, due=due, completed=completed.text, is_applicable=is_applicable(record))
        for kind, on in kinds
    )


def due_of(record: Record, on: PartialDate | None) -> dict[str, Json]:
    """Return the facts of a sentence that says when results are due.

    Args:
        record: The newer record.
        on: The day on which this is told: its posting; None when not known.

    Returns:
        `results_due`, and `results_due_passed` when that day was over by then; empty for a trial of which no results
        are due, as in `milestones`.
    """
    completed = _awaited(record)
    if completed is None:
        return {}
    due = completed.year_later()
    facts: dict[str, Json] = {"results_due": due.text}
    if on is not None and due.last < on.first:
        facts["results_due_passed"] = True
    return facts


def _awaited(record: Record) -> PartialDate | None:
    """Return the actual primary completion of a trial whose results are to come; None when none are due."""
    status = as_object(at(record, *_STATUS))
    design = as_object(at(record, "protocolSection", "designModule"))
    struct = as_object(status.get("primaryCompletionDateStruct"))
    completed = read(struct.get("date"))
    if (
        completed is None
        or not completed.has_month
        or struct.get("type") != "ACTUAL"
        or design.get("studyType") != "INTERVENTIONAL"
        or status.get("overallStatus") == "WITHDRAWN"
        or status.get("resultsWaived") is True
        or record.get("hasResults") is True
        or any(status.get(field) is not None for field in DELAY_DATES)
        or _is_submitted(record)
    ):
        return None
    return completed


def is_applicable(record: Record) -> bool:
    """Whether a trial is bound to post results by its own flags; what only a lawyer could say is not decided.

    Returns:
        True for an interventional study of an FDA-regulated device, or drug in Phase 2 or later.
    """
    design = as_object(at(record, "protocolSection", "designModule"))
    oversight = as_object(at(record, "protocolSection", "oversightModule"))
    if design.get("studyType") != "INTERVENTIONAL":
        return False
    phases = set(texts(design.get("phases")))
    is_late = bool(phases - _EARLY)
    return oversight.get("isFdaRegulatedDevice") is True or (oversight.get("isFdaRegulatedDrug") is True and is_late)


def _is_submitted(record: Record) -> bool:
    events = list(submissions(record))
    return bool(events) and events[-1][0] == "RELEASE"


def milestone_change(milestone: Milestone) -> Change:
    """Make the change that is told when a milestone has passed.

    Returns:
        A change of origin `clock` without edits.
    """
    is_soon = milestone.kind == "results.due_soon"
    when = "30 days ahead" if is_soon else "the day after"
    return Change(
        kind=milestone.kind,
        severity=LEVELS[milestone.kind],
        rule=f"actual primary completion + 12 months, {when}",
        path="results.due",
        verb=Verb.CHANGED,
        before=None,
        after=milestone.due.isoformat(),
        origin=Origin.CLOCK,
        facts={
            "due": milestone.due.isoformat(),
            "completed": milestone.completed,
            "applicable": milestone.is_applicable,
        },
    )
