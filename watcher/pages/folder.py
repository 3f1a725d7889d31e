"""A folder of pages kept up to date: only what differs is written, and nobody ever reads half a file.

A manifest in the folder remembers what was written and from what. Files that are not in it are never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watcher.errors import UsageError
from watcher.ownership import give_to_owner_of_folder, make_folder

MANIFEST = ".watcher-pages.json"
"""The manifest's name inside the folder."""

_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the files: how many were written, were right already, and were taken away."""

    written: int
    kept: int
    removed: int


@dataclass(slots=True)
class Folder:
    """One folder during one build. Open it, `put` or `keep` every file that shall be there, then `finish`."""

    path: Path
    _files: dict[str, list[object]] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _present: dict[str, list[object]] = field(default_factory=dict)
    _made_of: dict[str, str] = field(default_factory=dict)
    _written: int = 0

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Open a folder, made when it is not there.

        Raises:
            UsageError: It holds other things and no manifest of ours: somebody else's files.
            OSError: It cannot be read or made.
        """
        make_folder(path)
        found = read_manifest(path)
        if found is None:
            if any(path.iterdir()):
                raise UsageError(f"{path} is not empty and holds no pages of the watcher; name an empty folder")
            _replace(path / MANIFEST, _packed({}, {}, ""))
            found = {}
        return cls(path, dict(found.get("files", {})), dict(found.get("sources", {})))

    def is_made_of(self, group: str, source: str) -> bool:
        """Return whether a group of files is there already, made of the same."""
        return self._sources.get(group) == source and all(
            self._is_there(name) for name, entry in self._files.items() if entry[2] == group
        )

    def keep(self, group: str) -> None:
        """Allow a group of files stay as it is."""
        self._made_of[group] = self._sources[group]
        self._present.update((name, entry) for name, entry in self._files.items() if entry[2] == group)

    def put(self, name: str, text: str, *, group: str = "", source: str = "") -> None:
        """Allow a file hold a text; written only when it does not yet.

        Args:
            name: Path below the folder, with slashes.
            text: The whole content.
            group: Files that are made of the same things, or empty.
            source: What the group is made of, as a hash.

        Raises:
            OSError: It cannot be written; the file is as it was.
        """
        content = text.encode("utf-8", "replace")
        entry: list[object] = [hashlib.blake2b(content, digest_size=16).hexdigest(), len(content), group]
        if self._files.get(name, [None])[0] != entry[0] or not self._is_there(name):
            _replace(self.path / name, content)
            self._written += 1
        self._present[name] = entry
        if group:
            self._made_of[group] = source

    def finish(self, key: str) -> Written:
        """Take away what is no page any more, and write the manifest.

        Args:
            key: What the whole was made of; `read_key` gives it back.
        """
        gone = [name for name in self._files if name not in self._present]
        for name in gone:
            (self.path / name).unlink(missing_ok=True)
        content = _packed(self._present, self._made_of, key)
        if content != _read(self.path / MANIFEST):
            _replace(self.path / MANIFEST, content)
        return Written(written=self._written, kept=len(self._present) - self._written, removed=len(gone))

    def _is_there(self, name: str) -> bool:
        try:
            return (self.path / name).stat().st_size == self._files[name][1]
        except (OSError, KeyError):
            return False


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Read a folder's manifest; None when there is none, or none this program can read."""
    try:
        found = json.loads(_read(path / MANIFEST) or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("schema") == _SCHEMA else None


def read_key(path: Path) -> str | None:
    """Return what the pages in a folder were made of; None when it holds none."""
    found = read_manifest(path)
    return None if found is None else str(found.get("key", ""))


def _packed(files: dict[str, list[object]], sources: dict[str, str], key: str) -> bytes:
    held = {"schema": _SCHEMA, "key": key, "files": files, "sources": sources}
    return json.dumps(held, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename; the new file may be read by whoever the umask lets."""
    make_folder(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(content)
        give_to_owner_of_folder(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
