"""What edits of the study documents mean: a protocol, analysis plan or consent form added, edited or taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.parts import Item, as_object, as_text, part
from watcher.changes.meaning.simple_fields import verb_of
from watcher.changes.model import Json, Severity

_CONTENTS = {
    "hasProtocol": "study protocol",
    "hasSap": "statistical analysis plan",
    "hasIcf": "informed consent form",
}


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of the list of study documents.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `document.added`, `document.removed` and `document.changed`.
    """
    module = part(evidence, "documentSection", "largeDocumentModule")
    return gathered([_document(item) for item in module.items("largeDocs")], "documents") if module.edits else []


def _document(item: Item) -> Draft:
    one = as_object(item.new if item.new is not None else item.old)
    verb = verb_of(item.old, item.new)
    return Draft(
        kind=f"document.{verb.value}",
        level=Severity.MINOR,
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
