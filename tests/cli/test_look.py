"""`status`, `list`, `show`, `log`: they tell what is known, to people and to machines, and change nothing."""

import json
import re
from datetime import UTC, datetime

import pytest

from tests.cli.desk import FILES, LATER, ONE, TWO, Desk
from watcher.cli.arguments import LEVELS

STATUS = {"schema", "poll", "faults", "recipients", "outbox", "snoozes"}
CHANGE = {"kind", "severity", "rule", "path", "verb", "before", "after", "sentence", "origin", "record_paths"}
ENTRY = {"schema", "nct_id", "title", "seq", "seen_at", "story", "from", "to", "changes"}


def test_status_for_machines_has_the_documented_shape(walked):
    found = walked.ok("status", "--json").json()
    assert set(found) >= STATUS
    assert found["schema"] == 1
    assert set(found["poll"]) == {"last", "next", "data_version", "due"}
    assert found["poll"]["due"] == 0
    assert datetime.fromisoformat(found["poll"]["last"]).tzinfo is UTC
    assert found["poll"]["next"] > found["poll"]["last"]
    assert found["faults"] == []
    assert [(row["name"], row["channel"]) for row in found["recipients"]] == [
        ("files", "folder"),
        ("ana", "email"),
        ("later", "folder"),
    ]
    assert {tuple(row) for row in found["recipients"]} == {("name", "channel", "suspended", "next_slot", "pending")}
    assert found["recipients"][0]["next_slot"] is None
    assert re.fullmatch(r"\d{4}-\d\d-01T00:00:00Z", found["recipients"][2]["next_slot"])
    assert found["outbox"] == {"pending": 0, "sending": 0, "unknown": 0, "dead": 0, "rejected": 0}


def test_status_for_people_names_poll_recipients_and_outbox(walked):
    found = walked.ok("status").out
    assert re.search(r"Last poll +\d+ \w{3} \d{4} \d\d:\d\d UTC: complete", found)
    assert "9 Jun 2026" in found
    for name in ("files", "ana", "later"):
        assert name in found
    assert re.search(r"later +folder +\w{3} 1 \w{3} \d{4} 00:00 [+]0000", found)  # the next slot, with its offset
    assert found.count("after each poll with news") == 2


def test_before_the_first_run_everything_answers_and_nothing_is_made(desk):
    assert "run --once" in desk.ok("status").out
    assert desk.ok("status", "--json").json()["poll"] == {"last": None, "next": None, "data_version": None, "due": 2}
    assert ONE in desk.ok("list").out
    assert "Nothing" in desk.ok("log").out
    assert desk.ok("log", "--json").out == ""
    assert desk.ok("outbox", "list", "--json").out == ""
    found = desk.quick("show", ONE)
    assert found.code == 2
    assert "run a poll" in found.err or "run --once" in found.err
    assert not desk.state.exists()


def test_status_shows_what_fails_since_when(desk, registry):
    desk.watch(ONE, "NCT12")
    assert desk.quick("run", "--once").code == 1
    found = desk.ok("status")
    assert "watchlist" in found.out
    assert "NCT12" in found.out
    fault = desk.ok("status", "--json").json()["faults"][0]
    assert set(fault) == {"part", "state", "since", "message"}
    assert "watchlist.txt:2" in fault["message"]


def test_list_for_machines_and_people(walked):
    found = walked.ok("list", "--json").json()
    assert found["schema"] == 1
    rows = {row["nct_id"]: row for row in found["trials"]}
    assert rows[ONE]["status"] == "TERMINATED"
    assert rows[ONE]["watches"] == ["mine"]
    text = walked.ok("list").out
    assert re.search(rf"{ONE} +Terminated", text)
    assert f"{len(rows)} trials watched" in text
    assert "TERMINATED" not in text


def test_list_names_trials_as_the_operator_does(desk):
    (desk.folder / "watchlist.txt").write_text(f"{ONE}  # the back trial\n")
    desk.ok("run", "--once")
    assert "the back trial" in desk.ok("list").out
    assert "1 trial watched" in desk.ok("list").out
    assert desk.ok("list", "--json").json()["trials"][0]["short_name"] == "the back trial"


def test_show_gives_one_trial_to_people_and_the_whole_record_to_machines(walked):
    found = walked.ok("show", ONE.lower()).out
    assert "Terminated" in found
    assert "Interim analysis" in found
    assert f"https://clinicaltrials.gov/study/{ONE}" in found
    whole = walked.ok("show", ONE, "--json").json()
    assert whole["schema"] == 1
    assert whole["record"]["protocolSection"]["statusModule"]["overallStatus"] == "TERMINATED"
    assert whole["versions"] == 2


def test_an_id_never_read_or_malformed_is_exit_2_with_what_to_do(walked):
    found = walked.quick("show", "NCT99009999")
    assert found.code == 2
    assert "watcher add NCT99009999" in found.err
    for command in ("show", "log"):
        found = walked.quick(command, "NCT1")
        assert found.code == 2
        assert '"NCT1" is not a trial id' in found.err


def test_log_for_machines_has_one_object_a_line_in_the_documented_shape_newest_first(walked):
    entries = walked.ok("log", "--json").lines()
    assert {frozenset(entry) for entry in entries} == {frozenset(ENTRY)}
    assert {frozenset(change) for entry in entries for change in entry["changes"]} == {frozenset(CHANGE)}
    assert [entry["seq"] for entry in entries] == sorted((entry["seq"] for entry in entries), reverse=True)
    assert {change["severity"] for entry in entries for change in entry["changes"]} <= set(LEVELS)
    kinds = {change["kind"] for entry in entries for change in entry["changes"]}
    assert {"record.baseline", "status.stopped"} <= kinds
    stopped = next(change for entry in entries for change in entry["changes"] if change["kind"] == "status.stopped")
    assert (stopped["before"], stopped["after"]) == ("RECRUITING", "TERMINATED")
    assert entries[0]["to"]["data_version"] == "2026-06-09"


def test_log_of_one_trial_is_of_that_trial(walked):
    entries = walked.ok("log", ONE, "--json").lines()
    assert {entry["nct_id"] for entry in entries} == {ONE}
    assert len(entries) == 2
    text = walked.ok("log", ONE).out
    assert "Terminated" in text
    assert TWO not in text


def test_log_by_level_keeps_that_level_and_louder(walked):
    entries = walked.ok("log", "--severity", "major", "--json").lines()
    assert {change["severity"] for entry in entries for change in entry["changes"]} == {"critical", "major"}
    assert all(entry["changes"] for entry in entries)
    assert "record.baseline" not in json.dumps(entries)
    assert walked.quick("log", "--severity", "loud").code == 2


def test_log_since_keeps_what_was_seen_in_that_time(walked):
    assert walked.ok("log", "--since", "30d", "--json").out == walked.ok("log", "--json").out
    assert walked.ok("log", "--since", "0h", "--json").out == ""


@pytest.mark.parametrize("span", ["month", "30", "d30", "-3d"])
def test_a_span_that_is_none_is_exit_2_and_says_how_to_write_one(walked, span):
    found = walked.quick("log", f"--since={span}")
    assert found.code == 2
    assert "30d" in found.err


def test_looking_changes_no_byte_of_the_store(walked):
    before = walked.store_bytes()
    for command in (("status",), ("list",), ("show", ONE), ("log",), ("preview", "later"), ("outbox", "list")):
        walked.ok(*command)
    walked.ok("db", "check")
    assert walked.store_bytes() == before


def test_nothing_is_wider_than_80_columns_and_no_color_is_honoured(walked):
    for command in (("status",), ("list",), ("show", ONE), ("log",), ("outbox", "list")):
        found = walked.quick(*command, env={"COLUMNS": "80", "NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "xterm"})
        assert "\x1b[3" not in found.out
        plain = re.sub("\x1b\\[[0-9;]*m", "", found.out)
        assert max(map(len, plain.splitlines())) <= 80, command


def test_registry_text_cannot_steer_the_terminal(tmp_path, registry):
    desk = Desk(tmp_path).set_up(registry.base_url, FILES, ids=("NCT99000011",))
    while registry.next():
        pass
    desk.ok("run", "--once")
    for command in (("list",), ("show", "NCT99000011"), ("log",)):
        out = desk.ok(*command).out
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]", out)


def test_next_slot_is_utc_for_machines_and_the_recipients_own_time_for_people(desk):
    desk.set_up("http://127.0.0.1:9/api/v2", LATER.replace("welcome", 'timezone = "Asia/Kolkata"\nwelcome'))
    (row,) = desk.quick("status", "--json").json()["recipients"]
    assert row["next_slot"].endswith("T18:30:00Z")
    assert re.search(r"\w{3} 1 \w{3} \d{4} 00:00 \+0530", desk.quick("status").out)
