"""Shows monitors how the watcher is: by the endpoint of the daemon, by the textfile of a one-shot run."""

from __future__ import annotations

from pathlib import Path

from watcher.config.watchlist import Watchlist
from watcher.service.health import Health, judge, longest_silence
from watcher.service.parts import Parts
from watcher.service.vitals import Vitals, read_vitals

NEEDS_EXTRA = 'health.textfile needs the extra: pip install "trial-watcher[metrics]"'


def look_at(parts: Parts, watchlist: Watchlist) -> tuple[Vitals, Health]:
    """Read how the watcher is, and judge it by the interval of the configuration.

    Raises:
        StoreError: The store cannot be read.
    """
    vitals = read_vitals(parts, watchlist)
    return vitals, judge(vitals, longest_silence(parts.loaded.config.registry.poll_every))


def write_shown(parts: Parts, watchlist: Watchlist) -> str | None:
    """Write the textfile the configuration names, if it names one; give what went wrong, or None."""
    named = parts.loaded.config.health.textfile
    if named is None:
        return None
    path = parts.state_dir / Path(named).expanduser()
    try:
        from watcher.service.metrics import write_textfile
    except ImportError:
        return NEEDS_EXTRA
    try:
        write_textfile(path, *look_at(parts, watchlist))
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return None
