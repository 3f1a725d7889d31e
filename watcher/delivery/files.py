"""Writes files whole or not at all and explains the system's errors.

Does not delete or rotate files.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import ParamSpec

from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.ownership import give_to_owner_of_folder

_P = ParamSpec("_P")

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_PASSING = (errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE, errno.ETIMEDOUT)


async def in_folder(folder: Path, work: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> None:
    """Run file work in a thread and turn an `OSError` into a `DeliveryError`.

    Never in doubt: writing a file again replaces it under the same name.
    """
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        failure = explain(folder, error)
    raise failure


def explain(folder: Path, error: OSError) -> DeliveryError:
    """Return the error for an `OSError` in a folder.

    Args:
        folder: The folder.
        error: The system's error.

    Returns:
        A passing failure if space or the disk may come back by itself, else a lasting one. Always the channel's.
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


def write_all(folder: Path, files: Mapping[str, Iterable[bytes]]) -> None:
    """Write files by name, each from its pieces and whole or not at all, and sync the folder."""
    for name, content in files.items():
        _write(folder / name, content)
    _sync(folder)


def _write(path: Path, content: Iterable[bytes]) -> None:
    """Write a temporary file and rename it, so that nobody sees half a file.

    The temporary name is fixed: a killed run leaves at most one such file per message, and the next run replaces it.
    """
    beside = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, 0o666), "wb") as file:
        file.writelines(content)
        file.flush()
        os.fsync(file.fileno())
    give_to_owner_of_folder(beside)
    beside.replace(path)


def _sync(folder: Path) -> None:
    """Sync a folder, so that new names survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
