"""Words for sponsors, collaborators and the responsible party."""

from __future__ import annotations

from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import field, named, names, number, some, worded

_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the family `sponsor`.

    Args:
        change: A change with the facts of `meaning.sponsors`.

    Returns:
        Its words.
    """
    if change.kind == "sponsor.responsible_party":
        return _party(change)
    was, now = (named(side) if isinstance(side, str) else None for side in (change.before, change.after))
    if change.kind == "sponsor.collaborator":
        return _collaborator(change, was, now)
    label = "Organisation" if change.facts.get("organisation") is True else "Lead sponsor"
    if change.facts.get("class_only") is True:
        return worded(change, label, f"{label} {now or was}: its class was edited", was=was, now=now)
    is_rename = change.facts.get("renamed") is True
    if was is None or now is None:
        done = f"is now given: {now}" if was is None else f"is no longer given; it was {was}"
        return worded(change, label, f"{label} {done}", was=was, now=now)
    how = "renamed" if is_rename else "changed"
    return worded(change, label, f"{label} {how} from {was} to {now}", was=was, now=now)


def _collaborator(change: Change, was: str | None, now: str | None) -> Phrase:
    label, count = "Collaborators", number(change.facts, "count")
    done = _DONE.get(change.verb, "edited")
    if count:
        listed = names(change.facts)
        said = f"{values.counted(count, 'collaborator')} {done}: {some(count, listed)}"
        return worded(change, label, said, items=listed)
    if was and now:
        said = (
            f"collaborator renamed from {was} to {now}" if was != now else f"details of the collaborator {now} edited"
        )
        return worded(change, label, said, was=was, now=now)
    return worded(change, label, f"collaborator {done}: {now or was}", was=was, now=now)


def _party(change: Change) -> Phrase:
    label = "Responsible party"
    was, now = _who(change.before), _who(change.after)
    if was is None:
        return worded(change, label, f"{label} is now given: {now}", now=now)
    if now is None:
        return worded(change, label, f"{label} is no longer given; it was {was}", was=was)
    said = f"{label} changed from {was} to {now}" if was != now else f"details of the responsible party edited: {now}"
    return worded(change, label, said, was=was, now=now)


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
