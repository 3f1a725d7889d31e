"""Query the registry with httpx. Every httpx error becomes one of ours.

Source: https://www.python-httpx.org/exceptions/
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx

from watcher.network import Proxy, certificate_sentence, http_context, proxy_for
from watcher.registry.registry_model import Failure, NoAnswerError
from watcher.registry.transport import (
    ENTIRE_ANSWER_IN,
    HttpResponse,
    Inflow,
    address,
    check_base,
    failure_sentence,
    host_of,
    proxy_log_in,
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
"""Our class for each httpx error; the first match counts. Covers every error class httpx exports."""


class HttpxTransport:
    """Send GETs with `httpx.AsyncClient`: HTTP/1.1, no redirects, proxy and CA from the environment."""

    def __init__(self, base_url: str, contact: str, timeout: timedelta) -> None:
        check_base(base_url)
        self._base_url = base_url
        self._host = host_of(base_url)
        self._timeout = timeout.total_seconds()
        self._proxy = proxy_for(base_url)
        headers = {
            "User-Agent": user_agent(f"python-httpx/{httpx.__version__}", contact),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        try:
            self._client = httpx.AsyncClient(
                headers=headers,
                verify=http_context(),
                timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_WITHIN)),
                limits=httpx.Limits(max_connections=2),
                follow_redirects=False,
                proxy=self._proxy.url if self._proxy is not None else None,
                trust_env=False,  # httpx cannot read every NO_PROXY; `network.proxy_for` did, for both transports
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # without the cause: its text may hold the proxy's password
            raise NoAnswerError(
                f"the proxy {self._proxy} cannot be used; write http://host:port", Failure.UNUSABLE
            ) from None

    async def get(self, path: str, params: Mapping[str, str], cap: int) -> HttpResponse:
        """Send one GET (see `HttpTransport.get`)."""
        try:
            async with asyncio.timeout(self._timeout * ENTIRE_ANSWER_IN):
                return await self._get(address(self._base_url, path, params), cap)
        except TimeoutError as error:
            raise NoAnswerError(f"{self._host} did not finish its answer in time", Failure.TIMEOUT) from error
        except NoAnswerError:
            raise
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, ValueError) as error:
            raise translated(error, self._host, self._timeout, self._proxy) from error

    async def _get(self, url: str, cap: int) -> HttpResponse:
        async with self._client.stream("GET", url) as response:
            if response.status_code == 407 and self._proxy is not None:
                raise proxy_log_in(self._proxy)
            inflow = Inflow(response.headers, cap, self._host)
            async for piece in response.aiter_raw():
                inflow.feed(piece)
            return HttpResponse(response.status_code, dict(response.headers), inflow.finish())

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()


def translated(error: Exception, host: str, timeout: float, proxy: Proxy | None = None) -> NoAnswerError:
    """Return our error for an httpx error.

    Args:
        error: Any error class httpx exports, or a `ValueError` (a host name that cannot be encoded).
        host: For the message.
        timeout: Seconds, for the message.
        proxy: The proxy in use, or None.
    """
    if isinstance(error, httpx.ProxyError) and proxy is not None and str(error).startswith("407"):
        return proxy_log_in(proxy)
    failure = next((failure for kind, failure in FAILURES if isinstance(error, kind)), Failure.UNUSABLE)
    chain = tuple(_causes(error))
    untrusted = next((cause for cause in chain if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if failure is Failure.DROPPED and untrusted is not None:
        return NoAnswerError(certificate_sentence(untrusted, host), Failure.UNTRUSTED)
    # the system's own words ("Connection refused") are the innermost cause
    ordered = chain[::-1] if isinstance(error, httpx.ConnectError) else chain
    detail = next((str(cause) for cause in ordered if str(cause)), "")
    return NoAnswerError(failure_sentence(failure, host, timeout, detail, proxy), failure)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, outermost first; of a group, only the first error."""
    while error is not None:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
            continue
        yield error
        error = error.__cause__ or error.__context__
