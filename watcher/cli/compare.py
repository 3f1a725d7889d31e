"""`compare`: two records from files, no configuration and no store needed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from watcher.app import page_renderer, utc_now
from watcher.changes.compare import compare_records
from watcher.changes.model import Comparison, Record
from watcher.changes.serialize import dumps, printed
from watcher.changes.wording.say import phrase
from watcher.cli.terminal import print_comparison
from watcher.errors import UsageError
from watcher.pages.compared import compared_page
from watcher.pipeline.pending_changes import headline_of
from watcher.study.read import at


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD.json")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW.json")
@click.option("--json", "as_json", is_flag=True, help="One object for machines.")
@click.option("--html", "as_html", is_flag=True, help="One self-contained page, on standard output.")
def compare(old: Path, new: Path, as_json: bool, as_html: bool) -> None:
    """Show what changed between two records of one trial, as API v2 sends them.

    \b
        watcher compare monday.json tuesday.json
        watcher compare monday.json tuesday.json --json | jq '.changes[].sentence'
        watcher compare monday.json tuesday.json --html > tuesday.html
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    if as_json and as_html:
        raise UsageError("--json and --html are two outputs; choose one")
    older, newer = read_record(old), read_record(new)
    comparison = compare_records(older, newer)
    if as_json:
        click.echo(dumps(_as_json(comparison, newer), indent=2))
        return
    if as_html:
        story = headline_of(comparison, newer)
        click.echo(compared_page(comparison, newer, story=story, at=utc_now(), render=page_renderer()))
        return
    print_comparison(comparison, newer)


def read_record(path: Path) -> Record:
    """Read a record from a file.

    Raises:
        UsageError: It cannot be read or holds no record.
    """
    try:
        found = inner = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON: {error}") from error
    for step in ("protocolSection", "identificationModule"):
        inner = inner.get(step) if isinstance(inner, dict) else None
        if not isinstance(inner, dict):
            raise UsageError(f"{path}: is not a record as API v2 sends it: it has no {step}")
    if not isinstance(inner.get("nctId"), str):
        raise UsageError(f"{path}: is not a record as API v2 sends it: its identificationModule has no nctId")
    record: Record = found
    return record


def _as_json(comparison: Comparison, newer: Record) -> object:
    title = at(newer, "protocolSection", "identificationModule", "briefTitle")
    return printed(comparison, title=str(title or ""), story=headline_of(comparison, newer), phrase=phrase)
