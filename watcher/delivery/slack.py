"""Posts to Slack's incoming webhooks and to compatible hooks.

The message contains the finished payload. Does not render, split or retry. If Slack rejects the form of the payload,
the message's plain text is posted once instead.
Errors: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from watcher.delivery.contract import OnStep, Receipt
from watcher.delivery.http_post import HttpReply, Poster, Target, read_address, refusal, refused
from watcher.delivery.slack_payload import JSON_TYPE, SECONDS_BETWEEN, encode, payload_of, plain
from watcher.delivery.slack_words import HOOK_GONE, is_about_form, is_gone
from watcher.delivery.verdicts import SlackAnswer, classify
from watcher.errors import DeliveryError
from watcher.rate_limit import RateLimit, Sleep
from watcher.rendering.message import Message


class SlackChannel:
    """Deliver to Slack webhooks; to the outbox each webhook is a channel of its own.

    Args:
        poster: Sends the HTTP requests.
        sleep: Waits that many seconds.
        monotonic: Seconds of a clock that never steps back.
    """

    def __init__(self, poster: Poster, *, sleep: Sleep, monotonic: Callable[[], float]) -> None:
        self._poster = poster
        self._rate_limit = RateLimit(SECONDS_BETWEEN, sleep=sleep, monotonic=monotonic)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SlackChannel]:
        """Open a session; it holds no connection."""
        yield self

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Post one message to one webhook (contract: `Session.deliver`)."""
        target = read_address(address)
        answer = await self._post(target, payload_of(message), on_step)
        if _is_accepted(answer):
            return Receipt(reply=f"{answer.status} {answer.text}")
        failure = _refusal(target, answer)
        if not failure.is_about_content:
            raise failure
        word = answer.text
        answer = await self._post(target, plain(message), on_step)
        if _is_accepted(answer):
            return Receipt(reply=f"{answer.status} {answer.text}, as plain text: the blocks were refused ({word})")
        raise _refusal(target, answer)

    async def _post(self, target: Target, payload: object, on_step: OnStep) -> HttpReply:
        async with self._rate_limit.whole_turn(target.url):
            return await self._poster.post(target, encode(payload), {"Content-Type": JSON_TYPE}, on_step)


def _is_accepted(answer: HttpReply) -> bool:
    """Return True for 200 with the text `ok`; a proxy's page with 200 is not a success."""
    return answer.status == 200 and answer.text == "ok"


def _refusal(target: Target, answer: HttpReply) -> DeliveryError:
    word = answer.text
    if 200 <= answer.status < 300:
        advice = "not `ok`: something else than a webhook stands there, or a proxy answered; it will be tried again"
    elif is_gone(word):
        advice = f"{HOOK_GONE.get(word, 'the channel cannot be posted to')}; make a new hook and store its address"
    elif is_about_form(word):
        advice = "it does not take the message, nor its plain text"
    else:
        return refusal(target, answer)
    word = "" if 200 <= answer.status < 300 else word
    return refused(target, answer, classify(SlackAnswer(status=answer.status, word=word)), advice)
