from __future__ import annotations

import pytest

from watcher.changes.partial_date import PartialDate, read, shift


def day(text: str) -> PartialDate:
    found = read(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "value", ["", "soon", "2026-13", "2026-02-30", "26-01-01", "2026-1", None, 2026, ["2026"], "0000"]
)
def test_what_is_no_date_of_the_calendar_is_none(value):
    assert read(value) is None


def test_a_partial_date_means_every_day_it_may_mean():
    assert (str(day("2026").first), str(day("2026").last)) == ("2026-01-01", "2026-12-31")
    assert (str(day("2024-02").first), str(day("2024-02").last)) == ("2024-02-01", "2024-02-29")
    assert day("2026-07-31").is_full
    assert not day("2026-07").is_full
    assert day("2026-07").has_month
    assert not day("2026").has_month


@pytest.mark.parametrize(
    ("one", "other", "refines"),
    [
        ("2026-07", "2026-07-31", True),
        ("2026-07-31", "2026-07", True),
        ("2026", "2026-07", True),
        ("2026-07", "2026-08-01", False),
        ("2026-07-30", "2026-07-31", False),
        ("2026-07", "2026-07", False),
    ],
)
def test_a_month_given_a_day_of_it_is_the_same_date_told_more_exactly(one, other, refines):
    assert day(one).refines(day(other)) is refines


@pytest.mark.parametrize(
    ("old", "new", "days", "months", "said", "signed"),
    [
        ("2027-03-31", "2026-01-27", -428, -14, "14 months earlier", "−428 days"),
        ("2026-01-01", "2026-01-02", 1, 0, "1 day later", "+1 day"),
        ("2026-01-01", "2026-03-31", 89, 3, "89 days later", "+89 days"),
        ("2026-01-01", "2026-04-01", 90, 3, "3 months later", "+90 days"),
        ("2024-12-02", "2025-09-02", 274, 9, "9 months later", "+274 days"),
        ("2026-07", "2027-09", None, 14, "14 months later", "+14 months"),
        ("2025-12", "2099-12", None, 888, "74 years later", "+888 months"),
        ("2026-07", "2026-08-03", None, 1, "1 month later", "+1 month"),
        ("2026-09-30", "2026-07", None, -2, "2 months earlier", "−2 months"),
        ("2026", "2028-03", None, None, None, None),
        ("2026-07-01", "2026-07-01", 0, 0, None, "+0 days"),
    ],
)
def test_sizes_are_in_days_only_between_two_full_dates(old, new, days, months, said, signed):
    moved = shift(day(old), day(new))
    assert (moved.days, moved.months, moved.said(), moved.signed()) == (days, months, said, signed)


def test_a_shift_between_years_counts_only_what_is_certain():
    assert shift(day("2026"), day("2028-03")).least_days == 426
    assert shift(day("2028"), day("2026")).least_days == -366
    assert shift(day("2026"), day("2026-03")).least_days == 0
    assert shift(day("2026"), day("2027")).is_later


def test_the_distance_of_two_dates_is_the_least_it_can_be():
    assert day("2026-01-31").days_from(day("2026-02")) == 1
    assert day("2026-02").days_from(day("2026-01-31")) == 1
    assert day("2026-02").days_from(day("2026-02-10")) == 0


@pytest.mark.parametrize(
    ("text", "later"),
    [("2026-01-27", "2027-01-27"), ("2024-02-29", "2025-02-28"), ("2026-07", "2027-07"), ("2026", "2027")],
)
def test_a_year_later_keeps_what_is_known(text, later):
    assert day(text).year_later().text == later
