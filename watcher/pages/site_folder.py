"""A folder of pages kept up to date: only what differs is written, and nobody ever reads half a file.

A manifest remembers what was written and from what. It lies in the state folder, since everything in the folder of the
pages may be published. Files that are not in it are never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watcher.errors import UsageError
from watcher.ownership import give_to_owner_of_folder, make_folder

OLD_MANIFEST = ".watcher-pages.json"
"""Name of the manifest inside the folder as version 0.1 kept it; it is taken over and removed."""

GENERATOR = '<meta name="generator" content="trial-watcher">'
"""Stands in the head of every page: by it a folder is known as ours when its manifest was lost."""

_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the files: how many were written, were right already, and were taken away."""

    written: int
    kept: int
    removed: int


def manifest_path(state_dir: Path, folder: Path) -> Path:
    """Return where the manifest of a folder lies."""
    name = hashlib.blake2b(os.fsencode(folder.resolve()), digest_size=8).hexdigest()
    return state_dir / "pages" / f"{name}.json"


@dataclass(slots=True)
class Folder:
    """One folder during one build. Open it, `put` or `keep` every file that shall be there, then `finish`."""

    path: Path
    manifest: Path
    _files: dict[str, list[object]] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _groups: dict[str, list[str]] = field(default_factory=dict)
    _present: dict[str, list[object]] = field(default_factory=dict)
    _made_of: dict[str, str] = field(default_factory=dict)
    _written: int = 0

    @classmethod
    def open(cls, path: Path, manifest: Path) -> Folder:
        """Open a folder, made when it is not there.

        Args:
            path: The folder.
            manifest: Where its manifest lies; one inside the folder is taken over.

        Raises:
            UsageError: It holds somebody else's files.
            OSError: It cannot be read or made.
        """
        make_folder(path)
        found = read_manifest(manifest) or read_manifest(path / OLD_MANIFEST)
        if any(path.iterdir()) and not _is_ours(path, found):
            raise UsageError(f"{path} is not empty and holds no pages of the watcher; name an empty folder")
        if found is None:
            found = {}
            remember(manifest, _packed({}, {}, ""))
        files = dict(found.get("files", {}))
        groups: dict[str, list[str]] = defaultdict(list)
        for name, entry in files.items():
            groups[str(entry[2])].append(name)
        return cls(path, manifest, files, dict(found.get("sources", {})), dict(groups))

    def is_made_of(self, group: str, source: str) -> bool:
        """Return whether a group of files is there already, made of the same."""
        return self._sources.get(group) == source and all(map(self._is_there, self._groups.get(group, ())))

    def keep(self, group: str) -> None:
        """Leave a group of files as it is."""
        self._made_of[group] = self._sources[group]
        self._present.update((name, self._files[name]) for name in self._groups.get(group, ()))

    def put(self, name: str, text: str, *, group: str = "", source: str = "") -> None:
        """Make a file hold a text; it is written only when it does not yet.

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
        if not self._holds(name, entry, content):
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
        if content != _read(self.manifest):
            remember(self.manifest, content)
        if read_manifest(self.manifest) is not None:
            (self.path / OLD_MANIFEST).unlink(missing_ok=True)
        return Written(written=self._written, kept=len(self._present) - self._written, removed=len(gone))

    def _holds(self, name: str, entry: list[object], content: bytes) -> bool:
        known = self._files.get(name)
        if known is None:  # the manifest was lost, or cannot be kept
            path = self.path / name
            return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
        return known[0] == entry[0] and self._is_there(name)

    def _is_there(self, name: str) -> bool:
        try:
            return (self.path / name).stat().st_size == self._files[name][1]
        except (OSError, KeyError):
            return False


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Read a manifest; None when there is none, or none this program can read."""
    try:
        found = json.loads(_read(path) or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("schema") == _SCHEMA else None


def read_key(folder: Path, manifest: Path) -> str | None:
    """Return what the pages in a folder were made of; None when it holds none, or somebody else's files."""
    found = read_manifest(manifest)
    if found is None or not folder.is_dir() or not _is_ours(folder, found):
        return None
    return str(found.get("key", ""))


def _is_ours(folder: Path, manifest: dict[str, Any] | None) -> bool:
    """Whether the files in a folder are pages of ours: by its index, or as a first build that was cut off left them."""
    index = folder / "index.html"
    if index.exists():
        known = (manifest or {}).get("files", {}).get("index.html")
        return GENERATOR in index.read_text("utf-8", "replace")[:2000] or (
            known is not None and known[1] == index.stat().st_size
        )
    return manifest is not None


def _packed(files: dict[str, list[object]], sources: dict[str, str], key: str) -> bytes:
    held = {"schema": _SCHEMA, "key": key, "files": files, "sources": sources}
    return json.dumps(held, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def remember(path: Path, content: bytes) -> None:
    """Keep something for the next build; a user who may only read the state folder builds everything each time."""
    with suppress(PermissionError):
        _replace(path, content)


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
