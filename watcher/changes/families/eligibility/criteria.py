"""Eligibility text as criteria: cut into single points, each known as inclusion or exclusion.

The text is free prose with habits: headings, bullets, numbers, nested lists, tables. What is indented under a bullet
belongs to it, and so does a table; a heading for a cohort stays with the criteria under it. A text without headings and
lists cannot be cut.

Does not say what a difference means; what a heading says is read by `headings`.

Source: ClinicalTrials.gov API v2, `EligibilityCriteria` with `markupFormat=markdown`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from watcher.changes.families.eligibility import criteria_tables as tables
from watcher.changes.families.eligibility.headings import Heading, Position, Section, read
from watcher.changes.wording.values import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One point of an eligibility text.

    Attributes:
        section: Inclusion, exclusion or neither.
        cohort: Heading it stands under when that says more than inclusion or exclusion, markup undone; else None.
        lead_in: Sentence in front of the list it stands in, markup undone; else None.
        position: 0-based number within its section, over all cohorts.
        raw: As the registry spells it, list sign left out, further lines with their indentation.
        text: In one line for people: markup undone, nested points set off by `•`.
        key: What stays when spacing, markup, escapes, punctuation and case are left out; equal keys say the same.
    """

    section: Section
    cohort: str | None
    lead_in: str | None = None
    position: int
    raw: str
    text: str
    key: str


_BULLET = re.compile(
    r"(?:\\?[*•●◦▪·‣–—-]|\(?\d{1,3}\s?\\?[.)]|[a-z]\\?[.)]|[A-Z]\\?\)|\(?[ivx]{1,5}\\?[.)]|o(?=\s+[A-Z]))"
    r"(?:\s+|(?<=[•●◦▪‣])|(?<=\d[.)])(?=[A-Za-z])|(?<=[-–—])(?=[A-Z][a-z]))"
)
_MID_LINE = re.compile(
    r"(?<=[\w.;,)])\s+(?=(?:(?:Key|Main) )?(?:Inclusion|Exclusion|INCLUSION|EXCLUSION) [Cc]\w+\s*[:：])"
)
_MOST_HEADINGS_IN_LINE = 20
_BREAK = re.compile(r"(?i)\\?<\s*(?:br|/?p|/li|/?[ou]l)\s*/?\s*\\?>")
_POINT = re.compile(r"(?i)\\?<li\\?>")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|\\?</?(?:b|strong|em|u)\\?>")


def split(text: str) -> tuple[Criterion, ...]:
    """Cut an eligibility text into its criteria.

    Args:
        text: As the registry sends it (markdown).

    Returns:
        Criteria in the order of the text; empty when it cannot be cut: no heading and no list.
    """
    return _cut(text, _Reader())


def split_alike(old: str, new: str) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]]:
    """Cut two texts in the same way: an introduction whose nested points are criteria in one is so in the other."""
    readers = _Reader(), _Reader()
    found = _cut(old, readers[0]), _cut(new, readers[1])
    heads = readers[0].introductions | readers[1].introductions
    if readers[0].introductions == readers[1].introductions:
        return found
    return _cut(old, _Reader(known=heads)), _cut(new, _Reader(known=heads))


def _cut(text: str, reader: _Reader) -> tuple[Criterion, ...]:
    reader.take_all(_lines(text))
    return tuple(reader.criteria()) if reader.has_structure else ()


def _lines(text: str) -> list[str]:
    """Return the lines of a text; a line break or list point in HTML is one too, but not within a table."""
    lines: list[str] = []
    for line in text.split("\n"):
        if tables.is_row(line):
            lines.append(_BREAK.sub("; ", line).rstrip())
        else:
            lines += [part.rstrip() for part in _POINT.sub("\n* ", _BREAK.sub("\n", line)).split("\n")]
    return lines


def folded(text: str) -> str:
    r"""Return a text without markup, escapes and case, one spelling for one sign: `\>=18 Years.` → `≥18 years.`."""
    clean = unicodedata.normalize("NFKC", _SUPERSCRIPT.sub(" ", plain(text))).casefold()
    for pattern, sign in _SIGNS:
        clean = pattern.sub(sign, clean)
    return clean


def key(text: str) -> str:
    r"""Return what a text says without spacing, markup, escapes, punctuation and case: `\>=18 Years.` and `≥ 18 years`.

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
    lead_in: str | None
    lines: list[str]


@dataclass(slots=True)
class _Reader:
    """Reads line by line; knows under which heading and at which depth it stands.

    Attributes:
        known: Keys of introductions whose nested points are criteria, whatever stands beside them.
        introductions: Keys of those that were found.
    """

    section: Section = Section.OPEN
    cohort: str | None = None
    lead_in: str | None = None
    top: int | None = None
    after_blank: bool = True
    follows_heading: bool = False
    has_structure: bool = False
    items: list[_Item] = field(default_factory=list)
    is_open: bool = False
    known: frozenset[str] = frozenset()
    introductions: frozenset[str] = frozenset()

    def take_all(self, lines: Sequence[str]) -> None:
        following = _following(lines)
        for line, after in zip(lines, following, strict=True):
            self.take(line, after)

    def take(self, line: str, after: str = "", depth: int = 0) -> None:
        """Read one line; `after` is the next line that holds text, `depth` how many headings stood before it on it."""
        is_row = tables.is_row(line)
        if not is_row and not any(sign.isalnum() for sign in line):
            self.after_blank = self.after_blank or not line.strip()
            return
        indent = len(line) - len(line.lstrip())
        bare, is_listed = _without_bullet(line.strip())
        is_deep = depth >= _MOST_HEADINGS_IN_LINE
        heading = None if is_row or is_deep else self._heading(bare, after, is_listed=is_listed, indent=indent)
        if is_row:
            self._row(line)
        elif heading is not None:
            self._head(heading, after, depth)
        elif not is_deep and (inner := _MID_LINE.search(line)) is not None:
            self.take(line[: inner.start()], depth=depth + 1)
            self.take(line[inner.end() :], after, depth + 1)
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
                lead_in=item.lead_in,
                position=counts[item.section],
                raw="\n".join(item.lines),
                text=shown,
                key=key(shown),
            )
            counts[item.section] += 1

    def _heading(self, bare: str, after: str, *, is_listed: bool, indent: int) -> Heading | None:
        if is_listed and indent > (self.top or 0):
            return None
        if _is_note(bare) and self.is_open:
            return None
        is_within = not is_listed and self.top is not None and indent > self.top and self.is_open
        at = Position(
            section=self.section,
            is_listed=is_listed,
            is_apart=not is_within and (self.after_blank or not self.is_open or self._introduces(bare, after, indent)),
            leads_list=_without_bullet(after.strip())[1],
            leads_table=tables.is_row(after),
            follows_heading=self.follows_heading,
        )
        return read(bare, at)

    def _introduces(self, line: str, after: str, indent: int) -> bool:
        """Whether a line right below a list introduces the next points of its depth and continues no criterion."""
        if self.top is None or indent > self.top or line[-1:] not in ":：" or not line[:1].isupper():
            return False
        return _without_bullet(after.strip())[1] and len(after) - len(after.lstrip()) <= self.top

    def _flattened(self) -> Iterator[_Item]:
        """Where one introduction holds a whole section, or is known, take its nested points as the criteria."""
        for (section, cohort), group in groupby(self.items, key=lambda item: (item.section, item.cohort)):
            items = list(group)
            for item in items:
                head, *nested = item.lines
                inner = _Reader(section=section, cohort=cohort, lead_in=item.lead_in)
                if head.rstrip().endswith(":") and (len(items) == 1 or key(head) in self.known):
                    inner.take_all(nested)
                if len(inner.items) > 1:
                    self.introductions |= {key(head)}
                    yield _Item(section, cohort, item.lead_in, [head])
                    yield from inner.items
                else:
                    yield item

    def _head(self, heading: Heading, after: str, depth: int) -> None:
        self.has_structure = True
        if heading.lead_in is None or heading.section is not self.section:
            self.cohort = heading.cohort
        self.section, self.lead_in = heading.section, heading.lead_in
        self.top, self.is_open = None, False
        self.follows_heading = heading.is_section or self.follows_heading
        if heading.rest:
            self.after_blank = True
            self.take(heading.rest, after, depth + 1)

    def _row(self, line: str) -> None:
        """Take a row of a table: it belongs to the criterion before it."""
        if self.is_open:
            self.items[-1].lines.append(line)
        else:
            self._open(line.strip())

    def _listed(self, line: str, bare: str, indent: int) -> None:
        if self.top is None:
            self.top = indent
        if indent > self.top and self.is_open:
            self.items[-1].lines.append(line)
        else:
            self.top = min(self.top, indent)
            self._open(bare)

    def _unlisted(self, line: str, indent: int) -> None:
        is_within = not self.after_blank or (self.top is not None and indent > self.top) or _is_note(line.strip())
        belongs = self.is_open and is_within
        if belongs:
            self.items[-1].lines.append(line)
        else:
            self._open(line.strip())

    def _open(self, text: str) -> None:
        self.items.append(_Item(self.section, self.cohort, self.lead_in, [text]))
        self.is_open, self.follows_heading = True, False


def _is_note(text: str) -> bool:
    """Whether a line is a note in brackets to the criterion before it: `[Part 3 only]`."""
    bare = text.replace("\\", "")
    return bare[:1] in ("(", "[") and bare[-1:] in (")", "]")


def _following(lines: Sequence[str]) -> list[str]:
    """Return for every line the next one that holds text."""
    found: list[str] = []
    after = ""
    for line in reversed(lines):
        found.append(after)
        if any(sign.isalnum() for sign in line):
            after = line
    return found[::-1]


def _without_bullet(text: str) -> tuple[str, bool]:
    is_listed = False
    while (match := _BULLET.match(text)) is not None and match.end() < len(text):
        text, is_listed = text[match.end() :], True
    return text, is_listed


def _shown(lines: Sequence[str]) -> str:
    pieces: list[str] = []
    for is_table, group in groupby(lines, key=tables.is_row):
        if is_table:
            pieces.append(tables.shown(list(group)))
            continue
        for line in group:
            bare, is_listed = _without_bullet(line.strip())
            pieces.append(f"• {bare}" if is_listed and pieces else bare)
    return plain(_BOLD.sub(r"\1", " ".join(pieces)))
