"""What root makes in somebody else's folder belongs to that somebody.

So a command typed as root beside a service leaves nothing that the service cannot use. SQLite does the same with the
files beside a database. Does nothing for other users, and nothing in root's own folders.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it, each given to the owner of the one it lies in; an existing one stays as it is.

    Args:
        folder: Its path.
        mode: The mode it gets where it is made, less the umask; those above it get the usual one.

    Raises:
        OSError: It cannot be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for one in reversed(missing):
        give_to_owner_of_folder(one)


def give_to_owner_of_folder(path: Path) -> None:
    """Return a new file or folder of root's to the owner and group of the folder it lies in.

    Follows no link and lets alone what has a second name, since the owner of the folder can change what lies there.

    Raises:
        OSError: It is not there, or is a link.
    """
    if os.geteuid() != 0:
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        owner = os.fstat(folder)
        if owner.st_uid != 0:
            _give(path.name, folder, owner)
    finally:
        os.close(folder)


def _give(name: str, folder: int, owner: os.stat_result) -> None:
    made = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        found = os.fstat(made)
        if found.st_uid == 0 and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
            with suppress(PermissionError):  # a container's root, or a file system, that can give nothing away
                os.fchown(made, owner.st_uid, owner.st_gid)
    finally:
        os.close(made)
