"""Reworded text as pieces that stand beside each other in any medium."""

from __future__ import annotations

from collections.abc import Iterable

from watcher.rendering.escape import cut, plain
from watcher.rendering.view import Piece


def pieces_of(marks: Iterable[tuple[str, str]], most: int) -> tuple[Piece, ...]:
    """Cut the blanks off each mark and remember where one stood; a replaced word and its successor stay apart.

    Args:
        marks: Kind (`same`, `added`, `removed`, `gap`) and text of each, in the order of reading.
        most: Characters a piece may have; a longer one is cut.

    Returns:
        In their order; what shows nothing is left out.
    """
    pieces: list[Piece] = []
    is_apart = False
    for kind, words in marks:
        text = cut(plain(words), most)
        is_apart = is_apart or words[:1].isspace()
        if text:
            is_successor = bool(pieces) and pieces[-1].kind == "removed" and kind == "added"
            pieces.append(Piece(kind=kind, text=text, space=bool(pieces) and (is_apart or is_successor)))
            is_apart = False
        is_apart = is_apart or words[-1:].isspace()
    return tuple(pieces)
