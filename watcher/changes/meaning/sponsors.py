"""What edits of sponsors mean: another lead sponsor or the same under a new name, collaborators, responsible party."""

from __future__ import annotations

from collections.abc import Iterable

from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.organisations import is_one_organisation, is_same_spelling, proved_names
from watcher.changes.meaning.parts import Item, as_object, as_text, merged, protocol
from watcher.changes.meaning.simple_fields import SimpleField, told, verb_of
from watcher.changes.model import Json, Severity, Verb

_PARTY = (
    SimpleField(
        keys=("responsibleParty",),
        kind="sponsor.responsible_party",
        path="sponsor.responsibleParty",
        field="responsible party",
    ),
)


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of sponsor, organisation, collaborators and responsible party.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `sponsor.*`.
    """
    module = protocol(evidence, "sponsorCollaboratorsModule")
    drafts = _lead(evidence)
    if module.edits:
        drafts += gathered(_collaborators(module.items("collaborators")), "sponsor.collaborators")
        drafts += told(module, _PARTY)
    return drafts


def _lead(evidence: Evidence) -> list[Draft]:
    """Report the lead sponsor, and the organisation that keeps the record where it alone is spelt anew."""
    sponsor, organisation = protocol(evidence, "sponsorCollaboratorsModule"), protocol(evidence, "identificationModule")
    of_sponsor, of_organisation = sponsor.differs("leadSponsor"), organisation.differs("organization")
    drafts = []
    if of_sponsor:
        before, after = as_text(sponsor.before("leadSponsor", "name")), as_text(sponsor.after("leadSponsor", "name"))
        names = (
            as_text(organisation.before("organization", "fullName")),
            as_text(organisation.after("organization", "fullName")),
        )
        is_mirrored = bool(of_organisation) and names == (before, after)
        drafts.append(
            _sponsor(before, after, merged(of_sponsor, of_organisation if is_mirrored else ()), "sponsor.lead")
        )
        if is_mirrored:
            return drafts
    if of_organisation:
        drafts.append(_organisation(evidence, of_organisation))
    return drafts


def _sponsor(before: str, after: str, edits: tuple[int, ...], path: str) -> Draft:
    level, rule, is_rename = Severity.MAJOR, "another lead sponsor", False
    if before == after:
        level, rule = Severity.MINOR, "class of the lead sponsor edited"
    elif before and after and is_same_spelling(before, after):
        level, rule, is_rename = Severity.NOISE, "lead sponsor: only case or punctuation differs", True
    elif before and after and is_one_organisation(before, after):
        level, rule, is_rename = Severity.MINOR, "lead sponsor · major → minor: the same organisation renamed", True
    return Draft(
        kind="sponsor.lead",
        level=level,
        rule=rule,
        path=path,
        verb=verb_of(before or None, after or None),
        before=before or None,
        after=after or None,
        edits=edits,
        facts={"renamed": is_rename, "class_only": before == after},
    )


def _organisation(evidence: Evidence, edits: tuple[int, ...]) -> Draft:
    module = protocol(evidence, "identificationModule")
    before = as_text(module.before("organization", "fullName")) or None
    after = as_text(module.after("organization", "fullName")) or None
    is_form, is_rename = False, False
    if before is not None and after is not None and before != after:
        is_form, is_rename = is_same_spelling(before, after), is_one_organisation(before, after)
    return Draft(
        kind="sponsor.lead",
        level=Severity.NOISE if is_form else Severity.MINOR,
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


def _collaborators(items: Iterable[Item]) -> list[Draft]:
    """Pair collaborators whose names are proved to be one; every other name was removed or added."""
    drafts: list[Draft] = []
    gone: list[Item] = []
    came: list[Item] = []
    for item in items:
        if item.old is not None and item.new is not None and _is_one(item.old, item.new):
            drafts.append(_collaborator(item))
            continue
        if item.old is not None:
            gone.append(Item(item.old, None, item.edits, {}))
        if item.new is not None:
            came.append(Item(None, item.new, item.edits, {}))
    waiting = {at: proved_names(_name(item.new)) for at, item in enumerate(came)}
    holding = {name: at for at in reversed(waiting) for name in waiting[at]}
    for one in gone:
        at = next((holding[name] for name in sorted(proved_names(_name(one.old))) if name in holding), None)
        match = None if at is None or at not in waiting else came[at]
        if at is not None and match is not None:
            del waiting[at]
            drafts.append(_collaborator(Item(one.old, match.new, merged(one.edits, match.edits), {})))
        else:
            drafts.append(_collaborator(one))
    return [*drafts, *(_collaborator(came[at]) for at in waiting)]


def _is_one(old: Json, new: Json) -> bool:
    return _name(old) == _name(new) or is_one_organisation(_name(old), _name(new))


def _name(organisation: Json) -> str:
    return as_text(as_object(organisation).get("name"))


def _collaborator(item: Item) -> Draft:
    was, name = _name(item.old), _name(item.new if item.new is not None else item.old)
    verb = verb_of(item.old, item.new)
    is_form = verb is Verb.CHANGED and was != name and is_same_spelling(was, name)
    return Draft(
        kind="sponsor.collaborator",
        level=Severity.NOISE if is_form else Severity.MINOR,
        rule="collaborator: only case or punctuation differs" if is_form else f"collaborator {verb.value}",
        path=f"sponsor.collaborators.{name}",
        verb=verb,
        before=was or None,
        after=name if item.new is not None else None,
        edits=item.edits,
        facts={"name": name},
    )
