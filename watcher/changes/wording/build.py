"""Small words for making phrases: facts read safely, names counted, the end of a sentence, who made it.

Knows no kind and no field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from watcher.changes.country_names import with_article
from watcher.changes.model import Change, Json, Mark, MarkKind, Phrase, Verb
from watcher.changes.word_diff import diff, shorten, side
from watcher.changes.wording import values
from watcher.changes.wording.origin import origin_note

LONGEST_NAME = 120
"""As many characters of one name are shown in a sentence."""


def worded(
    change: Change, label: str, said: str, details: str | None = "", *, items: Sequence[str] = (), **rest: Any
) -> Phrase:
    """Make the phrase of a change.

    Args:
        change: The change.
        label: What it is about.
        said: The whole thing, or what is said before the details.
        details: What follows after a colon; a full stop is added where none ends it.
        items: Names of many.
        **rest: Other fields of the phrase: `was`, `now`, `note`, `heading`, `marks`.

    Returns:
        The phrase, with a note when the registry made the change; a reverted change says so first.
    """
    back = "Back as it was before: " if change.verb is Verb.REVERTED else ""
    sentence = with_details(f"{back}{said[:1].lower()}{said[1:]}" if back else values.capitalised(said), details)
    return Phrase(
        kind=change.kind,
        severity=change.severity,
        verb=change.verb,
        label=label,
        sentence=ended(sentence),
        head=said if details else None,
        items=tuple(items),
        origin_note=origin_note(change),
        **rest,
    )


def stated(
    change: Change, label: str, said: str, details: str = "", *, besides: Sequence[str] = (), **rest: Any
) -> Phrase:
    """Make the phrase of a change whose sentence says itself where a value came back.

    Arguments as for `worded`; `besides` is what follows after semicolons.
    """
    sentence = "; ".join([with_details(said, details), *besides])
    return Phrase(
        kind=change.kind,
        severity=change.severity,
        verb=change.verb,
        label=label,
        sentence=sentence if sentence.endswith((".", "…")) else f"{sentence}.",
        head=said if details else None,
        origin_note=origin_note(change),
        **rest,
    )


def with_details(said: str, details: str | None) -> str:
    """Join a sentence and its details by a colon."""
    return f"{said}: {details}" if details else said


def ended(sentence: str) -> str:
    """End a sentence with a full stop, unless it ends already."""
    return sentence if sentence.rstrip("”)").endswith((".", "…", "?", "!")) else f"{sentence}."


def text(facts: Mapping[str, Json], key: str) -> str:
    """Return a fact that is a text, empty when it is not there."""
    value = facts.get(key)
    return value if isinstance(value, str) else ""


def number(facts: Mapping[str, Json], key: str) -> int:
    """Return a fact that is a whole number, 0 when it is not there."""
    value = facts.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def names(facts: Mapping[str, Json], key: str = "names") -> tuple[str, ...]:
    """Return the names of a fact, out of their markup and cut; empty ones left out."""
    value = facts.get(key)
    found = value if isinstance(value, list | tuple) else ()
    return tuple(named(name) for name in found if isinstance(name, str) and name)


def all_named(texts: Sequence[str]) -> tuple[str, ...]:
    """Return names as they are shown; empty ones left out."""
    return tuple(named(text_) for text_ in texts if text_)


def named(name: str) -> str:
    """Return one name as it is shown: out of its markup, cut."""
    return values.short(values.plain(name), LONGEST_NAME)


def field(value: Json, key: str) -> str:
    """Return a text of an object, out of its markup; empty when it is not there."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return values.plain(found) if isinstance(found, str) else ""


def some(count: int, shown: Sequence[str], most: int = 3) -> str:
    """Name the first of many: `a, b, c and 9 more`; equal names are counted: `Research Site, Lima ×3`."""
    if not shown:
        return ""
    times = Counter(shown)
    hidden = max(count - len(shown), 0)
    named_ = [f"{name} ×{times[name]}" if times[name] > 1 else name for name in times]
    if len(named_) + hidden <= most + 1 or all(of == 1 for of in times.values()):
        return values.listed(named_, most, len(named_) + hidden)
    told = sum(times[name] for name in list(times)[:most])
    rest = f"{values.number(count - told)} more"
    return values.listed([*named_[:most], rest], most + 1)


def in_country(country: str) -> str:
    """Return ` in Spain`, ` in the United States`; nothing for no country."""
    return f" in {with_article(named(country))}" if country else ""


def countries_listed(names_: Sequence[str], most: int, total: int | None = None) -> str:
    """Join names of countries, each with its article: `Spain, the United Kingdom and 3 more`."""
    return values.listed([with_article(named(name)) for name in names_], most, total)


def edited(before: str, after: str) -> tuple[tuple[Mark, ...], str, str]:
    """Show an edited text: the shortened word-level diff, and both sides of it as texts.

    Returns:
        Marks, the older side, the newer side.
    """
    marks = shorten(diff(values.plain(before), values.plain(after)), limit=280)
    return marks, side(marks, MarkKind.REMOVED), side(marks, MarkKind.ADDED)
