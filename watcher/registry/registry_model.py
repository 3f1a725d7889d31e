"""Values returned by the registry client: raw records, pages, versions, and the outcome for each id.

Holds data only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from watcher.errors import RegistryAnswerError, RegistryUnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVersion:
    """The version of the registry's data and API.

    Attributes:
        token: `dataTimestamp`. Opaque: compare for equality only. None if the registry sent none.
        api_version: DataVersion of the API as spelt there, or None.
    """

    token: str | None
    api_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as received, not decoded.

    Attributes:
        nct_id: Canonical id, taken from the record.
        body: The record's bytes as sent, UTF-8 JSON.
        fingerprint: 32 hex digits over the bytes without the `versionHolder` value. Equal fingerprints mean equal
            records. Different ones do not prove a change: spacing and order count.
        data_version: The record's `versionHolder`, such as `2026-03-13`, or None.
        aliases: Obsolete ids that now refer to this record; usually empty.
        doubt: One sentence on why the record cannot be trusted; empty if it can.
    """

    nct_id: str
    body: bytes = field(repr=False)
    fingerprint: str
    data_version: str | None
    aliases: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """The records of one response, and the outcome for ids without a record.

    Over all pages of one poll, every requested id appears in exactly one of: a record's `nct_id`, `aliased`,
    `missing`, `refused`, `failed`. (A restarted batch may repeat a record that changed in between.)

    Attributes:
        records: Records requested by id or alias, in response order; may be empty.
        aliased: Requested id → canonical id of the record returned for it (on this page or an earlier one).
        missing: Ids that a complete, plausible response left out; set on a batch's last page only. Not yet "gone".
        refused: Id → reason, for ids that are malformed or that the registry refuses.
        failed: Id → reason, for ids that could not be read; they stay due.
        unreadable: The ids in `failed` whose record was received but cannot be decoded; the others got no answer.
        unasked: Number of records dropped because they were not requested.
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
    """The id is now an alias of another trial."""

    to: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """The registry has no such id (404)."""


Single: TypeAlias = "RawRecord | Moved | NotFound"


class Transport(StrEnum):
    """The HTTP clients that can query the registry."""

    HTTPX = "httpx"
    URLLIB = "urllib"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportMemory:
    """The transport that passed the registry's firewall, and how long we rely on it."""

    passed: Transport
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A refusal by the registry: send no request until it expires or `[registry]` changes.

    Attributes:
        until: Aware time at which it expires.
        settings: Hash of the `[registry]` section it was opened under.
    """

    until: datetime
    settings: str


class Failure(StrEnum):
    """Why a request ended without a status.

    Attributes:
        TIMEOUT: No connection or no data in time.
        DROPPED: Refused, reset, closed in the middle of a response, or host not found.
        UNTRUSTED: The certificate cannot be verified; deterministic.
        UNUSABLE: The request cannot be sent at all (address, header); deterministic.
    """

    TIMEOUT = "timeout"
    DROPPED = "dropped"
    UNTRUSTED = "untrusted"
    UNUSABLE = "unusable"


class NoAnswerError(RegistryUnavailableError):
    """A request ended without a status.

    Attributes:
        failure: The class of failure; decides whether we retry.
    """

    def __init__(self, message: str, failure: Failure, retry_after: timedelta | None = None) -> None:
        self.failure = failure
        super().__init__(message, retry_after)


class RateLimitedError(RegistryUnavailableError):
    """429 after all retries."""


class UnreadableAnswerError(RegistryAnswerError):
    """A JSON response cannot be decoded; its batch is halved to find the culprit."""


class OverCapError(RegistryAnswerError):
    """A response exceeded its cap of decoded bytes; a batch is halved for it."""
