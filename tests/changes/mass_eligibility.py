"""One edit of an eligibility text at a time, as a sponsor would make it, and what must be told of it.

Edits work on the lines of a real text, not on its criteria as the product cuts them; so they find what is cut wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_ITEM = re.compile(r"(?P<bullet>(?:\*|\d{1,2}\\?\.) )(?P<text>\S.*)")
_PLAIN_HEAD = re.compile(r"(?i)(?:key )?(?P<name>inclusion|exclusion) criteria:?")
_NEW = "Planned travel to the moon during follow-up"

RESPELT = (
    "Exclusion Criteria",
    "EXCLUSION CRITERIA:",
    "Exclusion criteria.",
    "Exclusion Criteria：",
    "Exclusion Criteria -",
    "**Exclusion Criteria**",
    "Key Exclusion Criteria with:",
    "Exclusion Criteria, Phase 1b",
    "Exclusion Criteria (abbreviated):",
    "2. Exclusion Criteria:",
    "Exlusion Criteria:",
    "Exclusion Critera:",
    "Non-Inclusion Criteria:",
    "Critères d'exclusion :",
    "Criterios de exclusión:",
    "Ausschlusskriterien:",
    "Criteri di esclusione:",
    "Critérios de exclusão:",
    "排除标准：",
    "Participants who meet any of the following criteria are not eligible:",
)
TURNED = (
    ("uncontrolled", "controlled"),
    ("untreated", "treated"),
    ("inactive", "active"),
    ("active", "inactive"),
    ("unable", "able"),
    ("able", "unable"),
    ("severe", "mild"),
    ("first", "second"),
    ("prior", "planned"),
    ("previous", "current"),
    ("history", "absence"),
    ("chronic", "acute"),
    ("before", "after"),
    ("female", "male"),
    ("and", "or"),
    ("or", "and"),
    ("hypertension", "hypotension"),
    ("positive", "negative"),
    ("with", "without"),
    ("at least", "at most"),
)
HARMLESS = (
    ("patients", "participants"),
    ("subjects", "participants"),
    ("must", "will"),
    ("participants", "patients"),
    ("the", "a"),
    ("study", "trial"),
    ("tumor", "tumour"),
    ("diseases", "disease"),
    ("disorders", "disorder"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One top-level bullet of a section that has no nested points: its line and its text."""

    line: int
    section: str
    bullet: str
    text: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A text after one edit.

    Attributes:
        what: Name of the edit.
        text: The newer text.
        kinds: The kind that must be told, once; empty when nothing but noise may be told.
        section: The section that must be told; empty for none in particular.
        levels: The levels that are right.
        before: The older text where that is not the original.
    """

    what: str
    text: str
    kinds: tuple[str, ...]
    section: str = ""
    levels: tuple[str, ...] = ()
    before: str | None = None


def items_of(text: str) -> list[Item]:
    """Return the plain top-level bullets that stand in a section known without doubt."""
    lines, found, section = text.split("\n"), [], ""
    for number, line in enumerate(lines):
        head = _PLAIN_HEAD.fullmatch(line.strip())
        if head is not None:
            section = head["name"].lower()
        elif line[:1].strip() and _ITEM.fullmatch(line) is None:
            section = ""  # a paragraph or another heading: what follows is not certain
        elif _PLAIN_HEAD.search(line) is not None:
            section = ""  # a heading in the middle of a line
        match = _ITEM.fullmatch(line)
        is_whole = not _next(lines, number)[:1].isspace() and not line.strip("*0123456789. \\").startswith("(")
        if match is not None and section and is_whole and not match["text"].rstrip().endswith(":"):
            found.append(Item(number, section, match["bullet"], match["text"]))
    return found


def _next(lines: Sequence[str], number: int) -> str:
    return next((line for line in lines[number + 1 :] if line.strip()), "")


def edits(text: str) -> Iterator[Edited]:
    """Make every edit that the text allows, each from the original."""
    items = items_of(text)
    if len(items) < 4:
        return
    lines = text.split("\n")
    for make in (_split, _merge, _move, _add, _remove, _turn, _harmless):
        yield from make(lines, items)
    yield from _respell(lines, items)


def _with(lines: Sequence[str], changes: Mapping[int, str | None]) -> str:
    kept = [changes.get(number, line) for number, line in enumerate(lines)]
    return "\n".join(line for line in kept if line is not None)


def _words(text: str) -> int:
    return len(re.findall(r"\w{4,}", text))


def _split(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    for joint, name in ((". ", "sentence"), (" and ", "and"), ("; ", "semicolon")):
        for item in items:
            one, found, other = item.text.partition(joint)
            has_case = joint != ". " or other[:1].isupper()
            if found and has_case and min(_words(one), _words(other)) >= 3 and not one.endswith(("e.g", "i.e", "vs")):
                cut = f"{item.bullet}{one}\n{item.bullet}{other[:1].upper()}{other[1:]}"
                kinds = ("eligibility.criterion.split",)
                yield Edited(
                    f"split at {name}", _with(lines, {item.line: cut}), kinds, item.section, ("minor", "major")
                )
                break


def _merge(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    for one, other in pairwise(items):
        is_numbered = other.text[:1].isdigit() or other.text[:1] == "("
        if one.section == other.section and not is_numbered and min(_words(one.text), _words(other.text)) >= 3:
            whole = f"{one.bullet}{one.text.rstrip('.;')}; {other.text}"
            kinds = ("eligibility.criterion.merged",)
            yield Edited("merge", _with(lines, {one.line: whole, other.line: None}), kinds, one.section, ("minor",))
            return


def _move(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    for there, here in (("exclusion", "inclusion"), ("inclusion", "exclusion")):
        to = [item for item in items if item.section == there]
        texts = [item.text.casefold() for item in items]
        moved = [item for item in items if item.section == here and texts.count(item.text.casefold()) == 1]
        if to and moved:
            item, last = moved[len(moved) // 2], to[-1]
            put = {item.line: None, last.line: f"{lines[last.line]}\n{last.bullet}{item.text}"}
            yield Edited("move", _with(lines, put), ("eligibility.criterion.moved",), there, ("major", "critical"))


def _add(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    for section in ("inclusion", "exclusion"):
        inside = [item for item in items if item.section == section]
        if inside:
            last = inside[-1]
            put = {last.line: f"{lines[last.line]}\n{last.bullet}{_NEW}"}
            kinds = ("eligibility.criterion.added",)
            yield Edited(f"add {section}", _with(lines, put), kinds, section, ("major", "critical"))


def _remove(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    texts = [item.text.casefold() for item in items]
    for item in items[len(items) // 2 :]:
        if texts.count(item.text.casefold()) == 1:
            kinds = ("eligibility.criterion.removed",)
            yield Edited("remove", _with(lines, {item.line: None}), kinds, item.section, ("major", "critical"))
            return


def _swapped(
    lines: list[str], items: list[Item], swaps: Sequence[tuple[str, str]], name: str, levels: tuple[str, ...]
) -> Iterator[Edited]:
    for was, now in swaps:
        for item in items:
            match = re.search(rf"(?i)\b{was}\b", item.text)
            if match is not None and _words(item.text) >= 2:
                word = now.capitalize() if match[0][0].isupper() else now
                text = f"{item.bullet}{item.text[: match.start()]}{word}{item.text[match.end() :]}"
                kinds = ("eligibility.criterion.changed",)
                yield Edited(f"{name} {was}→{now}", _with(lines, {item.line: text}), kinds, item.section, levels)
                break


def _turn(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    yield from _swapped(lines, items, TURNED, "turn", ("major", "critical"))


def _harmless(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    yield from _swapped(lines, items, HARMLESS, "harmless", ("minor", "major"))


def _respell(lines: list[str], items: list[Item]) -> Iterator[Edited]:
    heads = [
        number
        for number, line in enumerate(lines)
        if (head := _PLAIN_HEAD.fullmatch(line.strip())) and head["name"].lower() == "exclusion"
    ]
    inside = [item for item in items if item.section == "exclusion"]
    if len(heads) != 1 or not inside:
        return
    last = inside[-1]
    for spelling in RESPELT:
        respelt = _with(lines, {heads[0]: spelling})
        if "Phase" not in spelling and "Participants" not in spelling:
            yield Edited(f"respell {spelling}", respelt, (), before=None)
        added = _with(lines, {heads[0]: spelling, last.line: f"{lines[last.line]}\n{last.bullet}{_NEW}"})
        kinds = ("eligibility.criterion.added",)
        yield Edited(f"add under {spelling}", added, kinds, "exclusion", ("major", "critical"), before=respelt)
