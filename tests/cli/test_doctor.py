"""`doctor`: one line a part, with what to do; the loudest problem is the exit code."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.cli.desk import ANA, FILES, SCRIPTS
from tests.delivery.helpers import CERTIFICATE, server_context
from tests.support.smtp_sink import SmtpSink, SmtpStage
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.lock import RunLock

ROOM = '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\n'


def verdicts(found):
    """Give verdict and sentence by part."""
    lines = [re.fullmatch(r"(ok|problem|skipped) +(.*?): (.*)", line) for line in found.out.splitlines()]
    return {line[2]: (line[1], line[3]) for line in lines if line is not None}


def test_all_is_well(desk, registry, relay):
    relay.accounts = {"w": "hunter2"}
    desk.set_up(registry.base_url, ANA, FILES, ROOM, relay=relay)
    desk.change('from = "w', 'username = "w"\npassword = { file = "password" }\nfrom = "w')
    for name, secret in (("password", "hunter2"), ("hook", "https://hooks.example.org/services/T0/B0/verysecret")):
        (desk.folder / name).write_text(secret)
        (desk.folder / name).chmod(0o600)
    desk.environ["SSL_CERT_FILE"] = ""
    found = desk.quick("doctor")
    assert (found.code, found.err) == (0, "")
    parts = verdicts(found)
    assert len(parts) == len(found.out.splitlines())
    assert {verdict for verdict, _ in parts.values()} == {"ok"}
    assert set(parts) == {
        "configuration",
        "password of the relay",
        "webhook of room",
        "state folder",
        "disk",
        "database",
        "registry by httpx",
        "registry by urllib",
        "clock",
        "relay",
        "folder for files",
        "Slack for room",
    }
    assert "2026-05-29" in parts["registry by httpx"][1]
    assert "MB free" in parts["disk"][1] or "GB free" in parts["disk"][1]
    assert "hooks.example.org" in parts["Slack for room"][1]
    assert "verysecret" not in found.out
    assert "hunter2" not in found.out
    assert relay.mails == ()
    assert not desk.state.exists()
    assert [seen.path for seen in registry.requests] == ["/api/v2/version"] * 2


def test_relay_with_a_certificate_of_an_own_authority_is_trusted_by_doctor_check_and_run(desk, registry):
    with SmtpSink(tls=server_context(), implicit=True) as relay:
        desk.set_up(registry.base_url, ANA, relay=relay)
        desk.change('tls = "none"', 'tls = "implicit"')
        verdict, said = verdicts(desk.quick("doctor"))["relay"]
        assert verdict == "problem"
        assert "set ca_file to the CA to trust" in said
        desk.change('tls = "implicit"', 'tls = "implicit"\nca_file = "own.pem"')
        assert "ca_file" in (found := desk.quick("check-config")).err
        assert "cannot be read: No such file" in found.err
        assert found.code == 78
        shutil.copy(CERTIFICATE, desk.folder / "own.pem")
        desk.ok("check-config")
        assert verdicts(desk.ok("doctor"))["relay"][0] == "ok"
        desk.ok("run", "--once")
        assert relay.mails[0].is_encrypted


def test_a_database_that_is_sound_and_a_run_under_way_are_said(desk):
    desk.ok("run", "--once")
    with RunLock.acquire(desk.state, pid=os.getpid(), now=datetime.now(UTC)):
        verdict, said = verdicts(desk.ok("doctor"))["database"]
    assert verdict == "ok"
    assert f"process {os.getpid()}" in said


def test_the_transport_that_passes_is_named_and_is_enough_for_auto(desk, registry):
    registry.arm(RegistryFault(kind=FaultKind.REFUSED, user_agent="python-httpx", times=None))
    parts = verdicts(desk.ok("doctor"))
    assert parts["registry by httpx"][0] == "ok"
    assert "403" in parts["registry by httpx"][1]
    assert "urllib passes and is used" in parts["registry by httpx"][1]
    desk.change("[registry]\n", '[registry]\ntransport = "httpx"\n')
    found = desk.quick("doctor")
    assert found.code == 69
    assert 'set transport = "auto"' in verdicts(found)["registry by httpx"][1]
    desk.change('"httpx"', '"urllib"')
    parts = verdicts(desk.ok("doctor"))
    assert parts["registry by httpx"][0] == "skipped"


def test_a_registry_that_answers_closes_the_breaker_and_one_that_refuses_does_not(desk, registry):
    desk.ok("run", "--once")
    registry.next()
    registry.arm(RegistryFault(kind=FaultKind.REFUSED, times=None))
    assert desk.quick("run", "--once").code == 69
    found = desk.quick("doctor")
    assert found.code == 69
    assert "firewall" in verdicts(found)["registry by httpx"][1]
    registry.reset()
    registry.next()
    asked = len(registry.requests)
    assert desk.quick("run", "--once").code == 69
    assert len(registry.requests) == asked
    assert "next poll asks it again" in verdicts(desk.ok("doctor"))["breaker"][1]
    assert "breaker" not in verdicts(desk.ok("doctor"))
    assert desk.quick("run", "--once").code == 0


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.UNAVAILABLE, FaultKind.DROPPED])
def test_a_registry_that_is_ill_is_exit_69_and_asked_once_by_each_way(desk, registry, kind):
    registry.arm(RegistryFault(kind=kind, times=None))
    found = desk.quick("doctor")
    assert found.code == 69
    assert verdicts(found)["registry by httpx"][0] == "problem"
    assert len(registry.requests) == 2


def test_a_relay_that_refuses_the_log_in_is_exit_1_and_the_rest_is_looked_at_all_the_same(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, FILES, relay=relay)
    relay.arm(SmtpStage.CONNECT, reply="554 5.3.2 closed for today", times=None)
    found = desk.quick("doctor")
    assert found.code == 1
    parts = verdicts(found)
    assert parts["relay"][0] == "problem"
    assert "closed for today" in parts["relay"][1]
    assert parts["folder for files"][0] == "ok"


def test_secrets_that_are_missing_or_open_to_all_and_hooks_of_a_wrong_shape_are_exit_78(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, ROOM, relay=relay)
    desk.change('from = "w', 'username = "w"\npassword = { env = "NOT_THERE" }\nfrom = "w')
    (desk.folder / "hook").write_text("ftp://verysecret.example.org")
    (desk.folder / "hook").chmod(0o644)
    desk.path.chmod(0o666)
    found = desk.quick("doctor")
    assert found.code == 78
    parts = verdicts(found)
    assert "$NOT_THERE" in parts["password of the relay"][1]
    assert "chmod o-rwx" in parts["webhook of room"][1]
    assert "chmod o-w" in parts["configuration"][1]
    assert "https://host/path" in parts["Slack for room"][1]
    assert "$NOT_THERE" in parts["relay"][1]
    assert "verysecret" not in found.out


def test_a_store_that_is_none_is_exit_74_and_louder_than_a_registry_that_is_down(desk, registry):
    desk.ok("run", "--once")
    desk.database.write_bytes(b"a letter to my aunt" * 1000)
    registry.arm(RegistryFault(kind=FaultKind.HTML, times=None))
    found = desk.quick("doctor")
    assert found.code == 74
    assert "not a database" in verdicts(found)["database"][1]
    assert verdicts(found)["registry by httpx"][0] == "problem"


def test_folders_that_cannot_be_made_or_are_open_to_all_are_named(desk):
    desk.state.write_text("")
    found = desk.quick("doctor")
    assert found.code == 74
    assert "is not a folder" in verdicts(found)["state folder"][1]
    desk.state.unlink()
    desk.state.mkdir()
    desk.state.chmod(0o777)
    found = desk.quick("doctor")
    assert found.code == 77
    assert "chmod o-w" in verdicts(found)["state folder"][1]


def test_little_room_on_the_disk_is_named(desk):
    desk.state.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", desk.state], capture_output=True)
    if made.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        desk.state.chmod(0o700)
        found = desk.quick("doctor")
    finally:
        subprocess.run(["umount", "-l", desk.state], check=True)
    assert found.code == 74
    assert "make room" in verdicts(found)["disk"][1]


class Elsewhen(BaseHTTPRequestHandler):
    """A registry whose clock is ten minutes ahead, or that has none."""

    header: str | None = None

    def do_GET(self):
        body = json.dumps({"apiVersion": "2.0.5", "dataTimestamp": "2026-05-29T09:00:00"}).encode()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.header:
            self.send_header("Date", self.header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(
    ("ahead", "verdict", "said"),
    [
        (timedelta(minutes=10), "problem", "slow"),
        (timedelta(minutes=-10), "problem", "fast"),
        (timedelta(seconds=20), "ok", "agrees"),
        (None, "skipped", "no time"),
    ],
    ids=["ahead", "behind", "near", "none"],
)
def test_the_clock_is_compared_with_the_registrys(desk, ahead, verdict, said):
    moment = datetime.now(UTC) + ahead if ahead is not None else None
    header = f"{moment:%a, %d %b %Y %H:%M:%S} GMT" if moment is not None else None
    with HTTPServer(("127.0.0.1", 0), type("Clock", (Elsewhen,), {"header": header})) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        desk.set_up(f"http://127.0.0.1:{server.server_port}", FILES)
        found = desk.quick("doctor")
        server.shutdown()
        thread.join()
    assert verdicts(found)["clock"][0] == verdict
    assert said in verdicts(found)["clock"][1]
    assert found.code == (1 if verdict == "problem" else 0)


def test_a_textfile_without_its_extra_is_a_problem(desk, registry):
    desk.set_up(registry.base_url, FILES)
    with desk.path.open("a") as file:
        file.write('\n[health]\ntextfile = "watcher.prom"\n')
    assert verdicts(desk.quick("doctor"))["textfile"][0] == "ok"
    (desk.folder / "without").mkdir()
    hidden = "import sys\nsys.modules['prometheus_client'] = None\n"
    (desk.folder / "without" / "sitecustomize.py").write_text(hidden)
    found = desk.run("doctor", env={"PYTHONPATH": f"{desk.folder / 'without'}:{SCRIPTS}"})
    verdict, said = verdicts(found)["textfile"]
    assert verdict == "problem"
    assert "needs an extra" in said
