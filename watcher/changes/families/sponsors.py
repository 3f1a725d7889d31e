"""Lead sponsor, collaborators and responsible party: fields, detection, words and the clause of a headline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from watcher.changes.fact_shapes import ItemFacts, facts_of
from watcher.changes.fields.build import Module, by, told_by
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.organisations import is_one_organisation, is_same_spelling, proved_names
from watcher.changes.meaning.parts import Item, merged, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told, verb_of
from watcher.changes.model import Change, Json, Phrase, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, field, named, some, worded
from watcher.study.read import as_object, as_text

_MODULE = Module(("protocolSection", "sponsorCollaboratorsModule"), "sponsor")
_row = _MODULE.row

ROWS: tuple[Row, ...] = (
    _row(
        "responsibleParty",
        "Responsible party",
        ValueType.STRUCT,
        has="type; investigatorFullName: name; investigatorTitle: title; investigatorAffiliation: affiliation; "
        "oldNameTitle: name and title as first registered; oldOrganization: organisation as first registered",
        named_by=("investigatorFullName", "oldNameTitle"),
    ),
    _row("leadSponsor", "Lead sponsor", ValueType.STRUCT, seed="sponsor.lead", has="name; class", named_by=("name",)),
    _row(
        "collaborators",
        "Collaborators",
        ValueType.ITEMS,
        has="name; class",
        identity=told_by(by("name")),
        named_by=("name",),
    ),
)
"""One row per field of the module, in the registry's order."""


_PARTY = (
    SimpleField(
        keys=("responsibleParty",),
        kind="sponsor.responsible_party",
        path="sponsor.responsibleParty",
        field="responsible party",
    ),
)


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of sponsor, organisation, collaborators and responsible party.

    Returns:
        Changes of the kinds `sponsor.*`.
    """
    module = protocol(evidence, "sponsorCollaboratorsModule")
    changes = _lead(evidence)
    if module.edits:
        changes += gathered(_collaborators(module.items("collaborators")), "sponsor.collaborators")
        changes += told(module, _PARTY)
    return changes


def _lead(evidence: Evidence) -> list[Change]:
    """Report the lead sponsor, and the organisation that keeps the record where it alone is spelt anew."""
    sponsor, organisation = protocol(evidence, "sponsorCollaboratorsModule"), protocol(evidence, "identificationModule")
    of_sponsor, of_organisation = sponsor.differs("leadSponsor"), organisation.differs("organization")
    changes = []
    if of_sponsor:
        before, after = as_text(sponsor.before("leadSponsor", "name")), as_text(sponsor.after("leadSponsor", "name"))
        names = (
            as_text(organisation.before("organization", "fullName")),
            as_text(organisation.after("organization", "fullName")),
        )
        is_mirrored = bool(of_organisation) and names == (before, after)
        lead = _sponsor(before, after, merged(of_sponsor, of_organisation if is_mirrored else ()), "sponsor.lead")
        classes = {
            "old_class": sponsor.before("leadSponsor", "class"),
            "new_class": sponsor.after("leadSponsor", "class"),
        }
        changes.append(replace(lead, facts={**lead.facts, **classes}) if before == after else lead)
        if is_mirrored:
            return changes
    if of_organisation:
        changes.append(_organisation(evidence, of_organisation))
    return changes


def _sponsor(before: str, after: str, edits: tuple[int, ...], path: str) -> Change:
    level, rule, is_rename = Severity.MAJOR, "another lead sponsor", False
    if before == after:
        level, rule = Severity.MINOR, "class of the lead sponsor edited"
    elif before and after and is_same_spelling(before, after):
        level, rule, is_rename = Severity.NOISE, "lead sponsor: only case or punctuation differs", True
    elif before and after and is_one_organisation(before, after):
        level, rule, is_rename = Severity.MINOR, "lead sponsor · major → minor: the same organisation renamed", True
    return Change(
        kind="sponsor.lead",
        severity=level,
        rule=rule,
        path=path,
        verb=verb_of(before or None, after or None),
        before=before or None,
        after=after or None,
        edits=edits,
        facts={"renamed": is_rename, "class_only": before == after},
    )


def _organisation(evidence: Evidence, edits: tuple[int, ...]) -> Change:
    module = protocol(evidence, "identificationModule")
    before = as_text(module.before("organization", "fullName")) or None
    after = as_text(module.after("organization", "fullName")) or None
    is_form, is_rename = False, False
    if before is not None and after is not None and before != after:
        is_form, is_rename = is_same_spelling(before, after), is_one_organisation(before, after)
    return Change(
        kind="sponsor.lead",
        severity=Severity.NOISE if is_form else Severity.MINOR,
        rule="organisation: only case or punctuation differs"
        if is_form
        else "organisation of the record edited, lead sponsor kept",
        path="identification.organization",
        verb=verb_of(before, after),
        before=before,
        after=after,
        edits=edits,
        facts={"organisation": True, "class_only": before == after, "renamed": is_form or is_rename},
    )


def _collaborators(items: Iterable[Item]) -> list[Change]:
    """Pair collaborators whose names are proved to be one; every other name was removed or added."""
    changes: list[Change] = []
    gone: list[Item] = []
    came: list[Item] = []
    for item in items:
        if item.old is not None and item.new is not None and _is_one(item.old, item.new):
            changes.append(_collaborator(item))
        else:
            gone += [Item(item.old, None, item.edits, {})] if item.old is not None else []
            came += [Item(None, item.new, item.edits, {})] if item.new is not None else []
    waiting = {at: proved_names(_name(item.new)) for at, item in enumerate(came)}
    holding = {name: at for at in reversed(waiting) for name in waiting[at]}
    for one in gone:
        at = next((holding[name] for name in sorted(proved_names(_name(one.old))) if name in holding), -1)
        if waiting.pop(at, None) is None:
            changes.append(_collaborator(one))
        else:
            changes.append(_collaborator(Item(one.old, came[at].new, merged(one.edits, came[at].edits), {})))
    return [*changes, *(_collaborator(came[at]) for at in waiting)]


def _is_one(old: Json, new: Json) -> bool:
    return _name(old) == _name(new) or is_one_organisation(_name(old), _name(new))


def _name(organisation: Json) -> str:
    return as_text(as_object(organisation).get("name"))


def _collaborator(item: Item) -> Change:
    was, name = _name(item.old), _name(item.new if item.new is not None else item.old)
    verb = verb_of(item.old, item.new)
    is_form = verb is Verb.CHANGED and was != name and is_same_spelling(was, name)
    return Change(
        kind="sponsor.collaborator",
        severity=Severity.NOISE if is_form else Severity.MINOR,
        rule="collaborator: only case or punctuation differs" if is_form else f"collaborator {verb.value}",
        path=f"sponsor.collaborators.{name}",
        verb=verb,
        before=was or None,
        after=name if item.new is not None else None,
        edits=item.edits,
        facts={"name": name},
    )


_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the family `sponsor`."""
    if change.kind == "sponsor.responsible_party":
        return _party(change)
    was, now = (named(side) if isinstance(side, str) else None for side in (change.before, change.after))
    if change.kind == "sponsor.collaborator":
        return _collaborator_in_words(change, was, now)
    return _lead_in_words(change, facts_of(change, ItemFacts), was, now)


def _lead_in_words(change: Change, facts: ItemFacts, was: str | None, now: str | None) -> Phrase:
    label = "Organisation" if facts.organisation else "Lead sponsor"
    if facts.class_only:
        old, new = (values.enum(class_ or "none") for class_ in (facts.old_class, facts.new_class))
        details = f"now listed as {new}, before as {old}" if old != new else "its class was edited"
        return worded(change, label, f"{label} {now or was}", details, was=was, now=now)
    if was is None or now is None:
        done = "is now given" if was is None else f"is no longer given; it was {was}"
        return worded(change, label, f"{label} {done}", now if was is None else "", was=was, now=now)
    how = "renamed" if facts.renamed else "changed"
    return worded(change, label, f"{label} {how} from {was} to {now}", was=was, now=now)


def _collaborator_in_words(change: Change, was: str | None, now: str | None) -> Phrase:
    label, facts = "Collaborators", facts_of(change, ItemFacts)
    count = facts.count or 0
    done = _DONE.get(change.verb, "edited")
    if count:
        listed = all_named(facts.names)
        said = f"{values.counted(count, 'collaborator')} {done}"
        return worded(change, label, said, some(count, listed), items=listed)
    if was and now:
        said = (
            f"collaborator renamed from {was} to {now}" if was != now else f"details of the collaborator {now} edited"
        )
        return worded(change, label, said, was=was, now=now)
    return worded(change, label, f"collaborator {done}", now or was, was=was, now=now)


def _party(change: Change) -> Phrase:
    label = "Responsible party"
    was, now = _who(change.before), _who(change.after)
    if was is None:
        return worded(change, label, f"{label} is now given", now, now=now)
    if now is None:
        return worded(change, label, f"{label} is no longer given; it was {was}", was=was)
    if was == now:
        return worded(change, label, "details of the responsible party edited", now, was=was, now=now)
    return worded(change, label, f"{label} changed from {was} to {now}", was=was, now=now)


def _who(party: Json) -> str | None:
    """Name a responsible party: the investigator with the affiliation, else what it is."""
    found = [field(party, key) for key in ("investigatorFullName", "investigatorTitle", "investigatorAffiliation")]
    kind = field(party, "type")
    older = [field(party, key) for key in ("oldNameTitle", "oldOrganization")]
    shown = ", ".join(part for part in (found if any(found) else older) if part)
    of_kind = {
        "SPONSOR": "the sponsor",
        "PRINCIPAL_INVESTIGATOR": "principal investigator",
        "SPONSOR_INVESTIGATOR": "sponsor-investigator",
    }.get(kind, values.enum(kind).lower() if kind else "")
    both = f"{shown} ({of_kind})" if shown and of_kind else shown or of_kind
    return both or None


_LONGEST = 150
_MOST_NAMED = 2
_HAPPENED = ((Verb.ADDED, "added"), (Verb.REMOVED, "removed"), (Verb.CHANGED, "renamed"))


def sponsor_clause(changes: Sequence[Change]) -> str:
    """Describe what happened to several organisations, the lead sponsor first.

    Args:
        changes: Changes of the family `sponsor`; of others nothing is said.

    Returns:
        `Collaborator Kaiser Permanente added, Providence Healthcare removed`; by number where the names are too long;
        empty when there is more than organisations, or an edit that is neither.
    """
    pieces = [say(change).sentence.rstrip(".") for change in changes if change.kind == "sponsor.lead"]
    partners = [change for change in changes if change.kind == "sponsor.collaborator"]
    if len(pieces) + len(partners) < len(changes) or any(change.before == change.after for change in partners):
        return ""
    said = "; ".join([*pieces, *_partners(partners, by_name=True)])
    return said if len(said) <= _LONGEST else "; ".join([*pieces, *_partners(partners, by_name=False)])


def _partners(changes: Sequence[Change], *, by_name: bool) -> list[str]:
    parts: list[str] = []
    for verb, done in _HAPPENED:
        of = [change for change in changes if change.verb is verb]
        if not of:
            continue
        count = sum(facts_of(change, ItemFacts).count or 1 for change in of)
        found = [name for change in of for name in _partner_names(change)]
        noun = "" if parts else "collaborator " if count == 1 else "collaborators "
        if by_name and count == len(found):
            parts.append(f"{noun}{values.listed(found, _MOST_NAMED, count)} {done}")
        else:
            parts.append(f"{values.number(count)} {noun}{done}")
    return [", ".join(parts)] if parts else []


def _partner_names(change: Change) -> tuple[str, ...]:
    return _single(change) or all_named(facts_of(change, ItemFacts).names)


def _single(change: Change) -> tuple[str, ...]:
    name = change.facts.get("name")
    return (named(name),) if isinstance(name, str) else ()
