import signal
import socket
import subprocess
import sys
from typing import Any

import pytest

from tests.leash import leashed
from tests.sandbox.asking import FIRST, ask, record


def start(*arguments) -> Any:
    return subprocess.Popen(
        leashed([sys.executable, "-m", "watcher", "sandbox", *arguments]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("end", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_address_is_the_first_line_and_the_end_is_clean(end, code):
    with start("--port", "0") as process:
        base_url = process.stdout.readline().rstrip("\n")
        assert base_url.startswith("http://127.0.0.1:")
        assert base_url.endswith("/api/v2")
        assert ask(base_url + "/studies?filter.ids=NCT07555496").ids == ["NCT07555496"]
        assert ask(base_url.removesuffix("/api/v2") + "/sandbox/next", method="POST").status == 200
        process.send_signal(end)
        rest, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert rest == ""
    assert "POST /sandbox/next" in said
    assert "Traceback" not in said
    assert "Warning" not in said


def test_a_folder_of_records_is_served(tmp_path):
    import json

    (tmp_path / "NCT99000001").mkdir()
    (tmp_path / "NCT99000001" / f"{FIRST}.json").write_text(json.dumps(record(1)))
    with start("--port", "0", "--data", str(tmp_path)) as process:
        base_url = process.stdout.readline().rstrip("\n")
        assert ask(base_url + "/studies").ids == ["NCT99000001"]
        process.terminate()
        process.communicate(timeout=60)


def test_a_bad_folder_is_one_sentence_and_exit_2(tmp_path):
    with start("--data", str(tmp_path / "nowhere")) as process:
        said, complained = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said == ""
    assert len(complained.splitlines()) == 1
    assert "nowhere cannot be read" in complained


def test_a_taken_port_is_one_sentence_and_exit_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            _, complained = process.communicate(timeout=30)
    assert process.returncode == 2
    assert complained.count("\n") == 1
    assert f"Port {port}" in complained
