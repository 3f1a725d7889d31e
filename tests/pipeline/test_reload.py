"""The configuration read anew while the daemon runs, and the watchdog; real processes, a manager that listens."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from tests.pipeline.house import ANA, BOB, DAYS, ONE, OPS, OPS_ON, QUIET, ROOM, TWO, Time, trial
from tests.pipeline.process import manager, program, until
from tests.support.smtp_sink import SmtpStage
from watcher import app
from watcher.context import JOB_PART, FaultReport
from watcher.daemon.reload import changed_sections, check_reload
from watcher.daemon.service import Daemon
from watcher.daemon.shutdown import Shutdown, notify, watchdog_seconds
from watcher.daemon.single_run import run_once
from watcher.errors import ConfigError
from watcher.ops.liveness import (
    BEAT_EVERY,
    LONGEST_JOB,
    STALLED_AFTER,
    HeartbeatFile,
    Liveness,
    read_heartbeat_file,
    remove_heartbeat_file,
    write_heartbeat_file,
)
from watcher.ops.status_line import status_line
from watcher.ops.status_report import status_of
from watcher.pipeline.compose import compose_due
from watcher.pipeline.fault_states import failing
from watcher.pipeline.send import send_due
from watcher.store.delivery_model import Fault, FaultState, State
from watcher.store.store import Store

STATES = {ONE: {DAYS[0]: trial(ONE)}, TWO: {DAYS[0]: trial(TWO)}}
READY = "READY=1"
STOPPED = "Terminated: A Trial Called 1"


@pytest.fixture
def home(house):
    return house(STATES, settings=ANA + QUIET + OPS + OPS_ON, time=Time(datetime.now(UTC)))


def told(running, event):
    lines = (json.loads(line) for line in running.errors.splitlines() if line.startswith("{"))
    return [line for line in lines if line.get("event") == event]


def polls(home):
    return sum(one.path.endswith("/version") for one in home.registry.requests)


def has_said(systemd, start):
    return lambda: any(line.startswith(start) for line in systemd.heard)


def test_good_configuration_is_used_from_the_hangup_on(home):
    home.write()
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        systemd.wait_for(READY)
        until(has_said(systemd, "STATUS=2 watched"))
        before = polls(home)
        home.settings += BOB
        home.write(poll_every="2h")
        running.process.send_signal(signal.SIGHUP)
        systemd.wait_for(READY, 2)
        until(lambda: home.subjects("bob") != [])
        assert polls(home) > before  # what was added is looked at now, not in an hour
        running.terminate()
        assert running.wait() == 0
    heard = systemd.heard
    at = heard.index("RELOADING=1")
    assert heard[at + 1].startswith("MONOTONIC_USEC=")
    assert READY in heard[at + 2 :]
    assert "STOPPING=1" in heard
    assert told(running, "config_reloaded")[0]["changed"] == ["registry", "recipient"]


def test_bad_configuration_is_refused_whole_and_every_problem_named(home):
    home.write()
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        systemd.wait_for(READY)
        until(has_said(systemd, "STATUS=2 watched"))
        home.settings = ANA.replace("immediate", "sometimes") + OPS + "[operator]\nrecipient = 'nobody'\n"
        home.write()
        running.process.send_signal(signal.SIGHUP)
        systemd.wait_for(READY, 2)
        assert any("old configuration kept" in line and "sometimes" in line for line in systemd.heard)
        problems = told(running, "reload_rejected")[0]["problems"]
        assert len(problems) == 2
        assert all(str(home.config_path) in problem for problem in problems)
        until(lambda: any((home.state / "ops").glob("*.eml")))  # by the operator of the old configuration
        home.settings = ANA + QUIET + OPS + OPS_ON
        home.write()
        running.process.send_signal(signal.SIGHUP)
        systemd.wait_for(READY, 3)
        until(lambda: len(list((home.state / "ops").glob("*.eml"))) == 2)
        running.terminate()
        assert running.wait() == 0
    with home.look() as context:
        fault = context.store.faults.get("configuration")
    assert fault is not None
    assert fault.state is FaultState.RECOVERED


def test_hangup_before_the_daemon_is_up_does_not_end_it(home):
    home.write()
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        until(lambda: (home.state / "watcher.lock").exists())
        running.process.send_signal(signal.SIGHUP)
        systemd.wait_for(READY)
        running.terminate()
        assert running.wait() == 0


def test_watchdog_is_fed_while_the_scheduler_advances(home):
    home.write()
    with manager() as systemd:
        watched = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "100000"}
        with program(home, "run", environ=watched) as running:
            systemd.wait_for("WATCHDOG=1", 5)
            assert read_heartbeat_file(home.state, monotonic()) is not None
            running.terminate()
            assert running.wait() == 0
    assert read_heartbeat_file(home.state, monotonic()) is None


def test_refused_configuration_is_over_once_the_daemon_was_started_with_a_good_one(home):
    home.write()
    with home.open() as context:
        fault = Fault(
            part="configuration", state=FaultState.NOTIFIED, since=home.time.now, message="x", notified_at=None
        )
        context.store.faults.put(fault)
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        systemd.wait_for(READY)
        running.terminate()
        assert running.wait() == 0
    with home.look() as context:
        assert status_of(context, app.watchlist_reader(context.loaded)())["faults"] == []


def test_secret_that_is_gone_refuses_the_whole_configuration(home):
    home.settings += '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\n'
    with home.open() as context:
        (home.folder / "hook").unlink()
        with pytest.raises(ConfigError, match="webhook of room: the secret cannot be read"):
            app.reread(context)


@pytest.mark.parametrize(
    ("head", "name"),
    [('state_dir = "elsewhere"', "state_dir"), ('[store]\nurl = "sqlite:///other.db"', "store.url")],
    ids=["state_dir", "store.url"],
)
def test_what_is_read_at_the_start_only_is_refused_by_name(home, head, name):
    present = home.load()
    home.head = head
    with pytest.raises(ConfigError, match=f"{name} is read at the start only"):
        check_reload(present, home.load(), {})


def test_what_runs_is_as_it_was_after_a_refusal_and_new_after_none(home):
    with home.open() as context:
        same, read = app.reread(context)
        assert changed_sections(context.loaded.config, same.loaded.config) == ()
        assert same.store is context.store
        assert same.turn is context.turn
        assert set(read().trials) == {ONE, TWO}
        home.config_path.write_text("nonsense")
        with pytest.raises(ConfigError, match="not valid TOML"):
            app.reread(context)


def test_pulse_stops_with_the_scheduler_and_with_a_job_that_hangs():
    time = Time()
    pulse = Liveness(monotonic=time.monotonic)
    begins = pulse.is_moving
    pulse.beat()
    time.pass_by(STALLED_AFTER - timedelta(seconds=1))
    before = pulse.is_moving
    time.pass_by(timedelta(seconds=1))
    assert (begins, before, pulse.is_moving) == (False, True, False)
    assert BEAT_EVERY * 5 < STALLED_AFTER


async def test_job_under_way_for_too_long_stops_the_pulse():
    time = Time()
    pulse = Liveness(monotonic=time.monotonic)
    seen = []

    async def job():
        for span in (LONGEST_JOB - timedelta(seconds=1), timedelta(seconds=1)):
            time.pass_by(span)
            pulse.beat()
            seen.append(pulse.is_moving)

    await pulse.timed("poll", job)()
    assert seen == [True, False]
    assert pulse.is_moving  # it has come to its end


def test_sign_is_left_read_and_removed(tmp_path):
    now = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
    assert read_heartbeat_file(tmp_path, 100.0) is None
    write_heartbeat_file(tmp_path, now, 100.0)
    assert read_heartbeat_file(tmp_path, 103.5) == HeartbeatFile(at=now, age=timedelta(seconds=3.5))
    assert read_heartbeat_file(tmp_path, 99.0) == HeartbeatFile(at=now, age=None)  # of an earlier start of the machine
    write_heartbeat_file(tmp_path, now, 7.0)
    assert read_heartbeat_file(tmp_path, 8.0) == HeartbeatFile(at=now, age=timedelta(seconds=1))
    (tmp_path / "watcher.beat").write_bytes(b"")  # as an older version left it
    old = read_heartbeat_file(tmp_path, 8.0)
    assert old is not None
    assert old.age is None
    write_heartbeat_file(tmp_path, now, 7.0)
    assert (tmp_path / "watcher.beat").stat().st_mode & 0o777 == 0o600
    remove_heartbeat_file(tmp_path)
    remove_heartbeat_file(tmp_path)
    assert read_heartbeat_file(tmp_path, 100.0) is None
    write_heartbeat_file(tmp_path / "not there", now, 100.0)  # no failure of its own


async def test_status_line_says_what_is_watched_polled_waiting_and_failing(home):
    with home.open() as context:
        line = status_line(context.store, watched=2, next_poll=None)
        assert line == "2 watched; not polled yet; all well"
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    home.settings = ANA + OPS + OPS_ON
    await home.run()
    with home.look() as context:
        line = status_line(context.store, watched=1234, next_poll=home.time.now)
    assert line.startswith(f"1,234 watched; data of {DAYS[0]}, last poll ")
    assert f"complete, next {home.time.now:%H:%M} UTC; 1 to send; failing: email" in line


def test_nothing_is_said_without_a_manager(tmp_path):
    assert not notify({}, READY)
    assert not notify({"NOTIFY_SOCKET": "relative"}, READY)
    assert not notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, READY)


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "x"}, None),
        ({"WATCHDOG_USEC": "3000000"}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"}, None),
    ],
)
def test_watchdog_is_fed_at_half_its_time_and_only_if_it_is_ours(environ, seconds):
    assert watchdog_seconds(environ, 7) == seconds


def test_abstract_socket_is_spoken_to():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("")  # the kernel picks an abstract name
        name = "@" + ear.getsockname().decode()[1:]
        assert notify({"NOTIFY_SOCKET": name}, READY, "STATUS=x")
        assert ear.recv(100) == b"READY=1\nSTATUS=x"


async def renewed(context, home):
    """Read the configuration anew and take it up as the daemon does; give the parts and the watchlist."""
    home.write()
    daemon = Daemon(context=context, read=app.watchlist_reader(context.loaded), reread=app.reread)
    await daemon.take_up(*app.reread(context))
    return daemon.context, daemon.read()


NEWS = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")}}


async def test_recipient_added_while_messages_are_sent_gets_theirs(house):
    home = house(NEWS, settings=ANA + QUIET, watched=[ONE])
    await home.run()
    hold = home.smtp.hold(SmtpStage.RCPT)
    home.registry.next()
    with home.open() as context:
        work = asyncio.create_task(run_once(context, app.watchlist_reader(context.loaded)))
        await asyncio.to_thread(hold.wait_reached, 30)
        home.settings += BOB
        new, watchlist = await renewed(context, home)
        assert compose_due(new, watchlist, FaultReport(), is_complete=True) == 1
        hold.release()
        await work
        await send_due(new, FaultReport())
    assert home.subjects("ana") == [STOPPED]
    assert home.subjects("bob") == ["Now watching 1 trial for you"]


async def test_address_changed_while_messages_are_sent_counts_from_the_next_message_on(house):
    home = house(NEWS, settings=ANA + QUIET + BOB + QUIET, watched=[ONE])
    await home.run()
    hold = home.smtp.hold(SmtpStage.RCPT)
    home.registry.next()
    with home.open() as context:
        work = asyncio.create_task(run_once(context, app.watchlist_reader(context.loaded)))
        await asyncio.to_thread(hold.wait_reached, 30)
        home.settings = home.settings.replace("bob@", "robert@")
        new, _ = await renewed(context, home)
        hold.release()
        await work
        await send_due(new, FaultReport())
    assert (home.subjects("ana"), home.subjects("bob"), home.subjects("robert")) == ([STOPPED], [], [STOPPED])


async def test_message_in_mid_send_while_its_channel_is_replaced_follows_when_it_was_not_taken(house):
    home = house(NEWS, settings=ROOM + QUIET, watched=[ONE])
    await home.run()
    hold = home.hook.hold(reply="503 busy")
    home.registry.next()
    with home.open() as context:
        work = asyncio.create_task(run_once(context, app.watchlist_reader(context.loaded)))
        await asyncio.to_thread(hold.wait_reached, 30)
        (home.folder / "mended").write_text(home.hook.url)
        home.settings = home.settings.replace('"hook"', '"mended"')
        new, _ = await renewed(context, home)
        hold.release()
        await work
        await send_due(new, FaultReport())
        (entry,) = new.store.outbox.list(states=tuple(State))
    assert (entry.state, entry.channel) == (State.DELIVERED, "slack:mended")
    assert len(home.hook.accepted) == 1


async def test_configuration_that_cannot_be_taken_up_since_the_store_is_busy_is_kept_out_and_told(house, events):
    home = house(NEWS, settings=ANA + QUIET + OPS + OPS_ON, watched=[ONE])
    await home.run()
    with home.open() as context:
        path = app.database_of(context.loaded, home.state)
        with Store.open(path, busy_timeout=timedelta(milliseconds=50)) as store:
            present = replace(context, store=store, clock=app.utc_now, sleep=asyncio.sleep)
            daemon = Daemon(context=present, read=app.watchlist_reader(context.loaded), reread=app.reread)
            ending = Shutdown()
            work = asyncio.create_task(daemon.run(ending))
            await asyncio.to_thread(until, lambda: any(event["event"] == "poll_finished" for event in events))
            home.settings += BOB
            home.write()
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                assert not await daemon.renew()
                other.execute("ROLLBACK")
            assert daemon.context is present
            await daemon.poll()
            # the poll under way may have met the busy store as well: that is a fault of its own
            (fault,) = (one for one in failing(store.faults.all()) if not one.part.startswith(JOB_PART))
            assert fault.message.startswith("not used at reload, the old one stays in use: ")
            assert await daemon.renew()
            assert all(one.part.startswith(JOB_PART) for one in failing(store.faults.all()))
            assert store.ledger.recipient("bob") is not None
            ending.asked.set()
            assert await work


async def test_manager_that_waits_for_a_reload_is_answered_when_the_program_trips_over_it(house, events):
    """A bug in reading a configuration must not leave `systemctl reload` waiting, nor the operator unaware."""
    home = house(NEWS, settings=ANA + QUIET + OPS + OPS_ON, watched=[ONE])

    def trips(_):
        raise ZeroDivisionError

    with manager() as systemd, home.open() as context:
        environ = {**context.environ, "NOTIFY_SOCKET": str(systemd.path)}
        present = replace(context, clock=app.utc_now, sleep=asyncio.sleep, environ=environ)
        daemon = Daemon(context=present, read=app.watchlist_reader(context.loaded), reread=trips)
        ending = Shutdown()
        work = asyncio.create_task(daemon.run(ending))
        await asyncio.to_thread(until, lambda: any(event["event"] == "poll_finished" for event in events))
        ending.renewal.set()
        await asyncio.to_thread(systemd.wait_for, READY, 2)
        assert daemon.context is present
        await daemon.poll()
        (fault,) = failing(context.store.faults.all())
        assert fault.part == "configuration"
        assert "ZeroDivisionError" in fault.message
        ending.asked.set()
        assert await work
