"""Codes and names that a search of the registry may use, with the words for people.

Sources: https://clinicaltrials.gov/api/oas/v2 (parameters of `/studies`, `Status`, `Phase`); the codes of `aggFilters`
are those the web site writes into its addresses.
"""

from __future__ import annotations

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "NOT_YET_RECRUITING": "not yet recruiting",
    "RECRUITING": "recruiting",
    "ENROLLING_BY_INVITATION": "enrolling by invitation",
    "ACTIVE_NOT_RECRUITING": "active, not recruiting",
    "COMPLETED": "completed",
    "SUSPENDED": "suspended",
    "TERMINATED": "terminated",
    "WITHDRAWN": "withdrawn",
    "AVAILABLE": "available",
    "NO_LONGER_AVAILABLE": "no longer available",
    "TEMPORARILY_NOT_AVAILABLE": "temporarily not available",
    "APPROVED_FOR_MARKETING": "approved for marketing",
    "WITHHELD": "withheld",
    "UNKNOWN": "unknown status",
}

PHASES: Mapping[str, str] = {
    "EARLY_PHASE1": "early phase 1",
    "PHASE1": "phase 1",
    "PHASE2": "phase 2",
    "PHASE3": "phase 3",
    "PHASE4": "phase 4",
    "NA": "phase not applicable",
}

AGG_CODES: Mapping[str, Mapping[str, str]] = {
    "status": {
        "not": "not yet recruiting",
        "rec": "recruiting",
        "enr": "enrolling by invitation",
        "act": "active, not recruiting",
        "com": "completed",
        "ter": "terminated",
        "sus": "suspended",
        "wit": "withdrawn",
        "unk": "unknown status",
    },
    "phase": {"0": "early phase 1", "NA": "phase not applicable", **{str(n): f"phase {n}" for n in range(1, 5)}},
    "studyType": {"int": "interventional", "obs": "observational", "exp": "expanded access"},
    "funderType": {},
    "sex": {"f": "female", "m": "male"},
    "healthy": {"y": "healthy volunteers accepted"},
    "ages": {"child": "children", "adult": "adults", "older": "older adults"},
    "results": {"with": "with results", "without": "without results"},
    "docs": {"prot": "with a protocol", "sap": "with an analysis plan", "icf": "with a consent form"},
    "violation": {"y": "with an FDAAA 801 violation"},
}
"""Codes of every key of `aggFilters`. Those of `funderType` are not known: none of them is doubted."""

QUERY_NAMES: Mapping[str, str] = {
    "cond": "",
    "term": "",
    "intr": "treatment ",
    "titles": "title ",
    "outc": "outcome ",
    "spons": "sponsor ",
    "lead": "lead sponsor ",
    "id": "id ",
    "patient": "patient ",
    "locn": "in ",
}
"""The parameters `query.…`, with what stands before the value when people read it."""

DATE_AREAS: Mapping[str, tuple[str, str]] = {
    "start": ("StartDate", "start"),
    "firstPost": ("StudyFirstPostDate", "first posted"),
    "lastUpdPost": ("LastUpdatePostDate", "last update posted"),
    "studyComp": ("CompletionDate", "study completion"),
    "primComp": ("PrimaryCompletionDate", "primary completion"),
    "resFirstPost": ("ResultsFirstPostDate", "results first posted"),
}
"""The site's ranges of dates: the area of API v2, and the words."""
