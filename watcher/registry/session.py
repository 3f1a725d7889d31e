"""One request, asked politely: paced, tried again by the table, by the transport that passes the firewall.

Gives answers with the statuses a caller can read more into (redirects, 400, 404); turns the others into errors.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from watcher.errors import RegistryRefusedError, RegistryUnavailableError
from watcher.registry.registry_model import NoAnswerError, RateLimitedError, Transport
from watcher.registry.retry import next_wait, read_http_date, read_retry_after
from watcher.registry.transport import Answer, HttpTransport

Sleep = Callable[[float], Awaitable[None]]


class RateLimit:
    """Keeps requests apart: starts at least one interval after the start before.

    Args:
        per_second: Most requests a second.
        sleep: Waits for seconds.
        monotonic: Seconds of a clock that only goes forward.
    """

    def __init__(self, per_second: float, sleep: Sleep, monotonic: Callable[[], float]) -> None:
        self._interval = 1.0 / per_second
        self._sleep = sleep
        self._monotonic = monotonic
        self._next: float | None = None

    async def turn(self) -> None:
        """Wait until the next request may start, and count it as started."""
        now = self._monotonic()
        if self._next is not None and now < self._next:
            await self._sleep(self._next - now)
            now = max(self._monotonic(), self._next)
        self._next = now + self._interval


class RegistrySession:
    """Sends GETs until there is an answer that counts.

    Args:
        transports: Those allowed, in the order to try; the second is asked only when the first is refused on the
            first request.
        knock: Opens a door by a transport.
        pace: Shared by everything that is sent, tries again included.
        sleep: Waits for seconds before a try again.
        now: Aware time of the run's start, for a `Retry-After` date in an answer without `Date`.
        host: For messages.
    """

    def __init__(
        self,
        transports: Sequence[Transport],
        *,
        knock: Callable[[Transport], HttpTransport],
        pace: RateLimit,
        sleep: Sleep,
        now: datetime,
        host: str,
    ) -> None:
        self._left = list(transports)
        self._tried: list[Transport] = []
        self._knock = knock
        self._pace = pace
        self._sleep = sleep
        self._now = now
        self._host = host
        self._door: HttpTransport | None = None
        self._first = True
        self.requests = 0

    @property
    def transport(self) -> Transport | None:
        """The transport in use; None before the first request."""
        return self._tried[-1] if self._tried else None

    async def aclose(self) -> None:
        """Release connections."""
        if self._door is not None:
            await self._door.aclose()
            self._door = None

    async def ask(self, path: str, params: Mapping[str, str], cap: int) -> Answer:
        """Send one GET, again where the table says so.

        Args:
            path: Path below the base address.
            params: Query parameters, in the order to send.
            cap: Most decoded bytes to take.

        Returns:
            An answer with a status of 2xx, 3xx or 4xx, never 403 or 429.

        Raises:
            RegistryRefusedError: 403; on the first request of a run, 403 by every transport allowed.
            RateLimitedError: 429 after all tries.
            RegistryUnavailableError: 5xx after all tries.
            NoAnswerError: No answer after all tries.
            RegistryAnswerError: A body that cannot be decoded or is over the cap.
        """
        while True:
            answer = await self._ask_by_one(path, params, cap)
            if answer.status != 403:
                self._first = False
                return answer
            if not (self._first and self._left):
                raise RegistryRefusedError(self._refusal())
            await self.aclose()

    async def _ask_by_one(self, path: str, params: Mapping[str, str], cap: int) -> Answer:
        """Send by the transport in use, again where the table says so; a 403 is given as an answer."""
        if self._door is None:
            self._door = self._knock(self._left[0])
            self._tried.append(self._left.pop(0))
        attempt = 0
        while True:
            attempt += 1
            await self._pace.turn()
            self.requests += 1
            try:
                answer = await self._door.get(path, params, cap)
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

    def _retry_after(self, answer: Answer) -> timedelta | None:
        sent_at = read_http_date(answer.headers.get("date")) or self._now
        return read_retry_after(answer.headers.get("retry-after"), sent_at)

    def _check(self, answer: Answer, attempts: int, retry_after: timedelta | None) -> None:
        """Turn the statuses into errors that say the registry is not to be had now."""
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
