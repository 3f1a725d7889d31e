"""Edits watchlist files in place: every byte that is not the entry itself stays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from watcher.config.registry_export import read_export
from watcher.config.watchlist import MOST_NAMED, read_ids_file, read_watchlist_text
from watcher.config.watchlist_line import WatchlistLine, entries_of, line_entries, without_entries
from watcher.errors import UsageError
from watcher.ownership import give_to_owner_of_folder

_MARK = "\ufeff"
"""What some editors begin a text with."""


def add_entries(path: Path, entries: Sequence[WatchlistLine]) -> tuple[WatchlistLine, ...]:
    """Append ids and searches to a watchlist file, each on its own line; those already there are left alone.

    Returns:
        What was added, in order; empty when all were there.

    Raises:
        UsageError: The file cannot be edited; it is as it was.
    """
    text = _read_to_edit(path)
    known = {line.search or line.nct_id for line in read_ids_file(path)[0]} if text else set()
    new: dict[object, WatchlistLine] = {}
    for entry in entries:
        new.setdefault(entry.search or entry.nct_id, entry)
    added = [entry for what, entry in new.items() if what not in known]
    if added:
        end = "\r\n" if "\r\n" in text else "\n"
        gap = "" if not text or text.endswith("\n") else end
        _replace(path, text + gap + "".join(f"{_spelt(entry)}{end}" for entry in added))
    return tuple(added)


def typed_entries(words: Sequence[str]) -> tuple[WatchlistLine, ...]:
    """Return the ids and searches of words as a person typed or pasted them.

    Raises:
        UsageError: Something among them is neither.
    """
    found = tuple(entries_of(words))
    bad = [one for one in found if isinstance(one, str)]
    if bad:
        more = f"; and {len(bad) - MOST_NAMED:,} more" if len(bad) > MOST_NAMED else ""
        raise UsageError("; ".join(bad[:MOST_NAMED]) + f"{more}; nothing was changed")
    return tuple(one for one in found if isinstance(one, WatchlistLine))


def remove_ids(path: Path, words: Sequence[str]) -> tuple[str, ...]:
    """Take ids and searches out of a watchlist file; every other byte stays.

    A line goes with the last of its entries, its short name too.

    Returns:
        The ids that were there and are gone, in order of the file; a search by its words.

    Raises:
        UsageError: A word is neither an id nor an address, or the file cannot be edited; it is as it was.
    """
    unwanted = {entry.search or entry.nct_id for entry in typed_entries(words)}
    text = _read_to_edit(path)
    mark = _MARK if text.startswith(_MARK) else ""
    kept: list[str] = [mark]
    gone: list[str] = []
    for raw in text.removeprefix(mark).splitlines(keepends=True):
        found = line_entries(raw)
        matching = [entry for entry in found if (entry.search or entry.nct_id) in unwanted]
        gone += (entry.search.described if entry.search else str(entry.nct_id) for entry in matching)
        if len(matching) < len(found) or not found:
            kept.append(without_entries(raw, matching))
    if gone:
        _replace(path, "".join(kept))
    return tuple(dict.fromkeys(gone))


def _spelt(entry: WatchlistLine) -> str:
    name = f"  # {entry.comment}" if entry.comment and entry.search is None else ""
    return f"{entry.address if entry.search else entry.nct_id}{name}"


def _read_to_edit(path: Path) -> str:
    try:
        text = read_watchlist_text(path, "utf-8") if path.exists() else ""
    except UsageError as error:
        raise UsageError(f"{path}: {error}; nothing was changed") from None
    if (export := read_export(text)) is not None:
        said = f"is a {export.kind} download of the registry and is read as it is; edit a watchlist of ids instead"
        raise UsageError(f"{path} {said}; nothing was changed")
    return text


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that a reader never sees half a watchlist; mode, owner and links to it stay."""
    path = path.resolve()
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        known = path.stat()
        beside.chmod(known.st_mode & 0o777)
        if os.geteuid() == 0:
            with suppress(PermissionError):  # as in `ownership`: not every root can give something away
                os.chown(beside, known.st_uid, known.st_gid, follow_symlinks=False)
    else:
        give_to_owner_of_folder(beside)
    beside.replace(path)
