"""`db check|backup|migrate|rename-recipient`, and a store that cannot be used."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest

from tests.cli.desk import FILES, ONE
from watcher.store.lock import RunLock

LOOKING = (("status",), ("list",), ("show", ONE), ("log",), ("outbox", "list"), ("preview", "files"))
ALL = (("run", "--once"), *LOOKING, ("db", "migrate"), ("outbox", "retry", "--all"), ("run", "--once", "--dry-run"))


def alter(path, statement):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_sound_store_is_said_to_be_sound(walked):
    assert walked.ok("db", "check").out.endswith("watcher.db: sound\n")


def test_a_backup_is_a_store_of_its_own_and_overwrites_nothing(walked, tmp_path):
    target = tmp_path / "copy.db"
    assert str(target) in walked.ok("db", "backup", target).out
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = walked.quick("db", "backup", target)
    assert found.code == 74
    assert "exists already" in found.err
    found = walked.quick("db", "backup", tmp_path / "no/where.db")
    assert found.code == 74
    assert found.err.count("\n") == 1


def test_migrate_makes_the_store_and_says_when_there_is_nothing_to_do(desk):
    assert "at the present revision" in desk.ok("db", "migrate").out
    before = desk.store_bytes()
    desk.ok("db", "migrate")
    assert desk.store_bytes() == before
    assert desk.ok("log").out == "Nothing was seen to change.\n"


def test_a_renamed_recipient_is_told_nothing_twice(desk, registry):
    desk.ok("run", "--once")
    while registry.next():
        pass
    desk.ok("run", "--once")
    told = len(desk.subjects())
    desk.change('name = "files"', 'name = "archive"')
    assert "archive" in desk.ok("db", "rename-recipient", "files", "archive").out
    desk.ok("run", "--once", "--send-all")
    assert len(desk.subjects()) == told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("files", "files", 'still a recipient named "files"; give it its new name there first'),
        ("files", "archive", 'still a recipient named "files"; give it its new name there first'),
        ("gone", "flies", 'no recipient is named "flies"; did you mean "files"?'),
        ("nobody", "files", 'no recipient "nobody" in the store; it knows: files, gone'),
        ("gone", "files", 'a recipient "files" in the store already'),
    ],
    ids=["the same", "old configured", "new not configured", "old not known", "new with a history"],
)
def test_a_renaming_that_would_harm_is_refused_in_one_sentence_and_changes_nothing(desk, registry, old, new, said):
    desk.change(FILES, FILES + FILES.replace('"files"', '"gone"').replace('"digests"', '"elsewhere"'))
    desk.ok("run", "--once")
    assert registry.next()
    desk.ok("run", "--once")
    desk.set_up(registry.base_url, FILES)
    before = desk.store_bytes()
    found = desk.quick("db", "rename-recipient", old, new)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert said in found.err
    assert desk.store_bytes() == before


def test_a_recipient_is_not_renamed_beside_a_running_daemon(desk):
    desk.ok("run", "--once")
    desk.change('name = "files"', 'name = "archive"')
    with RunLock.acquire(desk.state, pid=os.getpid(), now=datetime.now(UTC)):
        assert desk.quick("db", "rename-recipient", "files", "archive").code == 75
    desk.ok("db", "rename-recipient", "files", "archive")


def test_without_a_store_its_commands_say_so(desk):
    for command in (("db", "check"), ("db", "backup", "x.db")):
        found = desk.quick(*command)
        assert found.code == 74
        assert "no database" in found.err
    assert not desk.state.exists()


def cut_short(path):
    path.write_bytes(path.read_bytes()[:24_000])


def empty_text(path):
    path.write_bytes(b"this is no database, but a letter to my aunt" * 100)


def newer(path):
    alter(path, "UPDATE alembic_version SET version_num = '9999'")


def foreign(path):
    path.unlink()
    alter(path, "CREATE TABLE aunt (letter TEXT)")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(cut_short, "cut short"), (empty_text, "not a database"), (newer, "newer"), (foreign, "another program")],
    ids=["cut short", "no database", "newer program's", "another program's"],
)
def test_a_store_that_cannot_be_used_is_exit_74_in_one_sentence_and_left_untouched(desk, spoil, said):
    desk.ok("run", "--once")
    spoil(desk.database)
    before = desk.store_bytes()
    for command in ALL:
        found = desk.quick(*command)
        assert (command, found.code, found.out) == (command, 74, "")
        assert found.err.count("\n") == 1, found.err
        assert "watcher.db" in found.err
    found = desk.quick("db", "check")
    assert found.code == 74
    assert said in found.err
    assert found.err.count("watcher.db") == 1
    assert desk.store_bytes() == before


def test_a_store_held_by_a_stranger_is_exit_74_and_said_to_be_locked(desk):
    desk.ok("run", "--once")
    with closing(sqlite3.connect(desk.database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        found = desk.quick("run", "--once")
        stranger.execute("ROLLBACK")
    assert found.code == 74
    assert "locked" in found.err
    assert "Traceback" not in found.err
    desk.ok("run", "--once")


@pytest.fixture
def nobody(desk):
    """Give how to become a user who owns nothing here; skips where that cannot be had."""
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may do everything, and there is no setpriv to become somebody else")
        before = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        for folder in (desk.folder, *desk.folder.parents):
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o011)
        desk.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        desk.environ["COVERAGE_PROCESS_CONFIG"] = ""
        desk.environ["COVERAGE_PROCESS_START"] = ""
        probe = subprocess.run(
            [*before, *desk.command("--version")[:-1][:1], "-c", "import watcher"], env=desk.environment(), check=False
        )
        if probe.returncode:
            pytest.skip("another user may not run this Python")
        return before
    return ()


def test_a_state_folder_that_may_not_be_written_is_exit_77_in_one_sentence(desk, nobody):
    desk.state.mkdir(mode=0o755)
    if not nobody:
        desk.state.chmod(0o555)
    try:
        found = desk.run("run", "--once", before=nobody)
    finally:
        desk.state.chmod(0o755)
    assert (found.code, found.out) == (77, "")
    assert found.err.count("\n") == 1
    assert "state" in found.err
    assert list(desk.state.iterdir()) == []


def test_a_store_that_may_not_be_read_is_exit_77_in_one_sentence(desk, nobody):
    desk.ok("run", "--once")
    desk.state.chmod(0o755)
    desk.database.chmod(0o000)
    for path in desk.state.glob("watcher.db-*"):
        path.unlink()
    try:
        found = desk.run("status", before=nobody)
    finally:
        desk.database.chmod(0o600)
    assert found.code == 77
    assert found.err.count("\n") == 1


def test_a_watchlist_that_may_not_be_changed_is_exit_77_in_one_sentence(desk, nobody):
    desk.folder.chmod(0o555)
    try:
        found = desk.run("add", "NCT99000003", before=nobody)
    finally:
        desk.folder.chmod(0o755)
    assert found.code == 77
    assert "watchlist.txt" in found.err
    assert found.err.count("\n") == 1


def test_a_file_in_the_place_of_the_state_folder_is_exit_74_in_one_sentence(desk):
    desk.state.write_text("")
    found = desk.quick("run", "--once")
    assert found.code == 74
    assert "state" in found.err
    assert found.err.count("\n") == 1
    assert desk.state.read_text() == ""


def test_an_unknown_kind_of_database_is_refused(desk):
    desk.change("[registry]", '[store]\nurl = "postgresql://somewhere"\n[registry]')
    found = desk.quick("run", "--once")
    assert found.code in (74, 78)
    assert "sqlite:///" in found.err


@pytest.fixture
def tight(desk):
    """Give a desk whose state folder lies on a disk of 500 KB; skips where none can be mounted."""
    desk.state.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", desk.state], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield desk
    finally:
        subprocess.run(["umount", "-l", desk.state], check=True)


def fill(path):
    with path.open("wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(b"\0" * 4096):
            pass


def test_a_disk_too_small_for_the_store_leaves_none_behind(tight):
    fill(tight.state / "ballast")
    os.truncate(tight.state / "ballast", 400_000)
    found = tight.quick("run", "--once")
    assert found.code == 74
    assert found.err.count("\n") == 1
    assert not tight.database.exists()
    (tight.state / "ballast").unlink()
    tight.ok("db", "migrate")
    tight.ok("db", "check")


def test_a_full_disk_is_exit_74_in_one_sentence_and_the_store_stays_good(tight, registry):
    tight.change(FILES, "")
    tight.watch(ONE)
    tight.ok("run", "--once")
    fill(tight.state / "ballast")
    registry.next()
    registry.next()
    registry.next()
    found = tight.quick("run", "--once")
    assert found.code == 74
    assert "disk" in found.err
    assert found.err.count("\n") == 1
    (tight.state / "ballast").unlink()
    tight.ok("db", "check")
    tight.ok("run", "--once")
    assert tight.ok("log", ONE, "--severity", "critical", "--json").out.count("status.stopped") == 1


def test_a_backup_into_a_folder_is_dated_and_the_newest_are_kept(walked, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in (
        "watcher-20260101T000000Z.db",
        "watcher-20260102T000000Z.db",
        "watcher.db",
        "mine-20250101T000000Z.db",
    ):
        (folder / name).write_text("old")
    assert "removed" not in walked.ok("db", "backup", folder).out
    assert len(list(folder.iterdir())) == 5
    for made in folder.glob(f"watcher-{datetime.now(UTC):%Y}*.db"):
        if made.read_bytes()[:6] == b"SQLite":
            made.rename(folder / "watcher-20260103T000000Z.db")
    assert "removed 2 older" in walked.ok("db", "backup", folder, "--keep", "2").out
    kept = sorted(file.name for file in folder.iterdir())
    assert len(kept) == 4
    assert {"watcher.db", "mine-20250101T000000Z.db"} < set(kept)
    assert [name for name in kept if name.startswith("watcher-202601")] == ["watcher-20260103T000000Z.db"]


def test_keep_needs_a_folder_and_removes_nothing_when_the_copy_fails(desk, tmp_path):
    desk.ok("db", "migrate")
    found = desk.quick("db", "backup", tmp_path / "copy.db", "--keep", "3")
    assert (found.code, "--keep needs a folder" in found.err) == (2, True)
    old = tmp_path / "watcher-20260101T000000Z.db"
    old.write_text("old")
    desk.database.write_bytes(b"damaged")
    assert desk.quick("db", "backup", tmp_path, "--keep", "1").code == 74
    assert old.exists()
