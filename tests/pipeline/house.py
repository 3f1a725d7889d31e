"""A whole installation on loopback: registry, relay, hook, configuration, store, and a time that stands until moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.changes.builders import a_record, put
from tests.support.new_store import put_new_store
from tests.support.smtp_sink import ReceivedMail, SmtpSink
from tests.support.webhook_sink import WebhookSink
from watcher import app
from watcher.config.load import Loaded, load_config
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.daemon.single_run import RunReport, run_once
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline
from watcher.store.delivery_model import OutboxEntry, State
from watcher.store.trial_model import Kept, Version

ONE, TWO, THREE, FOUR, FIVE = (f"NCT9910000{number}" for number in range(1, 6))
DAYS = tuple(f"2026-06-{day:02}" for day in range(1, 16))
START = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

ANA = '[[recipient]]\nname = "ana"\nemail = "ana@example.org"\nsend = "immediate"\n'
DAILY_ANA = '[[recipient]]\nname = "ana"\nemail = "ana@example.org"\nsend = "daily 07:30"\n'
BOB = '[[recipient]]\nname = "bob"\nemail = "bob@example.org"\nsend = "immediate"\n'
ROOM = '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\nsend = "immediate"\n'
FILES = '[[recipient]]\nname = "files"\nfolder = "told"\nsend = "immediate"\n'
OPS = '[[recipient]]\nname = "ops"\nfolder = "ops"\nwelcome = false\nsend = "monthly 1 00:00"\n\n'
OPS_ON = '[operator]\nrecipient = "ops"\n'
QUIET = "welcome = false\n"


def trial(nct_id: str, status: str = "RECRUITING", count: int = 240, title: str = "", **fields: Any) -> dict[str, Any]:
    """Give a fictional record; further keywords replace fields of its status module."""
    record = put(a_record(overallStatus=status, **fields), (*_IDENTITY, "nctId"), nct_id)
    record = put(record, (*_IDENTITY, "nctIdAliases"), None)
    record = put(record, (*_IDENTITY, "acronym"), None)  # else it would be the trial's short name
    record = put(record, (*_IDENTITY, "briefTitle"), title or f"A Trial Called {nct_id[-1]}")
    record = put(record, ("protocolSection", "armsInterventionsModule", "interventions"), None)
    return put(record, ("protocolSection", "designModule", "enrollmentInfo", "count"), count)


def alias_of(record: Mapping[str, Any], *old: str) -> dict[str, Any]:
    """Give the record as one that other ids are aliases of."""
    return put(record, (*_IDENTITY, "nctIdAliases"), list(old))


_IDENTITY = ("protocolSection", "identificationModule")


class Time:
    """A clock that moves only when told to, or when somebody sleeps on it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.slept: list[float] = []
        self._seconds = 0.0

    def clock(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, span: timedelta) -> None:
        self.now += span
        self._seconds += span.total_seconds()


@dataclass
class House:
    """One installation.

    `settings` is the text of the configuration below its fixed head; `watched` the lines of its watchlist.
    """

    folder: Path
    registry: Sandbox
    smtp: SmtpSink
    hook: WebhookSink
    settings: str = ANA
    watched: Iterable[str] = (ONE, TWO)
    time: Time = field(default_factory=Time)
    head: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def config_path(self) -> Path:
        return self.folder / "config.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def now(self) -> datetime:
        return self.time.clock()

    def write(self, *, poll_every: str = "1h", contact: str = "house") -> Path:
        """Write configuration, watchlist and the hook's address; give the configuration's path."""
        self.config_path.write_text(
            f'timezone = "Europe/Paris"\n{self.head}\n'
            f'[registry]\nbase_url = "{self.registry.base_url}"\ncontact = "{contact}"\n'
            f'requests_per_second = 1000\npoll_every = "{poll_every}"\ntimeout = "5s"\n\n'
            f'[email]\nhost = "{self.smtp.host}"\nport = {self.smtp.port}\ntls = "none"\n'
            f'from = "{self.sender}"\ntimeout = "5s"\n'
            f"{self.email_extra}\n"
            '[[watch]]\nname = "all"\nids_file = "watchlist.txt"\n\n'
            f"{self.settings}"
        )
        (self.folder / "watchlist.txt").write_text("".join(f"{line}\n" for line in self.watched))
        (self.folder / "hook").write_text(self.hook.url)
        return self.config_path

    email_extra: str = ""
    sender: str = "Trial watcher <trials@example.org>"
    contact: str = "house"
    poll_every: str = "1h"

    def load(self) -> Loaded:
        return load_config(self.write(contact=self.contact, poll_every=self.poll_every))

    @contextmanager
    def open(self) -> Iterator[RunContext]:
        """Give the parts of a run, wired as by the program, with this house's time."""
        with app.open_for_run(self.load(), self.state) as context:
            yield replace(
                context,
                clock=self.time.clock,
                sleep=self.time.sleep,
                monotonic=self.time.monotonic,
                jitter=lambda: 0.0,
                environ={**context.environ, **self.environ},
            )

    async def run(self, *, send_all: bool = False, watchlist: Watchlist | None = None) -> RunReport:
        """Do what `run --once` does, an hour after the run before."""
        with self.open() as context:
            read: Callable[[], Watchlist] = app.watchlist_reader(context.loaded)
            report = await run_once(context, read if watchlist is None else lambda: watchlist, send_all=send_all)
        self.time.pass_by(timedelta(hours=1))
        return report

    async def next(self, **options: Any) -> RunReport:
        """Let the registry publish the next data version, and run."""
        assert self.registry.next()
        return await self.run(**options)

    def asked(self) -> list[str]:
        """Give the paths of the API asked since the last call of this, below the base, without the query."""
        seen = self.registry.requests[self._counted :]
        self._counted += len(seen)
        return [one.path.removeprefix("/api/v2") for one in seen]

    _counted: int = 0

    def versions(self, nct_id: str) -> tuple[Version, ...]:
        with self.look() as context:
            return context.store.versions.of_trial(nct_id)

    def kept(self, nct_id: str) -> Kept:
        with self.look() as context:
            return context.store.trials.kept([nct_id])[0]

    def outbox(self, *states: State) -> tuple[OutboxEntry, ...]:
        with self.look() as context:
            return context.store.outbox.list(states=states)

    @contextmanager
    def look(self) -> Iterator[RunContext]:
        with app.open_for_reading(load_config(self.config_path), self.state) as context:
            yield replace(context, clock=self.time.clock)

    def mails_to(self, name: str) -> list[EmailMessage]:
        """Give the mails the relay took for a recipient, oldest first."""
        return [mail.message for mail in self.smtp.mails if mail.rcpt_to == (f"{name}@example.org",)]

    def subjects(self, name: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails_to(name)]

    def bodies(self, name: str) -> list[str]:
        return [text_of(mail) for mail in self.mails_to(name)]


def text_of(mail: EmailMessage) -> str:
    """Give a mail's plain text, its lines joined."""
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def repeats(mails: Iterable[ReceivedMail]) -> list[str]:
    """Give the Message-IDs that were taken more than once."""
    ids = [str(mail.message["Message-ID"]) for mail in mails]
    return sorted({one for one in ids if ids.count(one) > 1})


@contextmanager
def house(folder: Path, states: Mapping[str, Mapping[str, Any]], **more: Any) -> Iterator[House]:
    """Open a house whose registry serves these records, by id and data version, with a store nothing was read into."""
    put_new_store(folder / "state" / "watcher.db")
    with Sandbox(Timeline.of(states)) as registry, SmtpSink() as smtp, WebhookSink() as hook:
        yield House(folder, registry, smtp, hook, **more)
