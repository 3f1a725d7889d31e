"""A test run that is killed leaves nothing running: every helper starts its processes on a leash."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leash import leashed
from tests.pipeline.process import until

TESTS = Path(__file__).parent
START = """
import subprocess, sys, time
from tests.leash import leashed
waits = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)"]
child = subprocess.Popen(leashed(waits), stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl(2) is Linux's")
def test_process_on_a_leash_ends_when_the_one_that_started_it_is_killed():
    with subprocess.Popen([sys.executable, "-c", START], cwd=TESTS.parent, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    until(lambda: not is_running(pid))


def test_command_on_a_leash_keeps_its_process_id_and_its_exit_code():
    command = [sys.executable, "-c", "import os; print(os.getpid()); raise SystemExit(7)"]
    with subprocess.Popen(leashed(command), stdout=subprocess.PIPE) as process:
        out, _ = process.communicate()
    assert (int(out), process.returncode) == (process.pid, 7)
    assert os.getpid() != process.pid


def test_every_helper_that_keeps_a_process_running_holds_it_on_a_leash():
    found = {
        f"{path.relative_to(TESTS)}: {start}"
        for path in TESTS.rglob("*.py")
        if path.name != Path(__file__).name
        for start in re.findall(r"Popen\((?!\s*leashed\()[^\n)]*", path.read_text())
        if not start.startswith("Popen[")
    }
    assert found == set()
