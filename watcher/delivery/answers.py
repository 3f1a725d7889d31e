"""Decodes the JSON a provider answered with. Whatever cannot be decoded is no answer."""

from __future__ import annotations

import json


def read_object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in an answer, or None when there is none.

    Nesting deeper than the interpreter allows, numbers of thousands of digits and bytes that are no UTF-8 count as
    "none" as well: the text is foreign.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
