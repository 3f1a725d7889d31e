"""Shows monitors how the watcher is: by the endpoint of the daemon, by the textfile of a one-shot run."""

from __future__ import annotations

from watcher.config.locate import under
from watcher.config.watchlist import Watchlist
from watcher.context import TEXTFILE_PART, FaultReport, RunContext
from watcher.ops.health import Health, judge, longest_silence
from watcher.ops.health_snapshot import HealthSnapshot, read_health_snapshot
from watcher.pipeline.notices import settle

NEEDS_EXTRA = "health.textfile needs an extra; run in the checkout, by the watcher's own pip: pip install '.[metrics]'"


def look_at(context: RunContext, watchlist: Watchlist) -> tuple[HealthSnapshot, Health]:
    """Read how the watcher is, and judge it by the interval of the configuration.

    Raises:
        StoreError: The store cannot be read.
    """
    snapshot = read_health_snapshot(context, watchlist)
    return snapshot, judge(snapshot, longest_silence(context.loaded.config.registry.poll_every))


def show_run(context: RunContext, watchlist: Watchlist) -> tuple[bool, tuple[str, ...]]:
    """Write the textfile after a one-shot run, if one is configured.

    Returns:
        Whether monitors see this run, and what to print: a file that cannot be written is a fault like any other.
    """
    faults = FaultReport()
    failing = write_shown(context, watchlist)
    if failing is None:
        faults.well(TEXTFILE_PART)
    else:
        faults.failing(TEXTFILE_PART, failing)
    return failing is None, settle(context, faults, context.clock())


def write_shown(context: RunContext, watchlist: Watchlist) -> str | None:
    """Write the textfile the configuration names, if it names one; give what went wrong, or None."""
    named = context.loaded.config.health.textfile
    if named is None:
        return None
    path = under(context.state_dir, named)
    try:
        from watcher.ops.metrics import write_textfile
    except ImportError:
        return NEEDS_EXTRA
    try:
        write_textfile(path, *look_at(context, watchlist))
    except OSError as error:
        return f"{path} cannot be written ({error.strerror}); let this user write there, or name another file"
    return None
