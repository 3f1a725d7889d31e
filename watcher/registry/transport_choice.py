"""Which transport asks, what is remembered of the firewall's verdict, and the door to a run.

State goes in and out as values (`TransportMemory`, `Breaker`); storing them is the caller's.
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
"""How long the transport that passed is asked first; then httpx gets its chance again."""

BREAKER_FOR = timedelta(hours=6)
"""How long a refusal is respected."""


def open_breaker(settings: RegistryConfig, now: datetime) -> Breaker:
    """Return the breaker to store after a `RegistryRefusedError`.

    Args:
        settings: The section the refusal happened under.
        now: Aware time.
    """
    return Breaker(until=now + BREAKER_FOR, settings=settings_mark(settings))


def is_open(breaker: Breaker | None, settings: RegistryConfig, now: datetime) -> bool:
    """Return whether the registry must not be asked now: a breaker stands and `[registry]` is as it was.

    Args:
        breaker: As stored, or None.
        settings: The section as it is now.
        now: Aware time. A clock set back does not prolong a breaker beyond its length.
    """
    if breaker is None or breaker.settings != settings_mark(settings):
        return False
    return timedelta() < breaker.until - now <= BREAKER_FOR


def settings_mark(settings: RegistryConfig) -> str:
    """Return a mark that differs when anything in `[registry]` that the firewall could see differs."""
    seen = "\n".join((settings.base_url, settings.contact, settings.transport))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def choose_transport(mode: str, memory: TransportMemory | None, now: datetime) -> tuple[Transport, ...]:
    """Return the transports to try on the first request of a run, in order.

    Args:
        mode: `auto`, `httpx` or `urllib`.
        memory: What passed last, or None.
        now: Aware time.

    Returns:
        One, unless the mode is `auto`: then httpx before urllib, or first the one that passed in the last seven days.
    """
    if mode != "auto":
        return (Transport(mode),)
    if _is_fresh(memory, now) and memory is not None and memory.passed is Transport.URLLIB:
        return (Transport.URLLIB, Transport.HTTPX)
    return (Transport.HTTPX, Transport.URLLIB)


def learn(mode: str, memory: TransportMemory | None, passed: Transport | None, now: datetime) -> TransportMemory | None:
    """Return what to remember after a run.

    Args:
        mode: `auto`, `httpx` or `urllib`; only `auto` learns.
        memory: What was remembered before.
        passed: The transport of the first believed answer, or None when there was none.
        now: Aware time.

    Returns:
        The old memory while it holds and was right: it is not prolonged, so that httpx is tried again after seven days.
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
    """Open one client for one poll; `client.version()` is to be its first request.

    Asks nothing by itself, and does not look at the breaker: see `is_open`.

    Args:
        settings: `[registry]`.
        memory: `client.memory` of an earlier run, or None.
        now: Aware time of the run's start.
        sleep: Waits for seconds; between requests and before tries again.
        monotonic: Seconds of a clock that only goes forward, for the pace.

    Yields:
        The client; its connections are closed at the end.

    Raises:
        NoAnswerError: From the first request, when a proxy of the environment cannot be used.
    """

    def connect(transport: Transport) -> HttpTransport:
        # imported when used: httpx takes 30 ms that a run by urllib, or one that asks nothing, does not pay
        if transport is Transport.HTTPX:
            from watcher.registry.httpx_transport import HttpxTransport

            return HttpxTransport(settings.base_url, settings.contact, settings.timeout)
        from watcher.registry.urllib_transport import UrllibTransport

        return UrllibTransport(settings.base_url, settings.contact, settings.timeout)

    asker = RegistrySession(
        choose_transport(settings.transport, memory, now),
        connect=connect,
        rate_limit=RateLimit(1.0 / settings.requests_per_second, sleep=sleep, monotonic=monotonic),
        sleep=sleep,
        now=now,
        host=host_of(settings.base_url),
    )
    try:
        yield RegistryClient(asker, lambda passed: learn(settings.transport, memory, passed, now))
    finally:
        await asker.aclose()


def _is_fresh(memory: TransportMemory | None, now: datetime) -> bool:
    return memory is not None and timedelta() < memory.until - now <= REMEMBERED_FOR
