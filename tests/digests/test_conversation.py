"""Digests that belong together are shown as one conversation, where the operator wants it."""

from dataclasses import replace

import pytest

from tests.digests import builders as b
from watcher.config.config_model import Thread
from watcher.digests.messages import compose
from watcher.digests.model import Medium, Notification
from watcher.rendering.message import Message


def mail(notification: Notification, thread: Thread = Thread.TRIAL, medium: Medium = Medium.EMAIL) -> Message:
    return compose(
        notification,
        channel="email",
        medium=medium,
        domain="example.org",
        store_id="",
        templates=b.templates(),
        thread=thread,
    ).messages[0]


def test_mails_stand_alone_unless_a_conversation_is_wanted():
    assert mail(b.a_digest(), Thread.NONE).thread == ""


def test_digests_led_by_one_trial_share_conversation_and_subject():
    first = mail(b.a_digest((b.terminated(),), key="1"))
    later = mail(b.a_digest((b.terminated(), b.opened()), key="2"))
    other = mail(b.a_digest((b.opened(),), key="3"))
    assert first.thread == later.thread != other.thread
    assert first.subject == later.subject == "NCT99000001 Norvelumab ± tisotinib, solid tumours"
    assert len({first.message_id, later.message_id, first.thread}) == 3


def test_digests_led_by_one_watch_share_conversation_and_subject():
    labels = {"NCT99000001": ("skin", "back pain"), "NCT99000003": ("skin",)}
    first = mail(b.a_digest((b.terminated(),), watches=labels), Thread.WATCH)
    later = mail(b.a_digest((b.opened(),), watches=labels, key="2"), Thread.WATCH)
    other = mail(b.a_digest((b.opened(),), watches={"NCT99000003": ("back pain",)}), Thread.WATCH)
    assert first.thread == later.thread != other.thread
    assert first.subject == later.subject == "Changes in “skin”"


def test_digest_of_single_trials_has_a_conversation_too():
    digest = b.a_digest((b.opened(),), reader=b.a_reader(watches=()))
    assert mail(digest, Thread.WATCH).subject == "Changes in your trials"


def test_two_readers_never_share_a_conversation():
    digest = b.a_digest()
    assert mail(digest).thread != mail(replace(digest, reader=b.a_reader(name="ben"))).thread


def test_news_lead_the_preview_where_the_subject_stays_the_same():
    html = mail(b.a_digest((b.terminated(),))).html or ""
    preview = html[html.index("display:none") : html.index("</div>")]
    assert "Terminated: Norvelumab ± tisotinib" in preview


@pytest.mark.parametrize("notification", [b.a_welcome(), b.a_heartbeat(), b.a_notice(), b.a_sample()])
def test_everything_but_a_digest_stands_alone(notification):
    assert mail(notification).thread == ""


@pytest.mark.parametrize("medium", [Medium.SLACK, Medium.CHAT, Medium.TEXT, Medium.DATA])
def test_other_channels_keep_the_news_in_their_subject(medium):
    assert mail(b.a_digest((b.terminated(),)), medium=medium).subject.startswith("Terminated: Norvelumab")
