"""`compare --html`: one page that stands alone."""

import json

import pytest

from tests.pages.reading import parse
from watcher.sandbox.cast import cast


@pytest.fixture
def files(bare):
    """Write the first and last record of a trial of the cast; give a function that does so."""

    def write(nct_id):
        timeline = cast()
        for name, version in (("old.json", timeline.data_versions[0]), ("new.json", timeline.data_versions[-1])):
            (bare.folder / name).write_bytes(timeline.record(nct_id, version) or b"")
        return "old.json", "new.json"

    return write


@pytest.mark.parametrize("nct_id", ["NCT99000001", "NCT99000004", "NCT99000008", "NCT07555496"])
def test_the_page_is_valid_and_tells_every_change(bare, files, nct_id):
    found = bare.done("compare", *files(nct_id), "--html")
    parse(found.out)
    told = json.loads(bare.done("compare", "old.json", "new.json", "--json").out)
    assert told["story"] in found.out
    assert found.out.count("<li class=") == sum(change["severity"] != "noise" for change in told["changes"])


def test_words_that_changed_are_marked_and_noise_is_folded(bare, files):
    page = bare.done("compare", *files("NCT99000003"), "--html").out
    assert "<ins>" in page
    assert "<details" in page
    assert 'rel="stylesheet"' not in page


def test_hostile_text_is_harmless(bare, files):
    page = bare.done("compare", *files("NCT99000011"), "--html").out
    assert "<script" not in page.lower()
    assert "\u202e" not in page


def test_two_outputs_at_once_are_refused(bare, files):
    found = bare.quick("compare", *files("NCT99000001"), "--html", "--json")
    assert found.code == 2
    assert "choose one" in found.err
