"""`run --once`: silent when well, and a documented code for everything else."""

import json
import os
import signal
import threading
from datetime import UTC, datetime

import pytest

from tests.cli.desk import ANA, BOB, FILES, LATER, ONE, TWO
from tests.support.smtp_sink import SmtpStage
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.lock import RunLock


def test_a_run_that_goes_well_says_nothing_and_each_change_is_told_once(desk, registry):
    first = desk.done("run", "--once")
    assert (first.out, first.err) == ("", "")
    assert len(desk.subjects()) == 1
    while registry.next():
        found = desk.ok("run", "--once")
        assert (found.out, found.err) == ("", "")
    told = " / ".join(desk.subjects())
    assert told.count("Terminated") == 1
    assert told.count("Cut to 160 participants") == 1
    assert len(desk.subjects()) == 3
    asked = len(registry.requests)
    desk.ok("run", "--once")
    assert [seen.path for seen in registry.requests[asked:]] == ["/api/v2/version"]


def test_verbose_says_in_a_line_what_was_done_and_quiet_says_nothing(desk, registry):
    assert desk.ok("-q", "run", "--once").out == ""
    registry.next()
    found = desk.ok("-v", "--log-format", "json", "run", "--once")
    assert found.out.count("\n") == 1
    assert "2 trials watched" in found.out
    events = [json.loads(line) for line in found.err.splitlines()]
    assert "poll_finished" in {event["event"] for event in events}
    checked = {event["nct_id"]: event["status"] for event in events if event["event"] == "trial_checked"}
    assert "unchanged" not in checked.values()  # a line per trial and data version would fill the journal
    registry.next()
    every = desk.ok("-vv", "--log-format", "json", "run", "--once").err.splitlines()
    shown = [event for event in map(json.loads, every) if event["event"] == "trial_checked"]
    assert {event["nct_id"] for event in shown} == {ONE, TWO}
    assert {event["level"] for event in shown if event["status"] == "unchanged"} == {"debug"}
    registry.next()
    assert "poll_finished" in desk.ok("--log-format", "console", "run", "--once").err


def test_one_event_per_message_and_no_secret_in_any_line(desk, registry, relay):
    relay_with = 'username = "w"\npassword = { env = "RELAY_PASSWORD" }\n'
    desk.set_up(registry.base_url, ANA, BOB, relay=relay)
    desk.change('from = "w@example.org"\n', 'from = "w@example.org"\n' + relay_with)
    relay.accounts = {"w": "hunter2hunter2"}
    found = desk.quick("-vv", "--log-format", "json", "run", "--once", env={"RELAY_PASSWORD": "hunter2hunter2"})
    assert found.code == 0
    events = [json.loads(line) for line in found.err.splitlines()]
    sent = [event for event in events if event["event"] == "message_delivered"]
    assert sorted(event["recipient"] for event in sent) == ["ana", "bob"]
    assert "hunter2" not in found.err + found.out


def test_dry_run_prints_what_would_go_out_sends_nothing_and_leaves_the_store_as_it_was(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, relay=relay)
    first = desk.ok("run", "--once", "--dry-run")
    assert "To: ana by email" in first.out
    assert not desk.state.exists()
    desk.ok("run", "--once")
    registry.next()
    registry.next()
    registry.next()
    before, mails = desk.store_bytes(), len(relay.mails)
    found = desk.ok("run", "--once", "--dry-run")
    assert "Terminated" in found.out
    assert desk.store_bytes() == before
    assert len(relay.mails) == mails
    desk.ok("run", "--once")
    assert "Terminated" in str(relay.mails[-1].message["Subject"])
    assert "Nothing would be sent." in desk.ok("run", "--once", "--dry-run").out


def test_send_all_tells_also_those_whose_slot_lies_ahead(desk, registry):
    desk.set_up(registry.base_url, FILES, LATER)
    desk.ok("run", "--once")
    registry.next()
    registry.next()
    registry.next()
    desk.ok("run", "--once")
    assert desk.subjects("later") == []
    desk.ok("run", "--once", "--send-all")
    assert len(desk.subjects("later")) == 1
    assert "Terminated" in desk.subjects("later")[0]
    desk.ok("run", "--once", "--send-all")
    assert len(desk.subjects("later")) == 1


@pytest.mark.parametrize("option", ["--dry-run", "--send-all"])
def test_options_of_one_run_are_refused_for_the_daemon(desk, option):
    found = desk.quick("run", option)
    assert found.code == 2
    assert "--once" in found.err
    assert not desk.state.exists()


def test_another_run_at_the_same_time_is_exit_75_and_says_who_holds_the_store(desk):
    desk.ok("run", "--once")
    before = desk.store_bytes()
    with RunLock.acquire(desk.state, pid=os.getpid(), now=datetime.now(UTC)):
        for command in (("run", "--once"), ("run",), ("db", "migrate"), ("db", "rename-recipient", "files", "f")):
            found = desk.quick(*command)
            assert found.code == 75
            assert f"process {os.getpid()}" in found.err
            assert found.err.count("\n") == 1
        for command in (("status",), ("list",), ("outbox", "list"), ("preview", "files"), ("add", "NCT99000005")):
            desk.ok(*command)
    assert desk.store_bytes() == before


def test_a_registry_that_refuses_is_exit_69_and_what_was_due_is_still_delivered(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, relay=relay)
    relay.arm(SmtpStage.CONNECT, drop=True, times=None)
    assert desk.quick("run", "--once").code == 1
    assert relay.mails == ()
    relay.clear()
    registry.next()
    registry.arm(RegistryFault(kind=FaultKind.REFUSED, times=None))
    desk.ok("outbox", "retry", "--all")
    found = desk.quick("run", "--once")
    assert found.code == 69
    assert len(relay.mails) == 1
    assert "403" in found.err


def test_a_fault_is_printed_when_new_and_when_over_and_the_code_tells_it_every_time(desk, registry):
    desk.ok("run", "--once")
    registry.next()
    registry.arm(RegistryFault(kind=FaultKind.HTML, times=None))
    first = desk.quick("run", "--once")
    assert first.code == 69
    assert first.err.count("\n") == 1
    assert first.err.startswith("registry: ")
    again = desk.quick("run", "--once")
    assert (again.code, again.out, again.err) == (69, "", "")
    faults = desk.ok("status", "--json").json()["faults"]
    assert [(fault["part"], fault["state"]) for fault in faults] == [("registry", "told")]
    registry.reset()
    over = desk.quick("run", "--once")
    assert over.code == 0
    assert "registry: answers again" in over.err
    assert desk.ok("status", "--json").json()["faults"] == []


def test_a_record_not_believed_is_told_once_and_exit_1_as_long_as_it_is_kept_aside(desk, registry):
    desk.ok("run", "--once")
    registry.next()
    registry.arm(RegistryFault(kind=FaultKind.HOLLOW, times=1, ids=(ONE,)))
    found = desk.quick("run", "--once")
    assert found.code == 1
    assert ONE in found.err
    again = desk.quick("run", "--once")
    assert (again.code, again.err) == (1, "")
    assert [fault["part"] for fault in desk.quick("status", "--json").json()["faults"]] == [f"record {ONE}"]
    registry.next()
    assert desk.quick("run", "--once").code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["TERM", "INT"])
def test_a_run_that_is_stopped_leaves_a_good_store_and_the_next_one_goes_on(desk, registry, number, code):
    desk.ok("run", "--once")
    registry.next()
    registry.next()
    registry.next()
    registry.arm(RegistryFault(kind=FaultKind.HOLD, match="/studies"))
    with desk.start("run", "--once") as process:
        assert registry.wait_held()
        process.send_signal(number)
        threading.Timer(0.5, registry.release).start()
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in err
    assert out == ""
    desk.ok("db", "check")
    desk.ok("run", "--once")
    assert sum("Terminated" in subject for subject in desk.subjects()) == 1


def test_the_state_folder_is_the_options_before_the_configurations(desk):
    desk.ok("--state-dir", "elsewhere", "run", "--once")
    assert (desk.folder / "elsewhere" / "watcher.db").exists()
    assert not desk.state.exists()


def test_the_state_folder_is_systemds_then_the_users(desk):
    desk.change('state_dir = "state"\n', "")
    found = desk.quick("run", "--once", env={"STATE_DIRECTORY": str(desk.folder / "lib")})
    assert found.code == 0
    assert (desk.folder / "lib" / "watcher.db").exists()
    desk.ok("run", "--once")
    assert (desk.folder / ".local/state/watcher/watcher.db").exists()


def test_a_run_with_no_news_loads_none_of_the_heavy_libraries(desk):
    desk.ok("run", "--once")
    found = desk.run("run", "--once", before=(), env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert found.code == 0
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in found.err.splitlines()}
    assert "sqlalchemy" in loaded
    assert loaded.isdisjoint({"deepdiff", "jinja2", "aiosmtplib", "apscheduler", "alembic"})
