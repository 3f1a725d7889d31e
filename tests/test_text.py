"""Foreign text is shown without what steers: the same in every medium, and nothing of it is lost to a program."""

import csv
import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import ATTACKS
from watcher import text

STEERING = "\x1b\x07\x00\x7f\x9b\x85\u061c\u202e\u2066\u2069\u2028\u2029\ufeff\u200b\ud800\U000e0041\r"
ANY = st.text(st.one_of(st.characters(), st.sampled_from(list(STEERING + " \t\n=+-@|%;\"',\u00a0＝"))), max_size=40)
SEPARATORS = (",", ";", "\t")
FORMULA = tuple("=+-@\t\r\n＝＋－＠|%")


def steers(shown: str) -> set[str]:
    kept = "\n\u200c\u200d"
    return {sign for sign in shown if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and sign not in kept}


@given(ANY)
def test_no_medium_shows_what_steers(foreign):
    for shown in (text.plain(foreign), text.visible(foreign), text.lines(foreign), text.csv_cell(foreign)):
        assert not steers(shown)
    assert not steers(text.to_json({"key": [foreign]}))


@given(ANY)
def test_plain_is_one_line_and_cleaning_twice_is_cleaning_once(foreign):
    once = text.plain(foreign)
    assert "\n" not in once
    assert once == once.strip() == text.plain(once)


@given(ANY)
def test_json_reads_back_as_it_was(foreign):
    assert json.loads(text.to_json({"key": foreign})) == {"key": foreign}


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_letters_and_signs_that_people_see_stay(name):
    seen = [sign for sign in ATTACKS[name] if not sign.isspace() and not steers(sign)]
    assert [sign for sign in text.plain(ATTACKS[name]) if sign != " "] == seen


@given(ANY)
def test_no_cell_is_a_formula_whatever_parts_the_cells(foreign):
    written = io.StringIO()
    csv.writer(written).writerow(["NCT99000001", text.csv_cell(foreign), "end"])
    for separator in SEPARATORS:
        for row in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=separator):
            for cell in row:
                assert not cell.lstrip(' \u00a0\u202f"').startswith(FORMULA), (separator, cell)


@pytest.mark.parametrize(
    "foreign",
    [
        "=1+1",
        "  =1+1",
        "\t=1",
        "\r=1",
        "\n+1",
        "x;=1+1",
        "x; @SUM(A1)",
        'x;"=1"',
        "x;\t=1",
        "\u200b=1",
        "－1",
        "|calc",
        "%1",
    ],
)
def test_a_cell_that_a_spreadsheet_would_count_with_gets_an_apostrophe(foreign):
    assert re.search("(^|;)[ \"']*'[=+@|%－-]", text.csv_cell(foreign))


@pytest.mark.parametrize("harmless", ["5 - 7", "a = b", "x; y", "18 Years", "ECOG 0-1", "a@b.example"])
def test_an_ordinary_text_is_a_cell_as_it_is(harmless):
    assert text.csv_cell(harmless) == harmless


def test_json_keeps_letters_of_every_script_readable():
    assert text.to_json("Ä 中文 \u00a0 naïve 👩") == '"Ä 中文 \u00a0 naïve 👩"'
    assert text.to_json("\x9b \u202e \U000e0041") == r'"\u009b \u202e \udb40\udc41"'
