"""One search of the registry in one canonical form, and its translation from what a person pastes or writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watcher.errors import SearchError
from watcher.search.search_address import LONGEST, is_address, read_address
from watcher.search.search_check import canonical
from watcher.search.search_table import table_params
from watcher.search.search_words import described
from watcher.search.site_parameters import site_params
from watcher.text import plain


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
        return described(dict(self.params))


def translate(text: str) -> SearchQuery:
    """Translate the address of a search, or words to search for, into a search.

    Args:
        text: An address of the web site, of its expert search, its RSS feeds or the API; or words, which are
            searched for everywhere in the records.

    Raises:
        SearchError: It cannot be translated, selects everything, or is no search.
    """
    if not is_address(text):
        return _translate_words(text)
    address = read_address(text)
    parts, notes = site_params(address.parts)
    if address.nct_id is not None and not parts:
        nct_id = address.nct_id
        raise SearchError(f'this is the address of one trial: watcher add {nct_id}, or write ids = ["{nct_id}"]')
    params, warnings = canonical(parts)
    return SearchQuery(params=params, notes=(*notes, *warnings))


def from_table(table: Mapping[str, Any]) -> SearchQuery:
    """Translate `search = { condition = …, status = […] }` into a search.

    Raises:
        SearchError: A key or a value is wrong, or the table selects everything.
    """
    params, notes = canonical(table_params(table))
    return SearchQuery(params=params, notes=notes)


def _translate_words(text: str) -> SearchQuery:
    if len(text) > LONGEST:
        raise SearchError(
            f"the search is longer than {LONGEST:,} characters, which the registry does not take; shorten it"
        )
    if "://" in text:
        raise SearchError(
            "this is no address of ClinicalTrials.gov; copy the address of the search from the browser again"
        )
    params, notes = canonical({"query.term": plain(text)})
    return SearchQuery(params=params, notes=notes)
