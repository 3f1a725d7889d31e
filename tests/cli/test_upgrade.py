"""The present program takes over a store that 0.1.0 wrote: nothing is lost, and nothing is told twice.

`store_0_1_0.sql` is the dump of a store that the released 0.1.0 wrote in two runs: a first reading of three trials,
then a digest of two changed ones. One recipient got it as a file, for another the relay put it off, and a third is to
get it with a monthly digest.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.changes.builders import a_posted, put
from tests.cli.desk import ANA, FILES, Desk
from tests.support.smtp_sink import SmtpSink
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline
from watcher.store.database import APPLICATION_ID

DATA = Path(__file__).parent.parent / "data"
LATER = '[[recipient]]\nname = "later"\nfolder = "later"\nsend = "monthly 1 00:00"\n'
STOPPED, ENLARGED, SAME = "NCT99100001", "NCT99100002", "NCT99100003"
READ_AT, NEXT = "2026-06-02", "2026-06-03"


def dump(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def write_store(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump("store_0_1_0.sql"))
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode=WAL")


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def newest_records(path: Path) -> dict[str, Any]:
    """Return the newest record of each trial in the store: what the registry served last."""
    query = "SELECT nct_id, data FROM version JOIN body USING (seq) ORDER BY seq"
    return {nct_id: json.loads(zlib.decompress(data)) for nct_id, data in rows(path, query)}


@contextmanager
def upgraded(folder: Path) -> Iterator[tuple[Desk, Sandbox, SmtpSink]]:
    """Open the operator's folder as 0.1.0 left it, with a registry that serves what it served last."""
    desk = Desk(folder)
    write_store(desk.database)
    served = newest_records(desk.database)
    completed = put(served[SAME], ("protocolSection", "statusModule", "overallStatus"), "COMPLETED")
    states = {nct_id: {READ_AT: record, NEXT: record} for nct_id, record in served.items()}
    states[SAME][NEXT] = a_posted(completed, NEXT)
    with Sandbox(Timeline.of(states)) as registry, SmtpSink() as relay:
        desk.set_up(registry.base_url, FILES, ANA, LATER, relay=relay, ids=(STOPPED, ENLARGED, SAME))
        desk.change('name = "mine"', 'name = "all"')
        yield desk, registry, relay


def test_the_store_with_a_row_in_every_table_has_the_schema_that_the_released_program_wrote():
    def tables(name: str) -> list[str]:
        return sorted(re.findall(r"^CREATE [^;]*;", dump(name), re.MULTILINE))

    assert tables("store_0001.sql") == tables("store_0_1_0.sql")


def test_upgraded_store_keeps_versions_messages_and_cursors_and_tells_nothing_twice(tmp_path):
    with upgraded(tmp_path) as (desk, registry, relay):
        versions = rows(desk.database, "SELECT seq, nct_id, canonical_hash FROM version ORDER BY seq")
        ((waiting,),) = rows(desk.database, "SELECT message_id FROM message WHERE state = 'pending'")
        assert len(versions) == 5

        desk.ok("run", "--once")
        assert len(list(desk.state.glob("watcher.db.before-0002-*"))) == 1
        assert rows(desk.database, "SELECT seq, nct_id, canonical_hash FROM version ORDER BY seq") == versions
        assert desk.subjects("digests") == [], "this recipient was told of both changes"
        (late,) = relay.mails
        assert late.message["Message-ID"] == waiting, "the mail that the relay had put off, and no other"
        assert len(desk.subjects("later")) == 1, "the monthly digest is due and holds what was never told"
        assert desk.subjects("later")[0].startswith("Terminated: SPINE-EASE")

        desk.ok("run", "--once")
        assert (desk.subjects("digests"), len(relay.mails), len(desk.subjects("later"))) == ([], 1, 1)

        assert registry.next()
        desk.ok("run", "--once")
        (told,) = desk.subjects("digests")
        assert told.startswith("Completed: SPINE-EASE")
        assert [str(mail.message["Subject"]) for mail in relay.mails[1:]] == [told]
        assert len(desk.subjects("later")) == 1, "its next slot is next month"


def test_commands_that_only_look_name_the_older_store_and_read_it_once_it_is_migrated(tmp_path):
    with upgraded(tmp_path) as (desk, _registry, _relay):
        for command in ("status", "log"):
            found = desk.quick(command)
            assert found.code == 74
            assert "older than this program" in found.err
        desk.ok("db", "migrate")
        status = desk.quick("status", "--json").json()
        assert status["outbox"]["pending"] == 1
        assert {entry["name"]: entry["pending"] for entry in status["recipients"]} == {"files": 0, "ana": 1, "later": 0}
        assert status["poll"]["data_version"].startswith(READ_AT)
        log = [line["nct_id"] for line in desk.ok("log", "--since", "36500d", "--json").lines()]
        assert sorted(log) == sorted([STOPPED, ENLARGED, STOPPED, ENLARGED, SAME])


@pytest.mark.parametrize("query", ["SELECT COUNT(*) FROM version", "SELECT COUNT(*) FROM message"])
def test_backup_from_before_the_migration_is_the_store_as_it_was(tmp_path, query):
    with upgraded(tmp_path) as (desk, _registry, _relay):
        before = rows(desk.database, query)
        desk.ok("db", "migrate")
        (copy,) = desk.state.glob("watcher.db.before-0002-*")
        assert rows(copy, query) == before
        assert rows(copy, "SELECT version_num FROM alembic_version") == [("0001",)]
