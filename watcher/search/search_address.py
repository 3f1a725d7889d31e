"""Splits a pasted address of ClinicalTrials.gov into its parameters. Decides nothing about what they mean.

The address comes from anywhere: only the registry's host is accepted, its length and the number of its parts are
bounded, and it is decoded exactly once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from watcher.errors import SearchError
from watcher.nct_id import NCT_ID
from watcher.text import plain, without_unseen

LONGEST = 6000
"""Characters of an address or of words; servers refuse longer request lines at about 8,000."""

_MOST_PARTS = 60
_HOSTS = ("clinicaltrials.gov", "www.clinicaltrials.gov")
_COPY = "copy the address of the search from the browser again"
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*://|\s*(?:www\.)?clinicaltrials\.gov(?:[/?:#]|\s*$)|\s*//", re.IGNORECASE)
_QUOTES = "<>\"'\u201c\u201d\u2018\u2019\u00ab\u00bb"
_SEARCH_PATHS = ("", "/search", "/expert-search", "/api/rss", "/api/v2/studies", "/api/int/studies")
_STUDY_PATH = re.compile(
    rf"/(?:ct2/show|show|study|api/v2/studies|api/int/studies)/({NCT_ID.pattern})(?:/.*)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A pasted address.

    Attributes:
        nct_id: The trial it shows; None for a search.
        parts: Its parameters in order, decoded, without empty ones.
    """

    nct_id: str | None
    parts: tuple[tuple[str, str], ...]


def is_address(text: str) -> bool:
    """Return True if a text is meant as an address rather than as words."""
    return _ADDRESS.match(without_unseen(text).strip(_QUOTES + " ")) is not None


def read_address(text: str) -> Address:
    """Split an address of the registry.

    Raises:
        SearchError: It is another host's, no page of a search or a trial, or cannot be decoded.
    """
    if len(text) > LONGEST:
        raise SearchError(f"the address is longer than {LONGEST:,} characters; {_COPY}")
    if any(unicodedata.category(sign) == "Cc" for sign in text.strip()):
        raise SearchError(f"the address contains a line break or another control character; {_COPY}")
    address = without_unseen(text).strip(_QUOTES + " ")
    split = _split(address if "://" in address.partition("?")[0] else f"https://{address.removeprefix('//')}")
    path = split.path.rstrip("/")
    study = _STUDY_PATH.fullmatch(path)
    if study is None and path not in _SEARCH_PATHS:
        if path.startswith("/ct2"):
            raise SearchError(
                "this is an address of the former web site; open it in a browser and copy the new address"
            )
        raise SearchError(f'"{plain(path)[:60]}" is no page of a search or of a trial; {_COPY}')
    return Address(nct_id=study[1].upper() if study else None, parts=_parts(split.query))


def _split(address: str) -> SplitResult:
    try:
        split = urlsplit(address)
        host, has_port = split.hostname or "", split.port is not None
    except ValueError:
        raise SearchError(f"this is no address of a web page; {_COPY}") from None
    if split.scheme not in ("http", "https"):
        raise SearchError(f'"{plain(split.scheme)[:20]}:" is no address of a web page; {_COPY}')
    if split.username is not None or split.password is not None:
        raise SearchError("the address contains a log-in; take out what stands before the @")
    if host not in _HOSTS:
        shown = host.encode("ascii", "backslashreplace").decode()[:60]
        raise SearchError(f'"{shown}" is not ClinicalTrials.gov; only its searches can be watched')
    if has_port:
        raise SearchError("the address contains a port; take out the colon and the number after the host")
    return split


def _parts(query: str) -> tuple[tuple[str, str], ...]:
    if re.search(r"%(?![0-9A-Fa-f]{2})", query):
        raise SearchError(f'a "%" in the address is not followed by two hexadecimal digits; {_COPY}')
    try:
        parts = parse_qsl(query.replace("&amp;", "&"), errors="strict", max_num_fields=_MOST_PARTS)
    except UnicodeDecodeError:
        raise SearchError(f"the address contains bytes that are not UTF-8 text; {_COPY}") from None
    except ValueError:
        raise SearchError(f"the address has more than {_MOST_PARTS} parts; {_COPY}") from None
    for name, value in parts:
        if any(unicodedata.category(sign) == "Cc" for sign in name + value):
            raise SearchError(f'"{plain(name)[:40]}" in the address contains a control character; {_COPY}')
        if re.search(r"%[0-9A-Fa-f]{2}", value):
            raise SearchError(f'"{plain(name)[:40]}" in the address is percent-encoded twice; {_COPY}')
    return tuple((name.strip(), plain(value)) for name, value in parts if plain(value))
