"""`export site|changes|records`: pages to look at, rows to count with, records to work on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from watcher import app
from watcher.cli.arguments import parse_span
from watcher.cli.settings import Settings
from watcher.cli.terminal import counted
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.pages import exports
from watcher.pages.site import Progress, silent
from watcher.pipeline.publisher import publish
from watcher.pipeline.watchlist_resolution import follow_merged


@click.group()
def export() -> None:
    """Write what is known as files: a site to read, changes for a spreadsheet, records for a program.

    \b
        watcher export site public
        watcher export changes --format csv --since 30d > changes.csv
        watcher export records > records.jsonl
    """  # noqa: D301 — click reads \b as "do not re-wrap"


@export.command(short_help="A site of trial pages, timelines and feeds.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def site(settings: Settings, folder: Path) -> None:
    """Write a site of all watched trials into a folder. Run again, it writes only what changed.

    The pages need no server and no JavaScript: open index.html. The folder must be empty or contain such a site.

    \b
        watcher export site public
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context, _progress() as on_progress:
        watchlist, failed = _watched(context, app.watchlist_reader(loaded)()), dict[str, str]()
        written = publish(
            context,
            watchlist,
            folder,
            progress=on_progress,
            on_note=lambda note: failed.setdefault(note.template, note.problem),
        )
    assert written is not None  # noqa: S101 — None means "nothing new", which was not asked for
    for template, problem in failed.items():
        problem = problem.rstrip(".")
        click.echo(f"page template {template}: {problem}; the built-in one stands in until yours is mended", err=True)
    click.echo(
        f"{counted(written.written, 'file')} written, {written.kept:,} unchanged, {written.removed:,} removed.\n"
        f"{(folder / 'index.html').resolve().as_uri()}"
    )


@export.command(short_help="Every change seen, a row each.")
@click.option("--format", "shape", type=click.Choice(["csv", "jsonl"]), default="csv", help="Default: csv.")
@click.option("--since", metavar="30d", help="Only what was read within this time: 12h, 30d.")
@click.pass_obj
def changes(settings: Settings, shape: str, since: str | None) -> None:
    """Print every change, newest first, including noise, one per row.

    Columns: nct_id, title, seq, seen_at, data_version, posted, kind, severity, origin, rule, path, verb, before, after,
    sentence, record_paths; as in `watcher log --json`. In CSV a cell is one line, and one that a spreadsheet would take
    for a formula has an apostrophe before it.

    \b
        watcher export changes --since 30d > changes.csv
        watcher export changes --format jsonl | jq -r .sentence
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    is_csv = shape == "csv"
    write = exports.csv_line if is_csv else exports.json_line
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        start = context.clock() - parse_span(since) if since is not None else None
        if is_csv:
            _print(exports.csv_head())
        for row in exports.change_rows(context, since=start):
            _print(write(row))


@export.command(short_help="The newest record of every watched trial.")
@click.option(
    "--format", "_shape", type=click.Choice(["jsonl"]), default="jsonl", help="Default, and the only one: jsonl."
)
@click.pass_obj
def records(settings: Settings, _shape: str) -> None:
    """Print the newest record of every watched trial, as the registry sent it, one line of JSON each.

    \b
        watcher export records > records.jsonl
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        for record in exports.newest_records(context, _watched(context, app.watchlist_reader(loaded)())):
            _print(exports.json_line(record))


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show on standard error how far the pages are; nothing when that is no terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    with click.progressbar(length=1, label="Trial pages", file=sys.stderr) as bar:

        def on_progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield on_progress


def _print(text: str) -> None:
    """Print bytes: UTF-8 whatever the locale, line ends as they are, lone surrogates replaced."""
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _watched(context: RunContext, watchlist: Watchlist) -> Watchlist:
    return follow_merged(watchlist, context.store)
