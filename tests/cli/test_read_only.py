"""A state folder on a read-only file system: said as what it is, and what was stored can still be looked at."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.desk import FILES, ONE, Desk


@pytest.fixture
def mounted(desk: Desk) -> Iterator[Desk]:
    desk.state.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", desk.state], capture_output=True)
    if made.returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield desk
    finally:
        subprocess.run(["umount", "-l", desk.state], check=True)


def test_store_on_a_read_only_file_system_is_named_and_can_still_be_read(mounted, registry):
    desk = mounted
    desk.set_up(registry.base_url, FILES)
    desk.ok("run", "--once")
    subprocess.run(["mount", "-o", "remount,ro", desk.state], check=True)
    found = desk.quick("run", "--once")
    assert found.code == 74
    assert "lies on a read-only file system" in found.err
    assert "Traceback" not in found.err
    assert desk.ok("status", "--json").json()["outbox"]["pending"] == 0
    assert ONE in desk.ok("log").out
    assert ONE in desk.ok("list").out
    assert desk.quick("outbox", "retry", "--all").code == 74
    subprocess.run(["mount", "-o", "remount,rw", desk.state], check=True)
    desk.ok("run", "--once")
