"""What a mail program shows beside the subject."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.digests import builders as b
from watcher.config.config_model import Thread
from watcher.digests.messages import compose
from watcher.digests.model import Medium, Notification
from watcher.digests.preheader import MAX_PREHEADER
from watcher.rendering.message import Message

LONG = "A name of very many words that goes on and on " * 4


def mail(notification: Notification, thread: Thread = Thread.NONE) -> Message:
    return compose(
        notification,
        channel="email",
        medium=Medium.EMAIL,
        domain="example.org",
        store_id="",
        templates=b.templates(),
        thread=thread,
    ).messages[0]


def preview(message: Message) -> str:
    hidden = re.search(r'<div style="display:none[^>]*>(.*?)</div>', message.html or "", re.DOTALL)
    assert hidden is not None
    return unescape(hidden[1])


NOTIFICATIONS: dict[str, Notification] = {
    "digest": b.a_digest(),
    "one trial": b.a_digest((b.opened(),)),
    "only trial": b.a_digest((b.opened(),), reading=b.a_reading(watched=1, read=1)),
    "hundreds": b.a_digest(b.many(300)),
    "long words": b.a_digest(
        tuple(replace(one, short_name=LONG, headline=LONG, tag=LONG, title=LONG) for one in b.four())
    ),
    "welcome": b.a_welcome(6),
    "large welcome": b.a_welcome(1181),
    "small welcome": b.a_welcome(2),
    "empty welcome": b.a_welcome(0),
    "heartbeat": b.a_heartbeat(),
    "some read": b.a_heartbeat(reading=b.a_reading(read=40)),
    "none read": b.a_heartbeat(reading=b.a_reading(read=0, read_at=None)),
    "notice": b.a_notice(what=LONG),
    "recovery": b.a_recovery(),
    "test": b.a_sample(),
}


@pytest.mark.parametrize("name", NOTIFICATIONS)
@pytest.mark.parametrize("thread", [Thread.NONE, Thread.TRIAL])
def test_preheader_is_a_short_sentence_and_not_the_subject_again(name, thread):
    message = mail(NOTIFICATIONS[name], thread)
    shown = preview(message)
    assert 10 < len(shown) <= MAX_PREHEADER
    assert shown.endswith((".", "…", "!", "?"))
    assert "  " not in shown
    assert shown not in message.subject
    assert not shown.startswith(message.subject[:25])


def test_preheader_counts_and_goes_on_where_the_subject_ends():
    message = mail(b.a_digest((b.opened(), b.unknown())))
    assert message.subject == "Now recruiting: LM-8, pancreatic cancer, and 1 more trial"
    assert preview(message).startswith("2 of 41 trials changed. ")
    assert "posted 333 days later" in preview(message)


def test_preheader_leads_with_the_fact_where_the_subject_names_a_conversation():
    message = mail(b.a_digest((b.terminated(),)), Thread.TRIAL)
    assert "Terminated: Norvelumab ± tisotinib" in preview(message)
