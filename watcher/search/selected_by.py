"""What of a record decides whether a search selects it, so that nothing else is named as the reason of a move."""

from __future__ import annotations

import re
from collections.abc import Mapping

from watcher.search.search_codes import AGG_CODES, STATUSES

_STATUS_OF = {words: status for status, words in STATUSES.items()}
_SIGNS: Mapping[str, re.Pattern[str]] = {
    "status": re.compile(r"^filter\.overallStatus=|^aggFilters=(?:.*,)?status:|\[OverallStatus\]", re.MULTILINE),
    "sites": re.compile(r"^query\.locn=|^filter\.geo=|\[Location", re.MULTILINE),
    "dates": re.compile(r"\[\w*Date\]"),
}


def looks_at(params: Mapping[str, str]) -> frozenset[str]:
    """Return which of `status`, `sites` and `dates` a search names; words for any part of a record name none."""
    text = "\n".join(f"{name}={value}" for name, value in params.items())
    return frozenset(what for what, sign in _SIGNS.items() if sign.search(text))


def selected_statuses(params: Mapping[str, str]) -> frozenset[str]:
    """Return the statuses a search selects by its filters; empty if it has none, or may select by an expression."""
    if any("[OverallStatus]" in value for value in params.values()):
        return frozenset()
    found = re.split(r"[,|\s]+", params.get("filter.overallStatus", ""))
    for part in params.get("aggFilters", "").split(","):
        key, _, codes = part.partition(":")
        if key == "status":
            found += [_STATUS_OF.get(AGG_CODES[key].get(code, ""), "") for code in codes.split()]
    return frozenset(filter(None, found))
