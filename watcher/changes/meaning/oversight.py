"""What edits of oversight mean: who watches, FDA rules, violations, data sharing, expanded access.

Source: flags of 42 CFR 11; violation notices are put on a record by the FDA and the registry.
"""

from __future__ import annotations

from collections.abc import Iterable

from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.parts import Item, Part, as_object, as_text, merged, part, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told, verb_of
from watcher.changes.model import Severity

_FLAGS = tuple(
    SimpleField(keys=(field,), kind=f"oversight.{kind}", path=f"oversight.{path}", field=name)
    for field, kind, path, name in (
        ("oversightHasDmc", "dmc", "hasDmc", "data monitoring committee"),
        ("isFdaRegulatedDrug", "fda_drug", "isFdaRegulatedDrug", "FDA-regulated drug"),
        ("isFdaRegulatedDevice", "fda_device", "isFdaRegulatedDevice", "FDA-regulated device"),
        ("isUnapprovedDevice", "unapproved_device", "isUnapprovedDevice", "device not approved by the FDA"),
        ("isPpsd", "ppsd", "isPpsd", "pediatric postmarket surveillance"),
        ("isUsExport", "us_export", "isUsExport", "product exported from the U.S."),
    )
)
_VIOLATION_FLAG = (
    SimpleField(
        keys=("fdaaa801Violation",),
        kind="violation.flagged",
        path="oversight.fdaaa801Violation",
        field="violation of the reporting law",
        is_registry_made=True,
    ),
)
_SHARING = (
    SimpleField(keys=("ipdSharing",), kind="ipd.sharing", path="ipd.ipdSharing", field="data sharing"),
    *(
        SimpleField(
            keys=(key,),
            kind="ipd.statement",
            path=f"ipd.{path}",
            field=name,
            is_text=key in ("description", "timeFrame", "accessCriteria"),
        )
        for key, path, name in (
            ("description", "statement", "data sharing statement"),
            ("infoTypes", "infoTypes", "documents to be shared"),
            ("timeFrame", "timeFrame", "when data will be shared"),
            ("accessCriteria", "accessCriteria", "who may have the data"),
            ("url", "url", "address of the data sharing plan"),
        )
    ),
)
_VIOLATIONS = {
    "VIOLATION_IDENTIFIED": "violation.identified",
    "CORRECTION_CONFIRMED": "violation.corrected",
    "PENALTY_IMPOSED": "violation.penalty",
    "ISSUES_IN_LETTER_ADDRESSED_CONFIRMED": "violation.addressed",
}


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of oversight flags, violations, data sharing and expanded access.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `oversight.*`, `violation.*`, `ipd.*` and `expanded_access`.
    """
    oversight = protocol(evidence, "oversightModule")
    sharing = protocol(evidence, "ipdSharingStatementModule")
    annotation = part(evidence, "annotationSection", "annotationModule", "violationAnnotation")
    return [
        *told(oversight, (*_VIOLATION_FLAG, *_FLAGS)),
        *(_violation(item) for item in annotation.items("violationEvents")),
        *told(sharing, _SHARING),
        *_shared_data(protocol(evidence, "referencesModule")),
        *_expanded_access(protocol(evidence, "statusModule")),
    ]


def _violation(item: Item) -> Draft:
    one = as_object(item.new if item.new is not None else item.old)
    verb = verb_of(item.old, item.new)
    return Draft(
        kind=_VIOLATIONS.get(as_text(one.get("type")), "violation.noted"),
        level=Severity.CRITICAL,
        rule=f"notice of a violation {verb.value}",
        path="violations",
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={
            "description": one.get("description"),
            "posted": one.get("postedDate") or one.get("issuedDate"),
        },
        is_registry_made=True,
    )


def _shared_data(references: Part) -> list[Draft]:
    return [
        Draft(
            kind="ipd.available",
            level=Severity.MINOR,
            rule=f"shared data or document {verb_of(item.old, item.new).value}",
            path="ipd.available",
            verb=verb_of(item.old, item.new),
            before=item.old,
            after=item.new,
            edits=item.edits,
            facts={"name": as_text(one.get("type")), "url": one.get("url")},
        )
        for item in references.items("availIpds")
        for one in (as_object(item.new if item.new is not None else item.old),)
    ]


def _expanded_access(status: Part) -> list[Draft]:
    edits = status.differs("expandedAccessInfo")
    if not edits:
        return []
    before, after = (as_object(side("expandedAccessInfo")) for side in (status.before, status.after))
    was, now = (side.get("hasExpandedAccess") is True for side in (before, after))
    flag = merged(status.differs("expandedAccessInfo", "hasExpandedAccess"))
    if was != now:
        level, rule = Severity.MAJOR, f"expanded access {'appears' if now else 'goes'}"
    elif was:
        level, rule = Severity.MINOR, "details of the expanded access edited"
    else:
        level, rule = Severity.NOISE, "expanded access: none and not stated mean the same"
    return [
        Draft(
            kind="expanded_access",
            level=level,
            rule=rule,
            path="status.expandedAccess",
            verb=verb_of(True if was else None, True if now else None) if was != now else verb_of(True, True),
            before=before.get("hasExpandedAccess"),
            after=after.get("hasExpandedAccess"),
            edits=merged(edits, flag),
            facts={"record": after.get("nctId") or before.get("nctId"), "was": was, "now": now},
        )
    ]
