"""A fictional record in the full shape of API v2, and small tools to change it."""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar, cast

from watcher.changes.model import Json, Record

Value = TypeVar("Value")

NCT_ID = "NCT99000001"

CRITERIA = """Inclusion Criteria:

* Adults aged 18 to 75 years with chronic low back pain for at least 3 months
* Pain intensity \\>= 4 on a numeric rating scale of 0 to 10
* Able to give written informed consent

  * in person
  * or by a legal representative

Exclusion Criteria:

* Previous surgery of the lumbar spine
* Pregnant or breastfeeding women
* Known allergy to veridoxan \\[any grade\\]
"""


def copied(value: Value) -> Value:
    """Return a deep copy of what JSON can hold; many times faster than `copy.deepcopy`, and records are large."""
    copy: Value = marshal.loads(marshal.dumps(cast(Any, value)))
    return copy


def a_record(**status: Json) -> dict[str, Any]:
    """Give a fresh record; keyword arguments replace fields of its status module."""
    record = copied(_RECORD)
    record["protocolSection"]["statusModule"].update(status)
    return record


def a_posted(record: Record, posted: str, submitted: str | None = None) -> dict[str, Any]:
    """Give the record as after a sponsor's update posted on a day."""
    record = put(record, ("protocolSection", "statusModule", "lastUpdatePostDateStruct", "date"), posted)
    record = put(record, ("protocolSection", "statusModule", "lastUpdateSubmitDate"), submitted or posted)
    return put(record, ("derivedSection", "miscInfoModule", "versionHolder"), posted)


def put(record: Record, path: Sequence[str | int], value: Json) -> dict[str, Any]:
    """Give a copy with one value replaced, added, or (None) taken away; missing objects on the way are made.

    What lies on the way and is no object where one is needed (records may be mutated) gives way to one.
    """
    result = copied(dict(record))
    at: Any = result
    for step, following in pairwise(path):
        if isinstance(at, dict) and not isinstance(at.get(step), list if isinstance(following, int) else dict):
            at[step] = {}
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = copied(value)
    return result


def get(record: Json, path: Sequence[str | int]) -> Any:
    """Give the value at a path."""
    at: Any = record
    for step in path:
        at = at[step]
    return at


def field(module: str, name: str) -> tuple[str, str, str]:
    """Give the path of a field of a protocol module."""
    return ("protocolSection", module, name)


def a_site(facility: str, city: str, country: str, **more: Json) -> dict[str, Any]:
    """Give a site row."""
    return {"facility": facility, "city": city, "country": country, **more}


def many_sites(count: int, status: str = "RECRUITING") -> list[dict[str, Any]]:
    """Give distinct sites over eight countries, sorted as the registry sorts them."""
    countries = ("Austria", "Belgium", "Denmark", "France", "Germany", "Italy", "Norway", "Spain")
    sites = [
        a_site(
            f"Hospital {at:04d}" if at % 3 else "Research Site",
            f"City {at // 3:04d}",
            countries[at % len(countries)],
            status=status,
            zip=f"{10000 + at}",
            geoPoint={"lat": round(40 + at / 100, 5), "lon": round(3 + at / 90, 5)},
            contacts=[{"name": f"Contact {at}", "role": "CONTACT", "phone": f"+00 {at:06d}"}],
        )
        for at in range(count)
    ]
    return sorted(sites, key=lambda site: (site["country"], site["city"]))


def leaves(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Give the path of every leaf, list positions included."""
    if isinstance(value, Mapping):
        return [leaf for key, part in value.items() for leaf in leaves(part, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, part in enumerate(value) for leaf in leaves(part, (*path, at))]
    return [path]


_GROUPS = [
    {"id": "OG000", "title": "Veridoxan", "description": "Veridoxan 20 mg once a day"},
    {"id": "OG001", "title": "Placebo", "description": "Matching placebo"},
]

_RECORD: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": NCT_ID,
            "nctIdAliases": ["NCT99000099"],
            "orgStudyIdInfo": {"id": "VDX-201", "type": "OTHER_GRANT", "link": "https://example.org/vdx-201"},
            "secondaryIdInfos": [
                {"id": "2023-999999-10-00", "type": "CTIS", "domain": "EU Clinical Trials"},
                {"id": "U1111-9999-0000", "type": "REGISTRY", "domain": "Universal trial number"},
            ],
            "briefTitle": "Veridoxan Against Chronic Low Back Pain",
            "officialTitle": "A Randomised, Double-blind Trial of Veridoxan Against Chronic Low Back Pain in Adults",
            "acronym": "SPINE-EASE",
            "organization": {"fullName": "Meridian Example Pharma", "class": "INDUSTRY"},
        },
        "statusModule": {
            "statusVerifiedDate": "2026-01",
            "overallStatus": "RECRUITING",
            "expandedAccessInfo": {"hasExpandedAccess": False},
            "startDateStruct": {"date": "2025-03-03", "type": "ACTUAL"},
            "primaryCompletionDateStruct": {"date": "2027-12", "type": "ESTIMATED"},
            "completionDateStruct": {"date": "2028-06-30", "type": "ESTIMATED"},
            "studyFirstSubmitDate": "2025-01-10",
            "studyFirstSubmitQcDate": "2025-01-12",
            "studyFirstPostDateStruct": {"date": "2025-01-15", "type": "ACTUAL"},
            "lastUpdateSubmitDate": "2026-01-20",
            "lastUpdatePostDateStruct": {"date": "2026-01-22", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": {"type": "SPONSOR"},
            "leadSponsor": {"name": "Meridian Example Pharma", "class": "INDUSTRY"},
            "collaborators": [
                {"name": "University of Nowhere", "class": "OTHER"},
                {"name": "Example Back Pain Network", "class": "NETWORK"},
            ],
        },
        "oversightModule": {"oversightHasDmc": True, "isFdaRegulatedDrug": False, "isFdaRegulatedDevice": False},
        "descriptionModule": {
            "briefSummary": "This trial tests whether veridoxan eases chronic low back pain better than placebo.",
            "detailedDescription": "Participants take veridoxan or placebo for 24 weeks.\n\nVisits are every 4 weeks.",
        },
        "conditionsModule": {
            "conditions": ["Low Back Pain", "Chronic Pain"],
            "keywords": ["back pain", "veridoxan", "lumbar spine"],
        },
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2", "PHASE3"],
            "patientRegistry": False,
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "interventionModelDescription": "Two groups in parallel",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {
                    "masking": "TRIPLE",
                    "maskingDescription": "Capsules look alike",
                    "whoMasked": ["PARTICIPANT", "INVESTIGATOR", "OUTCOMES_ASSESSOR"],
                },
            },
            "enrollmentInfo": {"count": 240, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {
                    "label": "Veridoxan 20 mg",
                    "type": "EXPERIMENTAL",
                    "description": "Veridoxan 20 mg by mouth once a day for 24 weeks",
                    "interventionNames": ["Drug: Veridoxan", "Behavioral: Exercise programme"],
                },
                {
                    "label": "Placebo",
                    "type": "PLACEBO_COMPARATOR",
                    "description": "Placebo by mouth once a day for 24 weeks",
                    "interventionNames": ["Drug: Placebo", "Behavioral: Exercise programme"],
                },
            ],
            "interventions": [
                {
                    "type": "DRUG",
                    "name": "Veridoxan",
                    "description": "20 mg capsule",
                    "armGroupLabels": ["Veridoxan 20 mg"],
                    "otherNames": ["VDX", "VDX-20"],
                },
                {"type": "DRUG", "name": "Placebo", "description": "Capsule", "armGroupLabels": ["Placebo"]},
                {
                    "type": "BEHAVIORAL",
                    "name": "Exercise programme",
                    "description": "Three sessions a week",
                    "armGroupLabels": ["Veridoxan 20 mg", "Placebo"],
                },
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [
                {
                    "measure": "Change in pain intensity",
                    "description": "Numeric rating scale, 0 (none) to 10 (worst)",
                    "timeFrame": "Baseline and 24 weeks",
                }
            ],
            "secondaryOutcomes": [
                {"measure": "Change in disability", "description": "Disability index", "timeFrame": "24 weeks"},
                {
                    "measure": "Quality of life",
                    "description": "A questionnaire of 36 questions",
                    "timeFrame": "12 weeks",
                },
                {
                    "measure": "Quality of life",
                    "description": "A questionnaire of 36 questions",
                    "timeFrame": "24 weeks",
                },
                {"measure": "Days off work", "timeFrame": "24 weeks"},
            ],
            "otherOutcomes": [{"measure": "Satisfaction with treatment", "timeFrame": "24 weeks"}],
        },
        "eligibilityModule": {
            "eligibilityCriteria": CRITERIA,
            "healthyVolunteers": False,
            "sex": "ALL",
            "genderBased": False,
            "minimumAge": "18 Years",
            "maximumAge": "75 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
        },
        "contactsLocationsModule": {
            "centralContacts": [
                {"name": "Trial desk", "role": "CONTACT", "phone": "+00 000 001", "email": "desk@example.org"}
            ],
            "overallOfficials": [
                {"name": "Ada Nowhere, MD", "affiliation": "University of Nowhere", "role": "PRINCIPAL_INVESTIGATOR"}
            ],
            "locations": [
                a_site(
                    "Example Spine Center",
                    "Springfield",
                    "United States",
                    state="Illinois",
                    zip="62701",
                    status="RECRUITING",
                    contacts=[{"name": "Bo Desk", "role": "CONTACT", "phone": "+00 000 002"}],
                    geoPoint={"lat": 39.80172, "lon": -89.64371},
                ),
                a_site("Research Site", "Portland", "United States", state="Oregon", zip="97201", status="RECRUITING"),
                a_site("Research Site", "Graz", "Austria", zip="8010", status="NOT_YET_RECRUITING"),
                a_site("Local Institution - 0062", "Lyon", "France", zip="69001", status="RECRUITING"),
                a_site("Clinique du Dos", "Lyon", "France", zip="69002", status="RECRUITING"),
                a_site("Research Site", "Madrid", "Spain", status="RECRUITING"),
                a_site("Research Site", "Madrid", "Spain", status="COMPLETED"),
            ],
        },
        "referencesModule": {
            "references": [
                {"pmid": "99000001", "type": "BACKGROUND", "citation": "Nowhere A. Back pain in brief. J Ex. 2020."},
                {
                    "pmid": "99000002",
                    "type": "DERIVED",
                    "citation": "Desk B. Veridoxan in rats. J Ex. 2021.",
                    "retractions": [{"pmid": "99000003", "source": "J Ex. 2022."}],
                },
            ],
            "seeAlsoLinks": [{"label": "Trial site", "url": "https://example.org/trial"}],
            "availIpds": [{"id": "D1", "type": "Data set", "url": "https://example.org/d1", "comment": "On request"}],
        },
        "ipdSharingStatementModule": {
            "ipdSharing": "YES",
            "description": "Data of single participants will be shared.",
            "infoTypes": ["STUDY_PROTOCOL", "SAP"],
            "timeFrame": "One year after the end",
            "accessCriteria": "On request",
            "url": "https://example.org/data",
        },
    },
    "resultsSection": {
        "participantFlowModule": {
            "groups": [{"id": "FG000", "title": "Veridoxan"}, {"id": "FG001", "title": "Placebo"}],
            "periods": [
                {
                    "title": "Overall Study",
                    "milestones": [
                        {
                            "type": "STARTED",
                            "achievements": [
                                {"groupId": "FG000", "numSubjects": "120"},
                                {"groupId": "FG001", "numSubjects": "120"},
                            ],
                        },
                        {
                            "type": "COMPLETED",
                            "achievements": [
                                {"groupId": "FG000", "numSubjects": "110"},
                                {"groupId": "FG001", "numSubjects": "104"},
                            ],
                        },
                    ],
                }
            ],
        },
        "outcomeMeasuresModule": {
            "outcomeMeasures": [
                {
                    "type": "PRIMARY",
                    "title": "Change in pain intensity",
                    "timeFrame": "Baseline and 24 weeks",
                    "groups": _GROUPS,
                    "classes": [
                        {
                            "categories": [
                                {
                                    "measurements": [
                                        {"groupId": "OG000", "value": "-2.4", "spread": "1.1"},
                                        {"groupId": "OG001", "value": "-1.2", "spread": "1.3"},
                                    ]
                                }
                            ]
                        }
                    ],
                }
            ]
        },
        "adverseEventsModule": {
            "frequencyThreshold": "5",
            "eventGroups": [{"id": "EG000", "title": "Veridoxan", "seriousNumAffected": 3, "seriousNumAtRisk": 120}],
            "seriousEvents": [
                {
                    "term": "Dizziness",
                    "organSystem": "Nervous system disorders",
                    "stats": [{"groupId": "EG000", "numAffected": 2, "numAtRisk": 120}],
                }
            ],
        },
        "moreInfoModule": {"pointOfContact": {"title": "Trial desk", "organization": "Meridian Example Pharma"}},
    },
    "annotationSection": {
        "annotationModule": {
            "unpostedAnnotation": {
                "unpostedResponsibleParty": "Meridian Example Pharma",
                "unpostedEvents": [{"type": "RELEASE", "date": "2025-12-11"}, {"type": "RESET", "date": "2025-12-31"}],
            }
        }
    },
    "documentSection": {
        "largeDocumentModule": {
            "largeDocs": [
                {
                    "typeAbbrev": "Prot_SAP",
                    "hasProtocol": True,
                    "hasSap": True,
                    "hasIcf": False,
                    "label": "Study Protocol and Statistical Analysis Plan",
                    "date": "2025-02-01",
                    "uploadDate": "2025-03-01T10:15",
                    "filename": "Prot_SAP_000.pdf",
                    "size": 1234567,
                }
            ]
        }
    },
    "derivedSection": {
        "miscInfoModule": {
            "versionHolder": "2026-01-22",
            "removedCountries": ["Greece"],
            "submissionTracking": {"submissionInfos": [{"releaseDate": "2025-12-11", "resetDate": "2025-12-31"}]},
        },
        "conditionBrowseModule": {
            "meshes": [{"id": "D017116", "term": "Low Back Pain"}],
            "ancestors": [{"id": "D001416", "term": "Back Pain"}, {"id": "D010146", "term": "Pain"}],
        },
        "interventionBrowseModule": {"meshes": [{"id": "D000000", "term": "Analgesics"}]},
    },
    "hasResults": True,
}
