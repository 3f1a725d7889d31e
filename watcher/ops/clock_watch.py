"""Detect when the wall clock is moved: set back or ahead, or left behind while the machine slept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LARGEST_DRIFT = timedelta(seconds=5)
"""Wall and monotonic clock may drift apart so far before jobs are rescheduled (design: Clocks)."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the wall clock with a monotonic one.

    Attributes:
        clock: Returns the wall time, aware.
        monotonic: Returns seconds that never go back.
    """

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    _wall: datetime = field(init=False)
    _seconds: float = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def moved(self) -> timedelta:
        """Return how far the wall clock has been moved since the last move that was noticed.

        Returns:
            Negative when it was set back; zero while both clocks agree within `LARGEST_DRIFT`.
        """
        drift = self.clock() - self._wall - timedelta(seconds=self.monotonic() - self._seconds)
        if abs(drift) <= LARGEST_DRIFT:
            return timedelta(0)
        self._begin()
        return drift

    def _begin(self) -> None:
        self._wall, self._seconds = self.clock(), self.monotonic()
