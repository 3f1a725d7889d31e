"""The whole taxonomy as one table: a tiny pair of records per row, and how its change is judged and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.changes.builders import CRITERIA, a_posted, a_site, get, put
from tests.changes.told import POSTED, changes, quiet_record, said
from watcher.changes.kinds import KINDS
from watcher.changes.model import Json, Record

Fields = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: what to set, and the change that follows.

    Fields are dotted below the protocol section, from the root after `/`; None takes one away. `change` is kind, level,
    path, verb and origin; `rule` and `says` must stand in the rule and in the sentence.
    """

    name: str
    change: tuple[str, str, str, str, str]
    new: Fields = field(default_factory=dict)
    old: Fields = field(default_factory=dict)
    rule: str = ""
    says: str = ""
    posted: str | None = POSTED
    record_path: str = ""


def _with(record: Record, fields: Fields) -> dict[str, Any]:
    result = dict(record)
    for path, value in fields.items():
        start = () if path.startswith("/") else ("protocolSection",)
        steps: list[str | int] = [*start]
        for step in path.removeprefix("/").split("."):
            steps.append(int(step) if step.isdigit() else step)
        if value is None and not _has(result, steps):
            continue
        result = put(result, steps, value)
    return result


def _has(record: Json, steps: list[str | int]) -> bool:
    try:
        get(record, steps)
    except (KeyError, IndexError, TypeError):
        return False
    return True


_STATUS = "statusModule.overallStatus"
_WHY = "statusModule.whyStopped"
_START = "statusModule.startDateStruct"
_PRIMARY = "statusModule.primaryCompletionDateStruct"
_END = "statusModule.completionDateStruct"
_COUNT = "designModule.enrollmentInfo"
_CRITERIA = "eligibilityModule.eligibilityCriteria"
_OUTCOMES = "outcomesModule"
_ARMS = "armsInterventionsModule.armGroups"
_SITES = "contactsLocationsModule.locations"
_REFERENCES = "referencesModule.references"
_PATH = "status.overallStatus"
_NEAR: Fields = {_PRIMARY: {"date": "2026-05-01", "type": "ESTIMATED"}}
_PHASE_3: Fields = {"designModule.phases": ["PHASE3"], f"{_COUNT}.count": 300}
_OBSERVED: Fields = {"designModule.studyType": "OBSERVATIONAL"}


def _planned(day: str) -> dict[str, Json]:
    return {"date": day, "type": "ESTIMATED"}


def _actual(day: str) -> dict[str, Json]:
    return {"date": day, "type": "ACTUAL"}


def _from_to(path: str, before: Json, after: Json, *, old: Fields | None = None, new: Fields | None = None) -> Any:
    return {"old": {**(old or {}), path: before}, "new": {**(new or {}), path: after}}


def _status(old: str, new: str, **more: Json) -> dict[str, Any]:
    return {"old": {_STATUS: old}, "new": {_STATUS: new, **more}}


def _sites(*rows: Mapping[str, Json]) -> Json:
    return [dict(row) for row in rows]


_LYON = a_site("Clinique du Dos", "Lyon", "France", zip="69002", status="RECRUITING")
_GRAZ = a_site("Spital Graz", "Graz", "Austria", zip="8010", status="RECRUITING")
_WIEN = a_site("Spital Wien", "Wien", "Austria", zip="1010", status="NOT_YET_RECRUITING")
_LINZ = a_site("Spital Linz", "Linz", "Austria", zip="4020", status="RECRUITING")
_SITE_KEY = "locations.spital graz|graz||austria"
_OUTCOME = {"measure": "Change in pain intensity", "timeFrame": "Baseline and 24 weeks", "description": "Numeric scale"}
_SLEEP = {"measure": "Hours of sleep in a night", "timeFrame": "24 weeks"}
_ARM = {"label": "Placebo", "type": "PLACEBO_COMPARATOR", "description": "Placebo by mouth", "interventionNames": []}
_OTHER_ARM = {"label": "Exercise only", "type": "OTHER", "description": "Three sessions a week"}


def _reference(kind: str, **more: Json) -> dict[str, Json]:
    return {"pmid": "99000009", "type": kind, "citation": "Nowhere A. Veridoxan in people. J Ex. 2026.", **more}


STATUS = (
    Row(
        name="opened",
        **_status("NOT_YET_RECRUITING", "RECRUITING"),
        change=("status.opened", "major", _PATH, "changed", "sponsor"),
        says="from Not yet recruiting to Recruiting; the study started on 3 Mar 2025, posted 372 days later",
    ),
    Row(
        name="opened by invitation",
        **_status("NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION"),
        change=("status.opened", "major", _PATH, "changed", "sponsor"),
        says="Enrolling by invitation",
    ),
    Row(
        name="closed to enrollment",
        **_status("RECRUITING", "ACTIVE_NOT_RECRUITING"),
        change=("status.closed_to_enrollment", "major", _PATH, "changed", "sponsor"),
        says="240 participants planned",
    ),
    Row(
        name="closed to enrollment from by invitation",
        **_status("ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING"),
        change=("status.closed_to_enrollment", "major", _PATH, "changed", "sponsor"),
    ),
    Row(
        name="completed",
        old={_PRIMARY: _actual("2026-02-01")},
        new={_STATUS: "COMPLETED"},
        change=("status.completed", "major", _PATH, "changed", "sponsor"),
        says="results would be due by 1 Feb 2027",
    ),
    Row(
        name="terminated with a reason",
        **_status("RECRUITING", "TERMINATED", **{_WHY: "Slow accrual."}),
        change=("status.stopped", "critical", _PATH, "changed", "sponsor"),
        rule="overallStatus → TERMINATED",
        says="the sponsor's reason: “Slow accrual”",
        record_path="protocolSection.statusModule.whyStopped",
    ),
    Row(
        name="withdrawn without a reason",
        **_status("NOT_YET_RECRUITING", "WITHDRAWN"),
        change=("status.stopped", "critical", _PATH, "changed", "sponsor"),
        says="no reason given",
    ),
    Row(
        name="suspended",
        **_status("RECRUITING", "SUSPENDED"),
        change=("status.stopped", "critical", _PATH, "changed", "sponsor"),
    ),
    *(
        Row(
            name=f"resumed: {old} to {new}",
            **_status(old, new),
            change=("status.resumed", "critical", _PATH, "changed", "sponsor"),
        )
        for old, new in (
            ("SUSPENDED", "RECRUITING"),
            ("SUSPENDED", "NOT_YET_RECRUITING"),
            ("SUSPENDED", "ACTIVE_NOT_RECRUITING"),
            ("ACTIVE_NOT_RECRUITING", "RECRUITING"),
            ("UNKNOWN", "RECRUITING"),
            ("COMPLETED", "RECRUITING"),
            ("COMPLETED", "ACTIVE_NOT_RECRUITING"),
            ("TERMINATED", "RECRUITING"),
            ("RECRUITING", "NOT_YET_RECRUITING"),
        )
    ),
    Row(
        name="from open to by invitation",
        **_status("RECRUITING", "ENROLLING_BY_INVITATION"),
        change=("status.resumed", "major", _PATH, "changed", "sponsor"),
    ),
    Row(
        name="unknown, the registry's doing even beside an update",
        **_status("RECRUITING", "UNKNOWN", **{"statusModule.lastKnownStatus": "RECRUITING"}),
        change=("status.unknown", "major", _PATH, "changed", "registry"),
        says="it was Recruiting; last verified in Jan 2026; set by the registry, not by the sponsor",
        record_path="protocolSection.statusModule.lastKnownStatus",
    ),
    Row(
        name="unknown cleared",
        **_status("UNKNOWN", "NOT_YET_RECRUITING"),
        change=("status.unknown_cleared", "major", _PATH, "changed", "sponsor"),
    ),
    Row(
        name="status that nobody knows",
        **_status("COMPLETED", "PAUSED_FOR_GOOD"),
        change=("status.changed", "major", _PATH, "changed", "sponsor"),
        says="Status changed from Completed to Paused for good",
    ),
    Row(
        name="expanded access no longer available",
        **_status("AVAILABLE", "NO_LONGER_AVAILABLE"),
        change=("status.expanded_access", "major", _PATH, "changed", "sponsor"),
        says="Availability changed from Available to No longer available",
    ),
    Row(
        name="reason for stopping edited alone",
        **_from_to(_WHY, "Slow accrual", "Lack of money", old={_STATUS: "TERMINATED"}),
        change=("why_stopped.changed", "major", "status.whyStopped", "changed", "sponsor"),
        says="“Slow accrual” to “Lack of money”",
    ),
    Row(
        name="reason for stopping added alone",
        old={_STATUS: "TERMINATED"},
        new={_WHY: "Slow accrual"},
        change=("why_stopped.changed", "major", "status.whyStopped", "added", "sponsor"),
    ),
    Row(
        name="no update posted: the registry's",
        **_status("RECRUITING", "COMPLETED"),
        posted=None,
        change=("status.completed", "major", _PATH, "changed", "registry"),
    ),
)

_P = "status.primaryCompletionDate"
_C = "status.completionDate"
_S = "status.startDate"

DATES = (
    *(
        Row(
            name=f"primary completion {days} days later",
            **_from_to(_PRIMARY, _planned("2027-01-01"), _planned(new)),
            change=("date.primary.slip", level, _P, "changed", "sponsor"),
            rule=f"+{days} days",
            says="Planned primary completion moved from 1 Jan 2027",
        )
        for days, new, level in (
            (89, "2027-03-31", "minor"),
            (90, "2027-04-01", "major"),
            (149, "2027-05-30", "major"),
            (150, "2027-05-31", "critical"),
        )
    ),
    *(
        Row(
            name=f"primary completion {days} days later, the old date near",
            **_from_to(_PRIMARY, _planned("2026-05-01"), _planned(new)),
            change=("date.primary.slip", level, _P, "changed", "sponsor"),
            rule="within 180 days" if level != "critical" else "+150 days",
        )
        for days, new, level in (
            (31, "2026-06-01", "major"),
            (150, "2026-09-28", "critical"),
        )
    ),
    Row(
        name="a slip under 150 days is never critical, however near",
        **_from_to(_PRIMARY, _planned("2026-05-01"), _planned("2026-08-01")),
        change=("date.primary.slip", "major", _P, "changed", "sponsor"),
        rule="+92 days",
    ),
    Row(
        name="primary completion slips to the unmoved completion date",
        old={_PRIMARY: _planned("2027-01-01"), _END: _planned("2028-06-30")},
        new={_PRIMARY: _planned("2028-06-30")},
        change=("date.primary.slip", "major", _P, "changed", "sponsor"),
        rule="critical → major",
        says="now the day of study completion, which did not move",
    ),
    Row(
        name="a slip takes no context",
        old={**_PHASE_3, _PRIMARY: _planned("2027-01-01")},
        new={_PRIMARY: _planned("2027-02-01")},
        change=("date.primary.slip", "minor", _P, "changed", "sponsor"),
    ),
    Row(
        name="primary completion 89 days earlier",
        **_from_to(_PRIMARY, _planned("2027-03-31"), _planned("2027-01-01")),
        change=("date.primary.earlier", "minor", _P, "changed", "sponsor"),
        says="still planned",
    ),
    Row(
        name="primary completion 90 days earlier",
        **_from_to(_PRIMARY, _planned("2027-04-01"), _planned("2027-01-01")),
        change=("date.primary.earlier", "major", _P, "changed", "sponsor"),
        says="still planned",
    ),
    Row(
        name="primary completion actual",
        **_from_to(_PRIMARY, _planned("2026-02-20"), _actual("2026-02-20")),
        change=("date.primary.actual", "major", f"{_P}Type", "changed", "sponsor"),
        says="results would be due by 20 Feb 2027",
    ),
    Row(
        name="actual primary completion corrected",
        **_from_to(_PRIMARY, _actual("2025-12-01"), _actual("2025-12-20")),
        change=("date.primary.corrected", "minor", _P, "changed", "sponsor"),
    ),
    Row(
        name="actual primary completion corrected by 90 days",
        **_from_to(_PRIMARY, _actual("2025-12-01"), _actual("2025-09-02")),
        change=("date.primary.corrected", "major", _P, "changed", "sponsor"),
    ),
    Row(
        name="study completion later alone, 150 days and more",
        **_from_to(_END, _planned("2028-01-01"), _planned("2028-12-31")),
        change=("date.completion.slip", "major", _C, "changed", "sponsor"),
    ),
    Row(
        name="study completion later alone, under 150 days",
        **_from_to(_END, _planned("2028-01-01"), _planned("2028-05-29")),
        change=("date.completion.slip", "minor", _C, "changed", "sponsor"),
    ),
    Row(
        name="study completion earlier",
        **_from_to(_END, _planned("2029-01-01"), _planned("2028-02-01")),
        change=("date.completion.earlier", "minor", _C, "changed", "sponsor"),
    ),
    Row(
        name="study completion actual",
        **_from_to(_END, _planned("2026-01-01"), _actual("2026-02-01")),
        change=("date.completion.actual", "minor", _C, "changed", "sponsor"),
    ),
    Row(
        name="actual study completion corrected",
        **_from_to(_END, _actual("2026-01-01"), _actual("2025-08-01")),
        change=("date.completion.corrected", "minor", _C, "changed", "sponsor"),
    ),
    Row(
        name="study completion mirrors primary completion",
        old={_PRIMARY: _planned("2027-01-01"), _END: _planned("2028-01-01")},
        new={_PRIMARY: _planned("2027-07-01"), _END: _planned("2028-08-01")},
        change=("date.completion.slip", "noise", _C, "changed", "sponsor"),
        rule="told there",
    ),
    Row(
        name="planned start moved",
        **_from_to(_START, _planned("2026-04-01"), _planned("2026-06-01")),
        change=("date.start.moved", "minor", _S, "changed", "sponsor"),
    ),
    Row(
        name="start actual, posted late",
        **_from_to(_START, _planned("2026-01-10"), _actual("2026-01-15")),
        change=("date.start.actual", "minor", _S, "changed", "sponsor"),
        says="posted 54 days later",
    ),
    Row(
        name="start actual folds into the opening",
        **_from_to(
            _START,
            _planned("2026-02-20"),
            _actual("2026-03-01"),
            old={_STATUS: "NOT_YET_RECRUITING"},
            new={_STATUS: "RECRUITING"},
        ),
        change=("date.start.actual", "noise", _S, "changed", "sponsor"),
        rule="told with the opening",
    ),
    Row(
        name="start moved from before to after first registration",
        **_from_to(_START, _actual("2024-12-01"), _actual("2025-02-01")),
        change=("date.start.retroactive", "minor", _S, "changed", "sponsor"),
        says="from before to after the first registration on 10 Jan 2025",
    ),
    Row(
        name="a month given a day",
        **_from_to(_PRIMARY, _planned("2027-12"), _planned("2027-12-15")),
        change=("date.precision", "noise", _P, "changed", "sponsor"),
        says="told more exactly: Dec 2027 → 15 Dec 2027",
    ),
)

_N = "design.enrollmentCount"


def _count(number: int, kind: str = "ESTIMATED") -> Json:
    return {"count": number, "type": kind}


ENROLLMENT = (
    *(
        Row(
            name=f"target from 100 to {new}",
            **_from_to(_COUNT, _count(100), _count(new)),
            change=("enrollment.target", level, _N, "changed", "sponsor"),
            says=says,
            record_path="protocolSection.designModule.enrollmentInfo.count",
        )
        for new, level, says in (
            (81, "minor", "cut from 100 to 81 participants (−19 %)"),
            (80, "major", "(−20 %)"),
            (51, "major", "(−49 %)"),
            (50, "critical", "(−50 %)"),
            (119, "minor", "raised from 100 to 119 participants (+19 %)"),
            (150, "critical", "(+50 %)"),
        )
    ),
    Row(
        name="target raised together with a later primary completion",
        **_from_to(
            _COUNT,
            _count(100),
            _count(110),
            old={_PRIMARY: _planned("2027-01-01")},
            new={_PRIMARY: _planned("2027-02-01")},
        ),
        change=("enrollment.target", "major", _N, "changed", "sponsor"),
        rule="minor → major: raised together with a later primary completion",
    ),
    *(
        Row(
            name=f"final number {new} of 100",
            **_from_to(_COUNT, _count(100), _count(new, "ACTUAL")),
            change=("enrollment.final", level, _N, "changed", "sponsor"),
            says=f"{new} participants of 100 planned ({new} %)",
        )
        for new, level in ((90, "minor"), (89, "major"), (25, "major"), (24, "critical"))
    ),
    Row(
        name="the target reached to the head",
        **_from_to(_COUNT, _count(100), _count(100, "ACTUAL")),
        change=("enrollment.final", "minor", "design.enrollmentType", "changed", "sponsor"),
    ),
    Row(
        name="actual number corrected",
        **_from_to(_COUNT, _count(100, "ACTUAL"), _count(101, "ACTUAL")),
        change=("enrollment.corrected", "minor", _N, "changed", "sponsor"),
    ),
    Row(
        name="actual number corrected by 20 %",
        **_from_to(_COUNT, _count(100, "ACTUAL"), _count(120, "ACTUAL")),
        change=("enrollment.corrected", "major", _N, "changed", "sponsor"),
    ),
    Row(
        name="99999999 is no number",
        **_from_to(_COUNT, _count(100), _count(99_999_999)),
        change=("enrollment.target", "minor", _N, "changed", "sponsor"),
        says="Enrollment no longer given; it was 100 planned",
    ),
)

_TEXT = "eligibility.criteria"


def _criteria(old: str, new: str) -> Any:
    assert old in CRITERIA
    return _from_to(_CRITERIA, CRITERIA, CRITERIA.replace(old, new))


ELIGIBILITY = (
    Row(
        name="criterion added",
        **_criteria("Exclusion Criteria:\n\n", "Exclusion Criteria:\n\n* Diabetes of any type\n"),
        change=("eligibility.criterion.added", "major", f"{_TEXT}.exclusion[0]", "added", "sponsor"),
        says="Exclusion criterion added: “Diabetes of any type”",
    ),
    Row(
        name="criterion removed",
        **_criteria("* Pregnant or breastfeeding women\n", ""),
        change=("eligibility.criterion.removed", "major", f"{_TEXT}.exclusion[1]", "removed", "sponsor"),
    ),
    Row(
        name="criterion relaxed by a number",
        **_criteria("\\>= 4 on", "\\>= 3 on"),
        change=("eligibility.criterion.changed", "major", f"{_TEXT}.inclusion[1]", "changed", "sponsor"),
        says="Inclusion criterion relaxed",
    ),
    Row(
        name="criterion reworded by harmless words",
        **_criteria("Previous surgery of the lumbar spine", "Previous surgery of lumbar spines"),
        change=("eligibility.criterion.changed", "minor", f"{_TEXT}.exclusion[0]", "changed", "sponsor"),
        rule="only words that mean the same differ",
    ),
    Row(
        name="criterion with a word that turns the meaning",
        **_criteria("Previous surgery of the lumbar spine", "Planned surgery of the lumbar spine"),
        change=("eligibility.criterion.changed", "major", f"{_TEXT}.exclusion[0]", "changed", "sponsor"),
        rule="a word that turns the meaning changed",
    ),
    Row(
        name="criterion split in two",
        **_criteria("* Pregnant or breastfeeding women", "* Pregnant women\n* Breastfeeding women"),
        change=("eligibility.criterion.split", "minor", f"{_TEXT}.exclusion[1]", "changed", "sponsor"),
        rule="nothing else differs",
        says="Exclusion criterion split into two: “Pregnant women” and “Breastfeeding women”",
    ),
    Row(
        name="two criteria merged",
        **_criteria(
            "* Previous surgery of the lumbar spine\n* Pregnant or breastfeeding women",
            "* Previous surgery of the lumbar spine, or pregnant or breastfeeding women",
        ),
        change=("eligibility.criterion.merged", "minor", f"{_TEXT}.exclusion[0]", "changed", "sponsor"),
        rule="nothing else differs",
        says="Two exclusion criteria merged into one: now",
    ),
    Row(
        name="criterion with another negation",
        **_criteria("Able to give written", "Not able to give written"),
        change=("eligibility.criterion.changed", "major", f"{_TEXT}.inclusion[2]", "changed", "sponsor"),
        rule="a negation changed",
    ),
    Row(
        name="criterion with other markup",
        **_criteria("\\>= 4 on", "≥ 4 on"),
        change=("eligibility.criterion.changed", "noise", f"{_TEXT}.inclusion[1]", "changed", "sponsor"),
    ),
    Row(
        name="criterion moved to exclusion",
        **_criteria(
            "* Able to give written informed consent\n\n  * in person\n  * or by a legal representative\n\n"
            "Exclusion Criteria:\n\n",
            "\nExclusion Criteria:\n\n* Able to give written informed consent\n\n  * in person\n"
            "  * or by a legal representative\n",
        ),
        change=("eligibility.criterion.moved", "major", f"{_TEXT}.exclusion[0]", "moved", "sponsor"),
        says="moved from inclusion to exclusion",
    ),
    Row(
        name="minimum age lowered",
        new={"eligibilityModule.minimumAge": "16 Years"},
        change=("eligibility.age", "major", "eligibility.minAge", "changed", "sponsor"),
        says="from 18 years to 16 years (widened)",
    ),
    Row(
        name="maximum age set",
        old={"eligibilityModule.maximumAge": None},
        new={"eligibilityModule.maximumAge": "80 Years"},
        change=("eligibility.age", "major", "eligibility.maxAge", "added", "sponsor"),
        says="(narrowed)",
    ),
    Row(
        name="sex narrowed",
        new={"eligibilityModule.sex": "FEMALE"},
        change=("eligibility.sex", "major", "eligibility.sex", "changed", "sponsor"),
        says="(narrowed)",
    ),
    Row(
        name="healthy volunteers accepted",
        new={"eligibilityModule.healthyVolunteers": True},
        change=("eligibility.healthy_volunteers", "major", "eligibility.healthyVolunteers", "changed", "sponsor"),
        says="Healthy volunteers are now accepted (widened)",
    ),
    Row(
        name="population",
        **_from_to("eligibilityModule.studyPopulation", "Patients of one clinic", "Patients of three clinics"),
        change=("eligibility.population", "minor", "eligibility.studyPopulation", "changed", "sponsor"),
    ),
    Row(
        name="sampling",
        **_from_to("eligibilityModule.samplingMethod", "PROBABILITY_SAMPLE", "NON_PROBABILITY_SAMPLE"),
        change=("eligibility.sampling", "minor", "eligibility.samplingMethod", "changed", "sponsor"),
    ),
    Row(
        name="text that cannot be split",
        **_from_to(_CRITERIA, "Adults with back pain for 3 months.", "Adults with back pain for 6 months."),
        change=("eligibility.text", "major", _TEXT, "changed", "sponsor"),
        says="cannot be split into criteria",
    ),
)

_TIMING = "after the start of the trial"

OUTCOMES = (
    Row(
        name="primary outcome added",
        **_from_to(f"{_OUTCOMES}.primaryOutcomes", [_OUTCOME], [_OUTCOME, _SLEEP]),
        change=(
            "outcome.primary.added",
            "critical",
            "outcomes.primary.Hours of sleep in a night",
            "added",
            "sponsor",
        ),
        says=_TIMING,
        record_path="protocolSection.outcomesModule.primaryOutcomes[1]",
    ),
    Row(
        name="primary outcome removed",
        **_from_to(f"{_OUTCOMES}.primaryOutcomes", [_SLEEP, _OUTCOME], [_OUTCOME]),
        change=(
            "outcome.primary.removed",
            "critical",
            "outcomes.primary.Hours of sleep in a night",
            "removed",
            "sponsor",
        ),
        says=_TIMING,
        record_path="protocolSection.outcomesModule.primaryOutcomes[0]",
    ),
    Row(
        name="secondary outcome promoted",
        old={f"{_OUTCOMES}.primaryOutcomes": [_OUTCOME], f"{_OUTCOMES}.secondaryOutcomes": [_SLEEP]},
        new={f"{_OUTCOMES}.primaryOutcomes": [_OUTCOME, _SLEEP], f"{_OUTCOMES}.secondaryOutcomes": None},
        change=("outcome.promoted", "critical", "outcomes.primary.Hours of sleep in a night", "moved", "sponsor"),
        says="promoted from secondary to primary",
    ),
    Row(
        name="primary outcome demoted",
        old={f"{_OUTCOMES}.primaryOutcomes": [_OUTCOME, _SLEEP], f"{_OUTCOMES}.secondaryOutcomes": None},
        new={f"{_OUTCOMES}.primaryOutcomes": [_OUTCOME], f"{_OUTCOMES}.secondaryOutcomes": [_SLEEP]},
        change=("outcome.demoted", "critical", "outcomes.secondary.Hours of sleep in a night", "moved", "sponsor"),
    ),
    Row(
        name="primary outcome's time frame",
        new={f"{_OUTCOMES}.primaryOutcomes.0.timeFrame": "Baseline and 52 weeks"},
        change=(
            "outcome.primary.modified",
            "major",
            "outcomes.primary.Change in pain intensity",
            "changed",
            "sponsor",
        ),
        says="time frame",
    ),
    Row(
        name="primary outcome edited after primary completion",
        old={_PRIMARY: _actual("2025-12-01")},
        new={f"{_OUTCOMES}.primaryOutcomes.0.timeFrame": "Baseline and 52 weeks"},
        change=(
            "outcome.primary.modified",
            "critical",
            "outcomes.primary.Change in pain intensity",
            "changed",
            "sponsor",
        ),
        rule="major → critical: after primary completion",
        says="after primary completion",
    ),
    Row(
        name="primary outcome in other case",
        new={f"{_OUTCOMES}.primaryOutcomes.0.measure": "Change in Pain Intensity."},
        change=(
            "outcome.primary.modified",
            "noise",
            "outcomes.primary.Change in Pain Intensity.",
            "changed",
            "sponsor",
        ),
    ),
    Row(
        name="secondary outcome added",
        **_from_to(f"{_OUTCOMES}.secondaryOutcomes", [_OUTCOME], [_OUTCOME, _SLEEP]),
        change=(
            "outcome.secondary.added",
            "minor",
            "outcomes.secondary.Hours of sleep in a night",
            "added",
            "sponsor",
        ),
    ),
    Row(
        name="other outcome removed",
        **_from_to(f"{_OUTCOMES}.otherOutcomes", [_OUTCOME, _SLEEP], [_OUTCOME]),
        change=("outcome.other.removed", "minor", "outcomes.other.Hours of sleep in a night", "removed", "sponsor"),
    ),
    Row(
        name="all time frames by the same small step",
        **_from_to(
            f"{_OUTCOMES}.secondaryOutcomes",
            [{"measure": "Sleep", "timeFrame": "24 weeks"}, {"measure": "Work", "timeFrame": "48 weeks"}],
            [{"measure": "Sleep", "timeFrame": "26 weeks"}, {"measure": "Work", "timeFrame": "50 weeks"}],
        ),
        change=("outcome.timeframes", "minor", "outcomes.timeFrames", "changed", "sponsor"),
    ),
    Row(
        name="primary outcome reworded in the step that posts results",
        **_from_to(
            f"{_OUTCOMES}.primaryOutcomes",
            [_OUTCOME],
            [_OUTCOME | {"measure": "Mean Change From Baseline in Pain Intensity"}],
            new={"/hasResults": True},
        ),
        change=(
            "outcome.restated_with_results",
            "minor",
            "outcomes.primary.Mean Change From Baseline in Pain Intensity",
            "changed",
            "sponsor",
        ),
        says="restated with the results",
    ),
    Row(
        name="primary outcome with another time frame in the step that posts results",
        **_from_to(
            f"{_OUTCOMES}.primaryOutcomes",
            [_OUTCOME],
            [_OUTCOME | {"timeFrame": "Baseline and 52 weeks"}],
            new={"/hasResults": True},
        ),
        change=(
            "outcome.restated_with_results",
            "major",
            "outcomes.primary.Change in pain intensity",
            "changed",
            "sponsor",
        ),
        rule="minor → major: the time frame or a number differs",
        says="time frame now “Baseline and 52 weeks”, before “Baseline and 24 weeks”",
    ),
    Row(
        name="all outcomes gone",
        new={_OUTCOMES: None},
        change=("record.part_removed", "major", "record.outcomes", "removed", "sponsor"),
        says="The record no longer has any outcome measures; before, it had 1 primary outcome, 4 secondary outcomes",
    ),
    Row(
        name="all outcomes back",
        old={_OUTCOMES: None},
        new={_OUTCOMES: {"primaryOutcomes": [_OUTCOME, _OUTCOME | {"measure": "Change in sleep"}]}},
        change=("record.part_added", "major", "record.outcomes", "added", "sponsor"),
        says="The record now has 2 primary outcomes; before, it had none",
    ),
)

_A = "armsInterventions.arms"
_I = "armsInterventions.interventions"

ARMS = (
    Row(
        name="arm added, Phase 2 with few arms",
        **_from_to(_ARMS, [_ARM], [_ARM, _OTHER_ARM]),
        change=("arm.added", "critical", f"{_A}.Exercise only", "added", "sponsor"),
        rule="major → critical: Phase 2 or later with 2 arms",
    ),
    Row(
        name="arm removed, Phase 1",
        **_from_to(_ARMS, [_ARM, _OTHER_ARM], [_ARM], old={"designModule.phases": ["PHASE1"]}),
        change=("arm.removed", "major", f"{_A}.Exercise only", "removed", "sponsor"),
    ),
    Row(
        name="arm renamed",
        **_from_to(f"{_ARMS}.1.label", "Placebo", "Control"),
        change=("arm.renamed", "minor", f"{_A}.Control", "changed", "sponsor"),
        says="Arm renamed: now “Control”, before “Placebo”",
    ),
    Row(
        name="arm renamed with another number",
        new={f"{_ARMS}.0.label": "Veridoxan 40 mg"},
        change=("arm.renamed", "major", f"{_A}.Veridoxan 40 mg", "changed", "sponsor"),
        rule="a number in the name changed",
    ),
    Row(
        name="arm's description",
        new={f"{_ARMS}.1.description": "Placebo by mouth every day for 24 weeks"},
        change=("arm.modified", "minor", f"{_A}.Placebo", "changed", "sponsor"),
    ),
    Row(
        name="arm's dose",
        new={f"{_ARMS}.0.description": "Veridoxan 40 mg by mouth once a day for 24 weeks"},
        change=("arm.modified", "major", f"{_A}.Veridoxan 20 mg", "changed", "sponsor"),
        rule="a dose or number in it changed",
    ),
    Row(
        name="intervention added",
        **_from_to(
            "armsInterventionsModule.interventions",
            [{"type": "DRUG", "name": "Placebo"}],
            [{"type": "DRUG", "name": "Placebo"}, {"type": "DRUG", "name": "Morphine"}],
        ),
        change=("intervention.added", "critical", f"{_I}.Morphine", "added", "sponsor"),
    ),
    Row(
        name="intervention renamed",
        new={"armsInterventionsModule.interventions.2.name": "Programme of exercise"},
        change=("intervention.renamed", "minor", f"{_I}.Programme of exercise", "changed", "sponsor"),
    ),
    Row(
        name="intervention's dose",
        new={"armsInterventionsModule.interventions.0.description": "40 mg capsule"},
        change=("intervention.modified", "major", f"{_I}.Veridoxan", "changed", "sponsor"),
    ),
)

_INFO = "designModule.designInfo"

DESIGN = (
    Row(
        name="phase",
        new={"designModule.phases": ["PHASE2", "PHASE3"]},
        change=("design.phase", "critical", "design.phases", "changed", "sponsor"),
        says="Phase changed from Phase 2 to Phase 2/3",
    ),
    Row(
        name="study type, also when it becomes observational",
        new={"designModule.studyType": "OBSERVATIONAL"},
        change=("design.study_type", "major", "design.studyType", "changed", "sponsor"),
        says="Study type changed from Interventional to Observational",
    ),
    Row(
        name="allocation",
        new={f"{_INFO}.allocation": "NON_RANDOMIZED"},
        change=("design.allocation", "major", "design.allocation", "changed", "sponsor"),
        says="Allocation changed from Randomized to Non-randomized",
    ),
    Row(
        name="masking",
        new={f"{_INFO}.maskingInfo.masking": "DOUBLE"},
        change=("design.masking", "major", "design.masking", "changed", "sponsor"),
    ),
    Row(
        name="model",
        new={f"{_INFO}.interventionModel": "CROSSOVER"},
        change=("design.model", "major", "design.interventionModel", "changed", "sponsor"),
    ),
    Row(
        name="purpose",
        new={f"{_INFO}.primaryPurpose": "PREVENTION"},
        change=("design.purpose", "major", "design.primaryPurpose", "changed", "sponsor"),
    ),
    Row(
        name="description of the masking",
        new={f"{_INFO}.maskingInfo.maskingDescription": "Capsules look and taste alike"},
        change=("text.design", "minor", "design.maskingDescription", "changed", "sponsor"),
    ),
    Row(
        name="description of the design, folded when the count changed",
        new={f"{_INFO}.interventionModelDescription": "Three groups in parallel", f"{_COUNT}.count": 250},
        change=("text.design", "noise", "design.interventionModelDescription", "changed", "sponsor"),
    ),
)

_FOUR = (_LYON, _GRAZ, _LINZ, _WIEN)


def _listed(old: tuple[Mapping[str, Json], ...], new: tuple[Mapping[str, Json], ...]) -> Any:
    return _from_to(_SITES, _sites(*old), _sites(*new))


SITES = (
    Row(
        name="site added",
        **_listed((_LYON, _LINZ), (_GRAZ, _LYON, _LINZ)),
        change=("site.added", "minor", _SITE_KEY, "added", "sponsor"),
        says="already recruiting",
        record_path="protocolSection.contactsLocationsModule.locations[0]",
    ),
    Row(
        name="site added as withdrawn",
        **_listed((_LYON, _LINZ), (_LYON, _LINZ, {**_GRAZ, "status": "WITHDRAWN"})),
        change=("site.added", "noise", _SITE_KEY, "added", "sponsor"),
    ),
    Row(
        name="site activated",
        **_listed((_LYON, _LINZ, {**_GRAZ, "status": "NOT_YET_RECRUITING"}), (_LYON, _LINZ, _GRAZ)),
        change=("site.activated", "minor", f"{_SITE_KEY}.status", "changed", "sponsor"),
        record_path="protocolSection.contactsLocationsModule.locations[2].status",
    ),
    Row(
        name="site closed",
        **_listed((_LYON, _LINZ, _GRAZ), (_LYON, _LINZ, {**_GRAZ, "status": "COMPLETED"})),
        change=("site.closed", "minor", f"{_SITE_KEY}.status", "changed", "sponsor"),
    ),
    Row(
        name="site withdrawn before opening",
        **_listed(
            (_LYON, _LINZ, {**_GRAZ, "status": "NOT_YET_RECRUITING"}), (_LYON, _LINZ, {**_GRAZ, "status": "WITHDRAWN"})
        ),
        change=("site.withdrawn", "minor", f"{_SITE_KEY}.status", "changed", "sponsor"),
        says="before opening",
    ),
    Row(
        name="site suspended",
        **_listed((_LYON, _LINZ, _GRAZ), (_LYON, _LINZ, {**_GRAZ, "status": "SUSPENDED"})),
        change=("site.suspended", "minor", f"{_SITE_KEY}.status", "changed", "sponsor"),
        says="it had been recruiting",
    ),
    Row(
        name="site removed",
        **_listed((_GRAZ, _LYON, _LINZ), (_LYON, _LINZ)),
        change=("site.removed", "minor", _SITE_KEY, "removed", "sponsor"),
        record_path="protocolSection.contactsLocationsModule.locations[0]",
    ),
    Row(
        name="site renamed",
        **_listed((_LYON, {**_GRAZ, "facility": "Klinik Graz"}), (_LYON, _GRAZ)),
        change=("site.renamed", "noise", _SITE_KEY, "changed", "sponsor"),
        says="now “Spital Graz, Graz”, before “Klinik Graz, Graz”",
    ),
    Row(
        name="site masked",
        **_listed((_LYON, _GRAZ), (_LYON, {**_GRAZ, "facility": "Research Site"})),
        change=("site.masked", "noise", "locations.research site|graz||austria", "changed", "sponsor"),
    ),
    Row(
        name="site unmasked",
        **_listed((_LYON, {**_GRAZ, "facility": "Local Institution - 0062"}), (_LYON, _GRAZ)),
        change=("site.unmasked", "noise", _SITE_KEY, "changed", "sponsor"),
    ),
    Row(
        name="two shown sites of a town, one hidden now",
        **_listed(
            (_LYON, _GRAZ, {**_GRAZ, "facility": "Klinik Ost", "zip": "8021"}),
            (_LYON, {**_GRAZ, "facility": "Research Site", "zip": "8030"}),
        ),
        change=("site.rewritten", "minor", "locations.|graz||austria", "changed", "sponsor"),
        says="The list of sites in Graz, Austria was rewritten (2 before, 1 now; ",
    ),
    Row(
        name="site re-geocoded, the registry's doing",
        **_listed(
            (_LYON, {**_GRAZ, "geoPoint": {"lat": 47.0, "lon": 15.4}}),
            (_LYON, {**_GRAZ, "geoPoint": {"lat": 47.1, "lon": 15.4}}),
        ),
        change=("site.geocoded", "noise", f"{_SITE_KEY}.geoPoint", "changed", "registry"),
    ),
    Row(
        name="site status that neither opens nor closes",
        **_listed(
            (_LYON, _LINZ, {**_GRAZ, "status": "ACTIVE_NOT_RECRUITING"}),
            (_LYON, _LINZ, {**_GRAZ, "status": "COMPLETED"}),
        ),
        change=("site.status_changed", "noise", f"{_SITE_KEY}.status", "changed", "sponsor"),
    ),
    Row(
        name="three of ten sites closed, by country",
        **_listed(
            tuple(a_site(f"Spital {n}", f"Ort {n}", "Austria", zip=f"{n}", status="RECRUITING") for n in range(10)),
            tuple(
                a_site(f"Spital {n}", f"Ort {n}", "Austria", zip=f"{n}", status="COMPLETED" if n < 3 else "RECRUITING")
                for n in range(10)
            ),
        ),
        change=("site.closed", "major", "locations.|||austria.closed", "changed", "sponsor"),
        rule="minor → major: 3 sites of 10 before",
        says="3 sites no longer recruiting in Austria",
    ),
    Row(
        name="first sites in a country",
        **_listed((_LYON,), (_LYON, _GRAZ)),
        change=("country.added", "major", "countries.austria", "added", "sponsor"),
    ),
    Row(
        name="a first list of sites",
        old={_SITES: None},
        new={_SITES: _sites(_LYON)},
        change=("country.added", "minor", "countries.france", "added", "sponsor"),
    ),
    Row(
        name="first recruiting site in a country",
        **_listed((_LYON, _WIEN), (_LYON, {**_WIEN, "status": "RECRUITING"})),
        change=("country.opened", "major", "countries.austria", "changed", "sponsor"),
    ),
    Row(
        name="no site of a country recruiting any more",
        **_listed((_LYON, _GRAZ), (_LYON, {**_GRAZ, "status": "COMPLETED"})),
        change=("country.paused", "major", "countries.austria", "changed", "sponsor"),
    ),
    Row(
        name="last site of a country gone",
        **_listed((_LYON, _GRAZ), (_LYON,)),
        change=("country.removed", "major", "countries.austria", "removed", "sponsor"),
    ),
    Row(
        name="a key that repeats is told apart by its postal code",
        **_listed(
            (_LYON, _GRAZ, {**_GRAZ, "zip": "8020"}), (_LYON, _GRAZ, {**_GRAZ, "zip": "8020", "status": "COMPLETED"})
        ),
        change=("site.closed", "minor", f"{_SITE_KEY}|8020.status", "changed", "sponsor"),
    ),
)

_MISC = "/derivedSection.miscInfoModule"
_DONE: Fields = {_PRIMARY: _actual("2025-12-01")}

REST = (
    Row(
        name="results posted",
        new={"/hasResults": True, "/resultsSection": {"participantFlowModule": {"groups": []}}},
        change=("results.posted", "critical", "results.hasResults", "added", "sponsor"),
    ),
    Row(
        name="results edited",
        old={"/hasResults": True, "/resultsSection": {"moreInfoModule": {"pointOfContact": {"title": "A"}}}},
        new={"/resultsSection": {"moreInfoModule": {"pointOfContact": {"title": "B"}}}},
        change=("results.updated", "minor", "results", "changed", "sponsor"),
        says="more information",
    ),
    Row(
        name="results submitted, the registry's doing",
        new={f"{_MISC}.submissionTracking.submissionInfos": [{"releaseDate": "2026-03-01"}]},
        change=("results.submitted", "minor", "results.submitted", "added", "registry"),
    ),
    Row(
        name="results returned",
        old={f"{_MISC}.submissionTracking.submissionInfos": [{"releaseDate": "2026-02-01"}]},
        new={f"{_MISC}.submissionTracking.submissionInfos": [{"releaseDate": "2026-02-01", "resetDate": "2026-03-01"}]},
        change=("results.returned", "minor", "results.returned", "added", "registry"),
    ),
    Row(
        name="delay of results certified",
        new={"statusModule.dispFirstSubmitDate": "2026-03-01"},
        change=("results.delay_certified", "minor", "results.delayCertified", "added", "sponsor"),
    ),
    Row(
        name="results publication",
        **_from_to(_REFERENCES, [], [_reference("RESULT")]),
        change=("reference.added", "minor", "references.99000009", "added", "sponsor"),
    ),
    Row(
        name="results publication while results are awaited",
        **_from_to(_REFERENCES, [], [_reference("RESULT")], old=_DONE),
        change=("reference.added", "major", "references.99000009", "added", "sponsor"),
        rule="primary completion is actual and no results are posted",
    ),
    Row(
        name="derived publication, the registry's doing",
        **_from_to(_REFERENCES, [], [_reference("DERIVED")]),
        change=("reference.added", "minor", "references.99000009", "added", "registry"),
    ),
    Row(
        name="background reference",
        **_from_to(_REFERENCES, [], [_reference("BACKGROUND")]),
        change=("reference.added", "noise", "references.99000009", "added", "sponsor"),
    ),
    Row(
        name="retraction noted, the registry's doing",
        **_from_to(
            _REFERENCES,
            [_reference("RESULT")],
            [_reference("RESULT", citation="Nowhere A. Veridoxan in people. J Ex. 2026. Retraction in: J Ex. 2027.")],
        ),
        change=("reference.changed", "major", "references.99000009", "changed", "registry"),
    ),
    Row(
        name="expression of concern noted",
        **_from_to(
            _REFERENCES,
            [_reference("BACKGROUND")],
            [_reference("BACKGROUND", citation="Nowhere A. J Ex. 2026. Expression of concern in: J Ex. 2027.")],
        ),
        change=("reference.changed", "major", "references.99000009", "changed", "registry"),
    ),
    Row(
        name="erratum noted",
        **_from_to(
            _REFERENCES,
            [_reference("DERIVED")],
            [_reference("DERIVED", citation="Nowhere A. Veridoxan in people. J Ex. 2026. Erratum in: J Ex. 2027.")],
        ),
        change=("reference.changed", "minor", "references.99000009", "changed", "registry"),
    ),
    Row(
        name="erratum of a background reference",
        **_from_to(
            _REFERENCES,
            [_reference("BACKGROUND")],
            [_reference("BACKGROUND", citation="Nowhere A. Veridoxan in people. J Ex. 2026. Erratum in: J Ex. 2027.")],
        ),
        change=("reference.changed", "noise", "references.99000009", "changed", "registry"),
    ),
    Row(
        name="reference removed",
        **_from_to(_REFERENCES, [_reference("RESULT")], []),
        change=("reference.removed", "noise", "references.99000009", "removed", "sponsor"),
    ),
    Row(
        name="derived publication removed, the registry's doing",
        **_from_to(_REFERENCES, [_reference("DERIVED")], []),
        change=("reference.removed", "noise", "references.99000009", "removed", "registry"),
    ),
    Row(
        name="publication listed as derived, the registry's doing",
        **_from_to(_REFERENCES, [_reference("BACKGROUND")], [_reference("DERIVED")]),
        change=("reference.changed", "minor", "references.99000009", "changed", "registry"),
        says="now listed as publication that names the trial, before as background reference",
    ),
    Row(
        name="link added",
        **_from_to("referencesModule.seeAlsoLinks", [], [{"label": "Site", "url": "https://example.org"}]),
        change=("link.added", "noise", "links", "added", "sponsor"),
    ),
    Row(
        name="plain-language summary linked",
        **_from_to("referencesModule.seeAlsoLinks", [], [{"label": "Plain language summary", "url": "https://e.org"}]),
        change=("link.added", "minor", "links", "added", "sponsor"),
    ),
    Row(
        name="document added",
        **_from_to(
            "/documentSection.largeDocumentModule.largeDocs",
            [],
            [{"hasProtocol": True, "filename": "Prot_001.pdf", "date": "2026-03-01"}],
        ),
        change=("document.added", "minor", "documents.Prot_001.pdf", "added", "sponsor"),
        says="study protocol",
    ),
    Row(
        name="another lead sponsor",
        new={"sponsorCollaboratorsModule.leadSponsor.name": "Borealis Example Health"},
        change=("sponsor.lead", "major", "sponsor.lead", "changed", "sponsor"),
    ),
    Row(
        name="lead sponsor renamed",
        new={"sponsorCollaboratorsModule.leadSponsor.name": "Meridian Example Pharma Inc."},
        change=("sponsor.lead", "minor", "sponsor.lead", "changed", "sponsor"),
        says="renamed",
    ),
    Row(
        name="collaborator",
        **_from_to("sponsorCollaboratorsModule.collaborators", [], [{"name": "University of Nowhere"}]),
        change=(
            "sponsor.collaborator",
            "minor",
            "sponsor.collaborators.University of Nowhere",
            "added",
            "sponsor",
        ),
    ),
    Row(
        name="responsible party",
        new={"sponsorCollaboratorsModule.responsibleParty.type": "PRINCIPAL_INVESTIGATOR"},
        change=("sponsor.responsible_party", "minor", "sponsor.responsibleParty", "changed", "sponsor"),
    ),
    Row(
        name="data monitoring committee",
        new={"oversightModule.oversightHasDmc": False},
        change=("oversight.dmc", "minor", "oversight.hasDmc", "changed", "sponsor"),
    ),
    Row(
        name="FDA-regulated drug",
        new={"oversightModule.isFdaRegulatedDrug": True},
        change=("oversight.fda_drug", "minor", "oversight.isFdaRegulatedDrug", "changed", "sponsor"),
    ),
    Row(
        name="data sharing",
        new={"ipdSharingStatementModule.ipdSharing": "NO"},
        change=("ipd.sharing", "minor", "ipd.ipdSharing", "changed", "sponsor"),
    ),
    Row(
        name="data sharing statement",
        new={"ipdSharingStatementModule.description": "Nothing will be shared."},
        change=("ipd.statement", "minor", "ipd.statement", "changed", "sponsor"),
    ),
    Row(
        name="expanded access appears",
        new={"statusModule.expandedAccessInfo": {"hasExpandedAccess": True, "nctId": "NCT99000077"}},
        change=("expanded_access", "major", "status.expandedAccess", "added", "sponsor"),
    ),
    Row(
        name="expanded access, false and absent are equal",
        new={"statusModule.expandedAccessInfo": None},
        change=("expanded_access", "noise", "status.expandedAccess", "changed", "sponsor"),
    ),
    Row(
        name="study id",
        new={"identificationModule.orgStudyIdInfo.id": "VDX-202"},
        change=("identifier.organisation", "minor", "identification.orgStudyIdInfo", "changed", "sponsor"),
    ),
    Row(
        name="title",
        new={"identificationModule.briefTitle": "Veridoxan Against Neck Pain"},
        change=("text.title", "minor", "identification.title", "changed", "sponsor"),
    ),
    Row(
        name="title in other case",
        new={"identificationModule.briefTitle": "Veridoxan against chronic low-back pain"},
        change=("text.title", "noise", "identification.title", "changed", "sponsor"),
    ),
    Row(
        name="summary",
        new={"descriptionModule.briefSummary": "This trial tests veridoxan."},
        change=("text.summary", "minor", "description.briefSummary", "changed", "sponsor"),
    ),
    Row(
        name="description",
        new={"descriptionModule.detailedDescription": "Participants take capsules."},
        change=("text.description", "minor", "description.detailedDescription", "changed", "sponsor"),
    ),
    Row(
        name="keywords",
        new={"conditionsModule.keywords": ["back pain", "veridoxan"]},
        change=("text.keywords", "minor", "conditions.keywords", "changed", "sponsor"),
    ),
    Row(
        name="conditions",
        new={"conditionsModule.conditions": ["Low Back Pain"]},
        change=("conditions", "minor", "conditions.conditions", "changed", "sponsor"),
    ),
    Row(
        name="central contact",
        new={"contactsLocationsModule.centralContacts.0.phone": "+00 000 009"},
        change=("contact.central", "noise", "contacts.central", "changed", "sponsor"),
    ),
    Row(
        name="contact of a site",
        new={f"{_SITES}.0.contacts.0.phone": "+00 000 009"},
        change=(
            "contact.site",
            "noise",
            "locations.example spine center|springfield|illinois|united states.contacts",
            "changed",
            "sponsor",
        ),
    ),
    Row(
        name="violation, the registry's doing",
        new={
            "/annotationSection.annotationModule.violationAnnotation.violationEvents": [
                {"type": "VIOLATION_IDENTIFIED", "description": "Results not submitted", "issuedDate": "2026-03-01"}
            ]
        },
        change=("violation.identified", "critical", "violations", "added", "registry"),
    ),
    Row(
        name="verified anew",
        new={"statusModule.statusVerifiedDate": "2026-03"},
        change=("admin.verified", "noise", "status.verifiedDate", "changed", "sponsor"),
    ),
    Row(
        name="only update dates moved",
        change=("admin.touched", "noise", "status.lastUpdatePostDate", "changed", "sponsor"),
    ),
    Row(
        name="update dates beside other changes",
        new={f"{_COUNT}.count": 250},
        change=("admin.dates", "noise", "status.lastUpdateSubmitDate", "changed", "sponsor"),
    ),
    Row(
        name="country renamed by the registry",
        **_listed(({**_LYON, "country": "Turkey"},), ({**_LYON, "country": "Turkey (Türkiye)"},)),
        change=("registry.reformatted", "noise", "locations.country", "changed", "registry"),
    ),
    Row(
        name="browse terms, the registry's doing",
        new={"/derivedSection.conditionBrowseModule.meshes": [{"id": "D010146", "term": "Pain"}]},
        change=("registry.reformatted", "noise", "conditionBrowse.meshes", "changed", "registry"),
    ),
    Row(
        name="a known field without a kind of its own",
        new={"designModule.targetDuration": "2 Years"},
        change=("field.changed", "minor", "design.targetDuration", "added", "sponsor"),
        says="2 years",
    ),
    Row(
        name="a field the catalogue does not know",
        new={"designModule.moonPhase": "FULL_MOON"},
        change=("field.unclassified", "minor", "protocolSection.designModule.moonPhase", "added", "sponsor"),
        says="Moon phase added: Full moon",
    ),
    Row(
        name="a module the catalogue does not know",
        new={"lunarModule.phaseOfMoon": "Full"},
        change=("field.unclassified", "minor", "protocolSection.lunarModule.phaseOfMoon", "added", "sponsor"),
        says="Phase of moon",
    ),
)


def _context(name: str, base: Fields, new: Fields, change: tuple[str, str, str, str, str], rule: str = "") -> Row:
    return Row(name=f"context: {name}", old=base, new=new, change=change, rule=rule)


_OPENED = ("status.opened", "critical", _PATH, "changed", "sponsor")

CONTEXT = (
    _context(
        "Phase 3 of 300 lifts a status",
        {**_PHASE_3, _STATUS: "NOT_YET_RECRUITING"},
        {_STATUS: "RECRUITING"},
        _OPENED,
        "major → critical: Phase 3 with 300 participants",
    ),
    _context(
        "Phase 2/3 of 300 as well",
        {**_PHASE_3, "designModule.phases": ["PHASE2", "PHASE3"], _STATUS: "NOT_YET_RECRUITING"},
        {_STATUS: "RECRUITING"},
        _OPENED,
        "Phase 2/3",
    ),
    _context(
        "Phase 3 of 299 does not",
        {**_PHASE_3, f"{_COUNT}.count": 299, _STATUS: "NOT_YET_RECRUITING"},
        {_STATUS: "RECRUITING"},
        ("status.opened", "major", _PATH, "changed", "sponsor"),
    ),
    _context(
        "primary completion on the day of the posting lifts",
        {_PRIMARY: _planned(POSTED)},
        {"eligibilityModule.sex": "FEMALE"},
        ("eligibility.sex", "critical", "eligibility.sex", "changed", "sponsor"),
        "major → critical: primary completion within 180 days of the posting",
    ),
    _context(
        "primary completion 180 days on lifts",
        {_PRIMARY: _planned("2026-09-06")},
        {"eligibilityModule.sex": "FEMALE"},
        ("eligibility.sex", "critical", "eligibility.sex", "changed", "sponsor"),
    ),
    _context(
        "primary completion 181 days on does not",
        {_PRIMARY: _planned("2026-09-07")},
        {"eligibilityModule.sex": "FEMALE"},
        ("eligibility.sex", "major", "eligibility.sex", "changed", "sponsor"),
    ),
    _context(
        "primary completion the day before does not",
        {_PRIMARY: _planned("2026-03-09")},
        {"eligibilityModule.sex": "FEMALE"},
        ("eligibility.sex", "major", "eligibility.sex", "changed", "sponsor"),
    ),
    _context(
        "actual primary completion does not",
        {_PRIMARY: _actual("2026-05-01")},
        {"eligibilityModule.sex": "FEMALE"},
        ("eligibility.sex", "major", "eligibility.sex", "changed", "sponsor"),
    ),
    _context(
        "observational studies go one down",
        _OBSERVED,
        {"eligibilityModule.sex": "FEMALE"},
        ("eligibility.sex", "minor", "eligibility.sex", "changed", "sponsor"),
        "major → minor: observational study",
    ),
    _context(
        "but never for a status",
        {**_OBSERVED, _STATUS: "NOT_YET_RECRUITING"},
        {_STATUS: "RECRUITING"},
        ("status.opened", "major", _PATH, "changed", "sponsor"),
    ),
    _context(
        "enrollment is lifted",
        _NEAR,
        {f"{_COUNT}.count": 235},
        ("enrollment.target", "major", _N, "changed", "sponsor"),
        "minor → major",
    ),
    _context(
        "a coded field of the design is lifted",
        _NEAR,
        {f"{_INFO}.allocation": "NON_RANDOMIZED"},
        ("design.allocation", "critical", "design.allocation", "changed", "sponsor"),
    ),
    _context(
        "an arm is lifted",
        _NEAR,
        {f"{_ARMS}.1.description": "Placebo by mouth every day for 24 weeks"},
        ("arm.modified", "major", f"{_A}.Placebo", "changed", "sponsor"),
    ),
    _context(
        "a primary outcome is lifted",
        _NEAR,
        {f"{_OUTCOMES}.primaryOutcomes.0.timeFrame": "Baseline and 52 weeks"},
        ("outcome.primary.modified", "critical", "outcomes.primary.Change in pain intensity", "changed", "sponsor"),
    ),
    _context(
        "a secondary outcome is not",
        _NEAR,
        {f"{_OUTCOMES}.secondaryOutcomes.3.timeFrame": "52 weeks"},
        ("outcome.secondary.modified", "minor", "outcomes.secondary.Days off work", "changed", "sponsor"),
    ),
    _context(
        "an intervention is not",
        _NEAR,
        {"armsInterventionsModule.interventions.1.description": "Capsule of starch"},
        ("intervention.modified", "minor", f"{_I}.Placebo", "changed", "sponsor"),
    ),
    _context(
        "study completion is not",
        {**_NEAR, _END: _planned("2028-01-01")},
        {_END: _planned("2028-03-01")},
        ("date.completion.slip", "minor", _C, "changed", "sponsor"),
    ),
    _context(
        "text is not",
        _NEAR,
        {"descriptionModule.briefSummary": "This trial tests veridoxan."},
        ("text.summary", "minor", "description.briefSummary", "changed", "sponsor"),
    ),
    _context(
        "a reason for stopping is not",
        {**_PHASE_3, _STATUS: "TERMINATED", _WHY: "Slow accrual"},
        {_WHY: "Lack of money"},
        ("why_stopped.changed", "major", "status.whyStopped", "changed", "sponsor"),
    ),
    _context(
        "noise stays noise",
        _NEAR,
        {f"{_OUTCOMES}.primaryOutcomes.0.measure": "Change in Pain Intensity."},
        ("outcome.primary.modified", "noise", "outcomes.primary.Change in Pain Intensity.", "changed", "sponsor"),
    ),
)

TABLE = (*STATUS, *DATES, *ENROLLMENT, *ELIGIBILITY, *OUTCOMES, *ARMS, *DESIGN, *SITES, *REST, *CONTEXT)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_row_is_judged_and_said_as_the_taxonomy_has_it(row: Row) -> None:
    old = _with(quiet_record(), row.old)
    new = _with(old, row.new)
    found = changes(old, new, posted=row.posted)
    kind, _, path, _, _ = row.change
    told = [
        (change.kind, change.severity.value, change.path, change.verb.value, change.origin.value) for change in found
    ]
    assert row.change in told
    (change,) = (one for one in found if (one.kind, one.path) == (kind, path))
    assert row.rule in change.rule
    assert row.says in said(change)
    if row.record_path:
        assert row.record_path in change.record_paths


def test_two_files_of_one_day_leave_the_registry_as_the_maker() -> None:
    old = quiet_record()
    found = changes(old, a_posted(_with(old, {f"{_COUNT}.count": 250}), "2026-01-22", "2026-01-20"), posted=None)
    assert {change.origin.value for change in found} == {"registry"}


_OF_NO_PAIR = {
    *("results.due_soon", "results.overdue"),  # a day that came
    *("search.entered", "search.left"),  # what a search found
    *("record.baseline", "record.merged", "record.gone", "record.returned"),  # what the store knows
}


def test_every_kind_that_two_records_can_tell_stands_in_the_table_or_beside_a_brother() -> None:
    shown = {row.change[0] for row in TABLE}
    families = {kind.rpartition(".")[0] for kind in shown}
    missing = [kind for kind in KINDS if kind not in shown | _OF_NO_PAIR and kind.rpartition(".")[0] not in families]
    assert missing == []
