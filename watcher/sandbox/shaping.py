"""Faults in the records themselves: hollow, stale, absent, uncalled for.

Pure; parses a record only where a fault alters it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from watcher.sandbox.faults import FaultKind
from watcher.sandbox.stage import Scene
from watcher.sandbox.timeline import Timeline


def shaped_record(timeline: Timeline, scene: Scene, nct_id: str) -> bytes | None:
    """Give a record as the scene's faults leave it, or None when it is absent."""
    kinds = {fault.kind for fault in scene.shaping if fault.concerns(nct_id)}
    if FaultKind.MISSING in kinds:
        return None
    record = timeline.record(nct_id, scene.earlier_version if FaultKind.STALE in kinds else scene.data_version)
    if record is not None and FaultKind.HOLLOW in kinds:
        record = _hollow(record)
    if record is not None and FaultKind.NO_VERSION_HOLDER in kinds:
        record = _without_holder(record)
    return record


def strangers(timeline: Timeline, scene: Scene, asked: Sequence[str]) -> tuple[str, ...]:
    """Give the ids that come along unasked: those the fault names, or the first one not asked for."""
    found: list[str] = []
    for fault in scene.shaping:
        if fault.kind is FaultKind.WRONG_IDS:
            others = [nct_id for nct_id in timeline.ids(scene.data_version) if nct_id not in asked]
            found += [nct_id for nct_id in others if nct_id in fault.ids] if fault.ids else others[:1]
    return tuple(found)


def _hollow(record: bytes) -> bytes:
    """Leave what makes it look like a record: the id, a status module without status, and the stamp."""
    whole = json.loads(record)
    protocol = whole.get("protocolSection", {})
    status = {key: value for key, value in protocol.get("statusModule", {}).items() if key != "overallStatus"}
    kept = {"identificationModule": protocol.get("identificationModule", {}), "statusModule": status}
    holder = {"miscInfoModule": whole["derivedSection"]["miscInfoModule"]}
    return _line({"protocolSection": kept, "derivedSection": holder, "hasResults": False})


def _without_holder(record: bytes) -> bytes:
    whole = json.loads(record)
    del whole["derivedSection"]["miscInfoModule"]["versionHolder"]
    return _line(whole)


def _line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
