"""Slack payloads stay within what Slack takes, whatever is to be told."""

import json
import re
from typing import Any

import pytest

from watcher.rendering.block_kit import (
    MAX_BLOCKS,
    MAX_HEADER,
    MAX_MESSAGE,
    MAX_PARTS,
    MAX_SECTION,
    Card,
    Payload,
    Post,
    payloads,
    plain_text,
)

FOOTER = ("41 trials read.", "Source: ClinicalTrials.gov. " * 10)


def left(numbers) -> str:
    return f"left {dict(numbers)}"


def texts(payload: Payload) -> list[str]:
    blocks: Any = payload["blocks"]
    holders = [holder for block in blocks for holder in (block.get("text"), *block.get("elements", ())) if holder]
    return [holder["text"] for holder in holders]


def cards(count: int, size: int = 100) -> tuple[Card, ...]:
    line = "word " * (size // 5)
    return tuple(
        Card(level="critical" if number < 2 else "major", head=f"*Head {number}*", lines=(line, line), small=line[:300])
        for number in range(count)
    )


POSTS = {
    "nothing but a header": Post(header="Header"),
    "one": Post(header="Header", intro=("Intro",), cards=cards(1), closing=FOOTER),
    "thirty": Post(header="Header", intro=("Intro",), cards=cards(30), closing=FOOTER),
    "thirty long": Post(header="Header " * 40, intro=("Intro",), cards=cards(30, 3000), closing=FOOTER),
    "five hundred": Post(header="Header", cards=cards(500, 20), closing=FOOTER),
    "endless lines": Post(
        header="H", cards=(Card(level="minor", head="x" * 5000, lines=("y" * 90,) * 900, small="z" * 5000),)
    ),
    "endless intro": Post(header="H", intro=("trial " * 20,) * 1000, closing=FOOTER),
    "endless footer": Post(header="H", cards=cards(40, 1000), closing=("f" * 5000,)),
    "entities": Post(header="H", cards=(Card(level="minor", head="a&amp;" * 900, lines=("&lt;" * 900,)),)),
}


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
def test_every_limit_is_kept(post):
    found = payloads(post, left)
    assert 1 <= len(found) <= MAX_PARTS
    for payload in found:
        blocks: Any = payload["blocks"]
        assert len(blocks) <= MAX_BLOCKS
        assert sum(map(len, texts(payload))) <= MAX_MESSAGE
        assert all(1 <= len(text) <= MAX_SECTION for text in texts(payload))
        assert len(blocks[0]["text"]["text"]) <= MAX_HEADER
        assert payload["unfurl_links"] is payload["unfurl_media"] is False
        assert 1 <= len(str(payload["text"])) <= 4000
        assert not any(re.search(r"&(?!amp;|lt;|gt;)", text) for text in texts(payload))
        json.dumps(payload)


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
def test_foreign_text_is_neither_parsed_nor_turned_into_pictures(post):
    for payload in payloads(post, left):
        blocks: Any = payload["blocks"]
        assert blocks[0]["text"]["emoji"] is False
        for block in blocks[1:]:
            for holder in (block.get("text"), *block.get("elements", ())):
                assert holder is None or (holder["type"], holder["verbatim"]) == ("mrkdwn", True)


@pytest.mark.parametrize("count", [1, 12, 30, 500])
def test_every_trial_is_told_or_counted(count):
    found = payloads(Post(header="Header", cards=cards(count, 400), closing=FOOTER), left)
    told = sum(text.startswith("*Head ") for payload in found for text in texts(payload))
    counted = [
        int(number) for text in texts(found[-1]) if text.startswith("left") for number in re.findall(r"\d+", text)
    ]
    assert told + sum(counted) == count


def test_several_messages_say_which_they_are_and_the_last_has_the_footer():
    found = payloads(POSTS["thirty"], left)
    assert [texts(payload)[0] for payload in found] == ["Header (1/3)", "Header (2/3)", "Header (3/3)"]
    assert ["41 trials read." in plain_text(payload) for payload in found] == [False, False, True]


def test_lines_that_do_not_fit_are_counted():
    (payload,) = payloads(Post(header="H", cards=(Card(level="minor", head="*H*", lines=("y" * 90,) * 40),)), left)
    shown = texts(payload)[2].split("\n")
    assert shown[-1] == f"… and {40 - len(shown) + 1} more"


def test_intro_that_does_not_fit_is_counted():
    found = payloads(POSTS["endless intro"], left)
    shown = sum(text.count("trial trial") and text.count("\n") + 1 for payload in found for text in texts(payload))
    (more,) = [text for text in texts(found[-1]) if text.startswith("… and")]
    assert shown + int(more.split()[2].replace(",", "")) == 1000


def test_plain_text_of_a_payload_has_no_markup_left():
    card = Card(
        level="minor",
        head="\u200b*Head*\u200b\n<https://clinicaltrials.gov/study/NCT99000001|NCT99000001>",
        lines=("a &lt; b &amp; c",),
    )
    (payload,) = payloads(Post(header="Header", cards=(card,)), left)
    assert plain_text(payload) == (
        "Header\n*Head*\nNCT99000001 (https://clinicaltrials.gov/study/NCT99000001)\na < b & c\n"
    )
