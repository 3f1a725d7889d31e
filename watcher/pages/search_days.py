"""The members of a search over time: how many there were, and who entered and left on which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.wording import values
from watcher.pages.page_model import REGISTRY_URL
from watcher.pages.trial import Link
from watcher.rendering.escape import cut, plain
from watcher.store.search_model import SearchState, Span

_MOST_DAYS = 60
_MOST_NAMED = 30
_MOST_DESCRIBED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDay:
    """What moved in a search at one data version.

    Attributes:
        day: `3 Jun 2026`.
        count: How many members there were afterwards.
        entered: Links to the trials that entered.
        entered_more: How many further ones entered.
        left: Links to the trials that left.
        left_more: How many further ones left.
    """

    day: str
    count: int
    entered: tuple[Link, ...]
    entered_more: int
    left: tuple[Link, ...]
    left_more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHistory:
    """A search and its members over time.

    Attributes:
        described: The search in words.
        count: How many trials it matches now.
        since: Day its members were first read.
        first: How many there were then.
        days: The days on which members moved, newest first.
        days_more: How many earlier days are left out.
    """

    described: str
    count: int
    since: str
    first: int
    days: tuple[SearchDay, ...]
    days_more: int


def search_history(state: SearchState, spans: Sequence[Span], names: Mapping[str, str]) -> SearchHistory:
    """Return the members of a search over time.

    Args:
        state: What is known of the search.
        spans: Every stay in it, oldest first.
        names: Short names of the trials that have a page, by id.
    """
    entered: defaultdict[str, list[str]] = defaultdict(list)
    left: defaultdict[str, list[str]] = defaultdict(list)
    for span in spans:
        if not span.is_first:
            entered[span.entered_version or span.entered_at.date().isoformat()].append(span.nct_id)
        if span.left_at is not None:
            left[span.left_version or span.left_at.date().isoformat()].append(span.nct_id)
    first = count = sum(span.is_first for span in spans)
    days: list[SearchDay] = []
    link = _linking(names)
    for day in sorted(entered.keys() | left.keys()):
        came, went = entered[day], left[day]
        count += len(came) - len(went)
        days.append(
            SearchDay(
                day=values.date(day),
                count=count,
                entered=tuple(map(link, came[:_MOST_NAMED])),
                entered_more=max(0, len(came) - _MOST_NAMED),
                left=tuple(map(link, went[:_MOST_NAMED])),
                left_more=max(0, len(went) - _MOST_NAMED),
            )
        )
    return SearchHistory(
        described=cut(plain(state.described), _MOST_DESCRIBED),
        count=state.count,
        since=values.date(state.since.date().isoformat()),
        first=first,
        days=tuple(reversed(days[-_MOST_DAYS:])),
        days_more=max(0, len(days) - _MOST_DAYS),
    )


def _linking(names: Mapping[str, str]) -> Callable[[str], Link]:
    def link(nct_id: str) -> Link:
        if nct_id in names:
            return Link(name=names[nct_id], href=f"../trials/{nct_id}.html")
        return Link(name=plain(nct_id), href=REGISTRY_URL.format(plain(nct_id)))

    return link
