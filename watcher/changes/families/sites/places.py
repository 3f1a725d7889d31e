"""A site as a place: its key, its name for people, whether its name is masked, how near two of them are.

Source: a third of the site rows on ClinicalTrials.gov have no name of their own (`Research Site`, `Local Institution -
0062`, `Investigational Site Number : 123`), and the registry rewrites city names and coordinates by itself, so neither
name nor coordinates identify a site alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from watcher.changes.country_names import canonical_country
from watcher.changes.families.sites import site_fields as contacts_locations
from watcher.changes.families.sites.town_names import plain_town
from watcher.changes.model import Json
from watcher.study.read import as_list, as_object, as_text

_BRANDED = re.compile(
    r"(?:[\w&.,'()/-]+ ){0,4}(?:investigat(?:ion|ional|ive|or|ors)(?:'s)? (?:site|center|centre)s?"
    r"|(?:study|research|clinical(?: (?:trial|study))?) sites?)(?: ?(?:no\.?|number|id|ref)?[ :#(-]*\d+\)?)?"
    r"|for (?:additional|more) information\b.*|local institution\b.*",
    re.IGNORECASE,
)
"""Stand-ins with a company's name before them, `Novo Nordisk Investigational Site`, or a notice instead of a name."""

_NUMBER = re.compile(
    r"\b(?:site|institution|center|centre)s?\b[ #:.(-]*(?:(?:number|no|id)\b[ #:.(-]*)?(\d{2,})\b", re.IGNORECASE
)
"""The sponsor's own number of a site: in a masked name, `Local Institution - 0062`, or a contact's, `Site 0062`."""


OPEN = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE"})
"""Statuses under which a site takes people in."""


@dataclass(frozen=True, slots=True)
class Site:
    """One row of the list of sites, folded for comparison.

    Attributes:
        row: The row as the registry sends it.
        facility: Name, case-folded, blanks collapsed; empty when there is none.
        city: The same for the city.
        state: The same for the state.
        zip: The same for the postal code.
        country: The country by its present name.
        key: Seed-style key: `emerald coast clinic|st-malo||france`, as spelt, lower-cased, empty parts kept.
        is_stand_in: Whether the list gives this name to so many sites that it tells none of them.
        is_renumbered: Whether the sponsor's numbers of one record say nothing in the other.
    """

    row: Mapping[str, Json]
    facility: str
    city: str
    state: str
    zip: str
    country: str
    key: str
    is_stand_in: bool = False
    is_renumbered: bool = False

    @property
    def status(self) -> str | None:
        """Recruitment status of the site, None when the registry shows none."""
        return as_text(self.row.get("status")) or None

    @property
    def is_masked(self) -> bool:
        """Whether the row gives no name that tells one site from another."""
        return self.is_stand_in or not self.facility or is_masked(self.facility)

    @property
    def number(self) -> str | None:
        """The sponsor's own number of the site, where its masked name or the name of a contact gives one."""
        if self.is_renumbered:
            return None
        names = [as_text(as_object(contact).get("name")) for contact in as_list(self.row.get("contacts"))]
        found = (_NUMBER.search(name) for name in ([self.facility, *names] if self.is_masked else names))
        return next((match[1] for match in found if match is not None), None)

    @property
    def identity(self) -> tuple[str, ...]:
        """All that names the place."""
        return (self.facility, self.city, self.state, self.zip, self.country)

    @property
    def town(self) -> tuple[str, str]:
        """Country and town, the town without accents and by one name where it has several."""
        return (self.country, plain_town(self.city))

    def name(self) -> str:
        """Return the site for people: facility and city, or what there is of them."""
        return ", ".join(part for part in (as_text(self.row.get("facility")), as_text(self.row.get("city"))) if part)


def site(row: Json, stand_ins: frozenset[str] = frozenset()) -> Site:
    """Read a row of the list of sites; `stand_ins` are folded names that the list gives to most of its sites."""
    fields = as_object(row)
    facility, city, state, code, country = (as_text(fields.get(part)) for part in _PARTS)
    return Site(
        row=fields,
        facility=fold(facility),
        city=fold(city),
        state=fold(state),
        zip=fold(code),
        country=canonical_country(country),
        key=f"{facility}|{city}|{state}|{country}".lower(),
        is_stand_in=bool(stand_ins) and fold(facility) in stand_ins,
    )


_PARTS = ("facility", "city", "state", "zip", "country")


def fold(text: str) -> str:
    """Fold a name: case, blanks and closing punctuation do not count."""
    return " ".join(text.casefold().split()).rstrip(" .,;")


def is_masked(name: str) -> bool:
    """Whether a facility's name is a stand-in: `Research Site`, `Local Institution - 0062`."""
    return contacts_locations.is_masked(name) or _BRANDED.fullmatch(name) is not None


def point(one: Site) -> tuple[float, float] | None:
    """Return latitude and longitude of a site, None when the registry gives none."""
    where = as_object(one.row.get("geoPoint"))
    lat, lon = where.get("lat"), where.get("lon")
    return (lat, lon) if isinstance(lat, int | float) and isinstance(lon, int | float) else None


def are_near(old: Site, new: Site, degrees: float) -> bool:
    """Return whether both have coordinates that are at most so many degrees apart."""
    before, after = point(old), point(new)
    if before is None or after is None:
        return False
    return abs(before[0] - after[0]) <= degrees and abs(before[1] - after[1]) <= degrees


def is_town_spelt_longer(old: Site, new: Site) -> bool:
    """Return whether the town of one row is part of the other's: `Seoul` and `Seoul, Jongno-gu`."""
    before, after = old.town[1], new.town[1]
    return bool(before and after) and (before in after or after in before)


def has_other_number(old: Site, new: Site) -> bool:
    """Return whether the sponsor's numbers of both are known and differ."""
    return old.number is not None and new.number is not None and old.number != new.number
