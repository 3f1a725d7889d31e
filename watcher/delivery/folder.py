"""Writes messages into a folder: the mail as .eml, its data as .json.

A file appears whole or not at all. Delivering a message again writes the same files. Does not delete or rotate files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from watcher.delivery import mime
from watcher.delivery.contract import DeliveryStep, OnStep, Receipt
from watcher.delivery.files import in_folder, write_all
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.ownership import make_folder
from watcher.rendering.message import Message, unpacked


class FolderChannel:
    """Deliver into folders; to the outbox each folder is a channel of its own.

    Args:
        sender: `from` of `[email]`, or a default if there is no relay.
    """

    def __init__(self, sender: str = "Trial watcher <watcher@localhost>") -> None:
        self._sender = sender

    @asynccontextmanager
    async def open(self) -> AsyncIterator[FolderChannel]:
        """Open a session; it holds no connection."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Write one message into a folder and create the folder if necessary (contract: `Session.deliver`).

        The address is the folder's path, relative to the working directory.
        """
        files = self._files(message)
        folder = Path(address)
        await in_folder(folder, make_folder, folder)
        on_step(DeliveryStep.CONNECTED)
        on_step(DeliveryStep.BODY_HANDED_OVER)
        await in_folder(folder, write_all, folder, files)
        return Receipt(reply=" ".join(files))

    def _files(self, message: Message) -> dict[str, Iterable[bytes]]:
        try:
            mail = mime.build(message, mime.letterhead(self._sender), None)
        except ValueError as error:
            failure = DeliveryError(
                f"the message cannot be filed: {error}",
                reason=DeliveryReason.REJECTED,
                whose=Whose.MESSAGE,
                lasts=Lasts.LASTING,
            )
        else:
            name = file_stem(message)
            return {f"{name}.json": _json_pieces(message), f"{name}.eml": (mail,)}
        raise failure


def file_stem(message: Message) -> str:
    """Return the name of a message's files without suffix: its time, the hash of its id, its part.

    Names sort in the order of composing and are safe for any file system.
    """
    moment = datetime.fromisoformat(message.date).astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    part = f"-{message.part}of{message.parts}" if message.parts > 1 else ""
    return f"{moment}-{hashlib.sha256(message.message_id.encode()).hexdigest()[:12]}{part}"


def _json_pieces(message: Message) -> Iterator[bytes]:
    """Yield the message as JSON piece by piece, so that a thousand trials are never all decoded at once."""
    what = {
        "schema": 1,
        "message_id": message.message_id,
        "date": message.date,
        "subject": message.subject,
        "part": message.part,
        "parts": message.parts,
    }
    head = json.dumps(what, ensure_ascii=False, indent=1).removesuffix("\n}")
    yield f'{head},\n "data": '.encode("utf-8", "replace")
    yield from _data(message.data)
    yield b"\n}\n"


def _data(data: object) -> Iterator[bytes]:
    if not isinstance(data, list | tuple):
        yield json.dumps(unpacked(data), ensure_ascii=False, indent=1).encode("utf-8", "replace")
        return
    for number, one in enumerate(data):
        yield b",\n" if number else b"[\n"
        yield json.dumps(unpacked(one), ensure_ascii=False, indent=1).encode("utf-8", "replace")
    yield b"\n]" if data else b"[]"
