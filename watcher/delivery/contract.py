"""The one contract every channel keeps.

A channel carries finished messages to one kind of provider. It opens a session; a session carries any number of
messages, one after the other, over as few connections as the provider allows. It does not render, decide, retry or
remember: the outbox does. It raises `DeliveryError` and nothing else of its own.

::

    async with channel.open() as session:
        receipt = await session.deliver(message, address, on_step)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from watcher.rendering.message import Message


class DeliveryStep(StrEnum):
    """How far one delivery has come. Told before the bytes that follow go out.

    A message whose last recorded step is not `BODY_HANDED_OVER` has certainly not arrived; one whose last step is,
    may have. Only that step has to survive a crash.
    """

    CONNECTED = "connected"
    ENVELOPE_ACCEPTED = "envelope_accepted"
    BODY_HANDED_OVER = "body_handed_over"


OnStep = Callable[[DeliveryStep], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider accepted the message for this address.

    Attributes:
        reply: What it answered, in one line, without addresses and secrets.
    """

    reply: str


class Session(Protocol):
    """An open line to a provider; carries messages one after the other, never two at once.

    A message that the provider refuses for its content is tried once more inside `deliver`, in a plainer form under the
    same id, where it has one.
    """

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Hand one message over.

        Connects when it has to, also again after a failure of the message before.

        Args:
            message: The frozen message.
            address: Where to: a mailbox, a webhook's URL (a secret), a folder; read at the moment of sending.
            on_step: Called synchronously at each step, before the next bytes go out; begins again at `CONNECTED`
                when a second try is made inside (a connection that had died, a payload refused). What it raises
                passes through, and nothing more is sent.

        Returns:
            The receipt; the provider is now responsible for the message.

        Raises:
            DeliveryError: The message was not accepted, or `in_doubt` says that nobody knows.
        """
        ...


class Channel(Protocol):
    """One way to reach people."""

    def open(self) -> AbstractAsyncContextManager[Session]:
        """Open a session. Touches nothing yet: connecting is part of the first `deliver`."""
        ...
