"""Which transport asks, what is remembered of the firewall's verdict, and the door to a run.

State goes in and out as values (`TransportMemory`, `Breaker`); storing them is the caller's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.registry.client import RegistryClient
from watcher.registry.model import Breaker, Transport, TransportMemory

if TYPE_CHECKING:
    from watcher.config.model import RegistryConfig

REMEMBERED_FOR = timedelta(days=7)
BREAKER_FOR = timedelta(hours=6)


def open_breaker(settings: RegistryConfig, now: datetime) -> Breaker:
    """Open the breaker after a `RegistryRefusedError`; it stands for six hours under these settings."""
    raise NotImplementedError


def is_open(breaker: Breaker | None, settings: RegistryConfig, now: datetime) -> bool:
    """Say whether the registry must not be asked now: a breaker stands and `[registry]` is as it was."""
    raise NotImplementedError


def choose_transport(mode: str, memory: TransportMemory | None, now: datetime) -> tuple[Transport, ...]:
    """Give the transports to try on the first request of a run, in order; one unless the mode is `auto`."""
    raise NotImplementedError


@asynccontextmanager
async def open_registry(
    settings: RegistryConfig,
    *,
    memory: TransportMemory | None,
    now: datetime,
    sleep: Callable[[float], Awaitable[None]],
    monotonic: Callable[[], float],
) -> AsyncIterator[RegistryClient]:
    """Open one client for one poll; `client.version()` is to be its first request."""
    raise NotImplementedError
    yield
