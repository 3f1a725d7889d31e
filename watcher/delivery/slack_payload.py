"""What Slack's webhooks and its Web API have in common: the payload and its plain stand-in.

Limits are kept where payloads are made (`rendering.block_kit`); what Slack says of them stands in
`delivery.slack_words`.
"""

from __future__ import annotations

import json

from watcher.rendering.message import Message

SECONDS_BETWEEN = 1.0
"""One message a second and channel, short bursts apart.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

LONGEST_TEXT = 38_000
"""Characters of a message's text; Slack cuts at 40,000.

Source: https://docs.slack.dev/reference/methods/chat.postMessage
"""

JSON_TYPE = "application/json; charset=utf-8"


def payload_of(message: Message) -> dict[str, object]:
    """Return the payload the message brings, else its plain text as one."""
    return dict(message.slack) if isinstance(message.slack, dict) else plain(message)


def plain(message: Message) -> dict[str, object]:
    """Return the message's plain text as a payload nothing in which can be read as markup.

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
