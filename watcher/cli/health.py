"""`health`: whether the watcher is well, by its exit code; for monitors and containers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import click

from watcher import app
from watcher.cli.exits import Exit
from watcher.cli.settings import Settings
from watcher.config.config_model import parse_duration
from watcher.errors import UsageError
from watcher.ops.health import Health, judge, longest_silence
from watcher.ops.health_snapshot import HealthSnapshot, read_health_snapshot
from watcher.ops.status_report import zulu
from watcher.text import lines, to_json


@click.command()
@click.option("--ready", is_flag=True, help="Also fail when something fails that affects everybody: registry, relay.")
@click.option("--max-age", metavar="26h", help="Greatest age of the last poll. Default: three intervals and 15 min.")
@click.option("--json", "as_json", is_flag=True, help="One object for machines.")
@click.pass_obj
def health(settings: Settings, ready: bool, max_age: str | None, as_json: bool) -> None:
    """Check whether the watcher works: exit 0 if so, else 1. Does not use the network and takes no lock.

    Without --ready, only problems that a restart would fix count: a daemon that hangs or is gone, runs that do not
    happen. If a timer or cron starts the runs, set --max-age a little longer than the time between two.

    \b
        watcher health
        watcher health --ready --max-age 26h
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    limit = _span(max_age) if max_age is not None else longest_silence(loaded.config.registry.poll_every)
    with app.open_for_reading(loaded, settings.state(loaded)) as context:
        vitals = read_health_snapshot(context, app.watchlist_reader(loaded)())
    found = judge(vitals, limit)
    is_fine = found.is_ready if ready else found.is_alive
    if as_json:
        click.echo(to_json(_object(vitals, found), indent=2))
    else:
        click.echo("ok" if is_fine else "not ok")
        for remark in found.remarks:
            click.echo(f"{remark.weight.value}: {lines(remark.said)}")
    sys.exit(int(Exit.DONE if is_fine else Exit.FAILED_PART))


def _span(text: str) -> timedelta:
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--max-age: {error}") from error
    assert isinstance(found, timedelta)  # noqa: S101 — a text gives a timedelta or an error
    return found


def _object(vitals: HealthSnapshot, found: Health) -> Mapping[str, Any]:
    moments = {
        "last_poll": vitals.last.finished if vitals.last is not None else None,
        "last_complete_poll": vitals.last_complete.finished if vitals.last_complete is not None else None,
        "oldest_waiting": vitals.oldest_waiting,
        "beat": vitals.beat,
    }
    return {
        "schema": 1,
        "alive": found.is_alive,
        "ready": found.is_ready,
        "remarks": [
            {"part": remark.part, "weight": remark.weight.value, "message": remark.said} for remark in found.remarks
        ],
        "watched": vitals.watched,
        "overdue": vitals.overdue,
        **{name: zulu(moment) if moment is not None else None for name, moment in moments.items()},
        "store_bytes": vitals.store_bytes,
    }
