from __future__ import annotations

import pytest

from watcher.changes.wording import values
from watcher.text import visible


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-10", "10 Mar 2026"),
        ("2026-03", "Mar 2026"),
        ("2026", "2026"),
        ("2025-03-01T10:15", "1 Mar 2025 10:15"),
        ("2026-13", "2026-13"),
        ("soon", "soon"),
    ],
)
def test_partial_dates_stay_partial(value, expected):
    assert values.date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ACTIVE_NOT_RECRUITING", "Active, not recruiting"),
        ("PHASE2", "Phase 2"),
        ("ESTIMATED", "planned"),
        ("DIAGNOSTIC_TEST", "Diagnostic test"),
        ("BRAND_NEW_VALUE", "Brand new value"),
    ],
)
def test_enums_are_words(value, expected):
    assert values.enum(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(1234567, "1,234,567"), (2.0, "2"), (2.5, "2.5"), (-3, "-3")])
def test_numbers_are_grouped(value, expected):
    assert values.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("18 Years", "18 years"), ("1 Years", "1 year"), ("6 Months", "6 months"), ("old", "old")]
)
def test_ages_are_words(value, expected):
    assert values.age(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (r"Pain \>= 4 \[any\]", "Pain >= 4 [any]"),
        ("a &#8805; b &amp; c", "a ≥ b & c"),
        ("one\n\n* two", "one * two"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_markup_is_undone(value, expected):
    assert values.plain(value) == expected


def test_texts_are_cut_at_a_word():
    assert values.short("one two three", 20) == "one two three"
    assert values.short("one two three four", 12) == "one two…"
    assert values.short("x" * 30, 10) == "x" * 9 + "…"
    assert len(values.quoted("word " * 100, 50)) <= 52


@pytest.mark.parametrize(
    ("names", "most", "total", "expected"),
    [
        ([], 5, None, ""),
        (["a"], 5, None, "a"),
        (["a", "b"], 5, None, "a and b"),
        (["a", "b", "c"], 5, None, "a, b and c"),
        (["a", "b", "c", "d"], 2, None, "a, b and 2 more"),
        (["a", "b"], 3, 1200, "a, b and 1,198 more"),
        (["a, x", "b, y", "c, z"], 5, None, "a, x; b, y; and c, z"),
    ],
)
def test_long_lists_are_counted(names, most, total, expected):
    assert values.listed(names, most, total) == expected


def test_things_are_counted():
    assert (values.counted(0, "site"), values.counted(1, "site"), values.counted(43, "site")) == (
        "no sites",
        "1 site",
        "43 sites",
    )
    assert values.counted(2, "country", "countries") == "2 countries"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "yes"),
        (False, "no"),
        (1200, "1,200"),
        ("NOT_YET_RECRUITING", "Not yet recruiting"),
        ("2026-03", "Mar 2026"),
        ("2026", "2026"),
        ("5 Days", "5 days"),
        ("", "an empty text"),
        ("None", "None"),
        ([], "nothing"),
        ({}, "nothing"),
        (["a", 1, None], "a, 1 and nothing"),
        ({"startDate": "2026-01-02", "isOpen": True}, "start date 2 Jan 2026; is open yes"),
    ],
)
def test_any_value_can_be_shown(value, expected):
    assert values.show(value) == expected


def test_names_are_given_once_in_order():
    assert values.distinct(["b", "a", "b"]) == ["b", "a"]


def test_keys_become_words():
    assert values.capitalised(values.words("isFdaRegulatedDrug")) == "Is fda regulated drug"
    assert values.words("hasDMCReview") == "has DMC review"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("half \ud800 a \u202e letter\x00.", "half a letter ."),
        ("38\u00a0% of שלום", "38\u00a0% of שלום"),
        ("plain", "plain"),
    ],
)
def test_what_nobody_sees_is_taken_out(text, expected):
    assert visible(text) == expected


def test_numbers_without_end_are_words():
    assert values.number(float("inf")) == "a number without end"
    assert len(values.number(10**400)) <= 40


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-02-09", "2026-02-11", "9 – 11 Feb 2026"),
        ("2026-02-25", "2026-03-13", "25 Feb – 13 Mar 2026"),
        ("2025-12-25", "2026-03-13", "25 Dec 2025 – 13 Mar 2026"),
        ("2025-02-09", "2026-02-09", "9 Feb 2025 – 9 Feb 2026"),
        ("2026-02-09", "2026-02-09", "9 Feb 2026"),
        ("2026-02", "2026-03-13", "Feb 2026 – 13 Mar 2026"),
    ],
)
def test_two_dates_say_once_what_they_share(first, last, said):
    assert values.span(first, last) == said
