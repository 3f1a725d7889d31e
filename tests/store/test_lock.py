"""The run lock."""

import os
import stat

import pytest

from tests.store.child import child, kill
from tests.store.make import NOW
from watcher.errors import StoreError, StoreLockedError, StorePermissionError
from watcher.store.lock import NAME, Holder, RunLock, holder

HOLD = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from watcher.store.lock import RunLock
lock = RunLock.acquire(Path(sys.argv[1]), pid=os.getpid(), now=datetime(2026, 3, 13, 14, 5, tzinfo=UTC))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock until it is told to end."""
    with child(HOLD, tmp_path) as process:
        yield process


def test_second_process_is_refused_and_told_who_holds_the_lock(other, tmp_path):
    with pytest.raises(StoreLockedError) as refused:
        RunLock.acquire(tmp_path, pid=1, now=NOW)
    assert f"process {other.pid}, since 2026-03-13 14:05:00 UTC" in str(refused.value)
    assert holder(tmp_path) == Holder(pid=other.pid, since=NOW)


def test_killed_process_holds_nothing(other, tmp_path):
    kill(other)
    assert holder(tmp_path) is None
    RunLock.acquire(tmp_path, pid=1, now=NOW).release()


def test_second_lock_in_the_same_process_is_refused(tmp_path):
    with RunLock.acquire(tmp_path, pid=7, now=NOW) as lock, pytest.raises(StoreLockedError, match="process 7"):
        RunLock.acquire(tmp_path, pid=8, now=NOW)
    lock.release()
    assert not lock.is_held
    RunLock.acquire(tmp_path, pid=8, now=NOW).release()


def test_state_folder_and_lock_are_for_the_owner_only(tmp_path):
    folder = tmp_path / "new" / "state"
    with RunLock.acquire(folder, pid=1, now=NOW):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


def test_nobody_holds_a_lock_never_taken(tmp_path):
    assert holder(tmp_path) is None


def test_garbled_lock_file_still_refuses(tmp_path):
    with RunLock.acquire(tmp_path, pid=1, now=NOW):
        (tmp_path / NAME).write_text("what?")
        with pytest.raises(StoreLockedError, match="another process"):
            RunLock.acquire(tmp_path, pid=2, now=NOW)


def test_file_in_place_of_the_state_folder_is_one_sentence(tmp_path):
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        RunLock.acquire(tmp_path / "state", pid=1, now=NOW)


def test_folder_in_place_of_the_lock_file_is_one_sentence(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        RunLock.acquire(tmp_path, pid=1, now=NOW)


def test_asking_who_holds_the_lock_never_refuses_a_run(tmp_path):
    ask = f"""
import sys
from pathlib import Path
from watcher.store.lock import holder
print("ready", flush=True)
while True:
    holder(Path({str(tmp_path)!r}))
"""
    RunLock.acquire(tmp_path, pid=1, now=NOW).release()
    with child(ask) as asker:
        for _ in range(500):
            RunLock.acquire(tmp_path, pid=os.getpid(), now=NOW).release()
        assert asker.poll() is None  # it asked all the time
        kill(asker)


def test_state_folder_that_may_not_be_used_is_a_permission_error(as_stranger):
    folder = as_stranger.folder
    unreadable = folder / "other"
    unreadable.mkdir()
    (unreadable / NAME).touch(mode=0)
    found = as_stranger.run(
        f"RunLock.acquire(Path({str(folder)!r}), pid=1, now=NOW)",
        f"RunLock.acquire(Path({str(folder / 'state')!r}), pid=1, now=NOW)",
        f"holder(Path({str(unreadable)!r}))",
    )
    assert found == [StorePermissionError.__name__] * 3
