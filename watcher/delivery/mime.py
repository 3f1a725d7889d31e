"""Turns a frozen message into the bytes of a mail; the same message and address give the same bytes for ever.

Text first, HTML last, both quoted-printable and therefore 7-bit clean with short lines; then files. Does not sign (DKIM
is the relay's part) and does not render.
"""

from __future__ import annotations

import base64
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
from watcher.rendering.message import Attachment, Message

_T = TypeVar("_T")

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=?-]{1,70}")  # RFC 2046 section 5.1.1

# Said of every mail unless the message itself says otherwise: an automaton wrote this, do not answer by automaton.
_MANNERS = {
    "Auto-Submitted": "auto-generated",  # RFC 3834 section 5
    "X-Auto-Response-Suppress": "OOF, AutoReply",  # https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail
    "Precedence": "bulk",  # not standard, yet what older vacation programs look at: RFC 3834 section 3.1.8
}
_OURS = frozenset(
    {
        *("date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "return-path"),
        *("message-id", "in-reply-to", "references", "mime-version"),
    }
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
    """Return the mail's bytes.

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
    body = _part("plain", message.text)
    if message.html is not None:
        body = _multipart("alternative", message.boundary, body, _part("html", message.html))
    if message.attachments:
        body = _multipart("mixed", f"mixed{message.boundary}", body, *map(_file, message.attachments))
    return fields.encode() + body


def _multipart(subtype: str, wanted: str, *parts: bytes) -> bytes:
    """Return parts as one (RFC 2046 section 5.1), with its own header."""
    boundary = _boundary(wanted, b"".join(parts))
    opened = b"".join(f"\r\n--{boundary}\r\n".encode() + part for part in parts)
    kind = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'
    return kind.encode() + opened + f"\r\n--{boundary}--\r\n".encode()


def _file(attachment: Attachment) -> bytes:
    """Return a file as a part (RFC 2183), in base64: lines of 76 characters, not a bit changed on the way."""
    if not _FILE_NAME.fullmatch(attachment.name) or not attachment.subtype.isalnum():
        raise ValueError("a file's name or kind holds characters it may not")
    kind = (
        f'Content-Type: text/{attachment.subtype}; charset=utf-8; name="{attachment.name}"\r\n'
        f'Content-Disposition: attachment; filename="{attachment.name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    content = base64.encodebytes(attachment.content.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    return kind.encode() + content


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
    if message.thread:
        if not _MESSAGE_ID.fullmatch(message.thread):
            raise ValueError("the id of the message's conversation is not of the form <left@right>")
        # One reference, the conversation's first message; RFC 5322 section 3.6.4 allows as many as there are ancestors
        yield headers.tokens("In-Reply-To", message.thread)
        yield headers.tokens("References", message.thread)
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
    """Return the URI of RFC 2369 section 3.2 for an address or a URI."""
    if setting.lower().startswith(("mailto:", "https:")):
        return urllib.parse.quote(setting.strip(), safe="%/:?#[]@!$&'()*+;=~")
    box = headers.parse_mailbox(setting)
    return f"mailto:{urllib.parse.quote(box.local)}@{box.domain}?subject=unsubscribe"


def _part(subtype: str, text: str) -> bytes:
    """Return a body part with its own header; quoted-printable by RFC 2045 section 6.7."""
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
