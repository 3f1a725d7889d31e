"""What the tests of this room share: a message, certificates, recorded steps, and a search for leaked secrets."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from tests.support.smtp_sink import SmtpSink
from watcher.config.config_model import EmailConfig, OAuthConfig, Tls
from watcher.delivery.contract import DeliveryStep
from watcher.delivery.http_post import Poster
from watcher.delivery.oauth import Tokens
from watcher.errors import DeliveryError
from watcher.rendering.message import Attachment, Message

CERTIFICATE = Path(__file__).parent.parent / "data" / "loopback.pem"
PASSWORD = "correct-horse-battery"  # not a secret: the sink's
USER = "trials@example.org"
CLIENT_SECRET = "cl13nt-s3cr3t-0123456789"
REFRESH_TOKEN = "r3fr3sh-t0k3n-0123456789"
ACCESS_TOKEN = "4cc3ss-t0k3n-0123456789"
NOW = datetime(2026, 3, 13, 7, 30, tzinfo=UTC)


def message(
    *,
    subject: str = "Terminated: BGB-A3055 (99 of 263 enrolled)",
    text: str = "1 of your 41 trials changed.\n",
    html: str | None = "<p>1 of your 41 trials changed.</p>\n",
    message_id: str = "<0123456789abcdef@watcher.invalid>",
    slack: object = None,
    headers: Mapping[str, str] | None = None,
    part: int = 1,
    parts: int = 1,
    thread: str = "",
    attachments: tuple[Attachment, ...] = (),
    kind: str = "digest",
    data: object = MappingProxyType({"changes": [{"kind": "status.stopped"}]}),
) -> Message:
    """Give a finished message."""
    return Message(
        message_id=message_id,
        date="2026-03-13T07:30:00Z",
        subject=subject,
        text=text,
        html=html,
        boundary="=_watcher_0123456789abcdef",
        headers=headers or {},
        slack=slack,
        data=dict(data) if isinstance(data, MappingProxyType) else data,
        part=part,
        parts=parts,
        thread=thread,
        attachments=attachments,
        kind=kind,
    )


def server_context() -> ssl.SSLContext:
    """Give a relay's TLS context with the test certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def config_for(
    sink: SmtpSink,
    *,
    tls: Tls = Tls.NONE,
    username: str | None = None,
    timeout: float = 10,
    sender: str | None = None,
    ca_file: str | None = None,
) -> EmailConfig:
    """Give `[email]` for a sink."""
    return EmailConfig.model_validate(
        {
            "host": sink.host,
            "port": sink.port,
            "tls": tls,
            "from": sender or "Trial watcher <trials@example.org>",
            "username": username,
            "ca_file": ca_file,
            "timeout": timedelta(seconds=timeout),
        }
    )


def poster(timeout: float = 10, most: int = 4096) -> Poster:
    """Give a door to HTTP whose clock stands at `NOW`."""
    return Poster(utc_now=lambda: NOW, timeout=timedelta(seconds=timeout), most=most)


def tokens_for(
    url: str, *, refresh: bool = False, timeout: float = 10, now: Callable[[], float] = lambda: 0.0, **config: str
) -> Tokens:
    """Give what asks an endpoint for access tokens for `USER`."""
    values = {"token_url": url, "client_id": "watcher", "user": USER, "client_secret": {"env": "X"}, **config}
    return Tokens(
        poster(timeout, 64_000),
        OAuthConfig.model_validate(values),
        client_secret=CLIENT_SECRET,
        refresh_token=REFRESH_TOKEN if refresh else None,
        monotonic=now,
        kept={},
    )


class Steps:
    """Records the steps it is told."""

    def __init__(self) -> None:
        self.seen: list[DeliveryStep] = []

    def __call__(self, step: DeliveryStep) -> None:
        """Take one step."""
        self.seen.append(step)


def everything_said(error: DeliveryError) -> str:
    """Give all text a log, a traceback or a curious person could get out of an error and its past."""
    said = []
    past: BaseException | None = error
    while past is not None:
        said += [str(past), repr(past), *traceback.format_exception(past), *map(str, vars(past).values())]
        past = past.__cause__ or past.__context__
    return "\n".join(said)
