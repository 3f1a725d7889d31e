"""Who runs a trial, where, and what was published: sponsors, sites, contacts, references, other identifiers.

In people's words, in the record's order. Addresses of the web are shown only when they are http or https.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.model import Json, Record
from watcher.changes.wording import values
from watcher.pages.record_text import day, joined, line, module, objects, raw, word
from watcher.pages.study import Facts
from watcher.rendering.escape import cut, plain
from watcher.study.read import as_object, as_text

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
    status = module(record, "statusModule")
    facts = (
        ("Results first posted", day(status.get("resultsFirstPostDateStruct"))),
        ("Results first submitted", day({"date": raw(status.get("resultsFirstSubmitDate"))})),
        ("Delay certified", day(status.get("dispFirstPostDateStruct"))),
    )
    return Results(
        is_posted=record.get("hasResults") is True, facts=tuple((label, value) for label, value in facts if value)
    )


def sponsors_of(record: Record) -> tuple[tuple[str, str, str], ...]:
    """Return name, role and class of the lead sponsor and of each collaborator."""
    held = module(record, "sponsorCollaboratorsModule")
    rows = [(as_object(held.get("leadSponsor")), "Lead sponsor")]
    rows += [(one, "Collaborator") for one in objects(held.get("collaborators"))]
    return tuple((line(one.get("name")), role, word(one.get("class"))) for one, role in rows if line(one.get("name")))


def responsible_of(record: Record) -> Facts:
    """Return the responsible party."""
    held = as_object(module(record, "sponsorCollaboratorsModule").get("responsibleParty"))
    pairs = (
        ("Type", word(held.get("type"))),
        ("Investigator", line(held.get("investigatorFullName")) or line(held.get("oldNameTitle"))),
        ("Title", line(held.get("investigatorTitle"))),
        ("Affiliation", line(held.get("investigatorAffiliation")) or line(held.get("oldOrganization"))),
    )
    return tuple((label, value) for label, value in pairs if value)


def countries_of(record: Record) -> tuple[Country, ...]:
    """Return the sites by country: most sites first, then by name; within a country in the record's order."""
    found: dict[str, list[Place]] = {}
    for site in objects(module(record, "contactsLocationsModule").get("locations")):
        found.setdefault(cut(line(site.get("country")), 80), []).append(_place(site))
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


def _place(site: Mapping[str, Json]) -> Place:
    facility = line(site.get("facility"))
    return Place(
        facility=facility,
        city=joined([line(site.get(key)) for key in ("city", "state", "zip")]),
        town=joined(values.distinct(line(site.get(key)) for key in ("city", "state"))),
        postcode=cut(line(site.get("zip")), 20),
        status=word(site.get("status")),
        state=_STATE_OF.get(as_text(site.get("status")), "other"),
        is_recruiting=site.get("status") == "RECRUITING",
        contacts=tuple(_contact(one, facility) for one in objects(site.get("contacts"))),
    )


def _contact(one: Mapping[str, Json], place: str = "") -> Contact:
    extension = line(one.get("phoneExt"))
    return Contact(
        name=line(one.get("name")),
        role=word(one.get("role")),
        phone=line(one.get("phone")) + (f" ext. {extension}" if extension else ""),
        email=line(one.get("email")),
        place=place,
    )


def central_of(record: Record) -> tuple[Contact, ...]:
    """Return the central contacts, then the overall officials with their affiliation as place."""
    held = module(record, "contactsLocationsModule")
    officials = (_contact(one, line(one.get("affiliation"))) for one in objects(held.get("overallOfficials")))
    return (*(_contact(one) for one in objects(held.get("centralContacts"))), *officials)


def references_of(record: Record) -> tuple[Reference, ...]:
    """Return publications, then links."""
    held = module(record, "referencesModule")
    return (*_citations(held), *_links(held))


def _citations(held: Mapping[str, Json]) -> Iterator[Reference]:
    for one in objects(held.get("references")):
        number = raw(one.get("pmid"))
        yield Reference(
            text=line(one.get("citation")),
            kind=word(one.get("type")),
            url=_PUBMED.format(number) if _NUMBER.fullmatch(number) else "",
            notes=tuple(
                joined([line(note.get("type")), line(note.get("source"))], ": ")
                for note in objects(one.get("retractions"))
            ),
        )


def _links(held: Mapping[str, Json]) -> Iterator[Reference]:
    for one in objects(held.get("seeAlsoLinks")):
        url = plain(raw(one.get("url")))
        yield Reference(text=line(one.get("label")) or url, kind="Link", url=url if _WEB.fullmatch(url) else "")


def identifiers_of(record: Record) -> tuple[tuple[str, str, str], ...]:
    """Return value, type and source of every other identifier; the organisation's own study id first."""
    held = module(record, "identificationModule")
    own = as_object(held.get("orgStudyIdInfo"))
    rows = [(own, "Organisation's study id")]
    rows += [(one, "Secondary id") for one in objects(held.get("secondaryIdInfos"))]
    found = [
        (line(one.get("id")), word(one.get("type")), joined([source, line(one.get("domain"))]))
        for one, source in rows
        if line(one.get("id"))
    ]
    aliases = held.get("nctIdAliases")
    found += [(line(alias), "", "Older NCT id") for alias in (aliases if isinstance(aliases, list) else [])]
    return tuple(found)
