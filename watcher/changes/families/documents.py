"""Study documents: protocol, analysis plan and consent form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.changes.fact_shapes import ItemFacts, facts_of
from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, part
from watcher.changes.meaning.simple_fields import verb_of
from watcher.changes.model import Change, Json, Phrase, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, some, worded
from watcher.study.read import as_object, as_text

_MODULE = Module(("documentSection", "largeDocumentModule"), "documents")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row("noSap", "No analysis plan exists", ValueType.BOOLEAN),
    _row(
        "largeDocs",
        "Documents",
        ValueType.ITEMS,
        seed="documents",
        has="typeAbbrev: kind; hasProtocol: protocol; hasSap: analysis plan; hasIcf: consent form; label; "
        "date: date of the document; uploadDate: uploaded; filename: file; size",
        identity=told_by(by("filename"), by("typeAbbrev", "label", "date"), by("typeAbbrev", "label"), similar=()),
        named_by=("label", "date"),
    ),
)
"""One row per field of the section, in the registry's order."""


_CONTENTS = {
    "hasProtocol": "study protocol",
    "hasSap": "statistical analysis plan",
    "hasIcf": "informed consent form",
}


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the list of study documents.

    Returns:
        Changes of the kinds `document.added`, `document.removed` and `document.changed`.
    """
    module = part(evidence, "documentSection", "largeDocumentModule")
    return gathered([_document(item) for item in module.items("largeDocs")], "documents") if module.edits else []


def _document(item: Item) -> Change:
    one = as_object(item.new if item.new is not None else item.old)
    verb = verb_of(item.old, item.new)
    return Change(
        kind=f"document.{verb.value}",
        severity=Severity.MINOR,
        rule=f"study document {verb.value}",
        path=f"documents.{as_text(one.get('filename'))}".rstrip("."),
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={"name": _name(one), "date": one.get("date")},
    )


def _name(one: Mapping[str, Json]) -> str:
    found = [name for key, name in _CONTENTS.items() if one.get(key) is True]
    if found:
        return " and ".join(filter(None, (", ".join(found[:-1]), found[-1])))
    return as_text(one.get("label")) or "document"


_DETAILS = {
    "date": "dated",
    "uploadDate": "uploaded",
    "label": "label",
    "filename": "file",
    "size": "size in bytes",
    "hasProtocol": "study protocol",
    "hasSap": "statistical analysis plan",
    "hasIcf": "informed consent form",
}
"""Keys of a document → their names in a sentence, in the order in which they are said."""

_DATES = frozenset({"date", "uploadDate"})
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed", Verb.CHANGED: "edited"}


def say(change: Change) -> Phrase:
    """Word a change of the family `document`."""
    facts, done = facts_of(change, ItemFacts), _DONE.get(change.verb, "edited")
    count = facts.count or 0
    if count:
        listed = some(count, all_named(facts.names))
        return worded(change, "Documents", f"{values.counted(count, 'study document')} {done}", listed)
    day, name = values.date(facts.date), facts.name
    if change.verb is Verb.CHANGED:
        return _edited(change, name)
    return worded(change, "Documents", f"study document {done}", f"{name}{f', dated {day}' if day else ''}")


def _edited(change: Change, name: str) -> Phrase:
    """Describe which details of a document differ, each was → now."""
    before, after = (side if isinstance(side, Mapping) else {} for side in (change.before, change.after))
    shifts = [
        f"{label} {_shown(key, before.get(key))} → {_shown(key, after.get(key))}"
        for key, label in _DETAILS.items()
        if before.get(key) != after.get(key)
    ]
    details = f"{name}, {'; '.join(shifts)}" if shifts else name
    return worded(change, "Documents", "study document edited", details)


def _shown(key: str, value: Json) -> str:
    if value is None:
        return "not given"
    if key in _DATES and isinstance(value, str):
        return values.date(value)
    return values.quoted(value, 80) if isinstance(value, str) else values.show(value, 80)
