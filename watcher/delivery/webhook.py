"""Posts to any program's webhook, signed by the Standard Webhooks specification.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
Posts JSON `{type, timestamp, data}`. Does not decide its content and does not retry. Only 2xx is a success.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from watcher.delivery.contract import OnStep, Receipt
from watcher.delivery.http_post import Poster, read_address, refusal
from watcher.delivery.reply_text import one_line
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.rendering.message import Message, unpacked

MOVES = frozenset({"entered", "left"})
"""Kinds of messages about a trial that moved in a search."""

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Octets of a signing key (the specification, “Signature scheme”)."""


class WebhookChannel:
    """Deliver to hooks that share a secret; to the outbox each hook is a channel of its own.

    Args:
        poster: Sends the HTTP requests.
        secret: `whsec_…`, or several separated by blanks while one replaces another.
        utc_now: The clock. Receivers refuse old signatures, so every attempt is signed again.
    """

    def __init__(self, poster: Poster, secret: str, *, utc_now: Callable[[], datetime]) -> None:
        self._poster = poster
        self._secret = secret
        self._utc_now = utc_now

    @asynccontextmanager
    async def open(self) -> AsyncIterator[WebhookChannel]:
        """Open a session; it holds no connection."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Post one message to one hook (contract: `Session.deliver`)."""
        target = read_address(address)
        body = payload(message)
        answer = await self._poster.post(target, body, self._headers(message, body), on_step)
        secrets = [word.removeprefix(PREFIX) for word in self._secret.split()]
        answer = replace(answer, text=one_line(answer.text, secrets=secrets))
        if 200 <= answer.status < 300:
            return Receipt(reply=f"{answer.status} {answer.text}".rstrip())
        raise refusal(target, answer)

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        name = event_id(message)
        moment = str(int(self._utc_now().timestamp()))
        signed = f"{name}.{moment}.".encode() + body
        marks = (hmac.new(key, signed, hashlib.sha256).digest() for key in read_keys(self._secret))
        return {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks),
        }


def event_id(message: Message) -> str:
    """Return the event's id: the same on every attempt, and without dots, which separate the signed parts."""
    return "msg_" + hashlib.sha256(message.message_id.encode()).hexdigest()[:32]


def payload(message: Message) -> bytes:
    """Return the body: the message's data if there is any, else its text.

    `type` is `trial.changed` if the data are a comparison (as `watcher compare --json` prints it), `trial.entered` or
    `trial.left` if the trial moved in a search, else `watcher.` and the kind of message: `watcher.welcome`.
    """
    is_trial = message.data is not None
    event = f"trial.{message.kind if message.kind in MOVES else 'changed'}"
    what = {
        "type": event if is_trial else f"watcher.{message.kind or 'message'}",
        "timestamp": message.date,
        "data": unpacked(message.data) if is_trial else {"subject": message.subject, "text": message.text},
    }
    return json.dumps(what, ensure_ascii=False).encode("utf-8", "replace")


def read_keys(secret: str) -> tuple[bytes, ...]:
    """Parse the signing keys of a secret.

    Raises:
        DeliveryError: There is no key, or a malformed one; the text does not repeat it.
    """
    keys = tuple(_key(word) for word in secret.split())
    if keys and all(SHORTEST_KEY <= len(key) <= LONGEST_KEY for key in keys):
        return keys
    raise DeliveryError(
        f"a webhook's secret cannot be used: it has to be {PREFIX} and {SHORTEST_KEY} to {LONGEST_KEY} octets in "
        f"base64; make one with: echo {PREFIX}$(openssl rand -base64 32)",
        reason=DeliveryReason.CONFIG,
        whose=Whose.CHANNEL,
        lasts=Lasts.LASTING,
    )


def _key(word: str) -> bytes:
    try:
        return base64.b64decode(word.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
