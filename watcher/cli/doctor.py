"""`doctor`: everything a run depends on, one line each."""

from __future__ import annotations

import asyncio
import os
import sys

import click

from watcher import app
from watcher.cli.exits import Exit, exit_code, loudest
from watcher.cli.settings import Settings
from watcher.cli.terminal import print_finding
from watcher.ops.doctor import Bag, examine


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check everything a run needs: files, disk, store, registry, clock, relay, webhooks.

    One line each: ok, a problem with its remedy, or skipped. It asks the registry twice for its version and logs in at
    the relay; no message is sent. If the registry had refused us and answers again, the next poll uses it.

    \b
        watcher doctor
        watcher doctor || echo "see above"
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    settings.set_up_logs()
    bag = Bag(
        loaded=loaded,
        state_dir=settings.state(loaded),
        clock=app.utc_now,
        sleep=asyncio.sleep,
        environ=os.environ,
    )
    sys.exit(int(asyncio.run(_examine(bag))))


async def _examine(bag: Bag) -> Exit:
    codes = []
    async for finding in examine(bag):
        verdict = "problem" if finding.error is not None else "skipped" if finding.is_skipped else "ok"
        print_finding(verdict, finding.part, finding.said)
        if finding.error is not None:
            codes.append(exit_code(finding.error))
    return loudest(codes)
