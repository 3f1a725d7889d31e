from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import pytest
from hypothesis import given

from tests.changes.builders import a_posted, a_record, field, put
from tests.changes.mutation import mutated
from tests.changes.real import load, needs_records, pair_paths
from watcher.changes import serialize
from watcher.changes.compare import apply_edits, compare_records
from watcher.changes.model import Change, Comparison, Origin, Severity, Stamp, Verb
from watcher.changes.normalise import canonical_hash
from watcher.changes.wording.say import phrase

NEWER = a_posted(
    put(
        put(a_record(), field("statusModule", "overallStatus"), "TERMINATED"),
        field("statusModule", "whyStopped"),
        "Funds",
    ),
    "2026-02-01",
)


def test_printed_object_has_exactly_the_agreed_keys():
    found = serialize.printed(compare_records(a_record(), NEWER), title="A title", story="A story", phrase=phrase)
    assert list(found) == ["schema", "nct_id", "title", "seq", "seen_at", "story", "from", "to", "changes"]
    assert (found["schema"], found["nct_id"], found["seq"], found["seen_at"]) == (1, "NCT99000001", None, None)
    assert found["from"] == {"data_version": "2026-01-22", "last_update_posted": "2026-01-22"}
    assert found["to"] == {"data_version": "2026-02-01", "last_update_posted": "2026-02-01"}
    assert {tuple(change) for change in found["changes"]} == {
        ("kind", "severity", "rule", "path", "verb", "before", "after", "sentence", "origin", "record_paths")
    }


def test_change_is_printed_as_the_registry_spells_it():
    found = serialize.printed(compare_records(a_record(), NEWER), title="", story="", phrase=phrase)
    change = found["changes"][0]
    assert (change["kind"], change["severity"], change["verb"], change["origin"]) == (
        "status.stopped",
        "critical",
        "changed",
        "sponsor",
    )
    assert (change["path"], change["before"], change["after"]) == ("status.overallStatus", "RECRUITING", "TERMINATED")
    assert change["record_paths"] == [
        "protocolSection.statusModule.overallStatus",
        "protocolSection.statusModule.whyStopped",
    ]


def test_time_is_printed_in_utc_and_sequence_as_given():
    seen_at = datetime(2026, 3, 13, 15, 5, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    found = serialize.printed(
        compare_records(a_record(), NEWER), title="", story="", phrase=phrase, seq=4711, seen_at=seen_at
    )
    assert (found["seq"], found["seen_at"]) == (4711, "2026-03-13T14:05:00Z")


def test_printed_text_is_one_line_of_json_with_letters_as_they_are():
    text = serialize.dumps({"a": ("é", 1)})
    assert (text, json.loads(text)) == ('{"a": ["é", 1]}', {"a": ["é", 1]})
    assert "\n" in serialize.dumps({"a": 1}, indent=2)


@given(mutated())
def test_stored_comparison_comes_back_whole(newer):
    comparison = compare_records(a_record(), newer)
    again = serialize.from_bytes(serialize.to_bytes(comparison))
    assert again.edits == comparison.edits
    assert [(change.kind, change.path, change.edits) for change in again.changes] == [
        (change.kind, change.path, change.edits) for change in comparison.changes
    ]
    assert serialize.to_bytes(again) == serialize.to_bytes(comparison)
    assert canonical_hash(apply_edits(a_record(), again.edits)) == canonical_hash(newer)


def test_words_are_the_same_after_storing():
    comparison = compare_records(a_record(), NEWER)
    again = serialize.from_bytes(serialize.to_bytes(comparison))
    assert list(map(phrase, again.changes)) == list(map(phrase, comparison.changes))


def test_facts_of_any_mapping_and_sequence_can_be_stored():
    change = Change(
        kind="results.overdue",
        severity=Severity.MINOR,
        rule="a rule",
        path="results.due",
        verb=Verb.CHANGED,
        before=None,
        after=(1, 2),
        origin=Origin.CLOCK,
        facts=MappingProxyType({"due": MappingProxyType({"on": "2026-01-01"})}),
    )
    stamp = Stamp(data_version=None, last_update_posted=None)
    stored = serialize.to_bytes(
        Comparison(nct_id="NCT99000001", older=stamp, newer=stamp, edits=(), changes=(change,), catalogue_revision=7)
    )
    again = serialize.from_bytes(stored)
    assert (again.changes[0].facts, again.changes[0].after, again.catalogue_revision) == (
        {"due": {"on": "2026-01-01"}},
        [1, 2],
        7,
    )


def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError, match="not a JSON value: datetime"):
        serialize.dumps({"at": datetime(2026, 1, 1, tzinfo=UTC)})


@needs_records
def test_real_comparisons_come_back_whole():
    for older, newer in pair_paths():
        comparison = compare_records(load(older), load(newer))
        again = serialize.from_bytes(serialize.to_bytes(comparison))
        assert again.edits == comparison.edits
        assert list(map(phrase, again.changes)) == list(map(phrase, comparison.changes))
