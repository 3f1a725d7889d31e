"""Words for the design of a study: phase, allocation, model, purpose, masking."""

from __future__ import annotations

from watcher.changes.model import Change, Json, Phrase
from watcher.changes.wording import values
from watcher.changes.wording.build import text, worded


def say(change: Change) -> Phrase:
    """Word a change of the family `design`.

    Args:
        change: A change with the facts of `meaning.fields_told`.

    Returns:
        Its words.
    """
    label = values.capitalised(text(change.facts, "field") or "design")
    was, now = _coded(change.before), _coded(change.after)
    if was is None:
        sentence = f"{label} is now given: {now}"
    elif now is None:
        sentence = f"{label} is no longer given; it was {was}"
    elif was == now:
        sentence = f"{label} stays {now}, who is masked changed"
    else:
        sentence = f"{label} changed from {was} to {now}"
    return worded(change, label, sentence, was=was, now=now)


def _coded(value: Json) -> str | None:
    if isinstance(value, list | tuple):
        found = [values.enum(code) for code in value if isinstance(code, str)]
        # Phase 2/3 is sent as two values.
        is_phases = len(found) > 1 and all(name.startswith("Phase ") for name in found)
        joined = "/".join([found[0], *(name.removeprefix("Phase ") for name in found[1:])]) if is_phases else ""
        return joined or values.listed(found, 8) or None
    return values.enum(value) if isinstance(value, str) else None
