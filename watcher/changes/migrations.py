"""Organisations that took a new name, which their words do not show.

Pure data. Source: records of ClinicalTrials.gov API v2 fetched before and after.
"""

from __future__ import annotations

RENAMED_ORGANISATIONS: frozenset[tuple[str, str]] = frozenset(
    {
        ("BeiGene", "BeOne Medicines"),
        ("BeiGene, Ltd.", "BeOne Medicines"),
        ("GlaxoSmithKline", "GSK"),
    }
)
"""(Older, newer) names of one organisation whose words do not show that it is the same one."""
