"""`add`, `remove`: the watchlist edited in place."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from watcher import app
from watcher.changes.wording.values import enum
from watcher.cli.settings import Settings
from watcher.config.load import Loaded
from watcher.config.watchlist import ids_files, read_ids_file
from watcher.config.watchlist_edit import add_entries, remove_ids, typed_entries
from watcher.config.watchlist_line import WatchlistLine
from watcher.context import RunContext
from watcher.errors import RegistryError, StoreError, UsageError
from watcher.nct_id import is_nct_id
from watcher.ops.registry_lookup import FoundTrial, look_up
from watcher.rendering.plain_text import count
from watcher.search.search_query import SearchQuery
from watcher.text import plain

_ANSWER_WITHIN = timedelta(seconds=8)
_MOST_SHOWN = 20
_MOST_COUNTED = 1
_STDIN = "-"


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="ID…|ADDRESS…|FILE…")
@click.option("--watch", "watch_name", metavar="NAME", help="The watch, if several have a watchlist file.")
@click.pass_obj
def add(settings: Settings, what: tuple[str, ...], watch_name: str | None) -> None:
    """Add trials and searches to the watchlist file, and show what the registry calls them.

    Takes ids, addresses of trials and of searches, files of ids, and the registry's own CSV, TSV, JSON and RIS
    downloads; "-" reads standard input. Comments are kept; malformed ids are refused. A running daemon reads the
    file at its next poll.

    \b
        watcher add NCT07555496 NCT07326982
        watcher add https://clinicaltrials.gov/study/NCT07555496
        watcher add "https://clinicaltrials.gov/search?cond=asthma"
        watcher add ctg-studies.csv
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    watch_name, path = _ids_file(loaded, watch_name)
    added = add_entries(path, _entries(what))
    if not added:
        click.echo(f"nothing to add: all are in {path}")
        return
    known = _looked_up(settings, loaded, added[:_MOST_SHOWN])
    most = next(watch.max_trials for watch in loaded.config.watch if watch.name == watch_name)
    for entry in added[:_MOST_SHOWN]:
        click.echo(f"added {_shown(entry, known)}")
        for note in _notes(entry, known, most):
            click.echo(f"  {note}")
    if len(added) > _MOST_SHOWN:
        click.echo(f"and {len(added) - _MOST_SHOWN:,} more")
    click.echo(f"Written to {path}; the next poll reads it.")


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="ID…|ADDRESS…")
@click.option("--watch", "watch_name", metavar="NAME", help="The watch, if several have a watchlist file.")
@click.pass_obj
def remove(settings: Settings, what: tuple[str, ...], watch_name: str | None) -> None:
    """Remove trials and searches from the watchlist file. Comments and stored data are kept.

    \b
        watcher remove NCT07326982
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    watch, path = _ids_file(loaded, watch_name)
    gone = remove_ids(path, what)
    if gone:
        _forget(settings, loaded, gone, watch)
    click.echo(f"removed from {path}: {', '.join(gone)}" if gone else f"nothing to remove: none is in {path}")


def _entries(what: Sequence[str]) -> tuple[WatchlistLine, ...]:
    """Return the entries of words, of files and of standard input.

    Raises:
        UsageError: Something among them is none; nothing was changed.
    """
    words: list[str] = []
    found: list[WatchlistLine] = []
    for word in what:
        if word == _STDIN:
            words += sys.stdin.read().splitlines()
        elif not is_nct_id(word.upper()) and os.path.isfile(word):  # a long list of ids is no possible path
            lines, problems = read_ids_file(Path(word))
            if problems:
                raise UsageError("; ".join(str(problem) for problem in problems) + "; nothing was changed")
            found += lines
        else:
            words.append(word)
    return (*typed_entries(words), *found)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the registry says of what was added: trials by id, counts by search."""

    trials: Mapping[str, FoundTrial]
    counts: Mapping[SearchQuery, int]


def _looked_up(settings: Settings, loaded: Loaded, added: Sequence[WatchlistLine]) -> _Known | None:
    """Ask the registry about what was added; None when it cannot be asked."""
    try:
        with settings.progress("asking the registry"), app.open_for_looking(loaded, settings.state(loaded)) as context:
            return asyncio.run(_ask(context, added))
    except (RegistryError, StoreError) as error:
        click.echo(f"The registry could not be asked what that is: {plain(str(error))}", err=True)
        return None


async def _ask(context: RunContext, added: Sequence[WatchlistLine]) -> _Known:
    ids = [entry.nct_id for entry in added if entry.nct_id is not None]
    queries = [entry.search for entry in added if entry.search is not None][:_MOST_COUNTED]
    asked = [{"filter.ids": ",".join(ids)}] if ids else []
    found = await look_up(
        context, [*asked, *(dict(query.params) for query in queries)], count=_MOST_SHOWN, within=_ANSWER_WITHIN
    )
    trials = found[0].trials if ids else ()
    counts = zip(queries, found[len(asked) :], strict=True)
    return _Known(
        trials={nct_id: trial for trial in trials for nct_id in (*trial.aliases, trial.nct_id)},
        counts={query: one.total for query, one in counts},
    )


def _shown(entry: WatchlistLine, known: _Known | None) -> str:
    if entry.search is not None:
        number = known.counts.get(entry.search) if known is not None else None
        matches = f"; {count(number, 'trial')} now" if number is not None else ""
        return f"the search: {entry.search.described}{matches}"
    if known is None:
        return str(entry.nct_id)
    trial = known.trials.get(str(entry.nct_id))
    if trial is None:
        return f"{entry.nct_id}: the registry does not know this id; check it"
    return f"{entry.nct_id}: {', '.join(_facts(trial, entry))}"


def _notes(entry: WatchlistLine, known: _Known | None, most: int) -> Iterator[str]:
    if entry.search is None:
        return
    yield from entry.search.notes
    count = known.counts.get(entry.search, 0) if known is not None else 0
    if count > most:
        yield f"that is more than max_trials = {most} of the watch: it is not read until you narrow it or raise that"


def _facts(trial: FoundTrial, entry: WatchlistLine) -> Iterator[str]:
    yield plain(trial.title) or "without a title"
    if trial.status:
        yield enum(trial.status).lower()
    if trial.nct_id != entry.nct_id:
        yield f"merged into {trial.nct_id}"


def _forget(settings: Settings, loaded: Loaded, gone: Sequence[str], watch: str) -> None:
    """Count trials as removed from a watch at once; a file that merely lacks them is read twice before it counts."""
    state = settings.state(loaded)
    if not app.database_of(loaded, state).exists():
        return
    try:
        with app.open_for_reading(loaded, state) as context:
            context.store.memberships.remove([one for one in gone if is_nct_id(one)], watch)
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
