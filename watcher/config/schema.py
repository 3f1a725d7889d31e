"""The JSON Schema of the configuration, for editors.

Generated from the models; descriptions come from the commented example.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from watcher.config.config_model import Config
from watcher.config.toml_lines import Place, line_map

_DURATION = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|min|m|h|d)\s*$"}
_SPELLED = ("Send", "Quiet")
"""Values that are one text in the file."""

_HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Configuration of the trial watcher",
}


def config_schema(example: str) -> Mapping[str, Any]:
    """Return the schema.

    Args:
        example: The text of `config.example.toml`, whose comments describe the keys.
    """
    schema = copy.deepcopy(Config.model_json_schema(by_alias=True))
    spelled = {f"#/$defs/{name}" for name in _SPELLED}
    for name in _SPELLED:
        schema["$defs"].pop(name, None)
    descriptions = _comments(example)
    _describe(schema, schema["$defs"], descriptions, ())
    return {**_HEAD, **_settled(schema, spelled), "title": _HEAD["title"]}


def _settled(node: Any, spelled: set[str]) -> Any:
    """Describe values as the file spells them, without the models' defaults and titles."""
    if isinstance(node, list):
        return [_settled(entry, spelled) for entry in node]
    if not isinstance(node, dict):
        return node
    if node.get("$ref") in spelled:
        return {"type": "string", **{key: node[key] for key in ("description",) if key in node}}
    if node.get("format") == "duration":
        return {**_DURATION, **{key: node[key] for key in ("description",) if key in node}}
    left = {key: _settled(value, spelled) for key, value in node.items() if key != "default"}
    if isinstance(left.get("title"), str) and "properties" not in left:
        left.pop("title")
    return left


def _describe(table: dict[str, Any], defs: Mapping[str, Any], descriptions: Mapping[Place, str], place: Place) -> None:
    """Add the example's description to every key of a table and its subtables."""
    table.pop("description", None)
    for key, value in table.get("properties", {}).items():
        here = (*place, key)
        if here in descriptions:
            value["description"] = descriptions[here]
        for name in _names(value):
            if name in defs and "properties" in defs[name]:
                _describe(defs[name], defs, descriptions, here)


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def _comments(example: str) -> Mapping[Place, str]:
    """Return the comment above each key; also above one that is commented out to show its default."""
    shown = "\n".join(_uncommented(line) for line in example.splitlines())
    lines = example.splitlines()
    found: dict[Place, str] = {}
    for place, number in sorted(line_map(shown).items(), key=lambda entry: entry[1]):
        names = tuple(step for step in place if isinstance(step, str))
        block: list[str] = []
        for line in reversed(lines[: number - 1]):
            if not line.startswith("#") or _uncommented(line) != line:
                break
            block.insert(0, line.removeprefix("#").strip())
        if block:
            found.setdefault(names, " ".join(block))
    return found


def _uncommented(line: str) -> str:
    """Return a commented-out default as if it were set; any other line unchanged."""
    key, is_set, _ = line.removeprefix("# ").partition(" = ")
    return line.removeprefix("# ") if line.startswith("# ") and is_set and key.isidentifier() else line
