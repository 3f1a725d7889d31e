"""The watchlists: ids in the configuration and in plain text files, and the files' editing in place.

One id per line; `# text` after an id is the operator's short name for the trial; everything else after `#` is a
comment. Editing keeps every other byte of the file. A malformed id is a problem of its own: the others are watched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.config.config_model import Config
from watcher.config.load import Loaded
from watcher.config.locate import under
from watcher.config.rules import id_text
from watcher.errors import Problem, UsageError
from watcher.nct_id import is_nct_id
from watcher.ownership import give_to_owner_of_folder
from watcher.text import plain, without_unseen

_MARK = "\ufeff"
"""What some editors begin a text with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTrial:
    """One watched trial.

    Attributes:
        nct_id: The trial.
        watches: Names of the watches that hold it, in the order of the configuration; empty when only a
            recipient's own `ids` names it.
        short_name: The operator's own name for it, or None.
    """

    nct_id: str
    watches: tuple[str, ...]
    short_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """Everything watched at one moment.

    Attributes:
        trials: By id, in the order first named.
        problems: Lines that name no trial and files that cannot be read; may be empty.
        is_whole: Whether every file could be read. Else trials may be missing that nobody took out.
        is_complete: Whether every line could be read as well. Only then does a missing id count as removed.
    """

    trials: Mapping[str, WatchedTrial] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistLine:
    """One line of a watchlist file: its id (None for a comment or a blank) and the text after `#`."""

    number: int
    nct_id: str | None
    comment: str | None


def read_watchlist(loaded: Loaded) -> Watchlist:
    """Read all watches: the files too, so that an id added a moment ago is seen."""
    trials: dict[str, WatchedTrial] = {}
    problems: list[Problem] = []
    is_whole = True
    for index, watch in enumerate(loaded.config.watch):
        for nct_id in watch.ids:
            if is_nct_id(nct_id):
                _add(trials, nct_id, watch.name, None)
            else:
                text = f'watch "{watch.name}": {id_text(nct_id)}'
                problems.append(loaded.sources.problem(("watch", index, "ids"), text))
        if watch.ids_file is not None:
            path = under(loaded.folder, watch.ids_file)
            lines, found = read_ids_file(path)
            problems += found
            is_whole &= all(problem.line for problem in found)
            for line in lines:
                if line.nct_id is not None:
                    _add(trials, line.nct_id, watch.name, line.comment)
    for recipient in loaded.config.recipient:
        for nct_id in recipient.ids:
            trials.setdefault(nct_id, WatchedTrial(nct_id=nct_id, watches=()))
    return Watchlist(trials=trials, problems=tuple(problems), is_whole=is_whole, is_complete=not problems)


def read_ids_file(path: Path) -> tuple[tuple[WatchlistLine, ...], tuple[Problem, ...]]:
    """Read one watchlist file.

    Returns:
        Its good lines in order, and a problem for every malformed one or for the file itself.
    """
    try:
        text = _read(path)
    except PermissionError:
        return (), (Problem(str(path), 0, "the watchlist may not be read by this user; let it read the file"),)
    except OSError as error:
        return (), (Problem(str(path), 0, f"the watchlist cannot be read: {error.strerror}"),)
    except UsageError as error:
        return (), (Problem(str(path), 0, str(error)),)
    lines: list[WatchlistLine] = []
    problems: list[Problem] = []
    for number, raw in enumerate(text.splitlines(), 1):
        word, _, comment = raw.partition("#")
        word = without_unseen(word).strip()  # copied from a page or a mail, an id brings such along
        if not word:
            lines.append(WatchlistLine(number=number, nct_id=None, comment=plain(comment) or None))
        elif is_nct_id(word.upper()):
            lines.append(WatchlistLine(number=number, nct_id=word.upper(), comment=plain(comment) or None))
        else:
            problems.append(Problem(str(path), number, id_text(word)))
    return tuple(lines), tuple(problems)


def add_ids(path: Path, ids: Sequence[str]) -> tuple[str, ...]:
    """Append ids to a watchlist file, each on its own line; those already there are left alone.

    Returns:
        The ids that were added, in order; empty when all were there.

    Raises:
        UsageError: An id is malformed; the file is as it was.
    """
    ids = _well_formed(ids)
    text = _read_to_edit(path)
    present = {line.nct_id for line in read_ids_file(path)[0]} if text else set()
    new = tuple(dict.fromkeys(nct_id for nct_id in ids if nct_id not in present))
    if new:
        end = "\r\n" if "\r\n" in text else "\n"
        gap = "" if not text or text.endswith("\n") else end
        _replace(path, text + gap + "".join(f"{nct_id}{end}" for nct_id in new))
    return new


def remove_ids(path: Path, ids: Sequence[str]) -> tuple[str, ...]:
    """Take the lines of ids out of a watchlist file; every other byte stays.

    Returns:
        The ids that were there and are gone, in order of the file.

    Raises:
        UsageError: An id is malformed; the file is as it was.
    """
    ids = _well_formed(ids)
    text = _read_to_edit(path)
    unwanted = set(ids)
    mark = _MARK if text.startswith(_MARK) else ""
    kept: list[str] = [mark]
    gone: list[str] = []
    for raw in text.removeprefix(mark).splitlines(keepends=True):
        word = without_unseen(raw.partition("#")[0]).strip().upper()
        if word in unwanted:
            gone.append(word)
        else:
            kept.append(raw)
    if gone:
        _replace(path, "".join(kept))
    return tuple(dict.fromkeys(gone))


def ids_files(config: Config, *, config_path: Path) -> Iterator[tuple[str, Path]]:
    """Return the watch name and path of every watchlist file, in the order of the configuration."""
    for watch in config.watch:
        if watch.ids_file is not None:
            yield watch.name, under(config_path.parent, watch.ids_file)


def _add(trials: dict[str, WatchedTrial], nct_id: str, watch: str, short_name: str | None) -> None:
    known = trials.get(nct_id)
    if known is None:
        trials[nct_id] = WatchedTrial(nct_id=nct_id, watches=(watch,), short_name=short_name)
        return
    watches = known.watches if watch in known.watches else (*known.watches, watch)
    trials[nct_id] = WatchedTrial(nct_id=nct_id, watches=watches, short_name=known.short_name or short_name)


def _well_formed(ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids as they are kept: upper case, without characters that nobody sees.

    Raises:
        UsageError: Some are malformed.
    """
    words = [without_unseen(nct_id).strip().upper() for nct_id in ids]
    bad = [word for word in words if not is_nct_id(word)]
    if bad:
        raise UsageError("; ".join(id_text(word) for word in bad) + "; nothing was changed")
    return tuple(words)


def _read(path: Path, encoding: str = "utf-8-sig") -> str:
    """Return the text of a watchlist with its line ends as they are.

    Raises:
        OSError: It may not be read, or is not there.
        UsageError: It is no file, or no text.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
        raise UsageError("the watchlist is not a file; write ids into a text file, one a line")
    try:
        with path.open(encoding=encoding, newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        raise UsageError("the watchlist is not UTF-8 text; save it as UTF-8") from None


def _read_to_edit(path: Path) -> str:
    try:
        return _read(path, "utf-8") if path.exists() else ""
    except UsageError as error:
        raise UsageError(f"{path}: {error}; nothing was changed") from None


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
