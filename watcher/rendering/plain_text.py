"""Plain text in eighty columns: wrapped, labelled, counted.

Counts columns as a terminal does: wide characters are two, combining marks none. Knows nothing of trials.
"""

from __future__ import annotations

import unicodedata

COLUMNS = 80
LABEL_COLUMNS = 20
_INDENT = 2
_NO_BREAK = "\u00a0"
_FIRST_COMBINING = "\u0300"  # none of those before it is wide, either


def columns(text: str) -> int:
    """Count the columns a line takes.

    Source: Unicode Standard Annex 11, https://www.unicode.org/reports/tr11/
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if character < _FIRST_COMBINING:
        return 1
    if unicodedata.combining(character) or character in "\u200b\u200c\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, indent: int = 0, hang: int | None = None, width: int = COLUMNS) -> str:
    """Break a line at spaces so that no line is wider than `width`; a longer word stands alone, unbroken.

    Unbroken because most of those are addresses, and a broken address leads nowhere. No-break spaces hold words
    together and are plain spaces in the result.

    Args:
        text: One line.
        indent: Spaces before the first line.
        hang: Spaces before the others; default as the first.
        width: Most columns, the spaces included.

    Returns:
        One or more lines without a line break at the end.
    """
    hang = indent if hang is None else hang
    lines: list[str] = []
    line, used = " " * indent, indent
    width_of = len if text.isascii() else columns
    is_bare = True
    for word in text.split(" "):
        size = width_of(word)
        if not is_bare and used + 1 + size > width:
            lines.append(line)
            line, used, is_bare = " " * hang, hang, True
        line += word if is_bare else f" {word}"
        used += size if is_bare else size + 1
        is_bare = False
    return "\n".join([*lines, line]).replace(_NO_BREAK, " ")


def labelled(label: str, value: str, width: int = LABEL_COLUMNS) -> str:
    """Set a value beside its label, wrapped in its own column; a label too long stands on its own line.

    Args:
        label: What it is about.
        value: One line.
        width: Columns of the label, the space after it included.
    """
    column = _INDENT + width
    body = wrap(value, column)
    if columns(label) > width - 1:
        return f"{' ' * _INDENT}{label}\n{body}"
    return " " * _INDENT + label + " " * (width - columns(label)) + body[column:]


def fit(text: str, width: int) -> str:
    """Cut a line to a number of columns with `…`, at a word where one is near, or fill it up with spaces.

    Args:
        text: One line.
        width: Columns of the result, at least 1.
    """
    size = columns(text)
    if size <= width:
        return text + " " * (width - size)
    kept, used = "", 0
    for character in text:
        if used + _columns(character) > width - 1:
            break
        kept += character
        used += _columns(character)
    at_word = kept.rpartition(" ")[0]
    if not text[len(kept) :].startswith(" ") and columns(at_word) >= width // 2:
        kept = at_word
    return fit(kept.rstrip(" ,;") + "…", width)


def count(number: int, one: str, many: str = "") -> str:
    """Describe how many: `1 trial`, `41 trials`, `2 re-verified`; thousands with a comma.

    Args:
        number: How many.
        one: The word for one.
        many: The word for any other number; default `one` with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: tuple[str, ...], most: int = 10) -> str:
    """Join names for a sentence: `a`, `a and b`, `a, b and c`, `a, b and 7 more`.

    Args:
        names: What to join; may be empty.
        most: How many are named when there are more.
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
