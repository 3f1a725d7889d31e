"""A trial's key facts as label and value, for a card on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from watcher.changes.history import value_at
from watcher.changes.model import Json, Record
from watcher.changes.wording import values
from watcher.study.typed import UNKNOWN_COUNT

_STATUS = ("protocolSection", "statusModule")
_DESIGN = ("protocolSection", "designModule")
_ELIGIBILITY = ("protocolSection", "eligibilityModule")
"""The registry's number for "unknown" in enrollment counts."""


def card_of(record: Record) -> tuple[tuple[str, str], ...]:
    """Return a record's key facts in people's words, in a fixed order; what the record lacks is left out."""
    return tuple((label, value) for label, value in _facts(record) if value)


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    status = value_at(record, (*_STATUS, "overallStatus"))
    why = value_at(record, (*_STATUS, "whyStopped"))
    yield "Status", _text(status) + (f" ({values.quoted(why)})" if isinstance(why, str) else "")
    yield "Phase", ", ".join(_text(phase) for phase in _items(value_at(record, (*_DESIGN, "phases"))))
    yield "Study type", _text(value_at(record, (*_DESIGN, "studyType")))
    yield "Enrollment", _enrollment(value_at(record, (*_DESIGN, "enrollmentInfo")))
    for label, field in (
        ("Start", "startDateStruct"),
        ("Primary completion", "primaryCompletionDateStruct"),
        ("Completion", "completionDateStruct"),
    ):
        yield label, _date(value_at(record, (*_STATUS, field)))
    sponsor = value_at(record, ("protocolSection", "sponsorCollaboratorsModule", "leadSponsor", "name"))
    yield "Sponsor", values.plain(sponsor) if isinstance(sponsor, str) else ""
    conditions = value_at(record, ("protocolSection", "conditionsModule", "conditions"))
    yield "Conditions", ", ".join(values.plain(str(item)) for item in _items(conditions))
    ages = [value_at(record, (*_ELIGIBILITY, key)) for key in ("minimumAge", "maximumAge")]
    yield "Ages", " to ".join(values.age(age) for age in ages if isinstance(age, str))
    sites = _items(value_at(record, ("protocolSection", "contactsLocationsModule", "locations")))
    countries = values.distinct(str(site.get("country", "")) for site in sites if isinstance(site, Mapping))
    yield "Sites", f"{len(sites)} in {values.listed(countries)}" if sites else ""
    yield "Last update posted", _date(value_at(record, (*_STATUS, "lastUpdatePostDateStruct")))


def _text(value: Json) -> str:
    return values.enum(value) if isinstance(value, str) else ""


def _items(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []


def _enrollment(info: Json) -> str:
    if not isinstance(info, Mapping):
        return ""
    count = info.get("count")
    if not isinstance(count, int) or count == UNKNOWN_COUNT:
        return "unknown"
    return f"{values.number(count)} {_kind(info.get('type'))}".strip()


def _date(struct: Json) -> str:
    if not isinstance(struct, Mapping) or not isinstance(struct.get("date"), str):
        return ""
    return f"{values.date(str(struct['date']))} {_kind(struct.get('type'))}".strip()


def _kind(value: Json) -> str:
    return {"ACTUAL": "(actual)", "ESTIMATED": "(planned)"}.get(str(value), "")
