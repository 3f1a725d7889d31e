"""Brings parameters of a search into their one canonical spelling, and refuses what cannot be watched.

The registry answers some mistakes with silence: an unknown code in `aggFilters` selects nothing, a query of nothing but
ids switches every filter off, an empty search selects the whole registry. They are found here, before it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from urllib.parse import urlencode

from watcher.errors import SearchError
from watcher.nct_id import is_nct_id
from watcher.search.search_address import LONGEST
from watcher.search.search_codes import AGG_CODES, STATUSES
from watcher.search.site_parameters import distance
from watcher.text import plain

_GEO = re.compile(r"distance\(\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*,\s*([\d.]+)\s*(km|mi)?\s*\)", re.ASCII)
_RANGE = re.compile(r"RANGE\s*\[([^\]]*)\]", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:today|now|yesterday|tomorrow)\b", re.IGNORECASE)
_USE_IDS = 'write them as ids = ["NCT…"] instead'


def canonical(params: Mapping[str, str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return parameters sorted by name in their canonical spelling, and warnings.

    Raises:
        SearchError: They select everything or only ids, or a value is one that the registry refuses.
    """
    notes: list[str] = []
    spelt = {name: _canonical_value(name, " ".join(plain(value).split()), notes) for name, value in params.items()}
    kept = {name: value for name, value in spelt.items() if any(map(str.isalnum, value))}
    if not kept:
        raise SearchError(
            "the search is empty and would select the whole registry; name a condition, a term or a sponsor"
        )
    if set(kept) == {"filter.ids"}:
        raise SearchError(f"the search holds only trial ids; {_USE_IDS}")
    if len(urlencode(kept)) > LONGEST:
        raise SearchError(
            f"the search is longer than {LONGEST:,} characters, which the registry does not take; shorten it"
        )
    return tuple(sorted(kept.items())), tuple(notes)


def _canonical_value(name: str, value: str, notes: list[str]) -> str:
    if name == "aggFilters":
        return _codes(value, notes)
    if spell := _SPELLINGS.get(name):
        return spell(value)
    return _expression(name, value)


def _expression(name: str, value: str) -> str:
    """Return an expression as it is.

    Raises:
        SearchError: It is nothing but ids, or has a date that moves with the calendar.
    """
    words = [word for word in re.split(r"[\s,;|()\"]+", value) if word and word.upper() not in ("OR", "AND")]
    if words and name.startswith("query.") and all(is_nct_id(word.upper()) for word in words):
        raise SearchError(f"{name} holds only trial ids, and the registry then ignores every filter; {_USE_IDS}")
    if any(_RELATIVE.search(found[1]) for found in _RANGE.finditer(value)):
        raise SearchError(
            f"{name} has a date relative to today, so trials would enter and leave by the calendar alone; "
            "write a day such as 2026-01-01"
        )
    return value


def _statuses(value: str) -> str:
    found = {word.strip().upper() for word in re.split(r"[,|]", value)} - {""}
    for status in sorted(found - set(STATUSES)):
        close = get_close_matches(status, STATUSES, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(STATUSES)}"
        raise SearchError(f'status "{status[:40]}" is not known; {hint}')
    return ",".join(status for status in STATUSES if status in found)


def _ids(value: str) -> str:
    found = {word.upper() for word in re.split(r"[\s,;|]+", value)} - {""}
    for word in sorted(found):
        if not is_nct_id(word):
            raise SearchError(f'"{word[:40]}" in filter.ids is not a trial id; write NCT and eight digits')
    return ",".join(sorted(found))


def _geo(value: str) -> str:
    found = _GEO.fullmatch(value)
    if found is None:
        raise SearchError(f'filter.geo = "{value[:60]}" is no distance; write distance(48.86,2.35,50mi)')
    return distance(found[1], found[2], found[3], found[4] or "mi")


def _codes(value: str, notes: list[str]) -> str:
    keys: dict[str, str] = {}
    for pair in re.split(r"[,|]", value):
        key, colon, given = (part.strip() for part in pair.partition(":"))
        if key not in AGG_CODES or not colon:
            close = get_close_matches(key, AGG_CODES, n=1)
            hint = f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(AGG_CODES)}"
            raise SearchError(f'"{key[:40]}" of aggFilters is not known; {hint}')
        codes = " ".join(sorted(set(given.split())))
        if keys.get(key, codes) != codes:
            notes.append(f"{key} stands in aggFilters more than once; the registry takes the last one, {key}:{codes}")
        keys[key] = codes
    for key, codes in keys.items():
        for code in codes.split():
            if AGG_CODES[key] and code not in AGG_CODES[key]:
                notes.append(
                    f'the code "{code[:20]}" of {key} in aggFilters is not known; the registry answers a wrong code '
                    f"with no trials and no error. Known are: {', '.join(AGG_CODES[key])}"
                )
    return ",".join(f"{key}:{codes}" for key, codes in sorted(keys.items()) if codes)


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "filter.overallStatus": _statuses,
    "filter.ids": _ids,
    "filter.geo": _geo,
}
