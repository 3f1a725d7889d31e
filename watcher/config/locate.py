"""Finds the configuration file and the state folder.

Reads no files and only the environment it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from watcher.errors import ConfigError, ConfigPermissionError, Problem

SYSTEM_CONFIG = Path("/etc/watcher/config.toml")
SYSTEM_STATE = Path("/var/lib/watcher")


def config_candidates(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the paths searched without `--config`; the first existing one wins (design: The configuration)."""
    found: list[Path] = []
    if named := environ.get("WATCHER_CONFIG"):
        return (Path(named),)
    if folder := environ.get("CONFIGURATION_DIRECTORY"):
        found += [Path(part) / "config.toml" for part in folder.split(":")]
    home = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "/")) / ".config")
    return (*found, Path(home) / "watcher" / "config.toml", SYSTEM_CONFIG)


def find_config(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the configuration file to use.

    Args:
        option: What `--config` named, or None.
        environ: Environment variables.

    Raises:
        ConfigError: The named file, or none of the candidates, exists.
        ConfigPermissionError: The named one, or those that may be there, may not be looked at by this user.
    """
    if option is not None:
        if _is_file(option):
            return option
        if option.is_dir():
            raise ConfigError((Problem(str(option), 0, "is a folder; name the file in it"),))
        raise ConfigError((Problem(str(option), 0, "no such file; write one with `watcher init DIR`"),))
    candidates = config_candidates(environ)
    closed: list[ConfigPermissionError] = []
    for path in candidates:
        try:
            if _is_file(path):
                return path
        except ConfigPermissionError as error:  # another user's home, as left in $HOME by `sudo`: skip it
            closed.append(error)
    if closed:
        raise closed[0]
    looked = ", ".join(str(path) for path in candidates)
    raise ConfigError(
        (
            Problem(
                "config.toml", 0, f"none found in {looked}; write one with `watcher init DIR` or name it with --config"
            ),
        )
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:
        raise ConfigPermissionError(str(path)) from None


def under(folder: Path, text: str) -> Path:
    """Return the path of a text in the configuration: expand `~`, else relative to a folder.

    An unknown home is left as written; `config.control_chars` names it.
    """
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:
        return folder / text


def find_state_dir(option: Path | None, configured: str | None, config_path: Path, environ: Mapping[str, str]) -> Path:
    """Return the state directory: option, config, `$STATE_DIRECTORY`, /var/lib/watcher for /etc/watcher, else XDG.

    Does not create it.

    Args:
        option: What `--state-dir` named, or None.
        configured: `state_dir` of the configuration (relative to the configuration file), or None.
        config_path: The configuration file in use.
        environ: Environment variables.
    """
    if option is not None:
        return option
    if configured is not None:
        return under(config_path.parent, configured)
    if folder := environ.get("STATE_DIRECTORY"):
        return Path(folder.split(":")[0])
    if config_path.resolve().parent == SYSTEM_CONFIG.parent:
        return SYSTEM_STATE
    home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", "/")) / ".local" / "state")
    return Path(home) / "watcher"
