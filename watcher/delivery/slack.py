"""Posts to Slack's incoming webhooks, and to hooks that speak as they do.

The payload comes ready in the message. Does not render, split or retry; when Slack finds fault with the payload's
form, the message's plain text is posted in its place, once.
Errors: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from watcher.delivery.contract import OnStep, Receipt
from watcher.delivery.http import Answer, Poster, Target, read_address, refusal
from watcher.delivery.pace import Pace
from watcher.delivery.slack_payload import FORM_REFUSED, JSON_TYPE, SECONDS_BETWEEN, encode, payload_of, plain
from watcher.errors import DeliveryError, DeliveryReason
from watcher.rendering.message import Message

_HOOK_DEAD = {
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


class SlackChannel:
    """Every Slack webhook; each is a channel of its own to the outbox.

    Args:
        poster: The door to HTTP.
        sleep: Waits that many seconds.
        monotonic: Seconds of a clock that never steps back.
    """

    def __init__(
        self, poster: Poster, *, sleep: Callable[[float], Awaitable[None]], monotonic: Callable[[], float]
    ) -> None:
        self._poster = poster
        self._pace = Pace(SECONDS_BETWEEN, sleep=sleep, monotonic=monotonic)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SlackChannel]:
        """Open a session; there is nothing to hold open."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Post one message to one webhook (contract: `Session.deliver`)."""
        target = read_address(address)
        answer = await self._post(target, payload_of(message), on_step)
        if _is_accepted(answer):
            return Receipt(reply=f"{answer.status} {answer.text}")
        word = answer.text
        if word not in FORM_REFUSED:
            raise _refused(target, answer)
        answer = await self._post(target, plain(message), on_step)
        if _is_accepted(answer):
            return Receipt(reply=f"{answer.status} {answer.text}, as plain text: the blocks were refused ({word})")
        raise _refused(target, answer)

    async def _post(self, target: Target, payload: object, on_step: OnStep) -> Answer:
        async with self._pace.turn(target.url):
            return await self._poster.post(target, encode(payload), {"Content-Type": JSON_TYPE}, on_step)


def _is_accepted(answer: Answer) -> bool:
    """Only 200 and the text `ok` are a success; a proxy's friendly page with 200 is not."""
    return answer.status == 200 and answer.text == "ok"


def _refused(target: Target, answer: Answer) -> DeliveryError:
    why = _HOOK_DEAD.get(answer.text)
    if why is None and answer.text.startswith("channel_"):
        why = "the channel cannot be posted to"
    if why is not None:
        return DeliveryError(
            f"{target} answered {answer.status} ({answer.text}): {why}; make a new hook and store its address",
            reason=DeliveryReason.CONFIG,
            is_permanent=True,
            is_channel_fault=True,
        )
    if answer.text in FORM_REFUSED:
        return DeliveryError(
            f"{target} answered {answer.status} ({answer.text}) to the plain text, too; see the message in the outbox",
            reason=DeliveryReason.REJECTED,
            is_permanent=True,
        )
    if 200 <= answer.status < 300:
        return DeliveryError(
            f"{target} answered {answer.status} and not `ok` ({answer.text}): something else than a webhook stands "
            "there, or a proxy answered in its place; it will be tried again",
            reason=DeliveryReason.OTHER,
            is_channel_fault=True,
        )
    if answer.status == 400:
        return DeliveryError(
            f"{target} answered 400 ({answer.text}): it does not take this message",
            reason=DeliveryReason.REJECTED,
            is_permanent=True,
        )
    return refusal(target, answer)
