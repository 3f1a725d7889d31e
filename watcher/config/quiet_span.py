"""Quiet hours: two local times between which a recipient gets no messages.

Holds the two times and their spelling; when they begin and end on a day is `digests.quiet_hours`'s business.
"""

from __future__ import annotations

import re
from datetime import time

from pydantic import BaseModel, ConfigDict

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class Quiet(BaseModel):
    """A span of the day, such as `22:00-07:00`; it crosses midnight if it ends before it begins.

    Attributes:
        begins: Local time of day from which nothing is sent.
        ends: Local time of day from which messages go out again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: time
    ends: time

    def __str__(self) -> str:
        """Return the spelling of the configuration."""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def parse_quiet(value: object) -> object:
    """Read a `quiet` value.

    Raises:
        ValueError: Any text but two different times of day joined by a dash.
    """
    if not isinstance(value, str):
        return value
    found = _SPAN.fullmatch(value.strip())
    if found is None:
        raise ValueError(f'"{value}" are no quiet hours; write two local times, such as "22:00-07:00"')
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        raise ValueError(f'"{value}" ends when it begins; write two different times, such as "22:00-07:00"')
    return Quiet(begins=begins, ends=ends)
