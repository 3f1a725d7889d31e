"""All trials at a glance: the index with its filters, what changed this week, where people can take part, the watches.

Made from one brief per trial, so that ten thousand records need not be held at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.model import Record
from watcher.changes.wording import values
from watcher.pages.mirror import title_of
from watcher.pages.page_model import Site
from watcher.pages.recent_versions import Mention
from watcher.pages.record_text import day, joined, line, lines, word
from watcher.pages.related import Traits, traits_of
from watcher.pages.search_days import SearchHistory
from watcher.pages.trial import Link, code_of
from watcher.pages.who_and_where import OpenPlace, countries_of, open_places_of
from watcher.rendering.escape import cut, plain
from watcher.study.names import short_name as short_name_of
from watcher.study.record_model import Conditions, Design, Sponsors, Status, module_of

_MOST_CHOICES = 150
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What lists of trials need of one trial.

    Attributes:
        nct_id: The trial.
        name: Its short name.
        title: Its title; empty when the name says the same.
        status: In words.
        status_code: For style sheets.
        phase: In words; may be empty.
        sponsor: Lead sponsor; may be empty.
        conditions: Names.
        countries: Names.
        watches: Names of the watches that hold it.
        updated: Day of the last update posted, in words.
        open_places: Where people can take part now.
        traits: What it is compared by.
    """

    nct_id: str
    name: str
    title: str
    status: str
    status_code: str
    phase: str
    sponsor: str
    conditions: tuple[str, ...]
    countries: tuple[str, ...]
    watches: tuple[str, ...]
    updated: str
    open_places: tuple[OpenPlace, ...]
    traits: Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One trial in a list.

    Attributes:
        brief: The trial.
        href: Its page, relative to the list's.
        classes: Style classes the filters go by.
        last: Its newest change that means something, or None.
    """

    brief: Brief
    href: str
    classes: str
    last: Mention | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a filter: its style class, its name, how many trials have it."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter. The page hides, by style sheet alone, what does not have the chosen value.

    Attributes:
        name: `status`, `condition`, `country` or `watch`.
        label: The same for people.
        choices: Its values by name, the most frequent ones.
        more: How many rarer values have no room.
    """

    name: str
    label: str
    choices: tuple[Choice, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The changes a list names.

    Attributes:
        days: First and last day of this week, `yyyy-mm-dd`.
        week: What was posted in it, loudest first.
        week_more: How many further changes there are.
        late: What was seen this week and posted before it, loudest first.
        late_more: How many further ones there are.
    """

    days: tuple[str, str]
    week: tuple[Mention, ...]
    week_more: int
    late: tuple[Mention, ...]
    late_more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the templates of the index and of a watch's page are given.

    Attributes:
        title: Of the page.
        rows: The trials, those changed last first.
        filters: The filters with at least two values.
        days: The days of this week: `3 – 9 Jun 2026`.
        week: What changed in them by the day it was posted, loudest first.
        week_more: How many further changes there are.
        late: What was seen this week and posted before it, loudest first.
        late_more: How many further ones there are.
        watches: Links to the pages of the watches; empty on such a page itself.
        open_countries: Links to the pages of countries where people can take part, with how many trials.
        feed: Beginning of the feeds' file names, relative to the page.
        calendar: File of the calendar, relative to the page; or empty.
        home: The index, relative to the page; empty on the index itself.
        data_version: The registry's data version in words, or empty.
        searches: The searches of the watch and their members over time; empty on the index.
    """

    title: str
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...]
    days: str
    week: tuple[Mention, ...]
    week_more: int
    late: tuple[Mention, ...]
    late_more: int
    watches: tuple[Link, ...]
    open_countries: tuple[tuple[Link, int], ...]
    feed: str
    calendar: str
    home: str
    data_version: str
    searches: tuple[SearchHistory, ...] = ()


def brief_of(nct_id: str, record: Record, *, watches: tuple[str, ...], own_name: str | None) -> Brief:
    """Read what lists need of one trial."""
    status, sponsors = module_of(record, Status), module_of(record, Sponsors)
    name, title = cut(plain(own_name or short_name_of(record)), 90), title_of(record)
    countries = countries_of(record)
    return Brief(
        nct_id=plain(nct_id),
        name=name,
        title="" if title == name else cut(title, 220),
        status=word(status.overall_status) or "Status not given",
        status_code=code_of(plain(status.overall_status)),
        phase=joined([word(phase) for phase in lines(module_of(record, Design).phases) if phase != "NA"], "/"),
        sponsor=cut(line(sponsors.lead_sponsor.name), 100),
        conditions=tuple(cut(one, 80) for one in lines(module_of(record, Conditions).conditions)),
        countries=tuple(country.name for country in countries),
        watches=watches,
        updated=day(status.last_update_post_date_struct.date),
        open_places=open_places_of(countries),
        traits=traits_of(nct_id, record),
    )


def slugs(names: Iterable[str]) -> Mapping[str, str]:
    """Return every name a file name of its own: small letters, digits and hyphens; numbered where two would be one."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        base = _NOT_A_NAME.sub("-", letters).strip("-")[:60] or "x"
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        taken.add(slug)
        found.setdefault(name, slug)
    return found


def overview_of(
    briefs: Sequence[Brief],
    newest: Mapping[str, Mention],
    shown: Shown,
    *,
    title: str,
    site: Site,
    links: tuple[tuple[Link, ...], tuple[tuple[Link, int], ...]] = ((), ()),
    feed: str = "feed",
    calendar: str = "",
    home: str = "",
    searches: tuple[SearchHistory, ...] = (),
) -> Overview:
    """Return the overview of some trials.

    Args:
        briefs: The trials.
        newest: Id → newest change that means something; ids may be missing.
        shown: The changes of this week.
        title: Of the page.
        site: Gives the data version.
        links: To the watches' pages, and to the countries' with how many trials are open there.
        feed: Beginning of the feeds' file names, relative to the page.
        calendar: File of the calendar, relative to the page; or empty.
        home: The index, relative to the page; empty on the index.
        searches: The searches of the watch; empty on the index.
    """
    ordered = sorted(briefs, key=lambda brief: brief.nct_id, reverse=True)
    ordered.sort(key=lambda brief: newest[brief.nct_id].seq if brief.nct_id in newest else 0, reverse=True)
    coded = _Codes()
    folder = "../trials/" if home else "trials/"
    rows = tuple(
        Row(
            brief=brief,
            href=f"{folder}{brief.nct_id}.html",
            classes=coded.of(brief),
            last=newest.get(brief.nct_id),
        )
        for brief in ordered
    )
    return Overview(
        title=title,
        rows=rows,
        filters=coded.filters(),
        days=values.span(*shown.days),
        week=shown.week,
        week_more=shown.week_more,
        late=shown.late,
        late_more=shown.late_more,
        watches=links[0],
        open_countries=links[1],
        feed=feed,
        calendar=calendar,
        home=home,
        data_version=values.date(site.data_version) if site.data_version else "",
        searches=searches,
    )


class _Codes:
    """Assign a short style class to every value of a filter, by first appearance, and count the values."""

    _LABELS = (("status", "Status"), ("condition", "Condition"), ("country", "Country"), ("watch", "Watch"))

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], str] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def of(self, brief: Brief) -> str:
        """Count the values of one trial and return their classes."""
        keys = [("status", brief.status)]
        for name, found in (
            ("condition", brief.conditions),
            ("country", brief.countries),
            ("watch", tuple(map(plain, brief.watches))),
        ):
            keys += [(name, value) for value in dict.fromkeys(found)]
        self._counts.update(keys)
        return " ".join(self._codes.setdefault(key, f"{key[0][:2]}{len(self._codes)}") for key in keys)

    def filters(self) -> tuple[Filter, ...]:
        """Return the filters that have a choice."""
        made = (self._filter(name, label) for name, label in self._LABELS)
        return tuple(one for one in made if len(one.choices) > 1)

    def _filter(self, name: str, label: str) -> Filter:
        held = [(value, count) for (kind, value), count in self._counts.items() if kind == name]
        most = sorted(held, key=lambda item: (-item[1], item[0]))[:_MOST_CHOICES]
        return Filter(
            name=name,
            label=label,
            choices=tuple(
                Choice(code=self._codes[name, value], name=value, count=count)
                for value, count in sorted(most, key=lambda item: item[0].casefold())
            ),
            more=len(held) - len(most),
        )
