"""The waits between tries."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.delivery.backoff import GIVE_UP_AFTER, LEAST_TRIES, next_attempt

FIRST = datetime(2026, 3, 13, 7, 30, tzinfo=UTC)
HOURS = 60


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(1, 1), (2, 5), (3, 30), (4, 2 * HOURS), (5, 5 * HOURS), (6, 10 * HOURS), (7, 10 * HOURS), (12, 10 * HOURS)],
)
def test_waits_grow_as_decided(attempts, minutes):
    assert next_attempt(attempts, FIRST, FIRST, 0) == FIRST + timedelta(minutes=minutes)


def test_jitter_lengthens_a_wait_by_at_most_a_tenth():
    assert next_attempt(2, FIRST, FIRST, 1) == FIRST + timedelta(minutes=5, seconds=30)


def test_last_try_comes_when_four_days_are_over_and_none_after_it():
    end = FIRST + GIVE_UP_AFTER
    assert next_attempt(9, FIRST, end - timedelta(hours=10), 0) == end
    assert next_attempt(9, FIRST, end - timedelta(hours=9), 0) == end
    assert next_attempt(9, FIRST, end - timedelta(seconds=1), 1) == end
    assert next_attempt(9, FIRST, end, 0) is None
    assert next_attempt(9, FIRST, end + timedelta(days=9), 0) is None


def test_message_older_than_four_days_that_was_hardly_tried_is_tried_again():
    """A machine slept: whatever time has passed, an outage of half an hour after waking loses nothing."""
    late = FIRST + timedelta(days=9)
    assert next_attempt(1, FIRST, late, 0) == late + timedelta(minutes=1)
    assert next_attempt(LEAST_TRIES - 1, FIRST, late, 0) == late + timedelta(minutes=30)
    assert next_attempt(LEAST_TRIES - 1, FIRST, late, 0, timedelta(hours=3)) == late + timedelta(hours=3)
    assert next_attempt(LEAST_TRIES, FIRST, late, 0) is None


@pytest.mark.parametrize(
    ("attempts", "asked", "waited"),
    [
        (1, timedelta(seconds=7), timedelta(seconds=7)),
        (1, timedelta(hours=3), timedelta(hours=3)),
        (3, timedelta(0), timedelta(seconds=1)),
        (4, timedelta(seconds=7), timedelta(hours=2)),
        (4, timedelta(hours=3), timedelta(hours=3)),
    ],
    ids=["short", "long", "never at once", "a stuck answer is not followed for ever", "long is always followed"],
)
def test_retry_after_is_honoured(attempts, asked, waited):
    assert next_attempt(attempts, FIRST, FIRST, 0, asked) == FIRST + waited


def test_retry_after_beyond_four_days_is_death():
    assert next_attempt(1, FIRST, FIRST, 0, timedelta(days=5)) is None
    last = FIRST + GIVE_UP_AFTER - timedelta(hours=2)
    assert next_attempt(6, FIRST, last, 0, timedelta(hours=1)) == FIRST + GIVE_UP_AFTER
    assert next_attempt(6, FIRST, last, 0, timedelta(hours=3)) is None


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0.5), (1, -0.1), (1, 1.1)])
def test_nonsense_is_refused(attempts, jitter):
    with pytest.raises(ValueError, match="attempts"):
        next_attempt(attempts, FIRST, FIRST, jitter)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 5 * 24 * 3600), st.floats(0, 1), st.none() | st.integers(0, 10**6))
def test_next_try_lies_ahead_and_within_four_days_unless_there_were_few(attempts, since, jitter, asked):
    now = FIRST + timedelta(seconds=since)
    at = next_attempt(attempts, FIRST, now, jitter, None if asked is None else timedelta(seconds=asked))
    assert at is None or now < at <= (now if attempts < LEAST_TRIES else FIRST) + GIVE_UP_AFTER
