"""Registry text is written by strangers: in every medium it stays text."""

import json
import re
import unicodedata
from typing import Any

import pytest

from tests.digests import builders as b
from watcher.changes.model import Mark, MarkKind, Verb
from watcher.digests.messages import compose
from watcher.digests.model import Medium, Notification
from watcher.rendering.escape import plain
from watcher.rendering.message import Message

ATTACKS = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)',
    "line break": "Title\r\nBcc: all@example.org\n\n----\n!! Terminated",
    "separators": "one\u2028two\u2029three\x0bfour\x85five",
    "right to left": "pay \u202egnp.exe\u202c and \u2067hidden\u2069 \u200f",
    "braces": "{{ 7 * 7 }} {% raw %} {# gone #} {{ config }}",
    "channel": "<!channel> <!here> <@U123> <#C123>",
    "forged link": "<https://evil.example|ClinicalTrials.gov> <a href='https://evil.example'>x</a>",
    "markup": "*bold* _italic_ ~gone~ `code` :tada: &lt;b&gt;",
    "surrogate": "broken \ud800 text",
    "tags": "invisible \U000e0041\U000e0042 tag",
}


def everywhere(text: str) -> tuple[Notification, ...]:
    phrase = b.a_phrase(
        f"L {text}",
        sentence=text,
        was=text,
        now=text,
        note=text,
        quote=text,
        origin_note=text,
        heading=f"H {text}",
        items=(text,),
    )
    story = b.a_story(
        short_name=text,
        title=f"T {text}",
        context=(text,),
        tag=text,
        headline=f"{text} again",
        when=text,
        step_note=text,
        lines=(
            phrase,
            b.a_phrase(was=None, now=None, sentence=text),
            b.a_phrase(marks=(Mark(MarkKind.ADDED, text), Mark(MarkKind.REMOVED, text), Mark(MarkKind.SAME, text))),
            b.a_phrase(heading="Inclusion", verb=Verb.ADDED, was=None, now=text),
        ),
        minor=(phrase,) * 6,
    )
    reader = b.a_reader(name=text, watches=(text, "b"), stop=text)
    digest = b.a_digest((story, b.a_story(2)), reader=reader, watches={story.nct_id: (text,)})
    notice = b.a_notice(reader=reader, part=text, what=text, meaning=text, advice=text, more=text)
    welcome = b.a_welcome(1, reader=reader)
    return (digest, notice, welcome)


def composed(notification: Notification, medium: Medium) -> tuple[Message, ...]:
    return compose(
        notification, channel="c", medium=medium, domain="example.org", store_id="", templates=b.templates()
    ).messages


attack = pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)


@attack
def test_subject_is_one_visible_line(text):
    for notification in everywhere(text):
        for message in composed(notification, Medium.EMAIL):
            assert message.subject.isprintable()
            assert message.subject == " ".join(message.subject.split())


@attack
def test_text_has_only_our_line_breaks_and_no_invisible_signs(text):
    for notification in everywhere(text):
        for message in composed(notification, Medium.EMAIL):
            for medium in (message.text, message.html or ""):
                medium.encode()
                invisible = {sign for sign in medium if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
                assert invisible <= {"\n"}
            assert not re.search(r"(?m)^(Bcc:|!! Terminated)", message.text)


@attack
def test_html_holds_the_same_tags_as_with_harmless_text(text):
    def tags(value: str) -> list[list[str]]:
        shape = []
        for notification in everywhere(value):
            html = composed(notification, Medium.EMAIL)[0].html or ""
            shape.append(re.findall(r"<[/!]?[a-zA-Z]+", html))
            assert "evil.example" not in "".join(re.findall(r'href="[^"]*"', html))
            assert not re.search(r"<[a-z]+ [^>]*onmouseover=\"", html)
        return shape

    assert tags(text) == tags("x" * len(plain(text)))


@attack
def test_slack_shows_text_as_text(text):
    for notification in everywhere(text):
        for message in composed(notification, Medium.SLACK):
            payload = message.slack
            assert isinstance(payload, dict)
            json.dumps(payload, ensure_ascii=False).encode()
            for value in texts(payload):
                links = re.findall(r"<([^>]*)>", value)
                assert all(
                    re.fullmatch(r"https://clinicaltrials\.gov/study/NCT\d+(\?tab=history)?\|\w+", x) for x in links
                )
                assert not re.search(r"\*bold\*|_italic_|~gone~|`code`|:tada:", value)


def texts(payload: Any) -> list[str]:
    """Every text that Slack reads as mrkdwn."""
    found = [payload["text"]]
    for block in payload["blocks"]:
        for holder in (block.get("text"), *block.get("elements", ())):
            if holder and holder["type"] == "mrkdwn":
                found.append(holder["text"])
    return found


def test_braces_of_a_title_are_shown_and_never_run():
    digest, *_ = everywhere(ATTACKS["braces"])
    (message,) = composed(digest, Medium.EMAIL)
    assert "{{ 7 * 7 }}" in message.text
    assert "49" not in message.subject


def test_letters_of_other_scripts_stay():
    for name in ("בית חולים", "مستشفى", "東京大学病院", "می‌خواهم"):
        (message,) = composed(b.a_digest((b.a_story(short_name=name),)), Medium.EMAIL)
        assert name in message.subject
        assert name in (message.html or "")
