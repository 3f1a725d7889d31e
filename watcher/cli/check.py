"""`check-config`: every problem at once, then who is told what and when."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from watcher.cli.exits import Exit
from watcher.cli.settings import Settings
from watcher.errors import ConfigError, Problem

if TYPE_CHECKING:
    from watcher.config.load import Loaded
    from watcher.config.model import RecipientConfig, SecretRef
    from watcher.config.watchlist import Watchlist

_SLOTS_SHOWN = 3


@click.command("check-config")
@click.pass_obj
def check_config(settings: Settings) -> None:
    """Check the configuration and the watchlists: every problem at once, with file, line and what to do.

    Then says what is watched, who is told, and the next three digests of each. Asks nobody on the network.

    \b
        watcher --config config.toml check-config
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    from watcher.app import watchlist_reader

    loaded = settings.load()
    watchlist = watchlist_reader(loaded)()
    problems = (*watchlist.problems, *_secret_problems(loaded))
    for problem in problems:
        click.echo(str(problem), err=True)
    for warning in (*loaded.warnings, *_reach_warnings(loaded, watchlist)):
        click.echo(f"{warning} (warning)", err=True)
    click.echo(f"Configuration: {loaded.path}")
    click.echo(f"State folder:  {settings.state(loaded)}")
    click.echo(f"Watched:       {len(watchlist.trials)} trials")
    for line in _recipient_lines(loaded, watchlist):
        click.echo(line)
    if problems:
        sys.exit(int(Exit.CONFIG))


def _secret_problems(loaded: Loaded) -> Iterator[Problem]:
    from watcher.config.secrets import read_secret

    for ref in _secrets(loaded):
        try:
            read_secret(ref, folder=loaded.folder, environ=os.environ)
        except ConfigError as error:
            yield from error.problems


def _secrets(loaded: Loaded) -> Iterator[SecretRef]:
    email = loaded.config.email
    if email is not None and email.password is not None:
        yield email.password
    for recipient in loaded.config.recipient:
        if recipient.slack is not None:
            yield recipient.slack.webhook


def _reach_warnings(loaded: Loaded, watchlist: Watchlist) -> Iterator[Problem]:
    from watcher.digests.routing import trials_for, unreached_ids

    path = str(loaded.path)
    if not watchlist.trials:
        yield Problem(path, 0, "nothing is watched: add trials with `watcher add NCT…` or name them in a [[watch]]")
    if not loaded.config.recipient:
        yield Problem(path, 0, "nobody is told: add a [[recipient]]")
    elif lost := unreached_ids(loaded.config, watchlist):
        shown = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        yield Problem(path, 0, f"watched but reaching nobody: {shown}; add their watch to a recipient")
    for recipient in loaded.config.recipient:
        if watchlist.trials and not trials_for(recipient, loaded.config, watchlist):
            yield Problem(path, 0, f'recipient "{recipient.name}" watches nothing; give it watches, tags or ids')


def _recipient_lines(loaded: Loaded, watchlist: Watchlist) -> Iterator[str]:
    from watcher.app import utc_now
    from watcher.digests.routing import trials_for
    from watcher.digests.slots import next_slots

    now = utc_now()
    for recipient in loaded.config.recipient:
        count = len(trials_for(recipient, loaded.config, watchlist))
        yield ""
        level = f"{recipient.least.value} and louder"
        yield f"{recipient.name}: {count} trials, {level}, {recipient.send}, by {_ways(recipient)}"
        zone = loaded.config.zone(recipient)
        slots = next_slots(recipient.send, zone, now, _SLOTS_SHOWN)
        if not slots:
            yield "  told after every complete poll that brings news"
        for slot in slots:
            yield f"  {slot.astimezone(zone):%a %d %b %Y %H:%M %z} ({zone.key})"


def _ways(recipient: RecipientConfig) -> str:
    ways = []
    if recipient.email is not None:
        ways.append(f"email to {recipient.email}")
    if recipient.slack is not None:
        ways.append("Slack")
    if recipient.folder is not None:
        ways.append(f"folder {recipient.folder}")
    return ", ".join(ways)
