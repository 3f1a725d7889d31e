"""Reads the configuration file and reports every problem at once, with its line and a suggestion.

Does not read secrets (`config.secrets`) or watchlist files (`config.watchlist`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from watcher.config.config_model import Config
from watcher.config.control_chars import control_characters, text_findings, without_control_characters
from watcher.config.key_hints import LISTED_TABLES, list_form, other_word, table_form
from watcher.config.operator_rules import operator_findings
from watcher.config.presets import Preset
from watcher.config.recipient_rules import check_recipients
from watcher.config.rules import findings
from watcher.config.sources import Sources, read_sources
from watcher.config.toml_lines import Place
from watcher.errors import ConfigError, Problem

_TYPE_WORDS = {
    "string_type": "a text in quotation marks",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list in square brackets",
    "model_type": "a table",
    "time_delta_type": 'a duration such as "30s", "15min" or "1h"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A usable configuration.

    Attributes:
        config: The values.
        path: The file.
        warnings: Usable but unwise settings, in line order; may be empty.
        sources: Where each value was written, to locate later problems.
        presets: Rules by audience, for the audiences that recipients use.
    """

    config: Config
    path: Path
    warnings: tuple[Problem, ...]
    sources: Sources
    presets: Mapping[str, Preset] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Return the folder of the file, which `ids_file` and secret files are relative to."""
        return self.path.parent


def load_config(path: Path, environ: Mapping[str, str] = MappingProxyType({})) -> Loaded:
    """Load a configuration: the file, the watches in `conf.d`, and overrides by environment variables.

    Raises:
        ConfigError: It cannot be read or used; contains every problem.
    """
    loaded, problems = survey_config(path, environ)
    if problems or loaded is None:
        raise ConfigError(problems)
    return loaded


def survey_config(
    path: Path, environ: Mapping[str, str] = MappingProxyType({})
) -> tuple[Loaded | None, tuple[Problem, ...]]:
    """Load a configuration despite its problems, to report all of them at once.

    Returns:
        The configuration without the wrong keys, for inspection only, or None if nothing usable is left; and every
        problem.

    Raises:
        ConfigError: It cannot be read, or is not TOML.
    """
    sources = read_sources(path, environ, _top_level())
    problems = list(sources.problems)
    problems += (sources.problem(place, text) for place, text in control_characters(sources.raw))
    raw = without_control_characters(sources.raw)
    wrong: set[Place] = set()
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        problems += _problems(sources, error)
        wrong = {detail["loc"][:-1] for detail in error.errors(include_url=False)}
        try:
            config = Config.model_validate(_without(raw, error))
        except ValidationError:
            return None, tuple(problems)
    recipients = check_recipients(config, folder=path.parent)
    found = (*findings(config), *operator_findings(config), *text_findings(config), *recipients.findings)
    problems += recipients.problems
    problems += (
        sources.problem(finding.place, finding.text)
        for finding in found
        if finding.is_fatal and finding.place not in wrong  # a table without its wrong key is no mistake of its own
    )
    warnings = tuple(sorted(sources.problem(finding.place, finding.text) for finding in found if not finding.is_fatal))
    loaded = Loaded(config=config, path=path, warnings=warnings, sources=sources, presets=recipients.presets)
    return loaded, tuple(sorted(set(problems)))


def _without(raw: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """Return the values without the wrong keys, so that defaults apply."""
    left = copy.deepcopy(dict(raw))
    for detail in error.errors(include_url=False):
        *way, key = detail["loc"] or ("",)
        holder: Any = left
        for step in way:
            holder = holder[step] if _has(holder, step) else None
        if isinstance(holder, dict):
            holder.pop(key, None)
    return left


def _has(holder: Any, step: str | int) -> bool:
    if isinstance(holder, dict):
        return step in holder
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def _top_level() -> Mapping[str, bool]:
    """Return top-level key → True if it is a table."""
    return {name: _model_of(info.annotation) is not None for name, info in Config.model_fields.items()}


def _problems(sources: Sources, error: ValidationError) -> Iterable[Problem]:
    for detail in error.errors(include_url=False):
        place: Place = detail["loc"]
        yield sources.problem(place, _sentence(place, detail, sources.raw))


def _sentence(place: Place, detail: Any, raw: Mapping[str, Any]) -> str:
    key = str(
        next((step for step in reversed(place) if isinstance(step, str)), "")
    )  # for a list entry, the name of the list
    where = _where(place[:-1], raw)
    match detail["type"]:
        case "extra_forbidden":
            return f'unknown key "{key}"{where}{_key_hint(key, place)}'
        case "missing":
            return f'"{key}" is missing{where}; add it'
        case "value_error":
            said = str(detail["ctx"]["error"])
            return (
                said
                if not place or isinstance(place[-1], int) or not isinstance(detail["input"], str)
                else f"{key}: {said}"
            )
        case "enum" | "literal_error":
            expected = str(detail["ctx"]["expected"]).replace("'", '"')
            given = detail["input"]
            choices = re.findall(r'"([^"]+)"', expected)
            return f'{key} = "{given}"{where} is not known; write {expected}{_suggestion(str(given), choices)}'
        case kind if kind in _TYPE_WORDS:
            return _type_sentence(place, key, where, detail["input"], _TYPE_WORDS[kind])
        case _:
            return f"{key}{where}: {_lower_first(detail['msg'])}, not {_shown(detail['input'])}"


def _type_sentence(place: Place, key: str, where: str, given: object, expected: str) -> str:
    """Return a sentence about a value of another type than the key has."""
    if isinstance(given, dict) and key in LISTED_TABLES:
        return f"write [[{key}]], with two brackets on each side: there may be several"
    if isinstance(given, list) and len(place) == 1 and expected == _TYPE_WORDS["model_type"]:
        return f"write [{key}], with one bracket on each side: there is only one"
    if isinstance(given, list) and key == "email":
        return f"email{where} is one address; write a [[recipient]] for each person"
    if isinstance(given, str) and expected == _TYPE_WORDS["model_type"]:  # perhaps a secret, in place of its location
        form = table_form(place)
        return f"{key}{where} must be {expected}, not a text" + (f"; {form}" if form else "")
    form = list_form(key, given) if expected == _TYPE_WORDS["tuple_type"] else ""
    return f"{key}{where} must be {expected}, not {_shown(given)}{form}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _shown(value: object) -> str:
    """Return a wrong value for a sentence; a table is not repeated, since it may contain a secret."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case int() | float():
            return str(value)
        case date() | time():
            return "a date or a time"
        case dict():
            return "a table"
        case _:
            return "a list"


def _where(place: Place, raw: Mapping[str, Any]) -> str:
    if not place:
        return ""
    table = str(place[0])
    if len(place) > 1 and isinstance(place[1], int):
        entries = raw.get(table)
        entry = entries[place[1]] if isinstance(entries, list) and place[1] < len(entries) else None
        name = entry.get("name") if isinstance(entry, dict) else None
        return f' in [[{table}]] "{name}"' if isinstance(name, str) else f" in [[{table}]] number {place[1] + 1}"
    return f" in [{table}]"


def _key_hint(key: str, place: Place) -> str:
    """Return what an unknown key was probably meant to be, or where it belongs."""
    known = _known_keys(place[:-1])
    if place[:-1] == ("operator",) and key in ("email", "slack", "name"):
        return '; write recipient = "NAME", the name of a [[recipient]], who then gets the notices'
    if word := other_word(key, known):
        return f"; write {f'[{word}]' if len(place) == 1 else word}"
    top = _known_keys(())
    if len(place) > 1 and key in top:
        how = f"in a section of its own, [{key}]" if _top_level()[key] else "at the top of the file, before any section"
        return f"; it belongs {how}"
    if len(place) == 1 and (close := get_close_matches(key, LISTED_TABLES, n=1)):
        return f"; write [[{close[0]}]]"
    return _suggestion(key, known) or (_suggestion(key, top) if len(place) > 1 else "")


def _suggestion(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def _known_keys(place: Place) -> tuple[str, ...]:
    """Return the allowed keys of a table, by following the models along a path."""
    model: type[BaseModel] = Config
    for step in place:
        if isinstance(step, int):
            continue
        field = next(
            (info for name, info in model.model_fields.items() if (info.alias or name) == step),
            None,
        )
        inner = _model_of(field.annotation) if field else None
        if inner is None:
            return ()
        model = inner
    return tuple(info.alias or name for name, info in model.model_fields.items())


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if (found := _model_of(part)) is not None:
            return found
    return None
