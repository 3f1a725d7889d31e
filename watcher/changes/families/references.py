"""Publications and links: fields, detection and words, with notices of retraction, concern and erratum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from watcher.changes.fact_shapes import ItemFacts, facts_of
from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, protocol
from watcher.changes.meaning.simple_fields import verb_of
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Change, Json, Origin, Phrase, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, named, some, worded
from watcher.study.read import as_list, as_object, as_text, at

_MODULE = Module(("protocolSection", "referencesModule"), "references")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row(
        "references",
        "References",
        ValueType.ITEMS,
        seed="references",
        has="pmid: PubMed id; type; citation; retractions.pmid: PubMed id of the retraction; "
        "retractions.source: source of the retraction",
        identity=told_by(by("pmid"), by("citation"), similar=("citation",), least=0.7),
        lists=MappingProxyType({"retractions": told_by(by("pmid"), by("source"))}),
        named_by=("citation",),
    ),
    _row(
        "seeAlsoLinks",
        "Links",
        ValueType.ITEMS,
        seed="references.links",
        has="label; url: address",
        identity=told_by(by("url"), by("label")),
        named_by=("label", "url"),
    ),
    _row(
        "availIpds",
        "Available data and documents",
        ValueType.ITEMS,
        seed="references.availableData",
        has="id; type; url: address; comment",
        identity=told_by(by("type", "url", every=True), by("id"), by("type", alone=True)),
        named_by=("type", "id"),
    ),
)
"""One row per field of the module, in the registry's order."""


_GRAVE = re.compile(
    r"\b(?:retraction|retracted|withdrawn|expression of concern)\b(?: in\b| and republished in\b|:)", re.I
)
_ERRATUM = re.compile(r"\b(?:erratum|corrigendum|corrected and republished|correction)\b(?: in\b|:)", re.I)
_LAY = re.compile(r"plain[ -]language|\blay[ -](?:language )?(?:summary|person)|easy[ -]to[ -]read|layperson", re.I)
_TELLING = frozenset({"RESULT", "DERIVED"})


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the references and links.

    Returns:
        Changes of the kinds `reference.*` and `link.*`; more than five of a sort are one.
    """
    module = protocol(evidence, "referencesModule")
    if not module.edits:
        return []
    is_awaited = (
        at(evidence.new, "protocolSection", "statusModule", "primaryCompletionDateStruct", "type") == "ACTUAL"
        and at(evidence.new, "hasResults") is not True
    )
    references = [change for item in module.items("references") for change in _reference(item, is_awaited=is_awaited)]
    links = [_link(item) for item in module.items("seeAlsoLinks")]
    return [*gathered(references, "references"), *gathered(links, "links")]


def _reference(item: Item, *, is_awaited: bool) -> list[Change]:
    old, new = as_object(item.old), as_object(item.new)
    if item.new is None:
        is_found = _is_found_by_registry(old)
        return [_change(item, old, "reference.removed", Severity.NOISE, "reference removed", is_registry_made=is_found)]
    if item.old is None:
        return [_added(item, new, is_awaited=is_awaited)]
    changes = []
    if item.touching("type"):
        changes.append(_reclassified(item, old, new))
    rest = tuple(key for key in item.by_key if key != "type")
    if rest:
        changes.append(_edited(item, old, new, rest))
    return changes


def _added(item: Item, new: Mapping[str, Json], *, is_awaited: bool) -> Change:
    kind = as_text(new.get("type"))
    rule, level = f"{kind or 'untyped'} reference added", Severity.MINOR
    if kind == "BACKGROUND":
        level = Severity.NOISE
    elif kind in _TELLING and is_awaited:
        level = Severity.MAJOR
        rule += " · minor → major: primary completion is actual and no results are posted"
    return _change(item, new, "reference.added", level, rule, is_registry_made=_is_found_by_registry(new))


def _is_found_by_registry(one: Mapping[str, Json]) -> bool:
    return one.get("type") == "DERIVED"


def _reclassified(item: Item, old: Mapping[str, Json], new: Mapping[str, Json]) -> Change:
    was, now = as_text(old.get("type")), as_text(new.get("type"))
    rule = f"reference type {was or 'none'} → {now or 'none'}"
    change = _change(
        item,
        new,
        "reference.changed",
        Severity.MINOR,
        rule,
        edits=item.touching("type"),
        is_registry_made=_is_found_by_registry(old) or _is_found_by_registry(new),
    )
    return _with(change, was=was, now=now, what="type")


def _edited(item: Item, old: Mapping[str, Json], new: Mapping[str, Json], keys: tuple[str, ...]) -> Change:
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
    change = _change(
        item,
        new,
        "reference.changed",
        level,
        rule,
        edits=item.touching(*keys),
        is_registry_made=what != "citation" or _is_found_by_registry(new),
    )
    notice = _notice(after) if what != "citation" else None
    return _with(change, what=what, notice=notice, is_retracted=retracted)


def _notice(citation: str) -> str | None:
    found = [match.start() for pattern in (_GRAVE, _ERRATUM) for match in pattern.finditer(citation)]
    return citation[max(found) :].strip() if found else None


def _with(change: Change, **facts: Json) -> Change:
    return replace(change, facts={**change.facts, **facts})


def _change(
    item: Item,
    one: Mapping[str, Json],
    kind: str,
    level: Severity,
    rule: str,
    *,
    edits: tuple[int, ...] | None = None,
    is_registry_made: bool = False,
) -> Change:
    pmid = as_text(one.get("pmid"))
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=f"references.{pmid}" if pmid else "references",
        verb=verb_of(item.old, item.new),
        before=item.old,
        after=item.new,
        edits=item.edits if edits is None else edits,
        facts={"name": as_text(one.get("citation")), "type": one.get("type"), "pmid": pmid},
        origin=Origin.REGISTRY if is_registry_made else Origin.SPONSOR,
    )


def _link(item: Item) -> Change:
    one = as_object(item.new if item.new is not None else item.old)
    label, url = as_text(one.get("label")), as_text(one.get("url"))
    verb = verb_of(item.old, item.new)
    is_lay = bool(_LAY.search(f"{label} {url.replace('-', ' ')}"))
    level, rule = Severity.NOISE, f"link {verb.value}"
    if is_lay and verb is not Verb.CHANGED:
        level, rule = Severity.MINOR, f"{rule} · noise → minor: a plain-language summary"
    return Change(
        kind=f"link.{verb.value}",
        severity=level,
        rule=rule,
        path="links",
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={"name": label or url, "plain_language": is_lay},
    )


_DERIVED = "publication that names the trial"
_TYPES = {
    "RESULT": "results publication",
    "DERIVED": _DERIVED,
    "BACKGROUND": "background reference",
}
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}
_PARTS = re.compile(r"(?P<authors>[^.]+)\.\s++(?P<title>.+?[.?!])\s+(?P<source>.+)", re.DOTALL)
_AUTHOR = re.compile(r"\w[^\d,;.]* [A-Z]{1,4}(?: (?:Jr|Sr|2nd|3rd))?")
_LONGEST = 220
_LONGEST_TITLE = 200
_LONGEST_SOURCE = 60
_FEW = 2


def say(change: Change) -> Phrase:
    """Word a change of the families `reference` and `link`."""
    return _link_in_words(change) if change.kind.startswith("link.") else _reference_in_words(change)


def title_of(citation: str) -> str | None:
    """Return a publication's title out of a citation in PubMed's form, without its full stop.

    None for any other form.
    """
    parts = _cited(citation)
    return parts[1] if parts is not None else None


def has_notice(change: Change) -> bool:
    """Return whether a change says that a publication was retracted or is under an expression of concern."""
    return change.kind == "reference.changed" and facts_of(change, ItemFacts).what == "notice"


def notice_of(change: Change) -> str:
    """Return what a notice says: `Expression of concern`, `Retraction`, or both words where its text is not kept."""
    facts = facts_of(change, ItemFacts)
    notice = facts.notice.casefold()
    if facts.is_retracted:
        return "Retraction"
    if not notice:
        return "Retraction or expression of concern"
    return "Expression of concern" if "concern" in notice else "Retraction"


def cite(citation: str) -> str:
    """Cite a publication so that its title is seen: `Dummer R et al. Adjuvant … . Lancet Oncol. 2026 Feb 13`.

    Args:
        citation: As the registry spells it; in PubMed's form up to forty authors stand before the title.

    Returns:
        First author, title, journal and day of a long one; a short one, and one of another form, as it is, cut.
    """
    whole = values.plain(citation)
    parts = _cited(citation)
    if parts is None or len(whole) <= _LONGEST:
        return values.short(whole, _LONGEST)
    authors, title, source = parts
    names_ = re.split(r"[,;] ", authors)
    who = authors if len(names_) <= _FEW else f"{names_[0]} et al"
    ending = "" if title.endswith(("?", "!", "…")) else "."
    return f"{who}. {title}{ending} {source}"


def _cited(citation: str) -> tuple[str, str, str] | None:
    found = _PARTS.fullmatch(values.plain(citation))
    if found is None or not _AUTHOR.fullmatch(re.split(r"[,;] ", found["authors"])[0]):
        return None
    source = re.split(r"[;:]", found["source"], maxsplit=1)[0].rstrip(".")
    title = values.short(found["title"].removesuffix("."), _LONGEST_TITLE)
    return found["authors"], title, values.short(source, _LONGEST_SOURCE)


def _kind(type_: str) -> str:
    return _TYPES.get(type_, "reference")


def _plural(kind: str) -> str:
    return "publications that name the trial" if kind == _TYPES["DERIVED"] else f"{kind}s"


def _reference_in_words(change: Change) -> Phrase:
    label, facts = "References", facts_of(change, ItemFacts)
    count, cited, kind = facts.count or 0, facts.name, _kind(facts.type)
    if facts.what:
        return _changed(change, count, cited, kind)
    done, behind = _DONE.get(change.verb, "changed"), ""
    if kind == _DERIVED:
        kind, behind = "publication", " that name the trial" if count else " that names the trial"
    if count:
        return worded(change, label, f"{values.counted(count, kind)} {done}{behind}", items=_each(change))
    return worded(change, label, f"{kind} {done}{behind}", f"“{cite(cited)}”")


def _changed(change: Change, count: int, cited: str, kind: str) -> Phrase:
    label, facts = "References", facts_of(change, ItemFacts)
    what = facts.what
    which = values.counted(count, "reference") if count else f"reference “{cite(cited)}”"
    if what == "type":
        was, now = _kind(facts.was), _kind(facts.now)
        was, now = (_plural(was), _plural(now)) if count else (was, now)
        return worded(change, label, f"{which} now listed as {now}, before as {was}", was=was, now=now)
    if what in ("notice", "erratum"):
        notice = facts.notice
        lead = notice_of(change).lower() if what == "notice" else "erratum"
        return worded(change, label, f"{lead} noted for {which}", f"“{named(notice)}”" if notice else "")
    return worded(change, label, f"citation of {which} edited")


def _each(change: Change) -> list[str]:
    found = change.facts.get("names")
    return [cite(one) for one in found if isinstance(one, str) and one] if isinstance(found, list | tuple) else []


def _link_in_words(change: Change) -> Phrase:
    facts = facts_of(change, ItemFacts)
    count, what = facts.count or 0, "plain-language summary" if facts.plain_language else "link"
    plural = "plain-language summaries" if what.startswith("plain") else "links"
    done = _DONE.get(change.verb, "edited")
    if count:
        return worded(
            change, "Links", f"{values.counted(count, what, plural)} {done}", some(count, all_named(facts.names))
        )
    return worded(change, "Links", f"{what} {done}", named(facts.name))
