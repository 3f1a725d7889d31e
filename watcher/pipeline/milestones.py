"""Dates that pass: results due soon or overdue though no record changed.

A milestone whose day has come becomes an event of its trial, so that readers hear of it as of any version. Days before
the first run are never told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

import structlog

from watcher.context import RunContext
from watcher.errors import DamagedError
from watcher.store.trial_model import Compared, Event, Kept, Milestone, PageCommit, Presence, VersionKind

log = structlog.get_logger()

_TOLD_UNTIL = "milestones.told_until"
_A_DAY = timedelta(days=1)


def record_passed(context: RunContext, ids: Collection[str]) -> int:
    """Make events of the milestones that passed since they were last asked for.

    Args:
        context: What the run works with.
        ids: The watched trials.

    Returns:
        How many trials have one.
    """
    today = context.clock().date()
    note = context.store.notes.get(_TOLD_UNTIL)
    if note is None or date.fromisoformat(note) > today + _A_DAY:  # the clock had been ahead: days to come are told
        context.store.notes.put(_TOLD_UNTIL, today.isoformat())
        return 0
    if (since := date.fromisoformat(note)) >= today:
        return 0
    by_trial: defaultdict[str, list[Milestone]] = defaultdict(list)
    for milestone in context.store.milestones.passed(since, today, ids):
        by_trial[milestone.nct_id].append(milestone)
    kept = context.store.trials.kept(list(by_trial))
    events = tuple(event for one in kept if (event := _event(context, one, by_trial[one.nct_id])) is not None)
    context.store.versions.commit_page(PageCommit(events=events), context.clock())
    context.store.notes.put(_TOLD_UNTIL, today.isoformat())
    for event in events:
        log.info("milestone_passed", nct_id=event.nct_id)
    return len(events)


def _event(context: RunContext, kept: Kept, passed: Collection[Milestone]) -> Event | None:
    if kept.newest_seq is None or kept.starts_anew or kept.presence is not Presence.PRESENT:
        return None
    try:
        compared = _compared(context, kept, passed)
        known = context.store.versions.comparison(kept.newest_seq)
    except DamagedError as error:  # told when the record is needed for comparing; a backup tells the date anew
        log.warning("record_damaged", nct_id=kept.nct_id, reason=str(error))
        return None
    if compared is None or known == compared.body:
        return None  # nothing left of it, or a run that ended right after storing it is being resumed
    return Event(
        nct_id=kept.nct_id,
        kind=VersionKind.CLOCK,
        data_version=kept.data_version,
        previous=kept.newest_seq,
        compared=compared,
    )


def _compared(context: RunContext, kept: Kept, passed: Collection[Milestone]) -> Compared | None:
    from watcher.archive import decode, pack
    from watcher.changes.families.results.due_dates import milestone_change, milestones
    from watcher.changes.record_events import on_the_day

    body = context.store.versions.newest_body(kept.nct_id)
    if body is None:
        return None
    days = {(milestone.kind, milestone.due_on) for milestone in passed}
    due = [known for known in milestones(decode(body)) if (known.kind, known.on) in days]
    if not due:
        return None
    changes = tuple(milestone_change(milestone) for milestone in due)
    return pack(on_the_day(kept.nct_id, changes, data_version=kept.data_version))
