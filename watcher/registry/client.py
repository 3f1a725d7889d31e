"""The registry, asked politely: its version, records in batches, a single record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from watcher.registry.model import Page, Single, TransportMemory, Version


class RegistryClient:
    """One run's conversation with the registry: paced, retried, believed only when plausible in shape.

    Made by `access.open_registry`.

    Attributes:
        requests: How many requests were sent so far, retries included.
        memory: What to remember of the transport for the next run, or None when nothing was learnt.
    """

    requests: int
    memory: TransportMemory | None

    async def version(self) -> Version:
        """Ask for the data version; the first call of a run also settles the transport.

        Raises:
            RegistryRefusedError: 403 by every transport allowed.
            RegistryUnavailableError: No usable answer after all retries.
            RegistryAnswerError: An answer that cannot be believed.
        """
        raise NotImplementedError

    def pages(self, ids: Iterable[str]) -> AsyncIterator[Page]:
        """Ask for records by id, in batches of 100, and give each answer as it comes.

        Raises:
            RegistryRefusedError: 403.
            RegistryUnavailableError: 429 after all retries, or several batches in a row without an answer.
            RegistryAnswerError: Several batches in a row with answers that cannot be believed.
        """
        raise NotImplementedError

    async def single(self, nct_id: str) -> Single:
        """Ask for one record by its own address; what confirms an absence."""
        raise NotImplementedError
