"""`db check|stats|backup|restore|prune|migrate|rename-recipient`: the store as a file."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from watcher import app
from watcher.app import database_of, utc_now
from watcher.cli.arguments import known_recipient
from watcher.cli.exits import Exit
from watcher.cli.settings import Settings
from watcher.config.load import Loaded
from watcher.errors import UsageError
from watcher.ops.status_report import zulu
from watcher.store import admin
from watcher.store.lock import RunLock
from watcher.text import to_json


@click.group("db")
def database() -> None:
    """Check, measure, back up, restore, migrate the store.

    \b
        watcher db check
        watcher db backup /var/backups/watcher.db
    """  # noqa: D301 — click reads \b as "do not re-wrap"


@database.command(short_help="Examine the store; changes nothing.")
@click.pass_obj
def check(settings: Settings) -> None:
    """Check the store; change nothing. Exit 74 if something is wrong.

    \b
        watcher db check
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    path = _path(settings)
    problems = admin.check(path)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(int(Exit.STORE))
    click.echo(f"{path}: sound")


@database.command(short_help="Copy the store to a file.")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE|DIR")
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help="With DIR: keep the newest N copies and remove older ones."
)
@click.pass_obj
def backup(settings: Settings, target: Path, keep: int | None) -> None:
    """Copy the store to FILE, or into DIR under a dated name; also while a daemon runs.

    \b
        watcher db backup /var/backups/watcher.db
        watcher db backup /var/backups/watcher --keep 14
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    path = _path(settings)
    if target.is_dir():
        copy, removed = admin.backup_dated(path, target, utc_now(), keep=keep)
        click.echo(f"copied {path} to {copy}" + (f"; removed {len(removed)} older" if removed else ""))
        return
    if keep is not None:
        raise UsageError(f"--keep needs a folder that is there, and {target} is none; make it, or leave --keep out")
    admin.backup(path, target)
    click.echo(f"copied {path} to {target}")


@database.command(short_help="Put a backup in the place of the store.")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def restore(settings: Settings, source: Path) -> None:
    """Replace the store with the backup FILE; not while a run or the daemon is active.

    The present store is kept beside it under another name. What was sent since the backup may be sent again; check
    first with `watcher run --once --dry-run`

    \b
        watcher db restore /var/backups/watcher.db
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    path = _path(settings)
    with RunLock.acquire(settings.state(settings.load()), pid=os.getpid(), now=utc_now()) as lock:
        aside = admin.restore(source, path, lock, utc_now())
    click.echo(f"{path} is what {source} was" + (f"; the one before is in {aside}" if aside is not None else ""))
    click.echo("What was told since may be told again; look first with `watcher run --once --dry-run`")


@database.command(short_help="Show how large the store is, and what fills it.")
@click.option("--json", "as_json", is_flag=True, help="One object for machines.")
@click.pass_obj
def stats(settings: Settings, as_json: bool) -> None:
    """Show the size of the store, what takes it up, and what could be deleted. Records and messages count compressed.

    \b
        watcher db stats
        watcher db stats --json | jq .file_size
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_reading(loaded, settings.state(loaded)) as context:
        found = context.store.retention.stats()
        removable = context.store.retention.removable(context.clock() - loaded.config.store.keep_records)
    if as_json:
        times = {
            name: zulu(when) if when is not None else None
            for name, when in (("oldest", found.oldest), ("newest", found.newest))
        }
        behind = {"recipient": found.behind[0], "seq": found.behind[1]} if found.behind is not None else None
        both = {"schema": 1, **asdict(found), **times, "behind": behind, "removable": asdict(removable)}
        click.echo(to_json(both, indent=2))
        return
    click.echo(f"File         {_size(found.file_size)}, {_size(found.free_size)} of it free")
    click.echo(f"Trials       {found.trials:,} with {found.versions:,} versions")
    click.echo(f"Records      {found.records:,}, {_size(found.records_size)}")
    click.echo(f"Comparisons  {found.comparisons:,}, {_size(found.comparisons_size)}")
    click.echo(f"Messages     {found.messages:,}, {_size(found.messages_size)}")
    click.echo(f"Polls        {found.polls:,}")
    if found.oldest is not None and found.newest is not None:
        click.echo(f"Seen         {found.oldest:%d %b %Y} to {found.newest:%d %b %Y}")
    if found.behind is not None:
        click.echo(f"Told least   {found.behind[0]}, up to version {found.behind[1]}; what comes after it stays")
    click.echo(f"Could go     {removable.records:,} records, {_size(removable.size)}; see `watcher db prune --help`")


@database.command(short_help="Remove raw records that nobody needs.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@click.pass_obj
def prune(settings: Settings, dry_run: bool) -> None:
    """Delete raw records older than [store] keep_records that nobody needs. Runs do this once a day.

    Comparisons and the log are always kept. So are the last two records of each trial, its baselines, and what a
    recipient's next digest may need. Not while a run or the daemon is active.

    \b
        watcher db prune --dry-run
        watcher db prune
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    state = settings.state(loaded)
    with app.open_for_reading(loaded, state) if dry_run else app.open_for_run(loaded, state) as context:
        before = context.clock() - loaded.config.store.keep_records
        gone = context.store.retention.removable(before) if dry_run else context.store.retention.prune(before)
    click.echo(f"{gone.records:,} records, {_size(gone.size)} {'would go' if dry_run else 'are gone'}")


@database.command(short_help="Bring the store to the present revision.")
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Migrate the store to this version, after a backup. `run` does this by itself.

    \b
        watcher db migrate
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    path = _path(settings)
    with RunLock.acquire(settings.state(settings.load()), pid=os.getpid(), now=utc_now()) as lock:
        made = admin.prepare(path, lock, utc_now())
    click.echo(f"{path}: at the present revision" + (f"; the old one is in {made}" if made else ""))


@database.command("rename-recipient", short_help="Follow a new name in the configuration.")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def rename_recipient(settings: Settings, old: str, new: str) -> None:
    """Rename a recipient in the store after renaming it in the configuration, so that nothing is sent twice.

    Refused while OLD is still configured or NEW is not, and if NEW already received news under its own name. Not while
    a run or the daemon is active.

    \b
        watcher db rename-recipient ana ana-maria
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    path = _path(settings)
    with RunLock.acquire(settings.state(loaded), pid=os.getpid(), now=utc_now()):
        _check_renaming(loaded, old, new)
        admin.rename_recipient(path, old, new)
    click.echo(f"{old} is {new} now")


def _check_renaming(loaded: Loaded, old: str, new: str) -> None:
    """Make sure that the configuration went ahead: one still named there would be greeted as new at the next run.

    Raises:
        UsageError: It did not.
    """
    if any(recipient.name == old for recipient in loaded.config.recipient):
        raise UsageError(
            f'{loaded.path}: there is still a recipient named "{old}"; give it its new name there first, '
            "and [operator] recipient too if that names it, then run this again"
        )
    known_recipient(loaded, new)


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _path(settings: Settings) -> Path:
    loaded = settings.load()
    return database_of(loaded, settings.state(loaded))
