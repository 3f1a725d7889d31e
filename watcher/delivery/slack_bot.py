"""Posts to Slack as a bot with `chat.postMessage`; further parts of a message go into the thread of the first.

The message contains the finished payload. Does not render, split or retry. If Slack rejects the form of the payload,
the message's plain text is posted once instead. Slack reports errors with status 200.
Source: https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from watcher.delivery.contract import OnStep, Receipt
from watcher.delivery.http_post import HttpReply, Poster, Target, read_address, refusal
from watcher.delivery.reply_text import one_line, read_object
from watcher.delivery.slack_payload import JSON_TYPE, SECONDS_BETWEEN, encode, payload_of, plain
from watcher.delivery.slack_words import BOT_GONE, LATER, is_about_form, is_gone
from watcher.delivery.verdicts import HttpAnswer, SlackAnswer, classify
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose
from watcher.rate_limit import RateLimit, Sleep
from watcher.rendering.message import Message

LONGEST_ANSWER = 256_000
"""Most octets read of a response: Slack repeats the whole message in it."""

_Said = tuple[str, str]  # Slack's error word, empty for none; and the posted message's `ts`


class SlackBotChannel:
    """Deliver as one bot; to the outbox each Slack channel is a channel of its own.

    Args:
        poster: Sends the HTTP requests; must read `LONGEST_ANSWER` octets of a response.
        token: The bot's token.
        api: Address of the Web API, without the method.
        sleep: Waits that many seconds.
        monotonic: Seconds of a clock that never steps back.
    """

    def __init__(
        self,
        poster: Poster,
        token: str,
        *,
        api: str,
        sleep: Sleep,
        monotonic: Callable[[], float],
    ) -> None:
        self._poster = poster
        self._token = token
        self._api = api
        self._rate_limit = RateLimit(SECONDS_BETWEEN, sleep=sleep, monotonic=monotonic)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[_BotSession]:
        """Open a session, which remembers the threads it started."""
        yield _BotSession(self._poster, self._token, self._api, self._rate_limit)


class _BotSession:
    def __init__(self, poster: Poster, token: str, api: str, rate_limit: RateLimit) -> None:
        self._poster = poster
        self._token = token
        self._api = api
        self._rate_limit = rate_limit
        self._posted: dict[str, str] = {}  # Message-ID of a first part → its `ts`

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Post one message to one channel, by its id (contract: `Session.deliver`).

        If another session posted the first part, a further part goes into the channel itself, outside the thread.
        """
        target = read_address(f"{self._api.rstrip('/')}/chat.postMessage", "Slack API")
        target_fields = {"channel": address}
        if message.part > 1 and message.thread in self._posted:
            target_fields["thread_ts"] = self._posted[message.thread]
        answer, said = await self._post(target, payload_of(message) | target_fields, on_step)
        remark = ""
        if _is_about_content(answer, said):
            remark = f", as plain text: the blocks were refused ({self._fit(said[0]) if said else answer.status})"
            answer, said = await self._post(target, plain(message) | target_fields, on_step)
        if said is None or said[0]:
            raise self._refused(target, answer, said)
        self._posted[message.message_id] = said[1]
        return Receipt(reply=f"200 ok {self._fit(said[1])}".rstrip() + remark)

    async def _post(
        self, target: Target, payload: dict[str, object], on_step: OnStep
    ) -> tuple[HttpReply, _Said | None]:
        async with self._rate_limit.whole_turn(target.url):
            headers = {"Content-Type": JSON_TYPE, "Authorization": f"Bearer {self._token}"}
            answer = await self._poster.post(target, encode(payload), headers, on_step)
        return answer, read_said(answer.body) if answer.status == 200 else None

    def _fit(self, text: str) -> str:
        return one_line(text, secrets=(self._token,))

    def _refused(self, target: Target, answer: HttpReply, said: _Said | None) -> DeliveryError:
        if said is None and answer.status != 200:
            return refusal(target, replace(answer, text=self._fit(answer.text)))
        if said is None:
            text = f"{target} answered 200 and nothing that can be read; a proxy may have answered; "
            return DeliveryError(text + "it will be tried again", reason=DeliveryReason.SERVER, whose=Whose.CHANNEL)
        word = self._fit(said[0])
        verdict = classify(SlackAnswer(status=answer.status, word=word))
        return DeliveryError(
            f"{target} answered {word}: {_advice(word)}",
            reason=verdict.reason,
            whose=verdict.whose,
            lasts=verdict.lasts,
            retry_after=answer.retry_after,
        )


def _is_about_content(answer: HttpReply, said: _Said | None) -> bool:
    if said is None:
        verdict = classify(HttpAnswer(status=answer.status)) if answer.status != 200 else None
    else:
        verdict = classify(SlackAnswer(status=answer.status, word=said[0])) if said[0] else None
    return verdict is not None and verdict.whose is Whose.MESSAGE and verdict.lasts is Lasts.LASTING


def _advice(word: str) -> str:
    if is_gone(word):
        return BOT_GONE.get(word, "the workspace's administrators forbid it; ask them")
    if is_about_form(word):
        return "it does not take the message, nor its plain text"
    if word in LATER:
        return "too many messages; it will be tried again"
    return "trouble of its own; it will be tried again"


def read_said(body: bytes) -> _Said | None:
    """Parse a response of Slack; return None if it is not one."""
    said = read_object(body)
    if said is None or not isinstance(said.get("ok"), bool):
        return None
    word = "" if said["ok"] else str(said.get("error") or "an error without a name")
    return word, str(said.get("ts", ""))
