"""The site: which files there are, and what goes into each.

Reads trials one by one from a source, so that ten thousand fit, and of their changes only what a list or feed shows; a
trial's pages are made anew only when what they are made of has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from watcher.changes.model import Record
from watcher.pages import feeds, milestone_calendar
from watcher.pages.mirror import mirror_of
from watcher.pages.overview import Brief, Shown, brief_of, overview_of, slugs
from watcher.pages.page_model import Site, Step, Trial
from watcher.pages.recent_versions import MOST_ENTRIES, Listed, Lists, Mention, VersionNote, mention_of
from watcher.pages.recruiting import OpenCountry, open_countries
from watcher.pages.related import Related, relate
from watcher.pages.search_days import SearchHistory, search_history
from watcher.pages.site_folder import Folder, Written
from watcher.pages.site_memory import SiteMemory, TrialNote, read_memory, write_memory
from watcher.pages.trial import Link, page_of
from watcher.pages.trial_timeline import TimelineEntry, chapter_of
from watcher.store.search_model import SearchState, Span


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


class Source(Protocol):
    """Where trials come from."""

    def records(self, ids: Collection[str]) -> Iterable[tuple[str, Record]]:
        """Return id and newest record of these trials, each once."""

    def steps(self, seqs: Collection[int]) -> Iterable[Step]:
        """Return versions by number, without their records."""

    def trial(self, nct_id: str) -> Trial:
        """Return one trial with all its versions and their records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a build is given.

    Attributes:
        site: What holds for all pages.
        watched: By id; ids without a record have no page.
        lists: Which versions the lists and feeds show.
        program: What the pages are made by: a hash of templates and version.
        searches: By name of the watch, its searches, each with every stay in it, oldest first.
    """

    site: Site
    watched: Mapping[str, Watched]
    lists: Lists
    program: str
    searches: Mapping[str, Sequence[tuple[SearchState, Sequence[Span]]]] = field(default_factory=dict)


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
    notes: dict[str, TrialNote] = field(default_factory=dict)
    told: dict[int, TimelineEntry] = field(default_factory=dict)

    def all(self, key: str) -> Written:
        """Write what differs from the last time and forget what is no longer watched."""
        memory = read_memory(self.folder.manifest)
        self._read(memory)
        self._mention()
        relations = relate((note.brief.traits for note in self.notes.values()), memory.relations)
        names = {nct_id: (note.brief.name, note.brief.status) for nct_id, note in self.notes.items()}
        files = slugs(self.given.lists.watches)
        for number, nct_id in enumerate(self.notes):
            self.progress(number, len(self.notes))
            self._trial(nct_id, relations.found[nct_id], names, files)
        self.progress(len(self.notes), len(self.notes))
        self.folder.put("style.css", self.render("pages/style.css.j2", {}).text)
        self._lists(files)
        written = self.folder.finish(key)
        if self.notes != memory.notes or relations is not memory.relations:
            write_memory(self.folder.manifest, self.notes, relations)
        return written

    def _read(self, memory: SiteMemory) -> None:
        """Take over what is known of trials that did not change, and read the records of the others."""
        made_of = {
            nct_id: _hash(one.newest, one.watches, one.short_name, one.seen_at, self.given.lists.newest.get(nct_id))
            for nct_id, one in sorted(self.given.watched.items())
        }
        known = {nct_id: note for nct_id, note in memory.notes.items() if note.made_of == made_of.get(nct_id)}
        for nct_id, record in self.source.records([nct_id for nct_id in made_of if nct_id not in known]):
            one = self.given.watched[nct_id]
            brief = brief_of(nct_id, record, watches=one.watches, own_name=one.short_name)
            days = milestone_calendar.milestones_of(nct_id, record, brief.name, one.seen_at)
            known[nct_id] = TrialNote(made_of=made_of[nct_id], brief=brief, days=days)
        self.notes = {nct_id: known[nct_id] for nct_id in made_of if nct_id in known}

    def _mention(self) -> None:
        """Return the versions that lists and feeds show, read once per build."""
        wanted, fed = self.given.lists.wanted(), self.given.lists.fed()
        mentions: dict[str, dict[int, Mention]] = {}
        missing: set[int] = set(fed)
        for nct_id, note in self.notes.items():
            seqs = wanted.get(nct_id, frozenset[int]())
            mentions[nct_id] = {seq: note.mentions[seq] for seq in sorted(seqs) if seq in note.mentions}
            missing |= seqs - mentions[nct_id].keys()
        for step in self.source.steps(missing):
            if step.nct_id in self.notes:
                chapter = chapter_of(step, self.notes[step.nct_id].brief.name)
                mentions[step.nct_id][step.seq] = mention_of(chapter)
                if step.seq in fed:
                    self.told[step.seq] = chapter
        for nct_id, own in mentions.items():
            if own != self.notes[nct_id].mentions:
                self.notes[nct_id] = replace(self.notes[nct_id], mentions=own)

    def _mentioned(self, listed: Iterable[VersionNote]) -> tuple[Mention, ...]:
        return tuple(self.notes[one.nct_id].mentions[one.seq] for one in listed)

    def _trial(
        self, nct_id: str, near: Sequence[Related], names: Mapping[str, tuple[str, str]], files: Mapping[str, str]
    ) -> None:
        known = self.given.watched[nct_id]
        near_names = [(one.nct_id, names[one.nct_id], one.why) for one in near]
        made_of = _hash(
            self.given.program, self.given.site.url, known.watches, known.short_name, known.newest, known.state,
            [files[watch] for watch in known.watches], near_names, self.given.lists.logged.get(nct_id),
            self.given.lists.newest.get(nct_id),
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
        briefs, lists = [note.brief for note in self.notes.values()], self.given.lists
        links = self._open(briefs)
        watch_links = tuple(Link(name=name, href=f"watches/{slug}.html") for name, slug in files.items())
        self._list("index.html", TITLE, "feed", briefs, lists.every, (watch_links, links), home="", key="all")
        for name, slug in files.items():
            own = [brief for brief in briefs if name in brief.watches]
            file, listed = f"watches/{slug}.html", lists.watches[name]
            self._list(file, name, slug, own, listed, ((), ()), home="../", key=f"watch {name}")

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
        """Write one list with its feeds and its calendar, unless they are made of the same already."""
        since = (self.given.site.now - milestone_calendar.PAST).date()
        searches = self._searches(title) if home else ()
        own = [self.notes[one.nct_id] for one in briefs]
        made_of = _hash(
            self.given.program, self.given.site.url, self.given.site.data_version, self.given.lists.week, title, key,
            [(note.made_of, sorted(note.mentions)) for note in own], repr(listed), repr(links), since, repr(searches),
        )  # fmt: skip
        if self.folder.is_made_of(file, made_of):
            self.folder.keep(file)
            return
        newest = self.given.lists.newest
        shown = Shown(
            days=self.given.lists.week,
            week=self._mentioned(listed.week),
            week_more=listed.week_more,
            late=self._mentioned(listed.late),
            late_more=listed.late_more,
        )
        calendar = "milestones.ics" if not home else f"{feed}.ics"
        page = overview_of(
            briefs,
            {note.brief.nct_id: note.mentions[seq] for note in own if (seq := newest.get(note.brief.nct_id))},
            shown,
            title=title,
            site=self.given.site,
            links=links,
            feed=feed,
            calendar=calendar,
            home=home,
            searches=searches,
        )
        made = self.render("pages/index.html.j2", {"page": page, "root": home})
        entries = [self._entry(self.told[one.seq]) for one in listed.feed]
        source = made_of if made.is_lasting and all(entry.is_lasting for _, entry in entries) else ""
        self.folder.put(file, made.text, group=file, source=source)
        folder = "watches/" if home else ""
        self._feed(
            feeds.Feed(
                key=key,
                title=f"Trial watcher: {title}",
                page=file,
                file=folder + feed,
                entries=tuple(feeds.Entry(chapter=chapter, html=entry.text) for chapter, entry in entries),
                since=min((self.given.watched[one.nct_id].seen_at for one in briefs), default=_LONG_AGO),
            ),
            file,
            source,
        )
        days = [day for note in own for day in note.days]
        name = title if home else "Milestones of watched trials"
        written = milestone_calendar.calendar_of(name, days, since=since)
        self.folder.put(folder + calendar, written, group=file, source=source)

    def _searches(self, watch: str) -> tuple[SearchHistory, ...]:
        if watch not in self.given.searches:
            return ()
        names = {nct_id: note.brief.name for nct_id, note in self.notes.items()}
        return tuple(search_history(state, spans, names) for state, spans in self.given.searches[watch])

    def _open(self, briefs: Sequence[Brief]) -> tuple[tuple[Link, int], ...]:
        """Write a page per country where people can take part, and return the links to them."""
        found = open_countries(briefs)
        files = slugs(country.name for country in found)
        for country in found:
            self._country(country, f"recruiting/{files[country.name]}.html")
        return tuple(
            (
                Link(name=country.name, href=f"recruiting/{files[country.name]}.html"),
                len({one.brief.nct_id for _, trials in country.cities for one in trials}),
            )
            for country in found
        )

    def _country(self, country: OpenCountry, file: str) -> None:
        cities = [
            (city, [(self.notes[one.brief.nct_id].made_of, one.facilities) for one in trials])
            for city, trials in country.cities
        ]
        made_of = _hash(self.given.program, country.name, cities)
        if self.folder.is_made_of(file, made_of):
            self.folder.keep(file)
            return
        made = self.render("pages/open.html.j2", {"page": country, "root": "../"})
        self.folder.put(file, made.text, group=file, source=made_of if made.is_lasting else "")

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
