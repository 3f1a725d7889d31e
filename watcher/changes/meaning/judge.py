"""Settles what the families found: context, origin, order of telling, unique paths; nothing stays unclaimed.

Knows no field's meaning: the explainers do, and `families.field` tells what they leave.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from watcher.changes.families.field import field_changes
from watcher.changes.families.members import FAMILIES
from watcher.changes.kinds import Context, kind_of
from watcher.changes.meaning import modules
from watcher.changes.meaning.evidence import Evidence, Explain
from watcher.changes.model import Change, Origin, Place
from watcher.study.read import as_list, at
from watcher.study.typed import Dated, Study, study_of

_NEAR_DAYS = 180
_LARGE_TARGET = 300

_TRIPS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a value of an undocumented shape raises. The registry says that fields may change without notice; an
explainer that cannot read one must not keep the whole record from being told."""

UNREADABLE = " · told plainly: the record is not of the documented shape"
"""Stands in the rule of what is told plainly because an explainer could not read the record."""

_EXPLAINERS = tuple(family.explain for family in FAMILIES.values() if family.explain is not None)

_SECTIONS: Mapping[str, int] = {"inclusion": 0, "exclusion": 1, "open": 2}
"""Order of the sections of an eligibility text: who may take part before who may not."""

_DIGITS = re.compile(r"(\d+)")


def judge(evidence: Evidence, explainers: Iterable[Explain] = _EXPLAINERS) -> tuple[Change, ...]:
    """Describe what the edits mean.

    Args:
        evidence: The two canonical records and every difference between them.
        explainers: Who claims edits, in this order.

    Returns:
        Changes in the order of telling: level, then the taxonomy's order, then path. Together they account for every
        edit: what no explainer claims is told from the catalogue alone.
    """
    found: list[Change] = []
    has_tripped = False
    for explain in explainers:
        try:
            found.extend(list(explain(evidence)))
        except _TRIPS:
            has_tripped = True
    return changes_of(found, evidence, rest_because=UNREADABLE if has_tripped else "")


def changes_of(found: Iterable[Change], evidence: Evidence, *, rest_because: str = "") -> tuple[Change, ...]:
    """Settle the changes that explainers found, and add those of the edits they left.

    Args:
        found: What they found, in any order.
        evidence: What they looked at.
        rest_because: Why edits were left beside the usual, for their rules; empty when there is no such reason.

    Returns:
        Changes in the order of telling, paths unique, every edit claimed.
    """
    changes = modules.told_once(found, evidence)
    claimed = {index for change in changes for index in change.edits}
    rest = field_changes.explain(evidence, tuple(index for index in range(len(evidence.edits)) if index not in claimed))
    changes.extend(replace(change, rule=f"{change.rule}{rest_because}") for change in rest)
    lifts = tuple(_context(evidence))
    ordered = sorted((_settled(change, evidence, lifts) for change in changes), key=_telling)
    return tuple(_with_unique_paths(ordered, evidence))


def _settled(change: Change, evidence: Evidence, lifts: tuple[tuple[int, str], ...]) -> Change:
    """Move the level by context, and set the origin and the record paths of the edits."""
    level, rule = change.severity, change.rule
    context = kind_of(change.kind).context if change.takes_context else Context.NONE
    for steps, because in lifts if context is not Context.NONE else ():
        if steps < 0 and context is Context.LOUDER:
            continue
        moved = level.raised(steps)
        if moved is not level:
            rule += f" · {level} → {moved}: {because}"
            level = moved
    return replace(
        change,
        severity=level,
        rule=rule,
        origin=change.origin if evidence.has_sponsor_update else Origin.REGISTRY,
        edits=tuple(sorted(set(change.edits))),
        record_paths=tuple(sorted({evidence.edits[index].record_path for index in change.edits}, key=_natural)),
    )


def _telling(change: Change) -> tuple[int, int, bool, int, tuple[str | int, ...], tuple[int, ...], str]:
    follows = change.facts.get("leads") is not True
    section = _SECTIONS.get(str(change.facts.get("section")), 0)
    level, family = change.severity.rank, kind_of(change.kind).rank
    return (level, family, follows, section, _natural(change.path), change.edits, change.kind)


def _natural(path: str) -> tuple[str | int, ...]:
    """Sort `x[2]` before `x[10]`; texts and numbers alternate, so that like meets like."""
    return tuple(int(piece) if at % 2 else piece for at, piece in enumerate(_DIGITS.split(path)))


def _context(evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Return what moves the level of the kinds that take context: steps and the reason, louder ones first."""
    study = study_of(evidence.new)
    target = _target(evidence, study)
    if "PHASE3" in study.phases and target is not None and target >= _LARGE_TARGET:
        phase = "Phase 2/3" if "PHASE2" in study.phases else "Phase 3"
        yield 1, f"{phase} with {target:,} participants"
    elif _is_near(evidence, study.primary_completion):
        yield 1, f"primary completion within {_NEAR_DAYS} days of the posting"
    if study.study_type == "OBSERVATIONAL":
        yield -1, "observational study"


def _target(evidence: Evidence, study: Study) -> int | None:
    """Return the planned number of participants, the newer record's if it has one; else the count it has."""
    counts = [(one.is_actual, one.count) for one in (study.enrollment, study_of(evidence.old).enrollment)]
    known = [(is_actual, count) for is_actual, count in counts if count is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else None


def _is_near(evidence: Evidence, completion: Dated) -> bool:
    """Return whether the newer record plans its primary completion 0 to 180 days after the posting.

    A month without a day is near when any day of it is.
    """
    seen_on = evidence.posted if evidence.has_sponsor_update else evidence.data_version
    days = _days(completion.text)
    posted = _days(seen_on or evidence.posted or evidence.data_version)
    if not completion.is_planned or days is None or posted is None:
        return False
    return (days[1] - posted[0]).days >= 0 and (days[0] - posted[0]).days <= _NEAR_DAYS


def _days(value: str | None) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day a partial date can mean; None for what is no date."""
    if not value:
        return None
    try:
        if len(value) == len("yyyy-MM"):
            first = datetime.date.fromisoformat(f"{value}-01")
            return first, (first + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
        day = datetime.date.fromisoformat(value[:10])
    except (OverflowError, ValueError):
        return None
    return day, day


def _with_unique_paths(changes: Iterable[Change], evidence: Evidence) -> Iterator[Change]:
    """Make paths that repeat differ: a site's by its zip first, then by `#2`, `#3` in the order of telling."""
    seen: set[str] = set()
    for change in changes:
        path = change.path
        if path in seen and path.startswith("locations."):
            path = _with_zip(path, change, evidence)
        base, count = path, 1
        while path in seen:
            count += 1
            path = f"{base}#{count}"
        seen.add(path)
        yield change if path == change.path else replace(change, path=path)


def _with_zip(path: str, change: Change, evidence: Evidence) -> str:
    for index in change.edits:
        place = next((step for step in evidence.edits[index].steps if isinstance(step, Place)), None)
        if place is not None:
            record, position = (evidence.new, place.new) if place.new is not None else (evidence.old, place.old)
            sites = as_list(at(record, "protocolSection", "contactsLocationsModule", "locations"))
            site = sites[position] if position is not None and position < len(sites) else None
            code = at(site, "zip")
            if isinstance(code, str):
                key, status, _ = path.rpartition(".status") if path.endswith(".status") else (path, "", "")
                return f"{key}|{code.casefold()}{status}"
    return path
