"""Composition root: the only clock, random source and wiring; wires the context of a run on demand.

Decides nothing. Everything below takes `now`, waiting and randomness as values.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config.load import Loaded, load_config
from watcher.config.watchlist import Watchlist, read_watchlist
from watcher.context import RunContext
from watcher.daemon.reload import check_reload
from watcher.store import admin
from watcher.store.lock import RunLock, check_in_place, identify
from watcher.store.store import Store

if TYPE_CHECKING:
    from watcher.rendering.environment import Templates


def utc_now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(UTC)


def database_of(loaded: Loaded, state_dir: Path) -> Path:
    """Return the database file of a configuration."""
    return admin.database_path(loaded.config.store.url, state_dir)


@contextmanager
def open_for_run(loaded: Loaded, state_dir: Path) -> Iterator[RunContext]:
    """Take the run lock, bring the store to the present revision, and open the context of a run.

    Raises:
        StoreLockedError: Another run holds the lock.
        StoreError: The store cannot be used; it is as it was.
    """
    with RunLock.acquire(state_dir, pid=os.getpid(), now=utc_now()) as lock:
        path = database_of(loaded, state_dir)
        admin.prepare(path, lock, utc_now())
        with Store.open(path) as store:
            identity = identify(path)

            def check_store() -> None:
                """Refuse a lock or a database that was replaced or removed."""
                lock.check_in_place()
                check_in_place(path, identity)

            yield replace(run_context(loaded, state_dir, store), check_store=check_store)


@contextmanager
def open_for_reading(loaded: Loaded, state_dir: Path) -> Iterator[RunContext]:
    """Open the context of a command that reads, or changes the outbox only; takes no lock and migrates nothing.

    Raises:
        StoreError: There is no store yet, or it cannot be used.
    """
    with Store.open(database_of(loaded, state_dir)) as store:
        yield run_context(loaded, state_dir, store)


@contextmanager
def open_for_looking(loaded: Loaded, state_dir: Path) -> Iterator[RunContext]:
    """Open the context of a command that only reads; before the first run, on an empty store that is thrown away.

    Raises:
        StoreError: The store cannot be used.
    """
    is_there = database_of(loaded, state_dir).exists()
    opened = open_for_reading(loaded, state_dir) if is_there else open_rehearsal(loaded, state_dir)
    with opened as context:
        yield context


@contextmanager
def open_rehearsal(loaded: Loaded, state_dir: Path) -> Iterator[RunContext]:
    """Open the context of a run on a copy of the store that is thrown away: nothing of the real one changes.

    The run lock is not taken: the copy is nobody else's, and SQLite's online backup reads beside a running daemon.

    Raises:
        StoreError: The store cannot be read, or the copy not made.
    """
    folder = Path(tempfile.mkdtemp(prefix="watcher-rehearsal-"))
    try:
        original = database_of(loaded, state_dir)
        copy = folder / "rehearsal.db"
        if original.exists():
            admin.backup(original, copy)
        with RunLock.acquire(folder, pid=os.getpid(), now=utc_now()) as lock:
            admin.prepare(copy, lock, utc_now())
        with Store.open(copy) as store:
            yield run_context(loaded, state_dir, store)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_context(loaded: Loaded, state_dir: Path, store: Store) -> RunContext:
    """Wire a run: configuration, store, clock, waiting, randomness, environment, templates."""
    context = RunContext(
        loaded=loaded,
        state_dir=state_dir,
        store=store,
        clock=utc_now,
        monotonic=time.monotonic,
        sleep=asyncio.sleep,
        jitter=random.random,
        environ=os.environ,
        templates=_templates_of(loaded, lambda: context),
    )
    return context


def watchlist_reader(loaded: Loaded) -> Callable[[], Watchlist]:
    """Return what reads the watchlists anew at every poll."""
    return lambda: read_watchlist(loaded)


def reread(context: RunContext) -> tuple[RunContext, Callable[[], Watchlist]]:
    """Read the configuration of a running daemon again and return its context and watchlist reader.

    Raises:
        ConfigError: It cannot be used; what runs is as it was.
    """
    loaded = load_config(context.loaded.path, context.environ)
    check_reload(context.loaded, loaded, context.environ)
    templates = _templates_of(loaded, lambda: anew)
    anew = replace(context, loaded=loaded, superseded=asyncio.Event(), templates=templates)
    return anew, watchlist_reader(loaded)


def page_renderer() -> Callable[[str, Mapping[str, object]], str]:
    """Return what renders a built-in template, for a command that works without a configuration."""
    from watcher.rendering.environment import Templates, builtin_templates

    templates = Templates(builtin_templates(), clock=time.monotonic)
    return lambda name, context: templates.render(name, context).text


def _templates_of(loaded: Loaded, context: Callable[[], RunContext]) -> Callable[[], Templates]:
    """Return what makes the templates when the first is needed; the operator's own are tried out then."""

    @cache
    def made() -> Templates:
        """Make the templates and report the operator's own that cannot be trusted."""
        from watcher.pipeline.template_overrides import override_folder, trusted
        from watcher.rendering.environment import Templates, builtin_templates

        overrides = override_folder(loaded)
        return trusted(Templates(builtin_templates(), overrides, clock=time.monotonic), context())

    return made
