"""A finished message: rendered once, then frozen.

Holds the parts that never change after composing (design: Message). Does not hold the address, the relay or any
credential: those are read by recipient name at the moment of sending. Does not import jinja2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from watcher.errors import DamagedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail.

    Attributes:
        name: File name: ASCII letters, digits, `.`, `-` and `_`.
        subtype: Of `text/…`: `csv`.
        content: The whole text; sent as UTF-8.
    """

    name: str
    subtype: str
    content: str


_PACKED = "packed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedJson:
    """A JSON object of one trial, kept as the bytes it will be written from: a digest may hold a thousand of these.

    Attributes:
        nct_id: The trial.
        body: The object, as JSON.
    """

    nct_id: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One frozen message for one recipient and channel.

    Attributes:
        message_id: `<hash@domain>`: hash of store, recipient, channel, slot or version, part; the same on every try.
        date: RFC 3339 UTC time of composing; the mail's Date.
        subject: One line, no control characters.
        text: Plain text, complete by itself.
        html: HTML, complete by itself; None for messages that have none.
        boundary: MIME boundary, fixed so that a repeat is the same bytes.
        headers: Further mail headers, already safe (List-Id, Auto-Submitted, …).
        slack: Payload of one Slack message (`text` and `blocks`), or None.
        data: The same content for machines: comparison objects as in `compare --json`.
        part: 1-based number of this part.
        parts: How many parts there are.
        kind: What it is: `digest`, `welcome`, `heartbeat`, `notice`, `test`; empty in messages frozen without one.
        thread: Id of the message it is shown under: the root of a mail's conversation, which was never sent itself,
            or the first of several parts; empty for none.
        attachments: Files that go with a mail; usually empty.
    """

    message_id: str
    date: str
    subject: str
    text: str
    html: str | None
    boundary: str
    headers: Mapping[str, str] = field(default_factory=dict)
    slack: object = None
    data: object = None
    part: int = 1
    parts: int = 1
    kind: str = ""
    thread: str = ""
    attachments: tuple[Attachment, ...] = ()

    def to_json(self) -> bytes:
        """Return the bytes the outbox keeps: sorted keys, UTF-8, the same for the same message."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # not copied: the data may be large
        values["headers"] = dict(self.headers)
        return json.dumps(values, sort_keys=True, ensure_ascii=False, default=_plain).encode()

    @classmethod
    def from_json(cls, body: bytes) -> Message:
        """Read what `to_json` wrote.

        Raises:
            DamagedError: The bytes are of another shape.
        """
        try:
            values = json.loads(body)
            values["data"] = _packed(values.get("data"))
            attachments = tuple(Attachment(**one) for one in values.pop("attachments", ()))
            return cls(**values, attachments=attachments)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise DamagedError(f"the stored message cannot be read ({type(error).__name__})") from error


def unpacked(data: object) -> object:
    """Return data as plain JSON values; an object that was kept as its bytes is read now."""
    if isinstance(data, PackedJson):
        return json.loads(data.body)
    return [unpacked(one) for one in data] if isinstance(data, list | tuple) else data


def _packed(data: object) -> object:
    """Return data as the message had it: what was kept as bytes stays so until it is written."""
    if isinstance(data, dict) and data.keys() == {_PACKED, "nct_id"}:
        return PackedJson(nct_id=data["nct_id"], body=data[_PACKED].encode())
    return [_packed(one) for one in data] if isinstance(data, list) else data


def _plain(value: object) -> object:
    """Return what `json` cannot write by itself as what it can."""
    if isinstance(value, PackedJson):
        return {_PACKED: value.body.decode(), "nct_id": value.nct_id}
    if isinstance(value, Attachment):
        return asdict(value)
    raise TypeError(f"a message cannot hold a {type(value).__name__}")
