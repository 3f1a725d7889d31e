"""One table: every channel through every failure it can meet, and no secret in anything that comes of it."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.helpers import PASSWORD, Steps, config_for, everything_said, message, poster, server_context
from watcher.config.model import EmailConfig, Tls
from watcher.delivery.contract import Channel, Step
from watcher.delivery.email import EmailChannel
from watcher.delivery.folder import FolderChannel, file_stem
from watcher.delivery.slack import SlackChannel
from watcher.errors import DeliveryError
from watcher.sandbox.smtp import SmtpSink, SmtpStage
from watcher.sandbox.webhook import WebhookSink, WebhookStage

TOKEN = "s3cr3t-t0k3n-0123456789"
PATH = f"/services/T0SECRET/B0SECRET/{TOKEN}"
SECRETS = (PASSWORD, PATH, TOKEN, "T0SECRET", "B0SECRET")
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
    ("email: sender later", relay(SmtpStage.MAIL, reply="451 4.3.0 later"), set()),
    ("email: recipient refused", relay(SmtpStage.RCPT, reply="550 5.1.1 no"), {PERMANENT}),
    ("email: recipient later", relay(SmtpStage.RCPT, reply="450 4.2.1 later"), set()),
    ("email: recipient dropped", relay(SmtpStage.RCPT, **DROP), {CHANNEL}),
    ("email: DATA refused", relay(SmtpStage.DATA, reply="554 5.5.1 no"), {PERMANENT}),
    ("email: DATA dropped", relay(SmtpStage.DATA, **DROP), {CHANNEL, DOUBT}),
    ("email: body refused", relay(SmtpStage.BODY, reply="554 5.7.1 spam"), {PERMANENT}),
    ("email: body later", relay(SmtpStage.BODY, reply="452 4.3.1 later"), set()),
    ("email: body dropped", relay(SmtpStage.BODY, **DROP), {CHANNEL, DOUBT}),
    ("email: body slow", relay(SmtpStage.BODY, **SLOW), {CHANNEL, DOUBT}),
    ("slack: form refused twice", hook(reply="400 invalid_payload"), {PERMANENT}),
    ("slack: forbidden", hook(reply="403 action_prohibited"), {CHANNEL, PERMANENT}),
    ("slack: removed", hook(reply="404 no_service"), {CHANNEL, PERMANENT}),
    ("slack: channel gone", hook(reply="404 channel_not_found"), {CHANNEL, PERMANENT}),
    ("slack: archived", hook(reply="410 channel_is_archived"), {CHANNEL, PERMANENT}),
    ("slack: rate limited", hook(reply="429 rate_limited", retry_after="3"), {CHANNEL}),
    ("slack: trouble", hook(reply="500 rollup_error"), {CHANNEL}),
    ("slack: repeats the address", hook(reply=f"500 no hook at {PATH} for {TOKEN}"), {CHANNEL}),
    ("slack: dropped before reading", hook(stage=WebhookStage.REQUEST, **DROP), {CHANNEL, DOUBT}),
    ("slack: dropped after reading", hook(**DROP), {CHANNEL, DOUBT}),
    ("slack: slow", hook(**SLOW), {CHANNEL, DOUBT}),
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
    ("folder: below a file", folder_below_a_file, {CHANNEL, PERMANENT}),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one failure."""

    wanted: set[str]
    error: DeliveryError
    steps: list[Step]
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
    assert not may_have_arrived or outcome.steps[-1] is Step.BODY_HANDED_OVER


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
            assert steps.seen[-1] is Step.BODY_HANDED_OVER
