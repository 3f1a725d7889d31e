"""Composition root: the only clock, random source and wiring; builds parts on demand.

Decides nothing. Everything below takes `now` and randomness as values.
"""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Give the time, aware and in UTC."""
    return datetime.now(UTC)
