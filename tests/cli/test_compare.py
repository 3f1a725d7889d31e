"""`compare`: two records from files, without configuration and store."""

import json
import re
import urllib.request

import pytest

from watcher.rendering.plain_text import columns
from watcher.sandbox.sample_trials import sample_timeline
from watcher.sandbox.server import Sandbox

TOP = ["schema", "nct_id", "title", "seq", "seen_at", "story", "from", "to", "changes"]
CHANGE = ["kind", "severity", "rule", "path", "verb", "before", "after", "sentence", "origin", "record_paths"]


@pytest.fixture
def pair(bare):
    """Give the names of an older and a newer record's file."""
    with Sandbox(sample_timeline()) as registry:
        for name in ("old.json", "new.json"):
            with urllib.request.urlopen(f"{registry.base_url}/studies/NCT99000001") as answer:
                (bare.folder / name).write_bytes(answer.read())
            while registry.next():
                pass
    return "old.json", "new.json"


def test_the_object_for_machines_has_the_documented_shape(bare, pair):
    found = bare.ok("compare", *pair, "--json")
    assert found.err == ""
    whole = found.json()
    assert list(whole) == TOP
    assert whole["schema"] == 1
    assert whole["nct_id"] == "NCT99000001"
    assert whole["seq"] is None
    assert whole["seen_at"] is None
    assert whole["from"]["data_version"] == "2026-05-29"
    assert set(whole["to"]) == {"data_version", "last_update_posted"}
    assert [list(change) for change in whole["changes"]] == [CHANGE] * len(whole["changes"])
    stopped = next(change for change in whole["changes"] if change["kind"] == "status.stopped")
    assert stopped["path"] == "status.overallStatus"
    assert stopped["severity"] == "critical"
    assert "protocolSection.statusModule.overallStatus" in stopped["record_paths"]
    assert "Terminated" in stopped["sentence"]


def test_people_get_the_story(bare, pair):
    found = bare.ok("compare", *pair)
    assert "erminated" in found.out.splitlines()[0] or "TERMINATED" in found.out.splitlines()[0]
    assert "420" in found.out
    assert "233" in found.out
    assert "NCT99000001" in found.out


def test_a_record_beside_itself_did_not_change(bare, pair):
    assert "Nothing changed in NCT99000001." in bare.ok("compare", "old.json", "old.json").out
    assert bare.ok("compare", "old.json", "old.json", "--json").json()["changes"] == []


def test_a_change_that_is_noise_is_said_to_be_noise(bare, pair):
    record = json.loads((bare.folder / "old.json").read_text())
    record["protocolSection"]["statusModule"]["statusVerifiedDate"] = "2026-06"
    (bare.folder / "verified.json").write_text(json.dumps(record))
    assert "noise" in bare.ok("compare", "old.json", "verified.json").out
    changes = bare.ok("compare", "old.json", "verified.json", "--json").json()["changes"]
    assert [change["severity"] for change in changes] == ["noise"]


def test_two_different_trials_are_refused(bare, pair):
    record = json.loads((bare.folder / "new.json").read_text())
    record["protocolSection"]["identificationModule"]["nctId"] = "NCT99000002"
    (bare.folder / "other.json").write_text(json.dumps(record))
    found = bare.quick("compare", "old.json", "other.json")
    assert found.code == 2
    assert found.out == ""
    assert "NCT99000001" in found.err
    assert "NCT99000002" in found.err


@pytest.mark.parametrize("nct_id", [f"NCT990000{number:02}" for number in range(1, 14)])
def test_every_story_of_the_cast_can_be_read_in_eighty_columns(bare, nct_id):
    with Sandbox(sample_timeline()) as registry:
        for name in ("old.json", "new.json"):
            with urllib.request.urlopen(f"{registry.base_url}/studies/{nct_id}") as answer:
                (bare.folder / name).write_bytes(answer.read())
            while registry.next():
                pass
    bare.environ["COLUMNS"] = "80"
    out = bare.ok("compare", "old.json", "new.json").out
    assert nct_id in out
    assert all(columns(line) <= 80 for line in out.splitlines())
    assert not re.search(r"\b(None|null)\b|[A-Z]+_[A-Z]+|[a-z]+Module", out)


def test_what_was_replaced_moved_and_quoted_is_marked(bare):
    with Sandbox(sample_timeline()) as registry:
        for place in ("old", "new"):
            for nct_id in ("NCT99000001", "NCT99000003", "NCT99000004"):
                with urllib.request.urlopen(f"{registry.base_url}/studies/{nct_id}") as answer:
                    (bare.folder / f"{place}-{nct_id}.json").write_bytes(answer.read())
            while registry.next():
                pass
    said = {}
    for nct_id in ("NCT99000001", "NCT99000003", "NCT99000004"):
        said[nct_id] = " ".join(bare.ok("compare", f"old-{nct_id}.json", f"new-{nct_id}.json").out.split())
    assert "within [6 → 12] months (tightened)" in said["NCT99000004"]
    assert "(moved from Exclusion)" in said["NCT99000004"]
    assert "+ Able to keep an electronic diary" in said["NCT99000004"]
    assert "hospital [+ or online]" in said["NCT99000003"]
    assert "Sponsor's reason: “Interim analysis" in said["NCT99000001"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "protocolSection"),
        (b"[]", "protocolSection"),
        (b'{"protocolSection": {}}', "identificationModule"),
        (b'{"protocolSection": {"identificationModule": {"nctId": 7}}}', "nctId"),
        (b'{"protocolSection": {"identificationModule": []}}', "identificationModule"),
        (b"<html>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100000, ""),
    ],
    ids=["empty", "list", "no module", "no id", "module is a list", "web page", "no text", "deep"],
)
def test_what_is_no_record_is_exit_2_in_one_sentence(bare, pair, content, said):
    (bare.folder / "odd.json").write_bytes(content)
    for files in (("odd.json", "new.json"), ("old.json", "odd.json")):
        found = bare.quick("compare", *files)
        assert found.code == 2
        assert said in found.err
        assert found.err.count("\n") == 1
        assert "odd.json" in found.err


def test_a_file_that_is_not_there_is_exit_2(bare, pair):
    found = bare.quick("compare", "none.json", "new.json")
    assert found.code == 2
    assert "none.json" in found.err


def test_a_line_names_its_site_and_no_label_is_said_twice(bare):
    from tests.changes.builders import a_posted, a_record, a_site, put

    sites, acronym = (
        ("protocolSection", "contactsLocationsModule", "locations"),
        ("protocolSection", "identificationModule", "acronym"),
    )
    old = put(put(a_record(), acronym, None), sites, [a_site("Clinic", "Lugo", "Spain", status="RECRUITING")])
    for name in ("primaryCompletionDateStruct", "completionDateStruct"):
        old = put(old, ("protocolSection", "statusModule", name), {"date": "2028-01", "type": "ESTIMATED"})
    new = put(put(a_posted(old, "2026-03-10"), acronym, "BACK-EASE"), (*sites, 0, "status"), "COMPLETED")
    for name in ("primaryCompletionDateStruct", "completionDateStruct"):
        new = put(new, ("protocolSection", "statusModule", name, "date"), "2028-09")
    for name, record in (("before.json", old), ("after.json", new)):
        (bare.folder / name).write_text(json.dumps(record))
    told = bare.ok("compare", "before.json", "after.json").out
    assert "Site no longer recruiting in Spain: Clinic, Lugo, now completed." in told
    assert re.search(r"Study completion +The same dates\.", told)
    assert "Acronym added" in told or re.search(r"Acronym +Added: “BACK-EASE”\.", told)
    assert "Acronym             Acronym" not in told
