"""`export`, `history` and the Markdown page, as commands."""

import csv
import io
import json

from tests.cli.desk import ONE

HOSTILE = "NCT99000011"


def test_changes_as_csv_have_the_documented_columns_and_no_formula(walked):
    found = list(csv.reader(io.StringIO(walked.ok("export", "changes").out, newline="")))
    head, *rows = found
    assert head[:4] == ["nct_id", "title", "seq", "seen_at"]
    assert {len(row) for row in rows} == {len(head)}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert ["status.stopped", "critical"] in [row[6:8] for row in rows]


def test_changes_as_json_lines_say_the_same_as_the_log(walked):
    rows = walked.ok("export", "changes", "--format", "jsonl").lines()
    logged = [change for entry in walked.ok("log", "--json").lines() for change in entry["changes"]]
    assert [(row["path"], row["sentence"]) for row in rows] == [(one["path"], one["sentence"]) for one in logged]


def test_changes_can_be_asked_for_since(walked):
    assert len(walked.ok("export", "changes", "--since", "1h", "--format", "jsonl").lines()) > 10
    assert walked.ok("export", "changes", "--since", "0h", "--format", "jsonl").out == ""
    assert walked.quick("export", "changes", "--since", "soon").code == 2


def test_records_are_the_newest_as_sent(walked):
    records = walked.ok("export", "records").lines()
    ids = [one["protocolSection"]["identificationModule"]["nctId"] for one in records]
    assert ids == sorted(ids)
    assert len(ids) == 15
    shown = json.loads(walked.ok("show", ONE, "--json").out)["record"]
    assert records[ids.index(ONE)] == shown


def test_a_site_is_written_and_its_address_printed(walked, tmp_path):
    found = walked.ok("export", "site", tmp_path / "site")
    assert (tmp_path / "site/index.html").as_uri() in found.out
    assert found.err == ""
    again = walked.ok("export", "site", tmp_path / "site")
    assert again.out.startswith("0 files written")


def test_a_folder_with_other_things_is_refused(walked, tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    found = walked.quick("export", "site", tmp_path)
    assert found.code == 2
    assert "not empty" in found.err


def test_history_tells_every_version_newest_first(walked):
    out = walked.ok("history", ONE).out
    assert out.index("Terminated with 233 of 420") < out.index("First version kept")
    assert "420 planned → 233 actual" in " ".join(out.split())
    assert "\x1b" not in out


def test_history_can_be_narrowed(walked):
    loud = walked.ok("history", "NCT99000006", "--severity", "critical").out
    assert "versions have nothing of this level" in loud
    every = walked.ok("history", "NCT99000012", "--severity", "noise").out
    assert "Dates of updates and postings moved" in every
    assert "Nothing of this level" in walked.ok("history", ONE, "--since", "0h").out


def test_history_of_hostile_text_steers_no_terminal(walked):
    out = walked.ok("history", HOSTILE, "--severity", "noise").out
    assert not set(out) & set("\x1b\u202e\u200b\r")


def test_a_trial_never_read_is_said(walked):
    for command in (("history", "NCT00000001"), ("show", "NCT00000001", "--format", "markdown")):
        found = walked.quick(*command)
        assert found.code == 2
        assert "was never read" in found.err


def test_the_markdown_page_is_the_same_each_time(walked):
    page = walked.ok("show", ONE, "--format", "markdown").out
    assert page.startswith("---\ntitle: ")
    assert "`status.overallStatus` — changed" in page
    assert walked.ok("show", ONE, "--format", "markdown").out == page
