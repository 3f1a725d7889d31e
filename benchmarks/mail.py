"""What a thousand mails cost over one SMTP connection to a relay on loopback.

The relay runs in the harness's process; the client is a process of its own, measured from its start to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.letters import letter
from benchmarks.process import BenchError, Usage, measured, own
from benchmarks.tables import Goal, Row, figure, table
from tests.support.smtp_sink import SmtpSink
from watcher import app
from watcher.config.load import load_config
from watcher.store.compression import pack_pieces
from watcher.store.delivery_model import NewMessage

_HEADS = ("", "connections", "CPU s", "wall s", "peak MB")

_CONFIG = """
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
from = "Trial watcher <trials@example.org>"

[[watch]]
name = "all"
ids = ["NCT99000001"]
"""
_RECIPIENT = """
[[recipient]]
name = "reader {number}"
email = "reader{number}@example.org"
"""


def run(*, is_quick: bool = False, say: Callable[[str], None] = print) -> list[Row]:
    """Measure, print a table, and give all rows."""
    count = 20 if is_quick else 1_000
    with TemporaryDirectory(prefix="watcher-bench-") as name:
        whole, lines = _sent(count, lambda port: own("letters", "outbox", *_filled(Path(name), port, count)))
    channel, channel_lines = _sent(count, lambda port: own("letters", "channel", port, count))
    floor, floor_lines = _sent(count, lambda port: own("letters", "floor", port, count))
    obvious, obvious_lines = _sent(count, lambda port: own("letters", "obvious", port, count))
    goals = (
        Goal(name="connections", value=lines, limit=1),
        Goal(name="wall s", value=whole.wall, limit=15),
    )
    rows = [
        _row("out of the outbox, every step stored", lines, whole, goals),
        _row("the email channel alone", channel_lines, channel),
        _row("floor: smtplib, one connection", floor_lines, floor),
        _row("obvious: smtplib, a connection a mail", obvious_lines, obvious),
    ]
    size = len(letter(0).to_json()) // 1000
    say(table(f"SMTP · {count:,} mails of {size} KB to as many recipients", _HEADS, rows))
    return rows


def _sent(count: int, command: Callable[[int], list[str]]) -> tuple[Usage, int]:
    """Run a client against a relay of its own; give what it used and how often it connected."""
    with SmtpSink() as relay:
        usage = measured(command(relay.port))
        if len(relay.mails) != count:
            raise BenchError(f"{len(relay.mails)} of {count} mails came")
        return usage, relay.connections


def _filled(folder: Path, port: int, count: int) -> tuple[Path, Path]:
    """Write a configuration and fill an outbox; give the configuration's file and the state folder."""
    file, state = folder / "config.toml", folder / "state"
    recipients = (_RECIPIENT.format(number=number) for number in range(count))
    file.write_text(_CONFIG.format(port=port) + "".join(recipients), encoding="utf-8")
    state.mkdir()
    with app.open_for_run(load_config(file), state) as context:
        messages = [_queued(number) for number in range(count)]
        context.store.outbox.add(messages, datetime.now(UTC))
    return file, state


def _queued(number: int) -> NewMessage:
    message = letter(number)
    return NewMessage(
        recipient=f"reader {number}",
        channel="email",
        subject=message.subject,
        message_id=message.message_id,
        payload=pack_pieces(message.json_pieces()),
    )


def _row(name: str, connections: int, usage: Usage, goals: tuple[Goal, ...] = ()) -> Row:
    return Row((name, f"{connections:,}", figure(usage.cpu), figure(usage.wall), figure(usage.peak)), goals)
