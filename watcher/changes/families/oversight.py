"""Oversight flags, violation notices, data sharing and expanded access: fields, detection and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, Part, merged, part, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told, verb_of
from watcher.changes.model import Change, Json, Origin, Phrase, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import edited, text, worded
from watcher.study.read import as_object, as_text

_MODULE = Module(("protocolSection", "oversightModule"), "oversight")
_row = _MODULE.row

_OVERSIGHT_ROWS: tuple[Row, ...] = (
    _row("oversightHasDmc", "Data monitoring committee", ValueType.BOOLEAN, seed="oversight.hasDmc"),
    _row("isFdaRegulatedDrug", "Studies an FDA-regulated drug", ValueType.BOOLEAN),
    _row("isFdaRegulatedDevice", "Studies an FDA-regulated device", ValueType.BOOLEAN),
    _row("isUnapprovedDevice", "Device not approved or cleared by the FDA", ValueType.BOOLEAN),
    _row("isPpsd", "Pediatric postmarket surveillance of a device", ValueType.BOOLEAN),
    _row("isUsExport", "Product exported from the U.S.", ValueType.BOOLEAN),
    _row("fdaaa801Violation", "Violation of the reporting law (FDAAA 801)", ValueType.BOOLEAN, is_registry_made=True),
)


_MODULE_IPD = Module(("protocolSection", "ipdSharingStatementModule"), "ipd")
_ipd = _MODULE_IPD.row

_IPD_ROWS: tuple[Row, ...] = (
    _ipd("ipdSharing", "Plan to share participant data", ValueType.ENUM),
    _ipd("description", "Data sharing plan", ValueType.MARKUP),
    _ipd("infoTypes", "Documents to be shared", ValueType.ENUMS),
    _ipd("timeFrame", "When data will be shared", ValueType.MARKUP),
    _ipd("accessCriteria", "Who may use the shared data", ValueType.MARKUP),
    _ipd("url", "Address of the shared data"),
)


_MODULE_ANNOTATION = Module(("annotationSection", "annotationModule"), "annotation")
_annotation = _MODULE_ANNOTATION.row

_ANNOTATION_ROWS: tuple[Row, ...] = (
    _annotation(
        "unpostedAnnotation",
        "Results submitted but not posted",
        ValueType.STRUCT,
        has="unpostedResponsibleParty: responsible party; unpostedEvents.type: event; unpostedEvents.date: date; "
        "unpostedEvents.dateUnknown: date unknown",
        lists=MappingProxyType({"unpostedEvents": told_by(by("type", "date"), similar=())}),
        is_registry_made=True,
    ),
    _annotation(
        "violationAnnotation",
        "Notice of a violation of the reporting law",
        ValueType.STRUCT,
        has="violationEvents.type: event; violationEvents.description: description; "
        "violationEvents.creationDate: created; "
        "violationEvents.issuedDate: issued; violationEvents.releaseDate: released; violationEvents.postedDate: posted",
        lists=MappingProxyType({"violationEvents": told_by(by("type", "creationDate"), by("type"), similar=())}),
        level=Severity.MAJOR,
        is_registry_made=True,
    ),
)

ROWS: tuple[Row, ...] = _OVERSIGHT_ROWS + _IPD_ROWS + _ANNOTATION_ROWS
"""One row per field of the modules."""


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


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of oversight flags, violations, data sharing and expanded access.

    Returns:
        Changes of the kinds `oversight.*`, `violation.*`, `ipd.*` and `expanded_access`.
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


def _violation(item: Item) -> Change:
    one = as_object(item.new if item.new is not None else item.old)
    verb = verb_of(item.old, item.new)
    return Change(
        kind=_VIOLATIONS.get(as_text(one.get("type")), "violation.noted"),
        severity=Severity.CRITICAL,
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
        origin=Origin.REGISTRY,
    )


def _shared_data(references: Part) -> list[Change]:
    return [
        Change(
            kind="ipd.available",
            severity=Severity.MINOR,
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


def _expanded_access(status: Part) -> list[Change]:
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
        Change(
            kind="expanded_access",
            severity=level,
            rule=rule,
            path="status.expandedAccess",
            verb=verb_of(True if was else None, True if now else None) if was != now else verb_of(True, True),
            before=before.get("hasExpandedAccess"),
            after=after.get("hasExpandedAccess"),
            edits=merged(edits, flag),
            facts={"record": after.get("nctId") or before.get("nctId"), "was": was, "now": now},
        )
    ]


_NOTED = {
    "violation.identified": "violation of the reporting law identified",
    "violation.corrected": "violation of the reporting law noted as corrected",
    "violation.penalty": "penalty for a violation of the reporting law imposed",
    "violation.addressed": "issues of a letter on the reporting law noted as addressed",
    "violation.flagged": "violation of the reporting law marked on the record",
}


def say(change: Change) -> Phrase | None:
    """Word a change of the families `oversight`, `violation`, `ipd` and `expanded_access`."""
    family = change.kind.partition(".")[0]
    if family == "violation":
        return _noted(change)
    if family == "ipd":
        return _sharing(change)
    return _expanded_access_in_words(change) if family == "expanded_access" else _flag(change)


_SAID_OF_FLAGS: Mapping[str, tuple[str, str]] = {
    "oversight.dmc": (
        "the trial has a data monitoring committee",
        "the trial has no data monitoring committee",
    ),
    "oversight.fda_drug": (
        "the trial studies a drug regulated by the FDA",
        "the trial studies no drug regulated by the FDA",
    ),
    "oversight.fda_device": (
        "the trial studies a device regulated by the FDA",
        "the trial studies no device regulated by the FDA",
    ),
    "oversight.unapproved_device": (
        "the trial studies a device not yet approved or cleared by the FDA",
        "the trial studies no device that still waits for the FDA’s approval or clearance",
    ),
    "oversight.ppsd": (
        "the trial is a pediatric postmarket surveillance of a device",
        "the trial is no pediatric postmarket surveillance of a device",
    ),
    "oversight.us_export": (
        "the product is made in the U.S. and exported from there",
        "the product is not exported from the U.S.",
    ),
}
"""Kind → what the record says when its flag is true, and when it is false."""

_FLAG_LABELS: Mapping[str, str] = {
    "oversight.dmc": "Data monitoring committee",
    "oversight.fda_drug": "Drug regulated by the FDA",
    "oversight.fda_device": "Device regulated by the FDA",
    "oversight.unapproved_device": "Device not yet approved or cleared by the FDA",
    "oversight.ppsd": "Pediatric postmarket surveillance",
    "oversight.us_export": "Exported from the U.S.",
}


def _flag(change: Change) -> Phrase | None:
    said_by = _SAID_OF_FLAGS.get(change.kind)
    if said_by is None or not {type(change.before), type(change.after)} <= {bool, type(None)}:
        return None
    yes, no = said_by
    was, now = _yes_or_no(change.before), _yes_or_no(change.after)
    if now is None:
        said = f"the record no longer says whether {yes}; before, it said {was}"
    else:
        before = "" if was is None else "; before, it said the opposite"
        said = f"the record now says that {yes if change.after is True else no}{before}"
    return worded(change, _FLAG_LABELS[change.kind], said, was=was, now=now)


def _yes_or_no(value: Json) -> str | None:
    return values.boolean(value) if isinstance(value, bool) else None


def _noted(change: Change) -> Phrase:
    said = _NOTED.get(change.kind, "notice on the reporting law")
    is_flag_off = change.kind == "violation.flagged" and change.after is not True
    if is_flag_off:
        said = "violation of the reporting law no longer marked on the record"
    elif change.verb is Verb.REMOVED:
        said = f"notice removed from the record: {said}"
    elif change.verb is Verb.CHANGED and change.kind != "violation.flagged":
        said = f"notice on the record edited: {said}"
    posted, notice = text(change.facts, "posted"), text(change.facts, "description")
    said += f" ({values.date(posted)})" if posted else ""
    words = f"“{values.short(values.plain(notice), 300)}”" if notice else ""  # the regulator's words, not a `quote`
    return worded(change, "Violation", said, words)


def _sharing(change: Change) -> Phrase:
    label = "Data sharing"
    if change.kind == "ipd.available":
        done = {Verb.ADDED: "available", Verb.REMOVED: "no longer available"}.get(
            change.verb, "listed with other details"
        )
        kind = text(change.facts, "name")
        return worded(change, label, f"shared data or documents {done}", values.plain(kind))
    if change.kind == "ipd.sharing":
        was, now = (
            values.enum(side).lower() if isinstance(side, str) else None for side in (change.before, change.after)
        )
        said, details = "plan to share participants’ data", f"now {now}, before {was}"
        if was is None:
            said, details = f"{said} is now stated", now or ""
        elif now is None:
            said, details = f"{said} is no longer stated; it was {was}", ""
        return worded(change, label, said, details, was=was, now=now)
    return _statement(change, label)


def _statement(change: Change, label: str) -> Phrase:
    """Show both sides of one part of the data sharing statement."""
    name = text(change.facts, "field")
    label = values.capitalised(name) or label
    before, after = (side if isinstance(side, str) else _listed(side) for side in (change.before, change.after))
    if not before or not after:
        shown, done = values.short(values.plain(after or before), 300), "added" if after else "removed"
        was, now = (None, shown) if after else (shown, None)
        return worded(change, label, f"{name} {done}", f"“{shown}”", was=was, now=now)
    marks, was_text, now_text = edited(before, after)
    details = f"now “{now_text}”, before “{was_text}”"
    return worded(change, label, f"{name} edited", details, was=was_text, now=now_text, marks=marks)


def _listed(value: Json) -> str:
    named = [values.enum(one) for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
    return values.listed(named)


def _expanded_access_in_words(change: Change) -> Phrase:
    was, now = change.facts.get("was") is True, change.facts.get("now") is True
    record = text(change.facts, "record")
    of = f" ({record})" if record else ""
    if was != now:
        said = f"expanded access {'is now offered' if now else 'is no longer offered'}{of}"
    elif now:
        said = f"details of the expanded access edited{of}"
    else:
        said = "no expanded access, as before"
    return worded(change, "Expanded access", said, was=_offered(was), now=_offered(now), note=record or None)


def _offered(value: bool) -> str:
    return "offered" if value else "not offered"
