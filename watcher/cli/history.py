"""`history`: the timeline of one trial on a terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import Any

import click

from watcher import app
from watcher.changes.model import Change, Record, Severity
from watcher.changes.story import tell
from watcher.changes.wording.reverted import phrase_of
from watcher.cli.arguments import LEVELS, checked_id, never_read, parse_span
from watcher.cli.settings import Settings
from watcher.cli.terminal import console, print_story
from watcher.pages.loader import load
from watcher.pages.page_model import Step, Trial
from watcher.study.names import short_name as short_name_of
from watcher.text import lines


@click.command()
@click.argument("nct_id", metavar="ID")
@click.option("--severity", type=click.Choice(LEVELS), default="minor", help="At least this level. Default: minor.")
@click.option("--since", metavar="30d", help="Only what was read within this time: 12h, 30d.")
@click.option("--no-pager", is_flag=True, help="Do not page long output.")
@click.pass_obj
def history(settings: Settings, nct_id: str, severity: str, since: str | None, no_pager: bool) -> None:
    """Show the timeline of one trial: every version, newest first, with what changed from what to what.

    \b
        watcher history NCT07555496
        watcher history NCT07555496 --severity major --since 90d
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    nct_id = checked_id(nct_id)
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        start = context.clock() - parse_span(since) if since is not None else None
        watched = app.watchlist_reader(loaded)().trials.get(nct_id)
        trial = load(context, nct_id, watched, records=True)
    if trial is None:
        raise never_read(nct_id)
    steps = [step for step in reversed(trial.steps) if start is None or step.seen_at >= start]
    text = _steps_text(trial, steps, severity)
    is_long = text.count("\n") >= shutil.get_terminal_size().lines - 1
    if sys.stdout.isatty() and is_long and not no_pager:
        click.echo_via_pager(text, color=True)
    else:
        click.echo(text, nl=False)


def _steps_text(trial: Trial, steps: Sequence[Step], severity: str) -> str:
    """Return the versions as the terminal shows them, with colours where it has any."""
    screen = console()
    with screen.capture() as captured:
        name = trial.short_name or short_name_of(trial.record)
        screen.print(lines(f"{trial.nct_id}  {name}"), style="bold", markup=False)
        screen.print(f"https://clinicaltrials.gov/study/{trial.nct_id}?tab=history", style="dim", markup=False)
        shown = 0
        for step in steps:
            shown += _print_version(screen, step, step.record or trial.record, Severity(severity))
        if not shown:
            screen.print("\nNothing of this level was seen to change.", markup=False)
        elif shown < len(steps):
            screen.print(f"\n{len(steps) - shown} of {len(steps)} versions have nothing of this level.", markup=False)
    return captured.get()


def _print_version(screen: Any, step: Step, record: Record, least: Severity) -> bool:
    """Print one version and return whether there was anything to print."""
    changes = step.comparison.changes
    story = tell(step.comparison, record=record, short_name=None, level_of=base_level, least=least)
    noise = [change for change in changes if change.severity.value == "noise"]
    if story is None and not step.is_baseline and not (noise and least.value == "noise"):
        return False
    seen = f"── version {step.seq}, seen {step.seen_at:%Y-%m-%d %H:%M} UTC, data of {step.data_version or 'unknown'} "
    screen.print(f"\n{lines(seen)}".ljust(79, "─"), style="dim", markup=False)
    if step.is_baseline:
        screen.print("First version kept; nothing was compared with it.", markup=False)
        return True
    if story is not None:
        print_story(screen, story)
    if least.value == "noise":
        for change in noise:
            screen.print(lines(f"   {phrase_of(change).sentence}"), style="dim", markup=False)
    return True


def base_level(change: Change) -> Severity:
    """Return a change's stored level."""
    return change.severity
