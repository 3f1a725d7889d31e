"""Delivers messages with Apprise, which is an optional extra, to the hundred services it supports.

Allows one target per address and no retries by Apprise: the outbox could not tell them apart. Apprise reports only
success or failure; the reason is taken from its log, with every piece of the address removed.
Source: https://github.com/caronc/apprise/wiki/Development_API
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import threading
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from watcher.delivery.contract import DeliveryStep, OnStep, Receipt
from watcher.delivery.reply_text import one_line
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.rendering.message import Message

PATIENCE = 120.0
"""Most seconds for one message. Apprise itself waits 4 s for a connection and 4 s for each answer."""

_ALL = re.compile(r"@(?=everyone\b|here\b|channel\b|all\b)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
_SECRET_PIECE = 4


class AppriseChannel:
    """Deliver to Apprise addresses; to the outbox each address is a channel of its own."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AppriseChannel]:
        """Open a session; it holds no connection."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Deliver one message to one service in a thread (contract: `Session.deliver`)."""
        library, service = _service(address)
        name = str(getattr(service, "service_name", "") or "the service")
        text = _ALL.sub("@" + _ZERO_WIDTH_SPACE, message.text)
        on_step(DeliveryStep.CONNECTED)
        on_step(DeliveryStep.BODY_HANDED_OVER)
        try:
            async with asyncio.timeout(PATIENCE):
                failure = await asyncio.to_thread(_notify, library, service, message.subject, text)
        except TimeoutError:
            text = f"{name} took longer than {PATIENCE:g} s; nobody knows whether it took the message"
            raise DeliveryError(text, reason=DeliveryReason.TIMEOUT, whose=Whose.UNCLEAR) from None
        if failure is None:
            return Receipt(reply=f"accepted by {one_line(name)}")
        # The reason cannot be classified; one refused message must not stop the channel
        text = f"{name} did not take the message: {_fit(failure, address) or 'no reason given'}; it will be tried again"
        raise DeliveryError(text, reason=DeliveryReason.SERVER, whose=Whose.MESSAGE)


def _service(address: str) -> tuple[Any, Any]:
    """Return the library and the service of an address.

    Raises:
        DeliveryError: The extra is not installed, or the address is not one address of one target.
    """
    try:
        import apprise
    except ImportError:
        raise _unusable(
            "Apprise is not installed; run in the checkout, by the watcher's own pip: pip install '.[apprise]'"
        ) from None
    _hush("apprise", "urllib3")
    service = apprise.Apprise.instantiate(address.strip(), suppress_exceptions=True)
    if service is None:
        text = "the Apprise address is not one it knows; see https://github.com/caronc/apprise/wiki"
        raise _unusable(text)
    if len(service) != 1:
        text = f"the Apprise address names {len(service)} targets; give each a recipient of its own"
        raise _unusable(text)
    return apprise, service


def _hush(*names: str) -> None:
    """Keep libraries that log whole addresses out of our log."""
    for name in names:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # else Python prints unhandled records


def _notify(library: Any, service: Any, title: str, body: str) -> str | None:
    """Send and return None if accepted, else what the library logged in this thread."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setLevel(logging.WARNING)
    thread = threading.get_ident()
    handler.addFilter(lambda record: record.thread == thread)
    logger = logging.getLogger("apprise")
    logger.addHandler(handler)
    service.overflow_mode = library.OverflowMode.SPLIT  # split messages that are too long for the service
    try:
        sender = library.Apprise()
        sender.add(service)
        is_accepted = sender.notify(body=body, title=title, body_format=library.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001 — a plug-in may fail in any way; the other channels go on
        return f"{type(error).__name__} in its plug-in"
    finally:
        logger.removeHandler(handler)
    return None if is_accepted else heard.getvalue()


def _fit(text: str, address: str) -> str:
    """Remove every piece of the address from a log text."""
    pieces = {address, *re.split(r"[/?&=@:#,]", address), *re.split(r"[/?&=@:#,]", urllib.parse.unquote(address))}
    return one_line(text, secrets=sorted((one for one in pieces if len(one) >= _SECRET_PIECE), key=len, reverse=True))


def _unusable(text: str) -> DeliveryError:
    return DeliveryError(text, reason=DeliveryReason.CONFIG, whose=Whose.CHANNEL, lasts=Lasts.LASTING)
