"""The run lock: one run at a time on a state folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

NAME = "watcher.lock"
"""Name of the lock file in the state folder; it stays there and means nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the lock: process id and when it took it, as far as the file says."""

    pid: int | None
    since: datetime | None


class RunLock:
    """A held lock; the kernel gives it back when the process ends, however it ends.

    Use as a context manager, or call `release`.
    """

    @classmethod
    def acquire(cls, folder: Path, *, pid: int, now: datetime) -> RunLock:
        """Take the lock, or fail at once.

        Args:
            folder: The state folder; made with mode 0700 when it is not there.
            pid: This process.
            now: The time.

        Raises:
            StoreLockedError: Another run holds it; says which process and since when.
            StorePermissionError: The folder or the file may not be written.
            StoreError: The folder cannot be used for another reason.
        """
        raise NotImplementedError

    def release(self) -> None:
        """Give the lock back; may be called twice."""
        raise NotImplementedError

    def __enter__(self) -> RunLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holder(folder: Path) -> Holder | None:
    """Give who holds the lock of a state folder, or None when nobody does; takes and changes nothing."""
    raise NotImplementedError
