"""Whose failure every answer is, as one table; design: "Whose failure it is decides what waits"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.delivery.slack_words import BOT_GONE, FORM_REFUSED, HOOK_GONE, LATER
from watcher.delivery.verdicts import HttpAnswer, NoAnswer, SlackAnswer, SmtpAnswer, Stage, classify
from watcher.errors import DeliveryReason, Lasts, Whose

CHANNEL, RECIPIENT, MESSAGE, UNCLEAR = Whose.CHANNEL, Whose.RECIPIENT, Whose.MESSAGE, Whose.UNCLEAR
PASSING, DAYS, LASTING = Lasts.PASSING, Lasts.DAYS, Lasts.LASTING

SMTP = [
    (Stage.CONNECT, "421 4.3.2 busy", CHANNEL, PASSING),
    (Stage.CONNECT, "554 5.7.1 not you", CHANNEL, LASTING),
    (Stage.HELLO, "502 what", CHANNEL, LASTING),
    (Stage.TLS, "454 4.7.0 later", CHANNEL, PASSING),
    (Stage.LOGIN, "454 4.7.0 later", CHANNEL, PASSING),
    (Stage.LOGIN, "535 5.7.8 wrong", CHANNEL, LASTING),
    (Stage.LOGIN, "999 what", CHANNEL, PASSING),
    (Stage.SENDER, "450 4.7.1 too many", CHANNEL, PASSING),
    (Stage.SENDER, "452 4.5.3 too many in this session", CHANNEL, PASSING),
    (Stage.RECIPIENT, "551 5.2.20 no code of a full mailbox", RECIPIENT, LASTING),
    (Stage.SENDER, "451 4.3.0 trouble", CHANNEL, PASSING),
    (Stage.SENDER, "421 4.3.0 closing", CHANNEL, PASSING),
    (Stage.SENDER, "530 5.7.0 log in first", CHANNEL, LASTING),
    (Stage.SENDER, "550 5.7.60 not your address", CHANNEL, LASTING),
    (Stage.SENDER, "553 5.1.8 no such sender", CHANNEL, LASTING),
    # the size stands in MAIL FROM, too
    (Stage.SENDER, "452 4.3.1 no room for so much", MESSAGE, PASSING),
    (Stage.SENDER, "552 message size exceeds fixed limit", MESSAGE, LASTING),
    (Stage.SENDER, "552 5.3.4 message size exceeds fixed limit", MESSAGE, LASTING),
    (Stage.SENDER, "554 5.3.4 too big", MESSAGE, LASTING),
    (Stage.RECIPIENT, "550 5.1.1 unknown", RECIPIENT, LASTING),
    (Stage.RECIPIENT, "550 5.7.1 relaying denied", RECIPIENT, LASTING),
    (Stage.RECIPIENT, "550 5.2.1 disabled", RECIPIENT, LASTING),
    (Stage.RECIPIENT, "556 5.1.10 null MX", RECIPIENT, LASTING),
    (Stage.RECIPIENT, "501 5.1.3 bad syntax", RECIPIENT, LASTING),
    (Stage.RECIPIENT, "552 5.2.2 full", RECIPIENT, DAYS),
    (Stage.RECIPIENT, "550 5.2.2 full", RECIPIENT, DAYS),
    (Stage.RECIPIENT, "552 exceeded storage allocation", RECIPIENT, DAYS),
    (Stage.RECIPIENT, "552 5.3.4 too big for it", MESSAGE, LASTING),
    (Stage.RECIPIENT, "552 5.2.3 longer than this mailbox takes", MESSAGE, LASTING),
    (Stage.RECIPIENT, "450 4.2.1 busy", RECIPIENT, PASSING),
    (Stage.RECIPIENT, "452 4.2.2 full", RECIPIENT, PASSING),
    (Stage.RECIPIENT, "450 4.2.0 Greylisted, see http://example.org/help", RECIPIENT, PASSING),
    (Stage.RECIPIENT, "451 4.7.1 Greylisting in action, please come back later", RECIPIENT, PASSING),
    (Stage.RECIPIENT, "450 4.7.1 graylisted", RECIPIENT, PASSING),
    (Stage.RECIPIENT, "450 4.7.1 Error: too much mail from 192.0.2.1", CHANNEL, PASSING),
    (Stage.RECIPIENT, "451 4.7.500 server busy", CHANNEL, PASSING),
    (Stage.RECIPIENT, "452 4.3.2 throttled", CHANNEL, PASSING),
    (Stage.RECIPIENT, "452 4.5.3 too many recipients", CHANNEL, PASSING),
    (Stage.RECIPIENT, "452 4.3.1 disk full", CHANNEL, PASSING),
    (Stage.RECIPIENT, "421 4.4.2 closing", MESSAGE, PASSING),
    (Stage.RECIPIENT, "530 5.7.0 log in first", CHANNEL, LASTING),
    (Stage.BODY, "550 5.7.1 message content rejected", MESSAGE, LASTING),
    (Stage.BODY, "552 5.3.4 too big", MESSAGE, LASTING),
    (Stage.BODY, "552 too big", MESSAGE, LASTING),
    (Stage.BODY, "554 5.7.1 spam", MESSAGE, LASTING),
    (Stage.BODY, "554 5.5.1 no valid recipients", MESSAGE, LASTING),
    (Stage.BODY, "500 line too long", MESSAGE, LASTING),
    (Stage.BODY, "599 who knows", MESSAGE, LASTING),
    (Stage.BODY, "552 5.2.2 full", RECIPIENT, DAYS),
    (Stage.BODY, "550 5.4.5 daily quota", CHANNEL, PASSING),
    (Stage.BODY, "554 5.2.252 send as denied", CHANNEL, LASTING),
    (Stage.BODY, "451 4.3.0 scanner down", MESSAGE, PASSING),
    (Stage.BODY, "421 4.7.0 closing", MESSAGE, PASSING),
    (Stage.BODY, "999 what", UNCLEAR, PASSING),
]


@pytest.mark.parametrize(("stage", "reply", "whose", "lasts"), SMTP, ids=[f"{row[0]}: {row[1]}" for row in SMTP])
def test_answer_of_a_relay(stage, reply, whose, lasts):
    verdict = classify(SmtpAnswer(stage=stage, code=int(reply[:3]), reply=reply[4:]))
    assert (verdict.whose, verdict.lasts) == (whose, lasts)


@pytest.mark.parametrize("is_silent", [True, False])
@pytest.mark.parametrize(
    ("stage", "whose"),
    [
        (Stage.CONNECT, CHANNEL),
        (Stage.HELLO, CHANNEL),
        (Stage.TLS, CHANNEL),
        (Stage.LOGIN, CHANNEL),
        (Stage.SENDER, MESSAGE),
        (Stage.RECIPIENT, MESSAGE),
        (Stage.BODY, UNCLEAR),
    ],
)
def test_line_that_breaks_inside_a_mail_counts_against_that_mail(stage, whose, is_silent):
    verdict = classify(NoAnswer(stage=stage, is_silent=is_silent))
    assert (verdict.whose, verdict.lasts) == (whose, PASSING)
    assert verdict.reason is (DeliveryReason.TIMEOUT if is_silent else DeliveryReason.CONNECTION)


HTTP = {
    (400, 402, 405, 406, 411, 413, 414, 415, 417, 422, 431, 451): (MESSAGE, LASTING),
    (404, 408, 409, 425): (MESSAGE, PASSING),
    (500, 501, 502, 503, 504, 507, 599): (MESSAGE, PASSING),
    (401, 403, 407): (CHANNEL, LASTING),
    (301, 302, 307, 308): (CHANNEL, LASTING),
    (429,): (CHANNEL, PASSING),
    (410,): (RECIPIENT, LASTING),
    (100, 200, 204, 999): (CHANNEL, PASSING),
}


@pytest.mark.parametrize(
    ("status", "expected"), [(status, expected) for statuses, expected in HTTP.items() for status in statuses]
)
def test_answer_of_a_hook(status, expected):
    verdict = classify(HttpAnswer(status=status))
    assert (verdict.whose, verdict.lasts) == expected


SLACK = [
    *((400, word, MESSAGE, LASTING) for word in sorted(FORM_REFUSED)),
    *((200, word, MESSAGE, LASTING) for word in sorted(FORM_REFUSED)),
    *((404, word, CHANNEL, LASTING) for word in sorted(HOOK_GONE)),
    *((200, word, CHANNEL, LASTING) for word in sorted(BOT_GONE)),
    *((200, word, CHANNEL, PASSING) for word in sorted(LATER)),
    (400, "something_new", MESSAGE, LASTING),
    (400, "invalid_something_new", MESSAGE, LASTING),
    (200, "invalid_arguments", MESSAGE, LASTING),
    (200, "restricted_action_thread_locked", CHANNEL, LASTING),
    (200, "internal_error", MESSAGE, PASSING),
    (200, "a_new_word", MESSAGE, PASSING),
    (200, "", CHANNEL, PASSING),
    (403, "nobody knows", CHANNEL, LASTING),
    (429, "rate_limited", CHANNEL, PASSING),
    (500, "rollup_error", MESSAGE, PASSING),
]


@pytest.mark.parametrize(("status", "word", "whose", "lasts"), SLACK)
def test_answer_of_slack(status, word, whose, lasts):
    verdict = classify(SlackAnswer(status=status, word=word))
    assert (verdict.whose, verdict.lasts) == (whose, lasts)


@given(st.sampled_from(list(Stage)), st.integers(0, 999), st.sampled_from(["", "5.7.1 no", "4.7.1 no", "5.3.4 big"]))
def test_every_answer_of_a_relay_has_a_verdict(stage, code, reply):
    verdict = classify(SmtpAnswer(stage=stage, code=code, reply=reply))
    assert verdict.lasts is PASSING or 500 <= code <= 599
    if verdict.whose is MESSAGE:
        assert stage in (Stage.SENDER, Stage.RECIPIENT, Stage.BODY) or "5.3.4" in reply
    if verdict.whose is UNCLEAR:
        assert stage is Stage.BODY


@given(st.integers(-1, 1200), st.text(max_size=40))
def test_every_answer_over_http_has_a_verdict(status, word):
    assert classify(HttpAnswer(status=status)).whose is not UNCLEAR
    assert classify(SlackAnswer(status=status, word=word)).whose is not UNCLEAR
