"""Trial pages: gathers what the store knows of the watched trials and hands it to `pages`.

Reads the store and writes files of the site only; decides nothing about what is shown.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import structlog

from watcher import __version__
from watcher.archive import decode
from watcher.changes.model import Record
from watcher.config.watchlist import Watchlist
from watcher.context import PAGE_TEMPLATE_PART, PAGES_PART, FaultReport, RunContext
from watcher.errors import WatcherError
from watcher.pages.loader import load, site_of, steps_of
from watcher.pages.mirror import RECENT
from watcher.pages.page_model import Site, Step, Trial
from watcher.pages.recent_versions import MOST_ENTRIES, WEEK, Listed, Lists, VersionNote, Week, listed_of
from watcher.pages.site import Given, Made, Progress, Render, build, silent
from watcher.pages.site import Watched as Shown
from watcher.pages.site_folder import Folder, Written, manifest_path, read_key
from watcher.pipeline.fault_states import failing
from watcher.pipeline.page_overrides import LARGEST_PAGE, PAGES, SLOWEST_PAGE, override_files, trusted_pages
from watcher.pipeline.template_overrides import override_folder
from watcher.rendering.environment import TemplateNote, Templates, builtin_templates
from watcher.store.highlights import Highlight, Highlights
from watcher.store.search_model import SearchState, Span

log = structlog.get_logger()

_AT_ONCE = 100
"""Comparisons read together; so many are held in memory."""


async def keep_pages(context: RunContext, watchlist: Watchlist, faults: FaultReport) -> None:
    """Bring the pages up to date after a poll when `[pages] dir` is set; a fault of theirs harms nothing else."""
    folder = pages_dir(context)
    if folder is None:
        return
    notes: dict[str, TemplateNote] = {}
    try:
        written = await asyncio.to_thread(
            publish,
            context,
            watchlist,
            folder,
            only_news=True,
            on_note=lambda note: notes.setdefault(note.template, note),
        )
    except (OSError, WatcherError) as error:
        faults.failing(PAGES_PART, f"the pages in {folder} cannot be written: {error}")
    except Exception as error:  # the boundary of the pages: a bug met there must not end a poll
        log.exception("pages_failed")
        faults.tripped(PAGES_PART, f"the program tripped over the pages ({type(error).__name__}); please report it")
    else:
        faults.well(PAGES_PART)
        if written is not None:
            _signal_templates(context, notes, faults)
            log.info("pages_written", written=written.written, kept=written.kept, removed=written.removed)


def _signal_templates(context: RunContext, notes: Mapping[str, TemplateNote], faults: FaultReport) -> None:
    """Report which of the operator's own templates failed in a build, and end the faults of those that work again."""
    for name, note in notes.items():
        problem = note.problem.rstrip(".")
        faults.failing(f"{PAGE_TEMPLATE_PART}{name}", f"{problem}; the built-in one stands in until yours is mended")
    for fault in failing(context.store.faults.all()):
        if fault.part.startswith(PAGE_TEMPLATE_PART):
            faults.well(fault.part)  # of what failed just now this changes nothing


def pages_dir(context: RunContext) -> Path | None:
    """Return the folder of the site; None when none is configured."""
    own = context.loaded.config.pages.dir
    return None if own is None else context.state_dir / Path(own).expanduser()


def publish(
    context: RunContext,
    watchlist: Watchlist,
    path: Path,
    *,
    progress: Progress = silent,
    only_news: bool = False,
    on_note: Callable[[TemplateNote], object] = lambda note: None,
) -> Written | None:
    """Write the site of the watched trials into a folder; only files that differ are written.

    Args:
        context: What the run works with.
        watchlist: What is watched, merged ids followed.
        path: The folder; made when it is not there.
        progress: Hears how far it is.
        only_news: Do nothing when neither the store, nor the watchlist, nor a template of the operator's own, nor the
            day differs from the last time.
        on_note: Hears of every template of the operator's own that failed; the built-in one stood in.

    Returns:
        What became of the files; None when nothing was done.

    Raises:
        UsageError: The folder holds other things.
        OSError: It cannot be written.
        RenderError: A built-in template failed.
    """
    site = site_of(context)
    watched = _watched(context, watchlist)
    key = _key(site, watched, context, watchlist)
    manifest = manifest_path(context.state_dir, path)
    if only_news and read_key(path, manifest) == key:
        return None
    templates, distrusted = _templates(context)
    for note in distrusted:
        on_note(note)
    given = Given(
        site=site,
        watched=watched,
        lists=_lists(context, watched, site),
        program=_program(context, distrusted),
        searches=_searches(context, watchlist),
    )
    source = _Store(context, watchlist, watched)
    render = _rendering(templates, on_note, {note.template for note in distrusted})
    return build(Folder.open(path, manifest), source, given, render, progress, key)


def _watched(context: RunContext, watchlist: Watchlist) -> Mapping[str, Shown]:
    """Return what is watched and was read."""
    every = context.store.trials.kept(list(watchlist.trials))
    newest = {kept.nct_id: kept.newest_seq for kept in every if kept.newest_seq is not None}
    seen = context.store.versions.seen(newest.values())
    return {
        kept.nct_id: Shown(
            watches=watchlist.trials[kept.nct_id].watches,
            short_name=watchlist.trials[kept.nct_id].short_name,
            newest=newest[kept.nct_id],
            seen_at=seen[newest[kept.nct_id]],
            state=kept.presence.value,
        )
        for kept in every
        if kept.nct_id in newest
    }


def _searches(context: RunContext, watchlist: Watchlist) -> Mapping[str, Sequence[tuple[SearchState, Sequence[Span]]]]:
    """Return the searches of each watch whose members were read, with every stay in them."""
    store = context.store.searches
    return {
        watch: [(state, store.spans(state.key)) for state in states]
        for watch, states in _states(context, watchlist).items()
    }


def _states(context: RunContext, watchlist: Watchlist) -> Mapping[str, Sequence[SearchState]]:
    known = context.store.searches.states() if watchlist.searches else {}
    found: dict[str, list[SearchState]] = {}
    for search in watchlist.searches:
        for watch in search.watches if search.query.key in known else ():
            found.setdefault(watch, []).append(known[search.query.key])
    return found


def _key(site: Site, watched: Mapping[str, Shown], context: RunContext, watchlist: Watchlist) -> str:
    names = [watch.name for watch in context.loaded.config.watch]
    own = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in override_files(context.loaded)]
    searches = [
        (watch, [(state.key, state.seq, state.count) for state in states])
        for watch, states in sorted(_states(context, watchlist).items())
    ]
    held = [
        __version__, site.url, site.data_version, site.now.date(), names, own, searches, sorted(watched.items()),
    ]  # fmt: skip
    return hashlib.blake2b(json.dumps(held, default=str).encode(), digest_size=16).hexdigest()


def _lists(context: RunContext, watched: Mapping[str, Shown], site: Site) -> Lists:
    """Choose what the lists and feeds show, by number alone."""
    highlights, now = context.store.highlights, site.now
    week = _week(highlights, site)

    def listed(ids: Collection[str]) -> Listed:
        return listed_of(ids, week, _noted(highlights.latest(ids, MOST_ENTRIES)))

    names = [watch.name for watch in context.loaded.config.watch]
    held = {name: {nct_id for nct_id, one in watched.items() if name in one.watches} for name in names}
    return Lists(
        week=(week.first, week.last),
        every=listed(watched.keys()),
        watches={name: listed(ids) for name, ids in held.items()},
        newest=highlights.newest(watched.keys()),
        logged=highlights.first_since(now - RECENT),
    )


def _week(highlights: Highlights, site: Site) -> Week:
    """Return this week: the seven days up to that of the registry's newest data, or up to today when it has no day."""
    try:
        last = date.fromisoformat(site.data_version or "")
    except ValueError:
        last = site.now.date()
    first = (last - WEEK + timedelta(days=1)).isoformat()
    dated = highlights.posted_or_seen(first, site.now - WEEK)
    return Week(
        first=first,
        last=last.isoformat(),
        posted=_noted(one.highlight for one in dated if one.day >= first),
        late=_noted(one.highlight for one in dated if one.day < first),
    )


def _noted(found: Iterable[Highlight]) -> tuple[VersionNote, ...]:
    return tuple(VersionNote(nct_id=one.nct_id, seq=one.seq, level=one.severity) for one in found)


def _templates(context: RunContext) -> tuple[Templates, tuple[TemplateNote, ...]]:
    """Return the templates of the pages, those of the operator's own that fail left out.

    And what is wrong with them.
    """
    templates = Templates(builtin_templates(), override_folder(context.loaded), clock=context.monotonic)
    return trusted_pages(templates) if override_files(context.loaded) else (templates, ())


def _program(context: RunContext, distrusted: Iterable[TemplateNote]) -> str:
    """Return a hash of what makes the pages: the program's version and all templates, the operator's that work too."""
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for path in (*sorted(builtin_templates().glob(f"{PAGES}*")), *override_files(context.loaded)):
        digest.update(path.read_bytes())
    for note in distrusted:
        digest.update(note.template.encode())
    return digest.hexdigest()


def _rendering(templates: Templates, on_note: Callable[[TemplateNote], object], distrusted: Collection[str]) -> Render:
    """Return what renders; a page lasts when only templates were stood in for that count as not there at all."""

    def render(name: str, context: Mapping[str, object]) -> Made:
        rendered = templates.render(name, context, most=LARGEST_PAGE, within=SLOWEST_PAGE)
        for note in rendered.notes:
            on_note(note)
        return Made(text=rendered.text, is_lasting=all(note.template in distrusted for note in rendered.notes))

    return render


@dataclass(frozen=True, slots=True)
class _Store:
    """The store as the pages read it."""

    context: RunContext
    watchlist: Watchlist
    watched: Mapping[str, Shown]

    def records(self, ids: Collection[str]) -> Iterator[tuple[str, Record]]:
        for nct_id, body in self.context.store.versions.each_newest_body(ids):
            yield nct_id, decode(body)

    def steps(self, seqs: Collection[int]) -> Iterator[Step]:
        every = sorted(seqs, reverse=True)
        for start in range(0, len(every), _AT_ONCE):
            yield from steps_of(self.context.store.versions.entries(every[start : start + _AT_ONCE]))

    def trial(self, nct_id: str) -> Trial:
        found = load(self.context, nct_id, self.watchlist.trials.get(nct_id), records=True)
        assert found is not None  # noqa: S101 — only trials whose record was just read are asked for
        return found
