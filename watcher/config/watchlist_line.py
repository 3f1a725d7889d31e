"""Reads one line of a watchlist: ids and addresses as people paste them, and the text after `#`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watcher.errors import SearchError
from watcher.nct_id import is_nct_id
from watcher.search.search_address import read_address
from watcher.search.search_query import SearchQuery, translate
from watcher.text import plain, without_unseen

_ADDRESS = r"[<(\[\"'\u201c\u2018]{0,3}(?:https?://|(?:www\.)?clinicaltrials\.gov/)\S+"
_BODY = re.compile(rf"(?:{_ADDRESS}|[^#])*", re.IGNORECASE)
_WORD = re.compile(rf"{_ADDRESS}|[^\s,;]+", re.IGNORECASE)
_IS_ADDRESS = re.compile(_ADDRESS, re.IGNORECASE)
_LONGEST = 100_000
_SEPARATORS = " \t\u00a0,;"
_PAIRS = {"<": ">", "(": ")", "[": "]", '"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019"}
_QUOTES = "".join({*_PAIRS, *_PAIRS.values()})


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistLine:
    """One entry of a watchlist file: a trial or a search; a line of several ids is several entries.

    Attributes:
        number: 1-based line.
        nct_id: The trial, or None.
        comment: The text after `#`: the operator's short name for the trial, or None.
        search: The search whose address stands there, or None.
        address: That address as it was pasted; empty for a trial.
    """

    number: int
    nct_id: str | None = None
    comment: str | None = None
    search: SearchQuery | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEntry:
    """One id or address on a line.

    Attributes:
        start: Where it begins in the line.
        end: Where it ends.
        nct_id: The trial, or None.
        search: The search, or None.
        address: Its address, as it can be written into a file.
        problem: What is wrong with it, in a sentence; empty when it is one of them.
    """

    start: int
    end: int
    nct_id: str | None = None
    search: SearchQuery | None = None
    address: str = ""
    problem: str = ""


def read_line(number: int, raw: str) -> tuple[Sequence[WatchlistLine], Sequence[str]]:
    """Return the entries of a line, and a sentence for everything on it that is none."""
    if is_nct_id(plain_id := raw.strip()):  # as almost every line is; a long list is read at every poll
        return (WatchlistLine(number=number, nct_id=plain_id),), ()
    if len(raw) > _LONGEST:
        return (), ["the line is too long; write one id a line"]
    comment = plain(raw[_body_end(raw) :].removeprefix("#")) or None
    found = line_entries(raw)
    good = [entry for entry in found if not entry.problem]
    name = comment if len(found) == 1 else None  # of several trials it names none
    lines = [
        WatchlistLine(number=number, nct_id=one.nct_id, comment=name, search=one.search, address=one.address)
        for one in good
    ]
    return lines, [one.problem for one in found if one.problem]


def line_entries(raw: str) -> Sequence[LineEntry]:
    """Return the ids and addresses of a line, in order."""
    body = raw[: _body_end(raw)]
    words = [found for found in _WORD.finditer(body) if without_unseen(found[0]).strip(_QUOTES)]
    if len(words) > 1 and all(_is_rest(word[0]) for word in words[1:]) and _IS_ADDRESS.match(words[0][0]):
        more = plain(words[1][0])[:40]
        said = f'the address is followed by "{more}": an address has no blanks, and your own words stand after #'
        return (LineEntry(start=words[0].start(), end=len(body), problem=said),)  # or the search would be another one
    return [_entry(found.start(), found.start() + len(word), word) for found in words for word in (_bare(found[0]),)]


def without_entries(raw: str, unwanted: Sequence[LineEntry]) -> str:
    """Return a line without some of its entries and what parted them from the next."""
    left = raw
    for entry in sorted(unwanted, key=lambda one: one.start, reverse=True):
        head, rest = left[: entry.start], left[entry.end :].lstrip(_SEPARATORS)
        if not rest.strip() or rest.startswith("#"):  # it was the last one of the line
            head = head.rstrip(_SEPARATORS) + ("  " if rest.startswith("#") else "")
        left = head + rest
    return left


def _body_end(raw: str) -> int:
    found = _BODY.match(raw)
    return found.end() if found else 0


def _is_rest(word: str) -> bool:
    """Return True if a word is neither an id nor an address: part of the address before it, or words about it."""
    bare = without_unseen(word).strip(_QUOTES).upper()
    return not is_nct_id(bare) and not bare.startswith("NCT") and _IS_ADDRESS.match(word) is None


def _bare(word: str) -> str:
    """Return an address without the comma or semicolon that parts it from the next one."""
    return word.rstrip(",;") if _IS_ADDRESS.match(word) else word


def _entry(start: int, end: int, word: str) -> LineEntry:
    bare = without_unseen(word)
    if _IS_ADDRESS.match(bare) is None:
        bare = bare.strip(_QUOTES)
        if is_nct_id(bare.upper()):
            return LineEntry(start=start, end=end, nct_id=bare.upper())
        return LineEntry(start=start, end=end, problem=id_text(bare))
    while bare[:1] in _PAIRS:  # a bracket at the end may belong to the address
        bare = bare[1:].removesuffix(_PAIRS[bare[0]])
    try:
        nct_id = read_address(bare).nct_id
        if nct_id is not None:
            return LineEntry(start=start, end=end, nct_id=nct_id)
        address = bare.partition("#")[0]
        return LineEntry(start=start, end=end, search=translate(bare), address=address)
    except SearchError as error:
        return LineEntry(start=start, end=end, problem=f'"{plain(bare)[:60]}": {error}')


def meant_ids(words: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that words hold, several in a word and in addresses too; any other word without unseen signs."""
    found: list[str] = []
    for word in words:
        ids = [entry.nct_id for entry in line_entries(word)]
        found += [one for one in ids if one is not None] if ids and None not in ids else [without_unseen(word)]
    return tuple(found)


def entries_of(words: Sequence[str]) -> Iterator[WatchlistLine | str]:
    """Yield the entries of lines that were typed, and a sentence for everything that is none."""
    for number, word in enumerate(words, 1):
        found, problems = read_line(number, word)
        yield from found
        yield from problems


def id_text(nct_id: str) -> str:
    """Return a sentence about a malformed id."""
    return f'"{plain(nct_id)[:40]}" is not a trial id; write NCT and eight digits, such as NCT07555496'
