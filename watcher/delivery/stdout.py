"""Prints messages as text, for pipes and for cron, which mails the output of a job.

Uses no colours and no pager.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import BinaryIO

from watcher.delivery.contract import DeliveryStep, OnStep, Receipt
from watcher.errors import DeliveryError, DeliveryReason, Whose
from watcher.rendering.message import Message


class StdoutChannel:
    """Deliver to standard output.

    Args:
        stream: Returns the stream to write to; called for every message.
    """

    def __init__(self, stream: Callable[[], BinaryIO]) -> None:
        self._stream = stream

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StdoutChannel]:
        """Open a session; it holds no connection."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Print one message; the address is ignored (contract: `Session.deliver`)."""
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
