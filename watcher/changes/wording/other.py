"""Words for changes without a kind of their own, made from the catalogue alone."""

from __future__ import annotations

from watcher.changes.model import Change, Phrase


def say(change: Change) -> Phrase:
    """Word any change from its path, verb, before and after."""
    raise NotImplementedError
