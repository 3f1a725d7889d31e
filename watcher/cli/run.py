"""`run`: the daemon, or with `--once` one whole run for cron and timers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import click

from watcher import app
from watcher.cli.exits import Exit, leave_lost, loudest
from watcher.cli.settings import Settings
from watcher.config.load import Loaded
from watcher.context import TEXTFILE_PART, RunContext
from watcher.daemon.shutdown import END_WITHIN, end_within
from watcher.daemon.single_run import RunReport, is_registry_down, run_once, standing_parts
from watcher.errors import StoreLostError, UsageError
from watcher.rendering.message import Message
from watcher.rendering.plain_text import count
from watcher.text import lines

_MOST_PLACES = 20
"""Recipients whose messages are shown one a line after a run; of more the first."""


@click.command()
@click.option("--once", is_flag=True, help="Poll once, compose and deliver what is due, and exit.")
@click.option("--dry-run", is_flag=True, help="With --once: store and send nothing; print what would be sent.")
@click.option("--send-all", is_flag=True, help="With --once: also send what waits for a later slot.")
@click.pass_obj
def run(settings: Settings, once: bool, dry_run: bool, send_all: bool) -> None:
    """Poll the registry, report what changed, and deliver it.

    Without options this is the daemon. With --once it suits cron: it prints nothing when all went well, and the
    exit code reports failures.

    \b
        watcher run
        watcher run --once
        17 * * * *  watcher --config /etc/watcher/config.toml run --once
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    if not once and (dry_run or send_all):
        raise UsageError("--dry-run and --send-all go with --once")
    loaded = settings.load()
    if not once:
        from watcher.cli.daemon import run_daemon

        settings.set_up_logs(is_daemon=True, loaded=loaded)
        sys.exit(run_daemon(settings, loaded))
    settings.set_up_logs(loaded=loaded)
    sys.exit(int(_once(settings, loaded, dry_run=dry_run, send_all=send_all)))


def _once(settings: Settings, loaded: Loaded, *, dry_run: bool, send_all: bool) -> Exit:
    state = settings.state(loaded)
    opened = app.open_rehearsal(loaded, state) if dry_run else app.open_for_run(loaded, state)
    with opened as context, settings.progress("reading the registry"):
        try:
            report = asyncio.run(
                _until_terminated(
                    run_once(context, app.watchlist_reader(loaded), send_all=send_all, deliver=not dry_run)
                )
            )
        except asyncio.CancelledError:
            return Exit.TERMINATED
        except StoreLostError as error:
            leave_lost(error)
        is_shown, said = True, report.said
        if dry_run:
            _print_rehearsed(context)
        elif _is_to_show(context):
            from watcher.ops.textfile import show_run

            is_shown, more = show_run(context, app.watchlist_reader(loaded)())
            said = (*said, *more)
            report = replace(report, standing=standing_parts(context))
    for line in said:
        click.echo(lines(line), err=True)
    if sys.stdout.isatty() or settings.verbosity > 0:
        click.echo(lines(summary(report)))
    return loudest((*codes(report), *([] if is_shown else [Exit.FAILED_PART])))


def _is_to_show(context: RunContext) -> bool:
    """Return whether a textfile is configured, or the fault of a former one has to end."""
    return context.loaded.config.health.textfile is not None or context.store.faults.get(TEXTFILE_PART) is not None


async def _until_terminated(work: object) -> RunReport:
    """Do the work; SIGTERM cancels it, and what was committed by then stays.

    A thread that waits for a server cannot be cancelled: the process ends without it.
    """
    assert asyncio.iscoroutine(work)  # noqa: S101 — called with run_once only
    task = asyncio.create_task(work)

    def end() -> None:
        end_within(END_WITHIN, os._exit, Exit.TERMINATED)
        task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    result: RunReport = await task
    return result


def codes(report: RunReport) -> Iterable[Exit]:
    """Return the exit codes a run earned; the loudest of them is the run's."""
    if report.has_bugs:
        yield Exit.BUG
    if report.has_damage:
        yield Exit.STORE
    if report.poll is None or report.sent.has_config_fault:
        yield Exit.CONFIG
    if is_registry_down(report.poll):
        yield Exit.REGISTRY
    if report.has_bad_ids or report.sent.failed or (report.poll is not None and report.poll.troubled):
        yield Exit.FAILED_PART
    if report.poll is not None and not report.poll.outcome.is_complete:
        yield Exit.FAILED_PART
    if report.standing:
        yield Exit.FAILED_PART


def summary(report: RunReport) -> str:
    """Return what a run did, in a line, and where its messages went, a line for each recipient and channel."""
    if report.poll is None:
        return "Nothing is watched."
    counts = report.poll.counts
    read = f"{counts.read} read, {counts.changed} new or changed" if counts.read else "no news"
    waiting = f", {count(report.composed, 'message')} composed" if report.composed else ""
    sent = f", {report.sent.delivered} delivered" if report.sent.delivered else ""
    places = [
        f"  {name}: {count(number, 'message')} {place}" for (name, place), number in Counter(report.sent.places).items()
    ]
    more = [f"  and {count(len(places) - _MOST_PLACES, 'more recipient')}"] if len(places) > _MOST_PLACES else []
    return "\n".join(
        (f"{count(report.watched, 'trial')} watched: {read}{waiting}{sent}.", *places[:_MOST_PLACES], *more)
    )


def _print_rehearsed(context: RunContext) -> None:
    entries = context.store.outbox.list()
    for entry in entries:
        message = Message.from_json(context.store.outbox.payload(entry.id))
        click.echo(f"To: {entry.recipient} by {entry.channel}\nSubject: {message.subject}\n\n{message.text}\n")
    if not entries:
        click.echo("Nothing would be sent.")
