"""Secrets are in nothing the watcher leaves behind: log, store, outbox, backup, status, process list."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, OPS, OPS_ON, QUIET, ROOM, TWO, Time, house, trial
from tests.pipeline.process import manager, program, until
from tests.support.smtp_sink import SmtpSink, SmtpStage
from watcher.store import admin

PASSWORD = "hunter2-p4ssw0rd"
HOOK = "s3cr3t-h00k-0123456789"
LOG_IN = 'username = "trials"\npassword = { file = "password" }\n'
SPELLINGS = (
    PASSWORD,
    HOOK,
    *(base64.b64encode(text.encode()).decode() for text in (PASSWORD, f"\0trials\0{PASSWORD}")),
)


@pytest.fixture
def home(tmp_path):
    states = {nct_id: {DAYS[0]: trial(nct_id), DAYS[1]: trial(nct_id, "TERMINATED")} for nct_id in (ONE, TWO)}
    everybody = ANA + QUIET + ROOM + QUIET + OPS + OPS_ON
    with house(tmp_path, states, settings=everybody, time=Time(datetime.now(UTC))) as found:
        found.hook.path = f"/services/T0/B0/{HOOK}"
        (tmp_path / "password").write_text(PASSWORD)
        yield found


def assert_silent(what: str, data: bytes) -> None:
    for secret in SPELLINGS:
        assert secret.encode() not in data, f"{what} holds {secret}"


def assert_store_silent(path: Path) -> None:
    """Search every cell of every table, unpacked, and the bytes of the file."""
    import zlib

    assert_silent("the file", path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                for cell in row:
                    if isinstance(cell, bytes):
                        assert_silent(table, zlib.decompress(cell))
                    assert_silent(table, str(cell).encode())


@pytest.mark.parametrize("verbosity", [(), ("-v", "-v")], ids=["calm", "verbose"])
def test_no_secret_is_left_when_every_channel_refuses_and_repeats_it(home, verbosity):
    home.email_extra = LOG_IN
    home.hook.usual = lambda _number: f"403 invalid_token {HOOK}"
    with SmtpSink(accounts={"trials": PASSWORD}) as relay:
        home.smtp = relay
        relay.arm(SmtpStage.AUTH, reply=f"535 5.7.8 {PASSWORD} of trials is wrong", times=None)
        home.write()
        with program(home, *verbosity, "run", "--once") as running:
            assert running.wait() == 0  # nothing to tell yet
        assert home.registry.next()
        with program(home, *verbosity, "run", "--once") as again:
            assert again.wait() == 1
    assert {entry.channel.partition(":")[0] for entry in home.outbox()} == {"email", "slack"}
    assert_silent("the log", (running.errors + again.errors).encode())
    assert_store_silent(home.state / "watcher.db")
    copy = home.folder / "backup.db"
    admin.backup(home.state / "watcher.db", copy)
    assert_store_silent(copy)
    for path in (home.state / "ops").glob("*"):
        assert_silent(path.name, path.read_bytes())


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc here")
def test_no_secret_is_in_the_process_list(home):
    home.write()
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        systemd.wait_for("READY=1")
        until(lambda: any(line.startswith("STATUS=2 watched") for line in systemd.heard))
        proc = Path(f"/proc/{running.process.pid}")
        assert_silent("cmdline", (proc / "cmdline").read_bytes())
        assert_silent("what systemd is told", "\n".join(systemd.heard).encode())
        running.terminate()
        assert running.wait() == 0
    assert_silent("the log", running.errors.encode())


def test_files_are_for_their_owner_only(home):
    home.write()
    with program(home, "run", "--once") as running:
        assert running.wait() in {0, 1}
    assert home.state.stat().st_mode & 0o777 == 0o700
    modes = {
        path.name: oct(path.stat().st_mode & 0o777)
        for path in home.state.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077
    }
    assert modes == {}


def test_status_and_outbox_repeat_no_secret(home):
    home.write()
    with program(home, "run", "--once") as running:
        assert running.wait() in {0, 1}
    with home.look() as context:
        entries = context.store.outbox.list()
        faults = context.store.faults.all()
        suspended = context.store.outbox.suspensions()
    said = json.dumps([str(entries), str(faults), str(suspended)])
    assert_silent("the outbox", said.encode())
