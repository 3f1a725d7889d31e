"""The views that templates and Slack blocks render: finished texts.

This is the documented context of the templates. Every text in it has passed `escape.plain`: one line, no control or
bidi characters. It is not escaped for HTML or Slack yet.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a reworded text.

    Attributes:
        kind: `same`, `added`, `removed`, or `gap` for unchanged words left out.
        text: The words; `…` for a gap.
        space: Whether a blank stands before it.
    """

    kind: str
    text: str
    space: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change.

    Exactly one of these carries it: `pieces`, `was` and `now` (or one of them), or `sentence`.

    Attributes:
        label: What it is about: `Status`.
        sign: `+` added, `−` removed, `~` changed.
        word: The sign as a word: `added`, `removed`, `reworded`, `moved`, `changed`.
        was: Older value, or empty.
        now: Newer value, or empty.
        note: Size beside the shift, or empty.
        sentence: The whole in one sentence, or empty.
        pieces: The reworded text, or empty.
        quote: The sponsor's own words, or empty.
        items: Names of many; may be empty.
        more_items: How many names are left out of `items`.
        origin: Who made it, when that was not the sponsor, or empty.
        is_long: Whether `was` and `now` need a line each.
    """

    label: str
    sign: str
    word: str
    was: str = ""
    now: str = ""
    note: str = ""
    sentence: str = ""
    pieces: tuple[Piece, ...] = ()
    quote: str = ""
    items: tuple[str, ...] = ()
    more_items: int = 0
    origin: str = ""
    is_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines under one heading.

    Attributes:
        heading: `Inclusion`, `Sites`, or empty.
        lines: At least one.
        more: How many further lines are left out; only where there are many alike.
    """

    heading: str
    lines: tuple[Line, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One trial's story.

    Attributes:
        nct_id: The trial.
        name: Its short name, with its id beside it where two trials of this recipient share the name.
        name_beside_id: The short name alone, for where the id is shown anyway.
        title: Its brief title; empty when the name says the same.
        facts: `Phase 1`, `BeiGene`; may be empty.
        level: `critical`, `major` or `minor`.
        mark: `!!`, `!` or empty.
        tag: Two to four words for the summary.
        headline: At most two clauses.
        opening: The headline's first words, `Terminated`, or empty; `headline` is `opening` and `rest` joined.
        rest: The rest of the headline.
        detail: The rest's number, short enough for a subject: `99 of 263 planned participants`; or empty.
        when: When it was posted.
        steps: `in 3 updates since 2 Feb 2026`, or empty.
        watch: Names of the watches it matched, joined; empty when the reader follows only one.
        groups: What is told in full, most important first; may be empty.
        omitted: How many lines are left out of `groups` for length.
        minor: Names of the minor changes, a few words each: `keyword added (2)`; at most ten.
        minor_count: How many minor changes there are.
        minor_more: How many of those names are left out, as `3 more`, or empty.
        count: How many changes of the reader's level there are, folded ones included.
        below: How many changes lie below the reader's level.
        url: The trial's page on the registry.
        history_url: Its history there.
        page_url: Its page on the site of `[pages]`, or empty.
        is_new: Whether the reader does not know the trial yet: it entered a search, and `groups` say what it is.
    """

    nct_id: str
    name: str
    name_beside_id: str
    title: str
    facts: tuple[str, ...]
    level: str
    mark: str
    tag: str
    headline: str
    opening: str
    rest: str
    detail: str
    when: str
    steps: str
    watch: str
    groups: tuple[Group, ...]
    omitted: int
    minor: tuple[str, ...]
    minor_count: int
    minor_more: str
    count: int
    below: int
    url: str
    history_url: str
    page_url: str = ""
    is_new: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether no line is left out, neither for length nor where many are alike."""
        return not (self.omitted or any(group.more for group in self.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """What was read for the reader.

    Attributes:
        watched: How many trials they watch.
        read: How many of these were read.
        changed: How many have a story.
        waiting: How many changed as well and wait for a later digest, since this one tells the urgent alone.
        unchanged: How many show nothing to tell.
        reverified: How many of these were re-verified without change.
        small_print: How many of these differ in small print alone.
        below_trials: How many changed only below the level.
        below_changes: How many changes those have.
        level: The reader's level: `major`.
        not_reached: Ids not reached, joined, or empty.
        not_reached_count: How many.
        unknown: Ids that the registry does not have, joined, or empty.
        unknown_count: How many.
        quarantined: Ids whose answer could not be believed, joined, or empty.
        quarantined_count: How many.
        damaged: Ids whose changes cannot be shown, since what is stored of them is damaged, joined, or empty.
        damaged_count: How many.
        read_on: `13 Mar 2026`, in the reader's zone, or empty.
        data_version: `13 Mar 2026`, or empty.
        data_read: The data versions the trials were read at: `13 Mar 2026`, `12 – 13 Mar 2026`, or empty.
        data_span: The data since the last digest: `25 Feb – 13 Mar 2026`, one day, or empty.
    """

    watched: int
    read: int
    changed: int
    waiting: int
    unchanged: int
    reverified: int
    small_print: int
    below_trials: int
    below_changes: int
    level: str
    not_reached: str
    not_reached_count: int
    unknown: str
    unknown_count: int
    quarantined: str
    quarantined_count: int
    damaged: str
    damaged_count: int
    read_on: str
    data_version: str
    data_read: str
    data_span: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderView:
    """Whom the message is for.

    Attributes:
        name: Name of the recipient.
        watches: Names of the watches they follow, quoted and joined, or empty.
        watch_count: How many watches.
        stop: Address to write to, or empty.
        next_digest: `Mon 16 Mar 07:30`, or empty for immediate.
        reason: Why they get this: `watches`, `operator` (a notice) or `test`.
        levels_url: Where the pages explain the levels; empty without pages.
    """

    name: str
    watches: str
    watch_count: int
    stop: str
    next_digest: str
    reason: str
    levels_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Trials that are only counted, by level.

    Attributes:
        level: `critical`, `major` or `minor`.
        count: At least 1.
    """

    level: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedView:
    """A file that goes with a mail when not everything is told in full.

    Attributes:
        name: File name.
        changes: How many changes it lists.
        trials: Of how many trials.
        trials_left: How many further trials stand in the files of the next mails.
        part: 1-based number of the mail it goes with.
        parts: How many mails there are.
    """

    name: str
    changes: int
    trials: int
    trials_left: int
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView:
    """One trial in a welcome, or one that was added since.

    Attributes:
        nct_id: The trial.
        name: Its short name, with its id beside it where two trials of this recipient share the name.
        name_beside_id: The short name alone, for where the id is shown anyway.
        status: Its status in words, or empty.
        url: Its page on the registry.
        page_url: Its page on the site of `[pages]`, or empty.
    """

    nct_id: str
    name: str
    name_beside_id: str
    status: str
    url: str
    page_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """A digest.

    Attributes:
        banner: Marks a test, or empty.
        topic: Subject of the conversation this digest belongs to, always the same; empty outside of one.
        reading: What was read.
        stories: Told in full, loudest first; may be empty when none fits.
        brief: Told in one line each, for length.
        left: Only counted, for length.
        left_count: How many these are.
        total: Stories in all.
        listed: The first of all stories, for the summary at the top.
        listed_more: How many stories the summary leaves to the text below.
        added: Trials watched for the reader since their last digest or heartbeat, the first of them; may be empty.
        added_more: How many further ones there are.
        new_count: How many of the trials are new to the reader.
        loudest: The story the subject names; new trials come after all changes, but may be louder.
    """

    banner: str
    topic: str
    reading: ReadingView
    stories: tuple[StoryView, ...]
    brief: tuple[StoryView, ...]
    left: tuple[Left, ...]
    left_count: int
    total: int
    listed: tuple[StoryView, ...]
    listed_more: int
    added: tuple[TrialView, ...] = ()
    added_more: int = 0
    new_count: int = 0
    loudest: StoryView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """One search in a welcome.

    Attributes:
        watch: Name of the watch.
        described: The search in words.
        count: How many trials it matches.
    """

    watch: str
    described: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeView:
    """A welcome.

    Attributes:
        reading: What was read.
        trials: The first of the trials.
        more: How many more there are.
        statuses: How many stand where: `12 recruiting; 3 completed`; empty for few trials.
        attached: Name of the file that lists all of them, or empty.
        pages_url: The site of `[pages]`, or empty.
        searches: The searches the reader follows; may be empty.
        has_own: Whether some trials are in none of these searches; they come first.
    """

    reading: ReadingView
    trials: tuple[TrialView, ...]
    more: int
    statuses: str
    attached: str = ""
    pages_url: str = ""
    searches: tuple[SearchView, ...] = ()
    has_own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatView:
    """Nothing changed.

    Attributes:
        reading: What was read.
        period: `this week`.
        added: Trials watched for the reader since their last digest or heartbeat, the first of them; may be empty.
        added_more: How many further ones there are.
    """

    reading: ReadingView
    period: str
    added: tuple[TrialView, ...] = ()
    added_more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A fault, or its end.

    Attributes:
        part: What fails.
        title: Beginning of the subject, `Failing: registry`; since when follows.
        what: What happens, or happened.
        since: `Fri 13 Mar 2026 08:10`; empty for what is told once and has no end.
        until: The same for its end, or empty.
        meaning: What it means for the readers.
        advice: What to do, or empty.
        more: How to see more, or empty.
    """

    part: str
    title: str
    what: str
    since: str
    until: str
    meaning: str
    advice: str
    more: str
