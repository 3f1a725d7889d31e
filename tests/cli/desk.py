"""An operator's desk: a folder with a configuration, and the command as a real process."""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.leash import leashed
from tests.support.smtp_sink import SmtpSink
from watcher.cli import main

ONE, TWO, THREE = "NCT99000001", "NCT99000002", "NCT99000003"
SCRIPTS = Path(__file__).parent.parent.parent

FILES = '[[recipient]]\nname = "files"\nfolder = "digests"\nsend = "immediate"\n'
ANA = '[[recipient]]\nname = "ana"\nemail = "ana@example.org"\nsend = "immediate"\n'
BOB = '[[recipient]]\nname = "bob"\nemail = "bob@example.org"\nsend = "immediate"\n'
LATER = '[[recipient]]\nname = "later"\nfolder = "later"\nwelcome = false\nsend = "monthly 1 00:00"\n'

_FOREIGN: tuple[str, ...] = (
    "WATCHER_CONFIG",
    "CONFIGURATION_DIRECTORY",
    "STATE_DIRECTORY",
    "CREDENTIALS_DIRECTORY",
    "XDG_CONFIG_HOME",
)
_FOREIGN += ("XDG_STATE_HOME", "NOTIFY_SOCKET", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
_FOREIGN += ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True)
class Result:
    """What a process came to."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def _well(found: Result) -> Result:
    assert found.code == 0, found
    return found


@contextmanager
def _logs_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


@dataclass
class Desk:
    """One operator's files; commands run in `folder` with `--config config.toml`."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / "config.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def database(self) -> Path:
        return self.state / "watcher.db"

    def set_up(
        self,
        base_url: str,
        *recipients: str,
        relay: SmtpSink | None = None,
        more: str = "",
        ids: Sequence[str] = (ONE, TWO),
    ) -> Desk:
        """Write a configuration and a watchlist; `more` goes to the top of the file."""
        email = (
            f'[email]\nhost = "{relay.host}"\nport = {relay.port}\ntls = "none"\nfrom = "w@example.org"\n'
            if relay
            else ""
        )
        text = "\n".join(
            (
                more,
                'state_dir = "state"',
                f'[registry]\nbase_url = "{base_url}"\nrequests_per_second = 1000',
                email,
                '[[watch]]\nname = "mine"\nids_file = "watchlist.txt"',
                *recipients,
            )
        )
        self.path.write_text(text)
        self.watch(*ids)
        return self

    def watch(self, *ids: str) -> None:
        (self.folder / "watchlist.txt").write_text("".join(f"{nct_id}\n" for nct_id in ids))

    def change(self, old: str, new: str) -> None:
        """Edit the configuration."""
        text = self.path.read_text()
        assert old in text
        self.path.write_text(text.replace(old, new))

    def command(self, *arguments: str | Path, before: Sequence[str] = ()) -> list[str]:
        own = ("--config", self.path.name) if self.path.exists() else ()
        return [*before, sys.executable, "-m", "watcher", *own, *map(str, arguments)]

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        found = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        found |= {"HOME": str(self.folder), "PYTHONPATH": str(SCRIPTS), "PYTHONWARNINGS": "error"}
        return found | self.environ | dict(more or {})

    def start(self, *arguments: str | Path, before: Sequence[str] = (), env: Mapping[str, str] | None = None) -> Any:
        return subprocess.Popen(
            leashed(self.command(*arguments, before=before)),
            cwd=self.folder,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, before: Sequence[str] = (), env: Mapping[str, str] | None = None) -> Result:
        with self.start(*arguments, before=before, env=env) as process:
            try:
                out, err = process.communicate(timeout=110)
            finally:
                process.kill()
        return Result(process.returncode, out, err)

    def done(self, *arguments: str | Path) -> Result:
        """Run what must succeed."""
        return _well(self.run(*arguments))

    def quick(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Result:
        """Go through the same door inside this process, which costs a tenth: for all that needs no process of its own.

        A process is needed by signals, users, streams and terminals, limits, what is imported, and two at once.
        """
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with (
            pytest.MonkeyPatch.context() as patch,
            _logs_as_they_were(),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            patch.chdir(self.folder)
            for name in _FOREIGN:
                patch.delenv(name, raising=False)
            for name, value in {"HOME": str(self.folder), **self.environ, **(env or {})}.items():
                patch.setenv(name, value)
            patch.setattr(tempfile, "tempdir", None)  # it is kept from the first time that it is asked for
            patch.setattr(sys, "argv", ["watcher", *self.command(*arguments)[3:]])
            with pytest.raises(SystemExit) as left:
                main()
        said = [stream.detach().getvalue().decode() for stream in (out, err)]
        return Result(int(left.value.code or 0), *said)

    def ok(self, *arguments: str | Path) -> Result:
        """Like `quick`, and it must succeed."""
        return _well(self.quick(*arguments))

    def store_bytes(self) -> Mapping[str, str]:
        """Give a digest of every file of the store that holds something; readers leave an empty journal behind."""
        files = [path for path in sorted(self.state.glob("watcher.db*")) if not path.name.endswith("-shm")]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.stat().st_size}

    def filed(self, folder: str = "digests") -> list[EmailMessage]:
        """Give the messages of a folder channel, oldest first."""
        found = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in self._mails(folder)
        ]
        return sorted(found, key=lambda message: message["Date"].datetime)

    def subjects(self, folder: str = "digests") -> list[str]:
        return [str(message["Subject"]) for message in self.filed(folder)]

    def _mails(self, folder: str) -> list[Path]:
        """Give them in the order of their writing: two runs may write within one second, which their dates count."""
        return sorted((self.state / folder).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
