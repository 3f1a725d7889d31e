"""Invented pages that use every part of every template, to try an operator's own templates out before they are trusted.

Made from trials by the code that makes the real pages, so that a specimen never differs from them in kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from watcher.pages.compared import compared_page
from watcher.pages.mirror import mirror_of
from watcher.pages.overview import Brief, Shown, brief_of, overview_of
from watcher.pages.page_model import Site, Trial
from watcher.pages.recent_versions import MOST_ENTRIES, mention_of
from watcher.pages.recruiting import open_countries
from watcher.pages.related import MOST, Related
from watcher.pages.search_days import SearchHistory, search_history
from watcher.pages.trial import Link, page_of
from watcher.pages.trial_timeline import chapter_of
from watcher.store.search_model import SearchState, Span

_WATCH = "specimens"


def show_all(trials: Sequence[Trial], site: Site, render: Callable[[str, Mapping[str, object]], str]) -> None:
    """Render every template of the pages, each with every trial.

    Args:
        trials: At least one; between them they should have everything a record can have, and a record with nothing.
        site: What holds for all pages.
        render: Renders a template by name; hears of what fails.
    """
    render("pages/style.css.j2", {})
    briefs = [brief_of(one.nct_id, one.record, watches=(_WATCH,), own_name=one.short_name) for one in trials]
    near = {one.nct_id: _all_but(one, briefs) for one in briefs[:-1]} | {briefs[-1].nct_id: ()}
    names = {brief.nct_id: (brief.name, brief.status) for brief in briefs}
    for trial, brief in zip(trials, briefs, strict=True):
        watch_pages = dict.fromkeys(trial.watches, "../watches/specimens.html")
        page = page_of(trial, watch_pages=watch_pages, related=near[brief.nct_id], names=names)
        render("pages/trial.html.j2", {"page": page, "root": "../"})
        render("pages/trial.md.j2", {"page": mirror_of(trial, site)})
        for chapter in page.chapters[:MOST_ENTRIES]:
            render("pages/entry.html.j2", {"chapter": chapter})
        newest = trial.steps[-1]
        compared_page(newest.comparison, trial.record, story=brief.name, at=newest.seen_at, render=render)
    for country in open_countries(briefs):
        render("pages/open.html.j2", {"page": country, "root": "../"})
    _show_lists(trials, briefs, site, render)


def _all_but(own: Brief, briefs: Sequence[Brief]) -> tuple[Related, ...]:
    """Relate a specimen to all others, so that every list of related trials has something in it."""
    others = [brief for brief in briefs if brief.nct_id != own.nct_id]
    return tuple(Related(nct_id=one.nct_id, likeness=0.5, why="in common: specimens") for one in others[:MOST])


def _show_lists(
    trials: Sequence[Trial], briefs: Sequence[Brief], site: Site, render: Callable[[str, Mapping[str, object]], str]
) -> None:
    """Render the index of all, a watch's page, and the page of a watch that holds nothing."""
    held = zip(trials, briefs, strict=True)
    told = [chapter_of(step, brief.name) for one, brief in held for step in one.steps]
    mentions = tuple(mention_of(chapter) for chapter in told if not chapter.is_quiet)
    newest = {mention.nct_id: mention for mention in mentions}
    link = Link(name=_WATCH, href="watches/specimens.html")
    for own, week, links, home, on, searches in (
        (briefs, mentions, ((link,), ((link, 1),)), "", site, ()),
        (briefs, mentions, ((), ()), "../", site, _searches(trials, site)),
        ([], (), ((), ()), "../", replace(site, data_version=None), ()),
    ):
        page = overview_of(
            own,
            newest,
            Shown(days=("2026-06-24", "2026-06-30"), week=week, week_more=len(week), late=week, late_more=len(week)),
            title=_WATCH,
            site=on,
            links=links,
            calendar="specimens.ics",
            home=home,
            searches=searches,
        )
        render("pages/index.html.j2", {"page": page, "root": home})


def _searches(trials: Sequence[Trial], site: Site) -> tuple[SearchHistory, ...]:
    """Return a search whose members moved, and one where nothing did."""
    state = SearchState(
        key="x", described="condition: specimens", since=site.now, token=None, data_version=None, read_at=site.now,
        seq=0, count=len(trials),
    )  # fmt: skip
    stay = Span(
        number=1, search="x", nct_id=trials[0].nct_id, entered_at=site.now, entered_version="2026-06-24",
        is_first=False, left_at=None, left_version=None, owed=None, seq=0,
    )  # fmt: skip
    left = replace(stay, number=2, nct_id=trials[-1].nct_id, is_first=True, left_at=site.now)
    return search_history(state, (stay, left), {trials[0].nct_id: "a specimen"}), search_history(state, (), {})
