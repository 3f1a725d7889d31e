"""The rehearsal relay: it keeps what it accepted and misbehaves exactly where told."""

import smtplib
import socket
import ssl
import threading
from pathlib import Path

import pytest

from tests.support.smtp_sink import SmtpSink, SmtpStage

DATA = Path(__file__).parent.parent / "data"
MAIL = b"Subject: one\r\n\r\n.dot\r\n..two dots\r\nend\r\n"


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "loopback.pem")
    return context


def client_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(DATA / "loopback.pem"))


def client(sink: SmtpSink, timeout: float = 10) -> smtplib.SMTP:
    return smtplib.SMTP(sink.host, sink.port, local_hostname="client.invalid", timeout=timeout)


def test_accepted_mail_is_kept_in_order_with_its_envelope_and_bytes():
    with SmtpSink() as sink, client(sink) as smtp:
        smtp.sendmail("from@a.invalid", ["to@b.invalid", "too@b.invalid"], MAIL)
        smtp.sendmail("from@a.invalid", ["last@b.invalid"], MAIL.replace(b"one", b"two"))
        first, second = sink.wait_for(2)
    assert first.mail_from == "from@a.invalid"
    assert first.rcpt_to == ("to@b.invalid", "too@b.invalid")
    assert first.body == MAIL
    assert (first.message["Subject"], second.message["Subject"]) == ("one", "two")
    assert not first.is_encrypted
    assert first.username == ""
    assert sink.connections == 1


def test_helo_rset_and_noop_are_answered_and_nonsense_is_not_understood():
    with SmtpSink() as sink, client(sink) as smtp:
        assert smtp.helo()[0] == 250
        assert smtp.noop()[0] == 250
        smtp.mail("a@a.invalid")
        assert smtp.rset()[0] == 250
        assert smtp.rcpt("b@b.invalid")[0] == 503
        assert smtp.docmd("DATA")[0] == 503
        assert smtp.docmd("VRFY", "x")[0] == 500
        assert smtp.docmd("MAIL", "nonsense")[0] == 501
        smtp.mail("a@a.invalid")
        assert smtp.docmd("RCPT", "nonsense")[0] == 501
        assert smtp.docmd("AUTH", "PLAIN AGEAYg==")[0] == 503
        assert smtp.docmd("STARTTLS")[0] == 503
    assert sink.said[0] == "helo client.invalid"


def test_mail_before_ehlo_is_refused():
    with SmtpSink() as sink, client(sink) as smtp:
        assert smtp.docmd("MAIL", "FROM:<a@a.invalid>")[0] == 503


def test_starttls_encrypts_and_log_in_is_checked():
    with SmtpSink(tls=server_context(), accounts={"ana": "secret"}) as sink, client(sink) as smtp:
        smtp.ehlo()
        assert smtp.docmd("MAIL", "FROM:<a@a.invalid>")[0] == 530
        smtp.starttls(context=client_context())
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("ana", "wrong")
        smtp.login("ana", "secret")
        smtp.sendmail("a@a.invalid", ["b@b.invalid"], MAIL)
        (mail,) = sink.mails
    assert mail.is_encrypted
    assert mail.username == "ana"
    assert not any("secret" in line or "AG" in line for line in sink.said)


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize("method", ["auth_login", "auth_plain"])
def test_both_log_ins_work_with_and_without_initial_response(method, initial):
    with SmtpSink(accounts={"ana": "secret"}) as sink, client(sink) as smtp:
        smtp.ehlo()
        smtp.user, smtp.password = "ana", "secret"
        code, _ = smtp.auth(method[5:].upper(), getattr(smtp, method), initial_response_ok=initial)
        assert code == 235


def test_unknown_and_undecodable_log_ins_are_refused():
    with SmtpSink(accounts={"ana": "secret"}) as sink, client(sink) as smtp:
        smtp.ehlo()
        assert smtp.docmd("AUTH", "CRAM-MD5")[0] == 504
        assert smtp.docmd("AUTH", "PLAIN =!=")[0] == 501


def test_implicit_tls_speaks_tls_from_the_first_byte():
    with (
        SmtpSink(tls=server_context(), implicit=True) as sink,
        smtplib.SMTP_SSL(sink.host, sink.port, context=client_context(), timeout=60) as smtp,
    ):
        smtp.sendmail("a@a.invalid", ["b@b.invalid"], MAIL)
        assert sink.mails[0].is_encrypted


def test_implicit_tls_without_a_certificate_is_refused():
    with pytest.raises(ValueError, match="certificate"):
        SmtpSink(implicit=True)


def test_hidden_extension_is_not_offered_as_often_as_armed():
    with SmtpSink(tls=server_context()) as sink, client(sink) as smtp:
        sink.arm(SmtpStage.EHLO, hide=("STARTTLS",))
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        smtp.ehlo()
        assert smtp.has_extn("starttls")


@pytest.mark.parametrize(
    ("mail", "code"),
    [(b"x" * 999 + b"\r\n", 554), (b"x" * 998 + b"\r\n", 250), (b"a\nb\r\n", 554), (b"y" * 200 + b"\r\n", 250)],
    ids=["line too long", "longest line", "bare line feed", "ordinary"],
)
def test_only_legal_lines_are_taken(mail, code):
    with SmtpSink() as sink, client(sink) as smtp:
        smtp.ehlo()
        smtp.mail("a@a.invalid")
        smtp.rcpt("b@b.invalid")
        smtp.docmd("DATA")
        smtp.send(mail + b".\r\n")
        assert smtp.getreply()[0] == code
        assert len(sink.mails) == (code == 250)


def test_too_big_mail_is_refused_by_its_announced_and_by_its_real_size():
    with SmtpSink(size_limit=100) as sink, client(sink) as smtp:
        smtp.ehlo()
        assert smtp.mail("a@a.invalid", ["SIZE=101"])[0] == 552
        smtp.mail("a@a.invalid")
        smtp.rcpt("b@b.invalid")
        assert smtp.data(b"x\r\n" * 50)[0] == 552
        assert sink.mails == ()


def test_mailbox_beyond_ascii_needs_smtputf8():
    with SmtpSink() as sink, client(sink) as smtp:
        smtp.command_encoding = "utf-8"
        smtp.ehlo()
        assert smtp.docmd("MAIL", "FROM:<ä@a.invalid>")[0] == 553
        assert smtp.docmd("MAIL", "FROM:<a@a.invalid>")[0] == 250
        assert smtp.docmd("RCPT", "TO:<ä@b.invalid>")[0] == 553
        assert smtp.docmd("MAIL", "FROM:<ä@a.invalid> SMTPUTF8")[0] == 250
        assert smtp.docmd("RCPT", "TO:<ä@b.invalid>")[0] == 250
    with SmtpSink(smtputf8=False) as sink, client(sink) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("smtputf8")


@pytest.mark.parametrize("greeting", ["421 4.3.2 later", "554 5.7.1 no"])
def test_refusing_greeting_ends_the_conversation(greeting):
    with SmtpSink() as sink:
        sink.arm(SmtpStage.CONNECT, reply=greeting)
        with pytest.raises(smtplib.SMTPConnectError):
            client(sink)
        with client(sink) as smtp:
            assert smtp.noop()[0] == 250


@pytest.mark.parametrize(
    ("stage", "error"),
    [
        (SmtpStage.MAIL, smtplib.SMTPSenderRefused),
        (SmtpStage.RCPT, smtplib.SMTPRecipientsRefused),
        (SmtpStage.DATA, smtplib.SMTPDataError),
        (SmtpStage.BODY, smtplib.SMTPDataError),
    ],
)
@pytest.mark.parametrize("reply", ["450 4.2.1 later", "550 5.1.1 never"])
def test_refusal_at_a_stage_is_told_and_nothing_is_kept(stage, error, reply):
    with SmtpSink() as sink, client(sink) as smtp:
        sink.arm(stage, reply=reply)
        with pytest.raises(error):
            smtp.sendmail("a@a.invalid", ["b@b.invalid"], MAIL)
        assert sink.mails == ()
        smtp.sendmail("a@a.invalid", ["b@b.invalid"], MAIL)
        assert len(sink.mails) == 1


def test_only_the_named_recipient_is_refused_until_cleared():
    with SmtpSink() as sink, client(sink) as smtp:
        sink.arm(SmtpStage.RCPT, reply="550 5.1.1 unknown", address="b@b.invalid", times=None)
        for _ in range(2):
            refused = smtp.sendmail("a@a.invalid", ["b@b.invalid", "c@b.invalid"], MAIL)
            assert list(refused) == ["b@b.invalid"]
        sink.clear()
        assert smtp.sendmail("a@a.invalid", ["b@b.invalid"], MAIL) == {}
        assert [mail.rcpt_to for mail in sink.mails] == [("c@b.invalid",), ("c@b.invalid",), ("b@b.invalid",)]


@pytest.mark.parametrize(
    ("stage", "kept"), [(SmtpStage.EHLO, 0), (SmtpStage.MAIL, 0), (SmtpStage.DATA, 0), (SmtpStage.BODY, 1)]
)
def test_dropped_connection_keeps_mail_only_after_the_final_dot(stage, kept):
    with SmtpSink() as sink:
        sink.arm(stage, drop=True)
        smtp = client(sink)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtp.sendmail("a@a.invalid", ["b@b.invalid"], MAIL)
        smtp.close()
        assert len(sink.mails) == kept


def test_starttls_can_break_after_its_answer():
    with SmtpSink(tls=server_context()) as sink:
        sink.arm(SmtpStage.STARTTLS, reply="220 2.0.0 go ahead", drop=True)
        smtp = client(sink)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            smtp.starttls(context=client_context())
        smtp.close()


def test_slow_answer_comes_after_its_delay():
    with SmtpSink() as sink, client(sink, timeout=0.5) as smtp:
        sink.arm(SmtpStage.NOOP, delay=30)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            smtp.docmd("NOOP")
        smtp.close()


def test_held_answer_waits_for_its_release():
    with SmtpSink() as sink:
        hold = sink.hold(SmtpStage.BODY)
        smtp = client(sink)
        sending = threading.Thread(target=smtp.sendmail, args=("a@a.invalid", ["b@b.invalid"], MAIL))
        sending.start()
        hold.wait_reached()
        assert hold.reached
        assert len(sink.mails) == 1
        assert sending.is_alive()
        hold.release()
        sending.join(60)
        assert not sending.is_alive()
        smtp.quit()


def test_waiting_in_vain_raises():
    with SmtpSink() as sink:
        with pytest.raises(TimeoutError):
            sink.wait_for(1, seconds=0.01)
        with pytest.raises(TimeoutError):
            sink.hold(SmtpStage.MAIL).wait_reached(0.01)


def test_mail_cut_off_before_the_final_dot_is_not_kept():
    with SmtpSink() as sink:
        smtp = client(sink)
        smtp.ehlo()
        smtp.mail("a@a.invalid")
        smtp.rcpt("b@b.invalid")
        smtp.docmd("DATA")
        smtp.send(b"half a mail\r\n")
        smtp.close()
    assert sink.mails == ()


def test_closing_ends_held_and_idle_conversations_and_frees_the_port():
    before = threading.active_count()
    with SmtpSink(tls=server_context(), implicit=True) as sink:
        port = sink.port
        hold = sink.hold(SmtpStage.NOOP)
        idle = socket.create_connection((sink.host, sink.port))
        smtp = smtplib.SMTP_SSL(sink.host, sink.port, context=client_context(), timeout=60)
        smtp.putcmd("NOOP")
        hold.wait_reached()
    assert threading.active_count() == before
    idle.close()
    smtp.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
