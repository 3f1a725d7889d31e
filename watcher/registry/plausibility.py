"""Whether a record from the registry is plausible. Pure.

Returns an assessment and its reason; the caller counts, ignores or quarantines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from watcher.changes.model import Record
from watcher.registry.registry_model import RawRecord

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

FARTHEST_AHEAD = timedelta(days=7)
"""A `versionHolder` may be newer than `/version`, whose node may lag. One further ahead is a mistake: it would make
every later record look stale.
"""

_IDENTITY = (
    ("identificationModule", "orgStudyIdInfo", "id"),
    ("identificationModule", "briefTitle"),
    ("statusModule", "studyFirstSubmitDate"),
)
"""Facts that distinguish studies. Any of them may be corrected, but not all at once: the day of the first submission
never changes.
"""
_POSTED = ("statusModule", "lastUpdatePostDateStruct", "date")


class Plausibility(StrEnum):
    """How far a record can be trusted.

    Attributes:
        SOUND: Plausible.
        STALE: Older than the stored version; to be counted and ignored.
        HOLLOW: Essential parts are missing; to be quarantined.
        DOUBTFUL: Another study's record, or two contradicting copies; to be quarantined.
    """

    SOUND = "sound"
    STALE = "stale"
    HOLLOW = "hollow"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A plausibility and its reason: one sentence for a person, empty if sound."""

    verdict: Plausibility
    reason: str = ""


SOUND = Assessment(Plausibility.SOUND)


def assess_age(record: RawRecord, kept_data_version: str | None) -> Assessment:
    """Check that the record is not older than the stored version; needs no decoding.

    A record counts as sound if one of the two dates is missing or is not a date.

    Args:
        record: The record as received.
        kept_data_version: `versionHolder` of the stored version, or None.
    """
    new = record.data_version
    if new is None or kept_data_version is None:
        return SOUND
    if not (_ISO_DATE.fullmatch(new) and _ISO_DATE.fullmatch(kept_data_version)) or new >= kept_data_version:
        return SOUND
    return Assessment(
        Plausibility.STALE,
        f"The registry sent {record.nct_id} as of {new}, older than the version of {kept_data_version} we have.",
    )


def data_day(token: str | None) -> str | None:
    """Return the day at the start of a `dataTimestamp`, or None; tokens are opaque otherwise."""
    day = token[:10] if token else ""
    try:
        return date.fromisoformat(day).isoformat() if _ISO_DATE.fullmatch(day) else None
    except ValueError:
        return None


def is_behind(record: RawRecord, day: str | None) -> bool:
    """Return True if a record comes from a data node that lags behind the registry's day."""
    return bool(day and record.data_version and _ISO_DATE.fullmatch(record.data_version) and record.data_version < day)


def is_too_far_ahead(record: RawRecord, day: str | None) -> bool:
    """Return True if a record's `versionHolder` is too far ahead of the registry's day to be right."""
    latest = (date.fromisoformat(day) + FARTHEST_AHEAD).isoformat() if day else None
    return latest is not None and record.data_version is not None and record.data_version > latest


def assess_posting(new: Record, kept: Record | None) -> Assessment:
    """Check by the posting date that a record without a usable `versionHolder` is not older than the stored one.

    Args:
        new: The received record, decoded.
        kept: The last stored version, decoded; None at first sight.
    """
    posted, before = _at(new, _POSTED), _at(kept, _POSTED) if kept is not None else None
    if not (isinstance(posted, str) and isinstance(before, str)) or posted >= before:
        return SOUND
    return Assessment(
        Plausibility.STALE,
        f"The registry sent the record without its data version, as posted on {posted[:10]}; "
        f"the version we have was posted on {before[:10]}.",
    )


def assess_identity_facts(new: Record, kept: Record | None) -> Assessment:
    """Check that a record with a known id is not the body of another study.

    Args:
        new: The received record, decoded.
        kept: The last stored version, decoded; None at first sight, which is always sound.
    """
    if kept is None:
        return SOUND
    facts = [(_at(kept, path), _at(new, path)) for path in _IDENTITY]
    known = [(before, now) for before, now in facts if before and now]
    if len(known) < 2 or any(before == now for before, now in known):
        return SOUND
    return Assessment(
        Plausibility.DOUBTFUL,
        "The registry sent another study under this id: its own number, its title and the day it was first submitted "
        "are all different.",
    )


def assess_content(new: Record, kept: Record | None) -> Assessment:
    """Check that a record is not hollow: without `overallStatus`, or without half of the stored modules or more.

    If the stored version has no status either, its absence is accepted.

    Args:
        new: The received record, decoded.
        kept: The last stored version, decoded; None at first sight.
    """
    had = _modules(kept) if kept is not None else {}
    has = _modules(new)
    if not _status(has) and (kept is None or _status(had)):
        return Assessment(Plausibility.HOLLOW, "The registry sent the record without an overall status.")
    lost = sorted(had.keys() - has.keys())
    if had and 2 * len(lost) >= len(had):
        return Assessment(
            Plausibility.HOLLOW,
            f"The registry sent the record without {len(lost)} of its {len(had)} protocol modules: {', '.join(lost)}.",
        )
    return SOUND


def _modules(record: Record) -> Mapping[str, object]:
    section = record.get("protocolSection")
    return section if isinstance(section, Mapping) else {}


def _at(record: Record, path: tuple[str, ...]) -> object:
    value: object = _modules(record)
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _status(modules: Mapping[str, object]) -> bool:
    module = modules.get("statusModule")
    return isinstance(module, Mapping) and bool(module.get("overallStatus"))
