"""All families by the names that the table of kinds gives them, in the order in which they look at a record.

Two families may claim the same edit. The family `field` stands apart: it tells from the catalogue, which is made of the
fields of these families, what none of them claims.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from watcher.changes.families import (
    design,
    documents,
    enrollment,
    oversight,
    references,
    search_changes,
    sponsors,
    status,
    texts,
)
from watcher.changes.families.arms import arm_changes, arm_fields, arm_words
from watcher.changes.families.dates import date_changes, date_fields, date_words
from watcher.changes.families.eligibility import eligibility_changes, eligibility_fields, eligibility_words
from watcher.changes.families.outcomes import outcome_changes, outcome_fields, outcome_words
from watcher.changes.families.record import record_fields, record_words, update_dates
from watcher.changes.families.results import result_changes, result_fields, result_words
from watcher.changes.families.sites import country_words, site_changes, site_fields, site_words
from watcher.changes.fields.row import Row
from watcher.changes.meaning.evidence import Explain
from watcher.changes.model import Change, Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family of changes.

    Attributes:
        fields: Rows of the catalogue for its fields of a record.
        explain: Detects its changes in two records; None where another family detects them.
        say: Words them; None for a change that is told from the catalogue alone.
    """

    fields: tuple[Row, ...]
    explain: Explain | None
    say: Callable[[Change], Phrase | None]


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "status": Family(fields=status.ROWS, explain=status.explain, say=status.say),
        "enrollment": Family(fields=enrollment.ROWS, explain=enrollment.explain, say=enrollment.say),
        "dates": Family(fields=date_fields.ROWS, explain=date_changes.explain, say=date_words.say),
        "eligibility": Family(
            fields=eligibility_fields.ROWS, explain=eligibility_changes.explain, say=eligibility_words.say
        ),
        "outcomes": Family(fields=outcome_fields.ROWS, explain=outcome_changes.explain, say=outcome_words.say),
        "arms": Family(fields=arm_fields.ROWS, explain=arm_changes.explain, say=arm_words.say),
        "design": Family(fields=design.ROWS, explain=design.explain, say=design.say),
        "sites": Family(fields=site_fields.ROWS, explain=site_changes.explain, say=site_words.say),
        "countries": Family(fields=(), explain=None, say=country_words.say),
        "results": Family(fields=result_fields.ROWS, explain=result_changes.explain, say=result_words.say),
        "references": Family(fields=references.ROWS, explain=references.explain, say=references.say),
        "documents": Family(fields=documents.ROWS, explain=documents.explain, say=documents.say),
        "sponsors": Family(fields=sponsors.ROWS, explain=sponsors.explain, say=sponsors.say),
        "oversight": Family(fields=oversight.ROWS, explain=oversight.explain, say=oversight.say),
        "texts": Family(fields=texts.ROWS, explain=texts.explain, say=texts.say),
        "searches": Family(fields=(), explain=None, say=search_changes.say),
        "record": Family(fields=record_fields.ROWS, explain=update_dates.explain, say=record_words.say),
    }
)
"""Name of a family → what it does."""
