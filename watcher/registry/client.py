"""The registry client: data version, records in batches, a single record.

Interprets responses for ids. What they mean for trials (stale, hollow, gone) is up to `plausibility` and the caller.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from urllib.parse import urlsplit

from watcher.errors import RegistryAnswerError
from watcher.nct_id import NCT_ID, is_nct_id
from watcher.registry.batches import Batches
from watcher.registry.registry_model import (
    DataVersion,
    Moved,
    NotFound,
    RawRecord,
    RecordPage,
    Single,
    Transport,
    TransportMemory,
)
from watcher.registry.search_results import SearchResults, read_results
from watcher.registry.search_walk import read_members
from watcher.registry.session import RegistrySession
from watcher.registry.studies_page import read_single, read_version
from watcher.registry.transport import RECORD_CAP, HttpResponse, said, unexpected

_LAST_ID = re.compile(rf"/({NCT_ID.pattern})/?", re.ASCII | re.IGNORECASE)
_VERSION_CAP = 1024 * 1024


class RegistryClient:
    """Query the registry during one run: rate-limited, with retries.

    Created by `transport_choice.open_registry`. Sends one request at a time; do not share it between tasks.
    """

    def __init__(self, session: RegistrySession, learn: Callable[[Transport | None], TransportMemory | None]) -> None:
        self._session = session
        self._learn = learn
        self._passed: Transport | None = None

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far, retries included."""
        return self._session.requests

    @property
    def memory(self) -> TransportMemory | None:
        """Return what the next run should know of the transport; unchanged until `version()` succeeds."""
        return self._learn(self._passed)

    async def version(self) -> DataVersion:
        """Fetch the data version. Call this first in a run: it also selects the transport.

        Raises:
            RegistryRefusedError: 403; on the first call, from every allowed transport.
            RegistryUnavailableError: No usable answer after all retries.
            RegistryAnswerError: The answer is not a plausible one.
        """
        answer = await self._session.ask("/version", {}, _VERSION_CAP)
        if answer.status != 200:
            raise unexpected(answer, "/version")
        version = read_version(answer)
        self._passed = self._session.transport
        return version

    def pages(self, ids: Iterable[str]) -> AsyncGenerator[RecordPage]:
        """Fetch records by id in batches of 100 and yield each response as it arrives.

        A failed batch does not affect the others: its ids are yielded as `RecordPage.failed`. Three failures in a row
        raise, and so does a run of failures without any success. Ids not yielded by then are unread. Close the
        generator if you leave it early (`contextlib.aclosing`).

        Args:
            ids: Ids in any order. Duplicates are requested once; malformed ones are yielded as `RecordPage.refused`
                without a request.

        Raises:
            RegistryRefusedError: 403.
            RegistryUnavailableError: 429 after all retries, an untrusted certificate, or the last error of batches that
                failed without an answer.
            RegistryAnswerError: The last error of batches whose answers are not plausible.
        """
        return Batches(self._session).pages(ids)

    async def members(self, params: Mapping[str, str], most: int) -> frozenset[str]:
        """Fetch the ids of everything a search selects; see `search_walk.read_members`."""
        return await read_members(self._session, params, most)

    async def single(self, nct_id: str) -> Single:
        """Fetch one record by its own address; used to confirm that a trial is gone.

        Returns:
            The record with this id; `Moved` if the registry redirects, or answers with a record that lists this id as
            an alias; `NotFound` on a 404 from the API itself. A web page with 404 comes from some other server.

        Raises:
            ValueError: `nct_id` is not an NCT id; no request is sent.
            RegistryRefusedError: 403.
            RegistryUnavailableError: No usable answer after all retries.
            RegistryAnswerError: The answer is not plausible, for example a record of another trial.

        Source: https://clinicaltrials.gov/api/oas/v2, 301 of `/studies/{nctId}` for an id found in NCTIdAlias.
        """
        if not is_nct_id(nct_id):
            raise ValueError(f'"{nct_id}" is not an NCT id')
        path = f"/studies/{nct_id}"
        answer = await self._session.ask(path, {"format": "json", "markupFormat": "markdown"}, RECORD_CAP)
        if answer.status == 404 and said(answer):
            return NotFound()
        if 300 <= answer.status < 400:
            return _moved(answer, nct_id)
        if answer.status != 200:
            raise unexpected(answer, path)
        return _own_or_moved(read_single(answer), nct_id)

    async def results(self, params: Mapping[str, str], count: int) -> SearchResults:
        """Return how many trials a search selects, and the first `count` of them; see `search_results`."""
        return await read_results(self._session, params, count)


def _moved(answer: HttpResponse, nct_id: str) -> Moved:
    """Return the new id from a redirect's target."""
    found = _LAST_ID.search(urlsplit(answer.headers.get("location", "")).path)
    to = found[1].upper() if found is not None else ""
    if to == nct_id or not is_nct_id(to):
        raise unexpected(answer, f"/studies/{nct_id}")
    return Moved(to)


def _own_or_moved(record: RawRecord, nct_id: str) -> RawRecord | Moved:
    if record.nct_id == nct_id:
        return record
    if nct_id in record.aliases:
        return Moved(record.nct_id)
    raise RegistryAnswerError(f"the registry answered with {record.nct_id} when asked for {nct_id}")
