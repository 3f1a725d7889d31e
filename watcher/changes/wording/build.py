"""Small words for making phrases: facts read safely, names counted, the end of a sentence, who made it.

Knows no kind and no field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.changes.model import Change, Json, Mark, MarkKind, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.other import origin_note
from watcher.changes.words import diff, shorten, side

_WITH_ARTICLE = frozenset(
    {
        "Bahamas",
        "Central African Republic",
        "Democratic Republic of the Congo",
        "Dominican Republic",
        "Gambia",
        "Netherlands",
        "Palestinian Territories",
        "Philippines",
        "United Arab Emirates",
        "United Kingdom",
        "United States",
    }
)

LONGEST_NAME = 120
"""As many characters of one name are shown in a sentence."""


def worded(
    change: Change,
    label: str,
    sentence: str,
    *,
    heading: str | None = None,
    was: str | None = None,
    now: str | None = None,
    note: str | None = None,
    marks: tuple[Mark, ...] = (),
    items: Sequence[str] = (),
) -> Phrase:
    """Make the phrase of a change.

    Args:
        change: The change.
        label: What it is about.
        sentence: The whole thing; a full stop is added where none ends it.
        heading: What the values belong to, where they do not say it themselves.
        was: Older value in words.
        now: Newer value in words.
        note: Size or type beside the shift.
        marks: Word-level diff.
        items: Names of many.

    Returns:
        The phrase, with a note when the registry made the change; a reverted change says so first.
    """
    said = values.capitalised(sentence)
    if change.verb is Verb.REVERTED:
        said = f"Back as it was before: {sentence[:1].lower()}{sentence[1:]}"
    return Phrase(
        kind=change.kind,
        severity=change.severity,
        verb=change.verb,
        label=label,
        sentence=ended(said),
        heading=heading,
        was=was,
        now=now,
        note=note,
        marks=marks,
        items=tuple(items),
        origin_note=origin_note(change),
    )


def ended(sentence: str) -> str:
    """End a sentence with a full stop, unless it ends already."""
    return sentence if sentence.rstrip("”)").endswith((".", "…", "?", "!")) else f"{sentence}."


def text(facts: Mapping[str, Json], key: str) -> str:
    """Give a fact that is a text, empty when it is not there."""
    value = facts.get(key)
    return value if isinstance(value, str) else ""


def number(facts: Mapping[str, Json], key: str) -> int:
    """Give a fact that is a whole number, 0 when it is not there."""
    value = facts.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def names(facts: Mapping[str, Json], key: str = "names") -> tuple[str, ...]:
    """Give the names of a fact, out of their markup and cut; empty ones left out."""
    value = facts.get(key)
    found = value if isinstance(value, list | tuple) else ()
    return tuple(named(name) for name in found if isinstance(name, str) and name)


def named(name: str) -> str:
    """Give one name as it is shown: out of its markup, cut."""
    return values.short(values.plain(name), LONGEST_NAME)


def field(value: Json, key: str) -> str:
    """Give a text of an object, out of its markup; empty when it is not there."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return values.plain(found) if isinstance(found, str) else ""


def some(count: int, shown: Sequence[str], most: int = 3) -> str:
    """Name the first of many: `a, b, c and 9 more`; empty when no name is known."""
    return values.listed(list(shown), most, max(count, len(shown))) if shown else ""


def in_country(country: str) -> str:
    """Give ` in Spain`, ` in the United States`; nothing for no country."""
    return f" in {'the ' if country in _WITH_ARTICLE else ''}{named(country)}" if country else ""


def after_colon(text_: str) -> str:
    """Put a colon before what is there, nothing before nothing."""
    return f": {text_}" if text_ else ""


def edited(before: str, after: str) -> tuple[tuple[Mark, ...], str, str]:
    """Show an edited text: the shortened word-level diff, and both sides of it as texts.

    Args:
        before: Older text with its markup.
        after: Newer text.

    Returns:
        Marks, the older side, the newer side.
    """
    marks = shorten(diff(values.plain(before), values.plain(after)), limit=280)
    return marks, side(marks, MarkKind.REMOVED), side(marks, MarkKind.ADDED)
