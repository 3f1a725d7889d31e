"""Merges the configuration file, watches in `conf.d` and environment variables.

Remembers where each value was written, so that a problem can name the place. Does not validate values.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from watcher.config.toml_advice import toml_advice
from watcher.config.toml_lines import Place, find_line, line_map
from watcher.errors import ConfigError, ConfigPermissionError, Problem

DROP_INS = "conf.d"
"""Folder beside the configuration whose `*.toml` files add watches, in the order of their names."""

PREFIX = "WATCHER_"
"""Prefix of variables that override a key, such as `WATCHER_EMAIL__HOST`; two underscores separate levels."""

_DEEPEST = 20

_OWN = {"WATCHER_CONFIG"}
_LISTS = ("watch", "recipient")
_TOML_PLACE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    lines: Mapping[Place, int]
    first_watch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The merged values.

    Attributes:
        raw: The values, as parsed by tomllib.
        problems: Problems found while merging.
    """

    raw: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    _files: Sequence[_File] = ()
    _variables: Mapping[Place, str] = field(default_factory=dict)

    def problem(self, place: Place, text: str) -> Problem:
        """Return a problem with the file and line, or the variable, of a place."""
        for length in range(len(place), 0, -1):
            if (name := self._variables.get(place[:length])) is not None:
                return Problem(f"${name}", 0, text)
        if name := next((name for way, name in self._variables.items() if place and way[: len(place)] == place), None):
            return Problem(f"${name}", 0, text)  # it made a table of what is wrong
        main = self._files[0]
        if place[:1] == ("watch",) and len(place) > 1 and isinstance(place[1], int):
            added = next((file for file in reversed(self._files[1:]) if file.first_watch <= place[1]), None)
            if added is not None:
                own = ("watch", place[1] - added.first_watch, *place[2:])
                return Problem(str(added.path), find_line(added.lines, own), text)
        return Problem(str(main.path), find_line(main.lines, place), text)


def read_sources(path: Path, environ: Mapping[str, str], keys: Mapping[str, bool]) -> Sources:
    """Read and merge all sources of a configuration.

    Args:
        path: The file.
        environ: Environment variables.
        keys: Top-level key → True if it is a table.

    Raises:
        ConfigError: A file cannot be read, or is not TOML.
    """
    text = _read(path)
    raw = _parse(path, text)
    files = [_File(path=path, lines=line_map(text))]
    problems: list[Problem] = []
    try:
        for added in _drop_ins(path.parent / DROP_INS):
            problems += _add_watches(raw, added, files)
    except OSError as error:
        folder = path.parent / DROP_INS
        problems.append(Problem(str(folder), 0, f"cannot be read: {error.strerror}; run: chmod a+rX {folder}"))
    variables: dict[Place, str] = {}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in _OWN and environ[name]:
            problems += _override(raw, name, environ[name], keys, variables)
    return Sources(raw=raw, problems=tuple(problems), _files=files, _variables=variables)


def _drop_ins(folder: Path) -> Sequence[Path]:
    """Return the drop-in files.

    Raises:
        OSError: It exists and cannot be read; ignoring it would silently drop its watches.
    """
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return sorted(folder / name for name in names if name.endswith(".toml") and not name.startswith("."))


def _add_watches(raw: dict[str, Any], path: Path, files: list[_File]) -> Iterator[Problem]:
    try:
        text = _read(path)
        found = _parse(path, text)
    except ConfigError as error:
        yield from error.problems
        return
    lines = line_map(text)
    for key in found:
        if key != "watch":
            text = f'only [[watch]] belongs into {DROP_INS}, not "{key}"; move it to {files[0].path.name}'
            yield Problem(str(path), find_line(lines, (key, 0)), text)
    watches, known = found.get("watch", []), raw.setdefault("watch", [])
    if not isinstance(watches, list) or not isinstance(known, list):
        yield Problem(str(path), find_line(lines, ("watch",)), "watch is a list of tables: [[watch]]")
        return
    files.append(_File(path=path, lines=lines, first_watch=len(known)))
    known += watches


def _override(
    raw: dict[str, Any], name: str, text: str, keys: Mapping[str, bool], variables: dict[Place, str]
) -> Iterator[Problem]:
    way = name.removeprefix(PREFIX).lower().split("__")
    first = way[0]
    if first in _LISTS:
        yield Problem(f"${name}", 0, f"[[{first}]] cannot be set by a variable; write it into the file")
        return
    if len(way) == 1 and keys.get(first, True):
        return  # WATCHER_PORT and the like are set by others, for a service of this name for example
    if len(way) > 1 and not keys.get(first, False):
        close = get_close_matches(first, [key for key, is_table in keys.items() if is_table], n=1)
        hint = f"; did you mean {PREFIX}{close[0].upper()}__{'__'.join(way[1:]).upper()}?" if close else ""
        yield Problem(f"${name}", 0, f"there is no section [{first}]{hint}")
        return
    holder = raw
    for step in way[:-1]:
        inner = holder.get(step)
        holder[step] = inner = dict(inner) if isinstance(inner, dict) else {}
        holder = inner
    holder[way[-1]] = _value(text)
    variables[tuple(way)] = name


def _value(text: str) -> object:
    """Parse a list or table as TOML; return any other text unchanged for the model to convert."""
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text  # an address of IPv6, for example
    return text


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except PermissionError as error:
        raise ConfigPermissionError(str(path)) from error
    except OSError as error:
        raise ConfigError((Problem(str(path), 0, f"cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        is_utf_16 = error.object[:2] in (b"\xff\xfe", b"\xfe\xff")
        what = 'is UTF-16 text, which some editors call "Unicode"' if is_utf_16 else "is not UTF-8 text"
        raise ConfigError((Problem(str(path), 0, f"{what}; save it as UTF-8"),)) from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(text)
        _refuse_deep(found)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines())
        said = _TOML_PLACE.sub("", str(error))
        advice = toml_advice(text, line, said)
        text = f"is not valid TOML: {advice}" if advice else f"is not valid TOML: {said}"
        raise ConfigError((Problem(str(path), line, text),)) from error
    except (RecursionError, ValueError) as error:  # what Python's own limits refuse has no line
        said = "it is nested too deep" if isinstance(error, RecursionError) else "a number is too long"
        raise ConfigError((Problem(str(path), 0, f"is not valid TOML: {said}"),)) from None
    return found


def _refuse_deep(found: dict[str, Any]) -> None:
    """Refuse deeply nested tables, which dotted keys can create.

    Raises:
        RecursionError: There are more levels than any configuration needs.
    """
    level: list[Any] = [found]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
        if not level:
            return
    raise RecursionError
