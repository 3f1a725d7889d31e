"""The error words of Slack's webhooks and its Web API.

Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors and
https://docs.slack.dev/reference/methods/chat.postMessage#errors. Tables only.
"""

from __future__ import annotations

_STORE_IT = "store the bot's current token, from “OAuth & Permissions” of the app"

HOOK_GONE = {
    "action_prohibited": "the workspace's administrators forbid it",
    "channel_is_archived": "the channel is archived",
    "channel_not_found": "the channel is gone",
    "invalid_token": "the hook's address is not valid",
    "no_active_hooks": "the hook is switched off",
    "no_service": "the hook was removed or switched off",
    "no_service_id": "the hook's address is cut short",
    "no_team": "the workspace is gone",
    "posting_to_general_channel_denied": "the workspace does not let hooks post to its general channel",
    "team_disabled": "the workspace is switched off",
    "user_not_found": "the person it posts to is gone",
}
"""Errors of a hook that accepts no more messages."""

BOT_GONE = {
    "access_denied": _STORE_IT,
    "account_inactive": f"the bot or its workspace is switched off; {_STORE_IT}",
    "channel_not_found": "there is no such channel, or the bot cannot see it; check the id, and invite the bot there",
    "channel_type_not_supported": "a bot cannot post to this kind of channel; choose another one",
    "ekm_access_denied": "the workspace's administrators have suspended posting; ask them",
    "invalid_auth": f"it does not know the token; {_STORE_IT}",
    "is_archived": "the channel is archived; choose another one",
    "missing_scope": "the bot may not write; give the app the scope chat:write, install it anew, store its token",
    "not_allowed_token_type": "this kind of token cannot post; use the bot token, which begins with xoxb-",
    "not_authed": f"the token did not arrive; {_STORE_IT}",
    "not_in_channel": "the bot is not in the channel; invite it there: /invite @its-name",
    "org_login_required": "the workspace is being moved; ask its administrators",
    "team_access_not_granted": "the app is not installed in this workspace; install it and store its token",
    "token_expired": f"the token has expired; {_STORE_IT}",
    "token_revoked": f"the token was revoked; {_STORE_IT}",
}
"""Errors of a channel that the bot cannot post to."""

LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
"""Errors for too many messages."""

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
"""Errors about the form of a message."""

_OF_FORM = ("invalid_", "msg_", "too_many_", "missing_text")
_FORBIDDEN = ("channel_", "restricted_action", "enterprise_is_restricted")


def is_gone(word: str) -> bool:
    """Return True if the hook or channel accepts no message until a person changes something."""
    return word in HOOK_GONE or word in BOT_GONE or word.startswith(_FORBIDDEN)


def is_about_form(word: str) -> bool:
    """Return True if Slack rejects the form of a message; check `is_gone` first."""
    return word in FORM_REFUSED or word.startswith(_OF_FORM)
