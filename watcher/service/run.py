"""One whole run: poll, tell, send, and say what failed; `run --once` does it once, the daemon by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from watcher.config.watchlist import Watchlist
from watcher.service import tidying
from watcher.service.calendar import tell_passed
from watcher.service.heartbeat import ask_heartbeat
from watcher.service.meeting import meet_recipients, signal_renamed
from watcher.service.notices import settle, tell_reformatted
from watcher.service.parts import STORED_PART, WATCHLIST_PART, Parts, Signals, WatchlistReader
from watcher.service.poll import PollReport, poll
from watcher.service.pulse import remove_sign
from watcher.service.registrywide import judge_data_version
from watcher.service.reload import CONFIG_PART
from watcher.service.sending import Sent, send_due, settle_left
from watcher.service.telling import tell_due
from watcher.service.watching import follow_merged, poll_ids, watched_now
from watcher.store.model import Life, PollOutcome

log = structlog.get_logger()

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
    """

    poll: PollReport | None
    watched: int
    composed: int
    sent: Sent
    said: tuple[str, ...]
    has_bad_ids: bool
    has_bugs: bool
    has_damage: bool = False


async def run_once(parts: Parts, read: WatchlistReader, *, send_all: bool = False, deliver: bool = True) -> RunReport:
    """Poll, tell and send once.

    Args:
        parts: What the run works with; the run lock is held by the caller.
        read: Reads the watchlist anew.
        send_all: Tell everybody now, also those whose slot lies ahead.
        deliver: Whether to send; without, messages stay in the outbox.

    Raises:
        StoreError: The store cannot be written.
    """
    signals = Signals()
    start(parts, signals)
    remove_sign(parts.state_dir)  # a daemon that ended in disorder left it; the lock says that none runs
    signals.well(CONFIG_PART)
    watchlist = read_watched(parts, read, signals)
    report = await poll_watched(parts, watchlist, signals)
    is_complete = report is not None and report.outcome.is_complete
    watchlist = follow_merged(watchlist, parts.store)  # what the poll found merged is followed from here on
    is_settled = report is not None and report.is_settled
    composed = tell_due(parts, watchlist, signals, is_complete=is_complete, is_settled=is_settled, send_all=send_all)
    sent = await send_due(parts, signals) if deliver else Sent()
    if deliver:
        await show_pages(parts, watchlist, signals)
    said = settle(parts, signals, parts.clock())
    if said and deliver:
        # the notices themselves; what fails now is heard at the next run
        sent += await send_due(parts, Signals(), but=sent.down)
    if tidying.is_due(parts):
        tidying.tidy(parts)
    if deliver:
        await ask_heartbeat(parts, is_complete=is_complete)
    return RunReport(
        poll=report,
        watched=len(watchlist.trials),
        composed=composed,
        sent=sent,
        said=said,
        has_bad_ids=bool(watchlist.problems),
        has_bugs=bool(signals.bugs),
        has_damage=bool(signals.damages),
    )


async def show_pages(parts: Parts, watchlist: Watchlist, signals: Signals) -> None:
    """Bring the trial pages up to date where a folder for them is configured; else load nothing of them."""
    if parts.loaded.config.pages.dir is not None:
        from watcher.service.publishing import keep_pages

        await keep_pages(parts, watchlist, signals)


def start(parts: Parts, signals: Signals) -> None:
    """Settle what a run that ended in the middle left behind, and meet recipients; before the first poll."""
    settle_left(parts, signals)
    meet_recipients(parts, parts.clock())


def read_watched(parts: Parts, read: WatchlistReader, signals: Signals) -> Watchlist:
    """Read the watchlist, say which lines are bad and which recipients seem renamed; return what is watched now."""
    signal_renamed(parts, signals)
    watchlist = read()
    if watchlist.problems:
        signals.failing(WATCHLIST_PART, "; ".join(str(problem) for problem in watchlist.problems))
    elif not watchlist.trials:
        signals.failing(WATCHLIST_PART, NOTHING_WATCHED)  # though what was watched a moment ago is still polled
    else:
        signals.well(WATCHLIST_PART)
    return watched_now(watchlist, parts.store, parts.clock())


async def poll_watched(parts: Parts, watchlist: Watchlist, signals: Signals) -> PollReport | None:
    """Poll what is watched and say which records are not believed; None when nothing is watched."""
    ids = poll_ids(watchlist, parts.store)
    if not ids:
        signals.failing(WATCHLIST_PART, NOTHING_WATCHED)
        return None
    report = await poll(parts, ids, signals, is_whole=watchlist.is_whole)
    async with parts.turn:
        # also what was read of a poll that broke off: a slot may come before the rest, and tells what there is
        is_whole = report.outcome.is_complete
        token = report.token if is_whole else report.read_of
        families = await asyncio.to_thread(partial(judge_data_version, parts, token, len(ids), is_whole=is_whole))
        if families:
            tell_reformatted(parts, families, token or "", parts.clock())
        await asyncio.to_thread(tell_passed, parts, ids)
    for nct_id, reason in report.tripped.items():
        signals.tripped(f"record {nct_id}", reason)
    for nct_id, reason in report.damaged.items():
        signals.damaged(f"{STORED_PART}{nct_id}", reason)
    _signal_records(parts, ids, signals, is_complete=report.outcome.is_complete)
    return report


def _signal_records(parts: Parts, ids: Sequence[str], signals: Signals, *, is_complete: bool) -> None:
    """Say which records are not believed; that one is believed again is known after a complete poll only."""
    held = parts.store.trials.quarantined(ids, before=parts.clock())
    aside = {kept.nct_id: kept for kept in held if kept.life is Life.QUARANTINED}
    for nct_id, kept in aside.items():
        reason = kept.quarantine.reason if kept.quarantine is not None else ""
        signals.failing(f"record {nct_id}", f"the registry's answer for {nct_id} is not believed: {reason}")
    for fault in parts.store.faults.all() if is_complete else ():
        known = fault.part.removeprefix("record ")
        if (known != fault.part and known not in aside) or fault.part.startswith(STORED_PART):
            signals.well(fault.part)  # of what failed just now this changes nothing


def is_registry_down(report: PollReport | None) -> bool:
    """Tell whether the registry gave nothing: exit 69."""
    return report is not None and (report.outcome is PollOutcome.FAILED or report.is_empty)
