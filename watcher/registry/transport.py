"""The registry by httpx: the only place here that knows it.

Source: https://www.python-httpx.org/exceptions/ for its errors; all of them become ours.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx

from watcher.registry.model import Failure, NoAnswerError
from watcher.registry.wire import (
    ENTIRE_ANSWER_IN,
    Answer,
    Inflow,
    address,
    check_base,
    failure_sentence,
    host_of,
    user_agent,
)

_CONNECT_WITHIN = 10.0

FAILURES: tuple[tuple[type[Exception], Failure], ...] = (
    (httpx.TimeoutException, Failure.TIMEOUT),
    (httpx.LocalProtocolError, Failure.UNUSABLE),
    (httpx.UnsupportedProtocol, Failure.UNUSABLE),
    (httpx.TransportError, Failure.DROPPED),
    (httpx.HTTPError, Failure.UNUSABLE),
    (httpx.InvalidURL, Failure.UNUSABLE),
    (httpx.CookieConflict, Failure.UNUSABLE),
    (httpx.StreamError, Failure.UNUSABLE),
)
"""What each of httpx's errors means to us; the first that fits. Covers every error class httpx exports."""


def tls_context() -> ssl.SSLContext:
    """Give a verifying context set up as the standard library's own HTTP client sets up its own.

    Roots are the system's, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`. ALPN is `http/1.1`, which httpx sets itself.

    Source: CPython `Lib/http/client.py`, `HTTPSConnection`: post-handshake authentication on.
    """
    context = ssl.create_default_context()
    context.post_handshake_auth = True
    return context


class HttpxTransport:
    """GETs by `httpx.AsyncClient`: HTTP/1.1, no redirects, proxies and CA from the environment."""

    def __init__(self, base_url: str, contact: str, timeout: timedelta) -> None:
        check_base(base_url)
        self._base_url = base_url
        self._host = host_of(base_url)
        self._timeout = timeout.total_seconds()
        headers = {
            "User-Agent": user_agent(f"python-httpx/{httpx.__version__}", contact),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        try:
            self._client = httpx.AsyncClient(
                headers=headers,
                verify=tls_context(),
                timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_WITHIN)),
                limits=httpx.Limits(max_connections=2),
                follow_redirects=False,
                trust_env=True,
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # without the cause: its text may hold the proxy's password
            raise NoAnswerError(
                "the proxy named in the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) cannot be used; "
                "write http://host:port",
                Failure.UNUSABLE,
            ) from None

    async def get(self, path: str, params: Mapping[str, str], cap: int) -> Answer:
        """Send one GET; see `wire.Door`."""
        try:
            async with asyncio.timeout(self._timeout * ENTIRE_ANSWER_IN):
                return await self._get(address(self._base_url, path, params), cap)
        except TimeoutError as error:
            raise NoAnswerError(f"{self._host} did not finish its answer in time", Failure.TIMEOUT) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, ValueError) as error:
            raise translated(error, self._host, self._timeout) from error

    async def _get(self, url: str, cap: int) -> Answer:
        async with self._client.stream("GET", url) as response:
            inflow = Inflow(response.headers, cap, self._host)
            async for piece in response.aiter_raw():
                inflow.feed(piece)
            return Answer(response.status_code, dict(response.headers), inflow.finish())

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()


def translated(error: Exception, host: str, timeout: float) -> NoAnswerError:
    """Give our error for one of httpx's.

    Args:
        error: Any error class httpx exports, or a `ValueError` (a host name that cannot be encoded).
        host: For the message.
        timeout: Seconds, for the message.
    """
    failure = next((failure for kind, failure in FAILURES if isinstance(error, kind)), Failure.UNUSABLE)
    chain = tuple(_causes(error))
    if failure is Failure.DROPPED and any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        failure = Failure.UNTRUSTED
    # what the system said ("Connection refused") lies deepest; the layers above only say that attempts failed
    told = chain[::-1] if isinstance(error, httpx.ConnectError) else chain
    detail = next((str(cause) for cause in told if str(cause)), "")
    return NoAnswerError(failure_sentence(failure, host, timeout, detail), failure)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what caused it, down to the first cause; of a group its first."""
    while error is not None:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
            continue
        yield error
        error = error.__cause__ or error.__context__
