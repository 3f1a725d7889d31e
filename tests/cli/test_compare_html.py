"""`compare --html`: one page that stands alone."""

import json

import pytest

from tests.pages.reading import parse
from tests.support.hostile_trial import hostile_timeline
from watcher.sandbox.sample_trials import sample_timeline


@pytest.fixture
def files(bare):
    """Write the first and last record of a trial of the sample_timeline; give a function that does so."""

    def write(nct_id):
        timeline = hostile_timeline()
        for name, version in (("old.json", timeline.data_versions[0]), ("new.json", timeline.data_versions[-1])):
            (bare.folder / name).write_bytes(timeline.record(nct_id, version) or b"")
        return "old.json", "new.json"

    return write


@pytest.mark.parametrize("nct_id", ["NCT99000001", "NCT99000004", "NCT99000008", "NCT07555496"])
def test_the_page_is_valid_and_tells_every_change(bare, files, nct_id):
    found = bare.ok("compare", *files(nct_id), "--html")
    parse(found.out)
    told = json.loads(bare.ok("compare", "old.json", "new.json", "--json").out)
    assert told["story"] in found.out
    assert found.out.count("<li class=") == sum(change["severity"] != "noise" for change in told["changes"])


def test_words_that_changed_are_marked_and_noise_is_folded(bare, files):
    page = bare.ok("compare", *files("NCT99000003"), "--html").out
    assert "<ins>" in page
    assert "<details" in page
    assert 'rel="stylesheet"' not in page


def test_hostile_text_is_harmless(bare, files):
    page = bare.ok("compare", *files("NCT99000011"), "--html").out
    assert "<script" not in page.lower()
    assert "\u202e" not in page


def test_two_outputs_at_once_are_refused(bare, files):
    found = bare.quick("compare", *files("NCT99000001"), "--html", "--json")
    assert found.code == 2
    assert "choose one" in found.err


@pytest.fixture
def edited(bare):
    """Write a record twice, with two eligibility texts; give a function that returns the page that compares them."""

    def page(old, new):
        record = json.loads(sample_timeline().record("NCT99000001", sample_timeline().data_versions[0]) or b"{}")
        for name, text in (("old.json", old), ("new.json", new)):
            record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = text
            (bare.folder / name).write_text(json.dumps(record))
        return bare.ok("compare", "old.json", "new.json", "--html").out

    return page


def test_a_long_criterion_is_folded_and_not_cut(edited):
    words = [f"word{number}" for number in range(400)]
    long = " ".join(words)
    page = edited("Inclusion Criteria:\n\n* Adults", f"Inclusion Criteria:\n\n* Adults\n* {long}")
    parse(page)
    assert '<details class="whole">' in page
    assert long in page
    reworded = edited(
        f"Inclusion Criteria:\n\n* {long}", f"Inclusion Criteria:\n\n* {long.replace('word200', 'other')}"
    )
    assert "word1 word2" in reworded
    assert "word398 word399" in reworded
    assert "<ins>other</ins>" in reworded.partition('<details class="whole">')[2]


def test_many_criteria_are_folded_and_all_told(edited):
    many = "\n".join(f"* Marker alpha{number} above {number} in sample beta{number}" for number in range(150))
    page = edited("Inclusion Criteria:\n\n* Adults", f"Inclusion Criteria:\n\n* Adults\n{many}")
    parse(page)
    assert page.count("Marker alpha") >= 150
    assert "And 138 more changes of eligibility criteria" in page
    assert "see the log of the watcher" not in page


def test_criteria_that_were_rewritten_are_folded_and_all_told(edited):
    page = edited(
        "Inclusion Criteria:\n\n" + "\n".join(f"* Alpha{number} beta{number}" for number in range(20)),
        "Inclusion Criteria:\n\n" + "\n".join(f"* Gamma{number} delta{number}" for number in range(20)),
    )
    assert "rewritten" in page
    assert "And 28 more</summary>" in page
    assert all(
        f"Alpha{number} beta{number}”" in page and f"Gamma{number} delta{number}”" in page for number in range(20)
    )
