"""One occasion taken apart: which templates tell it, to whom, with which values.

Pure. The only place that knows what makes a digest, a welcome, a heartbeat, a notice and a test different.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from watcher.changes.model import Json, Story
from watcher.digests import views
from watcher.digests.model import (
    Addressee,
    Digest,
    Heartbeat,
    Notice,
    Notification,
    ReadCounts,
    Sample,
    Welcome,
    WelcomedTrial,
)
from watcher.digests.sample import BANNER, sample_story
from watcher.digests.size_budget import MOST_SHOWN, Frame, arrange
from watcher.digests.stories import in_order, show_story
from watcher.rendering.message import PackedJson
from watcher.rendering.view import (
    DigestView,
    HeartbeatView,
    NoticeView,
    ReaderView,
    ReadingView,
    StoryView,
    WelcomeView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderPlan:
    """What is told, ready for the templates.

    Attributes:
        stem: Name of the templates and of the view in them: `digest`, `welcome`, `heartbeat`, `notice`.
        reader: Whom it is for.
        reading: What was read; None where nothing was.
        kind: What it is: `digest`, `welcome`, `heartbeat`, `notice`, `test`.
        source: The stories as they were told to this room, in the same order.
        stories: Loudest first, as many as a message could ever show; only in a digest.
        frame: What a digest shows beside its stories; None elsewhere.
        page: The view of anything but a digest; None there.
        data: The same for machines, or empty.
        greeted: All trials of a welcome that names only some of them and leads to no page that lists them; else empty.
    """

    stem: str
    reader: ReaderView
    reading: ReadingView | None
    kind: str = ""
    source: tuple[Story, ...] = ()
    stories: tuple[StoryView, ...] = ()
    frame: Frame | None = None
    page: WelcomeView | HeartbeatView | NoticeView | None = None
    data: tuple[Json | PackedJson, ...] = ()
    greeted: tuple[WelcomedTrial, ...] = ()

    def view(self, full: int | None = None) -> DigestView | WelcomeView | HeartbeatView | NoticeView:
        """Return the view: of a digest with the first `full` stories in full, all that are shown when None."""
        if self.frame is not None:
            return arrange(self.stories, len(self.stories) if full is None else full, self.frame)
        assert self.page is not None  # noqa: S101 — what is told is a digest or has a page
        return self.page


def take_apart(notification: Notification, most_shown: int = MOST_SHOWN) -> RenderPlan:
    """Prepare an occasion for the templates; of a digest at most so many stories are made ready to be shown."""
    reader = notification.reader
    match notification:
        case Digest():
            return _digest(notification, most_shown)
        case Welcome():
            welcome = views.show_welcome(notification)
            return RenderPlan(
                stem="welcome",
                kind="welcome",
                reader=_follower(reader),
                reading=welcome.reading,
                page=welcome,
                greeted=notification.trials if welcome.more and not welcome.pages_url else (),
            )
        case Heartbeat():
            heartbeat = views.show_heartbeat(notification)
            return RenderPlan(
                stem="heartbeat", kind="heartbeat", reader=_follower(reader), reading=heartbeat.reading, page=heartbeat
            )
        case Notice():
            operator = views.show_reader(reader, "operator")
            return RenderPlan(
                stem="notice", kind="notice", reader=operator, reading=None, page=views.show_notice(notification)
            )
        case Sample():
            return _sample(reader)
        case _:
            assert_never(notification)


def _follower(reader: Addressee) -> ReaderView:
    return views.show_reader(reader, "watches")


def _digest(digest: Digest, most_shown: int) -> RenderPlan:
    names_watches = len(digest.reader.watches) > 1
    reading = views.show_reading(digest.reading, digest.reader, changed=len(digest.stories))

    def labels(story: Story) -> tuple[str, ...]:
        return digest.watches.get(story.nct_id, ()) if names_watches else ()

    stories = in_order(digest.stories)
    added, added_more = views.show_trials(digest.added, digest.reader)
    return RenderPlan(
        stem="digest",
        kind="digest",
        reader=_follower(digest.reader),
        reading=reading,
        source=stories,
        stories=tuple(show_story(story, labels(story), digest.reader.pages) for story in stories[:most_shown]),
        frame=Frame(
            banner="",
            reading=reading,
            unshown=tuple(story.severity.value for story in stories[most_shown:]),
            unshown_ids=tuple(story.nct_id for story in stories[most_shown:]),
            added=added,
            added_more=added_more,
            new_count=sum(story.is_new for story in stories),
        ),
        data=digest.data,
    )


def _sample(reader: Addressee) -> RenderPlan:
    nothing_read = views.show_reading(ReadCounts(watched=1, read=0), reader, changed=1)
    return RenderPlan(
        stem="digest",
        kind="test",
        reader=views.show_reader(reader, "test"),
        reading=None,
        stories=(show_story(sample_story(), ()),),
        frame=Frame(banner=BANNER, reading=nothing_read),
    )
