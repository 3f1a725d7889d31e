"""Turns a frozen message into the bytes of a mail; the same message and address give the same bytes for ever.

Text first, HTML last, both quoted-printable and therefore 7-bit clean with short lines. Does not sign (DKIM is the
relay's part) and does not render.
"""

from __future__ import annotations

import binascii
import re
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TypeVar

from watcher.delivery import headers
from watcher.delivery.headers import Field, Mailbox
from watcher.rendering.message import Message

_T = TypeVar("_T")

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>")
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=?-]{1,70}")  # RFC 2046 section 5.1.1

# Said of every mail unless the message itself says otherwise: an automaton wrote this, do not answer by automaton.
_MANNERS = {
    "Auto-Submitted": "auto-generated",  # RFC 3834 section 5
    "X-Auto-Response-Suppress": "OOF, AutoReply",  # https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail
    "Precedence": "bulk",  # not standard, yet what older vacation programs look at: RFC 3834 section 3.1.8
}
_OURS = frozenset(
    {"date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "mime-version", "return-path"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What every mail of this installation has in common.

    Attributes:
        sender: Who it is from.
        reply_to: Where answers go; None for the sender.
        unsubscribe: URI for List-Unsubscribe; None for none.
    """

    sender: Mailbox
    reply_to: Mailbox | None = None
    unsubscribe: str | None = None


def letterhead(sender: str, reply_to: str | None = None, unsubscribe: str | None = None) -> Letterhead:
    """Read the settings of `[email]` that show in a mail.

    Args:
        sender: `from`, one address, with or without a name.
        reply_to: `reply_to`, likewise.
        unsubscribe: `unsubscribe`: an address, or a `mailto:` or `https:` URI.

    Returns:
        The letterhead.

    Raises:
        ValueError: One of them is no address; the sentence names the key.
    """
    return Letterhead(
        sender=_setting("from", sender, headers.parse_mailbox),
        reply_to=None if reply_to is None else _setting("reply_to", reply_to, headers.parse_mailbox),
        unsubscribe=None if unsubscribe is None else _setting("unsubscribe", unsubscribe, _unsubscribe_uri),
    )


def build(message: Message, head: Letterhead, to: Mailbox | None) -> bytes:
    """Give the mail's bytes.

    Args:
        message: The frozen message.
        head: From whom, and where answers go.
        to: For whom; None for a mail that is only filed.

    Returns:
        Header and body with CRLF line ends, lines within 998 octets, 7-bit unless a mailbox needs SMTPUTF8.

    Raises:
        ValueError: The message holds something no mail can carry; the sentence says what.
    """
    fields = "\r\n".join(field.line for field in _fields(message, head, to)) + "\r\n"
    text = _part("plain", message.text)
    if message.html is None:
        return fields.encode() + text
    html = _part("html", message.html)
    boundary = _boundary(message.boundary, text + html)
    kind = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
    opening, between, closing = f"\r\n--{boundary}\r\n", f"\r\n--{boundary}\r\n", f"\r\n--{boundary}--\r\n"
    return (fields + kind + opening).encode() + text + between.encode() + html + closing.encode()


def _fields(message: Message, head: Letterhead, to: Mailbox | None) -> Iterator[Field]:
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise ValueError("the message's id is not of the form <left@right>")
    yield Field(name="Date", line=f"Date: {format_datetime(datetime.fromisoformat(message.date))}")
    yield headers.mailbox("From", head.sender)
    yield headers.tokens("To", "undisclosed-recipients:;") if to is None else headers.mailbox("To", to)
    if head.reply_to is not None:
        yield headers.mailbox("Reply-To", head.reply_to)
    yield headers.words("Subject", message.subject)
    yield Field(name="Message-ID", line=f"Message-ID: {message.message_id}")
    further = _MANNERS | dict(message.headers)
    if head.unsubscribe is not None:
        further.setdefault("List-Unsubscribe", f"<{head.unsubscribe}>")
    for name, value in sorted(further.items()):
        if name.lower() in _OURS or name.lower().startswith("content-"):
            raise ValueError(f"a message may not set the header {name}")
        yield headers.tokens(name, value)
    yield Field(name="MIME-Version", line="MIME-Version: 1.0")


def _setting(key: str, value: str, read: Callable[[str], _T]) -> _T:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{key} is {error}") from None


def _unsubscribe_uri(setting: str) -> str:
    """Give the URI of RFC 2369 section 3.2 for an address or a URI."""
    if setting.lower().startswith(("mailto:", "https:")):
        return urllib.parse.quote(setting.strip(), safe="%/:?#[]@!$&'()*+;=~")
    box = headers.parse_mailbox(setting)
    return f"mailto:{urllib.parse.quote(box.local)}@{box.domain}?subject=unsubscribe"


def _part(subtype: str, text: str) -> bytes:
    """Give a body part with its own header; quoted-printable by RFC 2045 section 6.7."""
    lines = re.sub("\r\n|\r|\n", "\r\n", text)
    if not lines.endswith("\r\n"):
        lines += "\r\n"
    kind = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return kind.encode() + binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)


def _boundary(wanted: str, body: bytes) -> str:
    if not _BOUNDARY.fullmatch(wanted):
        raise ValueError("the message's MIME boundary holds characters it may not")
    if b"--" + wanted.encode() in body:
        raise ValueError("the message's MIME boundary occurs in its text")
    return wanted
