"""Watchlists take whatever people paste: addresses, several ids in a line, downloads of the registry."""

import csv
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.config.load import load_config
from watcher.config.watchlist import read_ids_file, read_watchlist
from watcher.config.watchlist_edit import add_entries, remove_ids, typed_entries
from watcher.config.watchlist_line import read_line
from watcher.errors import UsageError
from watcher.search.search_query import translate

ONE, TWO, THREE = "NCT99000001", "NCT99000002", "NCT99000003"
STUDY = "https://clinicaltrials.gov/study/"
SEARCH = "https://clinicaltrials.gov/search?cond=asthma&aggFilters=status:rec,phase:3"
HEAD = ["NCT Number", "Study Title", "Study URL", "Acronym", "Study Status", "Brief Summary"]
ROWS = [
    [ONE, "One; with NCT00000102", f"{STUDY}{ONE}", "A", "RECRUITING", 'Long\n"text", see NCT00000103'],
    [TWO, "Two", f"{STUDY}{TWO}", "", "COMPLETED", "Short"],
]


def record(nct_id):
    return {"protocolSection": {"identificationModule": {"nctId": nct_id}, "descriptionModule": {"x": "NCT00000102"}}}


def ids_in(path):
    lines, problems = read_ids_file(path)
    assert problems == ()
    return [line.nct_id for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        f"{ONE},{TWO};{THREE}",
        f"{ONE} {TWO}\t{THREE}",
        f" {ONE.lower()}, {TWO} ;{THREE}; # three of them",
        f"\u200b{ONE}\u00a0{TWO}\u2060,\u3000{THREE}",
        f'"{ONE}", <{TWO}>, ({THREE})',
        f"[{ONE}] {TWO}\n{THREE}",
        f"{STUDY}{ONE}, {STUDY}{TWO}?cond=x,y&rank=1#contacts, https://clinicaltrials.gov/ct2/show/{THREE}",
        f"clinicaltrials.gov/study/{ONE.lower()}/ www.clinicaltrials.gov/api/v2/studies/{TWO}; {THREE}",
    ],
)
def test_several_ids_and_addresses_stand_in_a_line(tmp_path, line):
    path = tmp_path / "list.txt"
    path.write_text(line, encoding="utf-8")
    assert ids_in(path) == [ONE, TWO, THREE]


def test_a_short_name_belongs_to_the_one_trial_of_its_line():
    assert [one.comment for one in read_line(1, f"{ONE} # name")[0]] == ["name"]
    assert [one.comment for one in read_line(1, f"{STUDY}{ONE}#x  # name")[0]] == ["name"]
    assert [one.comment for one in read_line(1, f"{ONE} {TWO} # both")[0]] == [None, None]


@pytest.mark.parametrize("line", [SEARCH, f"{SEARCH}  # our search", f"<{SEARCH}>,"])
def test_address_of_a_search_is_a_search_of_the_watch(tmp_path, line):
    (tmp_path / "list.txt").write_text(f"{ONE}\n{line}\n")
    config = tmp_path / "config.toml"
    config.write_text('[[watch]]\nname = "a"\nids_file = "list.txt"\nsearch = "pain"\nmax_trials = 7\n')
    found = read_watchlist(load_config(config))
    assert (list(found.trials), found.problems) == ([ONE], ())
    searches = [(("a",), translate("pain"), 7), (("a",), translate(SEARCH), 7)]
    assert [(one.watches, one.query, one.most) for one in found.searches] == searches


def test_words_after_an_address_are_not_searched_for(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{SEARCH} our search\n{ONE}\n")
    lines, (problem,) = read_ids_file(path)
    assert [line.nct_id for line in lines] == [ONE]
    assert (problem.line, 'followed by "our"' in problem.text) == (1, True)


def test_search_that_cannot_be_watched_is_named_with_its_line(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{ONE}\nhttps://clinicaltrials.gov/search?limit=10\nhttps://evil.example/study/{TWO}\n")
    lines, problems = read_ids_file(path)
    assert [line.nct_id for line in lines] == [ONE]
    assert [problem.line for problem in problems] == [2, 3]
    assert "whole registry" in problems[0].text
    assert "is not ClinicalTrials.gov" in problems[1].text


# --- downloads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_table_of_the_registry_is_a_watchlist(tmp_path, delimiter, end, mark):
    path = tmp_path / "ctg-studies.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(mark)
        csv.writer(file, delimiter=delimiter, lineterminator=end).writerows([HEAD, *ROWS])
    assert ids_in(path) == [ONE, TWO]


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1252", ";"), ("utf-16", "\t")])
def test_table_that_a_spreadsheet_has_saved_is_a_watchlist(tmp_path, encoding, delimiter):
    path = tmp_path / "ctg-studies.csv"
    path.write_bytes(f"NCT Number{delimiter}Study Title\r\n{ONE}{delimiter}Étude\r\n".encode(encoding))
    assert ids_in(path) == [ONE]


@pytest.mark.parametrize(
    "head",
    ['"NCT Number"', "nctId", "NCT ID\tTitle", "Rank,NCT Number,Title", "Title,Study URL", "NCT Number;Title, in full"],
)
def test_column_of_the_ids_is_found_by_its_name(tmp_path, head):
    path = tmp_path / "list.csv"
    delimiter = next((sign for sign in "\t;" if sign in head), ",")
    row = [
        ONE if "nct" in name.lower() else f"{STUDY}{ONE}" if "URL" in name else "x" for name in head.split(delimiter)
    ]
    path.write_text(f"{head}\n{delimiter.join(row)}\n")
    assert ids_in(path) == [ONE]


@pytest.mark.parametrize(
    "value", [[record(ONE), record(TWO)], {"studies": [record(ONE), record(TWO)], "nextPageToken": "x"}, [ONE, TWO]]
)
def test_json_of_the_registry_is_a_watchlist(tmp_path, value):
    path = tmp_path / "ctg-studies.json"
    path.write_text(json.dumps(value, indent=1))
    assert ids_in(path) == [ONE, TWO]


def test_one_record_is_a_watchlist_of_one(tmp_path):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record(ONE)))
    assert ids_in(path) == [ONE]


def test_ris_of_the_registry_is_a_watchlist(tmp_path):
    path = tmp_path / "ctg-studies.ris"
    path.write_text(
        f"TY  - DBASE\nTI  - After NCT00000102\nID  - {ONE}\nAB  - see NCT00000103\nER  - \n\n"
        f"TY  - DBASE\r\nN2  - see NCT00000104\r\nUR  - {STUDY}{TWO}\r\nER  - \r\n"
    )
    assert ids_in(path) == [ONE, TWO]


def test_record_without_an_id_is_counted_and_the_others_are_watched(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"NCT Number,Title\n{ONE},x\nNCT12,x\n,x\n{TWO},x\n")
    lines, (problem,) = read_ids_file(path)
    assert [line.nct_id for line in lines] == [ONE, TWO]
    assert problem.line == 3
    assert "2 of its 4 records" in problem.text


@pytest.mark.parametrize("text", ['[{"protocolSection": {', "[" * 100_000, '{"a": 1}', "[1, 2]"])
def test_broken_json_is_one_problem(tmp_path, text):
    path = tmp_path / "list.json"
    path.write_text(text)
    lines, problems = read_ids_file(path)
    assert (lines, len(problems)) == ((), 1)
    assert "JSON download" in problems[0].text


def test_file_that_is_no_watchlist_is_one_sentence(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("Site,Country\n" + "".join(f"site {n},France\n" for n in range(10_000)))
    lines, (problem,) = read_ids_file(path)
    assert (lines, problem.line) == ((), 0)
    assert "names no trial" in problem.text


def test_of_many_wrong_lines_ten_are_named_and_the_rest_is_counted(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{ONE}\n" + "NCT12\n" * 10_000)
    lines, problems = read_ids_file(path)
    assert [line.nct_id for line in lines] == [ONE]
    assert [problem.line for problem in problems] == list(range(2, 13))
    assert problems[-1].text.startswith("9,990 further words")


def test_a_file_too_large_is_one_problem(tmp_path):
    path = tmp_path / "list.txt"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    lines, (problem,) = read_ids_file(path)
    assert lines == ()
    assert "larger than 64 MB" in problem.text


PIECES = [*'NCT0129,;\t\n\r"[]{}#: abc/?=&', ONE, STUDY, SEARCH, "TY  - ", "NCT Number"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_read_without_an_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "list.txt"
    path.write_text(text, encoding="utf-8", newline="")
    lines, problems = read_ids_file(path)
    assert len(problems) <= 11
    assert all((line.nct_id is None) != (line.search is None) for line in lines)


# --- editing ----------------------------------------------------------------------------------------------------------


def test_what_is_pasted_is_added_once_each_on_its_own_line(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{ONE}, {TWO} # both\n")
    added = add_entries(path, typed_entries([f"{ONE},{THREE}", f"{STUDY}{TWO}", SEARCH, f"{SEARCH}&limit=10"]))
    assert path.read_text() == f"{ONE}, {TWO} # both\n{THREE}\n{SEARCH}\n"
    assert [one.nct_id for one in added] == [THREE, None]
    assert add_entries(path, typed_entries([SEARCH])) == ()
    assert [one.nct_id for one in read_ids_file(path)[0]] == [ONE, TWO, THREE, None]


def test_removing_one_of_several_leaves_the_others_of_the_line(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{ONE}, {STUDY}{TWO}; {THREE} # all\n{SEARCH}&sort=x\n")
    assert remove_ids(path, [TWO]) == (TWO,)
    assert path.read_text() == f"{ONE}, {THREE} # all\n{SEARCH}&sort=x\n"
    assert remove_ids(path, [SEARCH]) == (translate(SEARCH).described,)
    assert remove_ids(path, [f"{ONE} {THREE}"]) == (ONE, THREE)
    assert path.read_text() == ""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_removing_the_last_of_a_line_leaves_the_line_end(tmp_path, end):
    path = tmp_path / "list.txt"
    path.write_bytes(f"{ONE}, {TWO}{end}{THREE}; {STUDY}{TWO}, # two{end}".encode())
    assert remove_ids(path, [TWO]) == (TWO,)
    assert path.read_bytes() == f"{ONE}{end}{THREE}  # two{end}".encode()


def test_download_is_not_edited(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"NCT Number,Title\n{ONE},x\n")
    with pytest.raises(UsageError, match="CSV download"):
        add_entries(path, typed_entries([TWO]))
    with pytest.raises(UsageError, match="CSV download"):
        remove_ids(path, [TWO])
    assert path.read_text() == f"NCT Number,Title\n{ONE},x\n"


def test_of_many_wrong_words_ten_are_named():
    with pytest.raises(UsageError) as caught:
        typed_entries(["x"] * 500)
    assert str(caught.value).count("is not a trial id") == 10
    assert "and 490 more; nothing was changed" in str(caught.value)
