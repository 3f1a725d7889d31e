"""Values for searches and their members; all frozen.

A search is known by its key, so several watches may share one. A span is one stay of a trial in a search: a trial that
left and came back has two.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.store.trial_model import Event


class Move(StrEnum):
    """What is still to be reported of a span, once the record of its trial has been read."""

    ENTERED = "entered"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """What is known of one search.

    Attributes:
        key: Its key.
        described: The search in words.
        since: When its members were first read.
        token: The registry's `dataTimestamp` its members were last read at, or None.
        data_version: Day of that data version, or None.
        read_at: When that was.
        seq: Newest version of all trials then; later ones are what happened since.
        count: How many members it had.
        aside_token: Token at which an implausible number of members was set aside, or None.
        aside_count: That number, or None.
    """

    key: str
    described: str
    since: datetime
    token: str | None
    data_version: str | None
    read_at: datetime
    seq: int
    count: int
    aside_token: str | None = None
    aside_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stay of a trial in a search.

    Attributes:
        number: Number of the row.
        search: Key of the search.
        nct_id: The trial.
        entered_at: When it was found.
        entered_version: Day of the data version it was found in, or None.
        is_first: True if it was there when the search was first read.
        left_at: When it was no longer found, or None while it is a member.
        left_version: Day of the data version without it, or None.
        owed: What is still to be reported, or None.
        seq: Versions after this one are what happened before it entered, or left.
    """

    number: int
    search: str
    nct_id: str
    entered_at: datetime
    entered_version: str | None
    is_first: bool
    left_at: datetime | None
    left_version: str | None
    owed: Move | None
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCommit:
    """The members of one search as just read, to be stored.

    Attributes:
        key: Key of the search.
        described: The search in words.
        token: The registry's `dataTimestamp`.
        data_version: Its day, or None.
        members: Every member.
        owed: Members that entered, and trials that left, whose report has to wait for their record.
        settled: Numbers of earlier spans of which nothing is owed any more.
    """

    key: str
    described: str
    token: str | None
    data_version: str | None
    members: frozenset[str]
    owed: frozenset[str] = frozenset()
    settled: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An implausible number of members, to be believed when the next data version shows the same."""

    key: str
    token: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRound:
    """Everything one poll learnt of searches, to be stored in one transaction.

    Attributes:
        searches: Searches whose members were read and believed.
        aside: Searches whose members were read and not believed.
        events: What is to be reported of trials that entered or left.
    """

    searches: tuple[SearchCommit, ...] = ()
    aside: tuple[SetAside, ...] = ()
    events: tuple[Event, ...] = ()
