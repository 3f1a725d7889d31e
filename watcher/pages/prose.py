"""Long texts of a record as paragraphs and lists, ready to be shown.

The registry's texts are Markdown at heart: lines, blank lines, bullets, numbers. Nothing else of Markdown is read: what
looks like emphasis or a link stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watcher.changes.wording import values
from watcher.rendering.escape import plain

_BULLET = re.compile(r"\s*(?:[*•●◦▪‣–-]|\(?\d{1,3}\s?\\?[.)])\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph (`text`) or a list (`points`); the other one is empty."""

    text: str = ""
    points: tuple[str, ...] = ()


def blocks(text: str) -> tuple[Block, ...]:
    """Cut a text into paragraphs and lists.

    Returns:
        Blocks in reading order, every line visible and without control characters; empty for an empty text.
    """
    found: list[Block] = []
    points: list[str] = []
    is_paragraph_open = False
    for raw in text.splitlines():
        bullet = _BULLET.match(raw)
        shown = plain(values.plain(raw[bullet.end() :] if bullet else raw))
        if not shown:
            is_paragraph_open = False
            continue
        if bullet:
            points.append(shown)
            is_paragraph_open = False
            continue
        if points:
            found.append(Block(points=tuple(points)))
            points = []
        if is_paragraph_open:
            found[-1] = Block(text=f"{found[-1].text} {shown}")
        else:
            found.append(Block(text=shown))
        is_paragraph_open = True
    return (*found, Block(points=tuple(points))) if points else tuple(found)
