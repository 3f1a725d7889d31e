"""`db check|backup|migrate|rename-recipient`: the store as a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from watcher.cli.exits import Exit
from watcher.cli.settings import Settings


@click.group("db", short_help="Check, back up, migrate the store.")
def database() -> None:
    """Check, back up, migrate the store.

    \b
        watcher db check
        watcher db backup /var/backups/watcher.db
    """  # noqa: D301 — click reads \b as "do not re-wrap"


@database.command(short_help="Examine the store; changes nothing.")
@click.pass_obj
def check(settings: Settings) -> None:
    """Examine the store; changes nothing. Exit 74 when something is wrong.

    \b
        watcher db check
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    from watcher.store import upkeep

    path = _path(settings)
    problems = upkeep.check(path)
    for problem in problems:
        click.echo(f"{path}: {problem}", err=True)
    if problems:
        sys.exit(int(Exit.STORE))
    click.echo(f"{path}: sound")


@database.command(short_help="Copy the store to a file.")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def backup(settings: Settings, target: Path) -> None:
    """Copy the store to FILE, also beside a running daemon.

    \b
        watcher db backup /var/backups/watcher.db
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    from watcher.store import upkeep

    path = _path(settings)
    upkeep.backup(path, target)
    click.echo(f"copied {path} to {target}")


@database.command(short_help="Bring the store to the present revision.")
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the store to the present revision, after a backup; `run` does the same by itself.

    \b
        watcher db migrate
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    from watcher.app import utc_now
    from watcher.store import upkeep
    from watcher.store.lock import RunLock

    path = _path(settings)
    with RunLock.acquire(settings.state(settings.load()), pid=os.getpid(), now=utc_now()) as lock:
        made = upkeep.prepare(path, lock, utc_now())
    click.echo(f"{path}: at the present revision" + (f"; the old one is in {made}" if made else ""))


@database.command("rename-recipient", short_help="Follow a new name in the configuration.")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def rename_recipient(settings: Settings, old: str, new: str) -> None:
    """Rename a recipient in the store, after renaming it in the configuration; nothing is told twice.

    \b
        watcher db rename-recipient ana ana-maria
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    from watcher.app import utc_now
    from watcher.store import upkeep
    from watcher.store.lock import RunLock

    path = _path(settings)
    with RunLock.acquire(settings.state(settings.load()), pid=os.getpid(), now=utc_now()):
        upkeep.rename_recipient(path, old, new)
    click.echo(f"{old} is {new} now")


def _path(settings: Settings) -> Path:
    from watcher.app import database_of

    loaded = settings.load()
    return database_of(loaded, settings.state(loaded))
