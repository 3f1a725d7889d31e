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
from watcher.store.delivery_model import FaultGrade
from watcher.store.store import Store

if TYPE_CHECKING:
    from watcher.rendering.environment import Templates

CONFIG_PART = "configuration"
"""Its name in the fault table: a configuration that was refused is told to the operator until a good one is read."""
REGISTRY_PART = "registry"
POLL_PART = "poll"
SENDING_PART = "sending"
RUN_PART = "run"
JOB_PART = "job "
"""Beginning of the part a broken-off job of the daemon stands under in the fault table."""
WATCHLIST_PART = "watchlist"
PAGES_PART = "pages"
TEMPLATE_PART = "template "
"""Beginning of the part a failing template of the operator's own stands under, when it is one of the messages."""
PAGE_TEMPLATE_PART = "page template "
"""Beginning of the part a failing template of the operator's own stands under, when it is one of the pages."""
ENDPOINT_PART = "health endpoint"
TEXTFILE_PART = "health textfile"
MESSAGE_PART = "message "
"""Beginning of the part a message stands under in the fault table that waits after a failure, or was given up."""
REFUSALS_PART = "messages by "
"""Beginning of the part a channel stands under in the fault table that refused several messages, or lost them."""
DIGEST_PART = "digest for "
"""Beginning of the part a digest that cannot be made stands under in the fault table."""
RECORD_PART = "record "
"""Beginning of the part a trial whose record is in doubt or cannot be read stands under in the fault table."""
ID_PART = "id "
"""Beginning of the part an id that the registry does not have, or refuses, stands under in the fault table."""
SEARCH_PART = "search "
"""Beginning of the part a search that fails stands under in the fault table, by the name of its watch."""
MISSING_PART = "missing trials"
UNREADABLE_PART = "registry records"
"""The one fault for many records that cannot be decoded, up to all that the registry sends."""
DATA_PART = "registry data"
UNASKED_PART = "unasked records"
STORED_PART = "stored record "
"""Beginning of the part a trial whose stored record is damaged stands under in the fault table."""
REMOVED_PART = "messages for "
"""Beginning of the part under which messages stand that wait for a recipient who was taken out."""
RECIPIENT_PART = "recipient "
"""Beginning of the part a suspected renaming stands under in the fault table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
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
        check_store: Raises StoreError when the lock or the database in the state folder is no longer the one in use.
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
    check_store: Callable[[], None] = lambda: None


@dataclass(slots=True)
class FaultReport:
    """What a run learnt of the health of parts: a sentence for what fails, None for what is well.

    Collected during one run and settled once at its end (`faults.settle`); written from threads too.
    """

    by_part: dict[str, str | None] = field(default_factory=dict)
    bugs: set[str] = field(default_factory=set)
    damages: set[str] = field(default_factory=set)
    grades: dict[str, FaultGrade] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def failing(self, part: str, sentence: str, grade: FaultGrade = FaultGrade.LASTING) -> None:
        """Note that a part fails; the worst sentence of a run stands, of equally bad ones the first.

        Args:
            part: Its name in the fault table.
            sentence: What fails.
            grade: How bad it is. A temporary fault is told only when it lasts an hour; a worse one is told again.
        """
        with self._lock:
            known = self.by_part.get(part)
            if known is None or grade.rank > self.grade(part).rank:
                self.by_part[part] = sentence
                self.grades[part] = grade

    def grade(self, part: str) -> FaultGrade:
        """Return how bad the fault of a part is, as far as this run has noted."""
        return self.grades.get(part, FaultGrade.LASTING)

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
            self.by_part.setdefault(part, None)

    def gone_over(self, part: str) -> None:
        """Note that the fault of a part lives on under another part, which is told: its own end is not."""
        self.replaced.add(part)
        self.well(part)


WatchlistReader = Callable[[], Watchlist]
