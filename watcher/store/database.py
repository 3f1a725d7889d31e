"""The connections: readers read-only with plain BEGIN, writers with BEGIN IMMEDIATE; errors in words."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

BUSY_TIMEOUT = timedelta(seconds=10)
"""How long a call waits while another process writes."""


class Standing(StrEnum):
    """How a database stands to this program."""

    ABSENT = "absent"
    OLDER = "older"
    CURRENT = "current"


class Database:
    """Two pools of connections to one file."""
