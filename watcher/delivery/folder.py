"""Files messages in a folder: the mail as .eml, and what it holds as .json.

A file appears whole or not at all, and the same message is the same file however often it is filed. Does not delete
or rotate anything.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec

from watcher.delivery import mime
from watcher.delivery.contract import OnStep, Receipt, Step
from watcher.errors import DeliveryError, DeliveryReason
from watcher.rendering.message import Message

_P = ParamSpec("_P")

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_PASSING = (errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE, errno.ETIMEDOUT)


class FolderChannel:
    """Every folder; each is a channel of its own to the outbox.

    Args:
        sender: `from` of `[email]`, or what stands for it where there is no relay.
    """

    def __init__(self, sender: str = "Trial watcher <watcher@localhost>") -> None:
        self._sender = sender

    @asynccontextmanager
    async def open(self) -> AsyncIterator[FolderChannel]:
        """Open a session; there is nothing to hold open."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """File one message in one folder, made when it is not there (contract: `Session.deliver`).

        The address is the folder's path; a relative one is taken from the working directory.
        """
        files = self._files(message)
        folder = Path(address)
        await _try(folder, _make_folder, folder)
        on_step(Step.CONNECTED)
        on_step(Step.BODY_HANDED_OVER)
        await _try(folder, _write_all, folder, files)
        return Receipt(reply=" ".join(files))

    def _files(self, message: Message) -> dict[str, bytes]:
        try:
            mail = mime.build(message, mime.letterhead(self._sender), None)
        except ValueError as error:
            failure = DeliveryError(
                f"the message cannot be filed: {error}", reason=DeliveryReason.REJECTED, is_permanent=True
            )
        else:
            name = file_stem(message)
            return {f"{name}.json": _as_json(message), f"{name}.eml": mail}
        raise failure


def file_stem(message: Message) -> str:
    """Give the name of a message's files without their endings: its time, its id's hash, its part.

    Sorted by name they lie in the order of composing. Holds nothing a file system could trip over.
    """
    moment = datetime.fromisoformat(message.date).astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    part = f"-{message.part}of{message.parts}" if message.parts > 1 else ""
    return f"{moment}-{hashlib.sha256(message.message_id.encode()).hexdigest()[:12]}{part}"


async def _try(folder: Path, work: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> None:
    """Do file work beside the loop; what the system refuses becomes a `DeliveryError`.

    Never in doubt: a file that was written after all is written again under the same name.
    """
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        failure = explain(folder, error)
    raise failure


def explain(folder: Path, error: OSError) -> DeliveryError:
    """Say what the system's refusal means.

    Args:
        folder: Where it happened.
        error: What the system said.

    Returns:
        Transient where room or the disk may come back by themselves; else permanent until somebody sees to the
        folder. Always the channel's fault.
    """
    why = (error.strerror or "the system refused").lower()
    if error.errno in _NO_ROOM:
        text, is_permanent = f"no room left for the folder {folder} ({why}); free some, it will be tried again", False
    elif error.errno in _PASSING:
        text, is_permanent = f"the folder {folder} cannot be written for now ({why}); it will be tried again", False
    else:
        text = f"the folder {folder} cannot be written ({why}); check the path, its owner and its permissions"
        is_permanent = True
    reason = DeliveryReason.CONFIG if is_permanent else DeliveryReason.SERVER
    return DeliveryError(text, reason=reason, is_permanent=is_permanent, is_channel_fault=True)


def _as_json(message: Message) -> bytes:
    what = {
        "schema": 1,
        "message_id": message.message_id,
        "date": message.date,
        "subject": message.subject,
        "part": message.part,
        "parts": message.parts,
        "data": message.data,
    }
    return (json.dumps(what, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _write_all(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        _write(folder / name, content)
    _sync(folder)


def _write(path: Path, content: bytes) -> None:
    """Write beside the file and rename: its readers see the old, none, or the whole new one.

    The name beside it is always the same, so that a killed run leaves at most one such file a message, and the next
    one takes it over.
    """
    beside = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, 0o666), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _sync(folder: Path) -> None:
    """Make the new names as durable as what they name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
