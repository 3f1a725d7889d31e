"""Faults in records: hollow, stale, absent, not requested, swapped, duplicated, undecodable.

Pure; parses a record only if a fault changes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from watcher.sandbox.registry_faults import UNDECODABLE, FaultKind
from watcher.sandbox.state import ResponsePlan
from watcher.sandbox.timeline import Timeline


def shaped_record(timeline: Timeline, plan: ResponsePlan, nct_id: str) -> bytes | None:
    """Return a record after applying faults; None if it is absent."""
    kinds = {fault.kind for fault in plan.shaping if fault.concerns(nct_id)}
    if FaultKind.MISSING in kinds:
        return None
    data_version = plan.earlier_version if FaultKind.STALE in kinds else plan.data_version
    record = timeline.record(nct_id, data_version)
    if record is None:
        return None
    if FaultKind.SWAPPED in kinds:
        record = _swapped(timeline, nct_id, data_version) or record
    if FaultKind.HOLLOW in kinds:
        record = _hollow(record)
    if FaultKind.NO_VERSION_HOLDER in kinds:
        record = _without_holder(record)
    for kind in kinds & UNDECODABLE:
        record = undecodable(record, kind)
    return record


def second_copies(timeline: Timeline, plan: ResponsePlan, page: Sequence[str]) -> tuple[bytes, ...]:
    """Return second copies of records of a page, with another title."""
    twice = [fault for fault in plan.shaping if fault.kind is FaultKind.TWICE]
    doubled = [nct_id for nct_id in page if any(fault.concerns(nct_id) for fault in twice)]
    records = (timeline.record(nct_id, plan.data_version) for nct_id in doubled)
    return tuple(_retitled(record) for record in records if record is not None)


_SPOILT = {
    FaultKind.SURROGATE: b'"\\ud800"',
    FaultKind.NAN: b"NaN",
    FaultKind.CONTROL: b'"\x01"',
    FaultKind.DEEP: b"[" * 1000 + b"]" * 1000,
    FaultKind.DIGITS: b"9" * 5000,
    FaultKind.UTF8: b'"\xff"',
}


def undecodable(body: bytes, kind: FaultKind) -> bytes:
    """Return a JSON object with a first member that no decoder accepts."""
    return b'{"spoilt":' + _SPOILT[kind] + b"," + body.lstrip().removeprefix(b"{")


def strangers(timeline: Timeline, plan: ResponsePlan, asked: Sequence[str]) -> tuple[str, ...]:
    """Return ids that were not requested: those of the fault, or the first other one."""
    found: list[str] = []
    for fault in plan.shaping:
        if fault.kind is FaultKind.WRONG_IDS:
            others = [nct_id for nct_id in timeline.ids(plan.data_version) if nct_id not in asked]
            found += [nct_id for nct_id in others if nct_id in fault.ids] if fault.ids else others[:1]
    return tuple(found)


def _hollow(record: bytes) -> bytes:
    """Keep only the id, a status module without status, and the data version."""
    whole = json.loads(record)
    protocol = whole.get("protocolSection", {})
    status = {key: value for key, value in protocol.get("statusModule", {}).items() if key != "overallStatus"}
    kept = {"identificationModule": protocol.get("identificationModule", {}), "statusModule": status}
    holder = {"miscInfoModule": whole["derivedSection"]["miscInfoModule"]}
    return _line({"protocolSection": kept, "derivedSection": holder, "hasResults": False})


def _swapped(timeline: Timeline, nct_id: str, data_version: str) -> bytes | None:
    """Return the next trial's body with this id; None if there is no other trial."""
    others = [other for other in sorted(timeline.ids(data_version)) if other != nct_id]
    other = next((other for other in others if other > nct_id), others[0] if others else "")
    body = timeline.record(other, data_version)
    return None if body is None else body.replace(other.encode(), nct_id.encode())


def _retitled(record: bytes) -> bytes:
    whole = json.loads(record)
    identification = whole["protocolSection"]["identificationModule"]
    identification["briefTitle"] = f"{identification.get('briefTitle', '')} (second copy)".strip()
    return _line(whole)


def _without_holder(record: bytes) -> bytes:
    whole = json.loads(record)
    del whole["derivedSection"]["miscInfoModule"]["versionHolder"]
    return _line(whole)


def _line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
