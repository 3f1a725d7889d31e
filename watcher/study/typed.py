"""The main facts of a record, typed: read once, and always in the same way."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.study.read import Json, Record, as_text, at, objects, texts

UNKNOWN_COUNT = 99_999_999
"""What the registry keeps for "not known"; never a number of people."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of a study as the registry spells it.

    Attributes:
        text: `yyyy`, `yyyy-MM` or `yyyy-MM-dd`; empty when it is not given.
        is_planned: Whether its type is ESTIMATED.
    """

    text: str
    is_planned: bool


@dataclass(frozen=True, slots=True)
class Enrollment:
    """The number of participants.

    Attributes:
        count: The number, None when it is not given or not known.
        is_actual: Whether its type is ACTUAL.
    """

    count: int | None
    is_actual: bool


@dataclass(frozen=True, slots=True)
class Site:
    """One site of a study; what is not given is empty.

    Attributes:
        facility: Its name.
        city: Its city.
        country: Its country.
    """

    facility: str
    city: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a record says about its study.

    Attributes:
        title: Brief title with its markup; empty when it is not given.
        sponsor: Name of the lead sponsor; empty when it is not given.
        status: Overall status as the registry spells it; empty when it is not given.
        first_posted: Day of the first posting; empty when it is not given.
        last_updated: Day the last update was posted; empty when it is not given.
        study_type: `INTERVENTIONAL`, `OBSERVATIONAL` or `EXPANDED_ACCESS`; empty when it is not given.
        phases: Phases as the registry spells them.
        enrollment: The number of participants.
        primary_completion: The date of primary completion.
    """

    title: str
    sponsor: str
    status: str
    first_posted: str
    last_updated: str
    study_type: str
    phases: tuple[str, ...]
    enrollment: Enrollment
    primary_completion: Dated


def study_of(record: Record) -> Study:
    """Return the main facts of a record; what is not of the documented shape counts as not given."""
    protocol = at(record, "protocolSection")
    design, status = at(protocol, "designModule"), at(protocol, "statusModule")
    return Study(
        title=as_text(at(protocol, "identificationModule", "briefTitle")),
        sponsor=as_text(at(protocol, "sponsorCollaboratorsModule", "leadSponsor", "name")),
        status=as_text(at(status, "overallStatus")),
        first_posted=as_text(at(status, "studyFirstPostDateStruct", "date")),
        last_updated=as_text(at(status, "lastUpdatePostDateStruct", "date")),
        study_type=as_text(at(design, "studyType")),
        phases=texts(at(design, "phases")),
        enrollment=_enrollment(at(design, "enrollmentInfo")),
        primary_completion=_dated(at(status, "primaryCompletionDateStruct")),
    )


def sites_of(record: Record) -> tuple[Site, ...]:
    """Return the sites of a record in its order."""
    sites = objects(at(record, "protocolSection", "contactsLocationsModule", "locations"))
    return tuple(Site(*(as_text(site.get(name)).strip() for name in ("facility", "city", "country"))) for site in sites)


def places_of(record: Record) -> tuple[tuple[str, str], ...]:
    """Return city and country of each site, in the order of the record; what is not given is empty."""
    return tuple((site.city, site.country) for site in sites_of(record))


def _enrollment(info: Json) -> Enrollment:
    count = at(info, "count")
    if not isinstance(count, int) or isinstance(count, bool) or count == UNKNOWN_COUNT:
        count = None
    return Enrollment(count, at(info, "type") == "ACTUAL")


def _dated(struct: Json) -> Dated:
    return Dated(as_text(at(struct, "date")), at(struct, "type") == "ESTIMATED")
