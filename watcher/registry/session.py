"""Sends one request at a time: rate-limited, retried by the table, by the transport that passes the firewall.

Returns answers with statuses the caller interprets (redirects, 400, 404); turns the others into errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from watcher.errors import RegistryRefusedError, RegistryUnavailableError
from watcher.rate_limit import RateLimit, Sleep
from watcher.registry.registry_model import NoAnswerError, RateLimitedError, Transport
from watcher.registry.retry import next_wait, read_http_date, read_retry_after
from watcher.registry.transport import HttpResponse, HttpTransport


class RegistrySession:
    """Send GET requests and retry them until an answer counts.

    Args:
        transports: Allowed transports, in the order to try. The second is used only if the first is refused on the
            first request.
        connect: Opens a transport.
        rate_limit: Applies to every request, retries included.
        sleep: Waits that many seconds before a retry.
        now: Aware time of the run's start, for a `Retry-After` date in an answer without `Date`.
        host: Name of the registry's host, for messages.
    """

    def __init__(
        self,
        transports: Sequence[Transport],
        *,
        connect: Callable[[Transport], HttpTransport],
        rate_limit: RateLimit,
        sleep: Sleep,
        now: datetime,
        host: str,
    ) -> None:
        self._left = list(transports)
        self._tried: list[Transport] = []
        self._connect = connect
        self._rate_limit = rate_limit
        self._sleep = sleep
        self._now = now
        self._host = host
        self._client: HttpTransport | None = None
        self._first = True
        self.requests = 0

    @property
    def transport(self) -> Transport | None:
        """Return the transport in use, or None before the first request."""
        return self._tried[-1] if self._tried else None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def ask(self, path: str, params: Mapping[str, str], cap: int) -> HttpResponse:
        """Send one GET and retry it by the table.

        Args:
            path: Path below the base address.
            params: Query parameters, in the order to send.
            cap: Most decoded bytes to accept.

        Returns:
            An answer with status 2xx, 3xx or 4xx, never 403 or 429.

        Raises:
            RegistryRefusedError: 403; on the first request of a run, only if every allowed transport is refused.
            RateLimitedError: 429 after all retries.
            RegistryUnavailableError: 5xx after all retries.
            NoAnswerError: No answer after all retries.
            RegistryAnswerError: A body that cannot be decoded or is over the cap.
        """
        while True:
            answer = await self._ask_current(path, params, cap)
            if answer.status != 403:
                self._first = False
                return answer
            if not (self._first and self._left):
                raise RegistryRefusedError(self._refusal())
            await self.aclose()

    async def _ask_current(self, path: str, params: Mapping[str, str], cap: int) -> HttpResponse:
        """Send by the transport in use and retry by the table; return a 403 as an answer."""
        if self._client is None:
            self._client = self._connect(self._left[0])
            self._tried.append(self._left.pop(0))
        attempt = 0
        while True:
            attempt += 1
            await self._rate_limit.turn()
            self.requests += 1
            try:
                answer = await self._client.get(path, params, cap)
            except NoAnswerError as error:
                wait = next_wait(error.failure, attempt, None)
                if wait is None:
                    raise
            else:
                retry_after = self._retry_after(answer)
                wait = next_wait(answer.status, attempt, retry_after)
                if wait is None:
                    self._check(answer, attempt, retry_after)
                    return answer
            await self._sleep(wait.total_seconds())

    def _retry_after(self, answer: HttpResponse) -> timedelta | None:
        sent_at = read_http_date(answer.headers.get("date")) or self._now
        return read_retry_after(answer.headers.get("retry-after"), sent_at)

    def _check(self, answer: HttpResponse, attempts: int, retry_after: timedelta | None) -> None:
        """Raise for statuses that mean the registry is unavailable."""
        times = f" ({attempts} attempts)" if attempts > 1 else ""
        if answer.status == 429:
            raise RateLimitedError(f"{self._host} says we ask too often (429){times}", retry_after)
        if answer.status >= 500 or answer.status < 200:
            raise RegistryUnavailableError(f"{self._host} answered {answer.status}{times}", retry_after)

    def _refusal(self) -> str:
        by = " and ".join(transport.value for transport in self._tried)
        return (
            f"{self._host} refuses us (403, by {by}); its firewall judges by network address, TLS handshake and "
            "User-Agent, so try from another network, set contact in [registry], or another transport there; "
            "it is not asked again for some hours"
        )
