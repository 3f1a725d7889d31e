"""What the options before the command say, and the parts a command asks for by them."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.config.load import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options before the command.

    Attributes:
        config: `--config`, or None.
        state_dir: `--state-dir`, or None.
        verbosity: -1 for `-q`, else how often `-v` was given.
        log_format: `--log-format`, or None for the default.
    """

    config: Path | None
    state_dir: Path | None
    verbosity: int
    log_format: str | None

    def load(self) -> Loaded:
        """Find and read the configuration.

        Raises:
            ConfigError: There is none, or it cannot be used.
        """
        from watcher.config.load import load_config
        from watcher.config.locate import find_config

        return load_config(find_config(self.config, os.environ), os.environ)

    def state(self, loaded: Loaded) -> Path:
        """Return the state directory; does not create it."""
        from watcher.config.locate import find_state_dir

        return find_state_dir(self.state_dir, loaded.config.state_dir, loaded.path, os.environ)

    def set_up_logs(self, *, is_daemon: bool = False, loaded: Loaded | None = None) -> None:
        """Send events to standard error: all of a daemon, only bugs of a one-shot run unless asked for more.

        Args:
            is_daemon: Whether everything is of interest.
            loaded: The configuration, whose secrets are masked wherever they would come up; None when there is none.
        """
        from watcher.logs import LogFormat, set_up_logs

        is_terminal = sys.stderr.isatty()
        form = LogFormat(self.log_format) if self.log_format else LogFormat.CONSOLE if is_terminal else LogFormat.JSON
        calm = logging.INFO if is_daemon or self.log_format else logging.ERROR
        level = {-1: logging.ERROR, 0: calm, 1: logging.INFO}.get(self.verbosity, logging.DEBUG)
        set_up_logs(
            form=form,
            level=level,
            color=is_terminal and not os.environ.get("NO_COLOR"),
            secrets=_secrets(loaded) if loaded is not None else (),
            is_journal=_is_journal(),
        )

    def progress(self, what: str) -> AbstractContextManager[object]:
        """Show on a terminal that something that may take over a second is under way; nothing with -q or -v."""
        if not sys.stderr.isatty() or self.verbosity != 0:
            return nullcontext()
        from watcher.cli.terminal import busy

        return busy(what)


def _secrets(loaded: Loaded) -> tuple[str, ...]:
    from watcher.config.secrets import known_secrets

    return known_secrets(loaded.config, folder=loaded.folder, environ=os.environ)


def _is_journal() -> bool:
    """Whether standard error is what systemd connected to its journal (systemd.exec(5), `$JOURNAL_STREAM`)."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or replaced by something that is no file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
