"""Prints messages as text: for cron, which mails what a job prints, and for pipes.

Does not colour and does not page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import BinaryIO

from watcher.delivery.contract import DeliveryStep, OnStep, Receipt
from watcher.errors import DeliveryError, DeliveryReason, Whose
from watcher.rendering.message import Message


class StdoutChannel:
    """Standard output.

    Args:
        stream: Gives the stream to write to, at the moment of writing.
    """

    def __init__(self, stream: Callable[[], BinaryIO]) -> None:
        self._stream = stream

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StdoutChannel]:
        """Open a session; there is nothing to hold open."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Print one message; the address means nothing (contract: `Session.deliver`)."""
        text = f"{message.subject}\n\n{message.text.rstrip()}\n\n".encode("utf-8", "replace")
        on_step(DeliveryStep.CONNECTED)
        on_step(DeliveryStep.BODY_HANDED_OVER)
        try:
            stream = self._stream()
            stream.write(text)
            stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            why = error.strerror if isinstance(error, OSError) and error.strerror else "it is closed"
            failure = DeliveryError(
                f"standard output cannot be written ({why.lower()}); it will be tried again",
                reason=DeliveryReason.CONNECTION,
                whose=Whose.CHANNEL,
            )
        else:
            return Receipt(reply=f"{len(text)} bytes printed")
        raise failure
