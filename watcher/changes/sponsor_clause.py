"""The clause of a headline about several organisations: who came, who went, who has another name."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.changes.model import Change, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import named, names, number
from watcher.changes.wording.say import phrase

_LONGEST = 150
_MOST_NAMED = 2
_DONE = ((Verb.ADDED, "added"), (Verb.REMOVED, "removed"), (Verb.CHANGED, "renamed"))


def sponsor_clause(changes: Sequence[Change]) -> str:
    """Describe what happened to several organisations, the lead sponsor first.

    Args:
        changes: Changes of the family `sponsor`; of others nothing is said.

    Returns:
        `Collaborator Kaiser Permanente added, Providence Healthcare removed`; by number where the names are too long;
        empty when there is more than organisations, or an edit that is neither.
    """
    pieces = [phrase(change).sentence.rstrip(".") for change in changes if change.kind == "sponsor.lead"]
    partners = [change for change in changes if change.kind == "sponsor.collaborator"]
    if len(pieces) + len(partners) < len(changes) or any(change.before == change.after for change in partners):
        return ""
    said = "; ".join([*pieces, *_partners(partners, by_name=True)])
    return said if len(said) <= _LONGEST else "; ".join([*pieces, *_partners(partners, by_name=False)])


def _partners(changes: Sequence[Change], *, by_name: bool) -> list[str]:
    parts: list[str] = []
    for verb, done in _DONE:
        of = [change for change in changes if change.verb is verb]
        count = sum(number(change.facts, "count") or 1 for change in of)
        if not count:
            continue
        found = [name for change in of for name in (_single(change) or names(change.facts))]
        who = values.listed(found, _MOST_NAMED, count) if by_name and count == len(found) else values.number(count)
        noun = "" if parts else ("collaborator " if count == 1 else "collaborators ")
        parts.append(f"{noun}{who} {done}" if who in found or not who.isdigit() else f"{who} {noun}{done}")
    return [", ".join(parts)] if parts else []


def _single(change: Change) -> tuple[str, ...]:
    name = change.facts.get("name")
    return (named(name),) if isinstance(name, str) else ()
