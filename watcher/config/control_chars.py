"""Checks all texts of the configuration: control characters, empty names, unknown home folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from watcher.config.config_model import Config
from watcher.config.rules import ConfigFinding
from watcher.config.secrets import named_secrets
from watcher.config.toml_lines import Place
from watcher.text import without_controls


def control_characters(raw: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield the place of every text with a line break, NUL or other control character, with a sentence."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from control_characters(value, (*place, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from control_characters(value, (*place, index))
    elif isinstance(raw, str) and without_controls(raw) != raw:
        key = next((step for step in reversed(place) if isinstance(step, str)), "")
        yield place, f"{key} holds a line break or another control character; take it out"


def without_control_characters(raw: Any) -> Any:
    """Return the values with control characters replaced by blanks, so that the rest can be checked."""
    if isinstance(raw, dict):
        return {key: without_control_characters(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [without_control_characters(value) for value in raw]
    return without_controls(raw) if isinstance(raw, str) else raw


def text_findings(config: Config) -> Iterator[ConfigFinding]:
    """Yield empty names, and paths with an unknown `~`."""
    names = {
        "watch": tuple(watch.name for watch in config.watch),
        "recipient": tuple(recipient.name for recipient in config.recipient),
    }
    for table, given in names.items():
        for index, name in enumerate(given):
            if not name.strip():
                yield ConfigFinding(place=(table, index, "name"), text=f"name of a [[{table}]] is empty; give it one")
    for place, path in _paths(config):
        try:
            Path(path).expanduser()
        except RuntimeError:
            text = f'"{path}": there is no home folder of that user; write the whole path'
            yield ConfigFinding(place=place, text=text)
    for index, recipient in enumerate(config.recipient):
        if recipient.folder is not None and recipient.folder.startswith("~"):
            text = f'folder = "{recipient.folder}" is relative to the state folder, and ~ means nothing there'
            yield ConfigFinding(place=("recipient", index, "folder"), text=f"{text}; write the whole path")
    if config.store.url.partition(":///")[2].startswith("~"):
        text = f'url = "{config.store.url}" is relative to the state folder, and ~ means nothing there'
        yield ConfigFinding(place=("store", "url"), text=f"{text}; write the whole path")


def _paths(config: Config) -> Iterator[tuple[Place, str]]:
    """Yield every path in which `~` is expanded."""
    named: tuple[tuple[Place, str | None], ...] = (
        (("state_dir",), config.state_dir),
        (("templates_dir",), config.templates_dir),
        (("presets_dir",), config.presets_dir),
        (("health", "textfile"), config.health.textfile),
        (("pages", "dir"), config.pages.dir),
        (("email", "ca_file"), config.email.ca_file if config.email is not None else None),
        *((("watch", index, "ids_file"), watch.ids_file) for index, watch in enumerate(config.watch)),
        *((place, ref.file) for place, _, ref in named_secrets(config)),
    )
    yield from ((place, path) for place, path in named if path is not None)
