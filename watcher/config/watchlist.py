"""The watchlists: ids in the configuration and in files, and the files' editing in place.

A file holds ids and addresses (`config.watchlist_line`), or is a download of the registry (`config.registry_export`).
Editing keeps every other byte of the file. A malformed id is a problem of its own: the others are watched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from watcher.config.config_model import Config, WatchConfig
from watcher.config.load import Loaded
from watcher.config.locate import under
from watcher.config.registry_export import RegistryExport, read_export
from watcher.config.watchlist_line import WatchlistLine, id_text, read_line
from watcher.errors import Problem, UsageError
from watcher.nct_id import is_nct_id
from watcher.search.search_query import SearchQuery

MOST_NAMED = 10
"""How many wrong words are named one by one."""

_LONGEST_NAME = 80
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LARGEST = 64 * 1024 * 1024
_FORMS = "write one id a line, or save the registry's own CSV, TSV, JSON or RIS download"


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
class WatchedSearch:
    """One search, whichever watches it belongs to.

    Attributes:
        query: The search.
        name: What it is called for the operator: its first watch, with the search in words if that has several.
        watches: Names of the watches with this search, in the order of the configuration; never empty.
        most: Most trials it may match, the largest number any of them allows.
        is_missing: Whether the last reading lacked it: its trials stay watched for a moment, and it is not asked.
    """

    query: SearchQuery
    name: str
    watches: tuple[str, ...]
    most: int
    is_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """Everything watched at one moment.

    Attributes:
        trials: By id, in the order first named.
        searches: The searches of the watches, each once; their members are not among the trials here.
        problems: Lines that name no trial and files that cannot be read; may be empty.
        is_whole: Whether every file could be read. Else trials may be missing that nobody took out.
        is_complete: Whether every line could be read as well. Only then does a missing id count as removed.
    """

    trials: Mapping[str, WatchedTrial] = field(default_factory=dict)
    searches: tuple[WatchedSearch, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True
    is_complete: bool = True


def read_watchlist(loaded: Loaded) -> Watchlist:
    """Read all watches: the files too, so that an id added a moment ago is seen."""
    trials: dict[str, WatchedTrial] = {}
    searches: dict[str, WatchedSearch] = {}
    problems: list[Problem] = []
    is_whole = True
    for index, watch in enumerate(loaded.config.watch):
        own = [watch.search] if watch.search is not None else []
        for nct_id in watch.ids:
            if is_nct_id(nct_id):
                _add(trials, nct_id, watch.name, None)
            else:
                text = f'watch "{watch.name}": {id_text(nct_id)}'
                problems.append(loaded.sources.problem(("watch", index, "ids"), text))
        if watch.ids_file is not None:
            lines, found = read_ids_file(under(loaded.folder, watch.ids_file))
            problems += found
            is_whole &= all(problem.line for problem in found)
            for line in lines:
                if line.nct_id is not None:
                    _add(trials, line.nct_id, watch.name, line.comment)
                if line.search is not None:
                    own.append(line.search)
        for query in own:
            _add_search(searches, query, watch, is_first=query == own[0])
    for recipient in loaded.config.recipient:
        for nct_id in recipient.ids:
            trials.setdefault(nct_id, WatchedTrial(nct_id=nct_id, watches=()))
    return Watchlist(
        trials=trials,
        searches=tuple(searches.values()),
        problems=tuple(problems),
        is_whole=is_whole,
        is_complete=not problems,
    )


def _add_search(searches: dict[str, WatchedSearch], query: SearchQuery, watch: WatchConfig, *, is_first: bool) -> None:
    known = searches.get(query.key)
    if known is None:
        name = watch.name if is_first else f"{watch.name}, {query.described[:_LONGEST_NAME]}"
        searches[query.key] = WatchedSearch(query=query, name=name, watches=(watch.name,), most=watch.max_trials)
    else:
        watches = tuple(dict.fromkeys((*known.watches, watch.name)))
        searches[query.key] = replace(known, watches=watches, most=max(known.most, watch.max_trials))


def read_ids_file(path: Path) -> tuple[tuple[WatchlistLine, ...], tuple[Problem, ...]]:
    """Read one watchlist file.

    Returns:
        Its entries in order, and problems: of lines that name no trial, of the file as a whole in line 0.
    """
    try:
        text = read_watchlist_text(path)
    except PermissionError:
        return (), (Problem(str(path), 0, "the watchlist may not be read by this user; let it read the file"),)
    except OSError as error:
        return (), (Problem(str(path), 0, f"the watchlist cannot be read: {error.strerror}"),)
    except UsageError as error:
        return (), (Problem(str(path), 0, str(error)),)
    if (export := read_export(text)) is not None:
        return _of_export(path, export)
    lines: list[WatchlistLine] = []
    problems: list[Problem] = []
    further = 0
    for number, raw in enumerate(text.splitlines(), 1):
        found, wrong = read_line(number, raw)
        lines += found
        named = wrong[: max(MOST_NAMED - len(problems), 0)]
        problems += (Problem(str(path), number, said) for said in named)
        further += len(wrong) - len(named)
    if further and not lines:
        return (), (Problem(str(path), 0, f"the file names no trial; {_FORMS}"),)
    if further:
        text = f"{further:,} further words from here on are no trial ids; {_FORMS}"
        problems.append(Problem(str(path), problems[-1].line + 1, text))
    return tuple(lines), tuple(problems)


def _of_export(path: Path, export: RegistryExport) -> tuple[tuple[WatchlistLine, ...], tuple[Problem, ...]]:
    lines = tuple(WatchlistLine(number=number, nct_id=nct_id) for number, nct_id in export.ids)
    what = f"the file looks like a {export.kind} download of the registry"
    if export.problem:
        return lines, (Problem(str(path), 0, f"{what}, but {export.problem}; download it again"),)
    if export.wrong:
        count = f"{len(export.wrong):,} of its {len(export.wrong) + len(lines):,} records name no trial id"
        return lines, (Problem(str(path), export.wrong[0], f"{what}, but {count}; download it again"),)
    return lines, ()


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


def read_watchlist_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """Return the text of a watchlist with its line ends as they are.

    Raises:
        OSError: It may not be read, or is not there.
        UsageError: It is no file, or no text.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
        raise UsageError("the watchlist is not a file; write ids into a text file, one a line")
    if path.exists() and path.stat().st_size > _LARGEST:
        raise UsageError("the watchlist is larger than 64 MB; download only the column of the ids, as CSV")
    data = path.read_bytes()
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("utf-16" if data[:2] in _UTF_16 else "latin-1", "replace")
        if read_export(text) is None:
            raise UsageError("the watchlist is not UTF-8 text; save it as UTF-8") from None
        return text  # a download that a spreadsheet has saved; its ids are the same in every encoding
