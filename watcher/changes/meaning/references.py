"""What edits of publications and links mean: new results publications, notices in citations, plain-language pages.

Source: the registry adds DERIVED references from PubMed itself and copies PubMed's notices (`Erratum In:`, `Retraction
in:`) into citations, without any update by the sponsor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.parts import Item, as_list, as_object, as_text, at, protocol
from watcher.changes.meaning.simple_fields import verb_of
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Json, Severity, Verb

_GRAVE = re.compile(
    r"\b(?:retraction|retracted|withdrawn|expression of concern)\b(?: in\b| and republished in\b|:)", re.I
)
_ERRATUM = re.compile(r"\b(?:erratum|corrigendum|corrected and republished|correction)\b(?: in\b|:)", re.I)
_LAY = re.compile(r"plain[ -]language|\blay[ -](?:language )?(?:summary|person)|easy[ -]to[ -]read|layperson", re.I)
_TELLING = frozenset({"RESULT", "DERIVED"})


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of the references and links.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `reference.*` and `link.*`; more than five of a sort are one.
    """
    module = protocol(evidence, "referencesModule")
    if not module.edits:
        return []
    is_awaited = (
        at(evidence.new, "protocolSection", "statusModule", "primaryCompletionDateStruct", "type") == "ACTUAL"
        and at(evidence.new, "hasResults") is not True
    )
    references = [draft for item in module.items("references") for draft in _reference(item, is_awaited=is_awaited)]
    links = [_link(item) for item in module.items("seeAlsoLinks")]
    return [*gathered(references, "references"), *gathered(links, "links")]


def _reference(item: Item, *, is_awaited: bool) -> list[Draft]:
    old, new = as_object(item.old), as_object(item.new)
    if item.new is None:
        is_found = _is_found_by_registry(old)
        return [_draft(item, old, "reference.removed", Severity.NOISE, "reference removed", is_registry_made=is_found)]
    if item.old is None:
        return [_added(item, new, is_awaited=is_awaited)]
    drafts = []
    if item.touching("type"):
        drafts.append(_reclassified(item, old, new))
    rest = tuple(key for key in item.by_key if key != "type")
    if rest:
        drafts.append(_edited(item, old, new, rest))
    return drafts


def _added(item: Item, new: Mapping[str, Json], *, is_awaited: bool) -> Draft:
    kind = as_text(new.get("type"))
    rule, level = f"{kind or 'untyped'} reference added", Severity.MINOR
    if kind == "BACKGROUND":
        level = Severity.NOISE
    elif kind in _TELLING and is_awaited:
        level = Severity.MAJOR
        rule += " · minor → major: primary completion is actual and no results are posted"
    return _draft(item, new, "reference.added", level, rule, is_registry_made=_is_found_by_registry(new))


def _is_found_by_registry(one: Mapping[str, Json]) -> bool:
    return one.get("type") == "DERIVED"


def _reclassified(item: Item, old: Mapping[str, Json], new: Mapping[str, Json]) -> Draft:
    was, now = as_text(old.get("type")), as_text(new.get("type"))
    rule = f"reference type {was or 'none'} → {now or 'none'}"
    draft = _draft(
        item,
        new,
        "reference.changed",
        Severity.MINOR,
        rule,
        edits=item.touching("type"),
        is_registry_made=_is_found_by_registry(old) or _is_found_by_registry(new),
    )
    return _with(draft, was=was, now=now, what="type")


def _edited(item: Item, old: Mapping[str, Json], new: Mapping[str, Json], keys: tuple[str, ...]) -> Draft:
    before, after = as_text(old.get("citation")), as_text(new.get("citation"))
    is_telling = as_text(new.get("type")) in _TELLING
    retracted = len(as_list(new.get("retractions"))) > len(as_list(old.get("retractions")))
    rule, level, what = "citation edited, no notice in it", Severity.NOISE, "citation"
    if retracted or len(_GRAVE.findall(after)) > len(_GRAVE.findall(before)):
        rule, level, what = "retraction or expression of concern noted", Severity.MAJOR, "notice"
    elif len(_ERRATUM.findall(after)) > len(_ERRATUM.findall(before)):
        rule, level, what = "erratum noted", Severity.MINOR if is_telling else Severity.NOISE, "erratum"
    elif is_same_in_form(before, after) and before != after:
        rule = "citation: only case or punctuation differs"
    draft = _draft(
        item,
        new,
        "reference.changed",
        level,
        rule,
        edits=item.touching(*keys),
        is_registry_made=what != "citation" or _is_found_by_registry(new),
    )
    notice = _notice(after) if what != "citation" else None
    return _with(draft, what=what, notice=notice, is_retracted=retracted)


def _notice(citation: str) -> str | None:
    found = [match.start() for pattern in (_GRAVE, _ERRATUM) for match in pattern.finditer(citation)]
    return citation[max(found) :].strip() if found else None


def _with(draft: Draft, **facts: Json) -> Draft:
    return replace(draft, facts={**draft.facts, **facts})


def _draft(
    item: Item,
    one: Mapping[str, Json],
    kind: str,
    level: Severity,
    rule: str,
    *,
    edits: tuple[int, ...] | None = None,
    is_registry_made: bool = False,
) -> Draft:
    pmid = as_text(one.get("pmid"))
    return Draft(
        kind=kind,
        level=level,
        rule=rule,
        path=f"references.{pmid}" if pmid else "references",
        verb=verb_of(item.old, item.new),
        before=item.old,
        after=item.new,
        edits=item.edits if edits is None else edits,
        facts={"name": as_text(one.get("citation")), "type": one.get("type"), "pmid": pmid},
        is_registry_made=is_registry_made,
    )


def _link(item: Item) -> Draft:
    one = as_object(item.new if item.new is not None else item.old)
    label, url = as_text(one.get("label")), as_text(one.get("url"))
    verb = verb_of(item.old, item.new)
    is_lay = bool(_LAY.search(f"{label} {url.replace('-', ' ')}"))
    level, rule = Severity.NOISE, f"link {verb.value}"
    if is_lay and verb is not Verb.CHANGED:
        level, rule = Severity.MINOR, f"{rule} · noise → minor: a plain-language summary"
    return Draft(
        kind=f"link.{verb.value}",
        level=level,
        rule=rule,
        path="links",
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={"name": label or url, "plain_language": is_lay},
    )
