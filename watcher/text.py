"""Foreign text made fit to be shown, once for every medium: mail, chat, pages, tables, terminal, logs.

Records, replies of providers and lines of files are written by strangers. Characters that nobody sees can steer a
terminal, turn the reading order or end a line. Letters of every script stay, in the order in which they are stored.
Does not escape markup (`rendering.escape`) and does not shorten.

Source: Unicode Technical Report 36, section 2.9 (bidirectional text spoofing), https://www.unicode.org/reports/tr36/
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic spelling and joined emoji need them; they hide nothing
_FIXED_SPACES = frozenset("\u00a0\u202f")  # keep "38 %" and "13 Mar" together; every other space may collapse
_BLANKS = re.compile(" {2,}")
_SPACES = re.compile("[ \u00a0\u202f]{2,}")
_NOT_ASCII = re.compile("[^\n -~]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# What a spreadsheet takes for the beginning of a formula; the wide forms too, which some turn into the plain ones.
_FORMULA = "=+\\-@|%\uff1d\uff0b\uff0d\uff20"
_STARTS_FORMULA = re.compile(f"(^|;)([ \u00a0\u202f\"']*)(?=[{_FORMULA}])")


def plain(text: str) -> str:
    """Return a text as one line of visible characters, white space collapsed, none at either end; may be empty.

    Args:
        text: Any text, lone surrogates included. Cleaning twice changes nothing.
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", "".join(map(_shown, text))).strip(" \u00a0\u202f")


def visible(text: str) -> str:
    """Return a text as one line without what nobody sees; white space at its ends, and of one kind, stays."""
    return text if text.isprintable() else _BLANKS.sub(" ", "".join(map(_shown, text)))


def lines(text: str) -> str:
    r"""Return a text of several lines without what nobody sees; `\n` and the blanks within lines stay."""
    if text.isprintable():
        return text
    return "\n".join("".join(map(_shown, line)) for line in text.replace("\r\n", "\n").split("\n"))


def without_unseen(text: str) -> str:
    """Return a word, such as an id copied from a page, without the characters in it that nobody sees."""
    return text if text.isascii() else "".join(sign for sign in text if unicodedata.category(sign) not in _UNSEEN)


def without_controls(text: str) -> str:
    """Return a text with a blank for every control character, everything else as it is: to find and to show them."""
    return "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)


def to_json(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> str:
    r"""Return JSON that is safe to print: what nobody sees is written as `\u…`, and reads back as it was.

    Source: RFC 8259, section 7: any character may be escaped, https://www.rfc-editor.org/rfc/rfc8259#section-7
    """
    return _NOT_ASCII.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent, default=default))


def csv_cell(text: str) -> str:
    """Return a text fit for a cell of a CSV table: one line, and never a formula.

    What begins as a formula gets an apostrophe before it, which spreadsheets take as "this is text". So does what
    follows a semicolon: where a semicolon parts the cells, as in most of Europe, it begins a cell of its own.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return _STARTS_FORMULA.sub(r"\1\2'", plain(text))


def _shown(character: str) -> str:
    if character in _JOINERS or character in _FIXED_SPACES:
        return character
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn":
            return ""
        case _:
            return character


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return json.dumps(sign)[1:-1] if unicodedata.category(sign) in _UNSEEN else sign
