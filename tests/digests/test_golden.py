"""Whole messages as people get them.

After a wanted change run `UPDATE_EXPECTED=1 pytest tests/digests` and read the difference.
"""

import json
import os
from pathlib import Path

import pytest

from tests.digests import builders as b
from watcher.digests.messages import compose
from watcher.digests.model import Medium, Notification
from watcher.rendering.message import Message

EXPECTED = Path(__file__).parent / "expected"

NOTIFICATIONS: dict[str, Notification] = {
    "digest": b.a_digest(),
    "welcome": b.a_welcome(6),
    "heartbeat": b.a_heartbeat(),
    "notice": b.a_notice(),
    "recovery": b.a_recovery(),
    "sample": b.a_sample(),
}


def rendered(notification: Notification) -> dict[str, str]:
    def messages(medium: Medium) -> tuple[Message, ...]:
        return compose(
            notification,
            channel=medium.value,
            medium=medium,
            domain="example.org",
            store_id="",
            templates=b.templates(),
        ).messages

    (mail,) = messages(Medium.EMAIL)
    payloads = [message.slack for message in messages(Medium.SLACK)]
    return {
        "txt": f"Subject: {mail.subject}\nMessage-ID: {mail.message_id}\n\n{mail.text}",
        "html": mail.html or "",
        "slack.json": json.dumps(payloads, ensure_ascii=False, indent=1) + "\n",
    }


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_message_is_as_it_was_approved(name):
    for ending, content in rendered(NOTIFICATIONS[name]).items():
        path = EXPECTED / f"{name}.{ending}"
        if os.environ.get("UPDATE_EXPECTED"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert content == path.read_text(encoding="utf-8"), path.name
