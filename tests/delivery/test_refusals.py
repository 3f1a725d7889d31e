"""What a relay's refusal means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.delivery.reply_text import without_promise
from watcher.delivery.smtp_errors import Relay, refused
from watcher.delivery.verdicts import Stage

RELAY = Relay(host="relay.example.org", port=465)


@given(st.sampled_from(list(Stage)), st.integers(-1, 999), st.sampled_from(["", "5.7.1 no", "4.2.2 full", "no code"]))
def test_first_digit_decides_whether_trying_again_can_help(stage, code, reply):
    error = refused(RELAY, stage, code, reply)
    assert not error.is_permanent or 500 <= code <= 599
    assert error.is_permanent or not 500 <= code <= 599 or (stage, code) == (Stage.RECIPIENT, 552)  # a full mailbox
    assert error.in_doubt == (stage is Stage.BODY and not 400 <= code <= 599)
    assert "relay.example.org:465" in str(error)
    assert stage.value in str(error)


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.HELLO, Stage.TLS, Stage.LOGIN])
@pytest.mark.parametrize("code", [421, 454, 500, 554])
def test_before_the_envelope_everything_is_the_channels_fault(stage, code):
    assert refused(RELAY, stage, code, "").is_channel_fault


@pytest.mark.parametrize("stage", [Stage.RECIPIENT, Stage.BODY])
@pytest.mark.parametrize(("code", "channels"), [(450, False), (550, False), (554, False), (421, False), (530, True)])
def test_after_the_sender_only_a_few_codes_are(stage, code, channels):
    assert refused(RELAY, stage, code, "").is_channel_fault == channels


def test_longest_part_of_an_enhanced_code_is_compared_whole():
    assert "DKIM" in str(refused(RELAY, Stage.BODY, 550, "5.7.26 no"))
    assert "policy" in str(refused(RELAY, Stage.BODY, 550, "5.7.260 no"))
    assert "policy" in str(refused(RELAY, Stage.BODY, 550, "5.7.1 no"))


def test_refusal_reads_as_one_sentence():
    assert str(refused(RELAY, Stage.RECIPIENT, 550, "5.1.1 user unknown")) == (
        "the mail relay relay.example.org:465 refused while naming the recipient: 550 5.1.1 user unknown — "
        "the mailbox does not exist or is closed; check the recipient's address"
    )


@pytest.mark.parametrize(
    ("code", "reply", "stage", "advice"),
    [
        (432, "4.7.12 A password transition is needed", Stage.LOGIN, "password changed first"),
        (535, "5.7.139 SmtpClientAuthentication is disabled", Stage.LOGIN, "set oauth in [email]"),
        (535, "5.7.8 bad", Stage.LOGIN, "app password"),
        (550, "5.7.60 Client does not have permissions to send as this sender", Stage.BODY, "set from in [email]"),
        (554, "5.2.252 SendAsDenied", Stage.BODY, "set from in [email]"),
        (550, "5.4.5 Daily user sending quota exceeded", Stage.BODY, "when it takes mail again"),
        (550, "5.7.515 Access denied", Stage.BODY, "SPF, DKIM and DMARC"),
        (521, "does not accept mail", Stage.CONNECT, "check host"),
        (556, "5.1.10 null MX", Stage.RECIPIENT, "takes no mail at all"),
        (501, "5.1.3 bad address syntax", Stage.RECIPIENT, "check the recipient's address"),
        (502, "5.5.1 command not implemented", Stage.HELLO, "virus scanner"),
        (599, "who knows", Stage.BODY, "its postmaster can say why"),
        (499, "who knows", Stage.BODY, "it will be tried again"),
    ],
)
def test_refusal_says_what_to_do(code, reply, stage, advice):
    assert str(refused(RELAY, stage, code, reply)).partition(" — ")[2].find(advice) >= 0


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("the relay is busy; it will be tried again", "the relay is busy"),
        ("no room left; free some, it will be tried again", "no room left; free some"),
        ("429: too many messages; it will be tried again when it says", "429: too many messages"),
        (
            "it is silent; it will be tried again; if that goes on, check host",
            "it is silent; if that goes on, check host",
        ),
        ("the mailbox does not exist", "the mailbox does not exist"),
    ],
)
def test_message_that_is_given_up_is_not_said_to_be_tried_again(said, left):
    assert without_promise(said) == left
