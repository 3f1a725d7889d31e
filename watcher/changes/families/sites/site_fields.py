"""Rows of the contacts and locations module, and how sites are recognised.

A third of all site rows carry a name that many share (`Research Site`), so a facility is no identity by itself, and
rows may be equal in every part of their address.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from types import MappingProxyType

from watcher.changes.country_names import canonical_country
from watcher.changes.fields.build import Module, by, fold, told_by
from watcher.changes.fields.row import Key, Row, ValueType
from watcher.changes.model import Json

_MODULE = Module(("protocolSection", "contactsLocationsModule"), "contacts")
_row = _MODULE.row

_MASKED = re.compile(
    r"(research|study|investigational|investigative|clinical( research| trial)?|clinical study|local|trial)?\s*"
    r"(site|centre|center|institution|facility|investigator)s?(\s*(number|no\.?|#))?[\s:#\-–(]*(site\s*)?[a-z]{0,3}\d*\)?"
)
"""Names that stand for any place: `Research Site`, `Local Institution - 0062`, `Investigational Site Number : 123`."""


def is_masked(facility: str | None) -> bool:
    """Return whether a site's name stands for any place, so that it recognises none; a missing name does too."""
    return facility is None or _MASKED.fullmatch(fold(facility)) is not None


def _address(item: Mapping[str, Json]) -> Hashable | None:
    key = (
        fold(item.get("facility")),
        fold(item.get("city")),
        fold(item.get("state")),
        fold(item.get("zip")),
        _country(item),
    )
    return key if any(key) else None


def _country(item: Mapping[str, Json]) -> str:
    country = item.get("country")
    return fold(canonical_country(country)) if isinstance(country, str) else fold(country)


def _zip(item: Mapping[str, Json]) -> Hashable | None:
    code, country = fold(item.get("zip")), _country(item)
    return (country, code) if code and country else None


def _named(item: Mapping[str, Json]) -> Hashable | None:
    facility = item.get("facility")
    if not isinstance(facility, str) or is_masked(facility) or not fold(item.get("city")):
        return None
    return (fold(facility), fold(item.get("city")))


SITE_IDENTITY = told_by(
    Key(_address),
    Key(_zip),
    Key(_named),
    by("facility", "city", every=True, alone=True),
    similar=(),
)
"""The whole address; the same country and zip, or the same facility and city: the same site renamed or moved in its
record. A masked name recognises a site only where one row stands on each side. A site is never guessed from words."""

_SITE = "facility; status; city; state; zip; country"
_CONTACT = "name; role; phone; phoneExt: extension; email"

ROWS: tuple[Row, ...] = (
    _row(
        "centralContacts",
        "Central contacts",
        ValueType.ITEMS,
        seed="contacts.central",
        has=_CONTACT,
        identity=told_by(by("name", "role"), by("email"), by("role", alone=True)),
        named_by=("name",),
    ),
    _row(
        "overallOfficials",
        "Study officials",
        ValueType.ITEMS,
        seed="contacts.officials",
        has="name; affiliation; role",
        identity=told_by(by("name", "role"), by("name"), by("role", "affiliation", every=True, alone=True)),
        named_by=("name",),
    ),
    _row(
        "locations",
        "Sites",
        ValueType.ITEMS,
        seed="locations",
        has=_SITE,
        identity=SITE_IDENTITY,
        lists=MappingProxyType({"contacts": told_by(by("name", "role"), by("role", alone=True))}),
        named_by=("facility", "city", "country"),
    ),
    _row(
        "locations.contacts",
        "Site contacts",
        ValueType.ITEMS,
        seed="locations.contacts",
        has=_CONTACT,
        identity=told_by(by("name", "role"), by("role", alone=True)),
        named_by=("name",),
        kind="contact.site",
        noise="people at single sites come and go",
    ),
    _row(
        "locations.geoPoint",
        "Site coordinates",
        ValueType.STRUCT,
        seed="locations.geoPoint",
        has="lat: latitude; lon: longitude",
        kind="site.geocoded",
        noise="coordinates are set by the registry from the address",
        is_registry_made=True,
    ),
    _row(
        "locations_nested",
        "Sites, as older copies repeat them",
        ValueType.ITEMS,
        seed="locations_nested",
        has=f"{_SITE}; contacts.name; contacts.role; contacts.phone; contacts.phoneExt; contacts.email; "
        "geoPoint.lat: latitude; geoPoint.lon: longitude",
        identity=SITE_IDENTITY,
        named_by=("facility", "city", "country"),
        kind="registry.reformatted",
        noise="known registry migration: the second copy of the sites left the records",
        is_registry_made=True,
    ),
)
"""One row per field of the module, in the registry's order."""
