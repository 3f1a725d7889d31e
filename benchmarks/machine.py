"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import zlib
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("trial-watcher", "httpx", "deepdiff", "msgspec", "pydantic", "sqlalchemy", "aiosmtplib", "jinja2")


def describe() -> str:
    """Return three lines: machine, load, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    busy = (
        "; BUSY: wall seconds, and goals in them, say little, and CPU seconds are too high" if load > cores / 2 else ""
    )
    return "\n".join(
        [
            f"{_processor()}, {cores} cores, {memory:.1f} GB; {platform.system()} {platform.release()}",
            f"Load at the start: {load:.2f}{busy}",
            f"{python}, SQLite {sqlite3.sqlite_version}, zlib {zlib.ZLIB_RUNTIME_VERSION}; {packages}",
        ]
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
