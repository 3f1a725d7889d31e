"""Words for titles, descriptions, keywords, conditions, identifiers and contacts."""

from __future__ import annotations

from watcher.changes.model import Change, Json, Phrase, Severity, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import edited, field, named, names, number, some, text, worded

_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the families `text`, `conditions`, `identifier` and `contact`.

    Args:
        change: A change with the facts of `meaning.texts` or `meaning.design`.

    Returns:
        Its words.
    """
    family = change.kind.partition(".")[0]
    if family == "contact":
        return _contact(change)
    if change.kind in ("conditions", "text.keywords"):
        return _names(change)
    return _identifier(change) if family == "identifier" else _text(change)


def _text(change: Change) -> Phrase:
    name = text(change.facts, "field") or "text"
    label = values.capitalised(name)
    before, after = (side if isinstance(side, str) else "" for side in (change.before, change.after))
    if not before or not after:
        shown = values.short(values.plain(after or before), 200)
        done = "added" if after else "removed"
        return worded(
            change, label, f"{label} {done}: “{shown}”", was=None if after else shown, now=shown if after else None
        )
    marks, was, now = edited(before, after)
    if change.severity is Severity.NOISE and "only case" in change.rule:
        return worded(change, label, f"{label} edited in punctuation or case alone", was=was, now=now, marks=marks)
    if change.kind == "text.title":
        was, now = (values.short(values.plain(side), 300) for side in (before, after))
        return worded(change, label, f"{label} is now “{now}”, before “{was}”", was=was, now=now, marks=marks)
    return worded(change, label, f"{label} edited: now “{now}”, before “{was}”", was=was, now=now, marks=marks)


def _names(change: Change) -> Phrase:
    label = "Conditions" if change.kind == "conditions" else "Keywords"
    gained, lost = names(change.facts, "gained"), names(change.facts, "lost")
    pieces = [f"added {values.listed(gained)}"] if gained else []
    pieces += [f"removed {values.listed(lost)}"] if lost else []
    said = f"{label}: {'; '.join(pieces)}" if pieces else f"{label} edited in punctuation or case alone"
    return worded(change, label, said)  # as `was → now` what came would stand for all there is


def _identifier(change: Change) -> Phrase:
    label, done = "Identifiers", _DONE.get(change.verb, "edited")
    if change.kind == "identifier.alias":
        found = _texts(change.after) if change.after is not None else _texts(change.before)
        said = (
            f"former NCT numbers of the record: now {values.listed(found)}"
            if change.after
            else "former NCT numbers removed"
        )
        return worded(change, label, said)
    if change.kind == "identifier.organisation":
        was, now = _id(change.before), _id(change.after)
        if was and now and was != now:
            return worded(change, label, f"organisation’s study id changed from {was} to {now}", was=was, now=now)
        return worded(change, label, f"organisation’s study id {done}: {now or was}", was=was, now=now)
    count = number(change.facts, "count")
    if count:
        return worded(
            change, label, f"{values.counted(count, 'secondary id')} {done}: {some(count, names(change.facts))}"
        )
    name, was_id, kind = (text(change.facts, key) for key in ("name", "was", "type"))
    of_kind = f" ({text(change.facts, 'domain') or values.enum(kind)})" if kind or text(change.facts, "domain") else ""
    if change.verb is Verb.CHANGED and was_id and was_id != name:
        return worded(change, label, f"secondary id changed from {was_id} to {name}{of_kind}", was=was_id, now=name)
    is_gone = change.verb is Verb.REMOVED
    return worded(
        change,
        label,
        f"secondary id {done}: {name}{of_kind}",
        was=name if is_gone else None,
        now=None if is_gone else name,
    )


def _id(value: Json) -> str | None:
    return field(value, "id") or None


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _contact(change: Change) -> Phrase:
    label = "Contacts"
    if change.kind == "contact.site":
        count, known = number(change.facts, "count"), names(change.facts)
        if count:
            return worded(
                change, label, f"contact details of {values.counted(count, 'site')} edited: {some(count, known)}"
            )
        return worded(change, label, f"contact details of a site edited: {named(text(change.facts, 'name'))}")
    what = "central contact" if change.kind == "contact.central" else "official of the study"
    gained, lost = names(change.facts, "gained"), names(change.facts, "lost")
    pieces = [f"added {values.listed(gained)}"] if gained else []
    pieces += [f"removed {values.listed(lost)}"] if lost else []
    done = f"{'; '.join(pieces)}" if pieces else "details edited"
    return worded(change, label, f"{what}: {done}")
