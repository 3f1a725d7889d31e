"""Payloads for Slack's webhooks and its Web API: the message's own, and its plain text.

Limits are kept where payloads are made (`rendering.block_kit`); what Slack says of them stands in
`delivery.slack_words`.
"""

from __future__ import annotations

import json

from watcher.rendering.message import Message

SECONDS_BETWEEN = 1.0
"""Slack allows one message per second and channel, and short bursts.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

LONGEST_TEXT = 38_000
"""Most characters of a message's text; Slack cuts at 40,000.

Source: https://docs.slack.dev/reference/methods/chat.postMessage
"""

JSON_TYPE = "application/json; charset=utf-8"


def payload_of(message: Message) -> dict[str, object]:
    """Return the message's payload, or its plain text as a payload."""
    return dict(message.slack) if isinstance(message.slack, dict) else plain(message)


def plain(message: Message) -> dict[str, object]:
    """Return the message's plain text as a payload without any markup.

    Escapes are Slack's three (https://docs.slack.dev/messaging/formatting-message-text#escaping).
    """
    text = message.text
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}\n… and {len(text) - LONGEST_TEXT} more characters that Slack has no room for"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": escaped, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def encode(payload: object) -> bytes:
    """Return the bytes of a payload."""
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
