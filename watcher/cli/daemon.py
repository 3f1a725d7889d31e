"""The daemon's end of the command line: opens, runs, leaves with a code."""

from __future__ import annotations

import asyncio
import signal

from watcher import app
from watcher.cli.collector import restore_collector
from watcher.cli.exits import Exit, leave_lost
from watcher.cli.settings import Settings
from watcher.config.load import Loaded
from watcher.context import RunContext, WatchlistReader
from watcher.daemon.service import Daemon, Reread
from watcher.daemon.shutdown import Shutdown
from watcher.errors import StoreLostError


def run_daemon(settings: Settings, loaded: Loaded) -> int:
    """Run until SIGTERM or SIGINT; a second one ends at once. SIGHUP reads the configuration anew.

    Returns:
        0 after SIGTERM, 130 after SIGINT. What the deadline cut off is done again by the next start, as after a crash.
    """

    def reread(context: RunContext) -> tuple[RunContext, WatchlistReader]:
        renewed = app.reread(context)
        settings.set_up_logs(is_daemon=True, loaded=renewed[0].loaded)  # with the new secrets masked
        return renewed

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the daemon listens: what it asks for is being done
    restore_collector()
    with app.open_for_run(loaded, settings.state(loaded)) as context:
        number = asyncio.run(_run(context, app.watchlist_reader(loaded), reread))
    return Exit.INTERRUPTED if number == signal.SIGINT else Exit.DONE


async def _run(context: RunContext, read: WatchlistReader, reread: Reread) -> int:
    shutdown = Shutdown()
    shutdown.listen(asyncio.get_running_loop())
    try:
        await Daemon(context=context, read=read, reread=reread).run(shutdown)
    except StoreLostError as error:
        leave_lost(error)
    return shutdown.signal
