"""One rate limit for everything that is sent: requests to the registry, messages to a destination.

Waits with the clock and the sleep it is given; knows nothing of what is sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Sleep = Callable[[float], Awaitable[None]]


class RateLimit:
    """Keep turns at least one interval apart, separately for each key.

    Args:
        interval: Seconds between two turns.
        sleep: Waits that many seconds.
        monotonic: Seconds of a clock that never steps back.
    """

    def __init__(self, interval: float, *, sleep: Sleep, monotonic: Callable[[], float]) -> None:
        self._interval = interval
        self._sleep = sleep
        self._monotonic = monotonic
        self._not_before: dict[str, float] = {}

    async def turn(self, key: str = "") -> None:
        """Wait for the next turn; the interval runs from its start."""
        now, not_before = self._monotonic(), self._not_before.get(key)
        if not_before is not None and now < not_before:
            await self._sleep(not_before - now)
            now = max(self._monotonic(), not_before)
        self._not_before[key] = now + self._interval

    @asynccontextmanager
    async def whole_turn(self, key: str = "") -> AsyncIterator[None]:
        """Wait for the next turn; the interval runs from the end of the block, failed or not."""
        await self.turn(key)
        try:
            yield
        finally:
            self._not_before[key] = self._monotonic() + self._interval
