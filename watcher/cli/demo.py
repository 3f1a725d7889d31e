"""`demo`: the whole job offline in seconds."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import click

from watcher import app
from watcher.cli.settings import Settings
from watcher.daemon import rehearsal
from watcher.daemon.rehearsal import Rehearsed
from watcher.text import lines


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the digests and trial pages are saved. Default: a new folder under the system's temporary one.",
)
@click.pass_obj
def demo(settings: Settings, out: Path | None) -> None:
    """Show the whole job, offline and in seconds, with fictional trials.

    A sample registry starts on this machine. The trials are read once, then eight working days of changes are
    published, and one digest of them is delivered into a folder, printed and composed for Slack.

    \b
        watcher demo
        watcher demo --out digests
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    settings.set_up_logs()
    folder = out if out is not None else Path(tempfile.mkdtemp(prefix="watcher-demo-"))
    site = folder / "site"
    with tempfile.TemporaryDirectory(prefix="watcher-demo-") as scratch:
        rehearsed = asyncio.run(
            rehearsal.rehearse(Path(scratch), app.open_for_run, lambda line: click.echo(line, err=True), site=site)
        )
    _show(rehearsed, folder, site)


def _show(rehearsed: Rehearsed, folder: Path, site: Path) -> None:
    """Print the digest as it was delivered, and save and name the files to open."""
    saved = rehearsal.save(rehearsed, folder)
    digest = rehearsed.mails[-1]
    click.echo("", err=True)
    click.echo(f"Subject: {lines(rehearsal.subject_of(digest))}\n")
    click.echo(lines(rehearsal.body_of(digest, "plain")))
    click.echo("Delivered into a folder, and composed for Slack. Open them:")
    for what, path in saved.items():
        click.echo(f"  {what:16} {path}")
    click.echo(f"  {'trial pages':16} {(site / 'index.html').resolve().as_uri()}")
