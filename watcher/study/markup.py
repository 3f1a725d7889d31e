"""The registry's texts: out of their markup, and cut at a word."""

from __future__ import annotations

import html
import re

_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()<>#+\-.!|~^&$=:;,'\"/?@%])")


def plain(text: str) -> str:
    r"""Take a registry text out of its markup, in one line: escapes (`\>` → `>`) and entities undone, blanks collapsed.

    Source: ClinicalTrials.gov API v2, `markup` fields with `markupFormat=markdown`.
    """
    return " ".join(_ESCAPE.sub(r"\1", html.unescape(text) if "&" in text else text).split())


def short(text: str, limit: int = 160) -> str:
    """Cut a text at a word so that it has at most `limit` characters, `…` included; shorter ones as they are."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, blank, _ = cut.rpartition(" ")
    if not blank and not text[limit - 1 : limit].isspace():
        # One long word: after its last sign that is no letter, if there is one; a script without blanks at the limit.
        head = re.sub(r"(?<=[^\w])\w+\Z", "", cut) if cut.isascii() else cut
    return (head or cut).rstrip(" ,;:.–-") + "…"
