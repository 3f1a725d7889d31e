"""Finds the line of a key in a TOML text, to locate problems.

A scan for table headers and keys, not a parser: tomllib has already accepted the text. Keys inside multi-line
strings could mislead it; the worst outcome is a wrong line number in a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Place = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_map(text: str) -> Mapping[Place, int]:
    """Return the 1-based line of every table and key by path; array tables have an index: `("watch", 0, "name")`."""
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            name = header[2]
            parts = _parts(name)
            if header[1] == "[[":
                index = counts.get(name, 0)
                counts[name] = index + 1
                table = (*parts, index)
            else:
                table = parts
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
            for length in range(len(table) + 1, len(path) + 1):
                lines.setdefault(path[:length], number)
    return lines


def find_line(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of the longest known prefix of a path, or of the first thing in it; 0 if there is none."""
    for length in range(len(place), 0, -1):
        found = [line for path, line in lines.items() if path[:length] == place[:length]]
        if found:
            return lines.get(place[:length], min(found))
    return 0


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(name))
