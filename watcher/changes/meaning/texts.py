"""What edits of titles, descriptions, keywords, conditions, identifiers and contacts mean: told, rarely loud."""

from __future__ import annotations

from collections.abc import Iterable

from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.organisations import is_one_person
from watcher.changes.meaning.parts import Item, Part, as_object, as_text, merged, protocol, texts
from watcher.changes.meaning.simple_fields import SimpleField, told, verb_of
from watcher.changes.meaning.text_equality import essence
from watcher.changes.model import Json, Severity, Verb

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


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of names, texts and contacts.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `text.title`, `.summary`, `.description` and `.keywords`, `identifier.*`, `conditions`,
        `contact.central` and `contact.official`.
    """
    names, words = protocol(evidence, "identificationModule"), protocol(evidence, "conditionsModule")
    people = protocol(evidence, "contactsLocationsModule")
    drafts = [*told(names, _TITLES), *told(protocol(evidence, "descriptionModule"), _DESCRIPTIONS)]
    drafts += told(names, _IDENTIFIERS)
    drafts += gathered(
        [_identifier(item) for item in names.items("secondaryIdInfos")], "identification.secondaryIdInfos"
    )
    drafts += _names(words, "conditions", "conditions", "conditions.conditions")
    drafts += _names(words, "keywords", "text.keywords", "conditions.keywords")
    drafts += _people(people, "centralContacts", "contact.central", "contacts.central")
    drafts += _people(people, "overallOfficials", "contact.official", "contacts.officials")
    return drafts


def _identifier(item: Item) -> Draft:
    one = as_object(item.new if item.new is not None else item.old)
    name = as_text(one.get("id"))
    verb = verb_of(item.old, item.new)
    was = as_text(as_object(item.old).get("id"))
    is_form = verb is Verb.CHANGED and was != name and essence(was) == essence(name)
    return Draft(
        kind="identifier.secondary",
        level=Severity.NOISE if is_form else _MINOR,
        rule="secondary id: only case or punctuation differs" if is_form else f"secondary id {verb.value}",
        path=f"identification.secondaryIdInfos.{name}",
        verb=verb,
        before=item.old,
        after=item.new,
        edits=item.edits,
        facts={"name": name, "was": was, "type": one.get("type"), "domain": one.get("domain")},
    )


def _names(module: Part, field: str, kind: str, path: str) -> list[Draft]:
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
        Draft(
            kind=kind,
            level=Severity.NOISE if is_form else _MINOR,
            rule=f"{field}: only case, punctuation or order differs" if is_form else f"{field} edited",
            path=path,
            verb=verb_of(module.before(field), module.after(field)),
            before=module.before(field),
            after=module.after(field),
            edits=edits,
            facts={"gained": gained, "lost": lost},
        )
    ]


def _people(module: Part, field: str, kind: str, path: str) -> list[Draft]:
    items = module.items(field) if module.edits else ()
    if not items:
        return []
    what = "contact of the study" if kind == "contact.central" else "official of the study"
    others = [item for item in items if not is_one_person(_name(item.old), _name(item.new))]
    return [
        Draft(
            kind=kind,
            level=Severity.NOISE,
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
