"""`status`, `list`, `show`, `log`: what the watcher knows; they look, take no lock and change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from watcher import app
from watcher.cli.arguments import LEVELS, checked_id, never_read, parse_span
from watcher.cli.settings import Settings
from watcher.cli.terminal import print_log, print_status, print_trial, print_trials
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.ops.status_report import log_object, status_of, trial_of, trials_of
from watcher.pages.loader import markdown_of
from watcher.pipeline.watchlist_resolution import follow_merged
from watcher.store.trial_model import LogEntry
from watcher.text import to_json

_POLL = ("last", "next", "data_version", "due")
"""What `status --json` says of polls; people are told more (design: The command line)."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object for machines.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show the state: last and next poll, faults, recipients, outbox.

    \b
        watcher status
        watcher status --json | jq .faults
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        found = status_of(context, app.watchlist_reader(loaded)())
    if as_json:
        poll = {key: found["poll"][key] for key in _POLL}
        click.echo(to_json({**found, "poll": poll}, indent=2))
        return
    print_status(found, {one.name: loaded.config.zone(one) for one in loaded.config.recipient})


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object for machines.")
@click.pass_obj
def list_trials(settings: Settings, as_json: bool) -> None:
    """List the watched trials and the status of each.

    \b
        watcher list
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        found = trials_of(context, _watched(context, app.watchlist_reader(loaded)()))
    if as_json:
        click.echo(to_json({"schema": 1, "trials": found}, indent=2))
        return
    print_trials(found)


@click.command()
@click.argument("nct_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One object for machines, with the whole record.")
@click.option("--format", "shape", type=click.Choice(["card", "markdown"]), default="card", help="Default: card.")
@click.pass_obj
def show(settings: Settings, nct_id: str, as_json: bool, shape: str) -> None:
    """Show one trial as last read.

    \b
        watcher show NCT07555496
        watcher show NCT07555496 --format markdown > NCT07555496.md
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    nct_id = checked_id(nct_id)
    loaded = settings.load()
    if shape == "markdown" and not as_json:
        _print_markdown(settings, nct_id)
        return
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        found = trial_of(context, _watched(context, app.watchlist_reader(loaded)()), nct_id)
    if found is None:
        raise never_read(nct_id)
    if as_json:
        click.echo(to_json(found, indent=2))
        return
    print_trial(found)


@click.command()
@click.argument("nct_id", metavar="[ID]", required=False)
@click.option("--since", metavar="30d", help="Only what was read within this time: 12h, 30d.")
@click.option("--severity", type=click.Choice(LEVELS), default=None, help="Only changes of at least this level.")
@click.option("--json", "as_json", is_flag=True, help="One object per line, for each trial and version, newest first.")
@click.pass_obj
def log(settings: Settings, nct_id: str | None, since: str | None, severity: str | None, as_json: bool) -> None:
    """Show what changed, newest first, in one trial or in all.

    \b
        watcher log NCT07555496
        watcher log --since 30d --severity major
        watcher log --json | jq -r '.changes[].sentence'
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    nct_id = checked_id(nct_id) if nct_id is not None else None
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        start = context.clock() - parse_span(since) if since is not None else None
        if nct_id is not None and context.store.versions.newest_body(nct_id) is None:
            raise never_read(nct_id)
        entries = context.store.versions.log(nct_id, since=start)
        found = list(_log_objects(context, entries, severity))
    if as_json:
        for entry in found:
            click.echo(to_json(entry))
        return
    print_log(found, is_loud=severity is not None)


def _print_markdown(settings: Settings, nct_id: str) -> None:
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        page = markdown_of(context, _watched(context, app.watchlist_reader(loaded)()), nct_id)
    if page is None:
        raise never_read(nct_id)
    click.echo(page, nl=False)


def _watched(context: RunContext, watchlist: Watchlist) -> Watchlist:
    return follow_merged(watchlist, context.store)


def _log_objects(context: RunContext, entries: Sequence[LogEntry], severity: str | None) -> Iterator[Mapping[str, Any]]:
    loud = LEVELS[: LEVELS.index(severity) + 1] if severity is not None else LEVELS
    for entry in entries:
        found = log_object(context, entry)
        changes = [change for change in found["changes"] if change["severity"] in loud]
        if changes or severity is None:
            yield {**found, "changes": changes}
