"""Header fields: legal for any text, and read back as what went in."""

import email.header
import email.parser
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.delivery import headers
from watcher.delivery.headers import Field, Mailbox, parse_mailbox
from watcher.delivery.reply_text import one_line
from watcher.text import plain as clean

ANY_TEXT = st.text(max_size=300) | st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=300)


def read(field: Field) -> str:
    parsed = email.parser.HeaderParser(policy=email.policy.default).parsestr(field.line + "\r\n\r\n")
    return str(parsed[field.name])


def decoded(value: str) -> str:
    return str(email.header.make_header(email.header.decode_header(value)))


def assert_legal(field: Field) -> None:
    first, *rest = field.line.split("\r\n")
    assert first.startswith(field.name + ":")
    for line in (first, *rest):
        assert "\r" not in line
        assert "\n" not in line
        assert len(line.encode()) <= 998
        if "=?utf-8?b?" in line:
            assert len(line) <= 76
            assert all(len(word) <= 75 for word in line.split(" "))
    for line in rest:
        assert line.startswith(" ")
        assert line.strip()
    assert field.line.isascii()


@given(ANY_TEXT)
def test_any_subject_is_legal_and_reads_back(text):
    field = headers.words("Subject", text)
    assert_legal(field)
    assert all(len(line) <= 76 for line in field.line.split("\r\n"))
    assert read(field) == clean(text)


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_any_display_name_is_legal_and_reads_back(text):
    box = Mailbox(name=clean(text), local="trials", domain="example.org")
    field = headers.mailbox("From", box)
    assert_legal(field)
    value = field.line.removeprefix("From: ").replace("\r\n", "")
    name, _, address = value.rpartition("<")
    assert address == "trials@example.org>" or value == "trials@example.org"
    if name.startswith('"'):
        assert name.strip()[1:-1].replace('\\"', '"').replace("\\\\", "\\") == box.name
    else:
        assert decoded(name.strip()) == box.name


@pytest.mark.parametrize(
    "name", ["Trial watcher", 'The "watcher", inc.', "Ärzte für Studien", "", "x" * 44, "=?utf-8?q?a?="]
)
def test_standard_library_reads_the_display_name_back(name):
    field = headers.mailbox("From", Mailbox(name=name, local="trials", domain="example.org"))
    parsed = email.parser.HeaderParser(policy=email.policy.default).parsestr(field.line + "\r\n\r\n")
    (address,) = parsed["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "trials@example.org")


@pytest.mark.parametrize("length", [70, 77, 78, 79, 200, 900])
def test_long_unsubscribe_address_is_never_encoded(length):
    uri = "https://example.org/" + "u" * (length - 20)
    field = headers.tokens("List-Unsubscribe", f"<{uri}>, <mailto:stop@example.org?subject=unsubscribe>")
    assert_legal(field)
    assert "=?" not in field.line
    assert uri in field.line
    assert field.line.replace("\r\n", "").endswith("<mailto:stop@example.org?subject=unsubscribe>")


def test_list_id_encodes_its_description_only():
    field = headers.tokens("List-Id", "Über Rücken <back-pain.watcher.invalid>")
    assert_legal(field)
    description, _, listed = field.line.removeprefix("List-Id: ").replace("\r\n", "").rpartition(" ")
    assert (decoded(description), listed) == ("Über Rücken", "<back-pain.watcher.invalid>")


@pytest.mark.parametrize("value", ["grün", "<https://grün.example>", "x" * 999])
def test_token_that_cannot_be_written_is_refused(value):
    with pytest.raises(ValueError, match="X-Watch"):
        headers.tokens("X-Watch", value)


def test_line_ends_in_a_value_cannot_begin_a_new_header():
    assert "\n" not in headers.tokens("X-Watch", "a\r\nBcc: b@b.invalid").line.replace("\r\n ", "")
    assert headers.words("Subject", "a\r\nBcc: b@b.invalid").line == "Subject: a Bcc: b@b.invalid"


@pytest.mark.parametrize("name", ["", "X Watch", "X:", "Ä", "X\n"])
def test_name_that_is_no_header_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        headers.words(name, "x")


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("ana@example.org", "", "ana@example.org"),
        (" ana@example.org ", "", "ana@example.org"),
        ("Ana <ana@Example.ORG>", "Ana", "ana@example.org"),
        ('"Ana \\"B\\", MD" <ana+x@example.org>', 'Ana "B", MD', "ana+x@example.org"),
        ("<ana@localhost>", "", "ana@localhost"),
        ("Jürgen <jürgen@müller.example>", "Jürgen", "jürgen@xn--mller-kva.example"),
    ],
)
def test_mailboxes_are_read(text, name, address):
    box = parse_mailbox(text)
    assert (box.name, box.address) == (name, address)
    assert box.needs_smtputf8 == ("jürgen" in text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "a b@example.org",
        "a@b@example.org",
        "ana@example..org",
        "ana@exa mple.org",
        "ana@-example.org",
        "ana@" + "x" * 64 + ".org",
        "x" * 65 + "@example.org",
        "a@b.example, c@d.example",
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "a\u00a0b@example.org",
        "a\u202eb@example.org",
        '"a b"@example.org',
        "ana@[127.0.0.1]",
        "ana@exam\nple.org",
        "<ana@example.org> SIZE=1",
    ],
)
def test_what_is_no_mailbox_is_refused_without_repeating_it(text):
    with pytest.raises(ValueError, match="@") as caught:
        parse_mailbox(text)
    assert "name@example.org" in str(caught.value)
    assert len(text) < 3 or text not in str(caught.value).replace("name@example.org", "")


@given(ANY_TEXT)
def test_whatever_is_read_as_a_mailbox_is_safe_on_a_command_line(text):
    for candidate in (text, f"{text}@example.org", f"ana@{text}", f"<{text}@example.org>"):
        try:
            box = parse_mailbox(candidate)
        except ValueError:
            continue
        assert not any(char.isspace() or char in '<>",;:\\()[]' for char in box.address)
        assert clean(box.address) == box.address


def test_provider_words_become_one_safe_line():
    said = "5.7.8 bad\x1b[31m\r\nana@example.org used hunter2, aHVudGVyMg== " + "x" * 400
    line = one_line(said, secrets=["hunter2", "no"])
    assert line.startswith("5.7.8 bad [31m …@example.org used …, … xxx")
    assert len(line) == 300
    assert line.endswith("…")
