"""`outbox list|retry|drop`: the messages on their way."""

from __future__ import annotations

from collections.abc import Sequence

import click

from watcher import app
from watcher.cli.settings import Settings
from watcher.cli.terminal import print_messages
from watcher.errors import UsageError
from watcher.ops.status_report import zulu
from watcher.store.delivery_model import OutboxEntry
from watcher.text import to_json

LARGEST = 2**63 - 1
"""The largest number that a message can have (SQLite's rowid)."""


@click.group()
def outbox() -> None:
    """See, retry or drop messages that wait or were given up.

    \b
        watcher outbox list
        watcher outbox retry --all
    """  # noqa: D301 — click reads \b as "do not re-wrap"


@outbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object per line, oldest first.")
@click.pass_obj
def list_messages(settings: Settings, as_json: bool) -> None:
    """List the undelivered messages, oldest first.

    \b
        watcher outbox list
        watcher outbox list --json
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        entries = context.store.outbox.list()
    if as_json:
        for entry in entries:
            click.echo(to_json(_object(entry)))
        return
    print_messages([_object(entry) for entry in entries])


@outbox.command(short_help="Try messages again at the next run.")
@click.argument("ids", nargs=-1, type=click.IntRange(0, LARGEST), metavar="ID…")
@click.option("--all", "every", is_flag=True, help="All that wait or were given up.")
@click.pass_obj
def retry(settings: Settings, ids: tuple[int, ...], every: bool) -> None:
    """Try messages again at the next run, as if for the first time; resume the channels they wait for.

    \b
        watcher outbox retry 17
        watcher outbox retry --all
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    _one_of(ids, every)
    loaded = settings.load()
    with app.open_for_reading(loaded, settings.state(loaded)) as context:
        entries = context.store.outbox.retry(None if every else ids, context.clock())
    _say("due now", entries, ids)


@outbox.command(short_help="Remove messages for good.")
@click.argument("ids", nargs=-1, type=click.IntRange(0, LARGEST), metavar="ID…")
@click.option("--all", "every", is_flag=True, help="All that wait or were given up.")
@click.pass_obj
def drop(settings: Settings, ids: tuple[int, ...], every: bool) -> None:
    """Remove messages for good; they will not be sent.

    \b
        watcher outbox drop 17
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    _one_of(ids, every)
    loaded = settings.load()
    with app.open_for_reading(loaded, settings.state(loaded)) as context:
        entries = context.store.outbox.drop(None if every else ids)
    _say("dropped", entries, ids)


def _one_of(ids: Sequence[int], every: bool) -> None:
    if bool(ids) == every:
        raise UsageError("name messages by their numbers (see `watcher outbox list`), or say --all")


def _say(what: str, entries: Sequence[OutboxEntry], ids: Sequence[int]) -> None:
    for entry in entries:
        click.echo(f'{what}: {entry.id} to {entry.recipient} by {entry.channel}: "{entry.subject}"')
    missing = sorted(set(ids) - {entry.id for entry in entries})
    if missing:
        names = ", ".join(str(number) for number in missing)
        raise UsageError(f"no waiting or given-up message has the number {names}; see `watcher outbox list`")
    if not entries:
        click.echo("There are no such messages.")


def _object(entry: OutboxEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "recipient": entry.recipient,
        "channel": entry.channel,
        "state": entry.state.value,
        "attempts": entry.attempts,
        "next_attempt_at": zulu(entry.next_attempt_at) if entry.next_attempt_at is not None else None,
        "last_reply": entry.last_reply,
        "subject": entry.subject,
    }
