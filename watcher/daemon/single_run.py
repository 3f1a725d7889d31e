"""One whole run: poll, compose, send, and report what failed; used by `run --once` and, in steps, by the daemon."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

import structlog

from watcher.config.watchlist import Watchlist
from watcher.context import (
    CONFIG_PART,
    ENDPOINT_PART,
    JOB_PART,
    POLL_PART,
    RUN_PART,
    SEARCH_PART,
    SENDING_PART,
    STORED_PART,
    TEMPLATE_PART,
    WATCHLIST_PART,
    FaultReport,
    RunContext,
    WatchlistReader,
)
from watcher.errors import StoreError, StoreLostError, WatcherError
from watcher.ops import maintenance
from watcher.ops.liveness import remove_heartbeat_file
from watcher.pipeline.compose import compose_due
from watcher.pipeline.fault_kinds import REPORT_IT, Origin, kind_of
from watcher.pipeline.fault_states import failing
from watcher.pipeline.heartbeat_url import ask_heartbeat
from watcher.pipeline.milestones import record_passed
from watcher.pipeline.notices import notify_reformatted, settle
from watcher.pipeline.poll import poll
from watcher.pipeline.poll_report import PollReport
from watcher.pipeline.recipient_sync import signal_removed, signal_renamed, sync_recipients
from watcher.pipeline.reformatting import detect_reformatting
from watcher.pipeline.send import Sent, send_due, settle_left
from watcher.pipeline.trial_faults import signal_trials
from watcher.pipeline.watchlist_resolution import follow_merged, merged_ids, poll_ids, watched_now
from watcher.store.trial_model import PollOutcome

log = structlog.get_logger()

_NAMED = 5
"""At most so many trials are named in a fault; the log names all."""

NOTHING_WATCHED = "nothing is watched: add trials with `watcher add NCT…` or name them in a [[watch]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run came to.

    Attributes:
        poll: The poll; None when nothing is watched.
        watched: How many trials were asked for.
        composed: How many messages were put into the outbox.
        sent: What was sent.
        said: What a one-shot run prints: faults that are new, due for their reminder, or over.
        has_bad_ids: Whether a watchlist has lines that name no trial.
        has_bugs: Whether our own code tripped over a record or a recipient.
        has_damage: Whether something stored could not be read back.
        standing: The parts that fail at the end of the run, told or not.
    """

    poll: PollReport | None
    watched: int
    composed: int
    sent: Sent
    said: tuple[str, ...]
    has_bad_ids: bool
    has_bugs: bool
    has_damage: bool = False
    standing: tuple[str, ...] = ()


async def run_once(
    context: RunContext, read: WatchlistReader, *, send_all: bool = False, deliver: bool = True
) -> RunReport:
    """Poll, compose and send once.

    Args:
        context: What the run works with; the run lock is held by the caller.
        read: Reads the watchlist anew.
        send_all: Tell everybody now, also those whose slot lies ahead.
        deliver: Whether to send; without, messages stay in the outbox.

    Raises:
        StoreError: The store cannot be written.
    """
    try:
        return await _run_once(context, read, send_all=send_all, deliver=deliver)
    except StoreLostError:
        raise
    except Exception as error:  # whatever ends a run is a fault in `status` before it goes on to the exit code
        note_broken_off(context, RUN_PART, error)
        raise


async def _run_once(context: RunContext, read: WatchlistReader, *, send_all: bool, deliver: bool) -> RunReport:
    faults = FaultReport()
    start(context)
    remove_heartbeat_file(context.state_dir)  # a daemon that ended in disorder left it; the lock says that none runs
    faults.well(CONFIG_PART)
    _signal_daemon_gone(context, faults)
    watchlist = read_watched(context, read, faults)
    report = await poll_watched(context, watchlist, faults)
    is_complete = report is not None and report.outcome.is_complete
    watchlist = follow_merged(watchlist, context.store)  # what the poll found merged is followed from here on
    is_settled = report is not None and report.is_settled
    composed = compose_due(
        context, watchlist, faults, is_complete=is_complete, is_settled=is_settled, send_all=send_all
    )
    signal_mended_templates(context, faults)
    sent = Sent()
    if deliver:
        context.check_store()
        sent = await send_due(context, faults)
        signal_sending(sent, faults)
        await show_pages(context, watchlist, faults)
    said = settle(context, faults, context.clock())
    if said and deliver:  # the notices themselves, and what they meet
        late = FaultReport()
        more = await send_due(context, late, but=sent.down)
        if more.failed:  # that nothing more was due says nothing of what failed a moment ago
            signal_sending(more, late)
        sent += more
        said += settle(context, late, context.clock())
    if maintenance.is_due(context):
        maintenance.tidy(context)
    if deliver:
        await ask_heartbeat(context, is_complete=is_complete)
    return RunReport(
        poll=report,
        watched=len(watchlist.trials),
        composed=composed,
        sent=sent,
        said=said,
        has_bad_ids=bool(watchlist.problems),
        has_bugs=bool(faults.bugs),
        has_damage=bool(faults.damages),
        standing=standing_parts(context),
    )


def standing_parts(context: RunContext) -> tuple[str, ...]:
    """Return the names of the parts that fail now, told or not."""
    return tuple(fault.part for fault in failing(context.store.faults.all()))


def note_broken_off(context: RunContext, part: str, error: Exception) -> None:
    """Write down that a run or a job broke off, so that `status` shows what the exit code says; raise nothing.

    Args:
        context: What the run works with.
        part: The name in the fault table.
        error: What broke it off.
    """
    faults = FaultReport()
    if isinstance(error, WatcherError):
        faults.failing(part, str(error))
    else:
        faults.tripped(part, f"the program tripped over it ({type(error).__name__}); {REPORT_IT}")
    try:
        settle(context, faults, context.clock())
    except StoreError as again:  # the store is often what broke it off; the first error is the one to show
        log.warning("fault_not_stored", part=part, reason=str(again))
    except Exception:  # a bug in telling must not hide the error that is to be told
        log.exception("fault_not_stored", part=part)


def signal_sending(sent: Sent, faults: FaultReport) -> None:
    """Note tries that failed for a reason that no channel's fault stands for."""
    is_known = any(text and kind_of(part).origin is Origin.DELIVERY for part, text in faults.by_part.items())
    if sent.failed and not is_known:
        faults.failing(SENDING_PART, f"{sent.failed} of the tries to send failed; see `watcher outbox list`")
    else:
        faults.well(SENDING_PART)


def _signal_daemon_gone(context: RunContext, faults: FaultReport) -> None:
    """End what only a daemon can fail in, and the fault of a run that broke off; the lock says that no daemon runs."""
    for part in standing_parts(context):
        if part in (ENDPOINT_PART, RUN_PART) or part.startswith(JOB_PART):
            faults.well(part)


def signal_mended_templates(context: RunContext, faults: FaultReport) -> None:
    """Try templates again that stand as failing; where none does, nothing of them is loaded."""
    if any(part.startswith(TEMPLATE_PART) for part in standing_parts(context)):
        from watcher.pipeline.template_overrides import signal_mended

        signal_mended(context, faults)


async def show_pages(context: RunContext, watchlist: Watchlist, faults: FaultReport) -> None:
    """Bring the trial pages up to date where a folder for them is configured; else load nothing of them."""
    if context.loaded.config.pages.dir is not None:
        from watcher.pipeline.publisher import keep_pages

        await keep_pages(context, watchlist, faults)


def start(context: RunContext) -> None:
    """Settle what a run that ended in the middle left behind, and meet recipients; before the first poll."""
    settle_left(context)
    sync_recipients(context, context.clock())


def read_watched(context: RunContext, read: WatchlistReader, faults: FaultReport) -> Watchlist:
    """Read the watchlist, say which lines are bad and which recipients seem renamed; return what is watched now."""
    signal_renamed(context, faults)
    signal_removed(context, faults)
    watchlist = read()
    if watchlist.problems:
        faults.failing(WATCHLIST_PART, "; ".join(str(problem) for problem in watchlist.problems))
    elif not (watchlist.trials or watchlist.searches):
        faults.failing(WATCHLIST_PART, NOTHING_WATCHED)  # though what was watched a moment ago is still polled
    else:
        faults.well(WATCHLIST_PART)
    return watched_now(watchlist, context.store, context.clock())


async def poll_watched(context: RunContext, watchlist: Watchlist, faults: FaultReport) -> PollReport | None:
    """Poll what is watched and say which records are not believed; None when nothing is watched."""
    ids = poll_ids(watchlist, context.store)
    if not (ids or watchlist.searches):
        faults.failing(WATCHLIST_PART, NOTHING_WATCHED)
        faults.well(POLL_PART)
        return None
    merged = merged_ids(watchlist, ids)
    searches = tuple(search for search in watchlist.searches if not search.is_missing)
    report = await poll(context, ids, faults, merged=merged, searches=searches, is_whole=watchlist.is_whole)
    if watchlist.searches:
        ids = poll_ids(follow_merged(watchlist, context.store), context.store)  # with the members found just now
    async with context.turn:
        # also what was read of a poll that broke off: a slot may come before the rest, and tells what there is
        is_whole = report.outcome.is_complete
        token = report.token if is_whole else report.read_of
        families = await asyncio.to_thread(partial(detect_reformatting, context, token, len(ids), is_whole=is_whole))
        if families:
            notify_reformatted(context, families, token or "", context.clock())
        await asyncio.to_thread(record_passed, context, ids)
    signal_trials(context, ids, report, faults, is_whole=watchlist.is_whole)
    _signal_unread(report, faults)
    _signal_searches(report, context, watchlist, faults)
    return report


def _signal_searches(report: PollReport, context: RunContext, watchlist: Watchlist, faults: FaultReport) -> None:
    """Note which searches fail and which are well; the fault of one that is no longer watched is over."""
    watched = {f"{SEARCH_PART}{search.name}" for search in watchlist.searches if not search.is_missing}
    for part in standing_parts(context):
        if part.startswith(SEARCH_PART) and part not in watched:
            faults.well(part)
    for name, sentence in report.searches.items():
        if sentence is None:
            faults.well(f"{SEARCH_PART}{name}")
        else:
            faults.failing(f"{SEARCH_PART}{name}", sentence)


def _signal_unread(report: PollReport, faults: FaultReport) -> None:
    """Note a poll that left something undone, unless another fault names the cause."""
    troubled = [nct_id for nct_id in report.troubled if f"{STORED_PART}{nct_id}" not in faults.damages]
    is_whole = report.outcome.is_complete and not troubled and (not report.is_empty or bool(report.troubled))
    is_known = any(text and kind_of(part).origin is Origin.REGISTRY for part, text in faults.by_part.items())
    if is_whole or is_known:
        faults.well(POLL_PART)
    elif report.outcome is PollOutcome.MOVED:
        faults.failing(POLL_PART, "the registry's data changed each time it was read; the next poll reads it again")
    else:
        shown = ", ".join(troubled[:_NAMED])
        more = f" and {len(troubled) - _NAMED} more" if len(troubled) > _NAMED else ""
        named = f": {shown}{more}" if shown else ""
        faults.failing(POLL_PART, f"the last poll did not get everything it asked for{named}")


def is_registry_down(report: PollReport | None) -> bool:
    """Return whether the registry gave nothing: exit 69."""
    return report is not None and (report.outcome is PollOutcome.FAILED or report.is_empty)
