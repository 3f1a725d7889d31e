"""Known changes of the registry itself: names it rewrote and fields it dropped in all records at once.

Pure data with look-ups. Does not compare records and does not decide what else is noise.

Source: records of ClinicalTrials.gov API v2 fetched before and after (country names between 2025-07 and 2025-10, browse
lists between 2025-07-25 and 2025-09-11, the other fields between 2023-06 and 2024-06).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        "Bolivia, Plurinational State of": "Bolivia",
        "Côte D'Ivoire": "Côte d’Ivoire",
        "Congo, The Democratic Republic of the": "Democratic Republic of the Congo",
        "Czech Republic": "Czechia",
        "Former Yugoslavia": "Yugoslavia",
        "Iran, Islamic Republic of": "Iran",
        "Korea, Democratic People's Republic of": "North Korea",
        "Korea, Republic of": "South Korea",
        "Lao People's Democratic Republic": "Laos",
        "Libyan Arab Jamahiriya": "Libya",
        "Macedonia, The Former Yugoslav Republic of": "North Macedonia",
        "Moldova, Republic of": "Moldova",
        "Palestinian Territory, occupied": "Palestinian Territories",
        "Palestinian Territories, Occupied": "Palestinian Territories",
        "Russian Federation": "Russia",
        "Swaziland": "Eswatini",
        "Syrian Arab Republic": "Syria",
        "Tanzania, United Republic of": "Tanzania",
        "Turkey": "Turkey (Türkiye)",
        "Venezuela, Bolivarian Republic of": "Venezuela",
        "Viet Nam": "Vietnam",
    }
)
"""Country names the registry once used → the names it uses for the same country since."""

DROPPED_FIELDS: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        ("derivedSection", "conditionBrowseModule", "browseLeaves"): "browse lists of conditions",
        ("derivedSection", "conditionBrowseModule", "browseBranches"): "browse lists of conditions",
        ("derivedSection", "interventionBrowseModule", "browseLeaves"): "browse lists of interventions",
        ("derivedSection", "interventionBrowseModule", "browseBranches"): "browse lists of interventions",
        ("derivedSection", "miscInfoModule", "modelPredictions"): "model predictions",
        ("protocolSection", "contactsLocationsModule", "locations_nested"): "second list of sites",
        ("protocolSection", "armsInterventionsModule", "interventions", "interventionMappedName"): "mapped names",
    }
)
"""Field paths (keys only) that the registry dropped from all records → what they were."""

DERIVED_MODULES: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        ("derivedSection", "conditionBrowseModule"): "terms the registry derives from the conditions",
        ("derivedSection", "interventionBrowseModule"): "terms the registry derives from the interventions",
    }
)
"""Modules the registry computes from its own vocabulary; they move with the vocabulary, not with the trial."""


def canonical_country(name: str) -> str:
    """Give the name the registry uses today for a country; names it never changed as they are."""
    return COUNTRIES.get(name, name)


def dropped(path: tuple[str, ...]) -> str | None:
    """Say which dropped field a path of keys lies at or below.

    Args:
        path: Keys from the record's root, without list positions.

    Returns:
        What the field was, or None for a field the registry still serves.
    """
    for length in range(3, min(len(path), 4) + 1):
        found = DROPPED_FIELDS.get(path[:length])
        if found is not None:
            return found
    return None
