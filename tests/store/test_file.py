"""The database as a file: made whole, opened only when it is ours, never touched when it is not."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.child import output
from tests.store.make import NOW, STORE_0001, keep, later
from watcher.errors import StoreError, StorePermissionError
from watcher.store import admin
from watcher.store.database import APPLICATION_ID, Database, Standing
from watcher.store.lock import RunLock
from watcher.store.store import Store


@pytest.fixture
def lock(tmp_path):
    with RunLock.acquire(tmp_path, pid=os.getpid(), now=NOW) as held:
        yield held


def spoil(path, script):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_relative_url_lies_in_the_state_folder_and_absolute_does_not(tmp_path):
    assert admin.database_path("sqlite:///watcher.db", tmp_path) == tmp_path / "watcher.db"
    assert admin.database_path("sqlite:////srv/w.db", tmp_path) == Path("/srv/w.db")


@pytest.mark.parametrize("url", ["postgresql://u:secret@h/d", "sqlite:///", "watcher.db"])
def test_other_urls_are_refused_without_their_secrets(url, tmp_path):
    with pytest.raises(StoreError, match="sqlite:///FILE") as refused:
        admin.database_path(url, tmp_path)
    assert "secret" not in str(refused.value)


def test_new_database_is_current_sound_and_for_the_owner_only(tmp_path, lock):
    path = tmp_path / "deep" / "watcher.db"
    assert admin.standing(path) is Standing.ABSENT
    assert admin.prepare(path, lock, NOW) is None
    assert [file.name for file in path.parent.iterdir()] == ["watcher.db"]
    assert admin.standing(path) is Standing.CURRENT
    assert admin.check(path) == ()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_side_files_are_for_the_owner_only(path, store):
    keep(store)
    for suffix in ("-wal", "-shm"):
        assert stat.S_IMODE(Path(f"{path}{suffix}").stat().st_mode) == 0o600


def test_empty_file_counts_as_absent_and_is_replaced(tmp_path, lock):
    path = tmp_path / "watcher.db"
    path.touch()
    assert admin.standing(path) is Standing.ABSENT
    admin.prepare(path, lock, NOW)
    assert admin.check(path) == ()


def test_leftovers_of_a_killed_creation_are_replaced(tmp_path, lock):
    path = tmp_path / "watcher.db"
    for suffix in (".new", ".new-wal", ".new-shm"):
        Path(f"{path}{suffix}").write_bytes(b"half a database")
    admin.prepare(path, lock, NOW)
    assert admin.check(path) == ()
    assert not list(tmp_path.glob("*.new*"))


def test_log_without_its_database_is_refused_and_kept(tmp_path, lock):
    path = tmp_path / "watcher.db"
    log = Path(f"{path}-wal")
    log.write_bytes(b"the only copy of something")
    with pytest.raises(StoreError, match="put the database back"):
        admin.prepare(path, lock, NOW)
    assert log.read_bytes() == b"the only copy of something"
    assert not path.exists()


def test_preparing_without_the_lock_is_a_bug(path, tmp_path):
    lock = RunLock.acquire(tmp_path, pid=1, now=NOW)
    lock.release()
    with pytest.raises(ValueError, match="under the run lock"):
        admin.prepare(path, lock, NOW)


def test_opening_an_absent_database_makes_nothing(tmp_path):
    with pytest.raises(StoreError, match="no database at"):
        Store.open(tmp_path / "watcher.db")
    assert list(tmp_path.iterdir()) == []


def a_text(path):
    path.write_text("[[watch]]\nname = 'a configuration, not a database'\n" * 10)


def a_short_text(path):
    path.write_text("short")


def a_foreign_database(path):
    path.unlink()
    spoil(path, "CREATE TABLE bookmarks (url TEXT); PRAGMA application_id=42;")


def an_unmarked_database(path):
    path.unlink()
    spoil(path, "CREATE TABLE bookmarks (url TEXT);")


def a_newer_database(path):
    spoil(path, "UPDATE alembic_version SET version_num='9999'; PRAGMA wal_checkpoint(TRUNCATE);")


def a_cut_database(path):
    path.write_bytes(path.read_bytes()[:40000])


def a_scratched_schema(path):
    scratched = bytearray(path.read_bytes())
    scratched[100:4096] = b"\xff" * 3996
    path.write_bytes(scratched)


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (a_text, "not a database"),
        (a_short_text, "not a database"),
        (a_foreign_database, "another program"),
        (an_unmarked_database, "another program"),
        (a_newer_database, "newer version of this program"),
        (a_cut_database, "cut short"),
        (a_scratched_schema, "damaged"),
    ],
)
def test_file_that_is_not_ours_is_refused_in_one_sentence_and_not_touched(path, lock, spoilt, says):
    spoilt(path)
    before = path.read_bytes()
    for use in (Store.open, admin.standing, lambda path: admin.prepare(path, lock, NOW)):
        with pytest.raises(StoreError, match=says) as refused:
            use(path)
        assert "\n" not in str(refused.value)
        assert str(path) in str(refused.value)
    (problem,) = admin.check(path)
    assert says in problem
    assert path.read_bytes() == before


def test_folder_in_place_of_the_database_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot be read"):
        Store.open(tmp_path)


def test_check_finds_scratched_pages_and_dangling_rows(path):
    spoil(
        path,
        "PRAGMA foreign_keys=OFF; INSERT INTO body VALUES (77, 'zlib', x'00');"
        "INSERT INTO note VALUES ('a', 'b'); PRAGMA wal_checkpoint(TRUNCATE);",
    )
    assert admin.check(path) == (f"{path}: row 77 of body points at a row of version that is not there.",)
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name='ix_message_state_channel'"
        ).fetchone()
    scratched = bytearray(path.read_bytes())
    scratched[(page - 1) * 4096 : page * 4096] = b"\x07" * 4096
    path.write_bytes(scratched)
    assert any("damaged" in problem for problem in admin.check(path))


def test_check_names_an_absent_database(tmp_path):
    assert admin.check(tmp_path / "watcher.db") == (f"There is no database at {tmp_path / 'watcher.db'}.",)


def test_readers_change_no_byte_of_the_database(path):
    before = path.read_bytes()
    with Store.open(path) as store:
        store.trials.due(["NCT99000001"], "t")
        store.versions.log()
        store.ledger.recipients()
        store.outbox.counts()
    assert path.read_bytes() == before


def test_backup_is_a_sound_copy_of_what_was_committed(path, store, tmp_path):
    seq = keep(store, body=b'{"kept":1}')
    target = tmp_path / "copy.db"
    admin.backup(path, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert admin.check(target) == ()
    with Store.open(target) as copy:
        assert copy.versions.body(seq) == b'{"kept":1}'
        assert keep(copy, body=b"goes on") == seq + 1


def test_backup_never_overwrites(path, tmp_path):
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        admin.backup(path, target)
    assert target.read_text() == "mine"


def test_backup_into_a_missing_folder_or_of_nothing_is_refused(path, tmp_path):
    with pytest.raises(StoreError, match="cannot be made"):
        admin.backup(path, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(StoreError, match="no database"):
        admin.backup(tmp_path / "none.db", tmp_path / "copy.db")


def test_backup_of_a_damaged_database_fails_and_leaves_no_copy(path, tmp_path):
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name='trial'").fetchone()
    scratched = bytearray(path.read_bytes())
    scratched[(page - 1) * 4096 : page * 4096] = b"\x07" * 4096
    path.write_bytes(scratched)
    with pytest.raises(StoreError, match="damaged"):
        admin.backup(path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_what_a_stranger_may_not_read_or_write_is_a_permission_error(path, as_stranger):
    closed, read_only = as_stranger.folder / "closed.db", as_stranger.folder / "watcher.db"
    for copy, mode in ((closed, 0), (read_only, 0o444)):
        copy.write_bytes(path.read_bytes())
        copy.chmod(mode)
    found = as_stranger.run(
        f"Store.open(Path({str(closed)!r}))",
        f"Store.open(Path({str(read_only)!r})).outbox.drop(None)",
        f"admin.backup(Path({str(closed)!r}), Path({str(as_stranger.folder / 'b')!r}))",
        f"migrate.make(Path({str(as_stranger.folder / 'new.db')!r}), PRESENT)",
    )
    assert found == [StorePermissionError.__name__] * 4


def test_full_disk_loses_the_page_and_nothing_else(path):
    """The file may grow no further: what the kernel then says is what a full disk or a quota makes it say."""
    script = f"""
import resource, signal
from pathlib import Path
from tests.store.make import NOW, ONE, TWO, keep, new
from watcher.errors import StoreError
from watcher.store.trial_model import PageCommit
from watcher.store.store import Store
import os
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(Path({str(path)!r})) as store:
    keep(store, ONE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    try:
        store.versions.commit_page(PageCommit(new=(new(TWO, os.urandom(2_000_000)),)), NOW)
    except StoreError as error:
        print(error)
    print(store.versions.max_seq())
"""
    sentence, newest = output(script)
    assert str(path) in sentence
    assert newest == "1"
    assert admin.check(path) == ()


def test_full_database_is_one_sentence(store):
    with store._database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=60")
    with pytest.raises(StoreError, match="no room left"):
        keep(store, body=os.urandom(2_000_000))
    assert store.versions.max_seq() == 0


def test_moments_are_kept_to_the_microsecond_and_naive_ones_refused(store):
    store.trials.sync_watched(["NCT99000001"], NOW)
    moment = later(0.00001)
    store.trials.mark_checked(["NCT99000001"], "t", moment)
    assert store.trials.kept(["NCT99000001"])[0].checked_at == moment
    with pytest.raises(Exception, match="without a zone"):
        store.trials.mark_checked(["NCT99000001"], "t", moment.replace(tzinfo=None))


def test_writes_wait_for_the_disk_unless_they_decide_nothing(path):
    with closing(Database(path)) as database:

        def level(**how):
            with database.write(**how) as connection:
                return connection.exec_driver_sql("PRAGMA synchronous").scalar()

        normal, full = 1, 2
        assert (level(), level(durable=False), level()) == (full, normal, full)
        with database.write() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def identity(path):
    with Store.open(path) as store:
        return store.identity()


def test_two_new_stores_have_two_ids_that_stay(tmp_path):
    ids = set()
    for name in ("one", "two"):
        with RunLock.acquire(tmp_path / name, pid=os.getpid(), now=NOW) as lock:
            admin.prepare(tmp_path / name / "watcher.db", lock, NOW)
            ids.add(identity(tmp_path / name / "watcher.db"))
            admin.prepare(tmp_path / name / "watcher.db", lock, NOW)
            ids.add(identity(tmp_path / name / "watcher.db"))
    assert len(ids) == 2


def test_backup_put_back_by_command_or_by_hand_is_a_store_of_another_id(path, tmp_path, lock):
    target = tmp_path / "copy.db"
    admin.backup(path, target)
    ids = [identity(path), identity(target)]
    for minutes in (1, 2):
        admin.restore(target, path, lock, later(minutes))
        ids.append(identity(path))
    assert len(set(ids)) == 4


def test_backup_of_the_first_schema_put_back_and_migrated_has_one_id(path, tmp_path, lock):
    old = tmp_path / "old.db"
    spoil(old, STORE_0001.read_text(encoding="utf-8") + f"PRAGMA application_id={APPLICATION_ID};")
    admin.restore(old, path, lock, NOW)
    admin.prepare(path, lock, NOW)
    assert len(identity(path)) == 32


def test_store_without_its_id_says_so(path):
    spoil(path, "DELETE FROM note WHERE name='store id'")
    with pytest.raises(StoreError, match="has lost its id; put a backup in its place"):
        identity(path)
