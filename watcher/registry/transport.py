"""Shared by both transports: the interface, addresses, the User-Agent, and a capped response body.

Independent of any HTTP library; sends nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from watcher import __version__
from watcher.errors import RegistryAnswerError
from watcher.network import Proxy
from watcher.registry.registry_model import Failure, NoAnswerError, OverCapError

PAGE_CAP = 32 * 1024 * 1024
"""Decoded bytes of one page. 100 records of the registry's mean size are 2 MB; the largest known record is 3.6 MB."""

RECORD_CAP = 16 * 1024 * 1024
"""Decoded bytes of one record."""

ENTIRE_ANSWER_IN = 10
"""How many times the configured timeout an answer may take in all; the timeout itself is for each step."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP response; error statuses and redirects included.

    Attributes:
        status: HTTP status.
        headers: Header name in lower case → value.
        body: Decoded bytes, complete.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class HttpTransport(Protocol):
    """Sends GET requests to the registry. Follows no redirects, does not retry, accepts every status."""

    async def get(self, path: str, params: Mapping[str, str], cap: int) -> HttpResponse:
        """Send one GET.

        Args:
            path: Path below the base address, e.g. `/version`.
            params: Query parameters, in the order to send.
            cap: Most decoded bytes to accept.

        Raises:
            NoAnswerError: No complete answer.
            RegistryAnswerError: The body cannot be decoded, or is over the cap (`OverCapError`).
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


def check_base(base_url: str) -> None:
    """Refuse a base address that no request can be sent to.

    Raises:
        NoAnswerError: UNUSABLE: not `http(s)://host[:port][/path]`.
    """
    try:
        parts = urlsplit(base_url)
        is_usable = (
            parts.username is None and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        )
    except ValueError:
        is_usable = False
    if not is_usable or parts.query or parts.fragment or any(sign <= " " for sign in base_url):
        # without the address itself: it may hold a password
        raise NoAnswerError("base_url in [registry] is not an address; write http(s)://host/path", Failure.UNUSABLE)


def address(base_url: str, path: str, params: Mapping[str, str]) -> str:
    """Return the full address. Commas stay unescaped, so that 100 ids take 1.3 KB."""
    query = urlencode(params, safe=",")
    return base_url.rstrip("/") + path + (f"?{query}" if query else "")


def host_of(base_url: str) -> str:
    """Return the host and port for messages, without user, password and path."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "the registry"
    return (host or "the registry") + (f":{port}" if port else "")


def user_agent(library: str, contact: str) -> str:
    """Return the User-Agent: the library's own name, then ours with a contact.

    The library comes first because the registry's firewall refuses clients whose name does not match their TLS
    handshake. We never claim to be a browser.

    Args:
        library: For example `python-httpx/0.28.1`.
        contact: As configured; may be empty. Characters that a header comment cannot hold are dropped.
    """
    safe = "".join(sign for sign in contact if " " <= sign <= "~" and sign not in "()\\").strip()
    return f"{library} trial-watcher/{__version__}" + (f" ({safe})" if safe else "")


def failure_sentence(failure: Failure, host: str, timeout: float, detail: str, proxy: Proxy | None = None) -> str:
    """Return one sentence about a failed request, with advice where a person can act.

    Args:
        failure: The class of failure.
        host: The registry's host.
        timeout: Seconds of one step.
        detail: The library's error text; may be empty.
        proxy: The proxy in use, or None.
    """
    words = " ".join(detail.split())[:200]
    via = f" through the proxy {proxy}" if proxy is not None else ""
    match failure:
        case Failure.TIMEOUT:
            return f"{host} did not answer within {timeout:g} s{via}"
        case Failure.DROPPED:
            return f"no connection to {host}{via}, or it was dropped" + (f": {words}" if words else "")
        case Failure.UNTRUSTED:
            return f"the certificate of {host} cannot be verified{via} ({words}); set SSL_CERT_FILE to the CA to trust"
        case Failure.UNUSABLE:
            return f"{host} cannot be asked ({words}); check base_url and contact in [registry]"


def proxy_log_in(proxy: Proxy) -> NoAnswerError:
    """Return the error for a proxy that requires a log-in (407, RFC 9110 section 15.5.8)."""
    return NoAnswerError(
        f"the proxy {proxy} asks for a log-in (407); write it into {proxy.variable} as http://user:password@host:port, "
        "or name the registry's host in NO_PROXY",
        Failure.UNUSABLE,
    )


def said(answer: HttpResponse) -> str:
    """Return the text of an error response as one line of at most 200 characters; empty for a web page.

    Source: https://clinicaltrials.gov/api/oas/v2, errors are `text/plain`.
    """
    if not answer.headers.get("content-type", "text/plain").startswith("text/plain"):
        return ""
    text = answer.body[:1000].decode("utf-8", "replace")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]


def unexpected(answer: HttpResponse, path: str) -> RegistryAnswerError:
    """Return the error for an unexpected status."""
    target = answer.headers.get("location")
    if target and 300 <= answer.status < 400:
        return RegistryAnswerError(
            f"the registry redirects {path} to {target[:200]}; if it has moved, set base_url in [registry]"
        )
    words = said(answer)
    return RegistryAnswerError(f"the registry answered {path} with {answer.status}" + (f": {words}" if words else ""))


class Inflow:
    """Collect the body of one response: inflate gzip, enforce the cap, detect a cut-off body.

    Supports gzip only, since we request no other encoding.
    """

    def __init__(self, headers: Mapping[str, str], cap: int, host: str) -> None:
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            raise RegistryAnswerError(f'{host} answered in the encoding "{encoding[:40]}", which nobody asked for')
        self._inflater = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        length = headers.get("content-length", "") if "transfer-encoding" not in headers else ""
        self._expected = int(length) if length.isascii() and length.isdigit() else None
        self._cap = cap
        self._host = host
        self._received = 0
        self._size = 0
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        """Add the next bytes from the network.

        Raises:
            OverCapError: The decoded body exceeds the cap; nothing beyond it is inflated.
            RegistryAnswerError: The body is not gzip although the header says so.
        """
        self._received += len(piece)
        if self._inflater is not None:
            try:
                piece = self._inflater.decompress(piece, self._cap - self._size + 1)
            except zlib.error as error:
                raise RegistryAnswerError(
                    f"{self._host} answered with bytes that are not the gzip they claim"
                ) from error
        self._size += len(piece)
        if self._size > self._cap:
            raise OverCapError(f"the answer of {self._host} is larger than {self._cap // 1024 // 1024} MB")
        self._pieces.append(piece)

    def finish(self) -> bytes:
        """Return the decoded body.

        Raises:
            NoAnswerError: The body was cut off (DROPPED: a retry usually helps).
        """
        short = self._expected is not None and self._received < self._expected
        unended = self._inflater is not None and self._received > 0 and not self._inflater.eof
        if short or unended:
            raise NoAnswerError(f"the answer of {self._host} was cut off in the middle", Failure.DROPPED)
        return b"".join(self._pieces)
