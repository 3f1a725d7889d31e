"""Reading values out of a record for pages: texts made visible, dates and numbers with their type.

Reads only. What is missing is an empty text or an empty tuple, never None and never an error: records are foreign.
"""

from __future__ import annotations

from collections.abc import Sequence

from watcher.changes.wording import values
from watcher.rendering.escape import plain
from watcher.study.record_model import Date, Participants
from watcher.study.typed import UNKNOWN_COUNT


def line(text: str) -> str:
    """Return a text in one visible line, the registry's Markdown escapes undone."""
    return plain(values.plain(text))


def word(code: str) -> str:
    """Return an enum in words; empty for none."""
    return values.enum(plain(code)) if plain(code) else ""


def lines(texts: Sequence[str]) -> tuple[str, ...]:
    """Return texts, each in one visible line; empty ones are left out."""
    return tuple(shown for text in texts if (shown := line(text)))


def day(spelt: Date | str) -> str:
    """Return a date in words, with its type where it has one: `31 Mar 2029 (planned)`."""
    text, type_ = (spelt, "") if isinstance(spelt, str) else (spelt.date, spelt.type)
    return f"{values.date(plain(text))}{kind_of_date(type_)}" if plain(text) else ""


def enrollment(info: Participants) -> str:
    """Return an enrollment in words: `120 participants (planned)`; `unknown` for the registry's own placeholder."""
    if info.count is None:
        return ""
    if info.count == UNKNOWN_COUNT:
        return "unknown"
    return f"{values.counted(info.count, 'participant')}{kind_of_date(info.type)}"


def unescaped(text: str) -> str:
    """Undo the registry's Markdown escapes line by line; the layout stays."""
    return "\n".join(line_[: len(line_) - len(line_.lstrip())] + values.plain(line_) for line_ in text.splitlines())


def joined(parts: Sequence[str], between: str = ", ") -> str:
    """Join what is not empty."""
    return between.join(part for part in parts if part)


def kind_of_date(type_: str) -> str:
    """Return ` (actual)` or ` (planned)`, empty for no type."""
    return {"ACTUAL": " (actual)", "ESTIMATED": " (planned)"}.get(type_, "")
