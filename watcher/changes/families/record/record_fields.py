"""Rows of the derived section: what the registry computes from a record."""

from __future__ import annotations

from types import MappingProxyType

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Identity, Row, ValueType

_MISC = Module(("derivedSection", "miscInfoModule"), "misc")
_BROWSE = "browse terms are set by the registry"
_GONE = "known registry migration: browse leaves and branches left the records"


def _browse(module: str, seed: str, about: str) -> tuple[Row, ...]:
    row = Module(("derivedSection", module), seed).row

    def listed(name: str, label: str, has: str, identity: Identity, noise: str, kind: str) -> Row:
        return row(
            name,
            f"{label} of the {about}",
            ValueType.ITEMS,
            has=has,
            identity=identity,
            named_by=("term", "name"),
            kind=kind,
            noise=noise,
            is_registry_made=True,
        )

    by_id = told_by(by("id"), by("term", "name"), similar=())
    return (
        listed("meshes", "Subject headings", "id; term", by_id, _BROWSE, "registry.reformatted"),
        listed("ancestors", "Broader subject headings", "id; term", by_id, _BROWSE, "registry.reformatted"),
        listed(
            "browseLeaves",
            "Browse terms",
            "id; name; asFound: as found; relevance",
            by_id,
            _GONE,
            "registry.reformatted",
        ),
        listed(
            "browseBranches",
            "Browse branches",
            "abbrev; name",
            told_by(by("abbrev"), similar=()),
            _GONE,
            "registry.reformatted",
        ),
    )


_DERIVED_ROWS: tuple[Row, ...] = (
    _MISC.row("versionHolder", "Data version", ValueType.DATE, noise="the data version stamp", is_registry_made=True),
    _MISC.row(
        "removedCountries",
        "Countries without sites any more",
        ValueType.NAMES,
        noise="misc info is kept by the registry; countries are told from the sites",
        is_registry_made=True,
    ),
    _MISC.row(
        "submissionTracking",
        "Results submission",
        ValueType.STRUCT,
        seed="results.submissionTracking",
        has="estimatedResultsFirstSubmitDate: estimated submission; firstMcpInfo.postDateStruct.date: first posted; "
        "firstMcpInfo.postDateStruct.type: kind of date; submissionInfos.releaseDate: submitted; "
        "submissionInfos.unreleaseDate: withdrawn; submissionInfos.unreleaseDateUnknown: withdrawn on an unknown day; "
        "submissionInfos.resetDate: returned; submissionInfos.mcpReleaseN: round",
        lists=MappingProxyType({"submissionInfos": told_by(by("releaseDate"), by("mcpReleaseN"), similar=())}),
        is_registry_made=True,
    ),
    _MISC.row(
        "modelPredictions",
        "Model predictions",
        ValueType.STRUCT,
        has="bmiLimits.minBmi: lowest body mass index; bmiLimits.maxBmi: highest body mass index",
        kind="registry.reformatted",
        noise="known registry migration: model predictions left the records",
        is_registry_made=True,
    ),
    *_browse("conditionBrowseModule", "conditionBrowse", "conditions"),
    *_browse("interventionBrowseModule", "interventionBrowse", "interventions"),
)
"""One row per field of the section, in the registry's order."""

_dated = Module(("protocolSection", "statusModule"), "status").row
_DATED = "date; type: kind of date"
_UPDATE = "update dates move with every update"

_DATE_ROWS: tuple[Row, ...] = (
    _dated(
        "statusVerifiedDate",
        "Record verified",
        ValueType.DATE,
        seed="status.verifiedDate",
        kind="admin.dates",
        noise="verification dates say that a record was looked at, not what changed",
    ),
    _dated(
        "studyFirstSubmitDate",
        "First submitted",
        ValueType.DATE,
        kind="admin.dates",
        noise="a date of the registration itself",
    ),
    _dated(
        "studyFirstSubmitQcDate",
        "First submitted and checked",
        ValueType.DATE,
        kind="admin.dates",
        noise="a date of the registration itself",
    ),
    _dated(
        "studyFirstPostDateStruct",
        "First posted",
        ValueType.DATE,
        seed="status.studyFirstPostDate",
        has=_DATED,
        kind="admin.dates",
        noise="a date of the registration itself",
        is_registry_made=True,
    ),
    _dated("lastUpdateSubmitDate", "Last update submitted", ValueType.DATE, kind="admin.dates", noise=_UPDATE),
    _dated(
        "lastUpdatePostDateStruct",
        "Last update posted",
        ValueType.DATE,
        seed="status.lastUpdatePostDate",
        has=_DATED,
        kind="admin.dates",
        noise=_UPDATE,
    ),
)

ROWS: tuple[Row, ...] = _DERIVED_ROWS + _DATE_ROWS
"""One row per field."""
