"""Keeps the pace a provider asks for. Knows nothing of what is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class SendRate:
    """Waits so that two messages to one place are never closer than they may be.

    Args:
        seconds: How far apart.
        sleep: Waits that many seconds.
        monotonic: Seconds of a clock that never steps back.
    """

    def __init__(
        self, seconds: float, *, sleep: Callable[[float], Awaitable[None]], monotonic: Callable[[], float]
    ) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._monotonic = monotonic
        self._not_before: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, place: str) -> AsyncIterator[None]:
        """Wait for the next turn at a place; the one after it begins when this one has ended, failed or not."""
        wait = self._not_before.get(place, 0.0) - self._monotonic()
        if wait > 0:
            await self._sleep(wait)
        try:
            yield
        finally:
            self._not_before[place] = self._monotonic() + self._seconds
