"""What edits of sponsors mean: another lead sponsor or the same under a new name, collaborators, responsible party."""

from __future__ import annotations

from collections.abc import Iterable

from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.fields_told import Told, told, verb_of
from watcher.changes.meaning.forms import essence, is_same_in_form, stands_for
from watcher.changes.meaning.gather import gathered
from watcher.changes.meaning.parts import Item, as_object, as_text, merged, protocol
from watcher.changes.migrations import RENAMED_ORGANISATIONS
from watcher.changes.model import Severity, Verb

_FORMS = frozenset(
    essence(
        "inc incorporated llc ltd limited co company corp corporation gmbh ag sa sas srl spa bv nv plc ab as oy kk lp "
        "llp pharma pharmaceutical pharmaceuticals therapeutics biopharma biosciences biotech biotechnology medicines "
        "medical research development r d international global holdings group the of and for a s k"
    )
)
_PARTY = (
    Told(
        keys=("responsibleParty",),
        kind="sponsor.responsible_party",
        level=Severity.MINOR,
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
        drafts += gathered([_collaborator(item) for item in module.items("collaborators")], "sponsor.collaborators")
        drafts += told(module, _PARTY)
    return drafts


def is_renamed(old: str, new: str) -> bool:
    """Whether two names are, by their words alone, those of one organisation: legal forms and places of words aside.

    Args:
        old: Older name.
        new: Newer name.

    Returns:
        True for known renamings, for names of the same words, for one name's words within the other's and for an
        abbreviation; a takeover by another name is not a renaming.
    """
    if (old, new) in RENAMED_ORGANISATIONS or is_same_in_form(old, new):
        return True
    before, after = (frozenset(essence(name)) - _FORMS for name in (old, new))
    return bool(before and after and (before <= after or after <= before)) or stands_for(old, new)


def _lead(evidence: Evidence) -> list[Draft]:
    """Tell the lead sponsor, and the organisation that keeps the record where it alone is spelt anew."""
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
    elif before and after and is_same_in_form(before, after):
        level, rule, is_rename = Severity.NOISE, "lead sponsor: only case or punctuation differs", True
    elif before and after and is_renamed(before, after):
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
    is_form = before is not None and after is not None and before != after and is_same_in_form(before, after)
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
        facts={"organisation": True, "class_only": before == after},
    )


def _collaborator(item: Item) -> Draft:
    one = as_object(item.new if item.new is not None else item.old)
    was = as_text(as_object(item.old).get("name"))
    name = as_text(one.get("name"))
    verb = verb_of(item.old, item.new)
    is_form = verb is Verb.CHANGED and was != name and is_same_in_form(was, name)
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
