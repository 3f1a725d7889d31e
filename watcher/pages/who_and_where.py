"""Who runs a trial, where, and what was published: sponsors, sites, contacts, references, other identifiers.

In people's words, in the record's order. Addresses of the web are shown only when they are http or https.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watcher.changes.model import Record
from watcher.changes.wording import values
from watcher.pages.record_text import day, joined, line, word
from watcher.pages.study import Facts
from watcher.rendering.escape import cut, plain
from watcher.study.record_model import (
    Citation,
    Identification,
    Location,
    Locations,
    Person,
    Publications,
    SeeAlso,
    Sponsors,
    Status,
    module_of,
)

_WEB = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
_PUBMED = "https://pubmed.ncbi.nlm.nih.gov/{}/"
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)

NO_COUNTRY = "Country not given"
"""Stands for the country of a site of which the record names none."""

STATES = ("open", "invited", "coming", "active", "done", "stopped", "other")
"""What a site's status means for people who ask, those who can go there first; `other` is unknown or not given."""

_STATE_OF = {
    "RECRUITING": "open",
    "AVAILABLE": "open",
    "ENROLLING_BY_INVITATION": "invited",
    "NOT_YET_RECRUITING": "coming",
    "ACTIVE_NOT_RECRUITING": "active",
    "COMPLETED": "done",
    "SUSPENDED": "stopped",
    "WITHDRAWN": "stopped",
    "TERMINATED": "stopped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or desk to ask; each part may be empty."""

    name: str
    role: str
    phone: str
    email: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One site.

    Attributes:
        facility: Its name; may be empty.
        city: City, state and postal code, joined.
        town: City and state, joined: what people look for; may be empty.
        postcode: Postal code; may be empty.
        status: Recruiting status of the site in words; may be empty.
        state: What that means for people who ask: one of `STATES`.
        is_recruiting: Whether people can take part there now.
        contacts: Whom to ask there.
    """

    facility: str
    city: str
    town: str
    postcode: str
    status: str
    state: str
    is_recruiting: bool
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """The sites of one country, or those of which the record names none (`is_named`)."""

    name: str
    places: tuple[Place, ...]
    is_named: bool = True

    @property
    def states(self) -> str:
        """Describe how many of them stand where: `12 recruiting, 2 withdrawn`."""
        return site_states((self,))


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """One site where people can take part now; each part may be empty.

    Attributes:
        country: Its country.
        town: City and state.
        facility: Its name.
        postcode: Its postal code, by which sites of one name are told apart.
    """

    country: str
    town: str
    facility: str
    postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One publication or link.

    Attributes:
        text: The citation, or a link's label.
        kind: `Result`, `Background`, …; may be empty.
        url: Where to read it; may be empty.
        notes: Retractions and corrections it carries.
    """

    text: str
    kind: str
    url: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What is known of the results.

    Attributes:
        is_posted: Whether the registry has results.
        facts: Dates of posting, submission and certified delay.
    """

    is_posted: bool
    facts: Facts


def results_of(record: Record) -> Results:
    """Return the state of the results."""
    status = module_of(record, Status)
    facts = (
        ("Results first posted", day(status.results_first_post_date_struct)),
        ("Results first submitted", day(status.results_first_submit_date)),
        ("Delay certified", day(status.disp_first_post_date_struct)),
    )
    return Results(
        is_posted=record.get("hasResults") is True, facts=tuple((label, value) for label, value in facts if value)
    )


def sponsors_of(record: Record) -> tuple[tuple[str, str, str], ...]:
    """Return name, role and class of the lead sponsor and of each collaborator."""
    held = module_of(record, Sponsors)
    rows = [(held.lead_sponsor, "Lead sponsor"), *((one, "Collaborator") for one in held.collaborators)]
    return tuple((line(one.name), role, word(one.class_)) for one, role in rows if line(one.name))


def responsible_of(record: Record) -> Facts:
    """Return the responsible party."""
    held = module_of(record, Sponsors).responsible_party
    pairs = (
        ("Type", word(held.type)),
        ("Investigator", line(held.investigator_full_name) or line(held.old_name_title)),
        ("Title", line(held.investigator_title)),
        ("Affiliation", line(held.investigator_affiliation) or line(held.old_organization)),
    )
    return tuple((label, value) for label, value in pairs if value)


def countries_of(record: Record) -> tuple[Country, ...]:
    """Return the sites by country: most sites first, then by name; within a country in the record's order."""
    found: dict[str, list[Place]] = {}
    for site in module_of(record, Locations).locations:
        found.setdefault(cut(line(site.country), 80), []).append(_place(site))
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        Country(name=name or NO_COUNTRY, places=tuple(places), is_named=bool(name)) for name, places in ordered
    )


def open_places_of(countries: Iterable[Country]) -> tuple[OpenPlace, ...]:
    """Return the sites where people can take part now."""
    return tuple(
        OpenPlace(
            country.name if country.is_named else "", cut(place.town, 120), cut(place.facility, 160), place.postcode
        )
        for country in countries
        for place in country.places
        if place.is_recruiting
    )


def site_states(countries: Sequence[Country]) -> str:
    """Describe how many sites stand where: `12 recruiting, 2 withdrawn`, `all recruiting`.

    Empty when none has a status.
    """
    places = [place for country in countries for place in country.places]
    kinds = {place.status for place in places}
    if kinds <= {""}:
        return ""
    if len(kinds) > 1:
        return counted_states(places)
    return f"all {_in_a_list(places[0].status)}" if len(places) > 1 else _in_a_list(places[0].status)


def counted_states(places: Iterable[Place]) -> str:
    """Count sites by the words of their status, those people can go to first: `12 recruiting, 2 withdrawn`."""
    counts = Counter((STATES.index(place.state), place.status or "status not given") for place in places)
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return ", ".join(f"{count} {_in_a_list(words)}" for (_, words), count in ordered)


def _in_a_list(words: str) -> str:
    """Return a status as one item of a list: `active (not recruiting)`."""
    head, comma, rest = words.partition(", ")
    return f"{head[:1].lower()}{head[1:]}" + (f" ({rest})" if comma else "")


def _place(site: Location) -> Place:
    facility = line(site.facility)
    return Place(
        facility=facility,
        city=joined(list(map(line, (site.city, site.state, site.zip)))),
        town=joined(values.distinct(map(line, (site.city, site.state)))),
        postcode=cut(line(site.zip), 20),
        status=word(site.status),
        state=_STATE_OF.get(site.status, "other"),
        is_recruiting=site.status == "RECRUITING",
        contacts=tuple(_contact(one, facility) for one in site.contacts),
    )


def _contact(one: Person, place: str = "") -> Contact:
    extension = line(one.phone_ext)
    return Contact(
        name=line(one.name),
        role=word(one.role),
        phone=line(one.phone) + (f" ext. {extension}" if extension else ""),
        email=line(one.email),
        place=place,
    )


def central_of(record: Record) -> tuple[Contact, ...]:
    """Return the central contacts, then the overall officials with their affiliation as place."""
    held = module_of(record, Locations)
    officials = (_contact(one, line(one.affiliation)) for one in held.overall_officials)
    return (*map(_contact, held.central_contacts), *officials)


def references_of(record: Record) -> tuple[Reference, ...]:
    """Return publications, then links."""
    held = module_of(record, Publications)
    return (*map(_citation, held.references), *map(_link, held.see_also_links))


def _citation(one: Citation) -> Reference:
    number = plain(one.pmid)
    return Reference(
        text=line(one.citation),
        kind=word(one.type),
        url=_PUBMED.format(number) if _NUMBER.fullmatch(number) else "",
        notes=tuple(joined([line(note.type), line(note.source)], ": ") for note in one.retractions),
    )


def _link(one: SeeAlso) -> Reference:
    url = plain(one.url)
    return Reference(text=line(one.label) or url, kind="Link", url=url if _WEB.fullmatch(url) else "")


def identifiers_of(record: Record) -> tuple[tuple[str, str, str], ...]:
    """Return value, type and source of every other identifier; the organisation's own study id first."""
    held = module_of(record, Identification)
    rows = [(held.org_study_id_info, "Organisation's study id")]
    rows += [(one, "Secondary id") for one in held.secondary_id_infos]
    found = [(line(one.id), word(one.type), joined([source, line(one.domain)])) for one, source in rows if line(one.id)]
    return (*found, *((line(alias), "", "Older NCT id") for alias in held.nct_id_aliases))
