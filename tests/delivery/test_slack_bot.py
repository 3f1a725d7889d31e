"""A Slack bot: threads, pace, plain stand-ins, and Slack's words told in the operator's."""

import json

import pytest

from tests.delivery.helpers import Steps, message, poster
from tests.support.webhook_sink import WebhookSink
from watcher.delivery.slack_bot import LONGEST_ANSWER, SlackBotChannel
from watcher.errors import DeliveryError
from watcher.rendering.message import Message

TOKEN = "xoxb-" + "0123456789-not-a-secret"
ROOM = "C0123456789"


def sink_for_bot() -> WebhookSink:
    return WebhookSink(
        path="/api/chat.postMessage", usual=lambda n: f'200 {{"ok":true,"channel":"{ROOM}","ts":"17000.{n}"}}'
    )


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


def bot(sink: WebhookSink, clock: Clock | None = None) -> SlackBotChannel:
    clock = clock or Clock()
    base = sink.url.removesuffix("/chat.postMessage")
    return SlackBotChannel(poster(most=LONGEST_ANSWER), TOKEN, api=base, sleep=clock.sleep, monotonic=clock.monotonic)


def part(number: int) -> Message:
    first = "<part1@watcher.invalid>"
    return message(
        message_id=f"<part{number}@watcher.invalid>",
        slack={"text": f"part {number}", "blocks": [{"type": "divider"}]},
        part=number,
        parts=3,
        thread=first if number > 1 else "",
    )


async def send(sink: WebhookSink, *messages: Message, clock: Clock | None = None) -> list[str]:
    async with bot(sink, clock).open() as session:
        return [(await session.deliver(one, ROOM, Steps())).reply for one in messages]


def bodies(sink: WebhookSink) -> list[dict[str, object]]:
    return [json.loads(post.body) for post in sink.posts]


async def test_message_goes_to_its_channel_with_the_token_in_a_header_alone():
    with sink_for_bot() as sink:
        (reply,) = await send(sink, part(1))
        (post,) = sink.posts
        assert post.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN.encode() not in post.body
        assert bodies(sink) == [{"channel": ROOM, "text": "part 1", "blocks": [{"type": "divider"}]}]
        assert reply == "200 ok 17000.1"


async def test_further_parts_stand_in_the_thread_of_the_first():
    with sink_for_bot() as sink:
        await send(sink, part(1), part(2), part(3))
        assert [body.get("thread_ts") for body in bodies(sink)] == [None, "17000.1", "17000.1"]


async def test_part_whose_first_was_posted_by_another_run_stands_alone():
    with sink_for_bot() as sink:
        await send(sink, part(2))
        assert "thread_ts" not in bodies(sink)[0]


async def test_messages_are_a_second_apart():
    clock = Clock()
    with sink_for_bot() as sink:
        await send(sink, part(1), part(2), clock=clock)
    assert clock.slept == [1.0]


async def test_refused_blocks_are_posted_as_plain_text_in_the_same_thread():
    with sink_for_bot() as sink:
        async with bot(sink).open() as session:
            await session.deliver(part(1), ROOM, Steps())
            sink.arm('200 {"ok":false,"error":"invalid_blocks"}')
            receipt = await session.deliver(part(2), ROOM, Steps())
        assert receipt.reply.endswith("as plain text: the blocks were refused (invalid_blocks)")
        last = bodies(sink)[-1]
        assert (last["channel"], last["thread_ts"], last["mrkdwn"]) == (ROOM, "17000.1", False)
        assert "blocks" not in last


async def test_answer_that_repeats_a_long_message_is_understood():
    echo = json.dumps({"ok": True, "ts": "1.5", "message": {"text": "x" * 40_000}})
    with sink_for_bot() as sink:
        sink.arm(f"200 {echo}")
        assert await send(sink, part(1)) == ["200 ok 1.5"]


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("not_in_channel", "invite it there"),
        ("channel_not_found", "check the id"),
        ("is_archived", "archived"),
        ("missing_scope", "chat:write"),
        ("invalid_auth", "store the bot's current token"),
        ("token_revoked", "revoked"),
        ("account_inactive", "switched off"),
        ("restricted_action_read_only_channel", "administrators forbid it"),
    ],
)
async def test_refusal_says_what_to_do(word, advice):
    with sink_for_bot() as sink:
        sink.arm(f'200 {{"ok":false,"error":"{word}"}}')
        with pytest.raises(DeliveryError, match=advice) as caught:
            await send(sink, part(1))
        assert word in str(caught.value)
        assert caught.value.is_permanent
