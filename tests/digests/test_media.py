"""The same occasion for channels that show neither mail nor blocks."""

from dataclasses import replace

import pytest

from tests.digests import builders as b
from tests.digests.test_compose import NOTIFICATIONS, composed
from watcher.digests.model import Medium
from watcher.rendering.message import Message

DATA = tuple({"nct_id": story.nct_id, "story": story.headline} for story in b.four())


@pytest.mark.parametrize("notification", NOTIFICATIONS.values(), ids=NOTIFICATIONS)
@pytest.mark.parametrize("medium", list(Medium))
def test_message_says_what_it_is_and_survives_the_outbox(notification, medium):
    for message in composed(notification, medium):
        assert message.kind in ("digest", "welcome", "heartbeat", "notice", "test")
        assert Message.from_json(message.to_json()).to_json() == message.to_json()
        assert message.text.strip()


def test_frozen_messages_of_older_releases_can_be_read():
    (message,) = composed(b.a_digest(b.many(100)))
    assert Message.from_json(message.to_json()) == replace(message, headers=dict(message.headers))
    older = b'{"boundary":"b","date":"2026-03-13T07:30:00Z","html":null,"message_id":"<a@b>","subject":"s","text":"t"}'
    assert Message.from_json(older).attachments == ()


def test_data_are_one_message_per_trial_loudest_first():
    messages = composed(b.a_digest(data=DATA), Medium.DATA)
    assert [message.data for message in messages] == [
        {"nct_id": nct_id, "story": story.headline}
        for nct_id, story in ((s.nct_id, s) for s in (b.terminated(), b.target_cut(), b.unknown(), b.opened()))
    ]
    assert [message.part for message in messages] == [1, 2, 3, 4]
    assert len({message.message_id for message in messages}) == 4
    assert messages[0].subject == "Terminated: Norvelumab ± tisotinib, solid tumours"
    assert all(message.html is None and message.slack is None for message in messages)


def test_data_of_trials_without_a_story_are_not_posted():
    messages = composed(b.a_digest((b.terminated(),), data=DATA), Medium.DATA)
    assert [message.data for message in messages] == [DATA[3]]


@pytest.mark.parametrize("name", ["welcome", "heartbeat", "notice", "sample"])
def test_what_has_no_data_is_posted_as_words(name):
    (message,) = composed(NOTIFICATIONS[name], Medium.DATA)
    assert message.data is None
    assert message.text == composed(NOTIFICATIONS[name], Medium.TEXT)[0].text


def test_chat_has_the_words_of_slack_without_its_blocks():
    chat, slack = composed(b.a_digest(), Medium.CHAT), composed(b.a_digest(), Medium.SLACK)
    assert [message.text for message in chat] == [message.text for message in slack]
    assert all(message.slack is None for message in chat)


def test_further_slack_messages_know_their_first():
    first, *others = composed(b.a_digest(b.many(30)), Medium.SLACK)
    assert first.thread == ""
    assert others
    assert all(message.thread == first.message_id for message in others)


def test_text_is_the_mail_without_its_html():
    (text,), (mail,) = composed(b.a_digest(), Medium.TEXT), composed(b.a_digest())
    assert text.text == mail.text
    assert text.html is None
