"""The daemon's end of the command line: opens, runs, leaves with a code."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from watcher.cli.exits import Exit

if TYPE_CHECKING:
    from watcher.cli.settings import Settings
    from watcher.config.load import Loaded
    from watcher.service.daemon import Reread
    from watcher.service.parts import Parts, WatchlistReader


def run_daemon(settings: Settings, loaded: Loaded) -> int:
    """Run until SIGTERM or SIGINT; a second one ends at once. SIGHUP reads the configuration anew.

    Returns:
        0 when everything under way came to its end, 1 when the deadline cut something off; what was cut off is done
        again by the next start.
    """
    from watcher import app

    def reread(parts: Parts) -> tuple[Parts, WatchlistReader]:
        renewed = app.reread(parts)
        settings.set_up_logs(is_daemon=True, loaded=renewed[0].loaded)  # with the new secrets masked
        return renewed

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the daemon listens: what it asks for is being done
    with app.open_for_run(loaded, settings.state(loaded)) as parts:
        is_clean, number = asyncio.run(_run(parts, app.watchlist_reader(loaded), reread))
    if number == signal.SIGINT:
        return Exit.INTERRUPTED
    return Exit.DONE if is_clean else Exit.FAILED_PART


async def _run(parts: Parts, read: WatchlistReader, reread: Reread) -> tuple[bool, int]:
    from watcher.service.daemon import Daemon
    from watcher.service.lifecycle import Ending

    ending = Ending()
    ending.listen(asyncio.get_running_loop())
    is_clean = await Daemon(parts=parts, read=read, reread=reread).run(ending)
    return is_clean, ending.signal
