"""The bytes of a mail."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.helpers import message
from watcher.delivery import mime
from watcher.delivery.headers import parse_mailbox
from watcher.rendering.message import Attachment
from watcher.text import plain as clean

HEAD = mime.letterhead("Trial watcher <trials@example.org>", "team@example.org", "stop@example.org")
TO = parse_mailbox("ana@example.org")


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_mail_carries_the_headers_of_an_honest_automaton():
    mail = parsed(mime.build(message(), HEAD, TO))
    assert mail["From"] == "Trial watcher <trials@example.org>"
    assert mail["To"] == "ana@example.org"
    assert mail["Reply-To"] == "team@example.org"
    assert mail["Subject"] == "Terminated: BGB-A3055 (99 of 263 enrolled)"
    assert mail["Date"].datetime == datetime(2026, 3, 13, 7, 30, tzinfo=UTC)
    assert mail["Message-ID"] == "<0123456789abcdef@watcher.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["Precedence"] == "bulk"
    assert mail["List-Unsubscribe"] == "<mailto:stop@example.org?subject=unsubscribe>"
    assert mail["MIME-Version"] == "1.0"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not mail.defects


def test_same_message_is_the_same_bytes():
    assert mime.build(message(), HEAD, TO) == mime.build(message(), HEAD, TO)


def test_message_without_html_is_plain_text_alone():
    mail = parsed(mime.build(message(html=None), HEAD, TO))
    assert mail.get_content_type() == "text/plain"
    assert content(mail, "plain") == "1 of your 41 trials changed.\n"


def test_message_may_bring_headers_of_its_own():
    own = {
        "Precedence": "list",
        "List-Id": "Back pain <back.watcher.invalid>",
        "List-Unsubscribe": "<https://x.invalid/>",
    }
    mail = parsed(mime.build(message(headers=own), HEAD, TO))
    assert mail["Precedence"] == "list"
    assert mail["List-Id"] == "Back pain <back.watcher.invalid>"
    assert mail.get_all("List-Unsubscribe") == ["<https://x.invalid/>"]


@pytest.mark.parametrize("name", ["Bcc", "from", "Content-Type", "Message-Id"])
def test_message_may_not_bring_headers_that_are_ours(name):
    with pytest.raises(ValueError, match=name):
        mime.build(message(headers={name: "x@x.invalid"}), HEAD, TO)


def test_filed_mail_names_nobody():
    assert parsed(mime.build(message(), mime.letterhead("a@a.invalid"), None))["To"] == "undisclosed-recipients:;"


@pytest.mark.parametrize("message_id", ["0123@watcher.invalid", "<a b@c>", "<a@b>\r\nBcc: <c@d>", "<>"])
def test_id_of_another_form_is_refused(message_id):
    with pytest.raises(ValueError, match="id"):
        mime.build(message(message_id=message_id), HEAD, TO)


def test_boundary_that_occurs_in_the_text_is_refused():
    with pytest.raises(ValueError, match="occurs in its text"):
        mime.build(replace(message(text="--plain-boundary\n"), boundary="plain-boundary"), HEAD, TO)


def test_boundary_that_is_none_is_refused():
    with pytest.raises(ValueError, match="boundary"):
        mime.build(replace(message(), boundary='a"b'), HEAD, TO)


@pytest.mark.parametrize(
    ("setting", "uri"),
    [
        ("stop@example.org", "mailto:stop@example.org?subject=unsubscribe"),
        ("mailto:stop@example.org?subject=no more", "mailto:stop@example.org?subject=no%20more"),
        ("https://example.org/stop?who=ana>", "https://example.org/stop?who=ana%3E"),
    ],
)
def test_unsubscribe_is_an_address_or_a_uri(setting, uri):
    assert mime.letterhead("a@a.invalid", unsubscribe=setting).unsubscribe == uri


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (("x", None, None), "from"),
        (("a@a.invalid", "x", None), "reply_to"),
        (("a@a.invalid", None, "x"), "unsubscribe"),
    ],
)
def test_setting_that_is_no_address_is_named(settings, key):
    with pytest.raises(ValueError, match=f"^{key} is not a mail address"):
        mime.letterhead(*settings)


def lines_of(text: str) -> str:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return (unified if unified.endswith("\n") else unified + "\n").encode("utf-8", "replace").decode()


@given(st.text(max_size=200), st.text(max_size=2000), st.none() | st.text(max_size=2000))
def test_any_mail_is_legal_and_reads_back(subject, text, html):
    data = mime.build(message(subject=subject, text=text, html=html), HEAD, TO)
    assert data.isascii()
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 78 for line in data.split(b"\r\n"))
    mail = parsed(data)
    assert not mail.defects
    assert mail["Subject"] == clean(subject)
    assert content(mail, "plain") == lines_of(text)
    if html is not None:
        assert content(mail, "html") == lines_of(html)


def test_very_long_line_is_broken_softly():
    mail = parsed(mime.build(message(text="x" * 5000), HEAD, TO))
    assert content(mail, "plain") == "x" * 5000 + "\n"


def test_conversation_is_named_in_both_fields_and_only_then():
    root = "<00000000000000000000000000000000@example.org>"
    mail = parsed(mime.build(message(thread=root), HEAD, None))
    assert (mail["In-Reply-To"], mail["References"]) == (root, root)
    alone = parsed(mime.build(message(), HEAD, None))
    assert alone["In-Reply-To"] is None
    assert alone["References"] is None


@pytest.mark.parametrize("thread", ["no brackets", "<a@b>\r\nBcc: x@example.org", "<a@b> <c@d>"])
def test_conversation_of_another_form_is_refused(thread):
    with pytest.raises(ValueError, match="conversation"):
        mime.build(message(thread=thread), HEAD, None)


@pytest.mark.parametrize("html", [None, "<p>told</p>"])
def test_file_goes_around_the_alternatives_and_arrives_whole(html):
    content = "\ufeffTrial,What\r\nNCT99000001,größer → kleiner\r\n" + "x" * 5000
    file = Attachment(name="changes.csv", subtype="csv", content=content)
    raw = mime.build(message(html=html, attachments=(file,)), HEAD, None)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    mail = parsed(raw)
    assert mail.get_content_type() == "multipart/mixed"
    first, attached = mail.iter_parts()
    assert first.get_content_type() == ("text/plain" if html is None else "multipart/alternative")
    assert attached.get_content_type() == "text/csv"
    assert (attached.get_filename(), attached.get_content_disposition()) == ("changes.csv", "attachment")
    assert attached.get_payload(decode=True) == content.encode()
    assert not mail.defects


@pytest.mark.parametrize("name", ["../x.csv", 'a"b.csv', "a b.csv", "", "ü.csv", ".hidden"])
def test_file_name_that_could_mislead_is_refused(name):
    with pytest.raises(ValueError, match="file's name"):
        mime.build(message(attachments=(Attachment(name=name, subtype="csv", content=""),)), HEAD, None)
