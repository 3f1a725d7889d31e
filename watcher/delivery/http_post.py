"""Posts finished payloads over HTTP.

The address of a hook is a secret. Errors name its host only, and httpx's transport is used without its client, because
the client logs every address. Follows no redirects, keeps no cookies, sends no credentials but the address itself, and
does not retry.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from watcher import __version__
from watcher.delivery.backoff import believed
from watcher.delivery.contract import DeliveryStep, OnStep
from watcher.delivery.reply_text import one_line
from watcher.delivery.verdicts import HttpAnswer, Verdict, classify
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.network import certificate_sentence, http_context, proxy_for

_LONGEST_ANSWER = 4096  # octets read of a response; a webhook says "ok" or one word
_LONGEST_RETRY_AFTER = 64  # characters; the longest form of a date has 33
_MOST_DIGITS = 9
_ONCE = {"Connection": "close", "Accept-Encoding": "identity"}
_VISIBLE = re.compile(r"[!-~]+")
_SECRET_PIECE = 6  # pieces of an address at least this long are masked in replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address of a hook.

    Attributes:
        url: The whole address: a secret.
        host: Its host, the only part that is ever shown.
        port: Its port.
        is_encrypted: True for https.
        noun: What to call it in a sentence.
    """

    url: str = field(repr=False)
    host: str
    port: int
    is_encrypted: bool
    noun: str = "webhook"

    def __str__(self) -> str:
        """Return its name for a sentence, without the secret."""
        return f"the {self.noun} at {self.host}"

    def clean(self, text: str) -> str:
        """Return a reply as one safe line, with every piece of the address masked."""
        parts = urllib.parse.urlsplit(self.url)
        whole = [self.url, urllib.parse.unquote(self.url)]
        paths = [path for path in (parts.path, urllib.parse.unquote(parts.path), parts.query) if len(path) > 1]
        pieces = re.split(r"[/?&=]", f"{parts.path}?{parts.query}?{urllib.parse.unquote(parts.path)}")
        long = sorted((piece for piece in pieces if len(piece) >= _SECRET_PIECE), key=len, reverse=True)
        return one_line(text, secrets=[*whole, *paths, *long])


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """One HTTP response.

    Attributes:
        status: HTTP status.
        text: The start of the body as one safe line.
        retry_after: The wait it asked for, or None.
        body: The start of the body as received; may hold secrets.
    """

    status: int
    text: str
    retry_after: timedelta | None
    body: bytes = field(default=b"", repr=False, compare=False)


def read_address(url: str, noun: str = "webhook") -> Target:
    """Check the form of a hook's address.

    Args:
        url: `https://…`, or `http://…` to a private or loopback address.
        noun: What to call it in a sentence.

    Raises:
        DeliveryError: It cannot be used; the text does not contain it.
    """
    problem = ""
    parts = None
    if not _VISIBLE.fullmatch(url):
        problem = "it is empty or holds spaces, line ends or letters beyond ASCII"
    else:
        with contextlib.suppress(ValueError):
            split = urllib.parse.urlsplit(url)
            if split.scheme in ("http", "https") and split.hostname and (split.port is None or split.port > 0):
                parts = split
        if parts is None:
            problem = "it is not of the form https://host/path"
        elif parts.username is not None or parts.password is not None:
            problem = "it holds a user name or password before the host"
    if problem or parts is None or parts.hostname is None:
        raise _unusable(f"a {noun}'s address cannot be used: {problem}; copy it anew from where the {noun} was made")
    is_encrypted = parts.scheme == "https"
    port = parts.port or (443 if is_encrypted else 80)
    return Target(url=url, host=parts.hostname, port=port, is_encrypted=is_encrypted, noun=noun)


class Poster:
    """Post to hooks, with a new connection for every post.

    On a reused connection we cannot tell "closed before our request" from "accepted but no reply".

    Args:
        utc_now: The clock, for a `Retry-After` that is a date.
        timeout: For connecting, for writing, and for each piece of the response; twice that in all.
        most: Most octets to read of a response.
    """

    def __init__(
        self,
        *,
        utc_now: Callable[[], datetime],
        timeout: timedelta = timedelta(seconds=30),
        most: int = _LONGEST_ANSWER,
    ) -> None:
        self._utc_now = utc_now
        self._timeout = timeout.total_seconds()
        self._most = most

    async def post(self, target: Target, body: bytes, headers: Mapping[str, str], on_step: OnStep) -> HttpReply:
        """Post a payload.

        Args:
            target: From `read_address`.
            body: The payload.
            headers: Content-Type and further headers.
            on_step: Called before the body goes out (contract: `Session.deliver`).

        Returns:
            The response, whatever its status.

        Raises:
            DeliveryError: No response. In doubt if the whole request was written.
        """
        return await self._exchange_in_time("POST", target, body, headers, on_step)

    async def ask(self, target: Target) -> HttpReply:
        """Request an address with GET, as for a heartbeat.

        Args:
            target: From `read_address`.

        Returns:
            The response, whatever its status; redirects are not followed.

        Raises:
            DeliveryError: No response.
        """
        return await self._exchange_in_time("GET", target, b"", {}, lambda _step: None)

    async def _exchange_in_time(
        self, method: str, target: Target, body: bytes, headers: Mapping[str, str], on_step: OnStep
    ) -> HttpReply:
        await self._check_secrecy(target)
        progress = _Progress(on_step)
        deadline = asyncio.timeout(2 * self._timeout)
        try:
            async with deadline:
                return await self._exchange(method, target, body, headers, progress)
        except TimeoutError:
            if not deadline.expired():
                raise
            failure = self._lost(target, progress, DeliveryReason.TIMEOUT, "no answer in time")
        except (httpx.RequestError, ssl.SSLError) as error:
            failure = self._explain(error, target, progress)
        raise failure

    async def _exchange(
        self, method: str, target: Target, body: bytes, headers: Mapping[str, str], progress: _Progress
    ) -> HttpReply:
        request = httpx.Request(
            method,
            target.url,
            content=body,
            headers={"User-Agent": f"trial-watcher/{__version__}", **_ONCE, **headers},
            extensions={"timeout": httpx.Timeout(self._timeout).as_dict(), "trace": progress.trace},
        )
        async with _transport(target) as transport:
            response = await transport.handle_async_request(request)
            try:
                body = await _beginning(response, self._most)
            finally:
                await response.aclose()
        retry_after = read_retry_after(response.headers.get("Retry-After", ""), self._utc_now)
        text = target.clean(body.decode("utf-8", "replace"))
        return HttpReply(status=response.status_code, text=text, retry_after=retry_after, body=body)

    async def _check_secrecy(self, target: Target) -> None:
        """Refuse to send a secret unencrypted over a public network."""
        if target.is_encrypted:
            return
        loop = asyncio.get_running_loop()
        failure = None
        try:
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except OSError:
            failure = _no_connection(target, "its name cannot be resolved")
        if failure is not None:
            raise failure
        addresses = (ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found)
        if not all(address.is_private or address.is_loopback for address in addresses):
            raise _unusable(f"{target} is http on a public network; only https is used there")

    def _explain(self, error: Exception, target: Target, progress: _Progress) -> DeliveryError:
        chain = tuple(_chain(error))
        for one in chain:
            if isinstance(one, ssl.SSLCertVerificationError):
                return _unusable(certificate_sentence(one, str(target)))
        if any(isinstance(one, socket.gaierror) for one in chain):
            return _no_connection(target, "its name cannot be resolved")
        if isinstance(error, httpx.TimeoutException):
            return self._lost(target, progress, DeliveryReason.TIMEOUT, "no answer in time")
        return self._lost(target, progress, DeliveryReason.CONNECTION, "the connection failed")

    def _lost(self, target: Target, progress: _Progress, reason: DeliveryReason, what: str) -> DeliveryError:
        in_doubt = progress.is_handed_over
        end = "nobody knows whether it took the message" if in_doubt else "it will be tried again"
        whose = Whose.UNCLEAR if in_doubt else Whose.CHANNEL
        return DeliveryError(f"{target}: {what}; {end}", reason=reason, whose=whose)


def refusal(target: Target, answer: HttpReply) -> DeliveryError:
    """Return the error for a response that is not a success, by its status alone (`delivery.verdicts`)."""
    return refused(target, answer, classify(HttpAnswer(status=answer.status)), _advice(answer))


def refused(target: Target, answer: HttpReply, verdict: Verdict, advice: str) -> DeliveryError:
    """Return the error for a response, with advice.

    Args:
        target: The address.
        answer: The response.
        verdict: Whose failure it is.
        advice: What it means or what to do; completes the sentence.
    """
    said = f"{target} answered {answer.status}" + (f" ({answer.text})" if answer.text else "")
    return DeliveryError(
        f"{said}: {advice}",
        reason=verdict.reason,
        whose=verdict.whose,
        lasts=verdict.lasts,
        retry_after=answer.retry_after if verdict.lasts is Lasts.PASSING else None,
    )


def _advice(answer: HttpReply) -> str:
    status = answer.status
    if status == 429:
        return "too many messages; it will be tried again" + (" when it says" if answer.retry_after is not None else "")
    if status in (401, 403):
        return "it does not let us in; make the hook anew and store its new address"
    if status == 407:
        return "the proxy named in the environment wants a log-in; put it into the proxy's address"
    if status == 410:
        return "the hook is gone for good; make a new one and store its address"
    if status == 413:
        return "the message is too big for it"
    if 300 <= status < 400:
        return "it has moved; store its new address"
    if status == 404:
        return "nothing is there; it will be tried again; if that goes on, check that the hook still exists"
    if status in (408, 409, 425) or status >= 500:
        return "trouble of its own; it will be tried again"
    return "it does not take this message"


class _Progress:
    """Track how far one post has come, by the trace events of httpx's transport."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self.is_handed_over = False

    async def trace(self, name: str, info: Mapping[str, object]) -> None:
        """Handle a trace event (https://www.encode.io/httpcore/extensions/#trace) before the bytes go out."""
        if getattr(info.get("request"), "method", b"") == b"CONNECT":
            return  # asks a proxy for a tunnel; sends no message
        if name.endswith(".send_request_headers.started"):
            self._on_step(DeliveryStep.CONNECTED)
        elif name.endswith(".send_request_body.started"):
            self._on_step(DeliveryStep.BODY_HANDED_OVER)
            self.is_handed_over = True


def _transport(target: Target) -> httpx.AsyncHTTPTransport:
    """Return a transport that uses the environment's proxy for this host, if any."""
    found = proxy_for(target.url)
    proxy = found.url if found is not None else None
    try:
        return httpx.AsyncHTTPTransport(verify=http_context() if target.is_encrypted else False, proxy=proxy)
    except (httpx.InvalidURL, ValueError, ImportError):
        failure = _unusable(
            f"{target} cannot be reached: the proxy named in the environment cannot be used; http:// and https:// "
            "proxies can"
        )
    raise failure


async def _beginning(response: httpx.Response, most: int) -> bytes:
    kept = b""
    async for piece in response.aiter_bytes(_LONGEST_ANSWER):
        kept += piece
        if len(kept) >= most:
            break
    return kept[:most]


def read_retry_after(value: str, utc_now: Callable[[], datetime]) -> timedelta | None:
    """Parse a Retry-After: seconds or a date (RFC 9110 section 10.2.3).

    Returns:
        The wait; zero for a date that has passed. None for anything else, and for more than six hours: such a number
        is a timestamp or milliseconds.
    """
    value = value.strip()
    if not value or len(value) > _LONGEST_RETRY_AFTER:
        return None
    if value.isascii() and value.isdigit():
        return believed(timedelta(seconds=int(value))) if len(value) <= _MOST_DIGITS else None
    try:
        moment = parsedate_to_datetime(value)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return believed(max(aware - utc_now(), timedelta(0)))
    except (ValueError, OverflowError):
        return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unusable(text: str) -> DeliveryError:
    return DeliveryError(text, reason=DeliveryReason.CONFIG, whose=Whose.CHANNEL, lasts=Lasts.LASTING)


def _no_connection(target: Target, what: str) -> DeliveryError:
    return DeliveryError(
        f"{target} cannot be reached: {what}; it will be tried again",
        reason=DeliveryReason.CONNECTION,
        whose=Whose.CHANNEL,
    )
