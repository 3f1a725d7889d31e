"""The run lock: one run at a time on a state folder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

from watcher import ownership
from watcher.errors import StoreError, StoreLockedError, StoreLostError, StorePermissionError

NAME = "watcher.lock"
"""Name of the lock file in the state folder; its existence means nothing."""

_TRIES = 1000
_PAUSE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Holder of the lock: process id and since when, as far as known."""

    pid: int | None = None
    since: datetime | None = None

    def __str__(self) -> str:
        """Return `process 123, since 2026-03-13 07:30:05 UTC`."""
        who = "another process" if self.pid is None else f"process {self.pid}"
        return who if self.since is None else f"{who}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class RunLock:
    """A held lock; the kernel releases it when the process ends.

    Use it as a context manager, or call `release`. It is an flock, which belongs to the open file, not the process: a
    second lock in the same process is refused too (Source: flock(2)).

    Attributes:
        folder: The state folder it holds.
    """

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, folder: Path, *, pid: int, now: datetime) -> RunLock:
        """Take the lock, or fail at once.

        Args:
            folder: The state folder; created with mode 0700 if necessary.
            pid: This process.
            now: The time, aware and in UTC.

        Raises:
            StoreLockedError: Another run holds it; says which process and since when.
            StorePermissionError: The folder or the file may not be written.
            StoreError: The folder cannot be used for another reason.
        """
        make_folder(folder)
        descriptor = _open(folder / NAME)
        try:
            taken = _take(descriptor)
            if taken:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps({"pid": pid, "since": now.isoformat()}).encode(), 0)
        except OSError as error:
            os.close(descriptor)
            raise StoreError(f"{folder / NAME} cannot be locked: {error.strerror}.") from error
        if not taken:
            found = _read(descriptor)
            os.close(descriptor)
            raise StoreLockedError(f"Another run holds {folder / NAME} ({found}); wait until it ends, or stop it.")
        return cls(folder, descriptor)

    def release(self) -> None:
        """Release the lock; may be called twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def is_held(self) -> bool:
        """Return True until released."""
        return self._descriptor is not None

    def check_in_place(self) -> None:
        """Check that the lock file in the state folder is still the one held.

        Raises:
            StoreLostError: It was removed or replaced, so another run could hold the lock.
        """
        if self._descriptor is not None:
            check_in_place(self.folder / NAME, _identity(os.fstat(self._descriptor)))

    def __enter__(self) -> RunLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def identify(path: Path) -> tuple[int, int]:
    """Return device and inode of a file, which identify it.

    Raises:
        StoreLostError: It does not exist.
        StoreError: It cannot be accessed for another reason.
    """
    try:
        return _identity(path.stat())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _lost(path, "removed") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be looked at: {error.strerror}.") from error


def check_in_place(path: Path, identity: tuple[int, int]) -> None:
    """Check that a file is still the same one.

    Args:
        path: Its path.
        identity: The earlier result of `identify`.

    Raises:
        StoreLostError: It was removed or replaced.
        StoreError: It cannot be looked at for another reason.
    """
    if identify(path) != identity:
        raise _lost(path, "replaced")


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _lost(path: Path, what: str) -> StoreLostError:
    return StoreLostError(
        f"{path} was {what} while the watcher was using it; it stops and sends nothing more. Put the right file back, "
        "then start it again."
    )


def holder(folder: Path) -> Holder | None:
    """Return who holds the lock of a state folder, or None when nobody does.

    Takes the lock for an instant, shared, to find out; a run that starts in that instant tries again.

    Raises:
        StorePermissionError: The file may not be read.
    """
    path = folder / NAME
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise StorePermissionError(
            f"{path} may not be read by this user; run the watcher as its owner, or give it to this user."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor)
    finally:
        os.close(descriptor)
    return None


def make_folder(folder: Path) -> None:
    """Make a state folder with mode 0700 when it is not there; an existing one keeps the mode its owner chose.

    Raises:
        StorePermissionError: It may not be made.
        StoreError: It cannot be made for another reason.
    """
    try:
        ownership.make_folder(folder, 0o700)
    except PermissionError as error:
        raise StorePermissionError(
            f"The state folder {folder} may not be made by this user; make it, or name another with --state-dir."
        ) from error
    except OSError as error:
        raise StoreError(
            f"The state folder {folder} cannot be made ({error.strerror}); move away what is there, or name another."
        ) from error


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        ownership.give_to_owner_of_folder(path)
    except PermissionError as error:
        raise StorePermissionError(
            f"The state folder {path.parent} may not be written by this user; run the watcher as its owner."
        ) from error
    except OSError as error:
        if error.errno == errno.EROFS:
            raise StoreError(
                f"{path.parent} lies on a read-only file system; make it writable again, or name another folder with "
                "--state-dir."
            ) from error
        raise StoreError(f"{path} cannot be opened: {error.strerror}.") from error
    return descriptor


def _take(descriptor: int) -> bool:
    """Take the lock alone; one held shared is only being asked after (`holder`), for microseconds: try again."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        time.sleep(_PAUSE)
    return False


def _read(descriptor: int) -> Holder:
    """Read what the holder wrote; it may be in the middle of writing it."""
    try:
        found = json.loads(os.pread(descriptor, 1024, 0))
        return Holder(pid=int(found["pid"]), since=datetime.fromisoformat(found["since"]))
    except (ValueError, KeyError, TypeError):
        return Holder()
