"""One table: every channel through every failure it can meet, and no secret in anything that comes of it."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.helpers import (
    ACCESS_TOKEN,
    CLIENT_SECRET,
    NOW,
    PASSWORD,
    REFRESH_TOKEN,
    USER,
    Steps,
    config_for,
    everything_said,
    message,
    poster,
    server_context,
    tokens_for,
)
from tests.support.smtp_sink import SmtpSink, SmtpStage
from tests.support.webhook_sink import WebhookSink, WebhookStage
from watcher.config.config_model import EmailConfig, Tls
from watcher.delivery.apprise import AppriseChannel
from watcher.delivery.contract import Channel, DeliveryStep
from watcher.delivery.email import EmailChannel
from watcher.delivery.folder import FolderChannel, file_stem
from watcher.delivery.slack import SlackChannel
from watcher.delivery.slack_bot import LONGEST_ANSWER, SlackBotChannel
from watcher.delivery.stdout import StdoutChannel
from watcher.delivery.webhook import WebhookChannel
from watcher.errors import DeliveryError

TOKEN = "s3cr3t-t0k3n-0123456789"
PATH = f"/services/T0SECRET/B0SECRET/{TOKEN}"
BOT_TOKEN = "xoxb-" + "1234567890-s3cr3t-b0t"
SIGNING_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SECRETS = (
    *(PASSWORD, PATH, TOKEN, "T0SECRET", "B0SECRET", BOT_TOKEN, SIGNING_SECRET.removeprefix("whsec_")),
    *(CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN),
)
MAILBOX = "ana@example.org"
WHAT = message(slack={"text": "Terminated", "blocks": [{"type": "divider"}]})


@dataclass(frozen=True, slots=True)
class Scene:
    """A channel before a failure: where to send, what the provider has taken, how to mend the failure."""

    channel: Channel
    address: str
    taken: Callable[[], int]
    mend: Callable[[], None] = lambda: None


Stage = Callable[[Path], AbstractContextManager[Scene]]


def relay(stage: SmtpStage, *, timeout: float = 10, **fault: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        with SmtpSink(accounts={"trials": PASSWORD}) as sink:
            sink.arm(stage, times=None, **fault)
            channel = EmailChannel(config_for(sink, username="trials", timeout=timeout), PASSWORD)
            yield Scene(channel, MAILBOX, lambda: len(sink.mails), sink.clear)

    return scene


def relay_set_up_wrongly(*, tls: Tls = Tls.NONE, offered: Tls = Tls.NONE, **change: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        context = None if offered is Tls.NONE else server_context()
        with SmtpSink(accounts={"trials": PASSWORD}, tls=context, implicit=offered is Tls.IMPLICIT) as sink:
            config: EmailConfig = config_for(sink, tls=tls, username="trials")
            password = change.get("password", PASSWORD)
            used = {key: value for key, value in change.items() if key not in ("password", "address")}
            channel = EmailChannel(config.model_copy(update=used), password)
            yield Scene(channel, change.get("address", MAILBOX), lambda: len(sink.mails))

    return scene


def hook(*, address: str = "", timeout: float = 10, **fault: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        async def at_once(seconds: float) -> None:
            pass

        with WebhookSink(path=PATH) as sink:
            if fault:
                sink.arm(times=None, **fault)
            channel = SlackChannel(poster(timeout), sleep=at_once, monotonic=lambda: 0.0)
            yield Scene(channel, address or sink.url, lambda: len(sink.accepted), sink.clear)

    return scene


def relay_with_token(stage: SmtpStage | None = None, *, endpoint: str = "", token: str = "", **fault: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        given = json.dumps({"access_token": ACCESS_TOKEN, "expires_in": 3599})
        with (
            SmtpSink(tokens={USER: token or ACCESS_TOKEN}) as sink,
            WebhookSink(usual=lambda _number: f"200 {given}") as tokens,
        ):
            if stage is not None:
                sink.arm(stage, times=None, **fault)
            elif endpoint or fault:
                tokens.arm(endpoint, times=None, **{key: value for key, value in fault.items() if key != "timeout"})

            def mend() -> None:
                sink.clear()
                tokens.clear()
                sink.tokens = {USER: ACCESS_TOKEN}

            source = tokens_for(tokens.url, refresh=True, timeout=fault.get("timeout", 10))
            yield Scene(EmailChannel(config_for(sink), tokens=source), MAILBOX, lambda: len(sink.mails), mend)

    return scene


def bot(*, address: str = "C0123456789", api: str = "", timeout: float = 10, **fault: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        async def at_once(seconds: float) -> None:
            pass

        with WebhookSink(
            path="/api/chat.postMessage", usual=lambda number: f'200 {{"ok":true,"ts":"{number}"}}'
        ) as sink:
            if fault:
                sink.arm(times=None, **fault)
            base = api or sink.url.removesuffix("/chat.postMessage")
            channel = SlackBotChannel(
                poster(timeout, LONGEST_ANSWER), BOT_TOKEN, api=base, sleep=at_once, monotonic=lambda: 0.0
            )
            yield Scene(channel, address, lambda: len(sink.accepted), sink.clear)

    return scene


def signed(*, address: str = "", secret: str = SIGNING_SECRET, timeout: float = 10, **fault: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        with WebhookSink(path=PATH) as sink:
            if fault:
                sink.arm(times=None, **fault)
            channel = WebhookChannel(poster(timeout), secret, utc_now=lambda: NOW)
            yield Scene(channel, address or sink.url, lambda: len(sink.accepted), sink.clear)

    return scene


class Printer(io.BytesIO):
    """A standard output that can break."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error: OSError | None = error

    def write(self, text: Any) -> int:
        """Write, or break."""
        if self.error is not None:
            raise self.error
        return super().write(text)


def printer(error: OSError) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        stream = Printer(error)

        def mend() -> None:
            stream.error = None

        yield Scene(StdoutChannel(lambda: stream), "", lambda: stream.getvalue().count(b"Terminated"), mend)

    return scene


def service(*, address: str = "", **fault: Any) -> Stage:
    @contextmanager
    def scene(folder: Path) -> Iterator[Scene]:
        with warnings.catch_warnings(), WebhookSink(path=PATH) as sink:
            warnings.simplefilter("ignore")  # its own: what it imports is not ours to mend
            pytest.importorskip("apprise", reason="apprise is an extra and not installed here")
            if fault:
                sink.arm(times=None, **fault)
            url = address or sink.url.replace("http://", "json://")
            yield Scene(AppriseChannel(), url, lambda: len(sink.accepted), sink.clear)

    return scene


@contextmanager
def folder_that_is_a_file(folder: Path) -> Iterator[Scene]:
    target = folder / "digests"
    target.write_text("a file")
    yield Scene(FolderChannel(), str(target), lambda: len(list(folder.glob("digests/*.eml"))), target.unlink)


@contextmanager
def folder_below_a_file(folder: Path) -> Iterator[Scene]:
    (folder / "file").write_text("a file")
    yield Scene(FolderChannel(), str(folder / "file" / "digests"), lambda: 0)


@contextmanager
def folder_with_a_folder_in_the_way(folder: Path) -> Iterator[Scene]:
    target = folder / "digests"
    blocked = target / f"{file_stem(WHAT)}.eml"
    blocked.mkdir(parents=True)
    yield Scene(FolderChannel(), str(target), lambda: sum(p.is_file() for p in target.glob("*.eml")), blocked.rmdir)


PERMANENT, CHANNEL, DOUBT = "permanent", "channel", "doubt"
DROP: dict[str, Any] = {"drop": True}
SLOW: dict[str, Any] = {"delay": 30, "timeout": 0.2}

Row = tuple[str, Stage, set[str]]
FAULTS: list[Row] = [
    ("email: greeting 421", relay(SmtpStage.CONNECT, reply="421 4.3.2 later"), {CHANNEL}),
    ("email: greeting 554", relay(SmtpStage.CONNECT, reply="554 5.7.1 no"), {CHANNEL, PERMANENT}),
    ("email: greeting slow", relay(SmtpStage.CONNECT, **SLOW), {CHANNEL}),
    ("email: EHLO dropped", relay(SmtpStage.EHLO, **DROP), {CHANNEL}),
    ("email: EHLO refused", relay(SmtpStage.EHLO, reply="502 5.5.1 what"), {CHANNEL, PERMANENT}),
    ("email: log-in refused", relay(SmtpStage.AUTH, reply=f"535 5.7.8 {PASSWORD}?"), {CHANNEL, PERMANENT}),
    ("email: log-in later", relay(SmtpStage.AUTH, reply="454 4.7.0 later"), {CHANNEL}),
    ("email: log-in dropped", relay(SmtpStage.AUTH, **DROP), {CHANNEL}),
    ("email: sender refused", relay(SmtpStage.MAIL, reply="553 5.1.8 no"), {CHANNEL, PERMANENT}),
    ("email: sender later", relay(SmtpStage.MAIL, reply="451 4.3.0 later"), {CHANNEL}),
    ("email: recipient refused", relay(SmtpStage.RCPT, reply="550 5.1.1 no"), {PERMANENT}),
    ("email: recipient later", relay(SmtpStage.RCPT, reply="450 4.2.1 later"), set()),
    ("email: recipient dropped", relay(SmtpStage.RCPT, **DROP), set()),
    ("email: DATA refused", relay(SmtpStage.DATA, reply="554 5.5.1 no"), {PERMANENT}),
    ("email: DATA dropped", relay(SmtpStage.DATA, **DROP), {DOUBT}),
    ("email: body refused", relay(SmtpStage.BODY, reply="554 5.7.1 spam"), {PERMANENT}),
    ("email: body later", relay(SmtpStage.BODY, reply="452 4.3.1 later"), set()),
    ("email: body dropped", relay(SmtpStage.BODY, **DROP), {DOUBT}),
    ("email: body slow", relay(SmtpStage.BODY, **SLOW), {DOUBT}),
    ("slack: form refused twice", hook(reply="400 invalid_payload"), {PERMANENT}),
    ("slack: forbidden", hook(reply="403 action_prohibited"), {CHANNEL, PERMANENT}),
    ("slack: removed", hook(reply="404 no_service"), {CHANNEL, PERMANENT}),
    ("slack: channel gone", hook(reply="404 channel_not_found"), {CHANNEL, PERMANENT}),
    ("slack: archived", hook(reply="410 channel_is_archived"), {CHANNEL, PERMANENT}),
    ("slack: rate limited", hook(reply="429 rate_limited", retry_after="3"), {CHANNEL}),
    ("slack: trouble", hook(reply="500 rollup_error"), set()),
    ("slack: repeats the address", hook(reply=f"500 no hook at {PATH} for {TOKEN}"), set()),
    ("slack: dropped before reading", hook(stage=WebhookStage.REQUEST, **DROP), {DOUBT}),
    ("slack: dropped after reading", hook(**DROP), {DOUBT}),
    ("slack: slow", hook(**SLOW), {DOUBT}),
    ("email: token refused", relay_with_token(token="another one"), {CHANNEL, PERMANENT}),
    ("email: token refused for now", relay_with_token(SmtpStage.AUTH, reply="454 4.7.0 later"), {CHANNEL}),
    (
        "email: token repeated",
        relay_with_token(SmtpStage.AUTH, reply=f"535 5.7.8 {ACCESS_TOKEN}?"),
        {CHANNEL, PERMANENT},
    ),
    ("email: Microsoft", relay_with_token(SmtpStage.AUTH, reply="535 5.7.139 disabled"), {CHANNEL, PERMANENT}),
    (
        "email: no token, grant",
        relay_with_token(endpoint=f'400 {{"error":"invalid_grant","error_description":"{REFRESH_TOKEN} has expired"}}'),
        {CHANNEL, PERMANENT},
    ),
    ("email: no token, client", relay_with_token(endpoint='401 {"error":"invalid_client"}'), {CHANNEL, PERMANENT}),
    ("email: no token, busy", relay_with_token(endpoint='503 {"error":"temporarily_unavailable"}'), {CHANNEL}),
    ("email: no token, later", relay_with_token(endpoint='400 {"error":"temporarily_unavailable"}'), {CHANNEL}),
    ("email: no token, a page", relay_with_token(endpoint=f"404 {CLIENT_SECRET}"), {CHANNEL, PERMANENT}),
    ("email: no token, empty", relay_with_token(endpoint="200 {}"), {CHANNEL, PERMANENT}),
    ("email: no token, dropped", relay_with_token(**DROP), {CHANNEL}),
    ("email: no token, slow", relay_with_token(**SLOW), {CHANNEL}),
    ("slack bot: form refused twice", bot(reply='200 {"ok":false,"error":"invalid_blocks"}'), {PERMANENT}),
    ("slack bot: token revoked", bot(reply='200 {"ok":false,"error":"token_revoked"}'), {CHANNEL, PERMANENT}),
    ("slack bot: not invited", bot(reply='200 {"ok":false,"error":"not_in_channel"}'), {CHANNEL, PERMANENT}),
    ("slack bot: restricted", bot(reply='200 {"ok":false,"error":"restricted_action_x"}'), {CHANNEL, PERMANENT}),
    ("slack bot: busy", bot(reply='200 {"ok":false,"error":"ratelimited"}'), {CHANNEL}),
    ("slack bot: trouble in JSON", bot(reply='200 {"ok":false,"error":"internal_error"}'), set()),
    ("slack bot: a new word", bot(reply=f'200 {{"ok":false,"error":"what is {BOT_TOKEN}"}}'), set()),
    ("slack bot: a friendly page", bot(reply="200 <html>ok</html>"), {CHANNEL}),
    ("slack bot: JSON of somebody else", bot(reply='200 ["ok"]'), {CHANNEL}),
    ("slack bot: rate limited", bot(reply="429 ratelimited", retry_after="3"), {CHANNEL}),
    ("slack bot: trouble", bot(reply=f"503 {BOT_TOKEN}"), set()),
    ("slack bot: dropped", bot(**DROP), {DOUBT}),
    ("slack bot: slow", bot(**SLOW), {DOUBT}),
    ("webhook: refused", signed(reply=f"400 {SIGNING_SECRET}"), {PERMANENT}),
    ("webhook: signature refused", signed(reply="401 bad signature"), {CHANNEL, PERMANENT}),
    ("webhook: gone", signed(reply="410 gone"), {PERMANENT}),
    ("webhook: moved", signed(reply="302 there", headers={"Location": "http://127.0.0.3:9/"}), {CHANNEL, PERMANENT}),
    ("webhook: too big", signed(reply="413 too big"), {PERMANENT}),
    ("webhook: rate limited", signed(reply="429 slowly", retry_after="3"), {CHANNEL}),
    ("webhook: trouble", signed(reply="502 trouble"), set()),
    ("webhook: dropped before reading", signed(stage=WebhookStage.REQUEST, **DROP), {DOUBT}),
    ("webhook: dropped after reading", signed(**DROP), {DOUBT}),
    ("webhook: slow", signed(**SLOW), {DOUBT}),
    ("stdout: closed pipe", printer(BrokenPipeError(32, "Broken pipe")), {CHANNEL}),
    ("stdout: no room", printer(OSError(28, "No space left on device")), {CHANNEL}),
    ("apprise: refused", service(reply="400 no"), set()),
    ("apprise: trouble", service(reply=f"500 {TOKEN}"), set()),
    ("apprise: dropped", service(**DROP), set()),
    ("folder: a file", folder_that_is_a_file, {CHANNEL, PERMANENT}),
    ("folder: a folder in the way", folder_with_a_folder_in_the_way, {CHANNEL, PERMANENT}),
]
SETTINGS: list[Row] = [
    ("email: wrong password", relay_set_up_wrongly(password="another one"), {CHANNEL, PERMANENT}),
    ("email: no STARTTLS", relay_set_up_wrongly(tls=Tls.STARTTLS), {CHANNEL, PERMANENT}),
    (
        "email: certificate",
        relay_set_up_wrongly(tls=Tls.STARTTLS, offered=Tls.STARTTLS),
        {CHANNEL, PERMANENT},
    ),
    ("email: TLS on a plain port", relay_set_up_wrongly(tls=Tls.IMPLICIT), {CHANNEL, PERMANENT}),
    ("email: nobody listens", relay_set_up_wrongly(host="127.0.0.3", port=9), {CHANNEL}),
    ("email: no such host", relay_set_up_wrongly(tls=Tls.IMPLICIT, host="relay.invalid"), {CHANNEL}),
    ("email: password in clear", relay_set_up_wrongly(host="relay.invalid"), {CHANNEL, PERMANENT}),
    ("email: no address", relay_set_up_wrongly(address="nobody"), {PERMANENT}),
    ("slack: nobody listens", hook(address=f"http://127.0.0.3:9{PATH}"), {CHANNEL}),
    ("slack: no such host", hook(address=f"https://hook.invalid{PATH}"), {CHANNEL}),
    ("slack: in clear", hook(address=f"http://93.184.215.14{PATH}"), {CHANNEL, PERMANENT}),
    ("slack: no address", hook(address=f"hooks.invalid{PATH}"), {CHANNEL, PERMANENT}),
    ("slack bot: nobody listens", bot(api="http://127.0.0.3:9/api"), {CHANNEL}),
    ("slack bot: in clear", bot(api="http://93.184.215.14/api"), {CHANNEL, PERMANENT}),
    ("webhook: nobody listens", signed(address=f"http://127.0.0.3:9{PATH}"), {CHANNEL}),
    ("webhook: in clear", signed(address=f"http://93.184.215.14{PATH}"), {CHANNEL, PERMANENT}),
    ("webhook: no secret", signed(secret="whsec_"), {CHANNEL, PERMANENT}),
    ("webhook: short secret", signed(secret="whsec_c2hvcnQ="), {CHANNEL, PERMANENT}),
    ("webhook: secret of another form", signed(secret=TOKEN), {CHANNEL, PERMANENT}),
    ("apprise: no address", service(address=f"nonsense{TOKEN}"), {CHANNEL, PERMANENT}),
    ("apprise: two targets", service(address=f"tgram://123456789:{'a' * 35}/111/222"), {CHANNEL, PERMANENT}),
    ("apprise: nobody listens", service(address=f"json://127.0.0.3:9{PATH}"), set()),
    ("folder: below a file", folder_below_a_file, {CHANNEL, PERMANENT}),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one failure."""

    wanted: set[str]
    error: DeliveryError
    steps: list[DeliveryStep]
    taken: int
    said: str
    logged: str


class Listener(logging.Handler):
    """Keeps all that is logged, by anybody."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())


@contextmanager
def listening() -> Iterator[list[str]]:
    root, listener = logging.getLogger(), Listener()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield listener.lines
    finally:
        root.setLevel(level)
        root.removeHandler(listener)


async def fail(scene: Scene, steps: Steps) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        async with scene.channel.open() as session:
            await session.deliver(WHAT, scene.address, steps)
    return caught.value


@pytest.fixture(scope="module", params=FAULTS + SETTINGS, ids=lambda row: row[0])
def outcome(request, tmp_path_factory):
    _, stage, wanted = request.param
    steps = Steps()
    with stage(tmp_path_factory.mktemp("scene")) as scene, listening() as logged:
        error = asyncio.run(fail(scene, steps))
        said = everything_said(error) + repr(scene.channel)
        return Outcome(wanted, error, steps.seen, scene.taken(), said, "\n".join(logged))


def test_failure_is_classed(outcome):
    error = outcome.error
    found = {PERMANENT: error.is_permanent, CHANNEL: error.is_channel_fault, DOUBT: error.in_doubt}
    assert {name for name, holds in found.items() if holds} == outcome.wanted


def test_body_was_reported_handed_over_wherever_the_provider_may_have_it(outcome):
    may_have_arrived = DOUBT in outcome.wanted or outcome.taken > 0
    assert not may_have_arrived or outcome.steps[-1] is DeliveryStep.BODY_HANDED_OVER


def test_failure_tells_no_secret(outcome):
    for secret in (*SECRETS, base64.b64encode(PASSWORD.encode()).decode()):
        assert secret not in outcome.said
        assert secret not in outcome.logged
    assert MAILBOX not in outcome.said


def test_failure_is_one_line_for_a_person(outcome):
    assert "\n" not in str(outcome.error)
    assert len(str(outcome.error)) > 30


@pytest.mark.parametrize("stage", [pytest.param(row[1], id=row[0]) for row in FAULTS])
async def test_mended_channel_delivers_in_the_same_session(stage, tmp_path):
    with stage(tmp_path) as scene:
        async with scene.channel.open() as session:
            with pytest.raises(DeliveryError):
                await session.deliver(WHAT, scene.address, Steps())
            before = scene.taken()
            scene.mend()
            steps = Steps()
            assert (await session.deliver(WHAT, scene.address, steps)).reply
            assert scene.taken() == before + 1
            assert steps.seen[-1] is DeliveryStep.BODY_HANDED_OVER


@pytest.mark.skipif(importlib.util.find_spec("apprise") is not None, reason="apprise is installed here")
async def test_apprise_that_is_not_installed_is_named_with_what_to_do():
    async with AppriseChannel().open() as session:
        with pytest.raises(DeliveryError, match=r"pip install '\.\[apprise\]'") as caught:
            await session.deliver(WHAT, f"json://127.0.0.1{PATH}", Steps())
    assert caught.value.is_permanent
    assert TOKEN not in everything_said(caught.value)


async def test_apprise_pings_nobody_and_says_who_accepted():
    pytest.importorskip("apprise", reason="apprise is an extra and not installed here")
    with warnings.catch_warnings(), WebhookSink(path=PATH) as sink:
        warnings.simplefilter("ignore")
        async with AppriseChannel().open() as session:
            what = message(text="@everyone and @Here, ana@example.org\n")
            receipt = await session.deliver(what, sink.url.replace("http://", "json://"), Steps())
        (post,) = sink.accepted
    assert receipt.reply == "accepted by JSON"
    said = json.loads(post.body)["message"]
    assert "@everyone" not in said
    assert "@Here" not in said
    assert "ana@example.org" in said
