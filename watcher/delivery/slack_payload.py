"""What Slack's webhooks and its Web API have in common: the payload, its plain stand-in, and complaints about its form.

Limits are kept where payloads are made (`rendering.slack`); here only what Slack says of them is known.
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

FORM_REFUSED = frozenset(
    {
        "invalid_payload",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "missing_text_or_fallback_or_attachments",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
"""Words by which Slack finds fault with the form of a message, not with us.

Source: https://docs.slack.dev/reference/methods/chat.postMessage#errors,
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""


def payload_of(message: Message) -> dict[str, object]:
    """Give the payload the message brings, else its plain text as one."""
    return dict(message.slack) if isinstance(message.slack, dict) else plain(message)


def plain(message: Message) -> dict[str, object]:
    """Give the message's plain text as a payload nothing in which can be read as markup.

    Escapes are Slack's three (https://docs.slack.dev/messaging/formatting-message-text#escaping).
    """
    text = message.text
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}\n… and {len(text) - LONGEST_TEXT} more characters that Slack has no room for"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": escaped, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def encode(payload: object) -> bytes:
    """Give the bytes of a payload."""
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
