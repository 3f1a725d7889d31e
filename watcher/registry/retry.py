"""When to retry a request: one table and one pure function.

Does not sleep, send or count.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from watcher.registry.registry_model import Failure

LONGEST_WAIT = timedelta(minutes=2)
"""Longest single wait within a run, whatever `Retry-After` says; the next poll comes at its own interval."""

_BRIEF = (timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=15))
_RATE_LIMITED = (timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=60))
_ONCE = (timedelta(seconds=4),)

WAITS: Mapping[int | Failure, tuple[timedelta, ...]] = MappingProxyType(
    {
        429: _RATE_LIMITED,
        500: _ONCE,  # some wrong requests always answer 500, so retry only once
        502: _BRIEF,
        503: _BRIEF,
        504: _BRIEF,
        Failure.TIMEOUT: _BRIEF,
        Failure.DROPPED: _BRIEF,
    }
)
"""Waits after the first, second, … attempt. Anything not listed is never retried: 400 and 404 are final, and a 403 from
the firewall is deterministic.

Source: RFC 9110 section 15.6 and RFC 6585 section 4 for what each status means.
"""


def next_wait(outcome: int | Failure, attempt: int, retry_after: timedelta | None) -> timedelta | None:
    """Return how long to wait before the next attempt.

    Args:
        outcome: HTTP status of the last attempt, or why it ended without one.
        attempt: Number of attempts so far; at least 1.
        retry_after: The wait the answer asked for, at least zero; or None.

    Returns:
        The wait, at most `LONGEST_WAIT`; None if this was the last attempt or the outcome is final. A `Retry-After`
        can lengthen a wait. It never shortens one, and never leads to a retry of a final outcome.
    """
    waits = WAITS.get(outcome, ())
    if attempt > len(waits):
        return None
    return min(max(waits[attempt - 1], retry_after or timedelta()), LONGEST_WAIT)


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a `Retry-After` header: seconds or an HTTP date.

    Args:
        value: The header, or None.
        now: Aware time that a date is measured against, preferably the response's own `Date`.

    Returns:
        The time to wait, at least zero; None if the header is missing or invalid.

    Source: RFC 9110 section 10.2.3.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text) if len(text) <= 9 else 10**9)
    until = read_http_date(text)
    return None if until is None else max(until - now, timedelta())


def read_http_date(value: str | None) -> datetime | None:
    """Read an HTTP date as an aware time; return None if it is invalid."""
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
