"""The waits between tries."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.delivery.backoff import GIVE_UP_AFTER, LEAST_TRIES, LONGEST_ASKED, next_attempt, next_probe

FIRST = datetime(2026, 3, 13, 7, 30, tzinfo=UTC)
HOURS = 60


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(1, 1), (2, 5), (3, 30), (4, 2 * HOURS), (5, 2 * HOURS), (40, 2 * HOURS)],
)
def test_waits_grow_as_decided(attempts, minutes):
    assert next_attempt(attempts, FIRST, FIRST, 0) == FIRST + timedelta(minutes=minutes)


def test_jitter_lengthens_a_wait_by_at_most_a_tenth():
    assert next_attempt(2, FIRST, FIRST, 1) == FIRST + timedelta(minutes=5, seconds=30)


def test_last_try_comes_when_four_days_are_over_and_none_after_it():
    end = FIRST + GIVE_UP_AFTER
    assert next_attempt(9, FIRST, end - timedelta(hours=2), 0) == end
    assert next_attempt(9, FIRST, end - timedelta(hours=1), 0) == end
    assert next_attempt(9, FIRST, end - timedelta(seconds=1), 1) == end
    assert next_attempt(9, FIRST, end, 0) is None
    assert next_attempt(9, FIRST, end + timedelta(days=9), 0) is None


def test_message_older_than_four_days_that_was_hardly_tried_is_tried_again():
    """A machine slept: whatever time has passed, an outage of half an hour after waking loses nothing."""
    late = FIRST + timedelta(days=9)
    assert next_attempt(1, FIRST, late, 0) == late + timedelta(minutes=1)
    assert next_attempt(LEAST_TRIES - 1, FIRST, late, 0) == late + timedelta(hours=2)
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


@pytest.mark.parametrize(
    "asked", [LONGEST_ASKED + timedelta(seconds=1), timedelta(days=20_000), timedelta.max, timedelta(seconds=-1)]
)
@pytest.mark.parametrize("attempts", [1, 5])
def test_retry_after_below_zero_or_beyond_six_hours_does_not_count(attempts, asked):
    assert next_attempt(attempts, FIRST, FIRST, 0, asked) == next_attempt(attempts, FIRST, FIRST, 0)
    assert next_probe(attempts, FIRST, 0, asked) == next_probe(attempts, FIRST, 0)


def test_no_message_dies_before_its_sixth_try_whatever_the_provider_asks_for():
    now, tries = FIRST, 1
    while (following := next_attempt(tries, FIRST, now, 0, LONGEST_ASKED)) is not None:
        now, tries = following, tries + 1
    assert tries >= LEAST_TRIES
    assert now - FIRST == GIVE_UP_AFTER


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 30), (400, 30)])
def test_channel_is_probed_often_at_first_and_never_given_up(failures, minutes):
    assert next_probe(failures, FIRST, 0) == FIRST + timedelta(minutes=minutes)
    assert next_probe(failures, FIRST, 0, is_lasting=True) == FIRST + timedelta(minutes=30)


def test_probe_comes_when_the_provider_says():
    assert next_probe(1, FIRST, 0, timedelta(seconds=90)) == FIRST + timedelta(seconds=90)
    assert next_probe(4, FIRST, 0, timedelta(seconds=90)) == FIRST + timedelta(minutes=30)


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0.5), (1, -0.1), (1, 1.1)])
def test_nonsense_is_refused(attempts, jitter):
    with pytest.raises(ValueError, match="attempts"):
        next_attempt(attempts, FIRST, FIRST, jitter)


@given(st.integers(1, 40), st.integers(0, 5 * 24 * 3600), st.floats(0, 1), st.none() | st.integers(0, 10**6))
def test_next_try_lies_ahead_and_within_four_days_unless_there_were_few(attempts, since, jitter, asked):
    now = FIRST + timedelta(seconds=since)
    at = next_attempt(attempts, FIRST, now, jitter, None if asked is None else timedelta(seconds=asked))
    assert at is None or now < at <= (now if attempts < LEAST_TRIES else FIRST) + GIVE_UP_AFTER
