"""The bytes of each record at each data version.

Reads folders and sets `versionHolder`; independent of HTTP. Records are read on demand and parsed at most once.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, cast

from watcher.changes.model import Record
from watcher.nct_id import is_nct_id
from watcher.sandbox.search_answers import selects

Source: TypeAlias = bytes | Path
"""One state of one record: its JSON, or the file that contains it."""

DATA_VERSION = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
FALLBACK_VERSION = "2026-01-01"
"""Data version of a folder of undated files without one of their own."""

_OWN_VERSION = re.compile(rb'"versionHolder"\s*:\s*"(\d{4}-\d{2}-\d{2})"')
_STAMP = b'"miscInfoModule":{"versionHolder":"'
_KEPT_IN_MEMORY = 2048
_KEPT_SEARCHES = 64
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_NULL = 16


class TimelineError(Exception):
    """A folder cannot be served."""


class Timeline:
    """Trials and their states over the union of their data versions.

    At data version V a trial is its newest state not after V; before its first, its oldest. Every record carries V as
    its `versionHolder`, whatever its file says. A state that is JSON `null` means: not in the registry then.
    Reads a record when it is asked for; `check` reads them all.

    Args:
        states: Per NCT id, per data version (`yyyy-mm-dd`), the record; at least one of each.
        undated: Per NCT id one record that is the same at every data version and adds none.

    Raises:
        TimelineError: No record at all.
    """

    def __init__(self, states: Mapping[str, Mapping[str, Source]], undated: Mapping[str, Source] | None = None) -> None:
        self._sources: dict[str, tuple[tuple[str, ...], tuple[Source, ...]]] = {
            nct_id: (tuple(sorted(dated)), tuple(dated[version] for version in sorted(dated)))
            for nct_id, dated in states.items()
            if dated
        }
        for nct_id, source in (undated or {}).items():
            self._sources[nct_id] = (("",), (source,))
        if not self._sources:
            raise TimelineError("There is no trial to serve; give at least one record.")
        dated_versions = {version for versions, _ in self._sources.values() for version in versions if version}
        self._versions = tuple(sorted(dated_versions)) or (_newest_own_version(tuple((undated or {}).values())),)
        self._cut = lru_cache(maxsize=_KEPT_IN_MEMORY)(_cut_at_stamp)
        self._aliases_at = lru_cache(maxsize=None)(self._find_aliases)
        self._aliases_in = lru_cache(maxsize=None)(_aliases)
        self._order = lru_cache(maxsize=4)(self._shuffle)
        self._found = lru_cache(maxsize=_KEPT_SEARCHES)(self._find)

    @classmethod
    def of(cls, records: Mapping[str, Mapping[str, Record | bytes | None]]) -> Timeline:
        """Build a timeline from values: per NCT id, per data version, the record (None: not there then)."""
        return cls(
            {
                nct_id: {version: _as_bytes(record) for version, record in states.items()}
                for nct_id, states in records.items()
            }
        )

    @classmethod
    def from_folder(cls, folder: Path) -> Timeline:
        """Read a folder of `<NCT>/<data version>.json` or `<NCT>.json`; everything else in it is ignored.

        Undated files alone make one data version: the newest `versionHolder` found inside, else `FALLBACK_VERSION`.
        Beside dated ones they add none.

        Raises:
            TimelineError: No such folder, no trial in it, or a trial given in both spellings or under a wrong date.
        """
        states: dict[str, dict[str, Source]] = {}
        undated: dict[str, Source] = {}
        for entry in _entries(folder):
            if entry.suffix == ".json" and is_nct_id(entry.stem):
                undated[entry.stem] = entry
            elif is_nct_id(entry.name) and entry.is_dir():
                states[entry.name] = _dated_files(entry)
        both = sorted(states.keys() & undated.keys())
        if both:
            raise TimelineError(f"{folder} holds both {both[0]}/ and {both[0]}.json; keep one of them.")
        if not states and not undated:
            raise TimelineError(f"{folder} holds no trial; put <NCT>/<data version>.json or <NCT>.json into it.")
        return cls(states, undated)

    @property
    def data_versions(self) -> tuple[str, ...]:
        """Return every data version, oldest first; never empty."""
        return self._versions

    def record(self, nct_id: str, data_version: str) -> bytes | None:
        """Return a record as one line of JSON stamped with the data version, or None when it is not there.

        Raises:
            TimelineError: Its file is no JSON object.
        """
        if nct_id not in self._sources:
            return None
        cut = self._cut(self._source(nct_id, data_version))
        return None if cut is None else data_version.encode().join(cut)

    def canonical(self, nct_id: str, data_version: str) -> str | None:
        """Return the canonical id: its own, or that of the study with it in `nctIdAliases`."""
        if nct_id in self._sources and self._is_there(nct_id, data_version):
            return nct_id
        return self._aliases_at(data_version).get(nct_id)

    def ids(self, data_version: str) -> tuple[str, ...]:
        """Return every id at a data version, in an arbitrary but fixed order."""
        return self._order(data_version)

    def found(self, parameters: tuple[tuple[str, str], ...], data_version: str) -> tuple[str, ...]:
        """Return the ids a search selects, in an arbitrary but fixed order.

        Raises:
            QueryError: A value the registry answers with 400.
            TimelineError: A file is no JSON object.
        """
        return self._found(parameters, data_version)

    @staticmethod
    def shuffled(nct_ids: Iterable[str], data_version: str) -> tuple[str, ...]:
        """Return ids in the arbitrary but fixed order of a data version."""
        return tuple(sorted(nct_ids, key=lambda nct_id: hashlib.sha256(f"{data_version} {nct_id}".encode()).digest()))

    def check(self) -> None:
        """Read every record once.

        Raises:
            TimelineError: The first that is no JSON object.
        """
        for _, sources in self._sources.values():
            for source in sources:
                _parsed(source)

    def _source(self, nct_id: str, data_version: str) -> Source:
        versions, sources = self._sources[nct_id]
        return sources[max(bisect_right(versions, data_version) - 1, 0)]

    def _is_there(self, nct_id: str, data_version: str) -> bool:
        source = self._source(nct_id, data_version)
        if isinstance(source, Path) and source.stat().st_size > _LONGEST_NULL:
            return True
        return _read(source) != b"null"

    def _shuffle(self, data_version: str) -> tuple[str, ...]:
        return self.shuffled((nct_id for nct_id in self._sources if self._is_there(nct_id, data_version)), data_version)

    def _find(self, parameters: tuple[tuple[str, str], ...], data_version: str) -> tuple[str, ...]:
        is_in = selects(dict(parameters))
        records = ((nct_id, _parsed(self._source(nct_id, data_version))) for nct_id in self._sources)
        found = (nct_id for nct_id, record in records if record is not None and is_in(cast("Record", record)))
        return self.shuffled(found, data_version)

    def _find_aliases(self, data_version: str) -> dict[str, str]:
        return {
            alias: nct_id for nct_id in self._sources for alias in self._aliases_in(self._source(nct_id, data_version))
        }


def _as_bytes(record: Record | bytes | None) -> bytes:
    return record if isinstance(record, bytes) else _dump(record)


def _dump(value: object) -> bytes:
    # A lone surrogate cannot be UTF-8; backslashreplace spells it as the JSON escape it came from.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except NotADirectoryError:
        raise TimelineError(f"{folder} is a file; give a folder of records.") from None
    except OSError as error:
        raise TimelineError(f"{folder} cannot be read ({error.strerror}); give a folder of records.") from None


def _dated_files(folder: Path) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for file in _entries(folder):
        if file.suffix != ".json":
            continue
        if not DATA_VERSION.fullmatch(file.stem):
            raise TimelineError(f"{file} is not named after a data version; name it like 2026-03-02.json.")
        found[file.stem] = file
    if not found:
        raise TimelineError(f"{folder} holds no record; put <data version>.json into it.")
    return found


def _newest_own_version(sources: tuple[Source, ...]) -> str:
    own = {match[-1].decode() for source in sources if (match := _OWN_VERSION.findall(_read(source)))}
    return max((version for version in own if DATA_VERSION.fullmatch(version)), default=FALLBACK_VERSION)


def _read(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source.strip()
    try:
        return source.read_bytes().removeprefix(_BYTE_ORDER_MARK).strip()
    except OSError as error:
        raise TimelineError(f"{source} cannot be read ({error.strerror}); make it readable.") from None


def _parsed(source: Source) -> dict[str, object] | None:
    where = source if isinstance(source, Path) else "A record"
    try:
        value = json.loads(_read(source))
    except ValueError as error:
        raise TimelineError(f"{where} is not JSON ({error}); replace or remove it.") from None
    if value is None or isinstance(value, dict):
        return value
    raise TimelineError(f"{where} is not a record (a JSON object is needed); replace or remove it.")


def _cut_at_stamp(source: Source) -> tuple[bytes, bytes] | None:
    """Return the bytes before and after the value of `versionHolder`; None for an absent record."""
    text = _read(source)
    at = text.rfind(_STAMP)
    if at < 0 or b"\n" in text:
        record = _parsed(source)
        if record is None:
            return None
        text = _dump(_with_holder(record))
        at = text.rfind(_STAMP)
    start = at + len(_STAMP)
    return text[:start], text[text.index(b'"', start) :]


def _with_holder(record: Mapping[str, object]) -> dict[str, object]:
    derived = record.get("derivedSection")
    derived = derived if isinstance(derived, dict) else {}
    misc = derived.get("miscInfoModule")
    misc = {"versionHolder": "", **(misc if isinstance(misc, dict) else {})}
    if not isinstance(misc["versionHolder"], str):
        misc["versionHolder"] = ""
    return {**record, "derivedSection": {**derived, "miscInfoModule": misc}}


def _aliases(source: Source) -> tuple[str, ...]:
    if b'"nctIdAliases"' not in _read(source):
        return ()
    record: object = _parsed(source)
    for key in ("protocolSection", "identificationModule", "nctIdAliases"):
        record = record.get(key) if isinstance(record, dict) else None
    return tuple(str(alias) for alias in record) if isinstance(record, list) else ()
