"""The daemon over many data versions, through outages and reloads: memory flat, store bounded, every promise kept."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
import structlog

from tests.pipeline.house import ANA, DAYS, FILES, ONE, QUIET, TWO, House, house, trial
from tests.pipeline.process import Manager, Program, manager, program, until
from tests.support.scale import write_scaled
from tests.support.smtp_sink import SmtpSink, SmtpStage
from tests.support.webhook_sink import WebhookSink
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline
from watcher.store.delivery_model import State
from watcher.store.retention import Stats
from watcher.store.store import Store

PATIENCE = 900.0
"""Seconds one data version may take; 10,000 records on a busy machine take a while."""

LEAK = 24 * 1024
"""Kilobytes between the first and the last quarter that are no leak: caches fill, pages of the store are mapped."""


def workdays(count: int) -> tuple[str, ...]:
    day, found = date(2026, 1, 5), list[str]()
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day.isoformat())
        day += timedelta(days=1)
    return tuple(found)


@dataclass
class Soak:
    """One daemon that lives through data versions."""

    home: House
    systemd: Manager
    daemon: Program
    resident: list[int] = field(default_factory=list)
    reloads: int = 1

    def live(self) -> None:
        self._until_read()
        number = 0
        while self._disturb(number := number + 1) and self.home.registry.next():
            self._until_read()
            self.resident.append(self._memory())
        self.home.smtp.clear()
        with self.home.look() as context:
            context.store.outbox.retry(None, datetime.now(UTC))
        until(lambda: not self.home.outbox(State.PENDING, State.SENDING, State.UNKNOWN), PATIENCE)

    def _disturb(self, number: int) -> bool:
        """Let something go wrong with every version: an outage, a reload with a good or a bad configuration; True."""
        match number % 5:
            case 1:
                self.home.registry.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, times=2))
            case 2:
                self.home.smtp.arm(SmtpStage.CONNECT, drop=True, times=2)
            case 3:
                good = self.home.config_path.read_text()
                self.home.config_path.write_text(f"{good}\nnonsense = true\n[nowhere]\n")
                self._reload()
                self.home.config_path.write_text(good)
            case 4:
                self.home.write(poll_every="1s", contact=f"soak {number}")
                self._reload()
            case _:
                self.home.registry.arm(RegistryFault(kind=FaultKind.HTML, match="/studies", times=1))
        return True

    def _reload(self) -> None:
        self.daemon.process.send_signal(signal.SIGHUP)
        self.reloads += 1
        self.systemd.wait_for("READY=1", self.reloads)

    def _until_read(self) -> None:
        def is_read() -> bool:
            assert self.daemon.process.poll() is None, self.daemon.errors[-2000:]
            with self.home.look() as context:
                last = context.store.polls.last_complete()
            return last is not None and (last.token or "").startswith(self.home.registry.data_version)

        until(lambda: (self.home.state / "watcher.db").exists(), PATIENCE)
        until(is_read, PATIENCE)

    def _memory(self) -> int:
        status = Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def soak(folder: Path, trials: int, count: int) -> Soak:
    """Live through it, and check what was promised."""
    versions = workdays(count)
    ids = write_scaled(folder / "records", trials, versions)
    expected = sum(1 for _ in (folder / "records").glob("*/*.json"))
    with Sandbox(Timeline.from_folder(folder / "records")) as registry, SmtpSink() as smtp, WebhookSink() as hook:
        home = House(folder, registry, smtp, hook, settings=ANA + QUIET + FILES + QUIET, watched=ids)
        home.write(poll_every="1s")
        with manager() as systemd:
            environ = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "2000000"}
            with program(home, "--quiet", "run", environ=environ) as daemon:
                systemd.wait_for("READY=1")
                found = Soak(home, systemd, daemon)
                found.live()
                daemon.terminate()
                assert daemon.wait() == 0
        kept_promises(found, expected)
    return found


def kept_promises(found: Soak, expected: int) -> None:
    home = found.home
    with Store.open(home.state / "watcher.db") as store:
        stats, polls = store.retention.stats(), store.tally.totals("polls")
        assert stats.versions == expected  # every real version once, and nothing invented
        changes = stats.versions - stats.trials
        assert stats.comparisons == changes
        assert store.outbox.list() == ()
        messages = store.outbox.list(states=[State.DELIVERED], recipient="ana")
        assert len({message.message_id for message in messages}) == len(messages)
        assert store.ledger.windows("ana", [entry.version.nct_id for entry in store.versions.log()]) == ()
        assert polls["", "complete"] > len(found.resident)
    sent = [str(mail["Message-ID"]) for mail in home.mails_to("ana")]
    assert len(sent) == len(set(sent))
    filed = [json.loads(path.read_bytes()) for path in (home.state / "told").glob("*.json")]
    assert filed
    heard = found.systemd.heard
    assert heard.count("RELOADING=1") == found.reloads - 1
    assert "WATCHDOG=1" in heard
    assert "STOPPING=1" in heard
    assert any(line.startswith("STATUS=") and "watched" in line for line in heard)


def is_flat(samples: list[int]) -> bool:
    quarter = max(len(samples) // 4, 1)
    return median(samples[-quarter:]) - median(samples[quarter : 2 * quarter] or samples[:quarter]) < LEAK


def say(found: Soak) -> None:
    with Store.open(found.home.state / "watcher.db") as store:
        stats = store.retention.stats()
    quarter = max(len(found.resident) // 4, 1)
    print(
        f"\ntrials {stats.trials}, data versions {len(found.resident) + 1}, versions {stats.versions}, "
        f"messages {stats.messages}, reloads {found.reloads - 1}; "
        f"resident {median(found.resident[:quarter]) / 1024:.0f} MB at first, "
        f"{median(found.resident[-quarter:]) / 1024:.0f} MB at last, {max(found.resident) / 1024:.0f} MB at most; "
        f"store {stats.file_size / 1e6:.1f} MB, records {stats.records_size / 1e6:.1f} MB, "
        f"comparisons {stats.comparisons_size / 1e6:.1f} MB"
    )


def test_daemon_keeps_its_promises_through_outages_and_reloads(tmp_path):
    assert len(soak(tmp_path, 200, 6).resident) == 5


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("trials", "count"), [(1000, 300), (10_000, 20)], ids=["1,000 x 300", "10,000 x 20"])
def test_memory_is_flat_and_the_store_bounded(tmp_path, trials, count):
    found = soak(tmp_path, trials, count)
    say(found)
    assert is_flat(found.resident)
    with Store.open(found.home.state / "watcher.db") as store:
        stats = store.retention.stats()
    assert stats.file_size < 2 * (stats.records_size + stats.comparisons_size + stats.messages_size) + 20e6


# --- by a clock that is moved: what years leave behind ---------------------------------------------------------------


async def test_store_is_bounded_by_what_is_kept_and_forgets_no_change(tmp_path):
    states = {nct_id: {day: trial(nct_id, count=number) for number, day in enumerate(DAYS)} for nct_id in (ONE, TWO)}
    head = '[store]\nkeep_records = "10d"\nkeep_messages = "10d"\nkeep_polls = "10d"'
    with house(tmp_path, states, settings=FILES + QUIET, head=head) as home, structlog.testing.capture_logs():
        sizes = list[Stats]()
        while not sizes or home.registry.next():
            await home.run()
            home.time.pass_by(timedelta(hours=47))
            with home.look() as context:
                sizes.append(context.store.retention.stats())
        with home.look() as context:
            log = context.store.versions.log(ONE)
            bodies = [_body(context.store, entry.version.seq) for entry in log]
    last, recent = sizes[-1], 5  # every two days one, for ten days
    assert last.versions == 2 * len(DAYS)
    assert last.comparisons == last.versions - 2
    assert last.records == 2 * (recent + 1)  # and the baseline of each
    assert (last.messages, last.polls) == (recent, recent)
    assert max(size.records for size in sizes) == last.records  # as many before: it does not grow
    assert [entry.compared is None for entry in log] == [False] * (len(DAYS) - 1) + [True]
    assert [body is None for body in bodies] == [False] * recent + [True] * (len(DAYS) - recent - 1) + [False]


def _body(store: Store, seq: int) -> bytes | None:
    try:
        return store.versions.body(seq)
    except LookupError:
        return None


# --- polls that find nothing -----------------------------------------------------------------------------------------

GROWTH = 8 * 1024
"""Kilobytes that may come on top while nothing is new: pages of the store, the allocator's own room."""


def idle(folder: Path, polls: int) -> tuple[int, int, int]:
    """Let a daemon poll a registry that has nothing new; give its memory after a tenth of the polls, at the end, polls.

    The interval is the shortest that the configuration allows: a second.
    """
    ids = write_scaled(folder / "records", 50, workdays(1))
    with Sandbox(Timeline.from_folder(folder / "records")) as registry, SmtpSink() as smtp, WebhookSink() as hook:
        home = House(folder, registry, smtp, hook, settings=FILES + QUIET, watched=ids)
        home.write(poll_every="1s")
        with program(home, "--quiet", "run") as daemon:

            def asked(number: int) -> int:
                until(lambda: len(registry.requests) >= number, PATIENCE)
                status = Path(f"/proc/{daemon.process.pid}/status").read_text()
                return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

            first = asked(max(polls // 10, 10))
            counted = len(registry.requests)
            last = asked(polls)
            daemon.terminate()
            assert daemon.wait() == 0
        return first, last, len(registry.requests) - counted


@pytest.mark.parametrize("polls", [25, pytest.param(2000, marks=pytest.mark.soak)])
@pytest.mark.timeout(3600)
def test_polls_that_find_nothing_leave_nothing_behind(tmp_path, polls):
    first, last, number = idle(tmp_path, polls)
    print(f"\n{number} polls without news: {first / 1024:.1f} MB at first, {last / 1024:.1f} MB at last, "
          f"{(last - first) / 1024 / number:.4f} MiB a poll")  # fmt: skip
    assert last - first < GROWTH
