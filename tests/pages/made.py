"""Trials as pages get them, made of records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

from watcher.changes.compare import compare_records
from watcher.changes.model import Record
from watcher.changes.record_events import first_seen
from watcher.pages.page_model import Site, Step, Trial
from watcher.rendering.environment import Templates, builtin_templates

START = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
SITE = Site(url="", now=START + timedelta(days=10), data_version="2026-06-11")
TEMPLATES = Templates(builtin_templates(), clock=lambda: 0.0)


def cast_record(nct_id: str) -> dict[str, Any]:
    """Give a trial of the sandbox as it is at first."""
    found: dict[str, Any] = json.loads(files("watcher.sandbox").joinpath(f"trials/{nct_id}.json").read_bytes())
    return found


def a_trial(*records: Record, seq: int = 1, at: datetime = START, **more: Any) -> Trial:
    """Give a trial with these versions, oldest first, a day apart."""
    steps = [
        _step(records, index, seq=seq + index, seen_at=at + timedelta(days=index)) for index in range(len(records))
    ]
    return Trial(nct_id=id_of(records[-1]), record=records[-1], steps=tuple(steps), **more)


def id_of(record: Record) -> str:
    """Give a record's own id."""
    found: Any = record
    return str(found["protocolSection"]["identificationModule"]["nctId"])


def _step(records: Sequence[Record], index: int, *, seq: int, seen_at: datetime) -> Step:
    record: Any = records[index]
    posted = record["protocolSection"]["statusModule"].get("lastUpdatePostDateStruct", {}).get("date")
    data_version = seen_at.date().isoformat()
    nct_id = id_of(record)
    comparison = (
        compare_records(records[index - 1], record)
        if index
        else first_seen(nct_id, data_version=data_version, posted=posted)
    )
    return Step(
        nct_id=nct_id,
        seq=seq,
        seen_at=seen_at,
        data_version=data_version,
        posted=posted,
        is_baseline=index == 0,
        comparison=comparison,
        record=record,
    )
