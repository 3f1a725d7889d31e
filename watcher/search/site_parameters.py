"""Translates the parameters of an address, the web site's own and those of the API, into parameters of API v2."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from watcher.errors import SearchError
from watcher.nct_id import is_nct_id
from watcher.search.search_codes import DATE_AREAS, QUERY_NAMES

_DROPPED = frozenset(
    (
        *("limit", "page", "viewType", "rank", "tab", "checkSpell", "from", "columns", "highlight", "agg.synonyms"),
        *("fields", "format", "markupFormat", "countTotal", "pageSize", "pageToken", "geoDecay"),
        *("gclid", "fbclid", "_gl", "_ga"),
    )
)
"""What shapes the page or the answer, not the set of trials."""

_RELATIVE = re.compile(r"\b(today|now|yesterday|tomorrow|ago|last|past)\b|^[+-]\d", re.IGNORECASE)
_AGE = re.compile(r"(\d{1,4})([ymwd]?)", re.ASCII | re.IGNORECASE)
_UNITS = {"": "Years", "y": "Years", "m": "Months", "w": "Weeks", "d": "Days"}
_PLACE_AREAS = {"country": "LocationCountry", "state": "LocationState", "city": "LocationCity"}
_PLACE_NAMES = (*_PLACE_AREAS, "locStr", "lat", "lng", "distance")
_SITE_DISTANCE = "50"
"""Miles that the site writes into an address without being asked."""

_ONE_CLAUSE = re.compile(r'AREA\[\w+\](?:\([^()]*\)|\w+|"[^"]*"|RANGE\[[^\]]*\])')
_POST_FILTER = "postFilter."
_FILTERS = ("filter.advanced", "filter.overallStatus", "filter.ids", "filter.geo", "aggFilters")
_KNOWN = (*DATE_AREAS, *QUERY_NAMES, *_PLACE_NAMES, *_FILTERS, "ageRange", "sort")


@dataclass(slots=True)
class _Draft:
    params: dict[str, str] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def site_params(parts: Iterable[tuple[str, str]]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the parameters of API v2 for the parts of an address, and notes on what was left out.

    Raises:
        SearchError: A part is unknown, given twice, or cannot be translated.
    """
    draft, places = _Draft(), dict[str, str]()
    for name, value in _unique(parts).items():
        if name in _PLACE_NAMES:
            places[name] = value
        elif name in DATE_AREAS:
            draft.clauses += _date_clause(name, value)
        elif name == "filter.advanced":
            draft.clauses.insert(0, value)
        elif make := _MAKERS.get(name):
            make(draft, value)
        elif name.removeprefix("query.") in QUERY_NAMES:
            draft.params[f"query.{name.removeprefix('query.')}"] = value
        elif name in _FILTERS:
            draft.params[name] = value
        else:
            close = get_close_matches(name, _KNOWN, n=1)
            hint = f'; did you mean "{close[0]}"?' if close else "; take it out, or write the search as a table"
            raise SearchError(f'"{name[:40]}" in the address is not known{hint}')
    _add_places(draft, places)
    if draft.clauses:
        draft.params["filter.advanced"] = joined(draft.clauses)
    return MappingProxyType(draft.params), tuple(draft.notes)


def joined(clauses: Iterable[str]) -> str:
    """Return clauses that must all hold as one expression, in one order whatever the order they came in."""
    parts = tuple(set(clauses))
    if len(parts) == 1:
        return parts[0]
    return " AND ".join(sorted(part if _ONE_CLAUSE.fullmatch(part) else f"({part})" for part in parts))


def area(name: str, values: Iterable[str]) -> str:
    """Return an expression for one area: `AREA[LocationCountry]France`, `AREA[Phase](PHASE2 OR PHASE3)`.

    Raises:
        SearchError: A value contains a sign that would end it.
    """
    spelt = []
    for value in values:
        if re.search(r'["\\\[\]]', value):
            raise SearchError(f'"{value[:40]}" contains a quotation mark or a bracket; write the name alone')
        spelt.append(value if re.fullmatch(r"\w+", value) and value not in ("AND", "OR", "NOT") else f'"{value}"')
    return f"AREA[{name}]{spelt[0]}" if len(spelt) == 1 else f"AREA[{name}]({' OR '.join(spelt)})"


def distance(lat: str, lon: str, reach: str, unit: str) -> str:
    """Return a value of `filter.geo`.

    Raises:
        SearchError: A number is missing, none, or outside the earth.
    """
    try:
        place = float(lat), float(lon), float(reach)
    except ValueError:
        raise SearchError("a place needs a latitude, a longitude and a distance in numbers") from None
    if not (abs(place[0]) <= 90 and abs(place[1]) <= 180 and 0 < place[2] <= 20_000):
        raise SearchError("a place needs a latitude from -90 to 90, a longitude from -180 to 180 and a distance over 0")
    return f"distance({_number(place[0])},{_number(place[1])},{_number(place[2])}{unit})"


def _number(value: float) -> str:
    """Return a number as the API wants it, without an exponent; a millionth of a degree is a hand's breadth."""
    return f"{round(value, 6) + 0.0:.6f}".rstrip("0").rstrip(".")


def _unique(parts: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for given, value in parts:
        name = f"filter.{given.removeprefix(_POST_FILTER)}" if given.startswith(_POST_FILTER) else given
        if (bare := name.removeprefix("query.")) in QUERY_NAMES and bare != "id":
            name = bare  # the site's name and the API's are one
        if name in _DROPPED or name.startswith("utm_"):
            continue
        if found.setdefault(name, value) != value:
            raise SearchError(f'"{name[:40]}" stands in the address twice with different values; keep one of them')
    return found


def _date_clause(name: str, value: str) -> tuple[str, ...]:
    first, line, last = value.partition("_")
    if not line:
        raise SearchError(
            f"{name}={value[:40]} is no range of days; write {name}=2026-01-01_2026-12-31, or one side only"
        )
    if not (first or last):
        return ()
    days = [_day(name, one) for one in (first, last)]
    if all(days) and days[0] > days[1]:
        raise SearchError(f"{name}={value[:40]} ends before it begins; exchange the two days")
    return (f"AREA[{DATE_AREAS[name][0]}]RANGE[{days[0] or 'MIN'},{days[1] or 'MAX'}]",)


def _day(name: str, value: str) -> str:
    if not value or value in ("MIN", "MAX"):
        return ""
    if _RELATIVE.search(value):
        raise SearchError(
            f"{name}={value[:40]} is relative to today, so trials would enter and leave by the calendar alone; "
            "write a day such as 2026-01-01, or leave it out: the watch tells what is new"
        )
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise SearchError(f'"{value[:40]}" of {name} is no day; write year, month and day, such as 2026-01-31')
    return value


def _add_ages(draft: _Draft, value: str) -> None:
    first, line, last = value.partition("_")
    ages = [_AGE.fullmatch(one) for one in (first, last)]
    if not line or any(one and not age for one, age in zip((first, last), ages, strict=True)):
        raise SearchError(f"ageRange={value[:40]} is no range of ages; write ageRange=18y_65y, or one side only")
    spelt = [f"{int(age[1])} {_UNITS[age[2].lower()]}" if age else "" for age in ages]
    if spelt[0]:
        draft.clauses.append(f"AREA[MinimumAge]RANGE[{spelt[0]},MAX]")
    if spelt[1]:
        draft.clauses.append(f"AREA[MaximumAge]RANGE[MIN,{spelt[1]}]")


def _add_id(draft: _Draft, value: str) -> None:
    words = re.split(r"[\s,;|]+", value.strip())
    is_ids = all(is_nct_id(word.upper()) for word in words)
    draft.params["filter.ids" if is_ids else "query.id"] = ",".join(words) if is_ids else value


def _note_sort(draft: _Draft, value: str) -> None:
    draft.notes.append(f"sort={value[:40]} was left out: the order does not decide which trials match")


def _note_feed(draft: _Draft, value: str) -> None:
    draft.notes.append(
        f"dateField={value[:40]} was left out: it shortens a feed to recent days, and the watch holds all that matches"
    )


_MAKERS: Mapping[str, Callable[[_Draft, str], None]] = {
    "ageRange": _add_ages,
    "id": _add_id,
    "sort": _note_sort,
    "dateField": _note_feed,
}


def _add_places(draft: _Draft, places: Mapping[str, str]) -> None:
    """Translate the site's place: a circle around a point, or names of country, state and city."""
    named = {key: places[key] for key in _PLACE_AREAS if key in places}
    if named.get("state") == named.get("city"):
        named.pop("state", None)
    if "lat" in places or "lng" in places:
        _add_circle(draft, places)
        named = {key: value for key, value in named.items() if key == "country"}  # the point stands for the city
    else:
        _check_reach(draft, places, named)
    if re.fullmatch(r"[A-Z]{2,3}", country := named.get("country", "")):
        draft.notes.append(
            f'country={country} is no name as records have it, such as "United States"; it may match nothing'
        )
    own = [draft.params["query.locn"]] if "query.locn" in draft.params else []
    if named:
        terms = (area(_PLACE_AREAS[key], [value]) for key, value in named.items())
        draft.params["query.locn"] = joined([*own, *terms])


def _add_circle(draft: _Draft, places: Mapping[str, str]) -> None:
    reach = places.get("distance", _SITE_DISTANCE).lower()
    unit = "km" if reach.endswith("km") else "mi"
    geo = distance(places.get("lat", ""), places.get("lng", ""), reach.removesuffix("mi").removesuffix("km"), unit)
    if draft.params.setdefault("filter.geo", geo) != geo:
        raise SearchError("the address names two places, lat and lng and filter.geo; keep one of them")


def _check_reach(draft: _Draft, places: Mapping[str, str], named: Mapping[str, str]) -> None:
    """Refuse a distance from nowhere and a place in words; note a distance that the site adds by itself."""
    reach = places.get("distance", _SITE_DISTANCE)
    if reach.lower().removesuffix("mi") != _SITE_DISTANCE:
        raise SearchError(
            f"distance={reach[:20]} needs the point it is measured from, which the address does not have; write the "
            "search as a table with near = { lat = 48.86, lon = 2.35, km = 80 }"
        )
    if not named and "locStr" in places:
        raise SearchError(
            f'"{places["locStr"][:40]}" is a place in words, which only the web site can look up; choose it from the '
            'list there, so that the address has country or city, or write the search as a table with location = "…"'
        )
    if "city" in named and "distance" in places:
        draft.notes.append(
            f"the web site also looks within {_SITE_DISTANCE} miles of {named['city']}; the watch holds only trials "
            "with a site in it. For a distance, write the search as a table with near"
        )
