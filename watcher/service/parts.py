"""What a run works with, and what it reports; values that are passed between rooms.

Holds parts and results only; nothing here acts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config.load import Loaded
from watcher.config.watchlist import Watchlist
from watcher.store.store import Store

if TYPE_CHECKING:
    from watcher.rendering.environment import Templates

REGISTRY_PART = "registry"
WATCHLIST_PART = "watchlist"
PAGES_PART = "pages"
PAGE_TEMPLATE_PART = "page template "
"""Beginning of the part a failing template of the operator's own stands under, when it is one of the pages."""
ENDPOINT_PART = "health endpoint"
TEXTFILE_PART = "health textfile"
DIGEST_PART = "digest for "
"""Beginning of the part a digest that cannot be made stands under in the fault table."""
STORED_PART = "stored record "
"""Beginning of the part a trial whose stored record is damaged stands under in the fault table."""
RECIPIENT_PART = "recipient "
"""Beginning of the part a suspected renaming stands under in the fault table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a run needs; made by `app`.

    Attributes:
        loaded: The configuration and where it lies.
        state_dir: The state folder.
        store: The open store.
        clock: Gives the time, aware and in UTC.
        monotonic: Gives seconds that never go back.
        sleep: Waits for seconds.
        jitter: Gives a random share, 0 to 1.
        environ: Environment variables, for secrets.
        turn: Held while a page is committed and while recipients are told, so that telling never sees half a page.
        tokens: Access tokens of the relay, kept in memory until they end (`delivery.oauth`).
        sending: Keys of the channels whose messages are being sent at this moment.
        superseded: Set when a newer configuration takes the place of this one: what sends by it takes no more messages.
        templates: Makes the templates when the first message is rendered; not before, since it loads jinja2.
    """

    loaded: Loaded
    state_dir: Path
    store: Store
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    jitter: Callable[[], float]
    environ: Mapping[str, str]
    templates: Callable[[], Templates]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    sending: set[str] = field(default_factory=set)
    superseded: asyncio.Event = field(default_factory=asyncio.Event)
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Signals:
    """What a run learnt of the health of parts: a sentence for what fails, None for what is well.

    Collected during one run and settled once at its end (`faults.settle`); written from threads too.
    """

    heard: dict[str, str | None] = field(default_factory=dict)
    bugs: set[str] = field(default_factory=set)
    damages: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def failing(self, part: str, sentence: str) -> None:
        """Note that a part fails; the first sentence of a run stands."""
        with self._lock:
            if self.heard.get(part) is None:
                self.heard[part] = sentence

    def tripped(self, part: str, sentence: str) -> None:
        """Note that our own code failed on a part: a bug, told like any fault and by its own exit code."""
        self.bugs.add(part)
        self.failing(part, sentence)

    def damaged(self, part: str, sentence: str) -> None:
        """Note that a part fails for something damaged in the store: a fault, and the exit code of the store."""
        self.damages.add(part)
        self.failing(part, sentence)

    def well(self, part: str) -> None:
        """Note that a part works, unless it failed earlier in this run."""
        with self._lock:
            self.heard.setdefault(part, None)


WatchlistReader = Callable[[], Watchlist]
