"""`search` of a `[[watch]]`: an address, or a table."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from watcher.errors import SearchError
from watcher.search.search_query import SearchQuery, from_table, translate


def parse_search(value: object) -> SearchQuery:
    """Read `search = "address"` or `search = { condition = …, status = […] }`.

    Raises:
        ValueError: It is no search that can be translated.
    """
    try:
        match value:
            case SearchQuery():
                return value
            case str():
                return translate(value)
            case dict():
                return from_table(value)
    except SearchError as error:
        raise ValueError(str(error)) from error
    raise ValueError('search is an address in quotation marks, or a table such as { condition = "lung cancer" }')


Search = Annotated[SearchQuery, PlainValidator(parse_search), WithJsonSchema({"type": ["string", "object"]})]
