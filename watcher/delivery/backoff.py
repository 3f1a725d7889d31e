"""When to retry after a failure: pure arithmetic, without clock or randomness.

Messages and channels wait by different rules: one refused message must not hold up a channel, and a channel that works
again must not wait as long as a message. `delivery.verdicts` decides whose failure it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# Retry at least every few hours and give up after four to five days: RFC 5321 section 4.5.4.1.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
GIVE_UP_AFTER = timedelta(days=4)
# Days may pass without an attempt: a machine that slept for a week wakes before its network does.
LEAST_TRIES = 6
JITTER = 0.1

PROBES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
"""Waits between probes of a channel that accepts nothing for now."""
ONCE_A_DAY = timedelta(days=1)
"""Wait before retrying a recipient with a full mailbox."""

LONGEST_ASKED = timedelta(hours=6)
"""Longest `Retry-After` we follow; a longer one usually has the wrong unit."""
LONGEST_WAIT = timedelta(hours=27)
"""Longest wait there is: a full mailbox with jitter, or quiet hours. A later due time was set by a wrong clock."""
# We follow a provider's `Retry-After` to the second at first, but not for ever if it keeps saying "1".
FOLLOWED_TO_THE_SECOND = 3


def believed(retry_after: timedelta | None) -> timedelta | None:
    """Return the wait a provider asked for, or None if it is negative or longer than six hours."""
    if retry_after is None or not timedelta(0) <= retry_after <= LONGEST_ASKED:
        return None
    return retry_after


def next_attempt(
    attempts: int, first_at: datetime, now: datetime, jitter: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return the time of a message's next attempt, or None if the message is dead.

    Args:
        attempts: Attempts so far, the failed one included; at least 1.
        first_at: Aware time of the first attempt.
        now: Aware time of the failure.
        jitter: 0 to 1, drawn by the caller. Lengthens a wait by up to a tenth, so that messages that failed together
            are not retried together. Does not apply to a `Retry-After`.
        retry_after: The wait the provider asked for, or None; ignored beyond `LONGEST_ASKED`. From the fourth attempt
            on, the wait is never shorter than ours.

    Returns:
        Aware time after `now`. The last attempt comes four days after `first_at`, and no message dies before its sixth
        attempt; None after both.

    Raises:
        ValueError: `attempts` below 1 or `jitter` outside 0 to 1.
    """
    wait = _wait(WAITS, attempts, jitter, believed(retry_after))
    if attempts < LEAST_TRIES:
        return now + wait
    last = first_at + GIVE_UP_AFTER
    return min(now + wait, last) if now < last else None


def next_probe(
    failures: int, now: datetime, jitter: float, retry_after: timedelta | None = None, *, is_lasting: bool = False
) -> datetime:
    """Return the time of the next probe of a failing channel.

    Args:
        failures: Failures in a row, the last one included; at least 1.
        now: Aware time of the failure.
        jitter: As in `next_attempt`.
        retry_after: As in `next_attempt`.
        is_lasting: A person has to change something (a refused log-in): probe every half hour from the start, since
            repeating a wrong password locks the account.

    Returns:
        Aware time after `now`; there is always a next probe.

    Raises:
        ValueError: `failures` below 1 or `jitter` outside 0 to 1.
    """
    return now + _wait(PROBES[-1:] if is_lasting else PROBES, failures, jitter, believed(retry_after))


def _wait(waits: tuple[timedelta, ...], failures: int, jitter: float, asked: timedelta | None) -> timedelta:
    if failures < 1 or not 0 <= jitter <= 1:
        raise ValueError(f"attempts must be at least 1 and jitter from 0 to 1, not {failures} and {jitter}")
    own = waits[min(failures, len(waits)) - 1] * (1 + JITTER * jitter)
    if asked is None:
        return own
    return max(asked, timedelta(seconds=1)) if failures <= FOLLOWED_TO_THE_SECOND else max(asked, own)
