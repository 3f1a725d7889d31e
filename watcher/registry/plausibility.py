"""Whether an answer about a trial may be believed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from watcher.changes.model import Record
from watcher.registry.model import RawRecord


class Verdict(StrEnum):
    """What an answer is worth."""

    SOUND = "sound"
    UNASKED = "unasked"
    STALE = "stale"
    HOLLOW = "hollow"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason: one sentence for a person, empty when sound."""

    verdict: Verdict
    reason: str = ""


def judge_identity(record: RawRecord, asked: Iterable[str]) -> Judgement:
    """UNASKED unless the record's id, or one of its aliases, was asked for."""
    raise NotImplementedError


def judge_age(record: RawRecord, kept_data_version: str | None) -> Judgement:
    """STALE when the record's data version is older than the kept one's; needs no decoding."""
    raise NotImplementedError


def judge_content(new: Record, kept: Record | None) -> Judgement:
    """HOLLOW when the decoded record lost its `overallStatus` or half or more of its protocol modules."""
    raise NotImplementedError
