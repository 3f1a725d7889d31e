"""Standard streams that are closed, full, or of another time."""

import sqlite3

import pytest

CLOSED = ("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")
SILENT = ("sh", "-c", 'exec "$@" >&-', "sh")
FULL = ("sh", "-c", 'exec "$@" >/dev/full', "sh")


def test_a_run_without_any_standard_stream_does_its_work_and_writes_into_no_other_file(desk):
    more = '[[recipient]]\nname = "cron"\nstdout = true\nsend = "immediate"\n'
    desk.path.write_text(desk.path.read_text() + more)
    found = desk.run("run", "--once", before=CLOSED)
    assert found.code == 0
    assert len(desk.filed()) == 1
    with sqlite3.connect(desk.database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert b"watching" not in (desk.state / "watcher.lock").read_bytes()


@pytest.mark.parametrize("command", [("status",), ("list", "--json"), ("--help",)], ids=" ".join)
def test_a_closed_standard_output_is_no_failure(walked, command):
    found = walked.run(*command, before=SILENT)
    assert (found.code, found.err) == (0, "")


@pytest.mark.parametrize("command", [("log",), ("list", "--json"), ("--help",)], ids=" ".join)
def test_a_full_disk_under_standard_output_is_exit_74_in_one_sentence(walked, command):
    found = walked.run(*command, before=FULL)
    assert found.code == 74
    assert found.err.count("\n") == 1
    assert "No space left on device; make room" in found.err


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "→".encode()), ("latin-1", b"\\u2192")])
def test_signs_that_the_terminals_encoding_does_not_have_end_nothing(walked, tmp_path, encoding, shown):
    before = ("sh", "-c", f'exec "$@" >{tmp_path}/said', "sh")
    found = walked.run("preview", "ana", "--since", "3650d", before=before, env={"PYTHONIOENCODING": encoding})
    assert (found.code, found.err) == (0, "")
    assert shown in (tmp_path / "said").read_bytes()
