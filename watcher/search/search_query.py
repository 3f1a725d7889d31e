"""One search of the registry in one canonical form, and its translation from what a person pastes or writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from watcher.errors import SearchError


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search as the registry's API v2 takes it.

    Attributes:
        params: Parameters of `GET /studies` by name, sorted, in a canonical spelling: equal searches are equal values.
        notes: What was dropped or looks wrong, one sentence each; no part of what makes two searches equal.
    """

    params: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """Return a short stable name of the search, for the store."""
        return hashlib.sha256(json.dumps(self.params).encode()).hexdigest()[:16]

    @property
    def described(self) -> str:
        """Return the search in words for a person."""
        return ", ".join(value for _, value in self.params)


def translate(text: str) -> SearchQuery:
    """Translate a search address, or plain words, into a search.

    Raises:
        SearchError: It cannot be translated, selects everything, or is no search.
    """
    params = parse_qsl(urlsplit(text).query)
    if not params:
        raise SearchError("the search is empty; name a condition or a term")
    return SearchQuery(params=tuple(sorted((f"query.{name}", value) for name, value in params)))


def from_table(table: Mapping[str, Any]) -> SearchQuery:
    """Translate `search = { condition = …, status = […] }` into a search.

    Raises:
        SearchError: A key or a value is wrong, or the table selects everything.
    """
    if not table:
        raise SearchError("the search is empty; name a condition or a term")
    return SearchQuery(params=(("query.cond", str(table["condition"])),))
