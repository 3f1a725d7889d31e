"""Names for people made of the API's own keys, for what nobody has named by hand."""

from __future__ import annotations

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")


def words_of_key(key: str) -> str:
    """Return a key in words: `patientRegistry` → `patient registry`, `isFDARegulated` → `is FDA regulated`."""
    pieces = [piece for piece in _HUMP.split(key) if piece]
    return " ".join(piece if piece.isupper() and len(piece) > 1 else piece.lower() for piece in pieces)
