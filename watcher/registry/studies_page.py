"""Parse responses into raw records with fingerprints.

Decodes only the id and the date of each record; the rest stays bytes until it is needed. Does not check whether a
record is plausible. Every decoder error becomes one of ours.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import cast

import msgspec

from watcher.changes.model import Record
from watcher.errors import RegistryAnswerError
from watcher.nct_id import is_nct_id
from watcher.registry.registry_model import DataVersion, RawRecord, UnreadableAnswerError
from watcher.registry.transport import RECORD_CAP, HttpResponse

_VERSION_HOLDER = b'"versionHolder"'
_TEXT_VALUE = re.compile(rb'\s*:\s*"([^"\\]*)"')
_FINGERPRINT_DIGITS = 32

MOST_LEVELS = 64
"""Deepest nesting we accept. The registry's records have about fifteen levels. Comparing, printing and storing recurse,
so an endlessly nested record would break them all.
"""

_DECODER_FAULTS = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError, MemoryError)
"""Errors a decoder raises on hostile bytes: bad JSON or UTF-8, lone surrogates, endless nesting or numbers."""


class _Identification(msgspec.Struct, frozen=True):
    nctId: str  # noqa: N815 — the registry's own spelling
    nctIdAliases: tuple[str, ...] = ()  # noqa: N815 — the registry's own spelling


class _Protocol(msgspec.Struct, frozen=True):
    identificationModule: _Identification  # noqa: N815 — the registry's own spelling


class _Misc(msgspec.Struct, frozen=True):
    versionHolder: object = None  # noqa: N815 — the registry's own spelling; anything but a text counts as absent


class _Derived(msgspec.Struct, frozen=True):
    miscInfoModule: _Misc = _Misc()  # noqa: N815 — the registry's own spelling


class _Head(msgspec.Struct, frozen=True):
    protocolSection: _Protocol  # noqa: N815 — the registry's own spelling
    derivedSection: _Derived = _Derived()  # noqa: N815 — the registry's own spelling


class _PagedStudies(msgspec.Struct, frozen=True):
    studies: list[msgspec.Raw]
    nextPageToken: str | None = None  # noqa: N815 — the registry's own spelling


class _Identified(msgspec.Struct, frozen=True):
    protocolSection: _Protocol  # noqa: N815 — the registry's own spelling


class _PagedIds(msgspec.Struct, frozen=True):
    studies: list[_Identified]
    totalCount: int | None = None  # noqa: N815 — the registry's own spelling
    nextPageToken: str | None = None  # noqa: N815 — the registry's own spelling


class _VersionAnswer(msgspec.Struct, frozen=True):
    apiVersion: str | None = None  # noqa: N815 — the registry's own spelling
    dataTimestamp: str | None = None  # noqa: N815 — the registry's own spelling


_HEAD = msgspec.json.Decoder(_Head)
_PAGED = msgspec.json.Decoder(_PagedStudies)
_IDS = msgspec.json.Decoder(_PagedIds)
_VERSION = msgspec.json.Decoder(_VersionAnswer)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record on a page that cannot be decoded: its id, if known, and the reason."""

    nct_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiesPage:
    """One page of studies, split into records.

    Attributes:
        records: In response order; may be empty even if it is not the last page.
        unreadable: Records that cannot be decoded.
        next_token: Token of the next page; None on the last page.
    """

    records: tuple[RawRecord, ...]
    unreadable: tuple[Unreadable, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdsPage:
    """One page of a search that asks for ids alone.

    Attributes:
        ids: In response order; may be empty.
        total: Number of results of all pages; on the first page only.
        next_token: Token of the next page; None on the last page.
    """

    ids: tuple[str, ...]
    total: int | None
    next_token: str | None


def read_ids(answer: HttpResponse) -> IdsPage:
    """Parse one page of `/studies?fields=NCTId`.

    Raises:
        RegistryAnswerError: It cannot be decoded, is no response of `/studies`, or holds something that is no NCT id.
    """
    _check_type(answer)
    try:
        page = _IDS.decode(answer.body)
    except _DECODER_FAULTS as error:
        raise RegistryAnswerError(f"the registry's list of a search cannot be read: {error}") from error
    ids = tuple(study.protocolSection.identificationModule.nctId for study in page.studies)
    if (bad := next((nct_id for nct_id in ids if not is_nct_id(nct_id)), None)) is not None:
        raise RegistryAnswerError(f'the registry lists "{bad[:40]}" for a search, which is no NCT id')
    return IdsPage(ids=ids, total=page.totalCount, next_token=page.nextPageToken or None)


def read_version(answer: HttpResponse) -> DataVersion:
    """Parse the response of `/version`.

    Raises:
        RegistryAnswerError: Not JSON, or JSON without a version.

    Source: https://clinicaltrials.gov/api/oas/v2, schema of `/version`; only `apiVersion` is required there.
    """
    _check_type(answer)
    try:
        said = _VERSION.decode(answer.body)
    except _DECODER_FAULTS as error:
        raise RegistryAnswerError(f"the registry's /version cannot be read: {error}") from error
    if said.apiVersion is None and said.dataTimestamp is None:
        raise RegistryAnswerError("the registry's /version names neither an API version nor a data version")
    return DataVersion(token=said.dataTimestamp or None, api_version=said.apiVersion)


def read_page(answer: HttpResponse) -> StudiesPage:
    """Parse one page of `/studies`.

    Raises:
        UnreadableAnswerError: It cannot be decoded: cut off, or broken by one of its records.
        RegistryAnswerError: It is not a response of `/studies`: not JSON, or JSON without `studies`.

    Source: https://clinicaltrials.gov/api/oas/v2, schema PagedStudies.
    """
    _check_type(answer)
    try:
        page = _PAGED.decode(answer.body)
    except msgspec.ValidationError as error:
        raise RegistryAnswerError(f"the registry's list of studies cannot be read: {error}") from error
    except _DECODER_FAULTS as error:
        raise UnreadableAnswerError(f"the registry's list of studies cannot be read: {error}") from error
    records: list[RawRecord] = []
    unreadable: list[Unreadable] = []
    for raw in page.studies:
        taken = _take(bytes(raw))
        if isinstance(taken, RawRecord):
            records.append(taken)
        else:
            unreadable.append(taken)
    return StudiesPage(records=tuple(records), unreadable=tuple(unreadable), next_token=page.nextPageToken or None)


def read_single(answer: HttpResponse) -> RawRecord:
    """Parse the response of `/studies/{nctId}`: the study itself, not wrapped.

    Raises:
        RegistryAnswerError: Not JSON, cut off, or not a study.
    """
    _check_type(answer)
    taken = _take(answer.body.strip())
    if isinstance(taken, Unreadable):
        raise RegistryAnswerError(f"the registry's study cannot be read: {taken.reason}")
    return taken


def decode_record(body: bytes) -> Record:
    """Decode one record's bytes.

    Raises:
        RegistryAnswerError: The bytes are not a JSON object in UTF-8, or are nested deeper than `MOST_LEVELS`.
    """
    try:
        record = msgspec.json.decode(body, type=dict[str, object])
    except _DECODER_FAULTS as error:
        raise RegistryAnswerError(f"the record cannot be read: {error}") from error
    if _is_deeper(record, MOST_LEVELS):
        raise RegistryAnswerError(f"the record cannot be read: it is nested more than {MOST_LEVELS} levels deep")
    return cast("Record", record)


def _is_deeper(value: object, most: int) -> bool:
    """Return True if a value has more than `most` levels of objects and lists; does not recurse."""
    level = [value]
    for _ in range(most):
        level = [
            part
            for outer in level
            for part in (outer.values() if isinstance(outer, dict) else cast("list[object]", outer))
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


def fingerprint(body: bytes, data_version: str | None) -> str:
    """Hash a record's bytes without the value of its `versionHolder`.

    The value is cut out only where the bytes equal the decoded value, so nothing else can hide in the cut.

    Args:
        body: The record as sent.
        data_version: Its decoded `versionHolder`; None hashes every byte.
    """
    start = end = len(body)
    if data_version is not None:
        found = _TEXT_VALUE.match(body, body.rfind(_VERSION_HOLDER) + len(_VERSION_HOLDER))
        if found is not None and found[1] == data_version.encode():
            start, end = found.span(1)
    view = memoryview(body)
    digest = hashlib.sha256(view[:start])
    digest.update(view[end:])
    return digest.hexdigest()[:_FINGERPRINT_DIGITS]


def _take(body: bytes) -> RawRecord | Unreadable:
    """Return one record, or why it cannot be decoded."""
    try:
        head = _HEAD.decode(body)
        if not body.isascii():
            body.decode()  # the decoder does not check texts it skips
    except _DECODER_FAULTS as error:
        return Unreadable(None, str(error))
    said = head.protocolSection.identificationModule
    if not is_nct_id(said.nctId):
        return Unreadable(None, f'a record calls itself "{said.nctId[:40]}", which is no NCT id')
    if len(body) > RECORD_CAP:
        return Unreadable(said.nctId, f"the record is larger than {RECORD_CAP // 1024 // 1024} MB")
    holder = head.derivedSection.miscInfoModule.versionHolder
    data_version = holder if isinstance(holder, str) and holder else None
    return RawRecord(
        nct_id=said.nctId,
        body=body,
        fingerprint=fingerprint(body, data_version),
        data_version=data_version,
        aliases=said.nctIdAliases,
    )


def _check_type(answer: HttpResponse) -> None:
    """Accept JSON only: the registry's errors are text or HTML, sometimes with status 200."""
    said = answer.headers.get("content-type", "")
    if said.partition(";")[0].strip().lower() != "application/json":
        raise RegistryAnswerError(
            f'the registry answered "{said[:60] or "nothing said"}" instead of JSON; it may be under maintenance, '
            "or base_url in [registry] points elsewhere"
        )
    if not answer.body:
        raise RegistryAnswerError("the registry answered with an empty body")
