"""When the same is asked again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registry.scripted import NOW
from watcher.registry.registry_model import Failure
from watcher.registry.retry import LONGEST_WAIT, WAITS, next_wait, read_http_date, read_retry_after

SECOND = timedelta(seconds=1)


def waits(outcome, retry_after=None):
    """All waits until the outcome is final."""
    found: list[float] = []
    while (wait := next_wait(outcome, len(found) + 1, retry_after)) is not None:
        found.append(wait / SECOND)
    return found


@pytest.mark.parametrize("outcome", [502, 503, 504, Failure.TIMEOUT, Failure.DROPPED])
def test_passing_troubles_are_tried_three_times_more(outcome):
    assert waits(outcome) == [1, 4, 15]


def test_too_often_is_tried_three_times_more_and_slower():
    assert waits(429) == [5, 20, 60]


def test_500_is_tried_once_more():
    assert waits(500) == [4]


@pytest.mark.parametrize("outcome", [200, 301, 400, 401, 403, 404, 414, 501, 505, Failure.UNTRUSTED, Failure.UNUSABLE])
def test_final_outcomes_are_never_tried_again_whatever_retry_after_says(outcome):
    assert waits(outcome) == []
    assert waits(outcome, SECOND) == []


def test_retry_after_lengthens_a_wait():
    assert waits(503, 10 * SECOND) == [10, 10, 15]


def test_retry_after_is_capped():
    assert waits(429, timedelta(hours=5)) == [LONGEST_WAIT / SECOND] * 3


@given(
    outcome=st.one_of(st.integers(100, 599), st.sampled_from(Failure)),
    attempt=st.integers(1, 50),
    retry_after=st.none() | st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)),
)
def test_waits_are_bounded_and_end(outcome, attempt, retry_after):
    wait = next_wait(outcome, attempt, retry_after)
    assert (wait is not None) == (attempt <= len(WAITS.get(outcome, ())))
    assert wait is None or timedelta() < wait <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("0", timedelta()),
        (" 120 ", 120 * SECOND),
        ("9" * 5000, 10**9 * SECOND),
        ("Fri, 13 Mar 2026 14:00:30 GMT", 30 * SECOND),
        ("Fri, 13 Mar 2026 13:00:00 GMT", timedelta()),
        ("Friday, 13-Mar-26 14:00:30 GMT", 30 * SECOND),
        ("Fri Mar 13 14:00:30 2026", 30 * SECOND),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Fri, 99 Mar 2026 14:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header, wait):
    assert read_retry_after(header, NOW) == wait


@given(st.text())
def test_no_header_can_make_reading_fail(header):
    wait = read_retry_after(header, NOW)
    assert wait is None or wait >= timedelta()
    moment = read_http_date(header)
    assert moment is None or moment.tzinfo is not None
