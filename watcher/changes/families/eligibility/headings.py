"""A line of an eligibility text read as a heading: under which section what follows it stands.

A heading is read by its words, in any spelling the registry has: qualified, numbered, bold, misspelt, in another
language. A line that looks like a heading and is not understood ends the section before it, so that what follows is
told without a section and never under the wrong one.

Does not cut a text into criteria; `criteria` does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from watcher.changes.families.eligibility import heading_words as words_of
from watcher.changes.wording.values import plain


class Section(StrEnum):
    """Under which heading a criterion stands; OPEN when the text does not say."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a line stands.

    Attributes:
        section: The section before it.
        is_listed: Whether it has a bullet or a number.
        is_apart: Whether a blank line or a heading stands before it.
        leads_list: Whether the next line with text has a bullet or a number.
        leads_table: Whether the next line with text is a row of a table.
        follows_heading: Whether no criterion stands between it and the last heading of a section.
    """

    section: Section
    is_listed: bool
    is_apart: bool
    leads_list: bool
    leads_table: bool
    follows_heading: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says.

    Attributes:
        section: The section of what follows.
        cohort: The heading when it says more than inclusion or exclusion, markup undone; else None.
        rest: What follows it on the same line.
        is_section: Whether it names the section, instead of a group or topic within one.
        lead_in: The sentence in front of a list when it is one, markup undone; else None.
    """

    section: Section
    cohort: str | None
    rest: str = ""
    is_section: bool = False
    lead_in: str | None = None


_LONGEST = 110
_LONGEST_SENTENCE = 220
_LONGEST_RUN_IN = 80
_LONGEST_PLAIN = 60
_MOST_SHORT_WORDS = 5
_MOST_TITLE_WORDS = 16
_LEAST_FUZZY = 7
_BOLD = re.compile(r"\*\*|__|</?(?:b|strong|u|em|i)>|^#{1,6}\s+")
_LAST_BOLD = re.compile(r"^(?:\*\*|__|</(?:b|strong|u|em|i)>)\s*")
_NUMBER = re.compile(
    r"\(?(?:\d{1,2}(?:\.\d{1,2})*\s?\\?[.):\-–—]*\)?|(?:[IVX]{1,4}|[A-Z])\s?\\?[.):\-–—]+\)?)\s*(?=\D)"
)
_LAST_SIGNS = ":：.;,-–—•* "
_GROUP_NUMBER = re.compile(r"[^\W\d_]+[ -]?(?:\d{1,2}[A-Za-z]?|[A-Z]|[IVX]{1,4})\b")
_SENTENCE_END = re.compile(r"(?i)(?<!excl)(?<!incl)(?<!vs)[.;。；]\s+\S|•")
_DENIES = re.compile(r"(?i)\b(?:not|no longer|do(?:es)? not|none|never)\b")
_COLON = re.compile(r"[:：]")
_WORD = re.compile(r"[^\W\d_]+|\d+")


def read(text: str, at: Position) -> Heading | None:
    """Read a line as a heading.

    Args:
        text: The line without its list sign and indentation.
        at: Where it stands.

    Returns:
        What it says, or None when it is no heading.
    """
    if at.is_listed and len(text) > _LONGEST_PLAIN and _COLON.search(text[:_LONGEST]) is None:
        return None
    shown = " ".join(plain(_BOLD.sub("", text)).split())
    run_in = _run_in(text)
    if run_in is not None:
        return run_in
    is_marked = shown != " ".join(plain(text).split())
    if len(shown) <= _LONGEST:
        found = _named(shown, at)
        if found is not None:
            return found
    if at.is_listed or not at.is_apart or len(shown) > _LONGEST_SENTENCE or at.leads_table:
        return None
    ends_open = _ends_open(shown)
    if ends_open and len(_words(shown)) > _MOST_SHORT_WORDS:
        sentence = _sentence(shown, at)
        if sentence is not None:
            return sentence
    return _group(shown, at, ends_open=ends_open, is_marked=is_marked) if len(shown) <= _LONGEST else None


def residue(title: str) -> str:
    """Return what a heading says beside its section, folded: empty for `Key Exclusion Criteria`, else `phase 1b`."""
    folded = _folded(_without_number(title))
    return " ".join(
        word
        for word in _words(folded)
        if word not in words_of.GENERIC | words_of.NEGATIONS and not _is_name(word) and not _is_criteria(word)
    )


def _run_in(text: str) -> Heading | None:
    """Read a heading that runs into its first criterion on the same line."""
    colon = _COLON.search(text)
    if colon is None or colon.start() > _LONGEST_RUN_IN:
        return None
    head, rest = _BOLD.sub("", text[: colon.start()]), text[colon.end() :].strip()
    if head != text[: colon.start()]:
        rest = _LAST_BOLD.sub("", rest)
    if not _WORD.search(rest):
        return None
    head = plain(head)
    words = _words(_folded(_without_number(head)))
    section = _section(words, head)
    if section is None or not _is_plain(words):
        return None
    return Heading(section, None, rest, is_section=True)


def _ends_open(shown: str) -> bool:
    return shown.endswith((":", "：", ":-", ": -", "if", ";-")) or (shown.endswith(";") and "following" in shown)


def _named(shown: str, at: Position) -> Heading | None:
    """Read a title that names its section, or names criteria of another sort."""
    title = _without_number(shown.strip(_LAST_SIGNS))
    folded = _folded(title)
    words = _words(folded)
    if not words or len(words) > _MOST_TITLE_WORDS or _SENTENCE_END.search(title):
        return None
    if _is_sentence(words):
        return _opened(shown, title, words, at)
    has_criteria = any(map(_is_criteria, words)) or any(sign in folded for sign in words_of.CRITERIA_SIGNS)
    section = _section(words, folded)
    if section is None:
        is_title = has_criteria and not at.is_listed and at.is_apart
        looks_so = _COLON.search(shown[-2:]) is not None or title.isupper() or (at.leads_list and len(words) <= 8)
        return Heading(Section.OPEN, title, is_section=True) if is_title and looks_so else None
    is_plain = _is_plain(words)
    has_colon = _COLON.search(shown.rstrip("-–— ")[-1:]) is not None
    if at.is_listed and not (has_colon or is_plain):
        return None
    if not has_criteria and not is_plain and not _is_name_apart(words, has_colon=has_colon):
        return None
    return Heading(section, None if not residue(title) else title, is_section=True)


def _opened(shown: str, title: str, words: Sequence[str], at: Position) -> Heading | None:
    """Read a title that opens with its section and goes on as a sentence: `Exclusion criteria at screening:`."""
    end = next((index for index, word in enumerate(words) if _is_criteria(word)), -1)
    opening = words[: end + 1]
    if not opening or at.is_listed or not _is_plain(opening) or shown[-1:] not in ":：" or _DENIES.search(title):
        return None
    section = _section(opening, "")
    return None if section is None else Heading(section, title if residue(title) else None, is_section=True)


def _is_name_apart(words: Sequence[str], *, has_colon: bool) -> bool:
    """Whether a name without the word criteria opens or closes a short title: `Other Exclusions`."""
    if len(words) > 2 * _MOST_SHORT_WORDS or not (has_colon or len(words) <= _MOST_SHORT_WORDS):
        return False
    if _is_name(words[0]):
        return len(words) == 1 or words[1] not in ("of", "de", "to", "by", "visit", "date", "period")
    is_reason = words[0] in ("reason", "reasons", "ground", "grounds", "causes")
    is_apart = is_reason or words[-2] not in ("of", "to", "by", "on", "upon", "from", "for", "de", "the")
    return _is_name(words[-1]) and is_apart


def _sentence(shown: str, at: Position) -> Heading | None:
    """Read a sentence in front of a list: `Individuals who meet any of these criteria are not eligible:`."""
    folded, lead_in = _folded(shown), shown.rstrip(_LAST_SIGNS)
    excludes = words_of.EXCLUDES.search(folded) is not None
    includes = words_of.INCLUDES.search(words_of.EXCLUDES.sub(" ", folded)) is not None
    forbids = words_of.FORBIDS.search(folded) is not None
    demands = words_of.DEMANDS.search(words_of.EXCLUDES.sub(" ", words_of.FORBIDS.sub(" ", folded))) is not None
    if excludes != includes and not (excludes and demands):
        said = Section.EXCLUSION if excludes else Section.INCLUSION
        is_for_all = words_of.EVERYBODY.match(folded) is not None and not at.follows_heading
        is_said = said is at.section or is_for_all
        return Heading(said if is_said else Section.OPEN, None, is_section=is_said, lead_in=lead_in)
    if excludes or forbids == demands:
        return None
    said = Section.EXCLUSION if forbids else Section.INCLUSION
    return Heading(said if said is at.section else Section.OPEN, None, lead_in=lead_in)


def _group(shown: str, at: Position, *, ends_open: bool, is_marked: bool) -> Heading | None:
    """Read a heading of a group or topic, or one that is not understood."""
    title = shown.rstrip(_LAST_SIGNS)
    words = _words(_folded(title))
    if not words:
        return None
    is_numbered = words[0] in words_of.STRATA and _GROUP_NUMBER.match(shown) is not None
    most = 2 * _MOST_SHORT_WORDS if is_numbered else _MOST_SHORT_WORDS
    is_short = len(words) <= most and at.leads_list and shown[-1:] not in ".;,"
    is_loud = is_marked or (title.isupper() and (ends_open or at.leads_list))
    if not (ends_open or is_loud or is_short):
        return None
    if _is_understood(words) or (at.follows_heading and not any(map(words_of.NEGATIVE.fullmatch, words))):
        return Heading(at.section, title)
    if not (ends_open or is_loud) and title[:1].islower():
        return None
    return Heading(Section.OPEN, title)


def _is_understood(words: Sequence[str]) -> bool:
    """Whether a title is of a group or topic, and neither demands nor denies anything."""
    if any(map(_is_doubtful, words)) or words_of.DEMANDS.search(" ".join(words)) is not None:
        return False
    return words[0] == "for" or any(word in words_of.STRATA or word in words_of.TOPICS for word in words)


def _is_doubtful(word: str) -> bool:
    return words_of.DOUBTFUL.fullmatch(word) is not None or _is_name(word) or _is_criteria(word)


def _is_sentence(words: Sequence[str]) -> bool:
    return any(word in words_of.SENTENCE for word in words)


def _is_plain(words: Sequence[str]) -> bool:
    """Whether a title says nothing but its section."""
    return all(
        word in words_of.GENERIC or word in words_of.NEGATIONS or _is_name(word) or _is_criteria(word) or word.isdigit()
        for word in words
    )


def _section(words: Sequence[str], folded: str) -> Section | None:
    """Return the section that a title names, OPEN when it names both, None when it names none."""
    found: set[Section] = set()
    has_criteria = any(map(_is_criteria, words))
    for index, word in enumerate(words):
        section = _section_of(word, has_criteria=has_criteria)
        if section is Section.INCLUSION and words_of.NEGATIONS.intersection(words[max(0, index - 2) : index]):
            section = Section.EXCLUSION
        elif section is Section.EXCLUSION and "no" in words[max(0, index - 1) : index]:
            section = Section.OPEN
        if section is not None:
            found.add(section)
    found |= {Section.INCLUSION for sign in words_of.INCLUSION_SIGNS if sign in folded}
    found |= {Section.EXCLUSION for sign in words_of.EXCLUSION_SIGNS if sign in folded}
    if len(found) > 1:
        return Section.OPEN
    return next(iter(found), None)


def _is_name(word: str) -> bool:
    return _section_of(word, has_criteria=True) is not None or any(
        sign in word for sign in (*words_of.INCLUSION_SIGNS, *words_of.EXCLUSION_SIGNS)
    )


def _is_criteria(word: str) -> bool:
    if words_of.CRITERIA.fullmatch(word) is not None or any(sign in word for sign in words_of.CRITERIA_SIGNS):
        return True
    return word[:2] in ("cr", "kr", "ci") and len(word) >= _LEAST_FUZZY - 1 and _is_near(word, "criteria", 2)


def _section_of(word: str, *, has_criteria: bool) -> Section | None:
    """Return the section that one word names, also misspelt: one wrong letter, two beside the word criteria."""
    if words_of.EXCLUSION_NAME.fullmatch(word) is not None or (
        has_criteria and word in ("excl", "exclude", "excluded")
    ):
        return Section.EXCLUSION
    if words_of.INCLUSION_NAME.fullmatch(word) is not None or (has_criteria and word == "incl"):
        return Section.INCLUSION
    if len(word) < _LEAST_FUZZY or word[0] not in "ielx" or word in words_of.NOT_MISSPELT:
        return None
    return _nearest_section(word.removesuffix("s"), 2 if has_criteria else 1)


def _nearest_section(bare: str, most: int) -> Section | None:
    """Return the section whose name differs least, None when both do alike or neither is near."""
    for distance in range(1, most + 1):
        near = [
            section for section in (Section.INCLUSION, Section.EXCLUSION) if _is_near(bare, section.value, distance)
        ]
        if near:
            return near[0] if len(near) == 1 else None
    return None


def _is_near(word: str, name: str, most: int) -> bool:
    """Whether a word is a name with at most so many letters wrong, left out, put in or swapped with their neighbour."""
    if abs(len(word) - len(name)) > most:
        return False
    before: list[int] = []
    last = list(range(len(name) + 1))
    for row, one in enumerate(word, 1):
        current = [row]
        for column, other in enumerate(name, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (one != other))
            if row > 1 and column > 1 and one == name[column - 2] and word[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1] <= most


def _without_number(title: str) -> str:
    """Leave out the number or letter of a heading: `2. `, `B-`, `5.1 `; not one that is all there is."""
    match = _NUMBER.match(title)
    if match is None or not _WORD.search(title[match.end() :]):
        return title
    return title[match.end() :]


def _folded(text: str) -> str:
    """Return a text without case and accents, compatibility forms undone."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ı", "i"))
    return unicodedata.normalize("NFKC", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


def _words(folded: str) -> list[str]:
    return _WORD.findall(folded)
