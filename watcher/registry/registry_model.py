"""The values the registry room hands out: raw records, pages, versions, and what became of an id.

Holds data and the shape of an id; asks nothing, reads no bytes, decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from watcher.errors import RegistryAnswerError, RegistryUnavailableError

_NCT_ID = re.compile(r"NCT(?!0{8})\d{8}", re.ASCII)


def is_nct_id(text: str) -> bool:
    r"""Return whether `text` is an NCT id that may be asked for: `NCT` and eight digits, not all zeros.

    Stricter than the registry, which takes lower case and short ids too: one malformed id spoils a whole batch, and
    two spellings of one trial would be two trials here.

    Source: https://clinicaltrials.gov/api/oas/v2, pattern `^[Nn][Cc][Tt]0*[1-9]\d{0,7}$` of `nctId`.
    """
    return _NCT_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVersion:
    """What the registry says of its own data.

    Attributes:
        token: `dataTimestamp`, opaque: equal or different, never earlier or later. None when the registry gave none.
        api_version: DataVersion of the API as spelt there, or None.
    """

    token: str | None
    api_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as it came, not decoded.

    Attributes:
        nct_id: Its canonical id, as the record itself says.
        body: The record's bytes as sent, UTF-8 JSON.
        fingerprint: 32 hex digits over the bytes with the `versionHolder` value cut out. Equal fingerprints mean
            equal records; different ones do not mean a change (spacing and order count here).
        data_version: The record's `versionHolder`, e.g. `2026-03-13`, or None when it has none.
        aliases: Obsolete ids that now mean this record, as the record lists them; mostly empty.
        doubt: Why the record cannot be believed whatever it says, one sentence; empty when nothing speaks against it.
    """

    nct_id: str
    body: bytes = field(repr=False)
    fingerprint: str
    data_version: str | None
    aliases: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """What one answer brought, and what became of ids that brought no record.

    Every id asked for stands, over all pages of one poll, in exactly one of: a record's `nct_id`, `aliased`,
    `missing`, `refused`, `failed`. (A restarted batch may repeat a record that changed in between.)

    Attributes:
        records: Records asked for by id or alias, in the order of the answer; may be empty.
        aliased: Asked id → canonical id of the record that came back for it (in this page or an earlier one).
        missing: Ids a complete, believable answer left out; only on a batch's last page. Not yet "gone".
        refused: Id → reason, for ids the registry, or the shape of an id, does not allow.
        failed: Id → reason, for ids that could not be read this time; they stay due.
        unreadable: Those of `failed` whose own record came and cannot be read; the others got no answer.
        unasked: How many records came that nobody asked for; they are dropped.
    """

    records: tuple[RawRecord, ...] = ()
    aliased: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()
    unasked: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """The id is an alias now; the trial lives under another id."""

    to: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """The registry knows no such id (404)."""


Single: TypeAlias = "RawRecord | Moved | NotFound"


class Transport(StrEnum):
    """The two clients that may knock at the registry's door."""

    HTTPX = "httpx"
    URLLIB = "urllib"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportMemory:
    """Which transport passed the registry's firewall, and until when that is trusted."""

    passed: Transport
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A refusal that is respected: no request until it is over or `[registry]` has changed.

    Attributes:
        until: Aware time of its end.
        settings: Mark of the `[registry]` section it was opened under.
    """

    until: datetime
    settings: str


class Failure(StrEnum):
    """How a request ended without a status.

    Attributes:
        TIMEOUT: No connection or no byte in time.
        DROPPED: Refused, reset, closed in mid-answer, host not found.
        UNTRUSTED: The certificate cannot be verified; deterministic.
        UNUSABLE: The request cannot be made at all (address, header); deterministic.
    """

    TIMEOUT = "timeout"
    DROPPED = "dropped"
    UNTRUSTED = "untrusted"
    UNUSABLE = "unusable"


class NoAnswerError(RegistryUnavailableError):
    """A request that ended without a status; its text says what happened and where.

    Attributes:
        failure: The class of it, which decides whether it is tried again.
    """

    def __init__(self, message: str, failure: Failure, retry_after: timedelta | None = None) -> None:
        self.failure = failure
        super().__init__(message, retry_after)


class RateLimitedError(RegistryUnavailableError):
    """429 after all tries: whoever asks on is impolite."""


class UnreadableAnswerError(RegistryAnswerError):
    """An answer that calls itself JSON and cannot be decoded; its batch is halved to find the culprit."""


class OverCapError(RegistryAnswerError):
    """An answer held more decoded bytes than its cap; a batch is halved for it."""
