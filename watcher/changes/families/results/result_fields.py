"""Rows of the results section: participant flow, baseline, outcome measures, adverse events, more information."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from watcher.changes.fields.build import ONLY_ONE, Module, by, told_by
from watcher.changes.fields.row import Identity, Row, ValueType

_flow = Module(("resultsSection", "participantFlowModule"), "results.flow").row
_baseline = Module(("resultsSection", "baselineCharacteristicsModule"), "results.baseline").row
_measured = Module(("resultsSection", "outcomeMeasuresModule"), "results.outcomes").row
_events = Module(("resultsSection", "adverseEventsModule"), "results.adverseEvents").row
_more = Module(("resultsSection", "moreInfoModule"), "results.moreInfo").row

_GROUP = told_by(by("id"), by("title"), similar=())
_BY_GROUP = told_by(by("groupId"), similar=())
_TITLED = told_by(by("title"), ONLY_ONE)

_DENOMS = {"denoms": told_by(by("units"), ONLY_ONE, similar=()), "denoms.counts": _BY_GROUP}
_MEASURED: Mapping[str, Identity] = MappingProxyType(
    {
        "groups": _GROUP,
        **_DENOMS,
        "classes": _TITLED,
        "classes.denoms": told_by(by("units"), ONLY_ONE, similar=()),
        "classes.denoms.counts": _BY_GROUP,
        "classes.categories": _TITLED,
        "classes.categories.measurements": _BY_GROUP,
        "analyses": told_by(by("statisticalMethod", "paramType", "groupDescription"), ONLY_ONE),
    }
)
_CELLS = (
    "denoms.units; denoms.counts.groupId: group; denoms.counts.value: number; classes.title; classes.denoms.units; "
    "classes.denoms.counts.groupId: group; classes.denoms.counts.value: number; classes.categories.title; "
    "classes.categories.measurements.groupId: group; classes.categories.measurements.value; "
    "classes.categories.measurements.spread; classes.categories.measurements.lowerLimit; "
    "classes.categories.measurements.upperLimit; classes.categories.measurements.comment"
)
_ANALYSES = (
    "analyses.paramType: estimated parameter; analyses.paramValue: estimated value; "
    "analyses.dispersionType: dispersion; "
    "analyses.dispersionValue; analyses.statisticalMethod; analyses.statisticalComment; analyses.pValue: p-value; "
    "analyses.pValueComment: comment on the p-value; analyses.ciNumSides: sides of the confidence interval; "
    "analyses.ciPctValue: confidence level; analyses.ciLowerLimit: lower confidence limit; "
    "analyses.ciUpperLimit: upper confidence limit; analyses.ciLowerLimitComment; analyses.ciUpperLimitComment; "
    "analyses.estimateComment; analyses.testedNonInferiority; analyses.nonInferiorityType; "
    "analyses.nonInferiorityComment; analyses.otherAnalysisDescription; analyses.groupDescription; "
    "analyses.groupIds: groups"
)
_STATS = "stats.groupId: group; stats.numEvents: events; stats.numAffected: affected; stats.numAtRisk: at risk"


def _adverse(name: str, label: str) -> Row:
    return _events(
        name,
        label,
        ValueType.ITEMS,
        has=f"term; organSystem; sourceVocabulary; assessmentType; notes; {_STATS}",
        identity=told_by(by("term", "organSystem"), by("term")),
        lists=MappingProxyType({"stats": _BY_GROUP}),
        named_by=("term",),
    )


_POSTED_ROWS: tuple[Row, ...] = (
    _flow("preAssignmentDetails", "Pre-assignment details", ValueType.MARKUP),
    _flow("recruitmentDetails", "Recruitment details", ValueType.MARKUP),
    _flow("typeUnitsAnalyzed", "Type of units assigned"),
    _flow(
        "groups",
        "Groups in participant flow",
        ValueType.ITEMS,
        has="id; title; description",
        identity=_GROUP,
        named_by=("title",),
    ),
    _flow(
        "periods",
        "Periods of participant flow",
        ValueType.ITEMS,
        has="title; milestones.type: milestone; milestones.comment; milestones.achievements.groupId: group; "
        "milestones.achievements.comment; milestones.achievements.numSubjects: participants; "
        "milestones.achievements.numUnits: units; dropWithdraws.type: reason; dropWithdraws.comment; "
        "dropWithdraws.reasons.groupId: group; dropWithdraws.reasons.comment; "
        "dropWithdraws.reasons.numSubjects: participants",
        identity=_TITLED,
        lists=MappingProxyType(
            {
                "milestones": told_by(by("type")),
                "milestones.achievements": _BY_GROUP,
                "dropWithdraws": told_by(by("type")),
                "dropWithdraws.reasons": _BY_GROUP,
            }
        ),
        named_by=("title",),
    ),
    _baseline("populationDescription", "Baseline population", ValueType.MARKUP),
    _baseline("typeUnitsAnalyzed", "Type of units analysed at baseline"),
    _baseline(
        "groups",
        "Groups at baseline",
        ValueType.ITEMS,
        has="id; title; description",
        identity=_GROUP,
        named_by=("title",),
    ),
    _baseline(
        "denoms",
        "Numbers analysed at baseline",
        ValueType.ITEMS,
        has="units; counts.groupId: group; counts.value: number",
        identity=told_by(by("units"), ONLY_ONE, similar=()),
        lists=MappingProxyType({"counts": _BY_GROUP}),
        named_by=("units",),
    ),
    _baseline(
        "measures",
        "Baseline measures",
        ValueType.ITEMS,
        has="title; description; populationDescription; paramType: parameter; dispersionType: dispersion; "
        f"unitOfMeasure: unit; calculatePct: percentages; denomUnitsSelected: units; {_CELLS}",
        identity=told_by(by("title", "unitOfMeasure"), by("title")),
        lists=_MEASURED,
        named_by=("title",),
    ),
    _measured(
        "outcomeMeasures",
        "Outcome results",
        ValueType.ITEMS,
        has="type; title; description; populationDescription; reportingStatus; anticipatedPostingDate; "
        "paramType: parameter; dispersionType: dispersion; unitOfMeasure: unit; calculatePct: percentages; timeFrame; "
        "typeUnitsAnalyzed: type of units; denomUnitsSelected: units; groups.id; groups.title; groups.description; "
        f"{_CELLS}; {_ANALYSES}",
        identity=told_by(by("type", "title", "timeFrame"), by("type", "title"), by("title")),
        lists=_MEASURED,
        named_by=("title",),
    ),
    _events("frequencyThreshold", "Frequency threshold of adverse events"),
    _events("timeFrame", "Time frame of adverse events"),
    _events("description", "How adverse events were collected", ValueType.MARKUP),
    _events("allCauseMortalityComment", "Comment on deaths", ValueType.MARKUP),
    _events(
        "eventGroups",
        "Groups of adverse events",
        ValueType.ITEMS,
        has="id; title; description; deathsNumAffected: deaths; deathsNumAtRisk: at risk of death; "
        "seriousNumAffected: with serious events; seriousNumAtRisk: at risk of serious events; "
        "otherNumAffected: with other events; otherNumAtRisk: at risk of other events",
        identity=_GROUP,
        named_by=("title",),
    ),
    _adverse("seriousEvents", "Serious adverse events"),
    _adverse("otherEvents", "Other adverse events"),
    _more("limitationsAndCaveats", "Limitations and caveats", ValueType.STRUCT, has="description"),
    _more(
        "certainAgreement",
        "Agreements with investigators",
        ValueType.STRUCT,
        has="piSponsorEmployee: investigator employed by the sponsor; restrictionType: restriction; "
        "restrictiveAgreement: restrictive; otherDetails: details",
    ),
    _more(
        "pointOfContact",
        "Contact for the results",
        ValueType.STRUCT,
        has="title; organization: organisation; email; phone; phoneExt: extension",
    ),
)
"""One row per field of the section, in the registry's order."""

_dated = Module(("protocolSection", "statusModule"), "status").row
_DATED = "date; type: kind of date"

_DATE_ROWS: tuple[Row, ...] = (
    _dated("resultsWaived", "Results waived", ValueType.BOOLEAN),
    _dated("resultsFirstSubmitDate", "Results first submitted", ValueType.DATE, seed="results.firstSubmitDate"),
    _dated(
        "resultsFirstSubmitQcDate",
        "Results first submitted and checked",
        ValueType.DATE,
        seed="results.firstSubmitQcDate",
    ),
    _dated(
        "resultsFirstPostDateStruct", "Results first posted", ValueType.DATE, seed="results.firstPostDate", has=_DATED
    ),
    _dated("dispFirstSubmitDate", "Delay of results first submitted", ValueType.DATE, seed="results.delayCertified"),
    _dated(
        "dispFirstSubmitQcDate",
        "Delay of results first submitted and checked",
        ValueType.DATE,
        seed="results.delayCertifiedQc",
    ),
    _dated(
        "dispFirstPostDateStruct",
        "Delay of results first posted",
        ValueType.DATE,
        seed="results.delayCertifiedPosted",
        has=_DATED,
    ),
)

_TOP_ROWS: tuple[Row, ...] = (
    Module((), "results").row("hasResults", "Results", ValueType.BOOLEAN, is_registry_made=True),
)

ROWS: tuple[Row, ...] = _POSTED_ROWS + _DATE_ROWS + _TOP_ROWS
"""One row per field."""
