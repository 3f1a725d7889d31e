"""Names that mean the same: countries the registry renamed in all records at once, organisations that took a new one.

Pure data with a look-up. Does not compare records; fields the registry dropped are rows of the catalogue.

Source: records of ClinicalTrials.gov API v2 fetched before and after (country names changed between 2025-07 and
2025-10).
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

RENAMED_ORGANISATIONS: frozenset[tuple[str, str]] = frozenset(
    {
        ("BeiGene", "BeOne Medicines"),
        ("BeiGene, Ltd.", "BeOne Medicines"),
        ("GlaxoSmithKline", "GSK"),
    }
)
"""(Older, newer) names of one organisation whose words do not show that it is the same one."""


def canonical_country(name: str) -> str:
    """Give the name the registry uses today for a country; names it never changed as they are."""
    return COUNTRIES.get(name, name)
