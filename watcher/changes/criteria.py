"""Eligibility text as criteria: cut into single points, each known as inclusion or exclusion.

The text is free prose with habits: headings, bullets, numbers, nested lists. What is indented under a bullet belongs to
it; a heading for a cohort stays with the criteria under it. A text without headings and lists cannot be cut.

Does not say what a difference means.

Source: ClinicalTrials.gov API v2, `EligibilityCriteria` with `markupFormat=markdown`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from watcher.changes.wording.values import plain


class Section(StrEnum):
    """Under which heading a criterion stands; OPEN when the text does not say."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One point of an eligibility text.

    Attributes:
        section: Inclusion, exclusion or neither.
        cohort: Heading it stands under when that says more than inclusion or exclusion, markup undone; else None.
        position: 0-based number within its section, over all cohorts.
        raw: As the registry spells it, list sign left out, further lines with their indentation.
        text: In one line for people: markup undone, nested points set off by `•`.
        key: What stays when spacing, markup, escapes, punctuation and case are left out; equal keys say the same.
    """

    section: Section
    cohort: str | None
    position: int
    raw: str
    text: str
    key: str


_BULLET = re.compile(
    r"(?:\\?[*•●◦▪·‣–—-]|\(?\d{1,3}\s?\\?[.)]|[a-z]\\?[.)]|[A-Z]\\?\)|\(?[ivx]{1,5}\\?[.)])(?:\s+|(?<=[•●◦▪‣])|(?<=\d[.)])(?=[A-Za-z]))"
)
_NAME = r"(?:non-?)?(?:inclusion|exclusion)"
_RUN_IN = re.compile(rf"(?i)(?:(?:key|main|major|general)\s+)?({_NAME})\s+criteri(?:a|on)\s*:+\s*(?=\S)")
_MID_LINE = re.compile(r"(?<=[\w.;,)])\s+(?=(?:(?:Key|Main) )?(?:Inclusion|Exclusion|INCLUSION|EXCLUSION) [Cc]\w+\s*:)")
_HEADING = re.compile(
    rf"(?i)(?P<before>[^.;]{{0,80}}?)\b(?P<name>{_NAME})(?:\s+criteri(?:a|on))?"
    r"(?P<after>\s*(?:[-–—(]|for\b|of\b|in\b|by\b|only\b|to\b|if\b|includes?\b|are\b).{0,70}?)?\s*(?P<colon>:*)"
)
_SENTENCE_WORDS = re.compile(
    r"(?i)\b(?:meet\w*|appl\w+|fulfil\w*|inclusion\W+(?:and\W+)?exclusion|not be|prior to|at)\b"
)
_PLAIN_HEADING = re.compile(
    r"(?i)(?:(?:key|main|major|list of)\s+)*(?:non-?)?(?:inclusion|exclusion)(?:\s+criteri(?:a|on))?"
)
_COHORT = re.compile(
    r"(?i)(?:for\s+)?(?:\w+\s+)?(?:cohort|part|phase|arm|group|stage|sub-?study|stratum|population|controls?|cases?"
    r"|healthy (?:volunteers|subjects|participants|controls))\b[^.;]{0,60}:"
)
_LONGEST_HEADING = 110


def split(text: str) -> tuple[Criterion, ...]:
    """Cut an eligibility text into its criteria.

    Args:
        text: As the registry sends it (markdown).

    Returns:
        Criteria in the order of the text; empty when it cannot be cut: no heading and no list.
    """
    reader = _Reader()
    for line in text.split("\n"):
        reader.take(line.rstrip())
    return tuple(reader.criteria()) if reader.has_structure else ()


def folded(text: str) -> str:
    r"""Give a text without markup, escapes and case, one spelling for one sign: `\>=18 Years.` → `≥18 years.`."""
    clean = unicodedata.normalize("NFKC", _SUPERSCRIPT.sub(" ", plain(text))).casefold()
    for pattern, sign in _SIGNS:
        clean = pattern.sub(sign, clean)
    return clean


def key(text: str) -> str:
    r"""Give what a text says without spacing, markup, escapes, punctuation and case: `\>=18 Years.` and `≥ 18 years`.

    Args:
        text: As the registry sends it.

    Returns:
        Words, numbers and the signs that carry meaning (comparisons, %, ±, ranges, minus), each apart by one blank.
    """
    return " ".join(sign.strip() for sign in _MEANING.findall(folded(text)))


_SUPERSCRIPT = re.compile(r"(?<=\d)(?=[⁰¹²³⁴-⁹])")
_SIGNS = (
    (re.compile(r"[≥≧⩾⪰]|>\s*=|=\s*>"), "≥"),
    (re.compile(r"[≤≦⩽⪯]|<\s*=|=\s*<"), "≤"),
    (re.compile(r"[‐‑‒–—−]"), "-"),
    (re.compile(r"[‘’]"), "'"),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
)
_MEANING = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[<>≥≤=±%+×~]|(?<=\d)\s*-\s*(?=\d)|(?<!\w)-(?=\d)")


@dataclass(slots=True)
class _Item:
    section: Section
    cohort: str | None
    lines: list[str]


@dataclass(slots=True)
class _Reader:
    """Reads line by line; knows under which heading and at which depth it stands."""

    section: Section = Section.OPEN
    cohort: str | None = None
    top: int | None = None
    after_blank: bool = True
    has_structure: bool = False
    items: list[_Item] = field(default_factory=list)
    is_open: bool = False

    def take(self, line: str) -> None:
        if not line.strip():
            self.after_blank = True
            return
        indent = len(line) - len(line.lstrip())
        bare, is_listed = _without_bullet(line.strip())
        heading = _heading(bare, is_listed=is_listed) if indent <= (self.top or 0) or not is_listed else None
        if heading is not None:
            self._head(*heading)
        elif (inner := _MID_LINE.search(line)) is not None:
            self.take(line[: inner.start()])
            self.take(line[inner.end() :])
        elif is_listed:
            self.has_structure = True
            self._listed(line, bare, indent)
        else:
            self._unlisted(line, indent)
        self.after_blank = False

    def criteria(self) -> Iterator[Criterion]:
        counts = dict.fromkeys(Section, 0)
        for item in self._flattened():
            shown = _shown(item.lines)
            yield Criterion(
                section=item.section,
                cohort=item.cohort,
                position=counts[item.section],
                raw="\n".join(item.lines),
                text=shown,
                key=key(shown),
            )
            counts[item.section] += 1

    def _flattened(self) -> Iterator[_Item]:
        """Where one introduction holds a whole section as its nested list, take the nested points as the criteria."""
        for (section, cohort), group in groupby(self.items, key=lambda item: (item.section, item.cohort)):
            items = list(group)
            head, *nested = items[0].lines
            inner = _Reader(section=section, cohort=cohort)
            if len(items) == 1 and head.rstrip().endswith(":"):
                for line in nested:
                    inner.take(line)
            if len(inner.items) > 1:
                yield _Item(section, cohort, [head])
                yield from inner.items
            else:
                yield from items

    def _head(self, section: Section | None, cohort: str | None, rest: str) -> None:
        self.has_structure = True
        if section is not None:
            self.section = section
        self.cohort, self.top, self.is_open = cohort, None, False
        if rest:
            self.after_blank = True
            self.take(rest)

    def _listed(self, line: str, bare: str, indent: int) -> None:
        if self.top is None:
            self.top = indent
        if indent > self.top and self.is_open:
            self.items[-1].lines.append(line)
        else:
            self.top = min(self.top, indent)
            self._open(bare)

    def _unlisted(self, line: str, indent: int) -> None:
        belongs = self.is_open and (not self.after_blank or (self.top is not None and indent > self.top))
        if belongs:
            self.items[-1].lines.append(line)
        else:
            self._open(line.strip())

    def _open(self, text: str) -> None:
        self.items.append(_Item(self.section, self.cohort, [text]))
        self.is_open = True


def _without_bullet(text: str) -> tuple[str, bool]:
    is_listed = False
    while (match := _BULLET.match(text)) is not None and match.end() < len(text):
        text, is_listed = text[match.end() :], True
    return text, is_listed


def _shown(lines: Sequence[str]) -> str:
    pieces: list[str] = []
    for line in lines:
        bare, is_listed = _without_bullet(line.strip())
        pieces.append(f"• {bare}" if is_listed and pieces else bare)
    return plain(" ".join(pieces))


def _heading(text: str, *, is_listed: bool) -> tuple[Section | None, str | None, str] | None:
    """Read a line as a heading: its section (None: as before), its cohort, and what follows on the same line."""
    run_in = _RUN_IN.match(text)
    if run_in is not None:
        return _section(run_in[1]), None, text[run_in.end() :]
    if len(text) > _LONGEST_HEADING:
        return None
    match = _HEADING.fullmatch(plain(text))
    if match is not None and _is_title(match, is_listed=is_listed):
        title = match[0].rstrip(": ")
        return _section(match["name"]), None if _PLAIN_HEADING.fullmatch(title) else title, ""
    if not is_listed and text.endswith(":") and (text.isupper() or _COHORT.fullmatch(text)):
        return None, plain(text).rstrip(": "), ""
    return None


def _is_title(match: re.Match[str], *, is_listed: bool) -> bool:
    has_name_alone = "criteri" not in match[0].lower()
    if has_name_alone and not _PLAIN_HEADING.fullmatch(match[0].rstrip(": ")):
        return False
    if _SENTENCE_WORDS.search(match[0]):
        return False
    return bool(match["colon"]) or (not is_listed and not match[0].endswith((".", ",", ";")))


def _section(name: str) -> Section:
    is_inclusion = name.lower() == "inclusion"
    return Section.INCLUSION if is_inclusion else Section.EXCLUSION
