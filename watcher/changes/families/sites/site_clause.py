"""The clause of a headline about sites and countries: how many, what happened to them, where, and the totals."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.changes.families.sites.site_words import is_whole_list, whole_list_gone
from watcher.changes.kinds import TABLE
from watcher.changes.model import Change, Severity
from watcher.changes.wording import values
from watcher.changes.wording.build import countries_listed, in_country, named, names, number, text

DONE = {
    kind.name: kind.verb for kind in TABLE if kind.start == "site" and kind.verb and kind.level is not Severity.NOISE
}
"""What happened to a site, in the order in which equal numbers are told."""

_COUNTRIES = (
    ("country.added", "first sites in"),
    ("country.removed", "no site left in"),
    ("country.opened", "first recruiting sites in"),
    ("country.paused", "no site recruiting in"),
)
_MOST_WITH_TOWNS = 3
_MOST_TOWNS = 3
_MOST_COUNTRIES = 3


def site_clause(changes: Sequence[Change]) -> str:
    """Describe what happened to sites and countries in one clause, every kind of it counted.

    Args:
        changes: Changes of the families `site` and `country` in the order of telling; never empty.

    Returns:
        Up to three sites with their towns: `2 sites opened in Lyon and Paris, France`; more with the totals of the
        trial: `43 sites removed, 7 added (92 → 56 sites); no site left in Greece and Mexico`. Empty when there is
        nothing that can be counted.
    """
    by_kind = _by_kind(changes)
    kinds = sorted(by_kind, key=lambda kind: -sum(map(_count, by_kind[kind])))
    sites = [change for kind in kinds for change in by_kind[kind]]
    if is_whole_list(sites):
        return whole_list_gone(sites)
    count = sum(map(_count, sites))
    is_small = 0 < count <= _MOST_WITH_TOWNS and all(_towns(by_kind[kind]) for kind in kinds)
    said = _with_towns(kinds, by_kind) if is_small else _by_number(kinds, by_kind)
    if sites and not is_small:
        said += _in_one_country(sites, kinds) + "".join(f" ({of_all})" for of_all in totals(changes)[:1])
    pieces = [said, _rewritten_lists(changes)]
    pieces += [_of_countries(changes, kind, lead, count) for kind, lead in _COUNTRIES]
    pieces.append(_once_withdrawn(changes))
    return "; ".join(piece for piece in pieces if piece)


def totals(changes: Sequence[Change]) -> list[str]:
    """Return the totals of the trial's sites: `25 → 26 sites` where they differ, and `161 of 249 recruiting`.

    Args:
        changes: Changes of sites; the first that knows the totals is read.

    Returns:
        At most two texts; none when no change knows them.
    """
    facts = next((change.facts for change in changes if "new_recruiting" in change.facts), None)
    if facts is None:
        return []
    old, new, old_open, new_open = (
        number(facts, key) for key in ("old_total", "new_total", "old_recruiting", "new_recruiting")
    )
    found = []
    if old != new and old:
        found.append(f"{values.number(old)} → {values.counted(new, 'site')}")
    if new > 1 and (new_open or old_open):
        found.append(f"{values.number(new_open)} of {values.number(new)} recruiting")
    return found


def _by_number(kinds: Sequence[str], by_kind: dict[str, list[Change]]) -> str:
    pieces: list[str] = []
    for kind in kinds:
        count = sum(map(_count, by_kind[kind]))
        pieces.append(f"{values.number(count) if pieces else values.counted(count, 'site')} {DONE[kind]}")
    return ", ".join(pieces)


def _with_towns(kinds: Sequence[str], by_kind: dict[str, list[Change]]) -> str:
    """Describe `1 site added in Ghent (Belgium), 1 removed in Lyon (France)`; a country common to all is said once."""
    countries = {text(change.facts, "country") for of in by_kind.values() for change in of}
    pieces: list[str] = []
    for kind in kinds:
        of = by_kind[kind]
        count = sum(map(_count, of))
        what = f"{values.number(count) if pieces else values.counted(count, 'site')} {DONE[kind]}"
        pieces.append(f"{what} in {_places(of, with_country=len(countries) > 1)}")
    said = ", ".join(pieces)
    return said if len(countries) > 1 else f"{said}{in_country(countries.pop()).replace(' in ', ', ', 1)}"


def _places(changes: Sequence[Change], *, with_country: bool) -> str:
    found = []
    for change in changes:
        country = named(text(change.facts, "country")) if with_country else ""
        found += [f"{town} ({country})" if country else town for town in _towns([change])]
    return values.listed(values.distinct(found), _MOST_TOWNS)


def _towns(changes: Sequence[Change]) -> list[str]:
    found = [[*names(change.facts, "towns"), named(text(change.facts, "town"))] for change in changes]
    towns = [town for of in found for town in of if town]
    return towns if all(any(of) for of in found) else []


def _in_one_country(sites: Sequence[Change], kinds: Sequence[str]) -> str:
    where = {text(change.facts, "country") for change in sites}
    return in_country(where.pop()) if len(kinds) == len(where) == 1 else ""


def _by_kind(changes: Sequence[Change]) -> dict[str, list[Change]]:
    kinds = values.distinct(change.kind for change in changes if change.kind in DONE)
    return {kind: [change for change in changes if change.kind == kind] for kind in kinds}


def _rewritten_lists(changes: Sequence[Change]) -> str:
    rewritten = sum(_count(change) for change in changes if change.kind == "site.rewritten")
    lists = "list" if rewritten == 1 else "lists"
    return f"the {lists} of {values.counted(rewritten, 'town')} rewritten" if rewritten else ""


def _of_countries(changes: Sequence[Change], kind: str, lead: str, sites: int) -> str:
    """Describe which countries came, opened, paused or went; `first ones in` where the sites have been counted."""
    of = [change for change in changes if change.kind == kind and change.facts.get("was_withdrawn") is not True]
    found = [name for change in of for name in _names(change)]
    if found and kind == "country.added" and sites == 1:
        return "the first one there"
    lead = _lead_of(of, kind, lead, sites)
    return f"{lead} {countries_listed(found, _MOST_COUNTRIES, sum(map(_count, of)))}" if found else ""


def _lead_of(of: Sequence[Change], kind: str, lead: str, sites: int) -> str:
    is_one = sum(map(_sites_of, of)) == 1
    if kind == "country.paused" and all(change.facts.get("had_recruited") is False for change in of):
        return "no site planned to recruit any longer in"
    if kind == "country.added" and sites:
        return "the first one in" if is_one else "first ones in"
    return lead.replace("sites", "site") if kind in ("country.added", "country.opened") and is_one else lead


def _once_withdrawn(changes: Sequence[Change]) -> str:
    of = [change for change in changes if change.facts.get("was_withdrawn") is True]
    found = [name for change in of for name in _names(change)]
    return f"until now only withdrawn ones in {countries_listed(found, _MOST_COUNTRIES)}" if found else ""


def _sites_of(change: Change) -> int:
    """Return how many sites a change of a country speaks of; several countries have more than one."""
    several = _count(change)
    sites = number(change.facts, "recruiting" if change.kind == "country.opened" else "new_sites")
    return sites if several == 1 else several + 1


def _count(change: Change) -> int:
    return number(change.facts, "count") or 1


def _names(change: Change) -> tuple[str, ...]:
    single = text(change.facts, "name")
    return (named(single),) if single else names(change.facts)
