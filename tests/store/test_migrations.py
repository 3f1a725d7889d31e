"""Migrations: they lead to the tables, in one transaction, after a backup; Alembic stays away otherwise."""

import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.store.child import child, kill, output
from tests.store.make import NOW, STORE_0001, keep
from watcher.errors import StoreError
from watcher.store import admin, migrate
from watcher.store.database import APPLICATION_ID, PRESENT, Database, Schema, Standing
from watcher.store.lock import RunLock
from watcher.store.store import Store
from watcher.store.tables import metadata

STEP = '''
"""One more step."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("note") as note:
        note.add_column(sa.Column("more", sa.Text))
    {end}
'''


@pytest.fixture
def lock(tmp_path):
    with RunLock.acquire(tmp_path, pid=os.getpid(), now=NOW) as held:
        yield held


@pytest.fixture
def newer(tmp_path):
    """A program that is one step further; the step ends as told."""

    def make(end="pass"):
        scripts = tmp_path / "migrations %20"
        shutil.copytree(PRESENT.scripts, scripts)
        (scripts / "versions" / "v9000_more.py").write_text(
            STEP.replace("{end}", end).replace("{last}", PRESENT.revisions[-1])
        )
        return Schema((*PRESENT.revisions, "9000"), scripts)

    return make


def columns(path):
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(note)")}


def test_migrating_an_empty_file_gives_exactly_the_tables(blank):
    with closing(Database(blank)) as database, database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        assert compare_metadata(context, metadata) == []


def test_the_list_of_revisions_is_alembics_own():
    config = Config()
    config.set_main_option("script_location", str(PRESENT.scripts))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == PRESENT.revisions


def test_older_database_is_named_backed_up_and_migrated(path, lock, newer):
    schema = newer()
    with Store.open(path) as store:
        seq = keep(store, body=b"kept")
    with pytest.raises(StoreError, match="older than this program; run `watcher db migrate`"):
        Store.open(path, schema=schema)
    copy = admin.prepare(path, lock, NOW, schema=schema)
    assert copy is not None
    assert copy == path.with_name("watcher.db.before-9000-20260313T140500Z")
    assert admin.standing(path, schema) is Standing.CURRENT
    assert "more" in columns(path)
    assert "more" not in columns(copy)
    with Store.open(copy) as backup:
        assert backup.versions.body(seq) == b"kept"
    assert admin.prepare(path, lock, NOW, schema=schema) is None


def test_program_before_the_migration_refuses_the_database_after_it(path, lock, newer):
    admin.prepare(path, lock, NOW, schema=newer())
    with pytest.raises(StoreError, match="newer version"):
        Store.open(path)


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ('op.execute("INSERT INTO nowhere VALUES (1)")', "as it was"),
        ("op.execute(\"INSERT INTO body VALUES (99, 'zlib', x'00')\")", "point at rows that are not there"),
    ],
)
def test_failed_migration_leaves_the_database_as_it_was(path, lock, newer, end, says):
    schema = newer(end)
    with pytest.raises(StoreError, match=says):
        admin.prepare(path, lock, NOW, schema=schema)
    assert "more" not in columns(path)
    assert admin.standing(path, schema) is Standing.OLDER
    assert admin.check(path) == ()


def test_migration_killed_midway_leaves_the_database_as_it_was(path, newer):
    schema = newer("print('ready', flush=True); import sys; sys.stdin.read()")
    script = f"""
from pathlib import Path
from watcher.store import migrate
from watcher.store.database import Schema
migrate.upgrade(Path({str(path)!r}), Schema({schema.revisions!r}, Path({str(schema.scripts)!r})))
"""
    with child(script) as process:
        kill(process)
    assert admin.standing(path, schema) is Standing.OLDER
    assert "more" not in columns(path)
    assert admin.check(path) == ()


def test_run_with_nothing_to_migrate_never_loads_alembic(path):
    script = f"""
import sys
from pathlib import Path
from tests.store.make import NOW
from watcher.store import admin
from watcher.store.lock import RunLock
from watcher.store.store import Store
path = Path({str(path)!r})
with RunLock.acquire(path.parent, pid=1, now=NOW) as lock:
    admin.prepare(path, lock, NOW)
with Store.open(path) as store:
    store.trials.sync_watched(["NCT99000001"], NOW)
    print(len(store.trials.due(["NCT99000001"], "t")))
print([name for name in ("alembic", "mako", "deepdiff", "jinja2", "pydantic") if name in sys.modules])
"""
    assert output(script) == ["1", "[]"]


@pytest.fixture
def first(tmp_path):
    """A store as the schema 0001 wrote it, with a row in every table."""
    path = tmp_path / "watcher.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(STORE_0001.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode=WAL")
    return path


def rows(path):
    """Give the columns and rows of every table by its name."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")
        for name in [row["name"] for row in names if row["name"] != "alembic_version"]:
            found[name] = [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2")]
    return found


def test_store_of_the_first_schema_is_migrated_with_every_row(first, lock):
    before = rows(first)
    assert all(before.values()), "the store has a row in every table"
    assert admin.standing(first) is Standing.OLDER
    copy = admin.prepare(first, lock, NOW)
    assert copy is not None
    after = rows(first)
    for table, kept in before.items():
        own = [row for row in after[table] if (table, row.get("name")) != ("note", "store id")]
        assert [{name: row[name] for name in old} for row, old in zip(own, kept, strict=True)] == kept, table
    assert admin.check(first) == ()
    with closing(Database(first)) as database, database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        assert compare_metadata(context, metadata) == []
    with Store.open(first) as store:
        assert len(store.identity()) == 32
        assert {entry.state.value for entry in store.outbox.list()} == {"unknown", "dead"}
        assert store.versions.newest_body("NCT99000001") == b'{"v":2}'


def test_creation_killed_midway_leaves_no_database(tmp_path, newer):
    schema = newer("print('ready', flush=True); import sys; sys.stdin.read()")
    path = tmp_path / "fresh" / "watcher.db"
    path.parent.mkdir()
    script = f"""
from pathlib import Path
from watcher.store import migrate
from watcher.store.database import Schema
migrate.make(Path({str(path)!r}), Schema({schema.revisions!r}, Path({str(schema.scripts)!r})))
"""
    with child(script) as process:
        kill(process)
    assert admin.standing(path) is Standing.ABSENT
    migrate.make(path, PRESENT)
    assert admin.check(path) == ()
