"""Long texts of a record as paragraphs and lists, ready to be shown.

The registry's texts are Markdown at heart: lines, blank lines, bullets, numbers. Nothing else of Markdown is read: what
looks like emphasis or a link stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watcher.changes.model import Json
from watcher.changes.wording import values
from watcher.rendering.escape import plain
from watcher.study.read import as_text

_BULLET = re.compile(r"\s*(?:[*•●◦▪‣–-]|\(?\d{1,3}\s?\\?[.)])\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph (`text`) or a list (`points`); the other one is empty."""

    text: str = ""
    points: tuple[str, ...] = ()


def blocks(value: Json) -> tuple[Block, ...]:
    """Cut a text into paragraphs and lists.

    Args:
        value: As the registry sends it; anything but a text is nothing.

    Returns:
        Blocks in reading order, every line visible and without control characters; empty for an empty text.
    """
    found: list[Block] = []
    points: list[str] = []
    is_paragraph_open = False
    for raw in as_text(value).splitlines():
        bullet = _BULLET.match(raw)
        text = plain(values.plain(raw[bullet.end() :] if bullet else raw))
        if not text:
            is_paragraph_open = False
            continue
        if bullet:
            points.append(text)
            is_paragraph_open = False
            continue
        if points:
            found.append(Block(points=tuple(points)))
            points = []
        if is_paragraph_open:
            found[-1] = Block(text=f"{found[-1].text} {text}")
        else:
            found.append(Block(text=text))
        is_paragraph_open = True
    return (*found, Block(points=tuple(points))) if points else tuple(found)
