"""Who runs a trial, where, and what was published: sponsors, sites, contacts, references, other identifiers.

In people's words, in the record's order. Addresses of the web are shown only when they are http or https.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.meaning.parts import as_object
from watcher.changes.model import Json, Record
from watcher.pages.reading import day, joined, line, module, objects, raw, word
from watcher.pages.study import Facts
from watcher.rendering.escape import cut, plain

_WEB = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
_PUBMED = "https://pubmed.ncbi.nlm.nih.gov/{}/"
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


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
        status: Recruiting status of the site in words; may be empty.
        is_recruiting: Whether people can take part there now.
        contacts: Whom to ask there.
    """

    facility: str
    city: str
    status: str
    is_recruiting: bool
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """The sites of one country."""

    name: str
    places: tuple[Place, ...]

    @property
    def recruiting(self) -> int:
        """How many of them recruit now."""
        return sum(place.is_recruiting for place in self.places)


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
    """Give the state of the results."""
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
    """Give name, role and class of the lead sponsor and of each collaborator."""
    held = module(record, "sponsorCollaboratorsModule")
    rows = [(as_object(held.get("leadSponsor")), "Lead sponsor")]
    rows += [(one, "Collaborator") for one in objects(held.get("collaborators"))]
    return tuple((line(one.get("name")), role, word(one.get("class"))) for one, role in rows if line(one.get("name")))


def responsible_of(record: Record) -> Facts:
    """Give the responsible party."""
    held = as_object(module(record, "sponsorCollaboratorsModule").get("responsibleParty"))
    pairs = (
        ("Type", word(held.get("type"))),
        ("Investigator", line(held.get("investigatorFullName")) or line(held.get("oldNameTitle"))),
        ("Title", line(held.get("investigatorTitle"))),
        ("Affiliation", line(held.get("investigatorAffiliation")) or line(held.get("oldOrganization"))),
    )
    return tuple((label, value) for label, value in pairs if value)


def countries_of(record: Record) -> tuple[Country, ...]:
    """Give the sites by country: most sites first, then by name; within a country in the record's order."""
    found: dict[str, list[Place]] = {}
    for site in objects(module(record, "contactsLocationsModule").get("locations")):
        found.setdefault(cut(line(site.get("country")), 80) or "Country not given", []).append(_place(site))
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Country(name=name, places=tuple(places)) for name, places in ordered)


def site_states(countries: Sequence[Country]) -> str:
    """Say how many sites stand where: `12 recruiting, 2 withdrawn`; empty when no site has a status."""
    counts = Counter(place.status or "status not given" for country in countries for place in country.places)
    if set(counts) <= {"status not given"}:
        return ""
    return ", ".join(f"{count} {state[:1].lower()}{state[1:]}" for state, count in counts.most_common())


def _place(site: Mapping[str, Json]) -> Place:
    facility = line(site.get("facility"))
    return Place(
        facility=facility,
        city=joined([line(site.get(key)) for key in ("city", "state", "zip")]),
        status=word(site.get("status")),
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
    """Give the central contacts, then the overall officials with their affiliation as place."""
    held = module(record, "contactsLocationsModule")
    officials = (_contact(one, line(one.get("affiliation"))) for one in objects(held.get("overallOfficials")))
    return (*(_contact(one) for one in objects(held.get("centralContacts"))), *officials)


def references_of(record: Record) -> tuple[Reference, ...]:
    """Give publications, then links."""
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
    """Give value, type and source of every other identifier; the organisation's own study id first."""
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
