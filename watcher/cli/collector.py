"""Settings of the garbage collector: commands are short and hurry, the daemon runs for years and does not."""

from __future__ import annotations

import gc

_ORDINARY = gc.get_threshold()


def hurry_collector() -> None:
    """Collect rarely, for a command that ends soon: loading and decoding make many objects and hardly a cycle."""
    gc.set_threshold(20_000, 20, 20)


def restore_collector() -> None:
    """Collect as the interpreter does by itself, for a process that runs on."""
    gc.set_threshold(*_ORDINARY)
