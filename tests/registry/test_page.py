"""Bytes become raw records, or are not believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registry.scripted import study
from watcher.errors import RegistryAnswerError
from watcher.nct_id import is_nct_id
from watcher.registry.registry_model import DataVersion
from watcher.registry.studies_page import decode_record, fingerprint, read_page, read_single, read_version
from watcher.registry.transport import RECORD_CAP, HttpResponse

ONE = "NCT99000001"


def answer(body, kind="application/json"):
    return HttpResponse(200, {"content-type": kind}, body if isinstance(body, bytes) else json.dumps(body).encode())


def single(value):
    return read_single(answer(value))


def test_records_come_in_the_order_of_the_page_with_their_very_bytes():
    first, second = json.dumps(study(ONE)), json.dumps(study("NCT99000002", aliases=("NCT00000009",)), indent=2)
    sheet = read_page(answer(f'{{"totalCount":2,"studies" : [\n{first} ,\n{second}\n],"nextPageToken":"x"}}'.encode()))
    assert [record.body.decode() for record in sheet.records] == [first, second]
    assert [record.nct_id for record in sheet.records] == [ONE, "NCT99000002"]
    assert [record.aliases for record in sheet.records] == [(), ("NCT00000009",)]
    assert {record.data_version for record in sheet.records} == {"2026-03-13"}
    assert sheet.next_token == "x"
    assert sheet.unreadable == ()


@pytest.mark.parametrize("body", [b'{"studies":[  ]}', b'{"totalCount":0,"studies":[\n\n]}'])
def test_an_empty_list_is_legal(body):
    sheet = read_page(answer(body))
    assert (sheet.records, sheet.next_token) == ((), None)


def test_an_empty_list_may_have_a_next_page():
    assert read_page(answer({"studies": [], "nextPageToken": "t"})).next_token == "t"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b'{"studies":null}', b'{"studies":{}}', b'{"error":"x"}', b"<html>", b"\xff\xfe",
     b'{"studies":[]} {"studies":[]}', b'{"studies":[],"nextPageToken":7}'],
)  # fmt: skip
def test_what_is_no_list_of_studies_is_not_believed(body):
    with pytest.raises(RegistryAnswerError):
        read_page(answer(body))


def test_a_page_cut_anywhere_is_not_believed():
    whole = json.dumps({"studies": [study(ONE), study("NCT99000002")]}).encode()
    for end in range(len(whole)):
        with pytest.raises(RegistryAnswerError):
            read_page(answer(whole[:end]))


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain", "", "application/problem+json"])
def test_what_does_not_call_itself_json_is_not_believed(kind):
    body = json.dumps({"studies": []}).encode()
    for read in (read_page, read_single, read_version):
        with pytest.raises(RegistryAnswerError, match="instead of JSON"):
            read(answer(body, kind))


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/json;x=y"])
def test_json_may_be_spelt_freely(kind):
    assert read_page(answer(b'{"studies":[]}', kind)).records == ()


@pytest.mark.parametrize(
    "broken",
    [
        b"7",
        b"{}",
        b'{"protocolSection":{}}',
        b'{"protocolSection":{"identificationModule":{"nctId":"NCT1"}}}',
        b'{"protocolSection":{"identificationModule":{"nctId":"NCT00000000"}}}',
        b'{"protocolSection":{"identificationModule":{"nctId":null}}}',
        b'{"protocolSection":{"identificationModule":{"nctId":"NCT99000001","briefTitle":"\xff"}}}',
        b'{"protocolSection":{"identificationModule":{"nctId":"NCT99000001"}},"derivedSection":[]}',
    ],
)
def test_one_broken_record_does_not_harm_its_neighbours(broken):
    good = json.dumps(study("NCT99000002")).encode()
    sheet = read_page(answer(b'{"studies":[' + broken + b"," + good + b"]}"))
    assert [record.nct_id for record in sheet.records] == ["NCT99000002"]
    assert [(one.nct_id, bool(one.reason)) for one in sheet.unreadable] == [(None, True)]


def test_a_record_over_its_cap_is_named():
    large = study(ONE, briefTitle="x" * RECORD_CAP)
    sheet = read_page(answer({"studies": [large]}))
    assert sheet.records == ()
    assert [one.nct_id for one in sheet.unreadable] == [ONE]
    assert "16 MB" in sheet.unreadable[0].reason


@pytest.mark.parametrize("holder", [None, 7, [], {"a": 1}, ""])
def test_a_stamp_that_is_no_text_counts_as_absent(holder):
    value = study(ONE)
    value["derivedSection"]["miscInfoModule"]["versionHolder"] = holder
    assert single(value).data_version is None


def test_a_record_without_a_stamp_is_a_record():
    value = study(ONE, version=None)
    assert single(value).data_version is None
    del value["derivedSection"]
    assert single(value).data_version is None


def test_unknown_keys_pass():
    assert single(study(ONE) | {"newSection": {"nctId": "NCT99000007"}}).nct_id == ONE


@pytest.mark.parametrize("indent", [None, 2])
def test_fingerprint_ignores_the_stamp_alone(indent):
    def of(version, title="t"):
        body = json.dumps(study(ONE, version=version, briefTitle=title), indent=indent).encode()
        return read_single(answer(body)).fingerprint

    assert of("2026-03-13") == of("2026-03-16")
    assert of("2026-03-13") != of("2026-03-13", "u")
    assert of("2026-03-13") != of(None)


stamped = json.dumps(study(ONE, version="2026-03-13", briefTitle="naïve")).encode()
stamp_at = stamped.index(b"2026-03-13")


@given(at=st.integers(0, len(stamped) - 1), sign=st.integers(0, 255))
def test_fingerprint_sees_every_other_byte(at, sign):
    changed = stamped[:at] + bytes([sign]) + stamped[at + 1 :]
    if changed[stamp_at : stamp_at + 10] == b"2026-03-13" and changed != stamped:
        assert fingerprint(changed, "2026-03-13") != fingerprint(stamped, "2026-03-13")


@given(st.dates().map(str))
def test_fingerprint_is_the_same_at_every_data_version(version):
    changed = stamped.replace(b"2026-03-13", version.encode())
    assert fingerprint(changed, version) == fingerprint(stamped, "2026-03-13")


@pytest.mark.parametrize(
    "decoy",
    [
        {"note": 'the text "versionHolder":"2026-03-13" in a text'},
        {"note": "versionHolder"},
        {"zzz": {"versionHolder": "other"}},
        {"zzz": {"versionHolder": "2026-03-99"}},
    ],
)
def test_nothing_hides_in_the_cut(decoy):
    def of(version, value):
        return single(study(ONE, version=version) | value).fingerprint

    changed = json.loads(json.dumps(decoy).replace("e", "E", 1).replace("9", "8", 1))
    assert changed != decoy
    for version in ("2026-03-13", "2026-03-99"):
        assert of(version, decoy) != of(version, changed)


def test_an_escaped_stamp_is_hashed_rather_than_guessed():
    body = stamped.replace(b"2026-03-13", rb"\u0032026-03-13")
    record = read_single(answer(body))
    assert record.data_version == "2026-03-13"
    assert record.fingerprint == fingerprint(body, None)


def test_version_is_read_with_its_token():
    body = b'{"apiVersion" : "2.0.5", "dataTimestamp" : "2026-09-11T09:00:04"}'
    assert read_version(answer(body)) == DataVersion(token="2026-09-11T09:00:04", api_version="2.0.5")


@pytest.mark.parametrize("body", [b'{"apiVersion":"2.0.5"}', b'{"apiVersion":"2.0.5","dataTimestamp":null}'])
def test_a_missing_token_is_no_error(body):
    assert read_version(answer(body)) == DataVersion(token=None, api_version="2.0.5")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"apiVersion":2}', b'{"apiVersion":"2', rb'{"apiVersion":"\ud800"}',
     b'{"apiVersion":"2","x":' + b"[" * 1000 + b"]" * 1000 + b"}", b'{"apiVersion":"2","x":NaN}'],
)  # fmt: skip
def test_what_names_no_version_is_not_believed(body):
    with pytest.raises(RegistryAnswerError):
        read_version(answer(body))


@pytest.mark.parametrize("body", [b"", b"{}", b'{"studies":[]}', stamped[:-1]])
def test_what_is_no_study_is_not_believed(body):
    with pytest.raises(RegistryAnswerError):
        read_single(answer(body))


def test_records_decode_to_what_was_sent():
    assert decode_record(stamped) == json.loads(stamped)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"a":"\xff"}', b"null", b'{"a":' + b"9" * 5000 + b"}", b'{"a":1e999}', b'{"a":NaN}',
     rb'{"a":"\ud800"}', b'{"a":' * 1000 + b"1" + b"}" * 1000, b'{"a":' + b"[" * 64 + b"]" * 64 + b"}"],
)  # fmt: skip
def test_what_is_no_object_does_not_decode(body):
    with pytest.raises(RegistryAnswerError):
        decode_record(body)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("NCT99000001", True), ("NCT00000001", True), ("NCT00000000", False), ("nct99000001", False),
        ("NCT9900000", False), ("NCT990000011", False), (" NCT99000001", False), ("NCT99000001\n", False),
        ("NCT9900000１", False), ("", False),
    ],
)  # fmt: skip
def test_ids_are_held_to_eight_digits(text, allowed):
    assert is_nct_id(text) is allowed
