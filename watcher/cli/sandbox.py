"""`watcher sandbox`: a registry to rehearse with, alone on loopback."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from watcher.errors import UsageError
from watcher.sandbox.controls import HELP
from watcher.sandbox.sample_trials import sample_timeline
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline, TimelineError


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="TCP port; 0 picks a free one."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of <NCT>/<data version>.json or <NCT>.json; a few fictional trials when not given.",
)
def sandbox(port: int, data: Path | None) -> None:
    """Serve a sample registry on 127.0.0.1 until Ctrl-C.

    It answers as ClinicalTrials.gov's API v2 does. The first line printed is the address to put into base_url;
    what can be done to it meanwhile follows on standard error.

    \b
    Example:
      watcher sandbox --port 8900
      curl -X POST http://127.0.0.1:8900/sandbox/next
    """  # noqa: D301 — click wants the backspace character itself
    try:
        timeline = sample_timeline() if data is None else Timeline.from_folder(data)
        timeline.check()
    except TimelineError as error:
        raise UsageError(str(error)) from None
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    versions = timeline.data_versions
    try:
        with Sandbox(timeline, port) as registry:
            click.echo(registry.base_url)
            click.echo(f"Data version {versions[0]}, {len(versions)} in all. Ctrl-C ends.\n\n{HELP}", err=True)
            ended.wait()
    except OSError as error:
        raise UsageError(
            f"Port {port} on 127.0.0.1 cannot be used ({error.strerror}); choose another with --port."
        ) from None
