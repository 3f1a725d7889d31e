"""`search` shows what a search selects; `add` takes what people paste and shows what it is."""

import io
import json
import sys
from datetime import timedelta

import pytest

from tests.cli.desk import FILES, ONE, TWO, Desk
from watcher.cli import watchlist_commands
from watcher.config.load import load_config
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.search.search_query import translate

SITE = "https://clinicaltrials.gov/search?"
RECRUITING = f"{SITE}aggFilters=status:rec"


def test_search_shows_its_translation_the_count_and_the_first_ten_trials(desk):
    found = desk.ok("search", f"{SITE}term=pain&sort=StartDate&limit=100")
    assert found.out.startswith("Search: pain\n  query.term = pain\nNote: sort=StartDate was left out")
    assert "\n10 trials now.\n" in found.out
    assert found.out.count("\nNCT") == 10
    assert "NCT99000009  Active, not recruiting   Not applicable  Mosellin and Exercise for Knee Pain" in found.out
    assert "more" not in found.out
    assert not desk.database.exists()


def test_search_for_words_is_an_object_for_machines(desk):
    found = desk.ok("search", "--json", "knee", "pain").json()
    assert found["search"]["params"] == {"query.term": "knee pain"}
    assert found["search"]["key"] == translate("knee pain").key
    assert (found["total"], found["added"]) == (1, None)
    assert found["trials"][0]["nct_id"] == "NCT99000009"


def test_search_that_matches_nothing_says_so(desk):
    assert "nothing in the registry matches it" in desk.ok("search", "nobody has this").out


@pytest.mark.parametrize(
    ("what", "address"), [(["knee", "pain"], '{ term = "knee pain" }'), ([f"{RECRUITING}&locStr=a b&country=x"], None)]
)
def test_search_is_added_as_a_watch_of_its_own_file(desk, what, address):
    desk.ok("search", "--add", 'Knees, "all"', *what)
    path = desk.folder / "conf.d" / "knees-all.toml"
    added = next(watch for watch in load_config(desk.path).config.watch if watch.name == 'Knees, "all"')
    assert added.search == translate(" ".join(what))
    assert address is None or f"search = {address}\n" in path.read_text()
    again = desk.quick("search", "--add", 'Knees, "all"', *what)
    assert (again.code, "there is a watch named" in again.err) == (2, True)
    desk.environ["WATCHER_REGISTRY__CONTACT"] = "a@example.org"
    desk.ok("search", "--add", "knees all", "--max-trials", "77", *what)
    assert "max_trials = 77\n" in path.with_name("knees-all-2.toml").read_text()


def test_search_with_a_long_name_gets_a_short_file(desk):
    desk.ok("search", "--add", "knee " * 100, "knee")
    assert [len(path.stem) <= 60 for path in (desk.folder / "conf.d").iterdir()] == [True]


def test_search_of_too_many_trials_is_not_added(desk):
    found = desk.quick("search", "--add", "x", "--max-trials", "3", RECRUITING)
    assert found.code == 2
    assert "7 trials, more than the 3" in found.err
    assert not (desk.folder / "conf.d").exists()


def test_watch_that_breaks_the_configuration_is_taken_back(desk):
    (desk.folder / "conf.d").mkdir()
    desk.change("[[recipient]]", '[[recipient]]\nwatches = ["mine"]')
    (desk.folder / "conf.d" / "broken.toml").write_text("[[watch]\n")
    assert desk.quick("search", "--add", "x", "pain").code == 78
    assert [path.name for path in (desk.folder / "conf.d").iterdir()] == ["broken.toml"]


@pytest.mark.parametrize("what", ["AREA[Nothing]x", "https://evil.example/search?cond=x", f"{SITE}limit=10"])
def test_search_that_cannot_be_asked_is_one_sentence(desk, what):
    found = desk.quick("search", "--add", "x", what)
    assert found.code == (69 if "AREA" in what else 2)
    assert found.err.count("\n") == 1
    assert not (desk.folder / "conf.d").exists()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FaultKind.HTML, "instead of JSON"),
        (FaultKind.NOT_JSON, "cannot be read"),
        (FaultKind.REFUSED, "refuses us"),
    ],
)
def test_answer_that_is_none_is_one_sentence_and_adds_nothing(desk, registry, kind, said):
    registry.arm(RegistryFault(kind=kind, times=None))
    desk.change("requests_per_second", 'transport = "urllib"\nrequests_per_second')
    found = desk.quick("search", "--add", "x", "pain")
    assert (found.code, said in found.err, found.err.count("\n")) == (69, True, 1), found.err
    assert not (desk.folder / "conf.d").exists()


def test_registry_that_has_refused_us_is_not_asked(desk, registry):
    registry.arm(RegistryFault(kind=FaultKind.REFUSED, times=None))
    desk.quick("run", "--once")
    asked = len(registry.requests)
    assert asked > 0
    found = desk.quick("search", "pain")
    assert (found.code, "refuses us" in found.err) == (69, True)
    assert "added NCT99000009\n" in desk.ok("add", "NCT99000009").out
    assert len(registry.requests) == asked


# --- add --------------------------------------------------------------------------------------------------------------


def test_add_answers_with_title_and_status(desk):
    found = desk.ok("add", f"nct99000009, {ONE}", f"{SITE}cond=pain&sort=x", "NCT07000000")
    assert found.out.splitlines()[:4] == [
        "added NCT99000009: Mosellin and Exercise for Knee Pain, active, not recruiting",
        "added the search: pain; 10 trials now",
        "  sort=x was left out: the order does not decide which trials match",
        "added NCT07000000: the registry does not know this id; check it",
    ]
    assert (desk.folder / "watchlist.txt").read_text().splitlines()[2:] == [
        "NCT99000009",
        f"{SITE}cond=pain&sort=x",
        "NCT07000000",
    ]
    assert "Watched        4 trials and 1 search in 1 watch" in desk.quick("check-config").out


def test_added_search_is_watched_from_the_next_run_on(desk):
    desk.ok("add", f"{SITE}cond=migraine")
    desk.ok("run", "--once")
    assert "NCT99000004" in desk.ok("list").out
    assert "mine: 1 trial; migraine" in desk.ok("status").out


def test_search_of_more_trials_than_the_watch_may_hold_is_warned_of(desk):
    desk.change('ids_file = "watchlist.txt"', 'ids_file = "watchlist.txt"\nmax_trials = 3')
    assert "more than max_trials = 3" in desk.ok("add", RECRUITING).out


def test_what_cannot_be_looked_up_is_added_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(watchlist_commands, "_ANSWER_WITHIN", timedelta(milliseconds=300))
    desk = Desk(tmp_path).set_up("http://127.0.0.1:9/api/v2", FILES)
    found = desk.ok("add", "NCT99000009")
    assert "added NCT99000009\n" in found.out
    assert found.err.startswith("The registry could not be asked what that is: ")
    assert (desk.folder / "watchlist.txt").read_text().endswith("NCT99000009\n")


def test_files_downloads_and_standard_input_are_added(desk, monkeypatch):
    (desk.folder / "export.csv").write_text(f"NCT Number,Title\n{TWO},x\nNCT99000003,y\n")
    (desk.folder / "export.json").write_text(
        json.dumps([{"protocolSection": {"identificationModule": {"nctId": "NCT99000004"}}}])
    )
    desk.ok("add", "export.csv", "export.json")
    monkeypatch.setattr(sys, "stdin", io.StringIO("NCT99000005 NCT99000006\n"))
    desk.ok("add", "-", ", ".join([ONE] * 1000))
    numbers = [ONE, TWO, *(f"NCT9900000{number}" for number in range(3, 7))]
    assert (desk.folder / "watchlist.txt").read_text().split() == numbers


def test_file_that_is_no_watchlist_is_one_sentence_and_adds_nothing(desk):
    before = (desk.folder / "watchlist.txt").read_bytes()
    (desk.folder / "sites.csv").write_text("Site,Country\n" + "site,France\n" * 10_000)
    found = desk.quick("add", "sites.csv", "NCT99000003")
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert (desk.folder / "watchlist.txt").read_bytes() == before
