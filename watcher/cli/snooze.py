"""`snooze`, `snooze list`, `snooze end`: a trial or a recipient held back until a day, never for ever."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from watcher import app
from watcher.cli.arguments import checked_id, known_recipient, parse_span
from watcher.cli.settings import Settings
from watcher.config.load import Loaded
from watcher.context import RunContext
from watcher.digests.slots import resolve
from watcher.errors import UsageError
from watcher.ops.status_report import snoozes_of
from watcher.pipeline.watchlist_resolution import follow_merged
from watcher.store.delivery_model import Snooze
from watcher.text import to_json

LONGEST = timedelta(days=366)
"""A snooze nobody remembers is news that nobody gets; a year is enough for any absence."""

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?", re.ASCII)


class _BeginByDefault(click.Group):
    """A group whose nameless command begins a snooze: `watcher snooze NCT… --for 14d`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the name of the default command before arguments that name no other."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["begin", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_BeginByDefault)
def snooze() -> None:
    """Hold back a trial, or everything for a recipient, until a day. Then report what accumulated as one story.

    With an ID, nobody is told of that trial; with --recipient as well, only that recipient is not. Messages already in
    the outbox are still sent.

    \b
        watcher snooze NCT07555496 --for 14d
        watcher snooze --recipient ana --until 2026-08-31
        watcher snooze NCT07555496 --recipient ana --for 4w
        watcher snooze list
        watcher snooze end NCT07555496
    """  # noqa: D301 — click reads \b as "do not re-wrap"


@snooze.command(hidden=True)
@click.argument("nct_id", metavar="[ID]", required=False)
@click.option("--recipient", metavar="NAME", help="Only for this recipient; without ID, for all trials.")
@click.option(
    "--until", metavar="DATE", help="Up to the beginning of this day, or a time: 2026-08-31, 2026-08-31T09:00."
)
@click.option("--for", "span", metavar="14d", help="For this long: 12h, 14d, 8w; at most a year.")
@click.pass_obj
def begin(settings: Settings, nct_id: str | None, recipient: str | None, until: str | None, span: str | None) -> None:
    """Begin a snooze, or move the end of one.

    \b
        watcher snooze NCT07555496 --for 14d
        watcher snooze --recipient ana --until 2026-08-31
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded, nct_id = _meant(settings, nct_id, recipient)
    zone = _zone(loaded, recipient)
    if (until is None) == (span is None):
        raise UsageError("say how long: --until DATE or --for 14d")
    with app.open_for_reading(loaded, settings.state(loaded)) as context:
        if nct_id is not None and nct_id not in _watched(context, loaded):
            raise UsageError(f"{nct_id} is not watched; `watcher list` shows what is")
        now = context.clock()
        end = now + parse_span(span) if span is not None else read_day(until or "", zone)
        if not now < end <= now + LONGEST:
            raise UsageError(f"{_shown(end, zone)} is not within the coming year; a snooze never lasts longer")
        context.store.snoozes.put(Snooze(until=end, recipient=recipient, nct_id=nct_id))
    click.echo(f"{_named(nct_id, recipient)} until {_shown(end, zone)}; then what piled up is told as one")


@snooze.command("list", short_help="List what is held back.")
@click.option("--json", "as_json", is_flag=True, help="One object per line, soonest end first.")
@click.pass_obj
def list_snoozes(settings: Settings, as_json: bool) -> None:
    """List what is held back, soonest end first.

    \b
        watcher snooze list
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        found = snoozes_of(context)
    for entry in found:
        click.echo(to_json(entry) if as_json else line_of(entry))
    if not found and not as_json:
        click.echo("Nothing is snoozed.")


@snooze.command(short_help="End a snooze early.")
@click.argument("nct_id", metavar="[ID]", required=False)
@click.option("--recipient", metavar="NAME", help="The recipient of the snooze.")
@click.pass_obj
def end(settings: Settings, nct_id: str | None, recipient: str | None) -> None:
    """End a snooze early; the next digest reports what accumulated.

    \b
        watcher snooze end NCT07555496
        watcher snooze end --recipient ana
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    if nct_id is None and recipient is None:
        raise UsageError("name a trial, or a recipient with --recipient")
    loaded, nct_id = settings.load(), checked_id(nct_id) if nct_id is not None else None
    with app.open_for_reading(loaded, settings.state(loaded)) as context:
        was_there = context.store.snoozes.remove(recipient=recipient, nct_id=nct_id)
    if not was_there:
        raise UsageError("there is no such snooze; `watcher snooze list` shows those there are")
    click.echo(f"{_named(nct_id, recipient)} no longer; what piled up is told with the next digest")


def line_of(entry: dict[str, Any]) -> str:
    """Return one snooze, as `snoozes_of` gives it, in a line."""
    until = datetime.fromisoformat(entry["until"])
    return f"{_named(entry['nct_id'], entry['recipient'])} until {until:%a %d %b %Y %H:%M} UTC"


def read_day(text: str, zone: ZoneInfo) -> datetime:
    """Read a day, or a day and a time, in a zone; a day alone means its beginning.

    Raises:
        UsageError: It is neither.
    """
    found = _DAY.fullmatch(text.strip())
    try:
        if found is not None:
            return resolve(datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}"), zone)
    except ValueError:  # 2026-02-30
        found = None
    raise UsageError(f'"{text}" is no day; write 2026-08-31 or 2026-08-31T09:00')


def _meant(settings: Settings, nct_id: str | None, recipient: str | None) -> tuple[Loaded, str | None]:
    if nct_id is None and recipient is None:
        raise UsageError("name a trial, or a recipient with --recipient")
    loaded = settings.load()
    if recipient is not None:
        known_recipient(loaded, recipient)
    return loaded, checked_id(nct_id) if nct_id is not None else None


def _zone(loaded: Loaded, recipient: str | None) -> ZoneInfo:
    if recipient is None:
        return ZoneInfo(loaded.config.timezone)
    return loaded.config.zone(known_recipient(loaded, recipient))


def _watched(context: RunContext, loaded: Loaded) -> frozenset[str]:
    return frozenset(follow_merged(app.watchlist_reader(loaded)(), context.store).trials)


def _named(nct_id: str | None, recipient: str | None) -> str:
    if nct_id is None:
        return f"everything for {recipient}: snoozed"
    return f"{nct_id}: snoozed" + (f" for {recipient}" if recipient is not None else "")


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M} ({zone.key})"
