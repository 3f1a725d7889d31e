"""What can be told to a reader, as values: a digest, a welcome, a heartbeat, a notice, a test.

Holds data only. Everything here was decided before (what changed, for whom, how loud); `compose` makes messages of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TypeAlias

from watcher.changes.model import Json, Story
from watcher.config.config_model import Least
from watcher.rendering.message import PackedJson


class Medium(StrEnum):
    """What a channel can show.

    Mail (text and HTML), Slack blocks, files (mail plus the data), data (a message per trial), chat (the words of
    Slack without its markup's payload), or text for eighty columns.
    """

    EMAIL = "email"
    SLACK = "slack"
    FOLDER = "folder"
    DATA = "data"
    CHAT = "chat"
    TEXT = "text"

    @property
    def carries_data(self) -> bool:
        """Whether what goes out holds the comparisons themselves beside the words."""
        return self in (Medium.FOLDER, Medium.DATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """The person or room a message is for.

    Attributes:
        name: Name of the recipient in the configuration.
        zone: Their time zone; every time of day is shown in it.
        least: Their level, said when something lies below it.
        watches: Names of the watches they follow, as `routing.watches_of` gives them; empty when they name ids alone.
        stop: Address to write to in order to stop or change the messages; None: the text says to ask the operator.
        next_digest: Their next slot; None for `immediate`.
        pages: Where the site of `[pages]` is read, without a slash at its end; None when it has no public address.
    """

    name: str
    zone: tzinfo
    least: Least = Least.MINOR
    watches: tuple[str, ...] = ()
    stop: str | None = None
    next_digest: datetime | None = None
    pages: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCounts:
    """What was read for a reader, and what was not: the facts of every message's end.

    Attributes:
        watched: How many trials they watch.
        read: How many of these were read at the registry's newest data version, or are known to stand as they were
            because its data did not move; with them those that changed and were read since the last digest.
        unchanged: How many of these show no change to tell, the next two included.
        reverified: How many of these the sponsor verified anew, without other news.
        small_print: How many of these differ otherwise in noise only (order, spelling, reformatting, dates of updates).
        below_trials: How many changed only below the reader's level and have no story.
        below_changes: How many changes these trials have below the level.
        not_reached: Ids that the registry did not give.
        unknown: Ids that the registry does not have.
        quarantined: Ids whose answer could not be believed.
        damaged: Ids whose changes cannot be shown, since what is stored of them is damaged.
        read_at: When they were last read, or confirmed not to have moved; None when none ever was.
        data_version: The newest of the registry's data versions they were read at (`2026-03-13`), or None.
        data_from: The oldest of those versions, where they were read at more than one; else None.
        data_since: The registry's data version at the reader's last digest, or None.
    """

    watched: int
    read: int
    unchanged: int = 0
    reverified: int = 0
    small_print: int = 0
    below_trials: int = 0
    below_changes: int = 0
    not_reached: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    read_at: datetime | None = None
    data_version: str | None = None
    data_from: str | None = None
    data_since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomedTrial:
    """One trial in a welcome, or one that was added since.

    Attributes:
        nct_id: The trial.
        short_name: As in a story.
        status: Its status in people's words: `Recruiting`; None when the record has none.
        first_posted: Day it was first posted, as the registry spells it, or empty.
        in_search: Whether a search of the reader's selects it.
    """

    nct_id: str
    short_name: str
    status: str | None = None
    first_posted: str = ""
    in_search: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomedSearch:
    """One search in a welcome.

    Attributes:
        watch: Name of the watch.
        described: The search in words.
        count: How many trials it matches.
    """

    watch: str
    described: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What changed.

    Attributes:
        reader: For whom.
        reading: What was read for them.
        stories: One per trial, in any order; composing puts the loudest first. Not empty.
        key: What makes this digest this one: its slot, or its version for `immediate`. Goes into the Message-ID.
        at: Aware time of composing.
        watches: NCT id to the watches that brought it, as `routing.Followed.labels`; may lack trials.
        data: The comparisons as `compare --json` prints them, for a medium that carries them.
        added: Trials that are watched for them since their last message of this kind; may be empty.
    """

    reader: Addressee
    reading: ReadCounts
    stories: tuple[Story, ...]
    key: str
    at: datetime
    watches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: tuple[Json | PackedJson, ...] = ()
    added: tuple[WelcomedTrial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The first message to a new reader.

    Attributes:
        reader: For whom.
        reading: What was read for them.
        trials: The trials they follow: first those in no search in the order of the watchlist, then those of searches,
            the newest first; may be empty.
        searches: The searches they follow; may be empty.
        key: Goes into the Message-ID, e.g. `welcome`.
        at: Aware time of composing.
    """

    reader: Addressee
    reading: ReadCounts
    trials: tuple[WelcomedTrial, ...]
    key: str
    at: datetime
    searches: tuple[WelcomedSearch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Nothing changed, said only to those who wish to hear it.

    Attributes:
        reader: For whom.
        reading: What was read for them.
        period: People's words for the time covered: `this week`, `since 6 Mar 2026`.
        key: Its slot.
        at: Aware time of composing.
        added: As in a digest.
    """

    reader: Addressee
    reading: ReadCounts
    period: str
    key: str
    at: datetime
    added: tuple[WelcomedTrial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A fault, or its end, for the operator.

    Attributes:
        reader: The operator's recipient.
        part: What fails, two to five words: `Registry`, `Email to ana`.
        title: Beginning of the subject; `since` and the time follow where there is one.
        what: What happens, one or two sentences.
        since: Since when; None for what is told once and has no end.
        meaning: What it means for the readers.
        advice: What to do; empty on recovery.
        more: How to see more: a command or a place.
        is_over: Whether this tells the end.
        key: Fault and transition; goes into the Message-ID.
        at: Aware time of composing.
    """

    reader: Addressee
    part: str
    title: str
    what: str
    since: datetime | None
    meaning: str
    key: str
    at: datetime
    advice: str = ""
    more: str = ""
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A marked test with an invented trial: the real path, no real news.

    Attributes:
        reader: For whom.
        key: Makes one test differ from the next.
        at: Aware time of composing.
    """

    reader: Addressee
    key: str
    at: datetime


Notification: TypeAlias = Digest | Welcome | Heartbeat | Notice | Sample
