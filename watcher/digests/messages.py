"""From what is to be told to finished messages.

Deterministic: the same values in, the same bytes out. Decides nothing about what changed, for whom or how loud.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cache, lru_cache
from itertools import accumulate
from types import MappingProxyType

from watcher.changes.families.search_changes import ENTERED, LEFT
from watcher.changes.model import Json, Story
from watcher.config.config_model import Thread
from watcher.digests.conversation import Conversation, conversation_of
from watcher.digests.csv_attachment import MeasuredStory, Sheet, lay_out, list_of, measure, views_of, write
from watcher.digests.model import Medium, Notification
from watcher.digests.preheader import preheader
from watcher.digests.render_plan import RenderPlan, take_apart
from watcher.digests.size_budget import MAX_HTML, most_that_fit, weight
from watcher.digests.stories import show_story
from watcher.digests.template_writer import Writer
from watcher.rendering import block_kit, escape
from watcher.rendering.environment import TemplateNote, Templates
from watcher.rendering.message import Attachment, Message, PackedJson
from watcher.rendering.view import AttachedView, DigestView, HeartbeatView, Left, StoryView, WelcomeView

MAX_SUBJECT = 150
"""Characters of a subject. Ours: phones show some 60, mail lists some 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Finished messages, and what the operator should hear about their making.

    Attributes:
        messages: In the order of sending; several for mails with several tables, for Slack, and for data (one a trial).
        notes: Overridden templates that failed and were replaced by the built-in ones; usually empty.
        rendered: Names of the templates these messages are made of.
    """

    messages: tuple[Message, ...]
    notes: tuple[TemplateNote, ...] = ()
    rendered: tuple[str, ...] = ()


def compose(
    notification: Notification,
    *,
    channel: str,
    medium: Medium,
    domain: str,
    store_id: str,
    templates: Templates,
    thread: Thread = Thread.NONE,
) -> Composed:
    """Make the messages that tell one reader on one channel.

    Args:
        notification: What to tell.
        channel: Identity of the channel (`email`, `slack`, `folder`, or any stable name); goes into the Message-ID.
        medium: What that channel can show: `SLACK` fills `Message.slack`, `FOLDER` also `Message.data`, `DATA` gives a
            message per trial.
        domain: Right side of the Message-ID, in ASCII: the domain of the sender's address.
        store_id: Random id of the store; goes into the Message-ID, so that no other store gives the same one.
        templates: The words.
        thread: Which digests a mail program shows as one conversation; concerns mails alone.

    Returns:
        The messages and notes. Same arguments, same bytes.

    Raises:
        RenderError: A built-in template failed: a bug.
    """
    told = take_apart(notification) if medium is not Medium.TEXT else take_apart(notification, sys.maxsize)
    is_mail = medium in (Medium.EMAIL, Medium.FOLDER)
    conversation = conversation_of(notification, thread) if is_mail else None
    if conversation is not None and told.frame is not None:
        told = replace(told, frame=replace(told.frame, topic=conversation.topic))
    writer = Writer(templates, MappingProxyType({"reader": told.reader, "reading": told.reading}))
    words = _words(told, writer)
    stamp = _Stamp(
        notification=notification, channel=channel, domain=domain, store_id=store_id, conversation=conversation
    )
    match medium:
        case Medium.SLACK:
            messages = _slack_messages(told, words, stamp, writer)
        case Medium.CHAT:
            messages = tuple(replace(message, slack=None) for message in _slack_messages(told, words, stamp, writer))
        case Medium.DATA:
            messages = _data_messages(told, words, stamp, writer)
        case Medium.TEXT:
            messages = (_text_message(told, words, stamp, writer),)
        case _:
            data = told.data if medium is Medium.FOLDER else None
            messages = _mails(told, words, stamp, writer, data=data)
    return Composed(messages=messages, notes=writer.notes, rendered=writer.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words every medium shows."""

    subject: str
    lead: str
    footer: tuple[str, ...]


def _words(told: RenderPlan, writer: Writer) -> _Words:
    context = {told.stem: told.view()}
    return _Words(
        subject=escape.header(writer.line(f"email/{told.stem}.subject.txt.j2", **context), MAX_SUBJECT),
        lead=writer.line(f"shared/lead.{told.stem}.txt.j2", **context),
        footer=writer.lines("shared/footer.txt.j2"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    """What makes a message this message, whenever and how often it is sent."""

    notification: Notification
    channel: str
    domain: str
    store_id: str
    conversation: Conversation | None = None

    def digest(self, part: int, purpose: str) -> str:
        """Return the hash of recipient, channel, kind, slot or version, part and purpose."""
        kind = type(self.notification).__name__.lower()
        identity = (self.notification.reader.name, self.channel, kind, self.notification.key, str(part), purpose)
        return hashlib.sha256("\x1f".join(identity).encode(errors="surrogatepass")).hexdigest()[:32]

    def message_id(self, part: int = 1) -> str:
        """Return the Message-ID of a part; it differs between stores."""
        return f"<{self.digest(part, f'id{self.store_id}')}@{self.domain}>"

    def boundary(self, part: int = 1) -> str:
        """Return the MIME boundary of a part."""
        return f"=_{self.digest(part, 'boundary')}"

    @property
    def thread(self) -> str:
        """Id of the conversation's first message, which is never sent; empty outside of one."""
        if self.conversation is None:
            return ""
        identity = (self.notification.reader.name, self.channel, "thread", self.conversation.key)
        root = hashlib.sha256("\x1f".join(identity).encode(errors="surrogatepass")).hexdigest()[:32]
        return f"<{root}@{self.domain}>"

    @property
    def date(self) -> str:
        """Return when the message was composed, in UTC and RFC 3339, without fractions."""
        return self.notification.at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

    @property
    def headers(self) -> Mapping[str, str]:
        """What people filter by (RFC 2919); the other headers are the mail writer's."""
        return {"List-Id": f"Trial watcher <trial-watcher.{self.domain}>"}


def _mails(told: RenderPlan, words: _Words, stamp: _Stamp, writer: Writer, *, data: object) -> tuple[Message, ...]:
    """Make the mail of an occasion, and one more for each table beyond the first.

    The first holds text and HTML, each complete, both with as many stories in full as the HTML can hold. A welcome that
    names only some of its trials has all of them in a table.
    """
    trials = list_of(told.greeted) if told.greeted else None
    if trials is not None and isinstance(told.page, WelcomeView):
        told = replace(told, page=replace(told.page, attached=trials.name))

    @cache
    def measured(number: int) -> MeasuredStory:
        """Measure a story once, however often the sheets are laid out."""
        return measure(told.source[number])

    @lru_cache(maxsize=1)
    def sheets(full: int) -> tuple[Sheet, ...]:
        """Lay out in tables what a mail does not hold whole when its first `full` stories are."""
        whole = {number for number, view in enumerate(told.stories[:full]) if view.is_whole}
        return lay_out([measured(number) for number in range(len(told.source)) if number not in whole])

    def context(full: int) -> dict[str, object]:
        """Return what the templates of the mail are given."""
        view = told.view(full)
        left = ""
        if isinstance(view, DigestView) and view.left_count:
            left = writer.line("shared/left.txt.j2", left=view.left, left_count=view.left_count)
        views = views_of(sheets(full))
        return {
            told.stem: view,
            "lead": words.lead,
            "footer": words.footer,
            "subject": words.subject,
            "preheader": preheader(view),
            "left": left,
            "attached": writer.line("shared/attached.txt.j2", attached=views[0]) if views else "",
        }

    @cache
    def html(full: int) -> str:
        """Render the HTML once for each number of stories that is tried."""
        return writer.text(f"email/{told.stem}.body.html.j2", **context(full))

    full = most_that_fit([*map(weight, told.stories)], lambda count: len(html(count).encode()))
    files = [(write(sheet, view.name), view) for sheet, view in zip(sheets(full), views_of(sheets(full)), strict=True)]
    first = Message(
        message_id=stamp.message_id(),
        date=stamp.date,
        subject=words.subject,
        text=writer.text(f"email/{told.stem}.body.txt.j2", **context(full)),
        html=html(full),
        boundary=stamp.boundary(),
        headers=stamp.headers,
        data=data,
        kind=told.kind,
        thread=stamp.thread,
        parts=max(1, len(files)),
        attachments=(files[0][0],) if files else (trials,) if trials is not None else (),
    )
    return (first, *(_next_mail(first, words, stamp, writer, file, view) for file, view in files[1:]))


def _next_mail(
    first: Message, words: _Words, stamp: _Stamp, writer: Writer, file: Attachment, view: AttachedView
) -> Message:
    """Make the mail of a further table: what it holds, and the footer."""
    suffix = f" ({view.part}/{view.parts})"
    said = writer.line("shared/attached.txt.j2", attached=view)
    return Message(
        message_id=stamp.message_id(view.part),
        date=stamp.date,
        subject=escape.header(words.subject, MAX_SUBJECT - len(suffix)) + suffix,
        text="\n\n".join((said, *words.footer)) + "\n",
        html=None,
        boundary=stamp.boundary(view.part),
        headers=stamp.headers,
        part=view.part,
        parts=view.parts,
        kind=first.kind,
        thread=stamp.thread or first.message_id,
        attachments=(file,),
    )


def _text_message(told: RenderPlan, words: _Words, stamp: _Stamp, writer: Writer) -> Message:
    """Make a message of text alone: as much in full as in a mail, every other trial in one line."""
    full = sum(size <= MAX_HTML for size in accumulate(map(weight, told.stories)))
    wide = told if told.frame is None else replace(told, frame=replace(told.frame, most_brief=len(told.stories)))
    context = {told.stem: wide.view(full), "lead": words.lead, "footer": words.footer, "subject": words.subject}
    return Message(
        message_id=stamp.message_id(),
        date=stamp.date,
        subject=words.subject,
        text=writer.text(f"email/{told.stem}.body.txt.j2", **context, left="", attached=""),
        html=None,
        boundary=stamp.boundary(),
        kind=told.kind,
        thread=stamp.thread,
    )


def _data_messages(told: RenderPlan, words: _Words, stamp: _Stamp, writer: Writer) -> tuple[Message, ...]:
    """One message per trial with a story, loudest first; the words alone where there are no such data."""
    by_id = {_trial_of(one): one for one in told.data}
    shown = [story for story in told.source if story.nct_id in by_id]
    if not shown:
        return (_text_message(told, words, stamp, writer),)
    return tuple(
        _data_message(show_story(story, ()), by_id[story.nct_id], part, len(shown), _move_of(story) or told.kind, stamp)
        for part, story in enumerate(shown, 1)
    )


def _move_of(story: Story) -> str:
    """Return `entered` or `left` when the story tells that its trial moved in a search, else nothing."""
    kinds = {phrase.kind for phrase in (*story.lines, *story.minor)}
    return next((name for kind, name in ((ENTERED, "entered"), (LEFT, "left")) if kind in kinds), "")


def _data_message(story: StoryView, data: object, part: int, parts: int, kind: str, stamp: _Stamp) -> Message:
    return Message(
        message_id=stamp.message_id(part),
        date=stamp.date,
        subject=escape.header(f"{story.tag}: {story.name}", MAX_SUBJECT),
        text=f"{story.headline}\n{story.url}\n",
        html=None,
        boundary=stamp.boundary(part),
        data=data,
        part=part,
        parts=parts,
        kind=kind,
    )


def _trial_of(data: Json | PackedJson) -> Json:
    if isinstance(data, PackedJson):
        return data.nct_id
    return data["nct_id"] if isinstance(data, Mapping) else None


def _slack_messages(told: RenderPlan, words: _Words, stamp: _Stamp, writer: Writer) -> tuple[Message, ...]:
    """One to three Slack messages, each with its own words in plain text."""

    def left(numbers: Mapping[str, int]) -> str:
        """Render the line about what has no room, given how many trials of each level."""
        levels = tuple(Left(level=level, count=number) for level, number in numbers.items())
        return writer.line("shared/left.txt.j2", left=levels, left_count=sum(numbers.values()))

    view = block_kit.escaped(told.view())
    context = {
        told.stem: view,
        "reader": block_kit.escaped(told.reader),
        "reading": block_kit.escaped(told.reading) if told.reading is not None else None,
        "lead": escape.slack(words.lead),
    }
    added: tuple[str, ...] = ()
    if isinstance(view, DigestView | HeartbeatView) and view.added:
        added = writer.lines("slack/added.txt.j2", added=view.added, added_more=view.added_more)
    post = block_kit.Post(
        header=words.subject,
        intro=writer.lines(f"slack/{told.stem}.txt.j2", **context),
        cards=tuple(_card(block_kit.escaped(story), writer) for story in told.stories),
        unshown=tuple(zip(told.frame.unshown, told.frame.unshown_ids, strict=True)) if told.frame is not None else (),
        after=added,
        closing=tuple(map(escape.slack, words.footer)),
    )
    payloads = block_kit.payloads(post, left)
    return tuple(
        Message(
            message_id=stamp.message_id(part),
            date=stamp.date,
            subject=words.subject,
            text=block_kit.plain_text(payload),
            html=None,
            boundary=stamp.boundary(part),
            slack=payload,
            part=part,
            parts=len(payloads),
            kind=told.kind,
            thread=stamp.message_id() if part > 1 else "",
        )
        for part, payload in enumerate(payloads, 1)
    )


def _card(story: StoryView, writer: Writer) -> block_kit.Card:
    return block_kit.Card(
        level=story.level,
        name=story.nct_id,
        head="\n".join(writer.lines("slack/story.head.txt.j2", story=story)),
        lines=writer.lines("slack/story.lines.txt.j2", story=story),
        small="\n".join(writer.lines("slack/story.small.txt.j2", story=story)),
    )
