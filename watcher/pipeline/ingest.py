"""Decide what becomes of the records of one answer: new version, unchanged, stale, quarantined.

Runs in a thread: parsing and comparing take time. Reads the store, does not write it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import structlog

from watcher.archive import decode, pack, read_history
from watcher.changes.compare import compare_records
from watcher.changes.families.results.due_dates import milestones
from watcher.changes.model import Comparison, Record
from watcher.changes.normalise import canonical_hash
from watcher.changes.record_events import with_return
from watcher.errors import DamagedError, RegistryAnswerError, StoreError
from watcher.pipeline.ingest_result import IngestResult, IngestStatus
from watcher.registry.plausibility import (
    SOUND,
    assess_age,
    assess_content,
    assess_identity_facts,
    assess_posting,
    is_behind,
    is_too_far_ahead,
)
from watcher.registry.registry_model import RawRecord
from watcher.registry.studies_page import decode_record
from watcher.store.store import Store
from watcher.store.trial_model import Kept, Milestone, NewVersion, Presence, Quarantined, Unchanged
from watcher.study.names import short_name
from watcher.study.read import at

log = structlog.get_logger()


def ingest_records(
    records: Iterable[RawRecord], kept: Mapping[str, Kept], store: Store, *, day: str | None
) -> tuple[IngestResult, ...]:
    """Decide what becomes of the records of one answer.

    Args:
        records: As they came.
        kept: What the store knows, by id; an id that is not there was never seen.
        store: For bodies of versions to compare with; only read.
        day: Day of the registry's data version, or None when it is not known.

    Returns:
        One per record, in their order. A record that cannot be decoded is UNREADABLE, one that our own code trips over
        is FAILED, one whose stored version is damaged is DAMAGED: all stay due, and harm no other.

    Raises:
        StoreError: The store cannot be read.
    """
    results: dict[str, IngestResult] = {}
    for record in records:
        if record.nct_id not in results:
            known = kept.get(record.nct_id) or Kept(nct_id=record.nct_id, presence=Presence.NEW)
            lags = is_behind(record, day)
            usable = replace(record, data_version=None) if is_too_far_ahead(record, day) else record
            results[record.nct_id] = replace(_guarded(usable, known, store), is_behind=lags)
    return tuple(results.values())


def _guarded(record: RawRecord, kept: Kept, store: Store) -> IngestResult:
    try:
        return _ingest(record, kept, store)
    except DamagedError as error:
        return IngestResult(nct_id=record.nct_id, status=IngestStatus.DAMAGED, reason=str(error))
    except StoreError:
        raise
    except RegistryAnswerError as error:
        return IngestResult(nct_id=record.nct_id, status=IngestStatus.UNREADABLE, reason=str(error))
    except Exception as error:  # the boundary of one study: a bug met by one record must not stop the others
        log.exception("trial_failed", nct_id=record.nct_id)
        reason = f"the program tripped over this record ({type(error).__name__}); please report it"
        return IngestResult(nct_id=record.nct_id, status=IngestStatus.FAILED, reason=reason)


def _ingest(record: RawRecord, kept: Kept, store: Store) -> IngestResult:
    if record.doubt:
        return _quarantined(record, record.doubt)
    age = assess_age(record, kept.data_version)
    if age != SOUND:
        return IngestResult(nct_id=record.nct_id, status=IngestStatus.STALE, reason=age.reason)
    is_back = kept.presence in (Presence.GONE, Presence.MERGED)
    if record.fingerprint == kept.fingerprint and not kept.starts_anew and not is_back:
        return _unchanged(record, is_stamp_only=True)
    decoded = decode_record(record.body)
    before_body = None if kept.newest_seq is None else store.versions.newest_body(record.nct_id)
    before = None if before_body is None else decode(before_body)
    if record.data_version is None and (posting := assess_posting(decoded, before)) != SOUND:
        return IngestResult(nct_id=record.nct_id, status=IngestStatus.STALE, reason=posting.reason)
    for judgement in (assess_content(decoded, before), assess_identity_facts(decoded, before)):
        if judgement != SOUND and not _is_confirmed(record, kept):
            return _quarantined(record, judgement.reason)

    digest = canonical_hash(decoded)
    if digest == kept.canonical_hash and not kept.starts_anew and not is_back:
        return _unchanged(record)
    if before is None or kept.starts_anew:
        return _new(record, decoded, digest, previous=None, comparison=None, status=IngestStatus.BASELINE)
    comparison = _compare(before, decoded, kept, store, is_back=is_back)
    status = IngestStatus.RETURNED if is_back else IngestStatus.CHANGED
    return _new(record, decoded, digest, previous=kept.newest_seq, comparison=comparison, status=status)


def _is_confirmed(record: RawRecord, kept: Kept) -> bool:
    """Return whether an implausible record was seen before, the same, in another data version: then it is real."""
    aside = kept.quarantine
    return aside is not None and aside.fingerprint == record.fingerprint and aside.data_version != record.data_version


def _unchanged(record: RawRecord, *, is_stamp_only: bool = False) -> IngestResult:
    item = Unchanged(
        nct_id=record.nct_id,
        fingerprint=record.fingerprint,
        data_version=record.data_version,
        is_stamp_only=is_stamp_only,
    )
    return IngestResult(nct_id=record.nct_id, status=IngestStatus.UNCHANGED, item=item)


def _quarantined(record: RawRecord, reason: str) -> IngestResult:
    item = Quarantined(
        nct_id=record.nct_id,
        reason=reason,
        data_version=record.data_version,
        fingerprint=record.fingerprint,
        body=record.body,
    )
    return IngestResult(nct_id=record.nct_id, status=IngestStatus.QUARANTINED, item=item, reason=reason)


def _compare(before: Record, after: Record, kept: Kept, store: Store, *, is_back: bool) -> Comparison:
    history = read_history(kept.nct_id, kept.newest_seq, before, after, store)
    comparison = compare_records(before, after, history=history)
    if not is_back:
        return comparison
    split_from = kept.merged_into if kept.presence is Presence.MERGED else None
    gone_since = kept.missing_since[:10] if kept.missing_since else None  # the day of a token
    return with_return(comparison, gone_since=gone_since, split_from=split_from)


def _new(
    record: RawRecord,
    decoded: Record,
    digest: str,
    *,
    previous: int | None,
    comparison: Comparison | None,
    status: IngestStatus,
) -> IngestResult:
    posted = at(decoded, "protocolSection", "statusModule", "lastUpdatePostDateStruct", "date")
    title = at(decoded, "protocolSection", "identificationModule", "briefTitle")
    item = NewVersion(
        nct_id=record.nct_id,
        body=record.body,
        canonical_hash=digest,
        fingerprint=record.fingerprint,
        data_version=record.data_version,
        last_update_posted=posted if isinstance(posted, str) else None,
        title=title if isinstance(title, str) else "",
        previous=previous,
        compared=None if comparison is None else pack(comparison),
        milestones=_milestones(record.nct_id, decoded),
        short_name=short_name(decoded),
    )
    return IngestResult(nct_id=record.nct_id, status=status, item=item)


def _milestones(nct_id: str, decoded: Record) -> tuple[Milestone, ...]:
    return tuple(Milestone(nct_id=nct_id, kind=due.kind, due_on=due.on) for due in milestones(decoded))
