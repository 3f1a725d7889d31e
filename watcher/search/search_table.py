"""Translates `search = { condition = …, status = […] }` of the configuration into parameters of API v2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from watcher.errors import SearchError
from watcher.search.search_codes import PHASES, STATUSES
from watcher.search.site_parameters import area, distance, joined
from watcher.text import plain

_QUERIES: Mapping[str, str] = {
    "condition": "query.cond",
    "term": "query.term",
    "intervention": "query.intr",
    "title": "query.titles",
    "outcome": "query.outc",
    "sponsor": "query.spons",
    "location": "query.locn",
}
_KEYS = (*_QUERIES, "country", "status", "phase", "advanced", "near")


def table_params(table: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the parameters of API v2 for a table.

    Raises:
        SearchError: A key is unknown, or a value is none of those it may have.
    """
    params: dict[str, str] = {}
    clauses: list[str] = []
    for key, value in table.items():
        match key:
            case _ if key in _QUERIES:
                params[_QUERIES[key]] = _text(key, value)
            case "advanced":
                clauses.insert(0, _text(key, value))
            case "status":
                params["filter.overallStatus"] = ",".join(_codes(key, value, STATUSES))
            case "phase":
                clauses.append(area("Phase", _codes(key, value, PHASES)))
            case "near":
                params["filter.geo"] = _near(value)
            case "country":
                pass
            case _:
                close = get_close_matches(key, _KEYS, n=1)
                hint = f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(_KEYS)}"
                raise SearchError(f'unknown key "{plain(key)[:40]}" in search; {hint}')
    if "country" in table:
        country = area("LocationCountry", sorted(set(_texts("country", table["country"]))))
        params["query.locn"] = joined([country, params.get("query.locn", country)])
    if clauses:
        params["filter.advanced"] = joined(clauses)
    return MappingProxyType(params)


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not plain(value):
        raise SearchError(f'{key} of search must be a text in quotation marks, such as {key} = "lung cancer"')
    return plain(value)


def _texts(key: str, value: Any) -> Sequence[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and plain(one) for one in found):
        raise SearchError(f'{key} of search must be a list of texts, such as {key} = ["France"]')
    return [plain(one) for one in found]


def _codes(key: str, value: Any, known: Mapping[str, str]) -> Sequence[str]:
    """Return codes in the registry's order; words for people are understood as well."""
    by_words = {_bare(words): code for code, words in known.items()} | {_bare(code): code for code in known}
    found = set()
    for given in [value] if isinstance(value, str) else _listed(key, value, known):
        code = by_words.get(_bare(str(given))) or by_words.get(_bare(f"{key} {given}"))
        if code is None:
            close = get_close_matches(_bare(str(given)), by_words, n=1)
            hint = f'did you mean "{by_words[close[0]]}"?' if close else f"there are: {', '.join(known)}"
            raise SearchError(f'{key} "{plain(str(given))[:40]}" of search is not known; {hint}')
        found.add(code)
    return [code for code in known if code in found]


def _listed(key: str, value: Any, known: Mapping[str, str]) -> Sequence[Any]:
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    if not isinstance(value, list) or not value:
        raise SearchError(f'{key} of search must be a list, such as {key} = ["{next(iter(known))}"]')
    return value


def _bare(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _near(value: Any) -> str:
    if not isinstance(value, dict) or set(value) != {"lat", "lon", "km"} or not all(map(_is_number, value.values())):
        form = "near = { lat = 48.86, lon = 2.35, km = 50 }"
        raise SearchError(f"near of search must be a table of three numbers, such as {form}")
    return distance(str(value["lat"]), str(value["lon"]), str(value["km"]), "km")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
