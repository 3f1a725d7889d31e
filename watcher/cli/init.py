"""`init`, `add`, `remove`: the files an operator starts from, and the watchlist edited in place."""

from __future__ import annotations

from pathlib import Path

import click

from watcher import app
from watcher.cli.settings import Settings
from watcher.config.load import Loaded
from watcher.config.watchlist import ids_files
from watcher.config.watchlist_edit import add_ids, remove_ids
from watcher.errors import StoreError, UsageError

CONFIG_NAME = "config.toml"
WATCHLIST_NAME = "watchlist.txt"

STARTER_CONFIG = """\
# Configuration of the trial watcher. All keys with their meaning: config.example.toml and the README.
# Check it with: watcher --config config.toml check-config

timezone = "UTC"          # zone of the times below, for example "Europe/Paris"
state_dir = "state"       # the store and the digests; relative to this file

[registry]
contact = ""              # your mail address, so that the registry can reach you

[[watch]]
name = "my trials"
ids_file = "watchlist.txt"

# Digests as files, to start with: state/digests/*.eml opens in a mail program.
[[recipient]]
name = "me"
folder = "digests"
send = "immediate"

# For mail, uncomment this and fill it in. The password itself never goes here, only the place where it is kept.
#
# [email]
# host = "smtp.example.org"
# port = 465
# tls = "implicit"                          # or "starttls" with port 587
# from = "Trial watcher <trials@example.org>"
# username = "trials"
# password = { file = "smtp-password" }     # or { credential = "…" } or { env = "…" }
#
# [[recipient]]
# name = "ana"
# email = "ana@example.org"
# least = "minor"                           # critical | major | minor
# send = "daily 07:30"
"""

STARTER_WATCHLIST = """\
# One trial per line; text after "#" is your own short name for it. `watcher add` and `watcher remove` edit this file.
# Two examples to start with; replace them with yours.
NCT07555496  # SPIN-NEED
NCT07326982  # hydrodissection in piriformis syndrome
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Write a commented configuration and a watchlist into FOLDER; overwrite nothing.

    The result works as it is, with digests as files:

    \b
        watcher init trials && watcher --config trials/config.toml run --once
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / CONFIG_NAME, folder / WATCHLIST_NAME)
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise UsageError(f"{' and '.join(there)} already there; nothing was written. Choose another folder")
    for path, text in zip(paths, (STARTER_CONFIG, STARTER_WATCHLIST), strict=True):
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}")
    click.echo(f"next: watcher --config {paths[0]} check-config")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--watch", "watch_name", metavar="NAME", help="The watch, if several have a watchlist file.")
@click.pass_obj
def add(settings: Settings, ids: tuple[str, ...], watch_name: str | None) -> None:
    """Add trials to the watchlist file. Comments are kept; malformed ids are refused.

    A running daemon reads them at its next poll.

    \b
        watcher add NCT07555496 NCT07326982
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    _, path = _ids_file(settings.load(), watch_name)
    added = add_ids(path, ids)
    click.echo(f"added to {path}: {', '.join(added)}" if added else f"nothing to add: all are in {path}")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--watch", "watch_name", metavar="NAME", help="The watch, if several have a watchlist file.")
@click.pass_obj
def remove(settings: Settings, ids: tuple[str, ...], watch_name: str | None) -> None:
    """Remove trials from the watchlist file. Comments and stored data are kept.

    \b
        watcher remove NCT07326982
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    watch, path = _ids_file(loaded, watch_name)
    gone = remove_ids(path, ids)
    if gone:
        _forget(settings, loaded, gone, watch)
    click.echo(f"removed from {path}: {', '.join(gone)}" if gone else f"nothing to remove: none is in {path}")


def _forget(settings: Settings, loaded: Loaded, ids: tuple[str, ...], watch: str) -> None:
    """Count trials as removed from a watch at once; a file that merely lacks them is read twice before it counts."""
    state = settings.state(loaded)
    if not app.database_of(loaded, state).exists():
        return
    try:
        with app.open_for_reading(loaded, state) as context:
            context.store.memberships.remove(ids, watch)
    except StoreError as error:
        click.echo(f"counts from the second poll on: {error}", err=True)


def _ids_file(loaded: Loaded, watch_name: str | None) -> tuple[str, Path]:
    files = dict(ids_files(loaded.config, config_path=loaded.path))
    if watch_name is not None:
        if watch_name in files:
            return watch_name, files[watch_name]
        raise UsageError(f'{loaded.path}: no watch named "{watch_name}" has an ids_file')
    if len(files) == 1:
        return next(iter(files.items()))
    if not files:
        raise UsageError(f'{loaded.path}: no watch has an ids_file; add ids_file = "watchlist.txt" to one')
    names = ", ".join(f'"{name}"' for name in files)
    raise UsageError(f"several watches have a watchlist file; say which with --watch: {names}")
