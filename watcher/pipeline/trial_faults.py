"""Faults of single trials and of what the registry says of them: found after a poll, settled like all others.

Says what fails, in sentences for the operator; does not decide what is believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from watcher.archive import trial_damage
from watcher.changes.wording import values
from watcher.context import (
    DATA_PART,
    ID_PART,
    MISSING_PART,
    POLL_PART,
    RECORD_PART,
    REGISTRY_PART,
    STORED_PART,
    UNASKED_PART,
    UNREADABLE_PART,
    FaultReport,
    RunContext,
)
from watcher.nct_id import is_nct_id
from watcher.pipeline.fault_states import failing
from watcher.pipeline.poll import BEHIND_POLLS
from watcher.pipeline.poll_report import PollReport
from watcher.registry.plausibility import data_day
from watcher.store.delivery_model import FaultGrade
from watcher.store.trial_model import ABSENCE, Kept, PollOutcome, Presence

_NAMED = 3
_SINGLY_UNREADABLE = 3
"""At most so many unreadable records have a fault each; more are one fault together."""
_CANNOT_BE_READ = "cannot be read: "
_TROUBLED = (Presence.QUARANTINED, Presence.ABSENT, Presence.UNKNOWN)
_KNOWN = frozenset({Presence.PRESENT, Presence.GONE, Presence.MERGED})


def unknown_trial(nct_id: str) -> str:
    """Return the sentence on an id that the registry does not have in two data versions."""
    return f"the registry has no {nct_id}; check the id"


def signal_trials(
    context: RunContext, ids: Collection[str], report: PollReport, faults: FaultReport, *, is_whole: bool = True
) -> None:
    """Report the trials in trouble after a poll, and end the faults of those that no longer are.

    Args:
        context: What the run works with.
        ids: The trials that were asked for.
        report: What the poll came to.
        faults: Hears it.
        is_whole: Whether these are all; else a trial that is not among them is still watched.
    """
    troubled = context.store.trials.in_presence(ids, _TROUBLED)
    for nct_id, reason in report.tripped.items():
        faults.tripped(f"{RECORD_PART}{nct_id}", reason)
    for nct_id, reason in report.damaged.items():
        faults.damaged(f"{STORED_PART}{nct_id}", reason)
    _signal_unreadable(context, report, faults)
    for nct_id, reason in report.refused.items():
        faults.failing(f"{ID_PART}{nct_id}", f"the registry refuses to be asked for {nct_id}: {reason}")
    for known in troubled:
        _signal_known(known, faults)
    _signal_lagging(report, faults)
    _signal_unasked(report, faults)
    _signal_missing(context, troubled, report, faults, is_whole=is_whole)
    _signal_unread(report, len(ids), faults)
    if report.older is not None:
        faults.failing(DATA_PART, _rolled_back(report, report.older))
    elif report.believed:
        faults.well(DATA_PART)
    _signal_recovered(context, set(ids), report, faults, is_whole=is_whole)


def _signal_unreadable(context: RunContext, report: PollReport, faults: FaultReport) -> None:
    """Report what cannot be decoded: a few records singly, many or all of them as one fault.

    A record keeps the fault it is under until it is read, so that a cause that grows or shrinks between two polls, or
    while one polls, neither begins nor ends anything but itself.
    """
    standing = {fault.part: fault.message for fault in failing(context.store.faults.all())}
    single = {one for one in report.unreadable if _CANNOT_BE_READ in standing.get(f"{RECORD_PART}{one}", "")}
    others = report.unreadable.keys() - single
    has_read = bool(report.believed)
    if (
        UNREADABLE_PART not in standing
        and len(report.unreadable) <= _SINGLY_UNREADABLE
        and (has_read or len(others) <= 1)
    ):
        single, others = set(report.unreadable), set()
    for nct_id in single:
        sentence = f"the registry's record of {nct_id} {_CANNOT_BE_READ}{_cause(report.unreadable[nct_id])}"
        faults.failing(f"{RECORD_PART}{nct_id}", sentence)
    if others:
        ((cause, _),) = Counter(_cause(report.unreadable[nct_id]) for nct_id in others).most_common(1)
        what = f"{len(others)} records of the registry" if has_read else "the registry's answers"
        faults.failing(UNREADABLE_PART, f"{what} cannot be read ({_named(others)}): {cause}")
    elif report.is_settled and not report.unread:
        faults.well(UNREADABLE_PART)


def _cause(reason: str) -> str:
    """Return why a record cannot be read, without the answer it stood in."""
    return reason.rpartition(_CANNOT_BE_READ)[2]


def _signal_known(known: Kept, faults: FaultReport) -> None:
    aside = known.quarantine
    if known.presence is Presence.UNKNOWN:
        faults.failing(f"{ID_PART}{known.nct_id}", unknown_trial(known.nct_id))
    elif aside is not None and aside.fingerprint != ABSENCE:
        sentence = f"the registry's answer for {known.nct_id} is not believed: {aside.reason}"
        faults.failing(f"{RECORD_PART}{known.nct_id}", sentence)


def _signal_lagging(report: PollReport, faults: FaultReport) -> None:
    """Report records that are older than ours, and those that stayed behind the registry's data until the last poll.

    A registry that fell back as a whole is one fault of its own (`DATA_PART`).
    """
    if report.older is not None:
        return
    for nct_id, reason in report.stale.items():
        faults.failing(f"{RECORD_PART}{nct_id}", f"{_out_of_date(nct_id)}: {reason}", FaultGrade.TEMPORARY)
    for nct_id in report.left_behind - report.stale.keys():
        day = values.date(data_day(report.read_of) or report.read_of or "")
        sentence = f"{_out_of_date(nct_id)}: in {BEHIND_POLLS + 1} polls it was older than the registry's data of {day}"
        faults.failing(f"{RECORD_PART}{nct_id}", sentence, FaultGrade.TEMPORARY)


def _out_of_date(nct_id: str) -> str:
    return f"the registry's record of {nct_id} is out of date"


def _signal_unasked(report: PollReport, faults: FaultReport) -> None:
    if report.unasked:
        many = "a record" if report.unasked == 1 else f"{report.unasked} records"
        faults.failing(UNASKED_PART, f"the registry sent {many} that nobody asked for; nothing of it is stored or told")
    elif report.believed:
        faults.well(UNASKED_PART)


def _signal_missing(
    context: RunContext, troubled: Sequence[Kept], report: PollReport, faults: FaultReport, *, is_whole: bool
) -> None:
    """Report in one fault which trials the registry left out, and whether that is believed.

    Its end is not told where every id it named has just become unknown: that is told by itself.
    """
    aside = [known.nct_id for known in troubled if known.quarantine and known.quarantine.fingerprint == ABSENCE]
    absent = [known.nct_id for known in troubled if known.presence is Presence.ABSENT]
    if aside:
        faults.failing(
            MISSING_PART,
            f"the registry left out {len(aside)} trials at once ({_named(aside)}); that is not believed until its next "
            "data version shows the same",
        )
    elif absent:
        faults.failing(MISSING_PART, _left_out(absent))
    elif is_whole and report.outcome is not PollOutcome.FAILED:
        standing = {fault.part: fault.message for fault in failing(context.store.faults.all())}
        unknown = [known.nct_id for known in troubled if known.presence is Presence.UNKNOWN]
        new = [nct_id for nct_id in unknown if f"{ID_PART}{nct_id}" not in standing]
        if new and standing.get(MISSING_PART) == _left_out(new):
            faults.gone_over(MISSING_PART)
        else:
            faults.well(MISSING_PART)


def _left_out(ids: Iterable[str]) -> str:
    return f"the registry left out {_named(ids)}; its next data version decides what becomes of that"


def _signal_unread(report: PollReport, asked: int, faults: FaultReport) -> None:
    """Report the trials without an answer while the registry answered for others; one cause is one fault."""
    if faults.by_part.get(REGISTRY_PART) is not None:
        return
    if report.unread:
        ((reason, _),) = Counter(report.unread.values()).most_common(1)
        faults.failing(
            POLL_PART, f"{len(report.unread)} of {asked} trials were not read ({_named(report.unread)}): {reason}"
        )
    elif report.outcome is PollOutcome.MOVED:
        faults.failing(POLL_PART, "the registry published new data again and again while it was read")
    elif report.outcome.is_complete:
        faults.well(POLL_PART)


def _rolled_back(report: PollReport, older: str) -> str:
    return (
        f"all that the registry sent with its data of {values.date(older)} is older than what we have "
        f"({values.counted(report.counts.stale, 'trial')}); it is not believed, and what was read before stays"
    )


def _signal_recovered(
    context: RunContext, ids: Collection[str], report: PollReport, faults: FaultReport, *, is_whole: bool
) -> None:
    """End the faults of trials that were believed again or are not watched any more."""
    standing = {fault.part: _trial_of(fault.part) for fault in failing(context.store.faults.all())}
    open_ones = {part: nct_id for part, nct_id in standing.items() if nct_id and part not in faults.by_part}
    kept = {known.nct_id: known for known in context.store.trials.kept(open_ones.values())} if open_ones else {}
    for part, nct_id in open_ones.items():
        has_left = is_whole and nct_id not in ids
        is_settled = not part.startswith(ID_PART) and _is_settled(kept[nct_id], report)
        is_read = nct_id in report.believed and nct_id not in report.lagging
        if part.startswith(STORED_PART) and not has_left and trial_damage(context.store, nct_id):
            continue
        if has_left or is_read or is_settled:
            faults.well(part)


def _is_settled(known: Kept, report: PollReport) -> bool:
    """Return whether a trial was believed by an earlier poll that ended before it could say so."""
    is_left_behind = known.behind_token == report.token and known.behind_polls >= BEHIND_POLLS
    is_checked = known.presence in _KNOWN and known.checked_token == report.token
    return report.outcome.is_complete and is_checked and not is_left_behind


def _trial_of(part: str) -> str:
    """Return the id of the trial that a part of the fault table is about, or nothing."""
    for beginning in (RECORD_PART, ID_PART, STORED_PART):
        nct_id = part.removeprefix(beginning)
        if nct_id != part and is_nct_id(nct_id):
            return nct_id
    return ""


def _named(ids: Iterable[str] | Mapping[str, str]) -> str:
    every = sorted(ids)
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(every[:_NAMED]) + more
