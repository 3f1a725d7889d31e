"""The cast: fictional trials, two real ones retold, and the data versions in which something happens to them."""

from __future__ import annotations

from watcher.sandbox.timeline import Timeline


def cast() -> Timeline:
    """Give the timeline `watcher sandbox` serves without `--data`."""
    ...
