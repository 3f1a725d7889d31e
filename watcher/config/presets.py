"""The audiences: small rule files that say which kinds of change are louder or quieter for whom.

Reads and checks the files; `digests.levels` applies the rules. Callers that know the kinds check them with
`unknown_kinds`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from watcher.config.config_model import Shape
from watcher.config.toml_lines import find_line, line_map
from watcher.errors import ConfigError, Problem

BUILT_IN = Path(__file__).with_name("presets")

_KEYS = ("up", "down", "near", "level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The rules of one audience.

    A rule names a kind (`status.opened`) or the beginning of several at a dot (`site`); the longest name that fits a
    kind decides.

    Attributes:
        name: The audience: the file's name without `.toml`.
        up: Kinds one level louder.
        down: Kinds one level quieter.
        near: Kinds one level louder where they happen near the recipient.
        levels: Kind → `critical`, `major` or `minor`: its level whatever it is by itself, noise included.
        path: The file, for problems.
    """

    name: str
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    path: Path = BUILT_IN


class _File(Shape):
    """A rule file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    up: list[str] = Field(default_factory=list)
    down: list[str] = Field(default_factory=list)
    near: list[str] = Field(default_factory=list)
    level: dict[str, Literal["critical", "major", "minor"]] = Field(default_factory=dict)


def preset_names(own: Path | None) -> tuple[str, ...]:
    """Return the names of all audiences.

    Args:
        own: The operator's folder, or None; it need not exist.
    """
    folders = (BUILT_IN, *([own] if own is not None else []))
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.toml")}))


def read_preset(name: str, own: Path | None) -> Preset:
    """Read the rules of an audience: the operator's file of that name, else the built-in one.

    Args:
        name: One of `preset_names`.
        own: The operator's folder, or None.

    Raises:
        ConfigError: There is no such file, or it cannot be used; carries every problem in it.
    """
    path = next(
        (found for folder in (own, BUILT_IN) if folder is not None and (found := folder / f"{name}.toml").is_file()),
        BUILT_IN / f"{name}.toml",
    )
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise ConfigError((Problem(str(path), 0, f"cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise ConfigError((Problem(str(path), 0, "is not UTF-8 text; save it as UTF-8"),)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((Problem(str(path), 0, f"is not valid TOML: {error}"),)) from error
    try:
        rules = _File.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(tuple(_problems(path, text, error))) from error
    _refuse_twice(path, rules)
    return Preset(
        name=name,
        up=tuple(rules.up),
        down=tuple(rules.down),
        near=tuple(rules.near),
        levels=dict(rules.level),
        path=path,
    )


def unknown_kinds(preset: Preset, known: Collection[str]) -> tuple[Problem, ...]:
    """Return the rules that match no kind of change.

    Args:
        preset: The rules.
        known: Every kind and every beginning of one that a rule may name.

    Returns:
        One problem each, in the order of the file's keys; empty when all fit.
    """
    lines = line_map(preset.path.read_text(encoding="utf-8"))
    named = (("up", preset.up), ("down", preset.down), ("near", preset.near), ("level", tuple(preset.levels)))
    return tuple(
        Problem(
            str(preset.path),
            find_line(lines, (key, kind)),
            f'"{kind}" in {key} is no kind of change{_suggestion(kind, known)}',
        )
        for key, kinds in named
        for kind in kinds
        if kind not in known
    )


def _refuse_twice(path: Path, rules: _File) -> None:
    """Refuse a kind that has two rules."""
    places = (("up", rules.up), ("down", rules.down), ("level", list(rules.level)))
    problems = tuple(
        Problem(str(path), 0, f'"{kind}" is named in {first} and in {second}; one of them is meant')
        for number, (first, kinds) in enumerate(places)
        for second, others in places[number + 1 :]
        for kind in kinds
        if kind in others
    )
    if problems:
        raise ConfigError(problems)


def _problems(path: Path, text: str, error: ValidationError) -> Iterator[Problem]:
    lines = line_map(text)
    for detail in error.errors(include_url=False):
        place = detail["loc"]
        key = str(place[0])
        if detail["type"] == "extra_forbidden":
            said = f'unknown key "{key}"{_suggestion(key, _KEYS)}; there are up, down, near and [level]'
        elif key == "level" and len(place) > 1:
            said = f'the level of "{place[1]}" must be "critical", "major" or "minor"'
        else:
            said = f"{key} must be " + ("a table of kinds and levels" if key == "level" else "a list of kinds")
        yield Problem(str(path), find_line(lines, place), said)


def _suggestion(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
