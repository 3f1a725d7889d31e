"""`preview`, `send-test`, `outbox`: messages as they would go, as they go, and those that wait."""

import email
import email.policy
import sqlite3
from contextlib import closing

import pytest

from tests.cli.desk import ANA, BOB, FILES, ONE
from tests.support.smtp_sink import SmtpStage
from tests.support.webhook_sink import WebhookSink

ENTRY = ["id", "recipient", "channel", "state", "attempts", "next_attempt_at", "last_reply", "subject"]
ROOM = '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\nsend = "immediate"\nwelcome = false\n'


@pytest.fixture
def stuck(desk, registry, relay):
    """A desk with two mails that the relay did not take, each by itself."""
    desk.set_up(registry.base_url, ANA, BOB, relay=relay)
    relay.arm(SmtpStage.BODY, reply="451 4.3.0 try again later", times=None)
    assert desk.quick("run", "--once").code == 1
    return desk


def test_preview_prints_what_waits_for_a_recipient_and_changes_nothing(walked):
    before = walked.store_bytes()
    found = walked.ok("preview", "later")
    assert found.out.startswith("Subject: ")
    assert "Terminated" in found.out.splitlines()[0]
    assert ONE in found.out
    assert found.err == ""
    assert walked.store_bytes() == before
    assert walked.ok("preview", "later").out == found.out


def test_preview_says_when_there_is_nothing_to_tell(walked):
    found = walked.ok("preview", "files")
    assert found.out == ""
    assert "nothing to tell files" in found.err


def test_preview_since_tells_again_what_was_seen_in_that_time(walked):
    assert "Terminated" in walked.ok("preview", "files", "--since", "7d").out
    assert walked.ok("preview", "files", "--since", "0h").out == ""
    assert walked.quick("preview", "files", "--since", "soon").code == 2


def test_preview_in_every_format(walked):
    assert "<html" in walked.ok("preview", "later", "--format", "html").out
    slack = walked.ok("preview", "later", "--format", "slack").lines()
    assert all(set(payload) >= {"text", "blocks"} for payload in slack)
    whole = walked.ok("preview", "ana", "--since", "7d", "--format", "eml").out
    mail = email.message_from_string(whole, policy=email.policy.default)
    assert mail["To"] == "ana@example.org"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "\r\n" in whole
    assert walked.quick("preview", "later", "--format", "pdf").code == 2


def test_preview_before_the_first_run_has_nothing_to_tell(desk):
    assert "nothing to tell" in desk.ok("preview", "files").err
    assert not desk.state.exists()


@pytest.mark.parametrize("command", ["preview", "send-test"])
def test_an_unknown_recipient_is_exit_2_and_the_nearest_is_named(walked, command):
    found = walked.quick(command, "anna")
    assert found.code == 2
    assert 'did you mean "ana"?' in found.err
    assert "files, ana, later" in walked.quick(command, "zzzz").err


def test_a_sample_goes_the_real_way_and_the_providers_reply_is_printed(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, FILES, ROOM, relay=relay)
    with WebhookSink() as hook:
        (desk.folder / "hook").write_text(hook.url)
        found = desk.ok("send-test", "ana")
        assert found.out.startswith("email: accepted: 250 ")
        assert (
            "sample" in str(relay.mails[0].message["Subject"]).lower()
            or "test" in str(relay.mails[0].message["Subject"]).lower()
        )
        found = desk.ok("send-test", "room")
        assert found.out.startswith("slack: accepted: ")
        assert len(hook.accepted) == 1
        assert hook.url not in found.out + found.err
    desk.ok("send-test", "files")
    assert len(desk.filed()) == 1
    assert not desk.database.exists()


def test_a_sample_refused_is_exit_1_with_the_providers_words(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, relay=relay)
    relay.arm(SmtpStage.RCPT, reply="550 5.1.1 nobody of that name")
    found = desk.quick("send-test", "ana")
    assert found.code == 1
    assert "not sent" in found.out
    assert "5.1.1 nobody of that name" in found.out
    assert relay.mails == ()


def test_waiting_messages_are_listed_for_machines_and_people(stuck):
    rows = stuck.ok("outbox", "list", "--json").lines()
    assert [list(row) for row in rows] == [ENTRY, ENTRY]
    assert {row["recipient"] for row in rows} == {"ana", "bob"}
    assert {row["state"] for row in rows} == {"pending"}
    assert {row["channel"] for row in rows} == {"email"}
    assert "451" in rows[0]["last_reply"]
    text = stuck.ok("outbox", "list").out
    assert "ana by email" in text
    assert "451" in text
    assert stuck.ok("status", "--json").json()["outbox"]["pending"] == 2


def test_retry_makes_messages_due_and_the_next_run_sends_them(stuck, relay):
    relay.clear()
    assert stuck.quick("run", "--once").code == 1  # the fault stands: nothing is due yet
    assert relay.mails == ()
    numbers = [row["id"] for row in stuck.ok("outbox", "list", "--json").lines()]
    found = stuck.ok("outbox", "retry", str(numbers[0]))
    assert f"due now: {numbers[0]}" in found.out
    stuck.quick("run", "--once")
    assert len(relay.mails) == 1
    stuck.ok("outbox", "retry", "--all")
    stuck.ok("run", "--once")
    assert len(relay.mails) == 2
    assert stuck.ok("outbox", "list").out == "No message waits.\n"


def test_dropped_messages_are_never_sent(stuck, relay):
    relay.clear()
    number = stuck.ok("outbox", "list", "--json").lines()[0]["id"]
    assert f"dropped: {number}" in stuck.ok("outbox", "drop", str(number)).out
    stuck.ok("outbox", "retry", "--all")
    stuck.ok("run", "--once")
    assert len(relay.mails) == 1
    assert "no such messages" in stuck.ok("outbox", "drop", "--all").out


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_messages_are_named_one_way_and_have_to_exist(stuck, command):
    before = stuck.ok("outbox", "list", "--json").out
    for words in ((), ("1", "--all"), ("999",), ("x",)):
        found = stuck.quick("outbox", command, *words)
        assert found.code == 2, words
    assert "999" in stuck.quick("outbox", command, "999").err
    assert stuck.ok("outbox", "list", "--json").out == before


def test_a_refused_recipient_is_suspended_told_to_the_operator_and_resumed_by_retry(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, BOB, relay=relay)
    relay.arm(SmtpStage.RCPT, reply="550 5.1.1 nobody of that name", address="ana@example.org", times=None)
    found = desk.quick("run", "--once")
    assert (found.code, found.out) == (1, "")
    assert found.err.count("\n") == 1
    assert found.err.startswith("email to ana: ")
    assert "5.1.1 nobody of that name" in found.err
    assert [mail.rcpt_to for mail in relay.mails] == [("bob@example.org",)]
    rows = {row["name"]: row for row in desk.ok("status", "--json").json()["recipients"]}
    assert rows["ana"]["suspended"]
    assert (rows["ana"]["pending"], bool(rows["bob"]["suspended"])) == (1, False)
    assert "suspended" in desk.ok("status").out
    relay.clear()
    desk.quick("run", "--once")
    assert len(relay.mails) == 1
    desk.ok("outbox", "retry", "--all")
    assert "email to ana: works again" in desk.ok("run", "--once").err
    assert len(relay.mails) == 2


def test_given_up_messages_are_listed_with_the_reason_and_the_last_reply(stuck, relay):
    with closing(sqlite3.connect(stuck.database)) as store, store:
        store.execute("UPDATE message SET queued_at = '2020-01-01T00:00:00.000000Z', attempts = 9")
        store.execute("UPDATE message SET next_attempt_at = '2020-01-05T00:00:00.000000Z'")
    assert stuck.quick("run", "--once").code == 1
    rows = stuck.ok("outbox", "list", "--json").lines()
    assert {(row["state"], row["next_attempt_at"]) for row in rows} == {("dead", None)}
    text = " ".join(stuck.ok("outbox", "list").out.split())
    for said in (rows[0]["last_reply"], text):
        assert "given up after four days" in said
        assert "451 4.3.0 try again later" in said
        assert "it will be tried again" not in said
    assert "dead after 10 tries" in text
    assert stuck.ok("status", "--json").json()["outbox"]["dead"] == 2
    assert "2 dead" in stuck.ok("status").out
    relay.clear()
    stuck.ok("outbox", "retry", "--all")
    assert "messages by email: are settled" in stuck.ok("run", "--once").err
    assert len(relay.mails) == 2


def test_a_message_unclear_twice_is_listed_with_the_reason_and_what_happened(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, relay=relay)
    relay.arm(SmtpStage.BODY, drop=True, times=2)
    assert desk.quick("run", "--once").code == 1
    with closing(sqlite3.connect(desk.database)) as store, store:
        store.execute("UPDATE message SET next_attempt_at = '2020-01-05T00:00:00.000000Z'")
    assert desk.quick("run", "--once").code == 1
    text = " ".join(desk.ok("outbox", "list").out.split())
    assert "dead after 2 tries" in text
    assert "reply unclear twice whether it arrived: " in text


def test_a_sample_changes_no_byte_of_the_store_whatever_becomes_of_it(stuck, relay):
    before = stuck.store_bytes()
    assert stuck.quick("send-test", "ana").code == 1
    relay.clear()
    relay.arm(SmtpStage.BODY, drop=True)
    assert stuck.quick("send-test", "ana").code == 1
    assert stuck.ok("send-test", "ana").out.startswith("email: accepted: 250 ")
    assert stuck.store_bytes() == before


def test_a_message_nobody_knows_the_fate_of_is_listed_as_unknown(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, relay=relay)
    relay.arm(SmtpStage.BODY, drop=True)
    assert desk.quick("run", "--once").code == 1
    (row,) = desk.ok("outbox", "list", "--json").lines()
    assert row["state"] == "unknown"
    assert row["next_attempt_at"] is not None
    assert desk.ok("status", "--json").json()["outbox"]["unknown"] == 1


def test_a_relay_that_refuses_the_log_in_is_one_sentence_and_the_password_is_not_in_it(desk, registry, relay):
    relay.accounts = {"w": "the right one"}
    desk.set_up(registry.base_url, ANA, relay=relay)
    desk.change('from = "w', 'username = "w"\npassword = { env = "RELAY" }\nfrom = "w')
    desk.environ["RELAY"] = "the wrong one"
    found = desk.quick("run", "--once")
    assert (found.code, found.out) == (1, "")
    assert found.err.count("\n") == 1
    assert "535" in found.err
    assert "wrong one" not in found.err
    assert desk.ok("status", "--json").json()["outbox"]["pending"] == 1
    desk.environ["RELAY"] = "the right one"
    desk.ok("run", "--once")
    assert len(relay.mails) == 1
