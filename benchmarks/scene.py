"""A registry that serves from a process of its own, and a watcher configured to watch all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from benchmarks.process import serving, watcher
from tests.support.scale import write_scaled

CONFIG = """
[registry]
base_url = "{base_url}"
contact = "bench@example.org"
requests_per_second = 1000
poll_every = "{poll_every}"

[[watch]]
name = "all"
ids_file = "ids.txt"

[[recipient]]
name = "archive"
folder = "digests"
send = "monthly 1 03:00"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A registry that serves, and where the clients keep their things.

    Attributes:
        base_url: Of the API.
        folder: Scratch.
        ids: All trials; the first is the one of 3 MB.
    """

    base_url: str
    folder: Path
    ids: Sequence[str]

    @property
    def ids_file(self) -> Path:
        """Return the watchlist."""
        return self.folder / "ids.txt"

    def control(self, path: str, method: str = "GET") -> dict[str, object]:
        """Ask the sandbox's own door."""
        address = self.base_url.removesuffix("/api/v2") + path
        with urlopen(Request(address, method=method)) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    def next(self) -> None:
        """Publish the next data version."""
        self.control("/sandbox/next", "POST")

    def requests(self) -> int:
        """Count the API requests so far."""
        asked = self.control("/sandbox/requests")["requests"]
        assert isinstance(asked, list)
        return len(asked)

    def config(self, poll_every: str = "1h") -> Path:
        """Write a configuration that watches all trials; its one recipient hears monthly."""
        file = self.folder / f"config-{poll_every}.toml"
        file.write_text(CONFIG.format(base_url=self.base_url, poll_every=poll_every), encoding="ascii")
        return file

    def once(self, state: Path) -> list[str]:
        """Return the command of one whole run."""
        return watcher("--config", self.config(), "--state-dir", state, "run", "--once")


@contextmanager
def served(count: int, versions: Sequence[str]) -> Iterator[Scene]:
    """Serve so many trials over these data versions while the block lasts."""
    with TemporaryDirectory(prefix="watcher-bench-") as name:
        folder = Path(name)
        ids = write_scaled(folder / "records", count, versions)
        (folder / "ids.txt").write_text("\n".join(ids), encoding="ascii")
        with serving(watcher("sandbox", "--port", 0, "--data", folder / "records")) as base_url:
            yield Scene(base_url=base_url, folder=folder, ids=ids)
