"""Rows for spreadsheets and programs."""

import csv
import io
import json

from tests.pages.made import START, a_trial
from watcher.pages.exports import COLUMNS, csv_head, csv_line, json_line, rows
from watcher.sandbox.sample_trials import sample_timeline


def read_back(text):
    return next(csv.reader(io.StringIO(text, newline="")))


def a_row(**more):
    row = dict.fromkeys(COLUMNS, "x") | {"record_paths": ["a.b", "c[0].d"]}
    return row | more


def test_a_row_comes_back_cell_by_cell():
    row = a_row(before={"date": "2026-01"}, after=None, seq=7, title='say "x", y\nz', sentence="=cmd|'/c calc'!A0")
    cells = dict(zip(COLUMNS, read_back(csv_line(row)), strict=True))
    assert json.loads(cells["before"]) == {"date": "2026-01"}
    assert cells["after"] == ""
    assert cells["seq"] == "7"
    assert cells["title"] == 'say "x", y z'
    assert cells["sentence"] == "'=cmd|'/c calc'!A0"
    assert cells["record_paths"] == "a.b c[0].d"


def test_the_head_names_the_columns():
    assert read_back(csv_head()) == list(COLUMNS)


def test_json_keeps_every_value_as_it_is():
    row = a_row(before=None, after="=1+1")
    assert json.loads(json_line(row)) == row
    assert json_line(row).count("\n") == 1


def test_every_change_is_a_row_noise_too():
    timeline = sample_timeline()
    first, last = (timeline.data_versions[index] for index in (0, -1))
    records = [json.loads(timeline.record("NCT99000001", day) or b"") for day in (first, last)]
    step = a_trial(*records).steps[1]
    found = list(rows(step.comparison, title="t", seq=2, seen_at=START))
    assert len(found) == len(step.comparison.changes)
    assert {row["severity"] for row in found} >= {"critical", "noise"}
    assert all(tuple(row) == COLUMNS for row in found)
    assert found[0]["seen_at"] == "2026-06-01T10:00:00Z"
