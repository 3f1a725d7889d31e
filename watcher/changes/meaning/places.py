"""A site as a place: its key, its name for people, whether its name is masked, whether two rows mean the same place.

Source: a third of the site rows on ClinicalTrials.gov have no name of their own (`Research Site`, `Local Institution -
0062`, `Investigational Site Number : 123`), and the registry rewrites city names and coordinates by itself, so neither
name nor coordinates identify a site alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from watcher.changes.country_names import canonical_country
from watcher.changes.fields import contacts_locations
from watcher.changes.meaning.parts import as_list, as_object, as_text
from watcher.changes.model import Json

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

_NEAR_DEGREES = 0.3
_SAME_DEGREES = 0.05


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
    """

    row: Mapping[str, Json]
    facility: str
    city: str
    state: str
    zip: str
    country: str
    key: str

    @property
    def status(self) -> str | None:
        """Recruitment status of the site, None when the registry shows none."""
        return as_text(self.row.get("status")) or None

    @property
    def is_masked(self) -> bool:
        """Whether the row gives no name that tells one site from another."""
        return not self.facility or is_masked(self.facility)

    @property
    def number(self) -> str | None:
        """The sponsor's own number of the site, where its masked name or the name of a contact gives one."""
        names = [as_text(as_object(contact).get("name")) for contact in as_list(self.row.get("contacts"))]
        found = (_NUMBER.search(name) for name in ([self.facility, *names] if self.is_masked else names))
        return next((match[1] for match in found if match is not None), None)

    @property
    def identity(self) -> tuple[str, ...]:
        """All that names the place."""
        return (self.facility, self.city, self.state, self.zip, self.country)

    def name(self) -> str:
        """Give the site for people: facility and city, or what there is of them."""
        return ", ".join(part for part in (as_text(self.row.get("facility")), as_text(self.row.get("city"))) if part)


def site(row: Json) -> Site:
    """Read a row of the list of sites."""
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
    )


_PARTS = ("facility", "city", "state", "zip", "country")


def fold(text: str) -> str:
    """Fold a name: case, blanks and closing punctuation do not count."""
    return " ".join(text.casefold().split()).rstrip(" .,;")


def is_masked(name: str) -> bool:
    """Whether a facility's name is a stand-in: `Research Site`, `Local Institution - 0062`."""
    return contacts_locations.is_masked(name) or _BRANDED.fullmatch(name) is not None


def is_same_place(old: Site, new: Site) -> bool:
    """Whether two rows mean the same site, whatever its name, status and coordinates.

    Args:
        old: Row of the older record.
        new: Row of the newer record.

    Returns:
        True for the same country with the same postal code, the same facility and city, a masked name on either side
        in the same city; for a city the registry spells anew, the same proper name or the sponsor's same number at most
        about 30 km away, or masked names at most about 5 km away.
    """
    if old.country != new.country:
        return False
    if old.zip and old.zip == new.zip:
        return True
    if old.city == new.city:
        return old.facility == new.facility or old.is_masked or new.is_masked or _is_numbered_alike(old, new)
    if _is_numbered_alike(old, new):
        return _are_within(_NEAR_DEGREES, old, new) or _same_name_for_city(old, new)
    if old.is_masked and new.is_masked:
        return _are_within(_SAME_DEGREES, old, new)
    return old.facility == new.facility and (_are_within(_NEAR_DEGREES, old, new) or _same_name_for_city(old, new))


def point(one: Site) -> tuple[float, float] | None:
    """Give latitude and longitude of a site, None when the registry gives none."""
    where = as_object(one.row.get("geoPoint"))
    lat, lon = where.get("lat"), where.get("lon")
    return (lat, lon) if isinstance(lat, int | float) and isinstance(lon, int | float) else None


def _is_numbered_alike(old: Site, new: Site) -> bool:
    return old.number is not None and old.number == new.number


def _are_within(degrees: float, old: Site, new: Site) -> bool:
    before, after = point(old), point(new)
    if before is None or after is None:
        return False
    return abs(before[0] - after[0]) <= degrees and abs(before[1] - after[1]) <= degrees


def _same_name_for_city(old: Site, new: Site) -> bool:
    """Whether the city of one row is part of the other's: `Seoul` and `Seoul, Jongno-gu`."""
    return bool(old.city and new.city) and (old.city in new.city or new.city in old.city)
