"""The registry, asked politely: its version, records in batches, a single record.

Reads what answers mean for ids; what they mean for trials (stale, hollow, gone) is judged by `plausibility` and the
caller.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable
from urllib.parse import urlsplit

from watcher.errors import RegistryAnswerError
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
    is_nct_id,
)
from watcher.registry.session import RegistrySession
from watcher.registry.studies_page import read_single, read_version
from watcher.registry.transport import RECORD_CAP, HttpResponse, said, unexpected

_LAST_ID = re.compile(r"/(NCT\d{8})/?", re.ASCII | re.IGNORECASE)
_VERSION_CAP = 1024 * 1024


class RegistryClient:
    """One run's conversation with the registry: paced, tried again, believed only when plausible in shape.

    Made by `access.open_registry`. One request at a time; not to be shared between tasks.
    """

    def __init__(self, asker: RegistrySession, learn: Callable[[Transport | None], TransportMemory | None]) -> None:
        self._asker = asker
        self._learn = learn
        self._passed: Transport | None = None

    @property
    def requests(self) -> int:
        """How many requests were sent so far, tries again included."""
        return self._asker.requests

    @property
    def memory(self) -> TransportMemory | None:
        """What to remember of the transport for the next run; what was remembered before `version()` succeeded."""
        return self._learn(self._passed)

    async def version(self) -> DataVersion:
        """Ask for the data version; to be the first call of a run, since it also settles the transport.

        Raises:
            RegistryRefusedError: 403; on the first call, by every transport allowed.
            RegistryUnavailableError: No usable answer after all tries.
            RegistryAnswerError: An answer that cannot be believed.
        """
        answer = await self._asker.ask("/version", {}, _VERSION_CAP)
        if answer.status != 200:
            raise unexpected(answer, "/version")
        version = read_version(answer)
        self._passed = self._asker.transport
        return version

    def pages(self, ids: Iterable[str]) -> AsyncGenerator[RecordPage]:
        """Ask for records by id, in batches of 100, and give each answer as it comes.

        One batch that fails harms no other: its ids come as
        `RecordPage.failed`. Three in a row end the asking, and so does
        the end when nothing else came. Ids not spoken of by then are simply unread. Left early, it is to be closed
        (`contextlib.aclosing`).

        Args:
            ids: Ids to ask for, in any order; repeats are asked once, malformed ones are `RecordPage.refused` unasked.

        Raises:
            RegistryRefusedError: 403.
            RegistryUnavailableError: 429 after all tries, a certificate not to be trusted, or the last error of batches
                that failed without an answer.
            RegistryAnswerError: The last error of batches whose answers cannot be believed.
        """
        return Batches(self._asker).pages(ids)

    async def single(self, nct_id: str) -> Single:
        """Ask for one record by its own address; what confirms an absence.

        Returns:
            The record under this very id; `Moved` when the registry points to another id, by redirect or by answering
            with a record that lists this one as an alias; `NotFound` on a 404 in the API's own
            words (a web page with 404 is some server's word, not the registry's).

        Raises:
            ValueError: `nct_id` is no NCT id; nothing is sent.
            RegistryRefusedError: 403.
            RegistryUnavailableError: No usable answer after all tries.
            RegistryAnswerError: An answer that cannot be believed, a record of another trial among them.

        Source: https://clinicaltrials.gov/api/oas/v2, 301 of `/studies/{nctId}` for an id found in NCTIdAlias.
        """
        if not is_nct_id(nct_id):
            raise ValueError(f'"{nct_id}" is not an NCT id')
        path = f"/studies/{nct_id}"
        answer = await self._asker.ask(path, {"format": "json", "markupFormat": "markdown"}, RECORD_CAP)
        if answer.status == 404 and said(answer):
            return NotFound()
        if 300 <= answer.status < 400:
            return _moved(answer, nct_id)
        if answer.status != 200:
            raise unexpected(answer, path)
        return _own_or_moved(read_single(answer), nct_id)


def _moved(answer: HttpResponse, nct_id: str) -> Moved:
    """Read the new id from where a redirect points."""
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
