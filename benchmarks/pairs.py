"""Pairs of records to compare: real or played ones, and made ones of a given size.

Made of invented text by arithmetic, so the same every time. Nothing here measures.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from tests.support.scale import write_scaled
from watcher.sandbox.sample_trials import sample_timeline

Made: TypeAlias = dict[str, Any]
Pair: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any]]

_VOCABULARY = """
adverse assessment baseline biopsy blood cardiac cohort consent daily diagnosis disease dose event function hepatic
history infusion injection lesion marker measure mortality onset oral pain patient placebo pressure prior progression
quality recurrence remission renal response safety score screening serum severe survival therapy tolerance treatment
tumor visit volume week
"""
_WORDS = _VOCABULARY.split()
_CITIES = (
    ("Lindhaven", "Ohio", "United States"),
    ("Cinder Falls", "Texas", "United States"),
    ("Port Ellery", "Ontario", "Canada"),
    ("Grauwalde", "", "Germany"),
    ("Monteverdino", "", "Italy"),
    ("Zielonka Dolna", "", "Poland"),
    ("Marshwick", "", "United Kingdom"),
)
_UPDATED = "2026-03-03"
_STAMPS = frozenset({"nctId", "versionHolder"})


def real_pairs() -> tuple[str, list[Pair]]:
    """Return neighbouring versions of real trials where `TRIAL_RECORDS` names them, else the sandbox's.

    Returns:
        Where they come from, and the pairs.
    """
    folder = os.environ.get("TRIAL_RECORDS")
    if folder:
        trials = sorted(path for path in (Path(folder) / "pairs").iterdir() if path.is_dir())
        versions = [[json.loads(file.read_bytes()) for file in sorted(trial.glob("*.json"))] for trial in trials]
        return "real trials", [pair for states in versions for pair in pairwise(states)]
    timeline = sample_timeline()
    pairs: list[Pair] = []
    for before, after in pairwise(timeline.data_versions):
        for nct_id in timeline.ids(before):
            old, new = timeline.record(nct_id, before), timeline.record(nct_id, after)
            if old and new and _says(old) != _says(new):
                pairs.append((json.loads(old), json.loads(new)))
    return "the sandbox's sample_timeline (set TRIAL_RECORDS for real ones)", pairs


def _says(record: bytes) -> object:
    found = json.loads(record)
    found["derivedSection"].pop("miscInfoModule", None)
    return found


def sites(count: int, touched: int) -> Pair:
    """Return a record with so many sites, and one where some were touched and the list was reordered.

    Of ten touched sites four changed their status, two their postal code, two were masked, one left and one came.
    """
    old = _record()
    old["protocolSection"]["contactsLocationsModule"] = {"locations": [_site(number) for number in range(count)]}
    new = _updated(old)
    places: list[Made] = new["protocolSection"]["contactsLocationsModule"]["locations"]
    gone: set[int] = set()
    for turn, at in enumerate(range(0, count, max(count // max(touched, 1), 1))):
        site = places[at]
        match turn % 10:
            case 0 | 1 | 2 | 3:
                site["status"] = "COMPLETED"
            case 4 | 5:
                site["zip"] = f"{90_000 + at}"
            case 6 | 7:
                site["facility"] = f"Local Institution - {at:04}"
            case 8:
                gone.add(at)
            case _:
                places[at] = _site(count + at)
    kept = [site for at, site in enumerate(places) if at not in gone]
    new["protocolSection"]["contactsLocationsModule"]["locations"] = [*kept[len(kept) // 2 :], *kept[: len(kept) // 2]]
    return old, new


def outcomes(count: int) -> Pair:
    """Return a record with so many secondary outcomes, and one where each was reworded or its time frame moved."""
    old = _record()
    old["protocolSection"]["outcomesModule"]["secondaryOutcomes"] = [_outcome(number) for number in range(count)]
    new = _updated(old)
    for number, outcome in enumerate(new["protocolSection"]["outcomesModule"]["secondaryOutcomes"]):
        match number % 3:
            case 0:
                outcome["timeFrame"] = f"Week {number % 96 + 5}"
            case 1:
                outcome["measure"] += " in the treated population"
            case _:
                outcome["description"] = _text(number + 7, 12) + outcome["description"][60:]
    return old, new


def criteria(count: int) -> Pair:
    """Return a record with so many eligibility criteria, and one where each says another number or one more thing."""
    old = _record()
    old["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = _criteria(count, 0)
    new = _updated(old)
    new["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = _criteria(count, 1)
    return old, new


def large(share: float) -> Pair:
    """Return the record of 3 MB the sandbox serves for measuring, and one with that share of its leaves changed."""
    with TemporaryDirectory() as name:
        (nct_id,) = write_scaled(Path(name) / "records", 1, ("2026-03-02",))
        old: Made = json.loads((Path(name) / "records" / nct_id / "2026-03-02.json").read_bytes())
    new = _updated(old)
    step = round(1 / share)
    for number, (holder, key) in enumerate(_leaves(new)):
        if number % step == 0:
            holder[key] = _other(holder[key], number)
    return old, new


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Return every leaf as its holder and key, in document order."""
    if isinstance(value, dict):
        pairs: Any = list(value.items())
    else:
        pairs = list(enumerate(value))
    for key, part in pairs:
        if isinstance(part, dict | list):
            yield from _leaves(part)
        elif key not in _STAMPS:
            yield value, key


def _other(value: Any, number: int) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return value[:-1] + "7" if value[-1:].isdigit() and not value.endswith("7") else f"{value} {_WORDS[number % 50]}"


def _record() -> Made:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT98000001", "briefTitle": "A trial that does not exist"},
            "statusModule": {
                "overallStatus": "RECRUITING",
                "startDateStruct": {"date": "2025-02-03", "type": "ACTUAL"},
                "primaryCompletionDateStruct": {"date": "2027-08-31", "type": "ESTIMATED"},
                "lastUpdateSubmitDate": "2026-02-20",
                "lastUpdatePostDateStruct": {"date": "2026-02-24", "type": "ACTUAL"},
            },
            "designModule": {"studyType": "INTERVENTIONAL", "enrollmentInfo": {"count": 240, "type": "ESTIMATED"}},
            "outcomesModule": {"primaryOutcomes": [{"measure": "Overall survival", "timeFrame": "Week 48"}]},
            "eligibilityModule": {"sex": "ALL", "minimumAge": "18 Years"},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-03-02"}},
        "hasResults": False,
    }


def _updated(record: Made) -> Made:
    """Return a copy that the sponsor updated."""
    new = copy.deepcopy(record)
    status = new["protocolSection"]["statusModule"]
    status["lastUpdateSubmitDate"] = status["lastUpdatePostDateStruct"]["date"] = _UPDATED
    new["derivedSection"]["miscInfoModule"]["versionHolder"] = _UPDATED
    return new


def _site(number: int) -> Made:
    city, state, country = _CITIES[number % len(_CITIES)]
    place = {"city": f"{city} {number // 20}", "country": country} | ({"state": state} if state else {})
    return {
        "facility": f"{_text(number, 2).title()} Hospital {number:04}",
        "status": "RECRUITING",
        "zip": f"{10_000 + number}",
        "geoPoint": {"lat": 30 + number / 100, "lon": -80 - number / 100},
        **place,
    }


def _outcome(number: int) -> Made:
    return {
        "measure": f"{_text(number, 6).capitalize()} {number}",
        "description": _text(number + 3, 25),
        "timeFrame": f"Week {number % 96 + 4}",
    }


def _criteria(count: int, turn: int) -> str:
    lines = []
    for number in range(count):
        limit = number % 80 + 10 + (turn if number % 2 else 0)
        more = " within 28 days" if turn and number % 2 == 0 else ""
        lines.append(f"* {_text(number, 9).capitalize()} of at least {limit} mg {_text(number + 5, 5)}{more}")
    half = count // 2
    return "\n\n".join(["Inclusion Criteria:", "\n".join(lines[:half]), "Exclusion Criteria:", "\n".join(lines[half:])])


def _text(seed: int, words: int) -> str:
    """Return words by a linear congruence; the same for the same seed."""
    state, chosen = seed * 2_654_435_761 % 2**31 + 1, []
    for _ in range(words):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        chosen.append(_WORDS[(state >> 8) % len(_WORDS)])
    return " ".join(chosen)
