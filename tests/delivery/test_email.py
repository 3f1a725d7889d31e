"""Mail over real SMTP conversations."""

import asyncio
import inspect
import os
import socket
import ssl
from collections.abc import Iterator

import aiosmtplib
import pytest

from tests.delivery.helpers import (
    CERTIFICATE,
    PASSWORD,
    Steps,
    config_for,
    everything_said,
    message,
    server_context,
)
from tests.support.smtp_sink import SmtpSink, SmtpStage
from watcher.config.config_model import EmailConfig, Tls
from watcher.delivery.contract import DeliveryStep, OnStep, Receipt
from watcher.delivery.email import EmailChannel
from watcher.delivery.smtp import SmtpConnection
from watcher.delivery.verdicts import Stage
from watcher.errors import DeliveryError, DeliveryReason

TO = "ana@example.org"


async def send(config: EmailConfig, password: str | None = None, to: str = TO, steps: OnStep | None = None) -> Receipt:
    async with EmailChannel(config, password).open() as session:
        return await session.deliver(message(), to, steps or Steps())


async def failing(
    config: EmailConfig, password: str | None = None, to: str = TO, steps: OnStep | None = None
) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await send(config, password, to, steps)
    return caught.value


@pytest.fixture
def trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


async def test_accepted_mail_gives_the_relays_reply_and_every_step():
    steps = Steps()
    with SmtpSink() as sink:
        receipt = await send(config_for(sink), steps=steps)
        (mail,) = sink.mails
    assert receipt.reply == "250 2.0.0 kept as 1"
    assert (mail.mail_from, mail.rcpt_to) == ("trials@example.org", (TO,))
    assert mail.message["Subject"] == message().subject
    assert f"SIZE={len(mail.body)}" in mail.options
    assert steps.seen == [DeliveryStep.CONNECTED, DeliveryStep.ENVELOPE_ACCEPTED, DeliveryStep.BODY_HANDED_OVER]
    assert sink.said[-1] == "QUIT"


async def test_steps_are_told_before_the_bytes_that_follow():
    heard_at: dict[DeliveryStep, tuple[str, ...]] = {}

    def note(step: DeliveryStep) -> None:
        heard_at[step] = sink.said

    with SmtpSink() as sink:
        await send(config_for(sink), steps=note)
    assert not any(line.startswith("MAIL") for line in heard_at[DeliveryStep.CONNECTED])
    assert heard_at[DeliveryStep.ENVELOPE_ACCEPTED][-1].startswith("RCPT")
    assert "DATA" not in heard_at[DeliveryStep.BODY_HANDED_OVER]


async def test_repeated_mail_is_the_same_bytes():
    with SmtpSink() as sink:
        await send(config_for(sink))
        await send(config_for(sink))
        first, second = sink.mails
    assert first.body == second.body


async def test_many_mails_go_over_one_connection():
    with SmtpSink() as sink:
        async with EmailChannel(config_for(sink)).open() as session:
            for number in range(20):
                await session.deliver(message(), f"r{number}@example.org", Steps())
        assert len(sink.mails) == 20
        assert sink.connections == 1


@pytest.mark.parametrize("implicit", [True, False])
async def test_tls_and_log_in_come_before_the_mail(trusted, implicit):
    with SmtpSink(tls=server_context(), implicit=implicit, accounts={"trials": PASSWORD}) as sink:
        tls = Tls.IMPLICIT if implicit else Tls.STARTTLS
        await send(config_for(sink, tls=tls, username="trials"), PASSWORD)
        (mail,) = sink.mails
    assert mail.is_encrypted
    assert mail.username == "trials"


async def test_log_in_uses_login_where_plain_is_not_offered():
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        sink.arm(SmtpStage.EHLO, reply="250-sink.invalid\n250 AUTH LOGIN")
        sink.arm(SmtpStage.EHLO, reply="250-sink.invalid\n250 AUTH LOGIN")
        error = await failing(config_for(sink, username="trials"), PASSWORD)
        assert "AUTH LOGIN" in sink.said
        assert "503" in str(error)


async def test_authority_that_is_not_trusted_is_a_fault_of_the_channel():
    with SmtpSink(tls=server_context(), implicit=True) as sink:
        error = await failing(config_for(sink, tls=Tls.IMPLICIT))
    assert (error.is_permanent, error.is_channel_fault, error.reason) == (True, True, DeliveryReason.CONFIG)
    assert "set ca_file to the CA to trust" in str(error)


@pytest.mark.parametrize("implicit", [True, False])
async def test_own_authority_is_trusted_for_the_relay(implicit):
    tls = Tls.IMPLICIT if implicit else Tls.STARTTLS
    with SmtpSink(tls=server_context(), implicit=implicit) as sink:
        await send(config_for(sink, tls=tls, ca_file=str(CERTIFICATE)))
        (mail,) = sink.mails
    assert mail.is_encrypted


async def test_own_authority_is_trusted_in_place_of_the_machines(trusted):
    other = CERTIFICATE.with_name("elsewhere.pem")
    with SmtpSink(tls=server_context(), implicit=True) as sink:
        error = await failing(config_for(sink, tls=Tls.IMPLICIT, ca_file=str(other)))
        assert sink.mails == ()
    assert (error.is_channel_fault, error.reason) == (True, DeliveryReason.CONFIG)
    assert "set ca_file to the CA to trust" in str(error)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read: No such file"), (b"no certificate\n", "holds no certificate in PEM")]
)
async def test_file_of_authorities_that_is_of_no_use_is_a_fault_of_the_channel(tmp_path, content, said):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with SmtpSink(tls=server_context(), implicit=True) as sink:
        error = await failing(config_for(sink, tls=Tls.IMPLICIT, ca_file=str(path)))
        assert sink.connections == 0
    assert (error.is_channel_fault, error.reason) == (True, DeliveryReason.CONFIG)
    assert f"ca_file {path} {said}" in str(error)


async def test_authority_replaced_while_the_program_runs_is_trusted_at_the_next_connection(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_bytes(CERTIFICATE.with_name("elsewhere.pem").read_bytes())
    with SmtpSink(tls=server_context(), implicit=True) as sink:
        config = config_for(sink, tls=Tls.IMPLICIT, ca_file=str(path))
        await failing(config)
        path.write_bytes(CERTIFICATE.read_bytes())
        os.utime(path, ns=(1, 1))  # a copy keeps the time of its source
        await send(config)
        assert len(sink.mails) == 1


async def test_starttls_is_checked_against_the_trusted_authorities_too():
    with SmtpSink(tls=server_context()) as sink:
        error = await failing(config_for(sink, tls=Tls.STARTTLS, username="trials"), PASSWORD)
        assert not any(line.startswith("AUTH") for line in sink.said)
    assert (error.is_permanent, error.is_channel_fault, error.reason) == (True, True, DeliveryReason.CONFIG)


async def test_certificate_for_another_host_is_not_taken(trusted):
    with SmtpSink(tls=server_context(), implicit=True) as sink:
        config = config_for(sink, tls=Tls.IMPLICIT).model_copy(update={"host": "127.0.0.2"})
        error = await failing(config)
    assert error.is_channel_fault


async def test_relay_without_starttls_never_sees_the_password():
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        error = await failing(config_for(sink, tls=Tls.STARTTLS, username="trials"), PASSWORD)
        assert not any(line.startswith("AUTH") for line in sink.said)
    assert (error.is_permanent, error.is_channel_fault) == (True, True)
    assert "does not offer STARTTLS" in str(error)


async def test_password_is_not_sent_in_clear_beyond_loopback():
    config = EmailConfig.model_validate(
        {"host": "relay.invalid", "port": 25, "tls": "none", "from": "a@a.invalid", "username": "trials"}
    )
    error = await failing(config, PASSWORD)
    assert "in clear" in str(error)
    assert (error.is_permanent, error.is_channel_fault) == (True, True)


async def test_implicit_tls_on_a_plain_port_says_which_port_is_which(trusted):
    with SmtpSink() as sink:
        error = await failing(config_for(sink, tls=Tls.IMPLICIT))
    assert "465" in str(error)
    assert (error.is_permanent, error.is_channel_fault) == (True, True)


async def test_username_without_password_is_told():
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        error = await failing(config_for(sink, username="trials"))
    assert "no password" in str(error)


async def test_relay_without_a_way_to_log_in_is_told():
    with SmtpSink() as sink:
        error = await failing(config_for(sink, username="trials"), PASSWORD)
    assert "ways offered: none" in str(error)


async def test_log_in_refused_is_tried_once_and_suspends_the_channel():
    with SmtpSink(accounts={"trials": "another"}) as sink:
        error = await failing(config_for(sink, username="trials"), PASSWORD)
        assert sum(line.startswith("AUTH") for line in sink.said) == 1
    assert (error.reason, error.is_permanent, error.is_channel_fault) == (DeliveryReason.AUTH, True, True)
    assert "app password" in str(error)


REFUSALS = [
    # stage, reply, permanent, channel's fault, reason, a word of the advice
    (SmtpStage.CONNECT, "421 4.3.2 later", False, True, DeliveryReason.SERVER, "tried again"),
    (SmtpStage.CONNECT, "554 5.7.1 no", True, True, DeliveryReason.REJECTED, "does not talk to this machine"),
    (SmtpStage.EHLO, "550 5.5.0 no", True, True, DeliveryReason.REJECTED, "postmaster"),
    (SmtpStage.EHLO, "451 4.3.0 no", False, True, DeliveryReason.SERVER, "tried again"),
    (SmtpStage.AUTH, "535 5.7.139 switched off", True, True, DeliveryReason.AUTH, "Microsoft 365"),
    (SmtpStage.AUTH, "534 5.7.9 app password", True, True, DeliveryReason.AUTH, "app password"),
    (SmtpStage.AUTH, "538 5.7.11 encrypt", True, True, DeliveryReason.AUTH, "encryption"),
    (SmtpStage.AUTH, "454 4.7.0 later", False, True, DeliveryReason.SERVER, "log-in is out of order"),
    (SmtpStage.MAIL, "550 5.7.60 not yours", True, True, DeliveryReason.REJECTED, "set from in"),
    (SmtpStage.MAIL, "553 5.1.8 not yours", True, True, DeliveryReason.REJECTED, "set from"),
    (SmtpStage.MAIL, "530 5.7.0 log in", True, True, DeliveryReason.AUTH, "wants a log-in"),
    (SmtpStage.MAIL, "552 5.3.4 too big", True, False, DeliveryReason.REJECTED, "larger"),
    (SmtpStage.MAIL, "451 4.3.0 trouble", False, True, DeliveryReason.SERVER, "trouble of its own"),
    (SmtpStage.MAIL, "421 4.7.0 too many", False, True, DeliveryReason.RATE_LIMITED, "takes no more for now"),
    (SmtpStage.MAIL, "421 4.3.0 closing", False, True, DeliveryReason.SERVER, "busy or closing"),
    (SmtpStage.MAIL, "452 4.3.1 no room for so much", False, False, DeliveryReason.SERVER, "no room"),
    (SmtpStage.RCPT, "550 5.1.1 unknown", True, False, DeliveryReason.REJECTED, "check the recipient"),
    (SmtpStage.RCPT, "550 5.7.1 relay denied", True, False, DeliveryReason.REJECTED, "policy"),
    (SmtpStage.RCPT, "552 5.2.2 full", False, False, DeliveryReason.REJECTED, "full"),
    (SmtpStage.RCPT, "550 5.2.2 full", False, False, DeliveryReason.REJECTED, "tried again daily"),
    (SmtpStage.RCPT, "450 4.7.1 too many", False, True, DeliveryReason.RATE_LIMITED, "takes no more for now"),
    (SmtpStage.RCPT, "450 4.7.1 Greylisted", False, False, DeliveryReason.SERVER, "see the mail twice"),
    (SmtpStage.RCPT, "450 4.2.1 busy", False, False, DeliveryReason.SERVER, "tried again"),
    (SmtpStage.RCPT, "452 4.2.2 full", False, False, DeliveryReason.SERVER, "no room"),
    (SmtpStage.RCPT, "421 4.3.2 closing", False, False, DeliveryReason.SERVER, "busy or closing"),
    (SmtpStage.DATA, "451 4.3.0 trouble", False, False, DeliveryReason.SERVER, "trouble of its own"),
    (SmtpStage.BODY, "554 5.7.1 spam", True, False, DeliveryReason.REJECTED, "unwanted"),
    (SmtpStage.BODY, "552 5.3.4 too big", True, False, DeliveryReason.REJECTED, "larger"),
    (SmtpStage.BODY, "550 5.7.515 no DKIM", True, False, DeliveryReason.REJECTED, "Outlook"),
    (SmtpStage.BODY, "550 5.7.26 no SPF", True, False, DeliveryReason.REJECTED, "Gmail"),
    (SmtpStage.BODY, "452 4.3.1 disk", False, False, DeliveryReason.SERVER, "no room"),
]


@pytest.mark.parametrize(("stage", "reply", "permanent", "channels", "reason", "advice"), REFUSALS)
async def test_refusal_is_classed_and_told_with_what_to_do(stage, reply, permanent, channels, reason, advice):
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        sink.arm(stage, reply=reply, times=None)
        error = await failing(config_for(sink, username="trials"), PASSWORD)
        assert sink.mails == ()
    assert (error.is_permanent, error.is_channel_fault, error.reason) == (permanent, channels, reason)
    assert not error.in_doubt
    assert reply in str(error)
    assert advice in str(error)


@pytest.mark.parametrize(
    ("stage", "in_doubt"),
    [
        (SmtpStage.CONNECT, False),
        (SmtpStage.EHLO, False),
        (SmtpStage.AUTH, False),
        (SmtpStage.MAIL, False),
        (SmtpStage.RCPT, False),
        (SmtpStage.DATA, True),
        (SmtpStage.BODY, True),
    ],
)
@pytest.mark.parametrize("how", ["dropped", "silent", "babble"])
async def test_lost_answer_is_in_doubt_only_once_the_body_was_on_its_way(stage, in_doubt, how):
    steps = Steps()
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        sink.arm(
            stage,
            drop=how == "dropped",
            delay=30 if how == "silent" else 0,
            reply="HTTP/1.1 400 Bad Request" if how == "babble" else "",
        )
        config = config_for(sink, username="trials", timeout=0.1 if how == "silent" else 10)
        error = await failing(config, PASSWORD, steps=steps)
    is_channels = stage not in (SmtpStage.MAIL, SmtpStage.RCPT, SmtpStage.DATA, SmtpStage.BODY)
    is_channels = is_channels or (how == "babble" and not in_doubt)
    assert (error.is_permanent, error.in_doubt, error.is_channel_fault) == (False, in_doubt, is_channels)
    assert (steps.seen[-1:] == [DeliveryStep.BODY_HANDED_OVER]) == in_doubt
    expected = {"dropped": DeliveryReason.CONNECTION, "silent": DeliveryReason.TIMEOUT, "babble": DeliveryReason.SERVER}
    assert error.reason == expected[how]


async def test_starttls_that_fails_is_told_before_any_password(trusted):
    with SmtpSink(tls=server_context()) as sink:
        sink.arm(SmtpStage.STARTTLS, reply="454 4.7.0 TLS is down")
        error = await failing(config_for(sink, tls=Tls.STARTTLS))
        assert (error.is_permanent, error.is_channel_fault) == (False, True)
        assert "TLS is out of order" in str(error)
        sink.arm(SmtpStage.STARTTLS, reply="220 2.0.0 go ahead", drop=True)
        error = await failing(config_for(sink, tls=Tls.STARTTLS))
        assert (error.is_permanent, error.reason) == (False, DeliveryReason.CONNECTION)


async def test_refused_connection_is_transient():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        config = EmailConfig.model_validate({"host": "127.0.0.1", "port": port, "tls": "none", "from": "a@a.invalid"})
        error = await failing(config)
    assert (error.is_permanent, error.in_doubt, error.reason) == (False, False, DeliveryReason.CONNECTION)
    assert "connection refused" in str(error)


async def test_name_that_does_not_resolve_is_transient():
    config = EmailConfig.model_validate({"host": "relay.invalid", "port": 25, "tls": "none", "from": "a@a.invalid"})
    error = await failing(config)
    assert (error.is_permanent, error.reason) == (False, DeliveryReason.CONNECTION)
    assert "cannot be resolved" in str(error)


async def test_whole_deadline_ends_a_relay_that_answers_every_command_late():
    with SmtpSink() as sink:
        for stage in (SmtpStage.CONNECT, SmtpStage.EHLO, SmtpStage.MAIL, SmtpStage.RCPT):
            sink.arm(stage, delay=0.15)
        sink.arm(SmtpStage.BODY, delay=0.95)  # each within its own patience, all together not
        error = await failing(config_for(sink, timeout=0.2))
    assert error.reason == DeliveryReason.TIMEOUT


async def test_one_refused_recipient_does_not_touch_the_next():
    with SmtpSink() as sink:
        sink.arm(SmtpStage.RCPT, reply="550 5.1.1 unknown", address="gone@example.org", times=None)
        async with EmailChannel(config_for(sink)).open() as session:
            with pytest.raises(DeliveryError):
                await session.deliver(message(), "gone@example.org", Steps())
            await session.deliver(message(), TO, Steps())
        assert [mail.rcpt_to for mail in sink.mails] == [(TO,)]
        assert sink.connections == 1


@pytest.mark.parametrize("stage", [SmtpStage.MAIL, SmtpStage.RSET])
@pytest.mark.parametrize("fault", [{"drop": True}, {"reply": "421 4.7.0 enough for one connection"}])
async def test_kept_connection_that_the_relay_ends_is_made_anew(stage, fault):
    with SmtpSink() as sink:
        async with EmailChannel(config_for(sink)).open() as session:
            sink.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="busy@example.org")
            with pytest.raises(DeliveryError):
                await session.deliver(message(), "busy@example.org", Steps())
            sink.arm(stage, **fault)
            steps = Steps()
            await session.deliver(message(), TO, steps)
        assert len(sink.mails) == 1
        assert sink.connections == 2
        assert steps.seen[-3:] == [
            DeliveryStep.CONNECTED,
            DeliveryStep.ENVELOPE_ACCEPTED,
            DeliveryStep.BODY_HANDED_OVER,
        ]


async def test_session_recovers_after_a_lost_answer():
    with SmtpSink() as sink:
        sink.arm(SmtpStage.BODY, drop=True)
        async with EmailChannel(config_for(sink)).open() as session:
            with pytest.raises(DeliveryError) as caught:
                await session.deliver(message(), TO, Steps())
            assert caught.value.in_doubt
            await session.deliver(message(), TO, Steps())
        assert [mail.message["Message-ID"] for mail in sink.mails] == [message().message_id] * 2


async def test_step_that_cannot_be_recorded_stops_the_mail_before_its_body():
    class StopError(Exception):
        pass

    def stop(step):
        if step is DeliveryStep.BODY_HANDED_OVER:
            raise StopError

    with SmtpSink() as sink:
        async with EmailChannel(config_for(sink)).open() as session:
            with pytest.raises(StopError):
                await session.deliver(message(), TO, stop)
            assert "DATA" not in sink.said
            await session.deliver(message(), TO, Steps())
        assert len(sink.mails) == 1


async def test_cancelled_mail_leaves_no_connection():
    with SmtpSink() as sink:
        hold = sink.hold(SmtpStage.BODY)
        sending = asyncio.create_task(send(config_for(sink)))
        await asyncio.to_thread(hold.wait_reached)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        hold.release()
        assert len(sink.mails) == 1


@pytest.mark.parametrize("address", ["", "ana", "a b@example.org", "a@b.example>\r\nRCPT TO:<c@d.example"])
async def test_address_that_is_none_is_refused_without_a_conversation(address):
    with SmtpSink() as sink:
        error = await failing(config_for(sink), to=address)
        assert sink.connections == 0
    assert (error.is_permanent, error.is_channel_fault) == (True, False)
    assert "recipient's address" in str(error)


async def test_sender_that_is_none_is_a_fault_of_the_channel():
    with SmtpSink() as sink:
        error = await failing(config_for(sink, sender="nobody"))
    assert (error.is_permanent, error.is_channel_fault) == (True, True)
    assert "from is not a mail address" in str(error)


async def test_mailbox_beyond_ascii_goes_to_relays_that_take_it():
    with SmtpSink() as sink:
        await send(config_for(sink), to="jürgen@müller.example")
        (mail,) = sink.mails
    assert mail.rcpt_to == ("jürgen@xn--mller-kva.example",)
    assert "SMTPUTF8" in mail.options
    assert "To: jürgen@xn--mller-kva.example\r\n".encode() in mail.body


async def test_mailbox_beyond_ascii_is_refused_where_the_relay_does_not_take_it():
    with SmtpSink(smtputf8=False) as sink:
        error = await failing(config_for(sink), to="jürgen@example.org")
    assert (error.is_permanent, error.is_channel_fault) == (True, False)


async def test_domain_beyond_ascii_needs_nothing_special():
    with SmtpSink(smtputf8=False) as sink:
        await send(config_for(sink), to="ana@müller.example")
        assert sink.mails[0].rcpt_to == ("ana@xn--mller-kva.example",)


async def test_check_logs_in_and_sends_nothing():
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        assert (await EmailChannel(config_for(sink, username="trials"), PASSWORD).check()).startswith("250")
        assert not any(line.startswith(("MAIL", "DATA")) for line in sink.said)
        with pytest.raises(DeliveryError):
            await EmailChannel(config_for(sink, username="trials"), "wrong password").check()
        with pytest.raises(DeliveryError):
            await EmailChannel(config_for(sink, sender="nobody")).check()


async def test_goodbye_that_fails_spoils_nothing():
    with SmtpSink() as sink:
        sink.arm(SmtpStage.QUIT, drop=True)
        await send(config_for(sink))
        assert len(sink.mails) == 1


async def test_reply_never_repeats_a_password_or_an_address():
    with SmtpSink(accounts={"trials": PASSWORD}) as sink:
        sink.arm(SmtpStage.AUTH, reply=f"535 5.7.8 {PASSWORD} is wrong for trials@example.org")
        error = await failing(config_for(sink, username="trials"), PASSWORD)
    assert PASSWORD not in everything_said(error)
    assert "trials@example.org" not in everything_said(error)
    assert "…@example.org" in str(error)


def exceptions_of_the_library() -> Iterator[Exception]:
    classes = (one for _, one in inspect.getmembers(aiosmtplib, inspect.isclass) if issubclass(one, Exception))
    made = {
        aiosmtplib.SMTPRecipientRefused: (550, "no", TO),
        aiosmtplib.SMTPSenderRefused: (550, "no", TO),
        aiosmtplib.SMTPRecipientsRefused: ([aiosmtplib.SMTPRecipientRefused(450, "no", TO)],),
    }
    for one in classes:
        args = made.get(one, (550, "no") if issubclass(one, aiosmtplib.SMTPResponseException) else ("no",))
        yield one(*args)


ALL_EXCEPTIONS = [*exceptions_of_the_library(), aiosmtplib.SMTPRecipientsRefused([])]


def test_library_still_has_the_exceptions_we_know():
    assert len(ALL_EXCEPTIONS) >= 15


@pytest.mark.parametrize("error", [*ALL_EXCEPTIONS, OSError(5, "eio"), ValueError(TO), ssl.SSLError(1, "no")], ids=repr)
@pytest.mark.parametrize("stage", list(Stage))
async def test_every_exception_of_the_library_becomes_ours(error, stage):
    async def raising() -> None:
        raise error

    line = SmtpConnection(EmailConfig.model_validate({"host": "r.invalid", "from": "a@a.invalid"}), None)
    with pytest.raises(DeliveryError) as caught:
        await line._ask(stage, raising())
    assert caught.value.__context__ is None
    assert TO not in str(caught.value)
