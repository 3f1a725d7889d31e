"""Describes a search in words: "lung cancer, recruiting, phase 3, within 50 miles of 48.86, 2.35"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from watcher.search.search_codes import AGG_CODES, DATE_AREAS, PHASES, QUERY_NAMES, STATUSES

_CLAUSE = re.compile(r'AREA\[(\w+)\](?:RANGE\[([^,\]]*),([^\]]*)\]|\(([^()]*)\)|"([^"]*)"|(\w+))')
_GEO = re.compile(r"distance\(([^,]*),([^,]*),([\d.]+)(km|mi)\)")
_UNITS = {"km": "km", "mi": "miles"}
_DATES = dict(DATE_AREAS.values())
_AGES = {"MinimumAge": "minimum age", "MaximumAge": "maximum age"}
_PLACES = ("LocationFacility", "LocationCity", "LocationState", "LocationCountry")


def described(params: Mapping[str, str]) -> str:
    """Return a search in words for a person, its own expressions as they were written."""
    return ", ".join(part for name, value in sorted(params.items(), key=_rank) for part in _words(name, value))


def _rank(param: tuple[str, str]) -> tuple[int, str]:
    """Order what is searched before what is filtered, and places last."""
    name = param[0]
    order = (
        *(f"query.{one}" for one in QUERY_NAMES if one != "locn"),
        "aggFilters",
        "filter.overallStatus",
        "filter.advanced",
        "filter.ids",
        "query.locn",
        "filter.geo",
    )
    return (order.index(name) if name in order else len(order), name)


def _words(name: str, value: str) -> Iterator[str]:
    if name == "aggFilters":
        for pair in value.split(","):
            key, _, codes = pair.partition(":")
            known = AGG_CODES.get(key, {})
            yield " or ".join(known.get(code, f"{key} {code}") for code in codes.split())
    elif name == "filter.overallStatus":
        yield " or ".join(STATUSES.get(code, code) for code in value.split(","))
    elif name == "filter.ids":
        yield f"among {value.count(',') + 1} trials by id"
    elif (geo := _GEO.fullmatch(value)) and name == "filter.geo":
        yield f"within {geo[3]} {_UNITS[geo[4]]} of {geo[1]}, {geo[2]}"
    elif clauses := _clauses(value):
        yield from clauses
    else:
        yield f"{QUERY_NAMES.get(name.removeprefix('query.'), '')}{value}"


def _clauses(value: str) -> tuple[str, ...]:
    """Return the words of an expression that consists of clauses known here; nothing for any other expression."""
    found = [_CLAUSE.fullmatch(clause) for clause in value.split(" AND ")]
    known = [clause for clause in found if clause is not None]
    if len(known) < len(found):
        return ()
    places = {clause[1]: " or ".join(_values(clause)) for clause in known if clause[1] in _PLACES}
    words = [_clause(clause) for clause in known if clause[1] not in _PLACES]
    where = [f"in {', '.join(places[area] for area in _PLACES if area in places)}"] if places else []
    return (*words, *where) if all(words) else ()


def _clause(found: re.Match[str]) -> str:
    area, first, last = found[1], found[2], found[3]
    if first is not None:
        what = _DATES.get(area) or _AGES.get(area)
        since = f" from {first.lower()}" if first != "MIN" else ""
        until = f" up to {last.strip().lower()}" if last.strip() != "MAX" else ""
        return f"{what}{since}{until}" if what else ""
    words = {"Phase": PHASES, "OverallStatus": STATUSES}.get(area)
    return " or ".join(words.get(code, code) for code in _values(found)) if words else ""


def _values(found: re.Match[str]) -> Sequence[str]:
    return [part.strip().strip('"') for part in (found[4] or found[5] or found[6] or "").split(" OR ")]
