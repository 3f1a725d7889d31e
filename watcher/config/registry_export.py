"""The registry's own downloads as watchlists: CSV, TSV, JSON and RIS.

Only the places where a record gives its own id are read. Titles and summaries name other trials too. Pure.

Sources: https://clinicaltrials.gov/data-api/about-api/csv-download for the names of the columns, and
https://clinicaltrials.gov/data-api/about-api/ris-download for the tags.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from watcher.errors import SearchError
from watcher.nct_id import NCT_ID, is_nct_id
from watcher.search.search_address import read_address
from watcher.study.read import at
from watcher.text import without_unseen

_ID_COLUMNS = ("nctnumber", "nctid", "studyurl", "url")
_LONGEST_HEAD = 10_000
_JSON_START = re.compile(r"[\[{]\s*[\"\[\]{}\d]")
_RIS_START = re.compile(r"\s*TY  ?- ")
_RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  ?-(?: (.*))?")
_RIS_ID_TAGS = ("ID", "AN", "M1", "C1", "UR", "LK", "L2", "CN")
"""Tags that identify a record: ids, accession numbers and addresses; never titles, abstracts or keywords."""

_OWN_ID = re.compile(rf"(?<![A-Z0-9]){NCT_ID.pattern}(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryExport:
    """What a download holds.

    Attributes:
        kind: CSV, TSV, JSON or RIS.
        ids: Line (0 where there are no lines) and id of every record, in order.
        wrong: Lines of records without an id; 0 where there are no lines.
        problem: Why it cannot be read as a whole; empty when it can.
    """

    kind: str
    ids: Sequence[tuple[int, str]] = ()
    wrong: Sequence[int] = ()
    problem: str = ""


def read_export(text: str) -> RegistryExport | None:
    """Return what a download of the registry holds; None for any other text."""
    start = text.lstrip("\ufeff \t\r\n")
    if _JSON_START.match(start):
        return _read_json(start)
    if _RIS_START.match(start):
        return _read_ris(text.removeprefix("\ufeff"))
    head = next(iter(start[: _LONGEST_HEAD + 1].splitlines()), "")
    if head.startswith("#") or len(head) > _LONGEST_HEAD:
        return None
    for delimiter in ("\t", ",", ";"):
        columns = [re.sub(r"[^a-z]", "", cell.lower()) for cell in next(csv.reader([head], delimiter=delimiter), [])]
        column = next((columns.index(name) for name in _ID_COLUMNS if name in columns), None)
        if column is not None and ("nct" in columns[column] or len(columns) > 1):
            return _read_table(text.removeprefix("\ufeff"), delimiter, column)
    return None


def _read_table(text: str, delimiter: str, column: int) -> RegistryExport:
    kind = "TSV" if delimiter == "\t" and "\t" in text else "CSV"
    rows = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    ids: list[tuple[int, str]] = []
    wrong: list[int] = []
    has_head = False
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if not has_head:
                has_head = True
                continue
            nct_id = _id_of(row[column]) if column < len(row) else None
            if nct_id is None:
                wrong.append(rows.line_num)
            else:
                ids.append((rows.line_num, nct_id))
    except csv.Error as error:
        return RegistryExport(kind=kind, problem=f"line {rows.line_num} cannot be read: {error}")
    return RegistryExport(kind=kind, ids=ids, wrong=wrong)


def _id_of(cell: str) -> str | None:
    word = without_unseen(cell).strip()
    if is_nct_id(word.upper()):
        return word.upper()
    try:
        return read_address(word).nct_id if "/" in word else None
    except SearchError:
        return None


def _read_json(text: str) -> RegistryExport:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return RegistryExport(kind="JSON", problem="it is cut off or not JSON")
    records = list(_records(found))
    ids = [_own_id(record) for record in records]
    good = [(0, nct_id) for nct_id in ids if nct_id is not None]
    return RegistryExport(kind="JSON", ids=good, wrong=[0] * (len(ids) - len(good)))


def _records(found: Any) -> Iterator[Any]:
    """Yield the records of a download, an answer of the API, or one record."""
    if isinstance(found, dict) and isinstance(found.get("studies"), list):
        yield from found["studies"]
    elif isinstance(found, list):
        yield from found
    else:
        yield found


def _own_id(record: Any) -> str | None:
    if isinstance(record, str):
        return _id_of(record)
    nct_id = at(record, "protocolSection", "identificationModule", "nctId") if isinstance(record, dict) else None
    return _id_of(nct_id) if isinstance(nct_id, str) else None


def _read_ris(text: str) -> RegistryExport:
    ids: list[tuple[int, str]] = []
    wrong: list[int] = []
    begun, found = 0, ""
    for number, line in enumerate([*text.splitlines(), "TY  - "], 1):
        match = _RIS_LINE.match(line)
        tag = match[1] if match else ""
        if tag == "TY":
            if begun and found:
                ids.append((begun, found))
            elif begun:
                wrong.append(begun)
            begun, found = number, ""
        elif match and tag in _RIS_ID_TAGS and not found:
            own = _OWN_ID.search((match[2] or "").upper())
            found = own[0] if own else ""
    return RegistryExport(kind="RIS", ids=ids, wrong=wrong)
