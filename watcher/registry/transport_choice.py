"""Choose the transport, remember what the firewall let through, and open the client of a run.

State goes in and out as values (`TransportMemory`, `Breaker`); the caller stores them.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.rate_limit import RateLimit, Sleep
from watcher.registry.client import RegistryClient
from watcher.registry.registry_model import Breaker, Transport, TransportMemory
from watcher.registry.session import RegistrySession
from watcher.registry.transport import HttpTransport, host_of

if TYPE_CHECKING:
    from watcher.config.config_model import RegistryConfig

REMEMBERED_FOR = timedelta(days=7)
"""How long we prefer the transport that passed; after that, httpx is tried first again."""

BREAKER_FOR = timedelta(hours=6)
"""How long we send no request after a refusal."""


def open_breaker(settings: RegistryConfig, now: datetime) -> Breaker:
    """Return the breaker to store after a `RegistryRefusedError`.

    Args:
        settings: `[registry]` at the time of the refusal.
        now: Aware time.
    """
    return Breaker(until=now + BREAKER_FOR, settings=settings_mark(settings))


def is_open(breaker: Breaker | None, settings: RegistryConfig, now: datetime) -> bool:
    """Return True if the registry must not be queried now: a breaker is set and `[registry]` has not changed.

    Args:
        breaker: The stored breaker, or None.
        settings: The present `[registry]`.
        now: Aware time. Setting the clock back does not prolong a breaker.
    """
    if breaker is None or breaker.settings != settings_mark(settings):
        return False
    return timedelta() < breaker.until - now <= BREAKER_FOR


def settings_mark(settings: RegistryConfig) -> str:
    """Return a hash of everything in `[registry]` that the firewall can see."""
    seen = "\n".join((settings.base_url, settings.contact, settings.transport))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def choose_transport(mode: str, memory: TransportMemory | None, now: datetime) -> tuple[Transport, ...]:
    """Return the transports to try on the first request of a run, in order.

    Args:
        mode: `auto`, `httpx` or `urllib`.
        memory: The transport that passed last, or None.
        now: Aware time.

    Returns:
        One transport, unless the mode is `auto`: then httpx before urllib, or the one that passed within seven days
        first.
    """
    if mode != "auto":
        return (Transport(mode),)
    if _is_fresh(memory, now) and memory is not None and memory.passed is Transport.URLLIB:
        return (Transport.URLLIB, Transport.HTTPX)
    return (Transport.HTTPX, Transport.URLLIB)


def learn(mode: str, memory: TransportMemory | None, passed: Transport | None, now: datetime) -> TransportMemory | None:
    """Return the memory to store after a run.

    Args:
        mode: `auto`, `httpx` or `urllib`; only `auto` learns.
        memory: The memory before the run, or None.
        passed: The transport of the first plausible answer, or None.
        now: Aware time.

    Returns:
        The old memory while it is valid and correct. It is not prolonged, so httpx is tried again after seven days.
    """
    if mode != "auto" or passed is None:
        return memory
    if memory is not None and memory.passed is passed and _is_fresh(memory, now):
        return memory
    return TransportMemory(passed=passed, until=now + REMEMBERED_FOR)


@asynccontextmanager
async def open_registry(
    settings: RegistryConfig,
    *,
    memory: TransportMemory | None,
    now: datetime,
    sleep: Sleep,
    monotonic: Callable[[], float],
) -> AsyncIterator[RegistryClient]:
    """Open a client for one poll; call `client.version()` first.

    Sends nothing by itself and does not check the breaker (see `is_open`).

    Args:
        settings: `[registry]`.
        memory: `client.memory` of an earlier run, or None.
        now: Aware time of the run's start.
        sleep: Waits that many seconds, between requests and before retries.
        monotonic: Seconds of a clock that never steps back, for the rate limit.

    Yields:
        The client; its connections are closed on exit.

    Raises:
        NoAnswerError: From the first request, if a proxy of the environment cannot be used.
    """

    def connect(transport: Transport) -> HttpTransport:
        # imported on use: httpx costs 30 ms, which a run with urllib or without requests should not pay
        if transport is Transport.HTTPX:
            from watcher.registry.httpx_transport import HttpxTransport

            return HttpxTransport(settings.base_url, settings.contact, settings.timeout)
        from watcher.registry.urllib_transport import UrllibTransport

        return UrllibTransport(settings.base_url, settings.contact, settings.timeout)

    session = RegistrySession(
        choose_transport(settings.transport, memory, now),
        connect=connect,
        rate_limit=RateLimit(1.0 / settings.requests_per_second, sleep=sleep, monotonic=monotonic),
        sleep=sleep,
        now=now,
        host=host_of(settings.base_url),
    )
    try:
        yield RegistryClient(session, lambda passed: learn(settings.transport, memory, passed, now))
    finally:
        await session.aclose()


def _is_fresh(memory: TransportMemory | None, now: datetime) -> bool:
    return memory is not None and timedelta() < memory.until - now <= REMEMBERED_FOR
