"""Query the registry with urllib, for networks whose firewall refuses httpx.

Runs in a thread; follows no redirects and raises for no status.
"""

from __future__ import annotations

import asyncio
import http.client
import ssl
import sys
import threading
import urllib.request
from collections.abc import Mapping
from datetime import timedelta
from urllib.error import URLError
from urllib.parse import urlsplit

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

_PIECE = 64 * 1024


class UrllibTransport:
    """Send GETs with `urllib.request`: its own TLS settings, proxy and CA from the environment."""

    def __init__(self, base_url: str, contact: str, timeout: timedelta) -> None:
        check_base(base_url)
        self._base_url = base_url
        self._host = host_of(base_url)
        self._timeout = timeout.total_seconds()
        self._proxy = proxy_for(base_url)
        self._headers = {
            "User-Agent": user_agent(f"Python-urllib/{sys.version_info.major}.{sys.version_info.minor}", contact),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        # Only these handlers: no file or ftp addresses, no redirects, no error for any status.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler({urlsplit(base_url).scheme: self._proxy.url} if self._proxy else {}),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=http_context()),
            urllib.request.UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    async def get(self, path: str, params: Mapping[str, str], cap: int) -> HttpResponse:
        """Send one GET (see `HttpTransport.get`). After a cancel, the thread ends with its current step."""
        stop = threading.Event()
        url = address(self._base_url, path, params)
        try:
            async with asyncio.timeout(self._timeout * ENTIRE_ANSWER_IN):
                return await asyncio.to_thread(self._get, url, cap, stop)
        except TimeoutError as error:
            raise NoAnswerError(f"{self._host} did not finish its answer in time", Failure.TIMEOUT) from error
        finally:
            stop.set()

    async def aclose(self) -> None:
        """Do nothing: every request has its own connection."""

    def _get(self, url: str, cap: int, stop: threading.Event) -> HttpResponse:
        try:
            request = urllib.request.Request(url, headers=self._headers)  # noqa: S310 — the opener knows http and https only
            with self._opener.open(request, timeout=self._timeout) as response:
                if response.status == 407 and self._proxy is not None:
                    raise proxy_log_in(self._proxy)
                headers = {name.lower(): value for name, value in response.headers.items()}
                inflow = Inflow(headers, cap, self._host)
                while not stop.is_set() and (piece := response.read1(_PIECE)):
                    inflow.feed(piece)
                return HttpResponse(response.status, headers, inflow.finish())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise translated(error, self._host, self._timeout, self._proxy) from error


def translated(error: Exception, host: str, timeout: float, proxy: Proxy | None = None) -> NoAnswerError:
    """Return our error for an error of the standard library.

    Args:
        error: An `OSError` (`URLError` and `ssl.SSLError` among them), `HTTPException` or `ValueError`.
        host: For the message.
        timeout: Seconds, for the message.
        proxy: The proxy in use, or None.
    """
    cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if proxy is not None and str(cause).startswith("Tunnel connection failed: 407"):
        return proxy_log_in(proxy)
    match cause:
        case TimeoutError():
            failure = Failure.TIMEOUT
        case ssl.SSLCertVerificationError():
            return NoAnswerError(certificate_sentence(cause, host), Failure.UNTRUSTED)
        case http.client.InvalidURL() | ValueError():
            failure = Failure.UNUSABLE
        case URLError():  # urllib's own complaint is a text
            failure = Failure.UNUSABLE
        case _:
            failure = Failure.DROPPED
    return NoAnswerError(failure_sentence(failure, host, timeout, str(cause), proxy), failure)
