"""The short name of a trial: its acronym, else what is tested and in whom, else its title.

The words that mark placebos, study procedures and background treatment were collected from real records; the order of
the rules is ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watcher.study.markup import plain, short
from watcher.study.read import Json, Record, as_object, as_text, at, objects

_LONGEST_NAME = 80
_LONGEST_TITLE = 60
_LONGEST_ACRONYM = 30
_MOST_TESTED = 2
_COMBINED = re.compile(r"\+|&|\b(?:and|plus|with)\b", re.I)
_LONGEST_READ = 200
"""As many characters of an intervention's name are looked at."""


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.I)


_NOTHING = _any_of(
    r"no(?:ne|t applicable|\b.{0,60}\bintervention\w*|\b.{0,60}\btreatment)?",
    r"n/?a",
    r"nil",
    r"there (?:is|are) no\b.*",
    r"observation(?:al)?(?: only)?",
    r"(?:standard|usual|routine)(?: of)? (?:medical )?(?:care|treatment|therapy|practice)\b.*",
    r"(?:active |best )?(?:supportive care|control|comparator|surveillance)\b.*",
    r"soc",
    r"wait(?:ing)?[ -]?list\b.*",
    r"watch(?:ful)? (?:and wait|waiting)",
    r"(?:interventions?|drug|treatment|device|other|experimental|arm|group|cohort)(?: [a-z0-9]{1,3})?",
    r"study (?:drug|treatment|medication)",
    r"(?:s\.?c\.?|i\.?v\.?|i\.?m\.?|oral|subcutaneous|intravenous|intramuscular) (?:injection|infusion)s?",
)
"""Names that name nothing tested, matched as a whole."""

_PLACEBO = _any_of(r"placebo", r"\b(?:sham|vehicle|dummy|saline|plcb)\b", r"^matching\b", r"\bno[ -]?treatment\b")
_OR_PLACEBO = _any_of(
    r"(?<=\w) ?(?:\bor|/|\bversus\b|\bvs\.?) ?(?:matching )?placebo$", r"^placebo ?(?:\bor\b|/) ?(?=\w)"
)

_PROCEDURE = _any_of(
    r"biops|aspirat|aspirit|venipuncture|phlebotomy|apheresis|lumbar puncture",
    r"imaging|tomograph|magnetic resonance|ultraso|echocardiogra|mammogra|bone scan|acquisition scan|muga",
    r"\b(?:pet|ct|mri|mra|x-?ray|ecg|eeg|scans?)\b",
    r"\b(?:bio)?(?:specimen|sample|blood|tissue|urine|stool|serum|plasma|saliva|data|dna)s?\b.{0,20}"
    r"\b(?:collect|draw|sampl|donat|test|analy|bank|stor)",
    r"collection of|(?:blood|biological|venous|stool|urine) (?:sample|draw|test|collection)",
    r"questionnaire|survey|interview|quality[- ]of[- ]life|\bassessments?\b|diary|actigraph",
    r"assay|biomarker|genotyp|sequencing|laboratory|flow cytometry|immunohistochem|immunologic tech",
    r"pharmacokinetic|pharmacogenomic|\bpharmacological stud",
    r"medical chart|(?:chart|record) review|follow[- ]?up|monitoring visit|physical examination",
    r"spirometry|pulmonary function|challenge test|skin (?:prick )?test",
    r"observational|non-?interventional",
    r"management of therapy complications|therapeutic conventional surgery|medical device usage|supportive care",
    r"endoscop(?:y|ic procedure)$|cystoscopy$|colonoscopy$",
)
"""Procedures that serve a study; they name a trial only when its title does."""

_CONDITIONING = _any_of(
    r"cyclophosphamide|fludarabine|busulfan|melphalan|bendamustine|alemtuzumab|thiotepa|mesna",
    r"\btbi\b|total[- ]body irradiation|thymoglobulin|anti-?thymocyte|\batg\b|lymphodeplet|conditioning",
)
_CELLS = _any_of(
    r"\bcar\b|car-?t|(?-i:CAR\w?\d)|\b(?:t|nk)[ -]cells?\b|\bcells?\b|stem.cell|transplant",
    r"\btils?\b|tumor.infiltrating|leucel|autotemcel|gene therapy|lentivir",
)
_SUPPORT = _any_of(
    r"dexamethasone|prednis|methotrexate|filgrastim|leucovorin|folic acid|vitamin b ?12|diphenhydramine",
    r"acetaminophen|paracetamol|ondansetron|midazolam|propofol|lidocaine",
)
"""Medicines that usually go along with others; they come after those that do not."""

_STRENGTH = _any_of(
    r"\(?\b(?:(?:dose(?: level)?|schedule|regimen|cohort|part|parenteral)s? ?[a-z0-9]{0,3}"
    r"|(?:low|high|medium|mid|middle|single|multiple|full|half)[ -]dose"
    r"|\d[\d.,]* ?(?:m?c?µ?g|mg|ml|l|iu|u|units?|%|gy|mmol|ppm|mcg|ug|ng|kg)(?:/\w+)*(?: ?(?:bid|qd|tid|q\dw|daily))?)"
    r"\b\)?",
    r"\b(?:tablets?|capsules?|injections?|infusion|oral|solution|cream|gel|spray|iv|sc)$",
)
_NOT_WORD = re.compile(r"[^\w+α-ω]+")
_TYPE = re.compile(r"^[A-Z][A-Za-z/ ]{2,30}: ")
_CONTROL_ARMS = frozenset({"PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "ACTIVE_COMPARATOR", "NO_INTERVENTION"})


@dataclass(frozen=True, slots=True)
class _Intervention:
    """One intervention as the rules look at it."""

    name: str
    core: str
    terms: tuple[str, ...]
    in_title: int | None
    tests: bool
    compares: bool
    everywhere: bool


def short_name(record: Record) -> str:
    """Return the name digests call a trial by, when the operator gave none.

    Args:
        record: The record as the registry sent it.

    Returns:
        The acronym; else at most two tested interventions and the first condition; else the brief title cut at a
        word; else the NCT id. As the registry spells it, never corrected; at most 80 characters, one line.
    """
    identification = as_object(at(record, "protocolSection", "identificationModule"))
    acronym = plain(as_text(identification.get("acronym")))
    if acronym and len(acronym) <= _LONGEST_ACRONYM and not _NOTHING.fullmatch(acronym):
        return acronym
    tested = interventions_tested(record)
    if tested:
        return _with_condition(" + ".join(tested), conditions_of(record))
    title = plain(as_text(identification.get("briefTitle")) or as_text(identification.get("officialTitle")))
    return short(title, _LONGEST_TITLE) or as_text(identification.get("nctId"))


def interventions_tested(record: Record) -> tuple[str, ...]:
    """Return what a trial tests, at most two names, the one named first in its brief title first.

    Placebos, comparators, procedures that serve the study, conditioning chemotherapy before a cell product, and
    treatment that every arm receives are left out. Several strengths of one drug are one name.
    """
    found = [one for one in _read(record) if not _is_no_treatment(one.name)]
    title = as_text(as_object(at(record, "protocolSection", "identificationModule")).get("briefTitle"))
    has_cells = any(_CELLS.search(text) for text in (title, *(one.name for one in found)))
    kept = [one for one in found if one.in_title is not None or not _serves(one.name, has_cells=has_cells)]
    tested = [one for one in kept if not one.compares] or kept
    if any(not one.everywhere for one in tested):
        tested = [one for one in tested if not one.everywhere or one.in_title is not None]
    ranked = sorted(enumerate(tested), key=lambda pair: (*_rank(pair[1]), pair[0]))
    names = tuple(_merged(one for _, one in ranked))[:_MOST_TESTED]
    # A combination that names the other one as well stands for both.
    whole = [name for name in names if _COMBINED.search(name) and all(_holds(name, other) for other in names)]
    return (whole[0],) if len(names) > 1 and whole else names


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return each trial's name, with its id beside it where two trials share the name.

    Returns:
        The same ids in the same order.
    """
    shared = Counter(name.casefold() for name in names.values())
    return {
        nct_id: f"{name} ({nct_id})" if shared[name.casefold()] > 1 and name != nct_id else name
        for nct_id, name in names.items()
    }


def _read(record: Record) -> Iterator[_Intervention]:
    module = as_object(at(record, "protocolSection", "armsInterventionsModule"))
    identification = as_object(at(record, "protocolSection", "identificationModule"))
    title = _words(plain(as_text(identification.get("briefTitle"))))
    arms = [arm for arm in objects(module.get("armGroups")) if arm.get("interventionNames")]
    tests = [_members(arm) for arm in arms if as_text(arm.get("type")) not in _CONTROL_ARMS]
    compares = [_members(arm) for arm in arms if as_text(arm.get("type")) in _CONTROL_ARMS]
    for item in objects(module.get("interventions")):
        name = _OR_PLACEBO.sub("", short(plain(as_text(item.get("name"))), _LONGEST_READ))
        if not name:
            continue
        key = _words(name)
        terms = tuple(term for term in _terms(name, item.get("otherNames")) if term)
        in_tests, in_compares = (any(key in arm for arm in group) for group in (tests, compares))
        yield _Intervention(
            name=name,
            core=_core(name),
            terms=terms,
            in_title=_place(title, terms),
            tests=in_tests and not in_compares,
            compares=in_compares and not in_tests and bool(tests),
            everywhere=len(arms) > 1 and all(key in arm for arm in (*tests, *compares)),
        )


def _members(arm: Mapping[str, Json]) -> frozenset[str]:
    names = arm.get("interventionNames")
    listed = names if isinstance(names, list | tuple) else ()
    return frozenset(_words(_TYPE.sub("", plain(as_text(name)))) for name in listed)


def _rank(one: _Intervention) -> tuple[bool, int, bool, bool]:
    at = one.in_title
    return (at is None, at or 0, not one.tests, _SUPPORT.search(one.name) is not None)


def _is_no_treatment(name: str) -> bool:
    parts = re.split(r"\bor\b|/", name)
    return all(_NOTHING.fullmatch(part.strip(" .")) or _PLACEBO.search(part) for part in parts)


def _serves(name: str, *, has_cells: bool) -> bool:
    if _PROCEDURE.search(name) is not None:
        return True
    return has_cells and _CONDITIONING.search(name) is not None and _CELLS.search(name) is None


def _merged(found: Iterable[_Intervention]) -> Iterator[str]:
    """Yield one name for all strengths of one thing: its own when alone, what they share when several."""
    groups: dict[str, list[_Intervention]] = {}
    for one in found:
        groups.setdefault(_words(one.core), []).append(one)
    for core, group in groups.items():
        spelt = dict.fromkeys(one.name for one in group)
        if core:
            yield group[0].core if len(spelt) > 1 else group[0].name


def _holds(name: str, other: str) -> bool:
    return f" {_words(other)} " in f" {_words(name)} "


def _core(name: str) -> str:
    """Return a name without strengths, forms, brackets and "or placebo"."""
    bare = re.sub(r"\s*[\(\[][^()\[\]]*[\)\]]", "", name) or name
    return _STRENGTH.sub("", _STRENGTH.sub("", bare).rstrip(" ,;:-–")).strip(" ,;:-–®™")


def _terms(name: str, others: Json) -> Iterator[str]:
    yield _words(name)
    core = _words(_core(name))
    if len(core) >= len("abc"):
        yield core
        first = core.split(" ")[0]
        if len(first) >= len("abcdef"):
            yield first
    for inside in re.findall(r"[\(\[]([^()\[\]]{3,40})[\)\]]", name):
        yield _words(inside)
    for other in others if isinstance(others, list | tuple) else ():
        known = _words(plain(as_text(other)))
        if len(known) >= len("abcd"):
            yield known


def _place(title: str, terms: Sequence[str]) -> int | None:
    """Return where a title first names one of these terms, as whole words; None when it names none."""
    padded = f" {title} "
    found = [at for term in terms if (at := padded.find(f" {term} ")) >= 0]
    return min(found, default=None)


def _with_condition(names: str, conditions: Sequence[str]) -> str:
    first = conditions[0] if conditions else ""
    if not first or first.casefold() in names.casefold():
        return short(names, _LONGEST_NAME)
    return short(f"{names}, {first}", _LONGEST_NAME)


def conditions_of(record: Record) -> tuple[str, ...]:
    """Return the conditions of a trial as the registry spells them."""
    listed = as_object(at(record, "protocolSection", "conditionsModule")).get("conditions")
    return tuple(plain(as_text(one)) for one in listed if one) if isinstance(listed, list | tuple) else ()


def _words(text: str) -> str:
    return " ".join(_NOT_WORD.sub(" ", text.casefold()).split())
