"""Knocks once at the registry's door by each transport, for the doctor: who passes, what data, whose clock is right.

Unlike a poll it tries nothing again and remembers nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.errors import RegistryError, RegistryRefusedError, RegistryUnavailableError, WatcherError
from watcher.registry.registry_model import Transport
from watcher.registry.retry import read_http_date
from watcher.registry.studies_page import read_version
from watcher.registry.transport import host_of, unexpected

if TYPE_CHECKING:
    from watcher.config.config_model import RegistryConfig
    from watcher.registry.transport import HttpResponse, HttpTransport

CLOCKS_AGREE = timedelta(minutes=2)
"""A digest is due by the minute; below this nobody notices, and an answer may have been under way for a while."""

_VERSION_CAP = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What one look at the registry came to.

    Attributes:
        part: What was looked at.
        said: One sentence.
        error: What is wrong; None when it is well.
        is_skipped: Whether it could not be looked at.
        opens: Whether the registry answered by a transport the configuration allows: a breaker may be closed.
    """

    part: str
    said: str
    error: WatcherError | None = None
    is_skipped: bool = False
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    token: str | None = None
    lag: timedelta | None = None
    error: RegistryError | None = None


async def probe_registry(
    settings: RegistryConfig, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[ProbeResult]:
    """Ask for the data version by httpx, then by urllib, one request each.

    Args:
        settings: `[registry]`.
        clock: Gives the time, aware.
        sleep: Waits for seconds; between the two.

    Yields:
        One result per transport, then the clock's.
    """
    tried: dict[Transport, _Tried] = {}
    for transport in Transport:
        if tried:
            await sleep(1 / settings.requests_per_second)
        tried[transport] = await _try(settings, transport, clock)
    for transport in Transport:
        yield _judge(settings.transport, transport, tried)
    yield _judge_clock(tried)


async def _try(settings: RegistryConfig, transport: Transport, clock: Callable[[], datetime]) -> _Tried:
    try:
        door = _door(settings, transport)
        try:
            started = clock()
            answer = await door.get("/version", {}, _VERSION_CAP)
            lag = _lag(answer, started, clock())
        finally:
            await door.aclose()
        return _Tried(token=_token(answer, host_of(settings.base_url)), lag=lag)
    except RegistryError as error:
        return _Tried(error=error)


def _door(settings: RegistryConfig, transport: Transport) -> HttpTransport:
    if transport is Transport.HTTPX:
        from watcher.registry.httpx_transport import HttpxTransport

        return HttpxTransport(settings.base_url, settings.contact, settings.timeout)
    from watcher.registry.urllib_transport import UrllibTransport

    return UrllibTransport(settings.base_url, settings.contact, settings.timeout)


def _token(answer: HttpResponse, host: str) -> str | None:
    if answer.status == 403:
        raise RegistryRefusedError(f"{host} refuses it (403)")
    if answer.status == 429 or answer.status >= 500:
        raise RegistryUnavailableError(f"{host} answered {answer.status}; it mostly passes by itself")
    if answer.status != 200:
        raise unexpected(answer, "/version")
    return read_version(answer).token


def _lag(answer: HttpResponse, started: datetime, ended: datetime) -> timedelta | None:
    """Return how far the registry's clock is ahead of ours; zero while it lies within the time the request took."""
    theirs = read_http_date(answer.headers.get("date"))
    if theirs is None:
        return None
    second = timedelta(seconds=1)  # a Date header knows whole seconds: RFC 9110 section 5.6.7
    if started - second <= theirs <= ended:
        return timedelta()
    return theirs - ended if theirs > ended else theirs + second - started


def _judge(mode: str, transport: Transport, tried: Mapping[Transport, _Tried]) -> ProbeResult:
    part = f"registry by {transport}"
    mine = tried[transport]
    allowed = tuple(Transport) if mode == "auto" else (Transport(mode),)
    if mine.error is None:
        said = f"answers; its data version is {mine.token}" if mine.token else "answers, but names no data version"
        if transport not in allowed:
            said += f' (not in use: transport = "{mode}")'
        return ProbeResult(part=part, said=said, opens=transport in allowed)
    passing = [other for other in Transport if tried[other].error is None]
    if transport not in allowed:
        return ProbeResult(part=part, said=f'{mine.error} (not in use: transport = "{mode}")', is_skipped=True)
    if any(other in allowed for other in passing):
        return ProbeResult(part=part, said=f"{mine.error}; {passing[0]} passes and is used")
    return ProbeResult(part=part, said=f"{mine.error}; {_advice(mine.error, passing)}", error=mine.error)


def _advice(error: RegistryError, passing: list[Transport]) -> str:
    if passing:
        return f'{passing[0]} passes: set transport = "auto" in [registry]'
    if isinstance(error, RegistryRefusedError):
        return (
            "its firewall judges by network address, TLS handshake and User-Agent: set contact in [registry], "
            "or try from another network"
        )
    return "check base_url in [registry], the network and the proxy settings of the environment"


def _judge_clock(tried: Mapping[Transport, _Tried]) -> ProbeResult:
    lag = next((entry.lag for entry in tried.values() if entry.lag is not None), None)
    if lag is None:
        return ProbeResult(part="clock", said="nothing to compare it with: the registry gave no time", is_skipped=True)
    if abs(lag) <= CLOCKS_AGREE:
        return ProbeResult(part="clock", said="agrees with the registry's")
    way = "slow" if lag > timedelta() else "fast"
    theirs = f"{abs(lag).total_seconds():.0f} s"
    said = f"this machine's clock is {theirs} {way} against the registry's; digests come at the wrong time: set it"
    return ProbeResult(part="clock", said=said, error=WatcherError(said))
