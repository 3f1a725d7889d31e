"""Reading values out of a record for pages: texts made visible, dates and numbers with their type.

Reads only. What is missing is an empty text or an empty tuple, never None and never an error: records are foreign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.changes.model import Json, Record
from watcher.changes.wording import values
from watcher.rendering.escape import plain
from watcher.study.read import as_list, as_object, as_text, at
from watcher.study.typed import UNKNOWN_COUNT

"""The registry's number for "unknown" in enrollment counts."""


def module(record: Record, name: str) -> Mapping[str, Json]:
    """Return one module of the protocol section; empty when it is not there."""
    return as_object(at(record, "protocolSection", name))


def line(value: Json) -> str:
    """Return a text in one visible line, the registry's Markdown escapes undone; empty for anything else."""
    return plain(values.plain(as_text(value)))


def raw(value: Json) -> str:
    """Return an enum or date as the registry spells it, in one visible line; empty for anything else."""
    return plain(as_text(value))


def word(value: Json) -> str:
    """Return an enum in words; empty for anything else."""
    return values.enum(raw(value)) if raw(value) else ""


def lines(value: Json) -> tuple[str, ...]:
    """Return the texts of a list, each in one visible line; empty ones are left out."""
    return tuple(text for item in as_list(value) if (text := line(item)))


def objects(value: Json) -> tuple[Mapping[str, Json], ...]:
    """Return the objects of a list."""
    return tuple(as_object(item) for item in as_list(value) if isinstance(item, Mapping))


def day(struct: Json) -> str:
    """Return a date struct in words with its type: `31 Mar 2029 (planned)`."""
    held = as_object(struct)
    spelt = raw(held.get("date"))
    return f"{values.date(spelt)}{_typed(held.get('type'))}" if spelt else ""


def enrollment(info: Json) -> str:
    """Return an enrollment in words: `120 participants (planned)`; `unknown` for the registry's own placeholder."""
    held = as_object(info)
    count = held.get("count")
    if not isinstance(count, int) or isinstance(count, bool):
        return ""
    if count == UNKNOWN_COUNT:
        return "unknown"
    return f"{values.counted(count, 'participant')}{_typed(held.get('type'))}"


def joined(parts: Sequence[str], between: str = ", ") -> str:
    """Join what is not empty."""
    return between.join(part for part in parts if part)


def _typed(kind: Json) -> str:
    return {"ACTUAL": " (actual)", "ESTIMATED": " (planned)"}.get(as_text(kind), "")
