"""When an undelivered message is tried again: pure arithmetic.

Does not decide whether a failure is worth a retry, and knows no clock and no randomness.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# Retry at least every few hours and give up after four to five days: RFC 5321 section 4.5.4.1.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
GIVE_UP_AFTER = timedelta(days=4)
JITTER = 0.1
# A provider's own `Retry-After` is taken to the second; one that keeps saying "1" for ever is not followed for ever.
TAKEN_AT_ITS_WORD = 3
# Days may pass without a try: a machine that slept over a week wakes before its network does.
LEAST_TRIES = 4


def next_attempt(
    attempts: int, first_at: datetime, now: datetime, jitter: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Give the moment of the next try, or None when the message is dead.

    Args:
        attempts: Tries made so far, the failed one included; at least 1.
        first_at: Aware time of the first try.
        now: Aware time of the failure.
        jitter: 0 to 1, drawn by the caller; lengthens a wait by up to a tenth, so that messages that failed
            together do not come back together. A `Retry-After` is not lengthened.
        retry_after: How long the provider asked to wait, if it did. From the fourth try on never less than our own.

    Returns:
        Aware time after `now`. The last try comes four days after `first_at`, and no message dies before its fourth
        try; None after both, or when the provider asked for a wait beyond the end.

    Raises:
        ValueError: `attempts` below 1 or `jitter` outside 0 to 1.
    """
    if attempts < 1 or not 0 <= jitter <= 1:
        raise ValueError(f"attempts must be at least 1 and jitter from 0 to 1, not {attempts} and {jitter}")
    own = WAITS[min(attempts, len(WAITS)) - 1] * (1 + JITTER * jitter)
    if retry_after is None:
        wait = own
    elif attempts <= TAKEN_AT_ITS_WORD:
        wait = max(retry_after, timedelta(seconds=1))
    else:
        wait = max(retry_after, own)
    if wait > GIVE_UP_AFTER:
        return None
    if attempts < LEAST_TRIES:
        return now + wait
    last = first_at + GIVE_UP_AFTER
    earliest = now if retry_after is None else now + retry_after
    return min(now + wait, last) if now < last and earliest <= last else None
