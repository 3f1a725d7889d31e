"""The site: which files there are, and what goes into each.

Reads trials one by one from a source, so that ten thousand fit, and of their changes only what a list or feed shows; a
trial's pages are made anew only when what they are made of has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from watcher.changes.model import Record
from watcher.pages import feeds, milestone_calendar
from watcher.pages.folder import Folder, Written
from watcher.pages.mirror import mirror_of
from watcher.pages.overview import Brief, Shown, brief_of, overview_of, slugs
from watcher.pages.page_model import Site, Step, Trial
from watcher.pages.recent_versions import MOST_ENTRIES, Listed, Lists, Mention, mention_of
from watcher.pages.recruiting import open_countries
from watcher.pages.related import Related, related
from watcher.pages.timeline import TimelineEntry, chapter_of
from watcher.pages.trial import Link, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A rendered page.

    Attributes:
        text: The whole text.
        is_lasting: Whether it is what was asked for; one that a template stood in for is made again the next time.
    """

    text: str
    is_lasting: bool = True


Render = Callable[[str, Mapping[str, object]], Made]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A trial as it is now: its id, its newest record, and versions of it without their records."""

    nct_id: str
    record: Record
    steps: tuple[Step, ...]


class Source(Protocol):
    """Where trials come from."""

    def newest(self, wanted: Mapping[str, Collection[int]]) -> Iterable[Newest]:
        """Return every watched trial that was read, each once, with the versions wanted of it."""

    def trial(self, nct_id: str) -> Trial:
        """Return one of these trials with all its versions and their records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a build is given.

    Attributes:
        site: What holds for all pages.
        watched: By id; ids without a record have no page.
        lists: Which versions the lists and feeds show.
        program: What the pages are made by: a hash of templates and version.
    """

    site: Site
    watched: Mapping[str, Watched]
    lists: Lists
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
    days: list[milestone_calendar.Milestone] = field(default_factory=list)
    mentions: dict[int, Mention] = field(default_factory=dict)
    told: dict[int, TimelineEntry] = field(default_factory=dict)

    def all(self, key: str) -> Written:
        self._read()
        near = related([brief.traits for brief in self.briefs.values()])
        names = {nct_id: (brief.name, brief.status) for nct_id, brief in self.briefs.items()}
        files = slugs(self.given.lists.watches)
        for number, nct_id in enumerate(self.briefs):
            self.progress(number, len(self.briefs))
            self._trial(nct_id, near[nct_id], names, files)
        self.progress(len(self.briefs), len(self.briefs))
        self.folder.put("style.css", self.render("pages/style.css.j2", {}).text)
        self._lists(files)
        return self.folder.finish(key)

    def _read(self) -> None:
        """Make a brief of every record, and tell what the lists and their feeds show."""
        fed = self.given.lists.fed()
        for found in self.source.newest(self.given.lists.wanted()):
            known = self.given.watched[found.nct_id]
            brief = brief_of(found.nct_id, found.record, watches=known.watches, own_name=known.short_name)
            self.briefs[found.nct_id] = brief
            self.days += milestone_calendar.milestones_of(found.nct_id, found.record, brief.name, known.seen_at)
            for step in found.steps:
                chapter = chapter_of(step, found.record, brief.name)
                self.mentions[step.seq] = mention_of(chapter)
                if step.seq in fed:
                    self.told[step.seq] = chapter

    def _trial(
        self, nct_id: str, near: Sequence[Related], names: Mapping[str, tuple[str, str]], files: Mapping[str, str]
    ) -> None:
        known = self.given.watched[nct_id]
        near_names = [(one.nct_id, names[one.nct_id], one.why) for one in near]
        made_of = _hash(
            self.given.program, self.given.site.url, known.watches, known.short_name, known.newest, known.state,
            [files[watch] for watch in known.watches], near_names, self.given.lists.logged.get(nct_id),
        )  # fmt: skip
        if self.folder.is_made_of(nct_id, made_of):
            self.folder.keep(nct_id)
            return
        trial = self.source.trial(nct_id)
        watch_pages = {watch: f"../watches/{files[watch]}.html" for watch in known.watches}
        page = page_of(trial, watch_pages=watch_pages, related=near, names=names)
        at = f"trials/{nct_id}"
        shown = self.render("pages/trial.html.j2", {"page": page, "root": "../"})
        mirror = self.render("pages/trial.md.j2", {"page": mirror_of(trial, self.given.site)})
        entries = [self._entry(chapter) for chapter in page.chapters[:MOST_ENTRIES]]
        is_lasting = shown.is_lasting and mirror.is_lasting and all(made.is_lasting for _, made in entries)
        source = made_of if is_lasting else ""
        self.folder.put(f"{at}.html", shown.text, group=nct_id, source=source)
        self.folder.put(f"{at}.md", mirror.text, group=nct_id, source=source)
        feed = feeds.Feed(
            key=nct_id,
            title=f"Changes of {page.name} ({nct_id})",
            page=f"{at}.html",
            file=at,
            entries=tuple(feeds.Entry(chapter=chapter, html=made.text) for chapter, made in entries),
            since=trial.steps[0].seen_at,
        )
        self._feed(feed, nct_id, source)

    def _lists(self, files: Mapping[str, str]) -> None:
        briefs, lists = list(self.briefs.values()), self.given.lists
        links = self._open(briefs)
        watch_links = tuple(Link(name=name, href=f"watches/{slug}.html") for name, slug in files.items())
        self._list("index.html", TITLE, "feed", briefs, lists.every, (watch_links, links), home="", key="all")
        self._calendar("milestones.ics", "Milestones of watched trials", self.days)
        for name, slug in files.items():
            own = [brief for brief in briefs if name in brief.watches]
            ids = {brief.nct_id for brief in own}
            file, listed = f"watches/{slug}.html", lists.watches[name]
            self._list(file, name, slug, own, listed, ((), ()), home="../", key=f"watch {name}")
            self._calendar(f"watches/{slug}.ics", name, [day for day in self.days if day.nct_id in ids])

    def _list(
        self,
        file: str,
        title: str,
        feed: str,
        briefs: Sequence[Brief],
        listed: Listed,
        links: tuple[tuple[Link, ...], tuple[tuple[Link, int], ...]],
        *,
        home: str,
        key: str,
    ) -> None:
        newest = self.given.lists.newest
        page = overview_of(
            briefs,
            {one.nct_id: self.mentions[newest[one.nct_id]] for one in briefs if one.nct_id in newest},
            Shown(
                days=self.given.lists.week,
                week=tuple(self.mentions[one.seq] for one in listed.week),
                week_more=listed.week_more,
                late=tuple(self.mentions[one.seq] for one in listed.late),
                late_more=listed.late_more,
            ),
            title=title,
            site=self.given.site,
            links=links,
            feed=feed,
            calendar="milestones.ics" if not home else f"{feed}.ics",
            home=home,
        )
        self.folder.put(file, self.render("pages/index.html.j2", {"page": page, "root": home}).text)
        folder = "watches/" if home else ""
        entries = (self._entry(self.told[one.seq]) for one in listed.feed)
        self._feed(
            feeds.Feed(
                key=key,
                title=f"Trial watcher: {title}",
                page=file,
                file=folder + feed,
                entries=tuple(feeds.Entry(chapter=chapter, html=made.text) for chapter, made in entries),
                since=min((self.given.watched[one.nct_id].seen_at for one in briefs), default=_LONG_AGO),
            )
        )

    def _open(self, briefs: Sequence[Brief]) -> tuple[tuple[Link, int], ...]:
        """Write a page per country where people can take part; give the links to them."""
        found = open_countries(briefs)
        files = slugs(country.name for country in found)
        for country in found:
            file = f"recruiting/{files[country.name]}.html"
            self.folder.put(file, self.render("pages/open.html.j2", {"page": country, "root": "../"}).text)
        return tuple(
            (
                Link(name=country.name, href=f"recruiting/{files[country.name]}.html"),
                len({one.brief.nct_id for _, trials in country.cities for one in trials}),
            )
            for country in found
        )

    def _calendar(self, file: str, title: str, days: Iterable[milestone_calendar.Milestone]) -> None:
        since = (self.given.site.now - milestone_calendar.PAST).date()
        self.folder.put(file, milestone_calendar.calendar_of(title, days, since=since))

    def _feed(self, feed: feeds.Feed, group: str = "", source: str = "") -> None:
        url = self.given.site.url
        self.folder.put(f"{feed.file}.xml", feeds.atom(feed, url), group=group, source=source)
        self.folder.put(f"{feed.file}.json", feeds.json_feed(feed, url), group=group, source=source)

    def _entry(self, chapter: TimelineEntry) -> tuple[TimelineEntry, Made]:
        return chapter, self.render("pages/entry.html.j2", {"chapter": chapter})


def _hash(*parts: object) -> str:
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).hexdigest()


def silent(done: int, total: int) -> None:
    """Hear how far a build is, and say nothing."""
