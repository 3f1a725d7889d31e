"""When to ask again: one table and one pure function.

Does not sleep, send or count; the caller does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from watcher.registry.registry_model import Failure

LONGEST_WAIT = timedelta(minutes=2)
"""No single wait within a run is longer, whatever `Retry-After` says; the run's next turn is the poll interval's."""

_BRIEF = (timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=15))
_RATE_LIMITED = (timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=60))
_ONCE = (timedelta(seconds=4),)

WAITS: Mapping[int | Failure, tuple[timedelta, ...]] = MappingProxyType(
    {
        429: _RATE_LIMITED,
        500: _ONCE,  # some wrong requests answer 500 for ever, so once is all it gets
        502: _BRIEF,
        503: _BRIEF,
        504: _BRIEF,
        Failure.TIMEOUT: _BRIEF,
        Failure.DROPPED: _BRIEF,
    }
)
"""How long to wait after the first, second, … attempt. What is not here is never tried again: 400 and 404 are final
answers, and a 403 is the firewall's deterministic verdict.

Source: RFC 9110 section 15.6 and RFC 6585 section 4 for what each status means.
"""


def next_wait(outcome: int | Failure, attempt: int, retry_after: timedelta | None) -> timedelta | None:
    """Describe how long to wait before asking the same again.

    Args:
        outcome: HTTP status of the last attempt, or how it ended without one.
        attempt: How many attempts were made so far, the last one included; at least 1.
        retry_after: What the answer asked for, or None; at least zero.

    Returns:
        The wait, at most `LONGEST_WAIT`, or None when this was the last attempt or the outcome is final. A
        `Retry-After` lengthens a wait; it neither shortens one nor makes a final outcome worth another try.
    """
    waits = WAITS.get(outcome, ())
    if attempt > len(waits):
        return None
    return min(max(waits[attempt - 1], retry_after or timedelta()), LONGEST_WAIT)


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a `Retry-After` header: seconds or an HTTP date.

    Args:
        value: The header as sent, or None.
        now: Aware time the date is measured against, best the answer's own `Date`.

    Returns:
        The time to stay away, at least zero, or None when there is no header or it makes no sense.

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
    """Read an HTTP date, e.g. of a `Date` header, as an aware time; None when it is none."""
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
