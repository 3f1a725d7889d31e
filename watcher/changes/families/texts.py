"""Titles, descriptions, keywords, conditions, identifiers and contacts: fields, detection and words."""

from __future__ import annotations

from collections.abc import Iterable

from watcher.changes.fact_shapes import ItemFacts, facts_of
from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.organisations import is_one_person
from watcher.changes.meaning.parts import Item, Part, merged, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told, verb_of
from watcher.changes.meaning.text_equality import essence
from watcher.changes.model import Change, Json, Phrase, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, edited, field, named, some, worded
from watcher.study.read import as_object, as_text, texts

_MODULE = Module(("protocolSection", "identificationModule"), "identification")
_row = _MODULE.row

_NAMES_ROWS: tuple[Row, ...] = (
    _row("nctId", "NCT number"),
    _row("nctIdAliases", "Former NCT numbers", ValueType.NAMES, is_registry_made=True),
    _row("orgStudyIdInfo", "Organisation's study id", ValueType.STRUCT, has="id; type; link", named_by=("id",)),
    _row(
        "secondaryIdInfos",
        "Secondary ids",
        ValueType.ITEMS,
        has="id; type; domain: registry or grant giver; link",
        identity=told_by(by("id", "type", "domain"), by("id"), by("type", "domain", every=True, alone=True)),
        named_by=("id", "domain"),
    ),
    _row("briefTitle", "Brief title", seed="identification.title"),
    _row("officialTitle", "Official title"),
    _row("acronym", "Acronym"),
    _row("organization", "Organisation", ValueType.STRUCT, has="fullName: name; class", named_by=("fullName",)),
)


_MODULE_DESCRIPTION = Module(("protocolSection", "descriptionModule"), "description")
_description = _MODULE_DESCRIPTION.row

_DESCRIPTION_ROWS: tuple[Row, ...] = (
    _description("briefSummary", "Brief summary", ValueType.MARKUP),
    _description("detailedDescription", "Detailed description", ValueType.MARKUP),
)


_MODULE_CONDITIONS = Module(("protocolSection", "conditionsModule"), "conditions")
_conditions = _MODULE_CONDITIONS.row

_CONDITIONS_ROWS: tuple[Row, ...] = (
    _conditions("conditions", "Conditions", ValueType.NAMES, seed="conditions"),
    _conditions("keywords", "Keywords", ValueType.NAMES, seed="keywords"),
)

ROWS: tuple[Row, ...] = _NAMES_ROWS + _DESCRIPTION_ROWS + _CONDITIONS_ROWS
"""One row per field of the modules."""


_MINOR = Severity.MINOR

_TITLES = tuple(
    SimpleField(keys=(field,), kind="text.title", path=f"identification.{path}", field=name, is_text=True)
    for field, path, name in (
        ("briefTitle", "title", "title"),
        ("officialTitle", "officialTitle", "official title"),
        ("acronym", "acronym", "acronym"),
    )
)
_IDENTIFIERS = (
    SimpleField(
        keys=("orgStudyIdInfo",),
        kind="identifier.organisation",
        path="identification.orgStudyIdInfo",
        field="organisation's study id",
    ),
    SimpleField(
        keys=("nctIdAliases",),
        kind="identifier.alias",
        path="identification.nctIdAliases",
        field="former NCT numbers",
        is_registry_made=True,
    ),
)
_DESCRIPTIONS = (
    SimpleField(
        keys=("briefSummary",),
        kind="text.summary",
        path="description.briefSummary",
        field="brief summary",
        is_text=True,
    ),
    SimpleField(
        keys=("detailedDescription",),
        kind="text.description",
        path="description.detailedDescription",
        field="detailed description",
        is_text=True,
    ),
)


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of names, texts and contacts.

    Returns:
        Changes of the kinds `text.title`, `.summary`, `.description` and `.keywords`, `identifier.*`, `conditions`,
        `contact.central` and `contact.official`.
    """
    names, words = protocol(evidence, "identificationModule"), protocol(evidence, "conditionsModule")
    people = protocol(evidence, "contactsLocationsModule")
    changes = [*told(names, _TITLES), *told(protocol(evidence, "descriptionModule"), _DESCRIPTIONS)]
    changes += told(names, _IDENTIFIERS)
    changes += gathered(
        [_identifier(item) for item in names.items("secondaryIdInfos")], "identification.secondaryIdInfos"
    )
    changes += _names(words, "conditions", "conditions", "conditions.conditions")
    changes += _names(words, "keywords", "text.keywords", "conditions.keywords")
    changes += _people(people, "centralContacts", "contact.central", "contacts.central")
    changes += _people(people, "overallOfficials", "contact.official", "contacts.officials")
    return changes


def _identifier(item: Item) -> Change:
    one = as_object(item.new if item.new is not None else item.old)
    name = as_text(one.get("id"))
    verb = verb_of(item.old, item.new)
    was = as_text(as_object(item.old).get("id"))
    is_form = verb is Verb.CHANGED and was != name and essence(was) == essence(name)
    return Change(
        kind="identifier.secondary",
        severity=Severity.NOISE if is_form else _MINOR,
        rule="secondary id: only case or punctuation differs" if is_form else f"secondary id {verb.value}",
        path=f"identification.secondaryIdInfos.{name}",
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={"name": name, "was": was, "type": one.get("type"), "domain": one.get("domain")},
    )


def _names(module: Part, field: str, kind: str, path: str) -> list[Change]:
    """Report a list of plain names as one: what came, what went; case and punctuation aside."""
    edits = module.differs(field) if module.edits else ()
    if not edits:
        return []
    old, new = texts(module.before(field)), texts(module.after(field))
    was, now = ({essence(name) for name in side} for side in (old, new))
    gained = [name for name in new if essence(name) not in was]
    lost = [name for name in old if essence(name) not in now]
    is_form = not gained and not lost
    return [
        Change(
            kind=kind,
            severity=Severity.NOISE if is_form else _MINOR,
            rule=f"{field}: only case, punctuation or order differs" if is_form else f"{field} edited",
            path=path,
            verb=verb_of(module.before(field), module.after(field)),
            before=module.before(field),
            after=module.after(field),
            edits=edits,
            facts={"gained": gained, "lost": lost},
        )
    ]


def _people(module: Part, field: str, kind: str, path: str) -> list[Change]:
    items = module.items(field) if module.edits else ()
    if not items:
        return []
    what = "contact of the study" if kind == "contact.central" else "official of the study"
    others = [item for item in items if not is_one_person(_name(item.old), _name(item.new))]
    return [
        Change(
            kind=kind,
            severity=Severity.NOISE,
            rule=f"{what} edited",
            path=path,
            verb=verb_of(module.before(field), module.after(field)),
            before=module.before(field),
            after=module.after(field),
            edits=merged(*(item.edits for item in items)),
            facts={
                "gained": [_name(item.new) for item in others if item.new is not None],
                "lost": [_name(item.old) for item in others if item.old is not None],
            },
        )
    ]


def _name(person: Json) -> str:
    return as_text(as_object(person).get("name"))


_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the families `text`, `conditions`, `identifier` and `contact`."""
    family = change.kind.partition(".")[0]
    if family == "contact":
        return _contact(change)
    if change.kind in ("conditions", "text.keywords"):
        return _names_in_words(change)
    return _identifier_in_words(change) if family == "identifier" else _text(change)


def _text(change: Change) -> Phrase:
    name = facts_of(change, ItemFacts).field or "text"
    label = values.capitalised(name)
    before, after = (side if isinstance(side, str) else "" for side in (change.before, change.after))
    if not before or not after:
        return _one_side(change, label, f"{label} {'added' if after else 'removed'}", before, after)
    marks, was, now = edited(before, after)
    if change.severity is Severity.NOISE and "only case" in change.rule:
        return worded(change, label, f"{label} edited in punctuation or case alone", was=was, now=now, marks=marks)
    if change.kind == "text.title":
        was, now = (values.short(values.plain(side), 300) for side in (before, after))
        return worded(change, label, f"{label} is now “{now}”, before “{was}”", was=was, now=now, marks=marks)
    return worded(change, label, f"{label} edited", f"now “{now}”, before “{was}”", was=was, now=now, marks=marks)


def _names_in_words(change: Change) -> Phrase:
    label = "Conditions" if change.kind == "conditions" else "Keywords"
    facts = facts_of(change, ItemFacts)
    gained, lost = all_named(facts.gained), all_named(facts.lost)
    pieces = [f"added {values.listed(gained)}"] if gained else []
    pieces += [f"removed {values.listed(lost)}"] if lost else []
    said = label if pieces else f"{label} edited in punctuation or case alone"
    return worded(change, label, said, "; ".join(pieces))  # as `was → now` what came would stand for all there is


def _identifier_in_words(change: Change) -> Phrase:
    label, done = "Identifiers", _DONE.get(change.verb, "edited")
    if change.kind == "identifier.alias":
        if not change.after:
            return worded(change, label, "former NCT numbers removed")
        return worded(change, label, "former NCT numbers of the record", f"now {values.listed(_texts(change.after))}")
    if change.kind == "identifier.organisation":
        return _organisation_id(change, label, done)
    facts = facts_of(change, ItemFacts)
    count = facts.count or 0
    if count:
        return worded(
            change, label, f"{values.counted(count, 'secondary id')} {done}", some(count, all_named(facts.names))
        )
    name, was_id, kind, domain = facts.name, facts.was, facts.type, facts.domain
    of_kind = f" ({domain or values.enum(kind)})" if kind or domain else ""
    if change.verb is Verb.CHANGED and was_id and was_id != name:
        return worded(change, label, f"secondary id changed from {was_id} to {name}{of_kind}", was=was_id, now=name)
    was, now = (name, None) if change.verb is Verb.REMOVED else (None, name)
    return worded(change, label, f"secondary id {done}", f"{name}{of_kind}", was=was, now=now)


def _organisation_id(change: Change, label: str, done: str) -> Phrase:
    was, now = _id(change.before), _id(change.after)
    if was and now and was != now:
        return worded(change, label, f"organisation’s study id changed from {was} to {now}", was=was, now=now)
    return worded(change, label, f"organisation’s study id {done}", now or was, was=was, now=now)


def _one_side(change: Change, label: str, said: str, before: str, after: str) -> Phrase:
    """Word a text that came or went."""
    shown = values.short(values.plain(after or before), 200)
    was, now = (None, shown) if after else (shown, None)
    return worded(change, label, said, f"“{shown}”", was=was, now=now)


def _id(value: Json) -> str | None:
    return field(value, "id") or None


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _contact(change: Change) -> Phrase:
    label = "Contacts"
    if change.kind == "contact.site":
        facts = facts_of(change, ItemFacts)
        count, known = facts.count or 0, all_named(facts.names)
        if count:
            return worded(
                change, label, f"contact details of {values.counted(count, 'site')} edited", some(count, known)
            )
        return worded(change, label, "contact details of a site edited", named(facts.name))
    what = "central contact" if change.kind == "contact.central" else "official of the study"
    facts = facts_of(change, ItemFacts)
    gained, lost = all_named(facts.gained), all_named(facts.lost)
    pieces = [f"added {values.listed(gained)}"] if gained else []
    pieces += [f"removed {values.listed(lost)}"] if lost else []
    return worded(change, label, what, "; ".join(pieces) or "details edited")
