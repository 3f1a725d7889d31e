"""Many records of realistic size, for measuring: the same ones every time, made of invented text.

Writes a folder `sandbox.timeline` reads. The sizes follow the registry's own: median 11 KB, mean 20 KB, one of 3 MB.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

_SIZES_KB = (5, 7, 8, 9, 11, 12, 15, 17, 30, 86)  # deciles; the mean is 20
_LARGEST_KB = 3000
_CHANGED_PER_THOUSAND = 15
_WORDS = """
patient dose week visit placebo safety baseline assessment treatment response measured score clinical adverse event
participants randomized screening blood pressure function quality life pain disease progression survival follow-up
intravenous oral daily month history severe renal hepatic cardiac within prior informed consent investigator
"""
_CITIES = ("Port Ellery", "Cinder Falls", "Lindhaven", "Grauwalde", "Monteverdino", "Zielonka Dolna", "Marshwick")


def write_scaled(folder: Path, count: int, data_versions: Sequence[str]) -> tuple[str, ...]:
    """Write `count` trials over data versions into a folder; 1.5 % of them really change at each one after the first.

    Args:
        folder: Empty or not yet there.
        count: Number of trials, 1 or more; the first is the one of 3 MB.
        data_versions: `yyyy-mm-dd`, oldest first; at least one.

    Returns:
        The NCT ids, in order.
    """
    text = _text()
    ids = tuple(f"NCT98{number:06}" for number in range(1, count + 1))
    for number, nct_id in enumerate(ids):
        record = _record(nct_id, number, text)
        own = folder / nct_id
        own.mkdir(parents=True)
        _write(own, data_versions[0], record)
        for _, later in pairwise(data_versions):
            if _number(nct_id, later) % 1000 < _CHANGED_PER_THOUSAND:
                record = _changed(record, later)
                _write(own, later, record)
    return ids


def _write(folder: Path, data_version: str, record: Mapping[str, Any]) -> None:
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{data_version}.json").write_text(line, encoding="utf-8")


def _number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(" ".join(map(str, parts)).encode()).digest()[:8], "big")


def _text() -> str:
    """Return a megabyte of words to cut from; a linear congruence instead of a random source."""
    known = _WORDS.split()
    state, words = 1, []
    for _ in range(130_000):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        words.append(known[(state >> 8) % len(known)] if state % 7 else str(state >> 20))
    return " ".join(words)


def _record(nct_id: str, number: int, text: str) -> dict[str, Any]:
    size = (_LARGEST_KB if number == 0 else _SIZES_KB[_number(nct_id) % len(_SIZES_KB)]) * 1000
    has_results = size >= 30_000

    def cut(what: object, length: int) -> str:
        start = _number(nct_id, what) % (len(text) - length)
        return text[start : start + length].strip()

    arms = [f"Arm {letter}" for letter in "AB"]
    protocol: dict[str, Any] = {
        "identificationModule": {
            "nctId": nct_id,
            "orgStudyIdInfo": {"id": f"SCALE-{number}"},
            "organization": {"fullName": "Scale Institute (fictional)", "class": "OTHER"},
            "briefTitle": cut("title", 90),
        },
        "statusModule": {
            "statusVerifiedDate": "2026-01",
            "overallStatus": ("RECRUITING", "COMPLETED", "ACTIVE_NOT_RECRUITING")[number % 3],
            "expandedAccessInfo": {"hasExpandedAccess": False},
            "startDateStruct": {"date": "2024-05-06", "type": "ACTUAL"},
            "primaryCompletionDateStruct": {"date": "2026-11-30", "type": "ESTIMATED"},
            "completionDateStruct": {"date": "2027-03", "type": "ESTIMATED"},
            "lastUpdateSubmitDate": "2026-01-05",
            "lastUpdatePostDateStruct": {"date": "2026-01-08", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Scale Institute (fictional)", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": cut("summary", 600)},
        "conditionsModule": {"conditions": [cut(("condition", one), 20) for one in range(2)]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED", "maskingInfo": {"masking": "DOUBLE"}},
            "enrollmentInfo": {"count": 20 + _number(nct_id, "count") % 900, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": arm, "type": "EXPERIMENTAL", "description": cut(arm, 150)} for arm in arms],
            "interventions": [{"type": "DRUG", "name": f"Drug {arm}", "armGroupLabels": [arm]} for arm in arms],
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": cut("primary", 60), "timeFrame": "Week 24"}],
            "secondaryOutcomes": [
                {
                    "measure": cut(("secondary", one), 60),
                    "description": cut(("described", one), 150),
                    "timeFrame": "Week 24",
                }
                for one in range(3 + size // 20_000)
            ],
        },
        "eligibilityModule": {
            "eligibilityCriteria": _criteria(
                [cut(("criterion", one), 110) for one in range(8 + min(size // 3000, 30))]
            ),
            "healthyVolunteers": False,
            "sex": "ALL",
            "minimumAge": "18 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
        },
        "contactsLocationsModule": {"locations": [_site(nct_id, one) for one in range(min(size // 900, 300))]},
    }
    derived = {"miscInfoModule": {"versionHolder": ""}}
    record: dict[str, Any] = {"protocolSection": protocol, "derivedSection": derived, "hasResults": has_results}
    missing = max(size - len(json.dumps(record)), 100)
    protocol["descriptionModule"]["detailedDescription"] = cut("detail", min(missing, 8000))
    if has_results:
        measures = [_measure(cut(("measure", one), 300)) for one in range(missing // 960 + 1)]
        record["resultsSection"] = {"outcomeMeasuresModule": {"outcomeMeasures": measures}}
    return record


def _criteria(bullets: Sequence[str]) -> str:
    half = len(bullets) // 2
    included, excluded = ("\n".join(f"* {bullet}" for bullet in part) for part in (bullets[:half], bullets[half:]))
    return f"Inclusion Criteria:\n\n{included}\n\nExclusion Criteria:\n\n{excluded}"


def _site(nct_id: str, place: int) -> dict[str, Any]:
    city = _CITIES[_number(nct_id, "site", place) % len(_CITIES)]
    return {
        "facility": f"{city} Clinic {place:03}",
        "status": "RECRUITING",
        "city": city,
        "zip": f"99{place:03}",
        "country": "United States",
        "geoPoint": {"lat": 40 + place / 100, "lon": -90 - place / 100},
    }


def _measure(text: str) -> dict[str, Any]:
    groups = [f"OG00{one}" for one in range(2)]
    measured = [{"groupId": group, "value": str(len(text)), "spread": "1.5"} for group in groups]
    return {
        "type": "SECONDARY",
        "title": text[:60],
        "description": text[60:],
        "reportingStatus": "POSTED",
        "timeFrame": "Week 24",
        "groups": [{"id": group, "title": f"Group {group}", "description": text[:120]} for group in groups],
        "classes": [{"categories": [{"measurements": measured}]}],
    }


def _changed(record: Mapping[str, Any], data_version: str) -> dict[str, Any]:
    """Return the record after one real update, of one of four kinds."""
    changed: dict[str, Any] = json.loads(json.dumps(record))
    protocol = changed["protocolSection"]
    status = protocol["statusModule"]
    status["lastUpdatePostDateStruct"]["date"] = status["lastUpdateSubmitDate"] = data_version
    nct_id = protocol["identificationModule"]["nctId"]
    match _number(nct_id, data_version, "kind") % 4:
        case 0:
            status["overallStatus"] = "TERMINATED"
            status["whyStopped"] = "Slow enrollment"
        case 1:
            protocol["designModule"]["enrollmentInfo"]["count"] += 10
            status["primaryCompletionDateStruct"]["date"] = "2027-05-31"
        case 2:
            sites = protocol["contactsLocationsModule"]["locations"]
            sites.insert(len(sites) // 2, _site(nct_id, len(sites) + 1))
        case _:
            criteria = protocol["eligibilityModule"]["eligibilityCriteria"]
            protocol["eligibilityModule"]["eligibilityCriteria"] = f"{criteria}\n* Added on {data_version}"
    return changed
