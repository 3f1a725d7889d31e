"""Another configuration while the daemon runs: checked whole before anything of it counts.

What cannot be used is refused whole, with every problem named, and the daemon goes on with what it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from watcher.config.config_model import Config
from watcher.config.load import Loaded
from watcher.config.secrets import named_secrets, read_secret
from watcher.errors import ConfigError, Problem

_FIXED = (("state_dir", ("state_dir",)), ("store.url", ("store", "url")))


def check_reload(present: Loaded, coming: Loaded, environ: Mapping[str, str]) -> None:
    """Make sure that a running daemon can go on with another configuration.

    Args:
        present: What it runs with.
        coming: What was read now; its values are right each by itself.
        environ: Environment variables, for secrets.

    Raises:
        ConfigError: A secret does not resolve, or something changed that is read at the start only; names all of it.
    """
    problems = (*_unread_secrets(coming, environ), *_fixed(present.config, coming))
    if problems:
        raise ConfigError(problems)


def changed_sections(present: Config, coming: Config) -> tuple[str, ...]:
    """Return the top-level names whose values differ, in the order of the model; empty when nothing does."""
    return tuple(name for name in type(coming).model_fields if getattr(present, name) != getattr(coming, name))


def _unread_secrets(loaded: Loaded, environ: Mapping[str, str]) -> Iterator[Problem]:
    for _, name, ref in named_secrets(loaded.config):
        try:
            read_secret(ref, folder=loaded.folder, environ=environ)
        except ConfigError as error:
            yield from (Problem(found.file, found.line, f"{name}: {found.text}") for found in error.problems)


def _fixed(present: Config, coming: Loaded) -> Iterator[Problem]:
    for name, way in _FIXED:
        old: object = present
        new: object = coming.config
        for step in way:
            old, new = getattr(old, step), getattr(new, step)
        if old != new:
            yield Problem(str(coming.path), 0, f"{name} is read at the start only; restart the watcher to change it")
