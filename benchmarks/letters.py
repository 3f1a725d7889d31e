"""The clients that send the mails; a process of its own.

python -m benchmarks.letters outbox CONFIG STATE_DIR
python -m benchmarks.letters channel|floor|obvious PORT COUNT
"""

from __future__ import annotations

import asyncio
import smtplib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from watcher.config.config_model import EmailConfig, Tls
from watcher.delivery.contract import DeliveryStep
from watcher.rendering.message import Message

_HOST = "127.0.0.1"
_SENDER = "trials@example.org"
_LINE = "NCT99000001  A trial that does not exist: primary completion moved 14 months later, to May 2027.\n"


def letter(number: int) -> Message:
    """Return a finished message of the size of a digest of ten trials."""
    text = _LINE * 40
    return Message(
        message_id=f"<{number:032x}@bench.invalid>",
        date="2026-03-13T07:30:00Z",
        subject=f"10 of your 41 trials changed, {number}",
        text=text,
        html="<p>" + "</p>\n<p>".join(text.splitlines() * 3) + "</p>\n",
        boundary="=_watcher_0123456789abcdef",
    )


def outbox(config: str, state: str) -> None:
    """Send what is due, as a run does, without polling and telling."""
    from watcher import app
    from watcher.config.load import load_config
    from watcher.context import FaultReport
    from watcher.pipeline.send import send_due

    with app.open_for_run(load_config(Path(config)), Path(state)) as context:
        asyncio.run(send_due(context, FaultReport()))


def channel(port: str, count: str) -> None:
    """Send through one session of the email channel, remembering nothing."""
    from watcher.delivery.email import EmailChannel

    config = EmailConfig.model_validate({"host": _HOST, "port": int(port), "tls": Tls.NONE, "from": _SENDER})

    def passed(_step: DeliveryStep) -> None:
        """Take no note."""

    async def send() -> None:
        async with EmailChannel(config).open() as session:
            for number in range(int(count)):
                await session.deliver(letter(number), f"reader{number}@example.org", passed)

    asyncio.run(send())


def floor(port: str, count: str) -> None:
    """Hand over bytes made beforehand, over one connection."""
    made = _made(0)
    with smtplib.SMTP(_HOST, int(port)) as relay:
        for number in range(int(count)):
            relay.sendmail(_SENDER, [f"reader{number}@example.org"], made)


def obvious(port: str, count: str) -> None:
    """Make each mail with the standard library and connect for each."""
    for number in range(int(count)):
        with smtplib.SMTP(_HOST, int(port)) as relay:
            relay.sendmail(_SENDER, [f"reader{number}@example.org"], _made(number))


def _made(number: int) -> bytes:
    from email.message import EmailMessage
    from email.policy import SMTP

    message, mail = letter(number), EmailMessage(policy=SMTP)
    mail["Subject"], mail["From"], mail["To"] = message.subject, _SENDER, f"reader{number}@example.org"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail.as_bytes()


CLIENTS: Mapping[str, Callable[[str, str], None]] = {
    "outbox": outbox,
    "channel": channel,
    "floor": floor,
    "obvious": obvious,
}

if __name__ == "__main__":
    _name, _first, _second = sys.argv[1:]
    CLIENTS[_name](_first, _second)
