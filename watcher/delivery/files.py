"""Files written whole or not at all, and what the system's refusals mean.

Does not know what is in them, and does not delete or rotate anything.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.ownership import give_to_owner_of_folder

_P = ParamSpec("_P")

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_PASSING = (errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE, errno.ETIMEDOUT)


async def in_folder(folder: Path, work: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> None:
    """Do file work beside the loop; what the system refuses becomes a `DeliveryError`.

    Never in doubt: a file that was written after all is written again under the same name.
    """
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        failure = explain(folder, error)
    raise failure


def explain(folder: Path, error: OSError) -> DeliveryError:
    """Describe what the system's refusal means.

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
    lasts = Lasts.LASTING if is_permanent else Lasts.PASSING
    return DeliveryError(text, reason=reason, whose=Whose.CHANNEL, lasts=lasts)


def write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Write files by name, each whole or not at all, and make their names durable."""
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
    give_to_owner_of_folder(beside)
    beside.replace(path)


def _sync(folder: Path) -> None:
    """Make the new names as durable as what they name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
