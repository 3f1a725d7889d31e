"""Trial pages: gathers what the store knows of the watched trials and hands it to `pages`.

Reads the store and writes files of the site only; decides nothing about what is shown.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from watcher import __version__
from watcher.changes.exchange import from_bytes
from watcher.changes.model import Comparison, Record
from watcher.config.watchlist import Watched, Watchlist
from watcher.errors import WatcherError
from watcher.pages.mirror import mirror_of
from watcher.pages.model import Site, Step, Trial
from watcher.pages.site import Given, Progress, build, silent
from watcher.pages.site import Watched as Shown
from watcher.pages.writing import Folder, Written, read_key
from watcher.service.happenings import first_seen
from watcher.service.judging import decode
from watcher.service.parts import PAGES_PART, Parts, Signals
from watcher.store.model import Kept, LogEntry, Version

if TYPE_CHECKING:
    from watcher.rendering.environment import Templates

log = structlog.get_logger()

LARGEST_PAGE = 50_000_000
"""Characters of one page; an index of 10,000 trials has some ten million."""

SLOWEST_PAGE = 120.0
"""Seconds one page may take."""

RECENT_STEPS = 2_000
"""Versions looked at for feeds and lists; the newest."""


async def keep_pages(parts: Parts, watchlist: Watchlist, signals: Signals) -> None:
    """Bring the pages up to date after a poll when `[pages] dir` is set; a fault of theirs harms nothing else."""
    folder = pages_dir(parts)
    if folder is None:
        return
    try:
        written = await asyncio.to_thread(publish, parts, watchlist, folder, only_news=True)
    except (OSError, WatcherError) as error:
        signals.failing(PAGES_PART, f"the pages in {folder} cannot be written: {error}")
    except Exception as error:  # the boundary of the pages: a bug met there must not end a poll
        log.exception("pages_failed")
        signals.tripped(PAGES_PART, f"the program tripped over the pages ({type(error).__name__}); please report it")
    else:
        signals.well(PAGES_PART)
        if written is not None:
            log.info("pages_written", written=written.written, kept=written.kept, removed=written.removed)


def pages_dir(parts: Parts) -> Path | None:
    """Give the folder of the site; None when none is configured."""
    own = parts.loaded.config.pages.dir
    return None if own is None else parts.state_dir / Path(own).expanduser()


def publish(
    parts: Parts, watchlist: Watchlist, path: Path, *, progress: Progress = silent, only_news: bool = False
) -> Written | None:
    """Write the site of the watched trials into a folder; only files that differ are written.

    Args:
        parts: What the run works with.
        watchlist: What is watched, merged ids followed.
        path: The folder; made when it is not there.
        progress: Hears how far it is.
        only_news: Do nothing when neither the store, nor the watchlist, nor the day differs from the last time.

    Returns:
        What became of the files; None when nothing was done.

    Raises:
        UsageError: The folder holds other things.
        OSError: It cannot be written.
        RenderError: A built-in template failed.
    """
    site = site_of(parts)
    watched = _watched(parts, watchlist)
    key = _key(site, watched, parts)
    if only_news and read_key(path) == key:
        return None
    templates = parts.templates()
    given = Given(
        site=site,
        watched=watched,
        watches=tuple(watch.name for watch in parts.loaded.config.watch),
        recent=_recent(parts, watched),
        program=_program(parts),
    )
    return build(Folder.open(path), _Store(parts, watchlist, watched), given, _rendering(templates), progress, key)


def _watched(parts: Parts, watchlist: Watchlist) -> Mapping[str, Shown]:
    """Give what is watched and was read."""
    found = {}
    for kept in parts.store.trials.kept(list(watchlist.trials)):
        if kept.newest_seq is not None:
            own = watchlist.trials[kept.nct_id]
            found[kept.nct_id] = Shown(
                watches=own.watches,
                short_name=own.short_name,
                newest=kept.newest_seq,
                seen_at=parts.store.versions.version(kept.newest_seq).seen_at,
                state=kept.life.value,
            )
    return found


def _key(site: Site, watched: Mapping[str, Shown], parts: Parts) -> str:
    names = [watch.name for watch in parts.loaded.config.watch]
    held = [__version__, site.url, site.data_version, site.now.date(), names, sorted(watched.items())]
    return hashlib.blake2b(json.dumps(held, default=str).encode(), digest_size=16).hexdigest()


def _recent(parts: Parts, ids: Collection[str]) -> tuple[Step, ...]:
    entries = parts.store.versions.log(limit=RECENT_STEPS)
    return steps_of(entry for entry in entries if entry.version.nct_id in ids)


def _program(parts: Parts) -> str:
    """Give a hash of what makes the pages: the program's version and all templates, the operator's too."""
    from watcher.rendering.environment import builtin_templates

    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    own = parts.loaded.config.templates_dir
    folders = [builtin_templates()]
    folders += [parts.loaded.folder / Path(own).expanduser()] if own is not None else []
    for folder in folders:
        for path in sorted(folder.glob("pages/*")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _rendering(templates: Templates) -> Callable[[str, Mapping[str, object]], str]:
    def render(name: str, context: Mapping[str, object]) -> str:
        rendered = templates.render(name, context, most=LARGEST_PAGE, within=SLOWEST_PAGE)
        for note in rendered.notes:
            log.warning("template_failed", template=note.template, problem=note.problem)
        return rendered.text

    return render


@dataclass(frozen=True, slots=True)
class _Store:
    """The store as the pages read it."""

    parts: Parts
    watchlist: Watchlist
    watched: Mapping[str, Shown]

    def records(self) -> Iterator[tuple[str, Record]]:
        for nct_id, body in self.parts.store.versions.each_newest_body(self.watched):
            yield nct_id, decode(body)

    def trial(self, nct_id: str) -> Trial:
        found = load(self.parts, nct_id, self.watchlist.trials.get(nct_id), records=True)
        assert found is not None  # noqa: S101 — only trials whose record was just read are asked for
        return found


def markdown_of(parts: Parts, watchlist: Watchlist, nct_id: str) -> str | None:
    """Give the Markdown page of one trial; None when it was never read."""
    trial = load(parts, nct_id, watchlist.trials.get(nct_id))
    if trial is None:
        return None
    return parts.templates().render("pages/trial.md.j2", {"page": mirror_of(trial, site_of(parts))}).text


def site_of(parts: Parts) -> Site:
    """Give what holds for all pages now."""
    last = parts.store.polls.last_complete()
    url = (parts.loaded.config.pages.url or "").rstrip("/")
    return Site(url=url, now=parts.clock(), data_version=last.token[:10] if last and last.token else None)


def load(parts: Parts, nct_id: str, watched: Watched | None, *, records: bool = False) -> Trial | None:
    """Give one trial with all its versions; None when it was never read.

    Args:
        parts: What the run works with.
        nct_id: The trial.
        watched: How it is watched, or None.
        records: Whether each step carries its record too.
    """
    versions = parts.store.versions
    entries = [LogEntry(version=one, compared=versions.comparison(one.seq)) for one in versions.of_trial(nct_id)]
    steps = steps_of(entries)
    if records:
        steps = tuple(replace(step, record=_record(parts, step.seq)) for step in steps)
    newest = next((step.record for step in reversed(steps) if step.record is not None), None)
    if newest is None:
        body = versions.newest_body(nct_id)
        if body is None:
            return None
        newest = decode(body)
    kept: Kept = parts.store.trials.kept([nct_id])[0]
    return Trial(
        nct_id=nct_id,
        record=newest,
        steps=steps,
        watches=watched.watches if watched is not None else (),
        short_name=watched.short_name if watched is not None else None,
        state=kept.life.value,
    )


def steps_of(entries: Iterable[LogEntry]) -> tuple[Step, ...]:
    """Make steps of log entries, in their order, without records."""
    return tuple(
        Step(
            nct_id=entry.version.nct_id,
            seq=entry.version.seq,
            seen_at=entry.version.seen_at,
            data_version=entry.version.data_version,
            posted=entry.version.last_update_posted,
            is_baseline=entry.version.baseline,
            comparison=_comparison(entry.version, entry.compared),
        )
        for entry in entries
    )


def _comparison(version: Version, compared: bytes | None) -> Comparison:
    if compared is not None:
        return from_bytes(compared)
    return first_seen(version.nct_id, data_version=version.data_version, posted=version.last_update_posted)


def _record(parts: Parts, seq: int) -> Record | None:
    try:
        return decode(parts.store.versions.body(seq))
    except LookupError:  # an id that was an alias from the first day never had a record of its own
        return None
