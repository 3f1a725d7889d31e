"""The daemon's end: asked for while a server hangs, or forced because its store was taken away; and its broken jobs."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, QUIET, TWO, Time, repeats, trial
from tests.pipeline.process import PATIENCE, manager, program, until
from tests.support.smtp_sink import SmtpStage
from watcher import app
from watcher.app import watchlist_reader
from watcher.daemon import single_run as running
from watcher.daemon.service import Daemon
from watcher.daemon.shutdown import END_WITHIN, Shutdown
from watcher.errors import StoreError
from watcher.ops.health import Weight, judge
from watcher.ops.health_snapshot import read_health_snapshot
from watcher.pipeline.fault_states import failing
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import State
from watcher.store.store import Store

STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED"), DAYS[2]: trial(ONE, "TERMINATED")},
    TWO: {day: trial(TWO) for day in DAYS[:3]},
}
STOPPED = "Terminated: A Trial Called 1"


@pytest.fixture
def home(house):
    return house(STATES, settings=ANA + QUIET, time=Time(datetime.now(UTC)))


def faults(home):
    with home.look() as context:
        return [fault.part for fault in failing(context.store.faults.all())]


def be_patient(home, more=""):
    """Give registry and relay ten minutes to answer: what ends sooner than that has not waited for them."""
    home.write()
    text = home.config_path.read_text().replace('timeout = "5s"', 'timeout = "10m"')
    home.config_path.write_text(text.replace("[registry]\n", f"[registry]\n{more}"))


def ended_at_once(daemon):
    """Check that it stopped in order, and that no answer was given up or asked for again."""
    said = [json.loads(line)["event"] for line in daemon.errors.splitlines()]
    assert said[-2:] == ["daemon_stopping", "daemon_stopped"]
    assert {"poll_failed", "message_failed", "job_failed"}.isdisjoint(said)


@pytest.mark.parametrize("stage", [SmtpStage.CONNECT, SmtpStage.BODY])
async def test_stop_while_the_relay_hangs_ends_with_0_and_the_next_start_sends(home, stage):
    await home.run()
    home.registry.next()
    be_patient(home)
    hold = home.smtp.hold(stage)
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as daemon:
        hold.wait_reached(PATIENCE)
        daemon.terminate()
        assert daemon.wait() == 0
        assert "STOPPING=1" in systemd.heard
        ended_at_once(daemon)
    assert home.smtp.connections == 1
    assert [entry.state for entry in home.outbox()] == [State.SENDING]
    hold.release()
    home.time.now = datetime.now(UTC)
    await home.run()
    assert set(home.subjects("ana")) == {STOPPED}
    assert home.outbox() == ()
    assert len(repeats(home.smtp.mails)) <= 1
    assert faults(home) == []


@pytest.mark.parametrize("transport", ["httpx", "urllib"])
async def test_stop_while_the_registry_hangs_ends_with_0(home, transport):
    await home.run()
    home.registry.next()
    home.registry.arm(RegistryFault(kind=FaultKind.SLOW, seconds=600, times=None))
    be_patient(home, f'transport = "{transport}"\n')
    counted = len(home.registry.requests)
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as daemon:
        systemd.wait_for("READY=1")
        until(lambda: len(home.registry.requests) > counted)
        daemon.terminate()
        assert daemon.wait() == 0
        ended_at_once(daemon)
    assert len(home.registry.requests) == counted + 1
    assert faults(home) == []


def test_time_to_end_is_less_than_container_engines_and_systemd_allow():
    assert END_WITHIN < 10


def remove(path):
    path.unlink()


def replace_by_a_copy(path):
    shutil.copyfile(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


@pytest.mark.parametrize("name", ["watcher.db", "watcher.lock"])
@pytest.mark.parametrize("take", [remove, replace_by_a_copy])
async def test_daemon_whose_store_is_taken_away_stops_with_74_and_sends_nothing_more(home, name, take):
    await home.run()
    home.registry.next()
    hold = home.smtp.hold(SmtpStage.RCPT)
    with program(home, "run") as daemon:
        hold.wait_reached(PATIENCE)
        take(home.state / name)
        assert daemon.wait() == 74
    hold.release()
    assert f"{name} was re" in daemon.errors
    assert "Traceback" not in daemon.errors
    assert home.smtp.mails == ()


async def test_store_put_in_the_place_of_the_first_is_whole_after_the_daemon_has_left(home):
    await home.run()
    other, database = home.folder / "other.db", home.state / "watcher.db"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)
    with program(home, "run") as daemon:
        until(lambda: (home.state / "watcher.beat").exists())
        other.replace(database)
        assert daemon.wait() == 74
    with closing(sqlite3.connect(database)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    home.time.now = datetime.now(UTC)
    home.registry.next()
    await home.run()
    assert home.subjects("ana") == [STOPPED]


def broken():
    raise KeyError("broken")


async def test_job_kept_from_its_work_by_a_busy_store_is_no_fault_once_another_job_can_write(home):
    await home.run()
    with home.open() as context:
        path = app.database_of(context.loaded, home.state)
        with Store.open(path, busy_timeout=timedelta(milliseconds=50)) as store:
            real = replace(context, store=store)
            daemon = Daemon(context=real, read=watchlist_reader(context.loaded), reread=app.reread)

            async def kept_from_writing():
                with closing(sqlite3.connect(path, isolation_level=None)) as other:
                    other.execute("BEGIN IMMEDIATE")
                    store.notes.put("upkeep", "done")

            async def tripping():
                broken()

            async def done():
                return

            for name, work in (("upkeep", kept_from_writing), ("poll", tripping)):
                with pytest.raises((StoreError, KeyError)):
                    await daemon._job(name, work)()
            assert faults(home) == ["job poll", "job upkeep"]
            await daemon._job("tick", done)()
            assert faults(home) == ["job poll"]  # no doing of the store's
            await daemon._job("poll", done)()
            assert faults(home) == []


async def test_exception_in_a_job_is_a_fault_until_the_job_does_its_work(home):
    await home.run()
    home.poll_every = "1s"
    with home.open() as context:
        real = replace(context, clock=app.utc_now, sleep=asyncio.sleep, monotonic=monotonic)
        ending = Shutdown()
        daemon = Daemon(
            context=real, read=watchlist_reader(context.loaded), reread=app.reread, tick_every=timedelta(seconds=0.1)
        )
        daemon.read = broken
        work = asyncio.create_task(daemon.run(ending))
        await asyncio.to_thread(until, lambda: {"job poll", "job tick"} <= set(faults(home)))
        vitals = read_health_snapshot(real, watchlist_reader(context.loaded)())
        unready = {
            remark.part for remark in judge(vitals, timedelta(hours=1)).remarks if remark.weight is Weight.UNREADY
        }
        assert {"job poll", "job tick"} <= unready
        daemon.read = watchlist_reader(context.loaded)
        await asyncio.to_thread(until, lambda: faults(home) == [])
        ending.asked.set()
        assert await work


async def test_run_that_breaks_off_leaves_a_fault_and_the_next_one_ends_it(home):
    await home.run()
    with home.open() as context, pytest.raises(KeyError):
        await running.run_once(context, broken)
    assert faults(home) == ["run"]
    report = await home.run()
    assert [line.split(":")[0] for line in report.said] == ["run"]
    assert faults(home) == []
