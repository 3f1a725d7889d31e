"""`search`: what a search of the registry selects, before it is watched."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from watcher import app
from watcher.changes.wording.values import enum
from watcher.cli.settings import Settings
from watcher.cli.terminal import counted, print_cells
from watcher.config.load import Loaded, load_config
from watcher.config.sources import DROP_INS
from watcher.errors import ConfigError, UsageError
from watcher.ops.registry_lookup import FoundTrial, look_up
from watcher.ownership import give_to_owner_of_folder, make_folder
from watcher.search.search_address import is_address
from watcher.search.search_query import SearchQuery, translate
from watcher.text import plain, to_json, without_unseen

_ANSWER_WITHIN = timedelta(seconds=30)
_SHOWN = 10
_MOST_TRIALS = 2000
_LARGEST_WATCH = 100_000
_LONGEST_STEM = 60


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="WORDS…|ADDRESS")
@click.option("--add", "name", metavar="NAME", help="Watch the search: write it into conf.d under this name.")
@click.option(
    "--max-trials",
    type=click.IntRange(1, _LARGEST_WATCH),
    default=_MOST_TRIALS,
    help="With --add: how many trials the search may match. Default 2000.",
)
@click.option("--json", "as_json", is_flag=True, help="One object for machines.")
@click.pass_obj
def search(settings: Settings, what: tuple[str, ...], name: str | None, max_trials: int, as_json: bool) -> None:
    """Show what a search of ClinicalTrials.gov selects: its parameters, the count, the first ten trials.

    Takes the address of a search, as you copy it from the browser, or words. Nothing is stored without --add.

    \b
        watcher search low back pain
        watcher search "https://clinicaltrials.gov/search?cond=asthma"
        watcher search --add "back pain" low back pain
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    text = " ".join(what)
    query = translate(text)
    name = _free_name(loaded, name) if name is not None else None
    with settings.progress("asking the registry"), app.open_for_looking(loaded, settings.state(loaded)) as context:
        (found,) = asyncio.run(look_up(context, [dict(query.params)], count=_SHOWN, within=_ANSWER_WITHIN))
    total, trials = found.total, found.trials
    if name is not None and total > max_trials:
        allow = f", or allow more with --max-trials {total + total // 10}" if total < 0.9 * _LARGEST_WATCH else ""
        said = f"the search matches {total:,} trials, more than the {max_trials:,} the watch may hold; narrow it{allow}"
        raise UsageError(f"{said}. Nothing was added")
    path = _write_watch(loaded, name, text, query, max_trials) if name is not None else None
    if as_json:
        shown = {"key": query.key, "described": query.described, "params": dict(query.params), "notes": query.notes}
        rows = [asdict(trial) for trial in trials]
        added = str(path) if path is not None else None
        click.echo(to_json({"schema": 1, "search": shown, "total": total, "trials": rows, "added": added}, indent=2))
        return
    _print(query, total)
    if trials:
        print_cells(("Trial", "Status", "Phase", "Title"), [_cells(trial) for trial in trials])
    if total > len(trials) > 0:
        click.echo(f"and {total - len(trials):,} more")
    if path is not None:
        click.echo(f'Added as the watch "{name}" in {path}; a running daemon takes it up when it reloads.')
        click.echo("See who is told with: watcher check-config")
    elif total:
        click.echo('Watch it with: watcher search --add "NAME" and the same words or address')


def _print(query: SearchQuery, total: int) -> None:
    click.echo(f"Search: {query.described}")
    for key, value in query.params:
        click.echo(f"  {key} = {value}")
    for note in query.notes:
        click.echo(f"Note: {note}.")
    click.echo(f"{counted(total, 'trial')} now." if total else "No trial now: nothing in the registry matches it.")


def _cells(trial: FoundTrial) -> tuple[str, str, str, str]:
    status = enum(trial.status) if trial.status else ""
    return trial.nct_id, status, ", ".join(map(enum, trial.phases)), plain(trial.title)


def _free_name(loaded: Loaded, name: str) -> str:
    """Return the name of a watch as it can be written.

    Raises:
        UsageError: It is empty, or there is a watch of this name.
    """
    name = plain(name)
    if not name:
        raise UsageError('the watch needs a name, such as --add "back pain"')
    if any(watch.name == name for watch in loaded.config.watch):
        raise UsageError(f'{loaded.path}: there is a watch named "{name}" already; choose another name')
    return name


def _write_watch(loaded: Loaded, name: str, text: str, query: SearchQuery, max_trials: int) -> Path:
    """Write a watch into a file of its own, which the configuration is then read with once.

    Raises:
        ConfigError: The configuration cannot be used with it; it is as it was.
        OSError: It cannot be written.
    """
    folder = loaded.folder / DROP_INS
    make_folder(folder)
    path = _free_path(folder, re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_STEM] or "search")
    if is_address(text):
        spelt = _quoted(without_unseen(text).strip().replace(" ", "%20"))
    else:
        spelt = f"{{ term = {_quoted(plain(text))} }}"
    lines = [f"# {query.described}", "[[watch]]", f"name = {_quoted(name)}", f"search = {spelt}"]
    if max_trials != _MOST_TRIALS:
        lines.append(f"max_trials = {max_trials}")
    with path.open("x", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    give_to_owner_of_folder(path)
    try:
        load_config(loaded.path, os.environ)
    except ConfigError:
        path.unlink()
        raise
    return path


def _free_path(folder: Path, stem: str) -> Path:
    names: Sequence[str] = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(path for path in (folder / f"{name}.toml" for name in names) if not path.exists())


def _quoted(text: str) -> str:
    """Return a text as TOML spells it; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)
