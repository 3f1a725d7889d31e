"""The site: which files there are, and what goes into each.

Reads trials one by one from a source, so that ten thousand fit; a trial's pages are made anew only when what they are
made of has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from watcher.changes.model import Record
from watcher.pages import diary, feeds
from watcher.pages.mirror import RECENT, mirror_of
from watcher.pages.model import Site, Step, Trial
from watcher.pages.overview import Brief, brief_of, of_week, open_countries, overview_of, slugs
from watcher.pages.related import Related, related
from watcher.pages.telling import Chapter, chapter_of
from watcher.pages.trial import Link, page_of
from watcher.pages.writing import Folder, Written

Render = Callable[[str, Mapping[str, object]], str]
"""Renders a template by name."""

Progress = Callable[[int, int], None]
"""Hears how many trials of how many are done."""

TITLE = "Watched trials"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How one trial is watched, and what its pages are made of besides its record.

    Attributes:
        watches: Names of the watches that hold it.
        short_name: The operator's own name for it, or None.
        newest: Number of its newest version.
        seen_at: When that was stored.
        state: Where it stands with us.
    """

    watches: tuple[str, ...]
    short_name: str | None
    newest: int
    seen_at: datetime
    state: str


class Source(Protocol):
    """Where trials come from."""

    def records(self) -> Iterable[tuple[str, Record]]:
        """Give id and newest record of every watched trial that was read, each once."""

    def trial(self, nct_id: str) -> Trial:
        """Give one of these trials with all its versions and their records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a build is given.

    Attributes:
        site: What holds for all pages.
        watched: By id; ids without a record have no page.
        watches: Names of all watches, in the operator's order.
        recent: The newest steps of all trials, newest first, without records.
        program: What the pages are made by: a hash of templates and version.
    """

    site: Site
    watched: Mapping[str, Watched]
    watches: tuple[str, ...]
    recent: tuple[Step, ...]
    program: str


def build(folder: Folder, source: Source, given: Given, render: Render, progress: Progress, key: str) -> Written:
    """Bring the pages in a folder up to date.

    Args:
        folder: The folder, just opened.
        source: Where trials come from.
        given: What else the pages are made of.
        render: Renders a template.
        progress: Hears how far it is.
        key: What the whole is made of; kept in the manifest.

    Raises:
        OSError: A file cannot be written; every file is whole, the old or the new one.
        RenderError: A built-in template failed.
    """
    return _Build(folder, source, given, render, progress).all(key)


@dataclass(slots=True)
class _Build:
    folder: Folder
    source: Source
    given: Given
    render: Render
    progress: Progress
    briefs: dict[str, Brief] = field(default_factory=dict)
    days: list[diary.Milestone] = field(default_factory=list)
    told: dict[int, Chapter] = field(default_factory=dict)
    shown: dict[int, feeds.Entry] = field(default_factory=dict)
    recent: dict[str, list[Step]] = field(default_factory=dict)

    def all(self, key: str) -> Written:
        self._read()
        near = related([brief.traits for brief in self.briefs.values()])
        names = {nct_id: (brief.name, brief.status) for nct_id, brief in self.briefs.items()}
        files = slugs(self.given.watches)
        for number, nct_id in enumerate(self.briefs):
            self.progress(number, len(self.briefs))
            self._trial(nct_id, near[nct_id], names, files)
        self.progress(len(self.briefs), len(self.briefs))
        self.folder.put("style.css", self.render("pages/style.css.j2", {}))
        self._lists(files)
        return self.folder.finish(key)

    def _read(self) -> None:
        """Make a brief of every record, and tell what the lists show."""
        for step in self.given.recent:
            self.recent.setdefault(step.nct_id, []).append(step)
        for nct_id, record in self.source.records():
            known = self.given.watched[nct_id]
            brief = brief_of(nct_id, record, watches=known.watches, own_name=known.short_name)
            self.briefs[nct_id] = brief
            self.days += diary.milestones_of(nct_id, record, brief.name, known.seen_at)
            for step in self.recent.get(nct_id, ()):
                self.told[step.seq] = chapter_of(step, record, brief.name)

    def _trial(
        self, nct_id: str, near: Sequence[Related], names: Mapping[str, tuple[str, str]], files: Mapping[str, str]
    ) -> None:
        known = self.given.watched[nct_id]
        near_names = [(one.nct_id, names[one.nct_id], one.why) for one in near]
        since = self.given.site.now - RECENT
        in_log = [step.seq for step in self.recent.get(nct_id, ()) if step.seen_at >= since]
        made_of = _hash(
            self.given.program, self.given.site.url, known.watches, known.short_name, known.newest, known.state,
            [files[watch] for watch in known.watches], near_names, in_log,
        )  # fmt: skip
        if self.folder.is_made_of(nct_id, made_of):
            self.folder.keep(nct_id)
            return
        trial = self.source.trial(nct_id)
        watch_pages = {watch: f"../watches/{files[watch]}.html" for watch in known.watches}
        page = page_of(trial, watch_pages=watch_pages, related=near, names=names)
        at = f"trials/{nct_id}"
        mirror = {"page": mirror_of(trial, self.given.site)}
        self._put(f"{at}.html", self.render("pages/trial.html.j2", {"page": page, "root": "../"}), nct_id, made_of)
        self._put(f"{at}.md", self.render("pages/trial.md.j2", mirror), nct_id, made_of)
        feed = feeds.Feed(
            key=nct_id,
            title=f"Changes of {page.name} ({nct_id})",
            page=f"{at}.html",
            file=at,
            entries=tuple(self._entry(chapter) for chapter in page.chapters[: feeds.MOST_ENTRIES]),
            since=trial.steps[0].seen_at,
        )
        self._feed(feed, nct_id, made_of)

    def _lists(self, files: Mapping[str, str]) -> None:
        briefs = list(self.briefs.values())
        loud = [chapter for chapter in self.told.values() if not chapter.is_quiet]
        loud.sort(key=lambda chapter: chapter.seq, reverse=True)
        newest: dict[str, Chapter] = {}
        for chapter in loud:
            newest.setdefault(chapter.nct_id, chapter)
        this_week = {step.seq for step in of_week(self.given.recent, self.given.site)}
        week = [chapter for chapter in loud if chapter.seq in this_week]
        links = self._open(briefs)
        watch_links = tuple(Link(name=name, href=f"watches/{slug}.html") for name, slug in files.items())
        self._list("index.html", TITLE, "feed", briefs, newest, week, (watch_links, links), home="", key="all")
        self._calendar("milestones.ics", "Milestones of watched trials", self.days)
        for name, slug in files.items():
            own = [brief for brief in briefs if name in brief.watches]
            ids = {brief.nct_id for brief in own}
            own_week = [chapter for chapter in week if chapter.nct_id in ids]
            self._list(
                f"watches/{slug}.html", name, slug, own, newest, own_week, ((), ()), home="../", key=f"watch {name}"
            )
            self._calendar(f"watches/{slug}.ics", name, [day for day in self.days if day.nct_id in ids])

    def _list(
        self,
        file: str,
        title: str,
        feed: str,
        briefs: Sequence[Brief],
        newest: Mapping[str, Chapter],
        week: Sequence[Chapter],
        links: tuple[tuple[Link, ...], tuple[tuple[Link, int], ...]],
        *,
        home: str,
        key: str,
    ) -> None:
        calendar = "milestones.ics" if not home else f"{feed}.ics"
        page = overview_of(
            briefs,
            newest,
            week,
            title=title,
            site=self.given.site,
            links=links,
            feed=feed,
            calendar=calendar,
            home=home,
        )
        self.folder.put(file, self.render("pages/index.html.j2", {"page": page, "root": home}))
        ids = {brief.nct_id for brief in briefs}
        chapters = [one for one in self.told.values() if one.nct_id in ids and not one.is_quiet]
        chapters.sort(key=lambda one: one.seq, reverse=True)
        folder = "watches/" if home else ""
        self._feed(
            feeds.Feed(
                key=key,
                title=f"Trial watcher: {title}",
                page=file,
                file=folder + feed,
                entries=tuple(self._entry(one) for one in chapters[: feeds.MOST_ENTRIES]),
                since=min((self.given.watched[nct_id].seen_at for nct_id in ids), default=_LONG_AGO),
            )
        )

    def _open(self, briefs: Sequence[Brief]) -> tuple[tuple[Link, int], ...]:
        """Write a page per country where people can take part; give the links to them."""
        found = open_countries(briefs)
        files = slugs(country.name for country in found)
        for country in found:
            file = f"recruiting/{files[country.name]}.html"
            self.folder.put(file, self.render("pages/open.html.j2", {"page": country, "root": "../"}))
        return tuple(
            (
                Link(name=country.name, href=f"recruiting/{files[country.name]}.html"),
                len({one.brief.nct_id for _, trials in country.cities for one in trials}),
            )
            for country in found
        )

    def _calendar(self, file: str, title: str, days: Iterable[diary.Milestone]) -> None:
        self.folder.put(file, diary.icalendar(title, days))

    def _feed(self, feed: feeds.Feed, group: str = "", source: str = "") -> None:
        self._put(f"{feed.file}.xml", feeds.atom(feed, self.given.site.url), group, source)
        self._put(f"{feed.file}.json", feeds.json_feed(feed, self.given.site.url), group, source)

    def _put(self, name: str, text: str, group: str, source: str) -> None:
        self.folder.put(name, text, group=group, source=source)

    def _entry(self, chapter: Chapter) -> feeds.Entry:
        """Render a chapter once, for all feeds that carry it."""
        if chapter.seq not in self.shown:
            html = self.render("pages/entry.html.j2", {"chapter": chapter})
            self.shown[chapter.seq] = feeds.Entry(chapter=chapter, html=html)
        return self.shown[chapter.seq]


def _hash(*parts: object) -> str:
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).hexdigest()


def silent(done: int, total: int) -> None:
    """Hear how far a build is, and say nothing."""
