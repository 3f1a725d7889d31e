"""Values of the registry in people's words: enums, partial dates, numbers, ages, texts with markdown escapes.

Gives plain text; does not escape for any medium, does not judge and knows no field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from watcher.changes.fields.key_words import words_of_key
from watcher.changes.model import Json
from watcher.study.markup import plain as plain
from watcher.study.markup import short as short

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T(\d{2}:\d{2}).*)?")
_ENUM = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|BACKGROUND|BEHAVIORAL|BIOLOGICAL|COHORT|CONTACT|DERIVED|DEVICE|DIAGNOSTIC|DOUBLE|DRUG"
    r"|EXPERIMENTAL|GENETIC|INVESTIGATOR|NO|OTHER|PARTICIPANT|POSTED|PREVENTION|PRIMARY|PROCEDURE|PROSPECTIVE|QUADRUPLE"
    r"|RADIATION|REGISTRY|RELEASE|RESET|RESULT|RETROSPECTIVE|SCREENING|SECONDARY|SINGLE|SPONSOR|STARTED|TREATMENT|TRIPLE"
    r"|UNDECIDED|UNRELEASE|YES"
)
_ABBREVIATION = re.compile(r"(?:\b(?:Inc|Ltd|Co|Corp|Pty|Jr|Sr|Univ|Dept|Hosp|Inst)|\b[A-Z]\.[A-Z])\.$")
_AGE = re.compile(r"(\d+) (Year|Month|Week|Day|Hour|Minute)s?")
_LONGEST_WORD = 60
_LONGEST_NUMBER = 40

ENUM_LABELS: Mapping[str, str] = MappingProxyType(
    {
        # Statuses of a study and of its sites.
        "ACTIVE_NOT_RECRUITING": "Active, not recruiting",
        "COMPLETED": "Completed",
        "ENROLLING_BY_INVITATION": "Enrolling by invitation",
        "NOT_YET_RECRUITING": "Not yet recruiting",
        "RECRUITING": "Recruiting",
        "SUSPENDED": "Suspended",
        "TERMINATED": "Terminated",
        "WITHDRAWN": "Withdrawn",
        "AVAILABLE": "Available",
        "NO_LONGER_AVAILABLE": "No longer available",
        "TEMPORARILY_NOT_AVAILABLE": "Temporarily not available",
        "APPROVED_FOR_MARKETING": "Approved for marketing",
        "WITHHELD": "Withheld",
        "UNKNOWN": "Unknown",
        # Dates and counts.
        "ACTUAL": "actual",
        "ESTIMATED": "planned",
        # Study type and phase.
        "INTERVENTIONAL": "Interventional",
        "OBSERVATIONAL": "Observational",
        "EXPANDED_ACCESS": "Expanded access",
        "NA": "Not applicable",
        "EARLY_PHASE1": "Early Phase 1",
        "PHASE1": "Phase 1",
        "PHASE2": "Phase 2",
        "PHASE3": "Phase 3",
        "PHASE4": "Phase 4",
        # Eligibility.
        "ALL": "All",
        "FEMALE": "Female",
        "MALE": "Male",
        "CHILD": "Child",
        "ADULT": "Adult",
        "OLDER_ADULT": "Older adult",
        "PROBABILITY_SAMPLE": "Probability sample",
        "NON_PROBABILITY_SAMPLE": "Non-probability sample",
        # Design.
        "RANDOMIZED": "Randomized",
        "NON_RANDOMIZED": "Non-randomized",
        "SINGLE_GROUP": "Single group",
        "PARALLEL": "Parallel",
        "CROSSOVER": "Crossover",
        "FACTORIAL": "Factorial",
        "SEQUENTIAL": "Sequential",
        "ECT": "Educational, counseling or training",
        "HEALTH_SERVICES_RESEARCH": "Health services research",
        "NONE": "No masking (open label)",
        "CASE_CONTROL": "Case-control",
        "CASE_ONLY": "Case-only",
        "CASE_CROSSOVER": "Case-crossover",
        "ECOLOGIC_OR_COMMUNITY": "Ecologic or community",
        "FAMILY_BASED": "Family-based",
        "CROSS_SECTIONAL": "Cross-sectional",
        "SAMPLES_WITH_DNA": "Samples with DNA",
        "SAMPLES_WITHOUT_DNA": "Samples without DNA",
        "OUTCOMES_ASSESSOR": "Outcomes assessor",
        "CARE_PROVIDER": "Care provider",
        # Organisations and identifiers.
        "NIH": "NIH",
        "FED": "Other U.S. federal agency",
        "OTHER_GOV": "Other government",
        "INDIV": "Individual",
        "INDUSTRY": "Industry",
        "NETWORK": "Network",
        "AMBIG": "Ambiguous",
        "FDA": "FDA",
        "VA": "VA",
        "CDC": "CDC",
        "AHRQ": "AHRQ",
        "SAMHSA": "SAMHSA",
        "OTHER_GRANT": "Other grant",
        "EUDRACT_NUMBER": "EudraCT number",
        "CTIS": "CTIS",
        # Data sharing.
        "SAP": "Statistical analysis plan",
        "ICF": "Informed consent form",
        "CSR": "Clinical study report",
        # Results.
        "LTE60": "60 days or less",
        "GT60": "More than 60 days",
        "OTHER_PRE_SPECIFIED": "Other, pre-specified",
        "POST_HOC": "Post hoc",
    }
)
"""Enum values whose words are not simply the value in lower case; the registry's own spelling of its legends.

Source: https://clinicaltrials.gov/data-api/about-api/study-data-structure (enumeration types)
"""


_ACRONYMS = frozenset({"eu", "ct", "fda", "ema", "irb", "nih", "who", "dmc", "dsmb", "dna", "rna", "mri", "hiv"})
"""Words of an unknown enum value that are read letter by letter."""

NOTHING = "nothing"
"""What is said for a value that is empty or not there."""


def enum(value: str) -> str:
    """Return an enum value in words: `ACTIVE_NOT_RECRUITING` → `Active, not recruiting`; unknown ones are spelt out."""
    known = ENUM_LABELS.get(value)
    if known is not None:
        return known
    words_ = plain(value).replace("_", " ").lower().capitalize().split(" ")
    said = " ".join(word.upper() if word.lower() in _ACRONYMS else word for word in words_)
    return short(said, _LONGEST_WORD) or "an empty text"


def date(value: str) -> str:
    """Return a partial date in words: `10 Mar 2026`, `Mar 2026`, `2026`; anything else as it stands, cut."""
    match = _DATE.fullmatch(value)
    if match is None:
        return short(plain(value), _LONGEST_WORD)
    year, month, day, clock = match.groups()
    if month is None or not 1 <= int(month) <= len(_MONTHS):
        return value
    name = f"{_MONTHS[int(month) - 1]} {year}"
    if day is None:
        return name
    return f"{int(day)} {name}" + (f" {clock}" if clock else "")


def span(first: str, last: str) -> str:
    """Return two dates as one stretch: `9 – 11 Feb 2026`, `25 Feb – 13 Mar 2026`; one date when they are the same."""
    start, end = date(first).split(" "), date(last).split(" ")
    if start == end:
        return " ".join(end)
    if len(start) == len(end) == len(("day", "month", "year")) and start[2] == end[2]:
        start = start[:1] if start[1] == end[1] else start[:2]
    return f"{' '.join(start)} – {' '.join(end)}"


def number(value: float) -> str:
    """Return a number with thousands apart: `1,234`, `2.5`; a whole float as a whole number."""
    if isinstance(value, float) and not math.isfinite(value):
        return "a number without end"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return short(f"{value:,}", _LONGEST_NUMBER)


def age(value: str) -> str:
    """Return an age or duration in words: `18 Years` → `18 years`, `1 Years` → `1 year`.

    Anything else as it is, cut.
    """
    match = _AGE.fullmatch(value)
    if match is None:
        return short(plain(value), _LONGEST_WORD)
    count, unit = int(match[1]), match[2].lower()
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def boolean(value: bool) -> str:
    """Return `yes` or `no`."""
    return "yes" if value else "no"


def without_end(sentence: str) -> str:
    """Return a sentence without its full stop; one that ends an abbreviation stays: `to Acme, Inc.`."""
    return sentence if _ABBREVIATION.search(sentence) else sentence.rstrip(".")


def quoted(text: str, limit: int = 160) -> str:
    """Quote a registry text for a sentence: markup undone, cut, in typographic quotation marks."""
    shown = short(plain(text), limit)
    return f"“{shown}”" if shown else "an empty text"


def words(key: str) -> str:
    """Return a key of the API in words: `patientRegistry` → `patient registry`."""
    return words_of_key(key)


def capitalised(text: str) -> str:
    """Raise the first letter, leave the rest alone."""
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return `1 site`, `43 sites`, `no sites`."""
    plural = many if many is not None else f"{one}s"
    return f"no {plural}" if count == 0 else f"{number(count)} {one if count == 1 else plural}"


def every(count: int) -> str:
    """Return `all 34`, `both` of two."""
    return "both" if count == len(("one", "other")) else f"all {number(count)}"


def listed(names: Sequence[str], most: int = 5, total: int | None = None) -> str:
    """Join names: `a`, `a and b`, `a, b and c`, `a, b, c and 7 more`; a single one left is named, not counted.

    Args:
        names: What to join.
        most: How many are named when there are more.
        total: How many there are in all when `names` holds only the first of them.

    Returns:
        One text; empty for no names.
    """
    count = max(len(names), total or 0)
    if count == most + 1:
        most = count if len(names) == count else most - 1
    named = list(names if count <= most else names[: max(most, 1)])
    last = f"{number(count - len(named))} more" if count > len(named) else (named.pop() if named else "")
    # Names that hold commas themselves are told apart by semicolons.
    between = "; " if any(", " in name for name in (*named, last)) else ", "
    return f"{between.join(named)}{';' if between == '; ' else ''} and {last}" if named else last


def show(value: Json, limit: int = 160) -> str:
    """Word any JSON value, without knowing its field.

    Args:
        value: Whatever the registry sent; None stands for nothing.
        limit: Longest text in characters.

    Returns:
        Plain text: never a Python repr, never an enum in capitals, never empty (`nothing` for none).
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        return _show_text(value, limit)
    if isinstance(value, Mapping):
        return short("; ".join(f"{words(key)} {show(part, limit)}" for key, part in value.items()) or NOTHING, limit)
    return short(listed([show(part, limit) for part in value]) or NOTHING, limit)


def _show_text(text: str, limit: int) -> str:
    if text in ENUM_LABELS or _ENUM.fullmatch(text):
        return enum(text)
    if _DATE.fullmatch(text) and "-" in text:
        return date(text)
    if _AGE.fullmatch(text):
        return age(text)
    return short(plain(text), limit) or "an empty text"


def distinct(names: Iterable[str]) -> list[str]:
    """Return names once each, in the order of their first appearance."""
    return list(dict.fromkeys(names))
