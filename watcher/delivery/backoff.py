"""When something that failed is tried again: pure arithmetic.

Messages and channels wait by different rules, since one message that is not taken must not hold up a channel, and a
channel that works again must not wait as long as a message. Does not decide whose failure it was
(`delivery.verdicts`), and knows no clock and no randomness.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# Retry at least every few hours and give up after four to five days: RFC 5321 section 4.5.4.1.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
GIVE_UP_AFTER = timedelta(days=4)
# Days may pass without a try: a machine that slept over a week wakes before its network does.
LEAST_TRIES = 6
JITTER = 0.1

PROBES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
"""When a channel that takes nothing for now is probed again."""
ONCE_A_DAY = timedelta(days=1)
"""When a recipient with a full mailbox is tried again."""

LONGEST_ASKED = timedelta(hours=6)
"""The longest `Retry-After` that is followed; what asks for more has mistaken its unit, or is not followed."""
LONGEST_WAIT = timedelta(hours=27)
"""No wait is longer: a full mailbox with jitter, or quiet hours. A due time beyond it was set by a wrong clock."""
# A provider's own `Retry-After` is taken to the second; one that keeps saying "1" for ever is not followed for ever.
TAKEN_AT_ITS_WORD = 3


def believed(retry_after: timedelta | None) -> timedelta | None:
    """Return a wait a provider asked for, or None when it is below zero or longer than six hours."""
    if retry_after is None or not timedelta(0) <= retry_after <= LONGEST_ASKED:
        return None
    return retry_after


def next_attempt(
    attempts: int, first_at: datetime, now: datetime, jitter: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return the time of a message's next try, or None when the message is dead.

    Args:
        attempts: Tries made so far, the failed one included; at least 1.
        first_at: Aware time of the first try.
        now: Aware time of the failure.
        jitter: 0 to 1, drawn by the caller; lengthens a wait by up to a tenth, so that messages that failed
            together do not come back together. A `Retry-After` is not lengthened.
        retry_after: How long the provider asked to wait, if it did; beyond `LONGEST_ASKED` it does not count. From the
            fourth try on the wait is never shorter than our own.

    Returns:
        Aware time after `now`. The last try comes four days after `first_at`, and no message dies before its sixth
        try; None after both.

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
    """Return when a channel that failed is probed again.

    Args:
        failures: How often it failed in a row, the last time included; at least 1.
        now: Aware time of the failure.
        jitter: As in `next_attempt`.
        retry_after: As in `next_attempt`.
        is_lasting: A person has to change something (a refused log-in): asked half-hourly from the beginning, since a
            wrong password that is hammered locks the account.

    Returns:
        Aware time after `now`. A channel is never given up.

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
    return max(asked, timedelta(seconds=1)) if failures <= TAKEN_AT_ITS_WORD else max(asked, own)
