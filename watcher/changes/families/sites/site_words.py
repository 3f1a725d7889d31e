"""Words for sites: one by name and place, many counted, by country, the remarkable named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from watcher.changes.model import Change, Json, Phrase, Severity
from watcher.changes.wording import values
from watcher.changes.wording.build import (
    countries_listed,
    in_country,
    named,
    names,
    number,
    some,
    text,
    worded,
)

_LABEL = "Sites"
_DONE: Mapping[str, tuple[str, str]] = {
    "site.added": ("site added", "sites added"),
    "site.removed": ("site removed", "sites removed"),
    "site.activated": ("site now recruiting", "sites now recruiting"),
    "site.closed": ("site no longer recruiting", "sites no longer recruiting"),
    "site.withdrawn": ("site withdrawn", "sites withdrawn"),
    "site.suspended": ("site suspended", "sites suspended"),
}
"""What happened to one site and to many."""


def say(change: Change) -> Phrase:
    """Word a change of the family `site`.

    `items` holds the names of many.
    """
    if change.kind in _DONE:
        return _counted(change)
    return _QUIET.get(change.kind, _other)(change)


def together(changes: Sequence[Change], countries: Sequence[Change] = ()) -> Phrase:
    """Word all changes of one kind of site event as one: counted, with the number of countries, the remarkable named.

    Args:
        changes: At least one change, all of one kind of `site.added`, `.activated`, `.closed`, `.withdrawn`,
            `.suspended` or `.removed`; of one site or of many each.
        countries: The `country.*` changes of the same comparison; those that go with the kind are named.

    Returns:
        One phrase at the loudest level of the changes: `5 sites added in 2 countries: 4 in China and 1 in Japan; first
        ones in Japan`.
    """
    loudest, by_country = min(changes, key=lambda change: change.severity.rank), _by_country(changes)
    count = sum(by_country.values())
    if len(changes) == 1 and not is_whole_list(changes):
        return say(changes[0])
    one, many = _DONE[loudest.kind]
    towns = _towns(changes) if count <= _MOST_WITH_TOWNS else {}
    where = [f"{values.number(of)}{in_country(name)}{towns.get(name, '')}" for name, of in by_country.most_common()]
    if is_whole_list(changes):
        return _whole_list(loudest, changes, where)
    in_all, items = _of_all(loudest, count, one, many), where
    if len(by_country) == 1:
        items = [name for change in changes for name in _names(change)]
        said, listed = f"{in_all}{in_country(next(iter(by_country)))}", some(count, items)
    else:
        said = f"{in_all} in {values.counted(len(by_country), 'country', 'countries')}"
        listed = _spread(where, count - _most_of(changes))
    besides = _remarkable(loudest.kind, count, countries)
    if loudest.kind == "site.added":
        besides += _recruiting(sum(map(_open, changes)), count)
    elif loudest.kind == "site.removed":
        besides += _last_statuses(changes)
    return worded(loudest, _LABEL, *_with_details(said, listed, besides), items=items)


def _by_country(changes: Sequence[Change]) -> Counter[str]:
    """Count the sites of changes by country."""
    found: Counter[str] = Counter()
    for change in changes:
        found[text(change.facts, "country")] += _count(change)
    return found


def is_whole_list(changes: Sequence[Change]) -> bool:
    """Whether these are all sites there were, removed: the record no longer lists any."""
    count = sum(map(_count, changes))
    return count > 1 and all(
        change.kind == "site.removed"
        and number(change.facts, "old_total") == count
        and not number(change.facts, "new_total")
        for change in changes
    )


def whole_list_gone(changes: Sequence[Change]) -> str:
    """Describe that all sites were removed: `all 34 sites in 5 countries were taken from the record`."""
    countries = values.distinct(text(change.facts, "country") for change in changes)
    where = in_country(countries[0]) if len(countries) == 1 else f" in {values.number(len(countries))} countries"
    count = sum(map(_count, changes))
    return f"{values.every(count)} sites{where} were taken from the record"


def _whole_list(loudest: Change, changes: Sequence[Change], where: Sequence[str]) -> Phrase:
    """Word once that every site is gone, with what they were by country or, in one country, by name."""
    is_one = len(where) == 1
    items = [name for change in changes for name in _names(change)] if is_one else where
    count = sum(map(_count, changes))
    listed = some(count, items) if is_one else _spread(where, count - _most_of(changes))
    return worded(
        loudest, _LABEL, *_with_details(whole_list_gone(changes), listed, _last_statuses(changes)), items=items
    )


def _most_of(changes: Sequence[Change]) -> int:
    """Return how many sites the countries with most of them have together."""
    by_country: Counter[str] = Counter()
    for change in changes:
        by_country[text(change.facts, "country")] += _count(change)
    return sum(of for _, of in by_country.most_common(_MOST_COUNTRIES))


def _towns(changes: Sequence[Change]) -> dict[str, str]:
    """Return per country the towns of its sites in brackets: ` (Lyon and Paris)`."""
    found: dict[str, list[str]] = {}
    for change in changes:
        towns = [*names(change.facts, "towns"), named(text(change.facts, "town"))]
        found.setdefault(text(change.facts, "country"), []).extend(town for town in towns if town)
    return {country: f" ({values.listed(values.distinct(towns))})" for country, towns in found.items() if towns}


def _with_details(said: str, listed: str, besides: str) -> tuple[str, str]:
    """Return a sentence and its details: names first, where there are any, then what else is said."""
    return (said, f"{listed}{besides}") if listed else (f"{said}{besides}", "")


def _of_all(change: Change, count: int, one: str, many: str) -> str:
    """Return `43 of 92 sites removed`; where sites come or open the older number says nothing: `5 sites added`."""
    before = number(change.facts, "old_total")
    if change.kind in ("site.added", "site.activated") or before < count:
        return values.counted(count, one, many)
    return f"{values.number(count)} of {values.number(before)} {many}"


def _spread(where: Sequence[str], rest: int) -> str:
    """Return the counts of the countries with most sites, and the rest as one; a single country left is named."""
    if len(where) <= _MOST_COUNTRIES + 1:
        return values.listed(where, _MOST_COUNTRIES)
    shown = ", ".join(where[:_MOST_COUNTRIES])
    return f"{shown} and {values.number(rest)} in {values.number(len(where) - _MOST_COUNTRIES)} more countries"


def _open(change: Change) -> int:
    return number(change.facts, "recruiting") or int(change.facts.get("recruiting") is True)


_MOST_COUNTRIES = 5
_MOST_WITH_TOWNS = 8

_GO_WITH = {
    "site.added": ("country.added", "the first one in", "first ones in"),
    "site.activated": ("country.opened", "the first one in", "first ones in"),
    "site.closed": ("country.paused", "none recruiting any more in", "none recruiting any more in"),
    "site.removed": ("country.removed", "none left in", "none left in"),
}


def _remarkable(kind: str, count: int, countries: Sequence[Change]) -> str:
    goes_with, one, many = _GO_WITH.get(kind, ("", "", ""))
    of = [change for change in countries if change.kind == goes_with and change.facts.get("was_withdrawn") is not True]
    found = [name for change in of for name in _names(change)]
    key = "recruiting" if goes_with == "country.opened" else "new_sites"
    is_one = count == 1 or (len(found) == 1 and number(of[0].facts, key) == 1)
    return f"; {one if is_one else many} {countries_listed(found, 6, sum(map(_count, of)))}" if found else ""


def _count(change: Change) -> int:
    return number(change.facts, "count") or 1


def _names(change: Change) -> tuple[str, ...]:
    single = text(change.facts, "name")
    return (named(single),) if single else names(change.facts)


def _counted(change: Change) -> Phrase:
    count, country = _count(change), text(change.facts, "country")
    one, many = _DONE[change.kind]
    done = values.counted(count, one, many) if count > 1 else one
    where = in_country(country)
    besides = ""
    if change.kind == "site.added":
        besides = _recruiting(_open(change), count)
        besides += " (listed as withdrawn)" if change.severity is Severity.NOISE else ""
    elif change.kind == "site.removed":
        besides = _last_statuses([change])
    elif "had_recruited" in change.facts:
        besides = _had_recruited(change.facts["had_recruited"], count)
    elif change.kind == "site.closed" and count == 1 and isinstance(change.after, str):
        besides = f", now {values.enum(change.after).lower()}"
    return worded(
        change,
        _LABEL,
        *_with_details(f"{done}{where}", some(count, _names(change)), besides),
        was=_status(change.before),
        now=_status(change.after),
        items=_names(change) if count > 1 else (),
    )


def _status(value: Json) -> str | None:
    return values.enum(value) if isinstance(value, str) else None


def _recruiting(open_: int, count: int) -> str:
    if not open_:
        return ""
    if open_ == count:
        return "; already recruiting" if count == 1 else "; all already recruiting"
    return f"; {values.number(open_)} of them already recruiting"


def _last_statuses(changes: Sequence[Change]) -> str:
    """Describe how removed sites were listed last, where the record said it of all: `; it was listed as withdrawn`."""
    found: Counter[str] = Counter()
    for change in changes:
        many = change.facts.get("last_statuses")
        if isinstance(many, Mapping):
            found.update({status: number(many, status) for status in many})
        else:
            found[text(change.facts, "last_status")] += 1
    if not all(found) or not found:
        return ""
    if len(found) == 1:
        ((status, count),) = found.items()
        who = "it was" if count == 1 else "both were" if count == len(("one", "two")) else "all were"
        return f"; {who} listed as {values.enum(status).lower()}"
    each = [f"{values.number(count)} as {values.enum(status).lower()}" for status, count in found.most_common()]
    return f"; listed before: {values.listed(each, 4)}"


def _had_recruited(value: Json, count: int) -> str:
    if count == 1:
        return "; it had been recruiting" if value is True or value == 1 else "; before opening"
    had = value if isinstance(value, int) else 0
    return f"; {values.number(had)} of them had been recruiting" if had else "; all before opening"


def _renamed(change: Change) -> Phrase:
    count = _count(change)
    if count > 1:
        return worded(change, _LABEL, *_renamed_many(change, count), items=_names(change))
    was, now = (named(side) if isinstance(side, str) else "" for side in (change.before, change.after))
    lead = {
        "site.masked": "the name of a site is now hidden",
        "site.unmasked": "the name of a site is now shown",
    }.get(change.kind, "a site is listed under another name or address")
    return worded(change, _LABEL, lead, f"now “{now}”, before “{was}”", was=was or None, now=now or None)


def _renamed_many(change: Change, count: int) -> tuple[str, str]:
    sites = values.counted(count, "site")
    if change.kind == "site.masked":
        hidden_as = text(change.facts, "hidden_as")
        how = f" as “{named(hidden_as)}”" if hidden_as else ""
        return f"{sites} now hidden{how}", some(count, _names(change))
    if change.kind == "site.unmasked":
        return f"{sites} now shown by name", some(count, _names(change))
    was, now = (_first(side) for side in (change.before, change.after))
    pair = f"“{now}”, before “{was}”; and {values.number(count - 1)} more" if was and now else ""
    return f"{sites} listed under another name or address", pair or some(count, _names(change))


def _first(value: Json) -> str:
    return named(value[0]) if isinstance(value, list | tuple) and value and isinstance(value[0], str) else ""


def _rewritten(change: Change) -> Phrase:
    count = _count(change)
    where = in_country(text(change.facts, "country"))
    if count > 1:
        said = f"the lists of sites in {values.number(count)} towns{where} were rewritten"
        return worded(change, _LABEL, said, some(count, _names(change)), items=_names(change))
    before, now, was_open, is_open = (
        number(change.facts, key) for key in ("before", "now", "recruiting_before", "recruiting_now")
    )
    sizes = f"{values.number(before)} before, {values.number(now)} now"
    if was_open != is_open:
        sizes += (
            f"; of those that differ {values.number(was_open)} recruited before, {values.number(is_open)} recruit now"
        )
    place = named(text(change.facts, "name")) or "a town"
    return worded(change, _LABEL, f"the list of sites in {place}{where and ',' + where[3:]} was rewritten ({sizes})")


def _geocoded(change: Change) -> Phrase:
    count, shown = _count(change), _names(change)
    if count == 1:
        said = f"map position of {some(1, shown) or 'a site'} moved; the address is the same"
        return worded(change, _LABEL, said)
    said = f"map positions of {values.counted(count, 'site')} moved, the addresses are the same"
    return worded(change, _LABEL, said, some(count, shown), items=shown)


def _status_changed(change: Change) -> Phrase:
    if "statuses" in change.facts:
        return _unveiled(change)
    if _count(change) > 1:
        count, found = _count(change), _names(change)
        said = _with_details(
            f"{values.number(count)} sites with another status",
            some(count, found),
            "; none of them opened or closed by it",
        )
        return worded(change, _LABEL, *said, items=found)
    was, now = _status(change.before), _status(change.after)
    how = (
        f"from {was} to {now}" if was and now else f"now listed as {now}" if now else f"no longer listed; it was {was}"
    )
    lead = "status of a site changed" if was and now else "status of a site"
    where = some(1, _names(change))
    return worded(change, _LABEL, f"{lead} {how}", where, was=was, now=now)


def _unveiled(change: Change) -> Phrase:
    found = change.facts.get("statuses")
    counts = {name: number(found, name) for name in found} if isinstance(found, Mapping) else {}
    is_shown = change.facts.get("unveiled") is True
    total = number(change.facts, "new_total" if is_shown else "old_total")
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    told = values.listed([f"{values.number(of)} {values.enum(name).lower()}" for name, of in most], 4)
    sites = values.counted(total, "site")
    since = "since the new overall status"
    said = (
        f"statuses of sites are listed {since}"
        if is_shown
        else f"statuses of sites are no longer listed {since}; before"
    )
    return worded(change, _LABEL, said, f"{told} ({sites})")


def _other(change: Change) -> Phrase:
    return worded(change, _LABEL, "a site changed", some(_count(change), _names(change)))


_QUIET: Mapping[str, Callable[[Change], Phrase]] = {
    "site.renamed": _renamed,
    "site.masked": _renamed,
    "site.unmasked": _renamed,
    "site.rewritten": _rewritten,
    "site.geocoded": _geocoded,
    "site.status_changed": _status_changed,
}
