"""Real records keep their promises. The folder comes from TRIAL_RECORDS."""

import itertools
import json
import os
from pathlib import Path

import pytest

from watcher.registry.plausibility import SOUND, assess_age, assess_content
from watcher.registry.studies_page import decode_record, read_page, read_single
from watcher.registry.transport import HttpResponse

FOLDER = Path(os.environ.get("TRIAL_RECORDS", "/nonexistent"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="TRIAL_RECORDS names no folder of real records")

JSON = {"content-type": "application/json"}


def raw(path):
    return read_single(HttpResponse(200, JSON, path.read_bytes()))


def neighbours(folder):
    days = [raw(path) for path in sorted(folder.glob("*.json"))]
    return list(itertools.pairwise(days))


def test_a_series_where_only_the_stamp_moves_has_one_fingerprint():
    days = [raw(path) for path in sorted((FOLDER / "series" / "NCT05126537").glob("*.json"))]
    assert len(days) > 10
    assert len({day.data_version for day in days}) > 10
    assert len({day.fingerprint for day in days}) == 1


def unstamped(record):
    whole = json.loads(record.body)
    del whole["derivedSection"]["miscInfoModule"]["versionHolder"]
    return whole


def test_fingerprints_of_neighbours_are_equal_when_only_the_stamp_moved():
    pairs = [pair for folder in sorted((FOLDER / "pairs").iterdir()) for pair in neighbours(folder)]
    assert len(pairs) >= 40
    for old, new in pairs:
        assert (old.fingerprint == new.fingerprint) == (unstamped(old) == unstamped(new)), old.nct_id
        assert assess_content(decode_record(new.body), decode_record(old.body)) == SOUND
        assert assess_age(new, old.data_version) == SOUND


def test_every_record_is_read_as_a_full_parse_reads_it():
    paths = sorted((FOLDER / "records").glob("*.json"))
    assert len(paths) > 400
    body = b'{"studies":[' + b",\n".join(path.read_bytes() for path in paths) + b"]}"
    sheet = read_page(HttpResponse(200, JSON, body))
    assert sheet.unreadable == ()
    for path, record in zip(paths, sheet.records, strict=True):
        whole = json.loads(path.read_bytes())
        identification = whole["protocolSection"]["identificationModule"]
        assert record.nct_id == path.stem == identification["nctId"]
        assert record.aliases == tuple(identification.get("nctIdAliases", ()))
        assert record.data_version == whole["derivedSection"]["miscInfoModule"]["versionHolder"]
        assert decode_record(record.body) == whole
        assert assess_content(whole, None) == SOUND


def test_reformatted_records_keep_id_and_stamp_and_only_lose_the_short_cut():
    for path in sorted((FOLDER / "records").glob("*.json"))[::50]:
        record = raw(path)
        indented = json.dumps(decode_record(record.body), indent=2).encode()
        other = read_single(HttpResponse(200, JSON, indented))
        assert (other.nct_id, other.data_version, other.aliases) == (record.nct_id, record.data_version, record.aliases)
        moved = indented.replace((record.data_version or "").encode(), b"2031-01-01")
        if moved.count(b"2031-01-01") == 1:
            assert read_single(HttpResponse(200, JSON, moved)).fingerprint == other.fingerprint
