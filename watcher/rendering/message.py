"""A finished message: rendered once, then frozen.

Contains no address, relay or credential; those are read when the message is sent. Does not import jinja2.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields

from watcher.errors import DamagedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An attachment of a mail.

    Attributes:
        name: File name: ASCII letters, digits, `.`, `-` and `_`.
        subtype: Of `text/…`: `csv`.
        content: The whole text; sent as UTF-8.
    """

    name: str
    subtype: str
    content: str


_PACKED = "packed"
_LEVEL = 4
"""Of zlib; as the store packs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedJson:
    """A JSON object of one trial, kept compressed until it is written: a digest may hold a thousand of these.

    Attributes:
        nct_id: The trial.
        packed: The object, as JSON compressed by zlib.
    """

    nct_id: str
    packed: bytes

    @classmethod
    def of(cls, nct_id: str, text: str) -> PackedJson:
        """Compress the JSON text of one trial."""
        return cls(nct_id=nct_id, packed=zlib.compress(text.encode(), _LEVEL))

    def unpack(self) -> object:
        """Return the object."""
        return json.loads(zlib.decompress(self.packed))


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
        kind: What it is: `digest`, `welcome`, `heartbeat`, `notice`, `test`; for the data of one trial that moved in a
            search, `entered` or `left`; empty in messages frozen without one.
        thread: Id of the message it is shown under: the root of a mail thread, which is never sent itself, or the first
            of several parts; may be empty.
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
        return b"".join(self.json_pieces())

    def json_pieces(self) -> Iterator[bytes]:
        """Return the same bytes piece by piece: as one text a large message would take several times its size."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # not copied: the data may be large
        values["headers"] = dict(self.headers)
        encoder = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=_plain)
        return (piece.encode() for piece in encoder.iterencode(values))

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
    """Return data as plain JSON values; decodes packed objects."""
    if isinstance(data, PackedJson):
        return data.unpack()
    return [unpacked(one) for one in data] if isinstance(data, list | tuple) else data


def _packed(data: object) -> object:
    """Return stored data with packed objects as bytes again."""
    if isinstance(data, dict) and data.keys() == {_PACKED, "nct_id"}:
        return PackedJson(nct_id=data["nct_id"], packed=b64decode(data[_PACKED], validate=True))
    return [_packed(one) for one in data] if isinstance(data, list) else data


def _plain(value: object) -> object:
    """Convert a value that `json` cannot write."""
    if isinstance(value, PackedJson):
        return {_PACKED: b64encode(value.packed).decode(), "nct_id": value.nct_id}
    if isinstance(value, Attachment):
        return asdict(value)
    raise TypeError(f"a message cannot hold a {type(value).__name__}")
