"""`init`: the files an operator starts from."""

from __future__ import annotations

from pathlib import Path

import click

from watcher.errors import UsageError

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
