"""A trial's key facts as label and value, for a card on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from watcher.changes.model import Record
from watcher.changes.wording import values
from watcher.study.record_model import (
    Conditions,
    Date,
    Design,
    Eligibility,
    Locations,
    Participants,
    Sponsors,
    Status,
    module_of,
)
from watcher.study.typed import UNKNOWN_COUNT


def card_of(record: Record) -> tuple[tuple[str, str], ...]:
    """Return a record's key facts in people's words, in a fixed order; what the record lacks is left out."""
    return tuple((label, value) for label, value in _facts(record) if value)


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    status, design = module_of(record, Status), module_of(record, Design)
    eligibility, sites = module_of(record, Eligibility), module_of(record, Locations).locations
    why = f" ({values.quoted(status.why_stopped)})" if status.why_stopped else ""
    yield "Status", _text(status.overall_status) + why
    yield "Phase", ", ".join(map(_text, design.phases))
    yield "Study type", _text(design.study_type)
    yield "Enrollment", _enrollment(design.enrollment_info)
    yield "Start", _date(status.start_date_struct)
    yield "Primary completion", _date(status.primary_completion_date_struct)
    yield "Completion", _date(status.completion_date_struct)
    yield "Sponsor", values.plain(module_of(record, Sponsors).lead_sponsor.name)
    yield "Conditions", ", ".join(map(values.plain, module_of(record, Conditions).conditions))
    yield "Ages", " to ".join(values.age(age) for age in (eligibility.minimum_age, eligibility.maximum_age) if age)
    yield "Sites", f"{len(sites)} in {values.listed(values.distinct(site.country for site in sites))}" if sites else ""
    yield "Last update posted", _date(status.last_update_post_date_struct)


def _text(code: str) -> str:
    return values.enum(code) if code else ""


def _enrollment(info: Participants) -> str:
    if info.count is None and not info.type:
        return ""
    if info.count is None or info.count == UNKNOWN_COUNT:
        return "unknown"
    return f"{values.number(info.count)} {_kind(info.type)}".strip()


def _date(spelt: Date) -> str:
    return f"{values.date(spelt.date)} {_kind(spelt.type)}".strip() if spelt.date else ""


def _kind(value: str) -> str:
    return {"ACTUAL": "(actual)", "ESTIMATED": "(planned)"}.get(value, "")
