"""Fetch many ids in batches: follow pages, find culprits by halving, account for every id.

Source: https://clinicaltrials.gov/api/oas/v2, `filter.ids`, `pageSize`, `pageToken` of `/studies`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace

from watcher.errors import RegistryAnswerError, RegistryError, RegistryRefusedError
from watcher.nct_id import is_nct_id
from watcher.registry.registry_model import (
    Failure,
    NoAnswerError,
    OverCapError,
    RateLimitedError,
    RawRecord,
    RecordPage,
    UnreadableAnswerError,
)
from watcher.registry.session import RegistrySession
from watcher.registry.studies_page import StudiesPage, read_page
from watcher.registry.transport import PAGE_CAP, said, unexpected

BATCH = 100
"""Ids per request. The registry documents no limit; 500 are used elsewhere, and 100 make an address of 1.3 KB."""

PAGE_SIZE = BATCH + 1
"""Studies per page: one more than a batch has ids. The registry adds a next-page token to every full page, even if
nothing is left, so a full page would cost a second, empty request.
"""

FAILED_IN_A_ROW = 3
"""After this many failed requests in a row we blame the registry, not the ids."""

REFUSED_BEFORE_DOUBT = 3
"""If this many single ids are refused and nothing was ever delivered, we blame the request itself."""

SPLITS_BEFORE_DOUBT = 12
"""After halving this many requests of one batch in a row we blame the registry, not single ids."""

SPLITS_BEFORE_LOOKING_ELSEWHERE = 8
"""Halvings needed to isolate one culprit in a hundred. If more fail in a row, the largest remaining part comes next: it
shows whether the registry answers at all.
"""

READINGS = 3
"""How often a batch may start: page tokens expire with the data version, and then it starts again."""

MOST_PAGES = 200
"""Most pages of one batch. Usually there is one, since a page holds as many studies as a batch has ids."""


class _BatchRefusedError(Exception):
    """400 for a first page: an id or the request itself is refused. Never leaves this module."""


class _TokenDiedError(Exception):
    """400 for a later page. Never leaves this module."""


class Batches:
    """Read many ids once. Holds counts of failures, so create a new one for every reading."""

    def __init__(self, session: RegistrySession) -> None:
        self._session = session
        self._has_delivered = False
        self._failed_in_a_row = 0
        self._last_error: RegistryError | None = None

    async def pages(self, ids: Iterable[str]) -> AsyncGenerator[RecordPage]:
        """Yield each response as it arrives (see `RegistryClient.pages`)."""
        asked = dict.fromkeys(ids)
        malformed = {
            one: "is not an NCT id: NCT and eight digits, not all zeros" for one in asked if not is_nct_id(one)
        }
        if malformed:
            yield RecordPage(refused=malformed)
        good = [one for one in asked if one not in malformed]
        for start in range(0, len(good), BATCH):
            async with aclosing(self._batch(good[start : start + BATCH])) as pages:
                async for page in pages:
                    yield page
        if self._last_error is not None and not self._has_delivered:
            raise self._last_error

    async def _batch(self, batch: Sequence[str]) -> AsyncGenerator[RecordPage]:
        """Read one batch; halve it where it is refused, too large or cannot be decoded."""
        refused: dict[str, str] = {}
        doubted: dict[str, str] = {}  # refused since the last good response
        parts = [batch]
        splits = 0
        while parts:
            part = parts.pop(0 if splits >= SPLITS_BEFORE_LOOKING_ELSEWHERE else -1)
            try:
                page, left = await self._read(part)
            except (_BatchRefusedError, OverCapError, UnreadableAnswerError) as error:
                splits += 1
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                elif isinstance(error, _BatchRefusedError):
                    doubted[part[0]] = str(error)
                else:
                    is_unreadable = isinstance(error, UnreadableAnswerError)
                    yield RecordPage(
                        failed={part[0]: str(error)}, unreadable=frozenset(part) if is_unreadable else frozenset()
                    )
                is_over = not parts and not self._has_delivered and len(doubted) >= REFUSED_BEFORE_DOUBT
                if is_over or (parts and splits >= SPLITS_BEFORE_DOUBT):
                    rest = [*doubted, *(one for left in reversed(parts) for one in left)]
                    failure = _doubt(error)
                    unreadable = frozenset(rest if isinstance(failure, UnreadableAnswerError) else ())
                    yield RecordPage(refused=refused, failed=dict.fromkeys(rest, str(failure)), unreadable=unreadable)
                    self._note(failure)
                    return
            except RegistryError as error:
                if _ends_the_run(error):
                    raise
                yield RecordPage(failed=dict.fromkeys(part, str(error)))
                self._note(error)
            else:
                self._has_delivered = True
                self._failed_in_a_row = splits = 0
                refused |= doubted
                doubted.clear()
                parts += [left] if left else []
                yield page
        if refused or doubted:
            yield RecordPage(refused=refused | doubted)

    def _note(self, error: RegistryError) -> None:
        """Count a failure and raise after too many in a row."""
        self._last_error = error
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= FAILED_IN_A_ROW:
            raise error

    async def _read(self, ids: Sequence[str]) -> tuple[RecordPage, Sequence[str]]:
        """Read these ids completely; start again if a page token expires.

        Returns:
            The page, and the ids to request again in a batch of their own; usually none.
        """
        for _ in range(READINGS):
            try:
                return await self._read_once(ids)
            except _TokenDiedError:
                continue
        raise RegistryAnswerError(f"the registry did not take its own page token, {READINGS} times")

    async def _read_once(self, ids: Sequence[str]) -> tuple[RecordPage, Sequence[str]]:
        """Read these ids page by page; `nextPageToken` requires all parameters again."""
        params = {
            "format": "json",
            "markupFormat": "markdown",
            "pageSize": str(PAGE_SIZE),
            "filter.ids": ",".join(ids),
        }
        outcome = _BatchOutcome(ids)
        tokens: set[str] = set()
        while True:
            answer = await self._session.ask("/studies", params, PAGE_CAP)
            if answer.status == 400:
                raise _TokenDiedError if tokens else _BatchRefusedError(said(answer) or "the registry refuses it (400)")
            if answer.status in (413, 414):
                raise OverCapError(f"the registry finds the request too long ({answer.status})")
            if answer.status != 200:
                raise unexpected(answer, "/studies")
            page_read = read_page(answer)
            outcome.take(page_read)
            if page_read.next_token is None:
                return outcome.page(), outcome.again()
            if page_read.next_token in tokens or len(tokens) >= MOST_PAGES:
                raise RegistryAnswerError("the registry's pages do not come to an end")
            tokens.add(page_read.next_token)
            params = params | {"pageToken": page_read.next_token}


class _BatchOutcome:
    """Match the records of one request to the requested ids."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._left = dict.fromkeys(ids)
        self._asked = frozenset(ids)
        self._records: dict[str, RawRecord] = {}
        self._aliased: dict[str, str] = {}
        self._failed: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self._nameless = ""
        self._unasked = 0
        self._bytes = 0

    def take(self, page_read: StudiesPage) -> None:
        """Add one page.

        Raises:
            OverCapError: All pages together exceed the cap of one.
        """
        for record in page_read.records:
            aliases = [alias for alias in record.aliases if alias in self._asked and alias != record.nct_id]
            if record.nct_id not in self._asked and not aliases:
                self._unasked += 1
                continue
            known = self._records.get(record.nct_id)
            self._records[record.nct_id] = record if known is None else _one_of(known, record)
            for alias in aliases:
                self._claim(alias, record.nct_id)
            self._left.pop(record.nct_id, None)
            self._bytes += len(record.body)
        for unreadable in page_read.unreadable:
            if unreadable.nct_id in self._asked:
                self._failed[unreadable.nct_id] = unreadable.reason
                self._unreadable.add(unreadable.nct_id)
                self._left.pop(unreadable.nct_id, None)
            else:
                self._nameless = unreadable.reason
        if self._bytes > PAGE_CAP:
            raise OverCapError(f"the answer is larger than {PAGE_CAP // 1024 // 1024} MB")

    def _claim(self, alias: str, nct_id: str) -> None:
        """Note that a record lists a requested id as an alias; two such records contradict each other."""
        self._left.pop(alias, None)
        if self._aliased.setdefault(alias, nct_id) != nct_id:
            others = " and ".join(sorted({self._aliased[alias], nct_id}))
            self._failed[alias] = f"the registry says in one answer that {alias} was merged into {others}"

    def again(self) -> Sequence[str]:
        """Return the ids to request again: a broken record may belong to any of them."""
        return tuple(self._left) if self._nameless and len(self._left) > 1 else ()

    def page(self) -> RecordPage:
        """Return the whole. Ids without a record are missing, unless an unreadable record may be theirs.

        Raises:
            UnreadableAnswerError: No requested record was read, and at least one cannot be decoded.
        """
        failed, unreadable = dict(self._failed), set(self._unreadable)
        missing = tuple(self._left)
        if self._nameless:
            missing = ()
            if self.again() and len(self._left) == len(self._asked):
                raise UnreadableAnswerError(f"a record cannot be read: {self._nameless}")
            if len(self._left) == 1:
                failed.update(dict.fromkeys(self._left, f"the record cannot be read: {self._nameless}"))
                unreadable.update(self._left)
        for one in self._records:
            failed.pop(
                one, None
            )  # it has a record of its own, so it is not an alias, and its unreadable copy does not count
            unreadable.discard(one)
        return RecordPage(
            records=tuple(self._records.values()),
            aliased={
                alias: nct_id
                for alias, nct_id in self._aliased.items()
                if alias not in self._records and alias not in failed
            },
            missing=missing,
            failed=failed,
            unreadable=frozenset(unreadable),
            unasked=self._unasked,
        )


def _one_of(one: RawRecord, other: RawRecord) -> RawRecord:
    """Return the newer of two copies of one trial, marked as doubtful if their contents differ."""
    newer = max(one, other, key=lambda record: record.data_version or "")
    if one.doubt or one.fingerprint != other.fingerprint:
        doubt = f"The registry sent {one.nct_id} twice in one answer, with different contents."
        return replace(newer, doubt=doubt, aliases=())
    return newer


def _doubt(error: Exception) -> RegistryAnswerError:
    """Return the error for a batch whose halves all fail."""
    if isinstance(error, _BatchRefusedError):
        return RegistryAnswerError(f"the registry refuses the request itself: {error}")
    kind = UnreadableAnswerError if isinstance(error, UnreadableAnswerError) else RegistryAnswerError
    return kind(f"hardly any part of the registry's answer can be read: {error}")


def _ends_the_run(error: RegistryError) -> bool:
    """Return True if requesting the next batch would be impolite or pointless."""
    if isinstance(error, RegistryRefusedError | RateLimitedError):
        return True
    return isinstance(error, NoAnswerError) and error.failure in (Failure.UNTRUSTED, Failure.UNUSABLE)
