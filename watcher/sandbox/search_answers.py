"""Which records a search selects: `query.…`, `filter.…` and `aggFilters` of API v2.

Pure. As the registry does: an unknown code in `aggFilters` selects nothing and is no error; of a key that is repeated
the last one counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from watcher.sandbox.essie import Matcher, QueryError, matcher, values
from watcher.study.read import Record, as_list, at

SEARCH_PARAMETERS = re.compile(
    r"query\.(?:cond|term|locn|titles|intr|outc|spons|lead|id)|aggFilters|(?:post)?"
    r"[fF]ilter\.(?:overallStatus|geo|advanced)"
)

_TITLES = ("BriefTitle", "OfficialTitle", "Acronym")
_PLACES = ("LocationCity", "LocationState", "LocationCountry", "LocationFacility")
_AREAS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "cond": (("Condition", "BriefTitle", "Keyword"), "Conditions or disease"),
    "term": (
        ("NCTId", *_TITLES, "Condition", "Keyword", "BriefSummary", "InterventionName", "LeadSponsorName"),
        "Other terms",
    ),
    "locn": (_PLACES, "Location terms"),
    "titles": (_TITLES, "Title / acronym"),
    "intr": (("InterventionName", "BriefTitle"), "Intervention / treatment"),
    "outc": (("PrimaryOutcomeMeasure",), "Outcome measure"),
    "spons": (("LeadSponsorName", "CollaboratorName"), "Sponsor / collaborator"),
    "lead": (("LeadSponsorName",), "Sponsor (lead)"),
    "id": (("NCTId", "OrgStudyId", "Acronym"), "Study IDs"),
    "advanced": (("BriefTitle",), "advanced filter"),
}
_STATUSES = {
    "not": "NOT_YET_RECRUITING",
    "rec": "RECRUITING",
    "enr": "ENROLLING_BY_INVITATION",
    "act": "ACTIVE_NOT_RECRUITING",
    "com": "COMPLETED",
    "ter": "TERMINATED",
    "sus": "SUSPENDED",
    "wit": "WITHDRAWN",
    "unk": "UNKNOWN",
}
_EVERY_STATUS = frozenset(
    {
        *_STATUSES.values(),
        *("AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING", "WITHHELD"),
    }
)
_CODES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "status": ("OverallStatus", _STATUSES),
    "phase": ("Phase", {"0": "EARLY_PHASE1", "NA": "NA", **{str(n): f"PHASE{n}" for n in range(1, 5)}}),
    "studyType": ("StudyType", {"int": "INTERVENTIONAL", "obs": "OBSERVATIONAL", "exp": "EXPANDED_ACCESS"}),
    "sex": ("Sex", {"f": "FEMALE", "m": "MALE"}),
}
_GEO = re.compile(r"distance\((-?[\d.]+),(-?[\d.]+),([\d.]+)(mi|km)?\)")
_EARTH_KM, _MILE_KM = 6371.0, 1.609344


def selects(parameters: Mapping[str, str]) -> Matcher:
    """Return a test: is this record among the results of the search?

    Args:
        parameters: Of the request; those that are no search are passed over.

    Raises:
        QueryError: A value the registry answers with 400.
    """
    parts = [part for name, value in parameters.items() if value and (part := _part(name, value)) is not None]
    return lambda record: all(part(record) for part in parts)


def _part(name: str, value: str) -> Matcher | None:
    kind = name.removeprefix("query.") if name.startswith("query.") else re.sub(r"^(postF|f)ilter\.", "", name)
    if name == "aggFilters":
        return _by_codes(value)
    if kind in _AREAS and SEARCH_PARAMETERS.fullmatch(name):
        areas, what = _AREAS[kind]
        return matcher(value, areas, what)
    makes: Mapping[str, Callable[[str], Matcher]] = {"overallStatus": _by_status, "geo": _by_distance}
    return makes[kind](value) if kind in makes else None


def _by_status(value: str) -> Matcher:
    wanted = re.split(r"[,|]", value)
    for status in wanted:
        if status not in _EVERY_STATUS:
            raise QueryError(f"Invalid value in parameter `overallStatus`: `{status}`")
    return lambda record: any(status in wanted for status in values(record, "OverallStatus"))


def _by_codes(value: str) -> Matcher:
    keys: dict[str, list[str]] = {}
    for pair in value.split(","):
        key, colon, codes = pair.partition(":")
        if not colon:
            raise QueryError("Parameter `aggFilters` has incorrect format")
        keys[key.strip()] = codes.split()
    parts = [_by_key(key, codes) for key, codes in keys.items()]
    return lambda record: all(part(record) for part in parts)


def _by_key(key: str, codes: list[str]) -> Matcher:
    if key == "results":
        wanted = {code == "with" for code in codes if code in ("with", "without")}
        return lambda record: bool(record.get("hasResults")) in wanted
    area, known = _CODES.get(key, ("", {}))
    spelt = {known[code] for code in codes if code in known}
    return lambda record: bool(spelt) and any(one in spelt for one in values(record, area))


def _by_distance(value: str) -> Matcher:
    match = _GEO.fullmatch(value.replace(" ", ""))
    if match is None:
        raise QueryError("Parameter `filter.geo` has incorrect format")
    lat, lon = float(match[1]), float(match[2])
    most = float(match[3]) * (1.0 if match[4] == "km" else _MILE_KM)

    def is_near(record: Record) -> bool:
        sites = as_list(at(record, "protocolSection", "contactsLocationsModule", "locations"))
        points = [(at(site, "geoPoint", "lat"), at(site, "geoPoint", "lon")) for site in sites]
        return any(
            isinstance(a, int | float) and isinstance(b, int | float) and _km(lat, lon, a, b) <= most for a, b in points
        )

    return is_near


def _km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    one, other = math.radians(lat), math.radians(other_lat)
    half = (
        math.sin((other - one) / 2) ** 2
        + math.cos(one) * math.cos(other) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(half))
