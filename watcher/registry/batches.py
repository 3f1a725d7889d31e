"""Many ids, asked for in batches: pages followed, culprits found by halving, every id accounted for.

Source: https://clinicaltrials.gov/api/oas/v2, `filter.ids`, `pageSize`, `pageToken` of `/studies`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing

from watcher.errors import RegistryAnswerError, RegistryError, RegistryRefusedError
from watcher.registry.asking import Asker
from watcher.registry.model import (
    Failure,
    NoAnswerError,
    OverCapError,
    Page,
    RateLimitedError,
    RawRecord,
    is_nct_id,
)
from watcher.registry.page import Sheet, read_page
from watcher.registry.wire import PAGE_CAP, said, unexpected

BATCH = 100
"""Ids a request. The registry documents no limit; 500 are in use elsewhere, and 100 make an address of 1.3 KB."""

FAILED_IN_A_ROW = 3
"""So many failed requests in a row are the registry's failure, not the ids'."""

REFUSED_BEFORE_DOUBT = 3
"""So many single ids refused, and nothing ever delivered, make the request itself the culprit."""

READINGS = 3
"""How often a batch is begun at most: page tokens die with the data version, and then it begins again."""

MOST_PAGES = 200
"""Pages of one batch. Normally there is one, since a page holds as many studies as a batch has ids."""


class _BatchRefusedError(Exception):
    """400 for a first page: one of the ids, or the request itself. Never leaves this module."""


class _TokenDiedError(Exception):
    """400 for a later page. Never leaves this module."""


class Batches:
    """One reading of many ids; remembers how it went, so made anew for every reading."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._has_delivered = False
        self._failed_in_a_row = 0
        self._last_error: RegistryError | None = None

    async def pages(self, ids: Iterable[str]) -> AsyncGenerator[Page]:
        """Give each answer as it comes; see `RegistryClient.pages`."""
        asked = dict.fromkeys(ids)
        malformed = {
            one: "is not an NCT id: NCT and eight digits, not all zeros" for one in asked if not is_nct_id(one)
        }
        if malformed:
            yield Page(refused=malformed)
        good = [one for one in asked if one not in malformed]
        for start in range(0, len(good), BATCH):
            async with aclosing(self._batch(good[start : start + BATCH])) as pages:
                async for page in pages:
                    yield page
        if self._last_error is not None and not self._has_delivered:
            raise self._last_error

    async def _batch(self, batch: Sequence[str]) -> AsyncGenerator[Page]:
        """Read one batch, in halves where it is refused or too large."""
        refused: dict[str, str] = {}
        parts = [batch]
        while parts:
            part = parts.pop()
            try:
                page = await self._read(part)
            except (_BatchRefusedError, OverCapError) as error:
                if len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                elif isinstance(error, OverCapError):
                    yield Page(failed={part[0]: str(error)})
                else:
                    refused[part[0]] = str(error)
                    if not self._has_delivered and len(refused) >= REFUSED_BEFORE_DOUBT:
                        rest = [*refused, *(one for left in reversed(parts) for one in left)]
                        doubted = RegistryAnswerError(f"the registry refuses the request itself: {error}")
                        yield Page(failed=dict.fromkeys(rest, str(doubted)))
                        self._note(doubted)
                        return
            except RegistryError as error:
                if _ends_the_run(error):
                    raise
                yield Page(failed=dict.fromkeys(part, str(error)))
                self._note(error)
            else:
                self._has_delivered = True
                self._failed_in_a_row = 0
                yield page
        if refused:
            yield Page(refused=refused)

    def _note(self, error: RegistryError) -> None:
        """Count a failure, and give up when it is one too many in a row."""
        self._last_error = error
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= FAILED_IN_A_ROW:
            raise error

    async def _read(self, ids: Sequence[str]) -> Page:
        """Read these ids completely, from the first page again when a page token is no longer taken."""
        for _ in range(READINGS):
            try:
                return await self._read_once(ids)
            except _TokenDiedError:
                continue
        raise RegistryAnswerError(f"the registry did not take its own page token, {READINGS} times")

    async def _read_once(self, ids: Sequence[str]) -> Page:
        """Read these ids page by page, following `nextPageToken` with all parameters repeated."""
        params = {
            "format": "json",
            "markupFormat": "markdown",
            "pageSize": str(BATCH),
            "filter.ids": ",".join(ids),
        }
        tally = _Tally(ids)
        tokens: set[str] = set()
        while True:
            answer = await self._asker.ask("/studies", params, PAGE_CAP)
            if answer.status == 400:
                raise _TokenDiedError if tokens else _BatchRefusedError(said(answer) or "the registry refuses it (400)")
            if answer.status in (413, 414):
                raise OverCapError(f"the registry finds the request too long ({answer.status})")
            if answer.status != 200:
                raise unexpected(answer, "/studies")
            sheet = read_page(answer)
            tally.take(sheet)
            if sheet.next_token is None:
                return tally.page()
            if sheet.next_token in tokens or len(tokens) >= MOST_PAGES:
                raise RegistryAnswerError("the registry's pages do not come to an end")
            tokens.add(sheet.next_token)
            params = params | {"pageToken": sheet.next_token}


class _Tally:
    """Sorts what came for one request by what was asked."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._left = dict.fromkeys(ids)
        self._asked = frozenset(ids)
        self._records: dict[str, RawRecord] = {}
        self._aliased: dict[str, str] = {}
        self._failed: dict[str, str] = {}
        self._nameless = ""
        self._unasked = 0
        self._bytes = 0

    def take(self, sheet: Sheet) -> None:
        """Take one page.

        Raises:
            OverCapError: All pages together are larger than one may be.
        """
        for record in sheet.records:
            aliases = [alias for alias in record.aliases if alias in self._asked and alias != record.nct_id]
            if record.nct_id not in self._asked and not aliases:
                self._unasked += 1
                continue
            self._records[record.nct_id] = record
            self._aliased.update(dict.fromkeys(aliases, record.nct_id))
            for one in (record.nct_id, *aliases):
                self._left.pop(one, None)
            self._bytes += len(record.body)
        for unreadable in sheet.unreadable:
            if unreadable.nct_id in self._asked:
                self._failed[unreadable.nct_id] = unreadable.reason
                self._left.pop(unreadable.nct_id, None)
            else:
                self._nameless = unreadable.reason
        if self._bytes > PAGE_CAP:
            raise OverCapError(f"the answer is larger than {PAGE_CAP // 1024 // 1024} MB")

    def page(self) -> Page:
        """Give the whole; ids left over are missing, unless a record without a readable name may be theirs."""
        if self._nameless:
            self._failed.update(dict.fromkeys(self._left, f"a record of the same answer is broken: {self._nameless}"))
            self._left.clear()
        return Page(
            records=tuple(self._records.values()),
            aliased=self._aliased,
            missing=tuple(self._left),
            failed=self._failed,
            unasked=self._unasked,
        )


def _ends_the_run(error: RegistryError) -> bool:
    """Whether asking for the next batch would be impolite or pointless."""
    if isinstance(error, RegistryRefusedError | RateLimitedError):
        return True
    return isinstance(error, NoAnswerError) and error.failure in (Failure.UNTRUSTED, Failure.UNUSABLE)
