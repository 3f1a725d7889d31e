"""On a real terminal of eighty columns: nothing wraps badly, colours only where wanted, progress while it lasts."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from tests.cli.desk import ONE
from tests.leash import leashed
from watcher.rendering.plain_text import columns


def on_terminal(desk, *arguments, **more):
    """Run a command with a pseudo-terminal for all its streams; give its code and what the person saw."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    environ = desk.environment({"TERM": "xterm-256color", **more})
    process = subprocess.Popen(
        leashed(desk.command(*arguments)),
        cwd=desk.folder,
        env=environ,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    seen = b""
    try:
        while piece := os.read(leader, 65536):
            seen += piece
    except OSError:  # what Linux says when the last process has let go of the terminal
        pass
    finally:
        os.close(leader)
        code = process.wait(30)
    return code, seen.decode().replace("\r\n", "\n")


def plain(seen):
    return re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", seen)


@pytest.mark.parametrize("command", [("list",), ("status",), ("show", ONE), ("log", ONE)], ids=" ".join)
def test_no_line_is_wider_than_the_terminal_and_colours_can_be_switched_off(walked, command):
    code, seen = on_terminal(walked, *command)
    assert code == 0
    assert "\x1b[" in seen
    assert all(columns(line) <= 80 for line in plain(seen).splitlines())
    _, bleak = on_terminal(walked, *command, NO_COLOR="1")
    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", bleak)
    assert plain(bleak) == plain(seen)


def test_the_list_is_one_line_a_trial_with_long_names_cut(walked):
    _, seen = on_terminal(walked, "list")
    lines = plain(seen).splitlines()
    assert sum(line.startswith("NCT") for line in lines) == len(lines) - 2
    assert any(line.rstrip().endswith("…") for line in lines)
    piped = walked.ok("list").out
    assert "…" not in piped
    assert "Prospective Study" in piped


def test_a_run_says_what_it_did_and_where_messages_went_and_leaves_no_trace_of_its_progress(desk):
    code, seen = on_terminal(desk, "run", "--once")
    assert code == 0
    did, where = [line for line in plain(seen).splitlines() if line.strip()][-2:]
    assert did == "2 trials watched: 2 read, 2 new or changed, 1 message composed, 1 delivered."
    assert re.fullmatch(r"  files: 1 message as files in \S*state/digests", where)
    assert plain(seen).strip().count("\n") <= 3


def test_the_doctor_sets_what_it_says_in_a_column_of_its_own(desk):
    code, seen = on_terminal(desk, "doctor")
    assert code == 0
    for line in plain(seen).splitlines():
        assert columns(line) <= 80
        assert re.match(r"(ok|problem|skipped) +\S| {31}\S", line), line
