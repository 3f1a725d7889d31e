"""Plain text in eighty columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rendering.plain_text import columns, count, fit, labelled, listed, wrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", 3), ("東京", 4), ("e\u0301", 1), ("→ −", 3), ("می\u200cخ", 3), ("", 0)],
)
def test_columns_are_those_of_a_terminal(text, expected):
    assert columns(text) == expected


def test_lines_are_broken_at_blanks_and_hang():
    assert wrap("one two three four", 2, 4, width=12) == "  one two\n    three\n    four"


def test_long_words_stand_alone_unbroken():
    url = "https://clinicaltrials.gov/study/NCT99000001?tab=history"
    assert wrap(f"see {url} there", width=20) == f"see\n{url}\nthere"


def test_words_held_together_stay_together():
    assert wrap("27 Jan 2026 (14\u00a0months\u00a0earlier)", width=20) == "27 Jan 2026\n(14 months earlier)"


@given(st.lists(st.text("ab東 ", min_size=1, max_size=9).map(lambda text: text.replace(" ", "")), min_size=1))
def test_wrapped_lines_keep_the_width_and_every_word(found):
    text = " ".join(found)
    lines = wrap(text, 2, 4, width=24).split("\n")
    assert max(map(columns, lines)) <= 24
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_labels_have_a_column_of_their_own():
    assert labelled("Status", "one two", width=8) == "  Status  one two"
    assert labelled("A label too long", "value", width=8) == "  A label too long\n          value"
    assert labelled("L", "word " * 20 + "end", width=8).split("\n")[1].startswith("          word")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 5, "abcd…"),
        ("東京大学", 5, "東京…"),
        ("東京大学", 4, "東… "),
        ("a, bcd", 4, "a…  "),
    ],
)
def test_fit_is_exactly_as_wide(text, width, expected):
    assert fit(text, width) == expected
    assert columns(fit(text, width)) == width


@pytest.mark.parametrize(
    ("number", "words", "expected"),
    [
        (1, ("trial",), "1 trial"),
        (0, ("trial",), "0 trials"),
        (1234, ("trial",), "1,234 trials"),
        (2, ("country", "countries"), "2 countries"),
    ],
)
def test_counts_are_grammatical(number, words, expected):
    assert count(number, *words) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b"), "a and b"),
        (("a", "b", "c"), "a, b and c"),
        (("a", "b", "c", "d"), "a, b, c and 1 more"),
    ],
)
def test_names_are_joined_for_a_sentence(names, expected):
    assert listed(names, 3) == expected
