"""From readers, readings, welcomes, heartbeats and notices to what templates show. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.digests import spans
from watcher.digests.model import Addressee, Heartbeat, Notice, ReadCounts, Welcome, WelcomedTrial
from watcher.digests.short_labels import lower_first
from watcher.digests.stories import MOST_NAME, RECORD_URL, page_of, without_id
from watcher.rendering.escape import cut, plain
from watcher.rendering.plain_text import count, listed
from watcher.rendering.view import (
    HeartbeatView,
    NoticeView,
    ReaderView,
    ReadingView,
    SearchView,
    TrialView,
    WelcomeView,
)

MOST_GREETED = 15
"""Trials that a welcome names, or a digest as added; of more it names the first ten, and counts the others."""

_GREETED_OF_MANY = 10
_OPEN_FIRST = {
    status: place
    for place, status in enumerate(("Recruiting", "Enrolling by invitation", "Available", "Not yet recruiting"))
}
_TALLIED_FROM = 5
_MOST_DESCRIBED = 300


def show_reading(reading: ReadCounts, reader: Addressee, changed: int = 0) -> ReadingView:
    """Show what was read for a reader, of which so many trials have a story.

    What was read and neither has a story here, nor stands unchanged, nor lies below the level, waits for a later one.
    """
    return ReadingView(
        watched=reading.watched,
        read=reading.read,
        changed=changed,
        waiting=max(0, reading.read - reading.unchanged - reading.below_trials - len(reading.damaged) - changed)
        if changed
        else 0,
        unchanged=reading.unchanged,
        reverified=reading.reverified,
        small_print=reading.small_print,
        below_trials=reading.below_trials,
        below_changes=reading.below_changes,
        level=reader.least.value,
        not_reached=listed(tuple(map(plain, reading.not_reached)), 5),
        not_reached_count=len(reading.not_reached),
        unknown=listed(tuple(map(plain, reading.unknown)), 5),
        unknown_count=len(reading.unknown),
        quarantined=listed(tuple(map(plain, reading.quarantined)), 5),
        quarantined_count=len(reading.quarantined),
        damaged=listed(tuple(map(plain, reading.damaged)), 5),
        damaged_count=len(reading.damaged),
        read_on=spans.day(reading.read_at, reader.zone),
        data_version=spans.span(reading.data_version, None),
        data_read=spans.span(reading.data_from, reading.data_version),
        data_span=spans.span(reading.data_since, reading.data_version),
    )


def show_reader(reader: Addressee, reason: str) -> ReaderView:
    """Show whom a message is for, and why: `watches`, `operator` or `test`."""
    return ReaderView(
        name=plain(reader.name),
        watches=listed(tuple(f"“{plain(watch)}”" for watch in reader.watches)),
        watch_count=len(reader.watches),
        stop=plain(reader.stop or ""),
        next_digest=spans.coming(reader.next_digest, reader.zone),
        reason=reason,
        levels_url=f"{reader.pages}/index.html#levels" if reader.pages else "",
    )


def show_welcome(welcome: Welcome) -> WelcomeView:
    """Show a welcome."""
    trials, more = show_trials(welcome.trials, welcome.reader)
    if more:  # of their own trials those that recruit, of those in searches the newest
        own = _open_first([trial for trial in welcome.trials if not trial.in_search])[:_GREETED_OF_MANY]
        found = [trial for trial in welcome.trials if trial.in_search][:_GREETED_OF_MANY]
        trials = tuple(_trial(trial, welcome.reader.pages) for trial in (*own, *found))
        more = len(welcome.trials) - len(trials)
    statuses: dict[str, int] = {}
    for trial in welcome.trials:
        status = lower_first(plain(trial.status or "without a status"))
        statuses[status] = statuses.get(status, 0) + 1
    return WelcomeView(
        reading=show_reading(welcome.reading, welcome.reader),
        trials=trials,
        more=more,
        searches=tuple(
            SearchView(watch=plain(one.watch), described=cut(plain(one.described), _MOST_DESCRIBED), count=one.count)
            for one in welcome.searches
        ),
        has_own=any(not trial.in_search for trial in welcome.trials),
        statuses=_tally(statuses) if len(welcome.trials) >= _TALLIED_FROM else "",
        pages_url=f"{welcome.reader.pages}/" if welcome.reader.pages else "",
    )


def show_trials(trials: Sequence[WelcomedTrial], reader: Addressee) -> tuple[tuple[TrialView, ...], int]:
    """Show these trials, of many those that recruit or are about to before the others, and count those left out."""
    shown = trials if len(trials) <= MOST_GREETED else _open_first(trials)[:_GREETED_OF_MANY]
    return tuple(_trial(trial, reader.pages) for trial in shown), len(trials) - len(shown)


def _open_first(trials: Sequence[WelcomedTrial]) -> list[WelcomedTrial]:
    return sorted(trials, key=lambda trial: _OPEN_FIRST.get(trial.status or "", len(_OPEN_FIRST)))


def _trial(trial: WelcomedTrial, pages: str | None) -> TrialView:
    nct_id, name = plain(trial.nct_id), cut(plain(trial.short_name), MOST_NAME)
    return TrialView(
        nct_id=nct_id,
        name=name,
        name_beside_id=without_id(name, nct_id),
        status=plain(trial.status or ""),
        url=RECORD_URL.format(nct_id),
        page_url=page_of(nct_id, pages),
    )


def _tally(numbers: Mapping[str, int]) -> str:
    most_first = sorted(numbers.items(), key=lambda item: -item[1])
    return "; ".join(count(number, name, name) for name, number in most_first)


def show_heartbeat(heartbeat: Heartbeat) -> HeartbeatView:
    """Show a heartbeat."""
    added, more = show_trials(heartbeat.added, heartbeat.reader)
    return HeartbeatView(
        reading=show_reading(heartbeat.reading, heartbeat.reader),
        period=plain(heartbeat.period),
        added=added,
        added_more=more,
    )


def show_notice(notice: Notice) -> NoticeView:
    """Show a fault or its end."""
    zone = notice.reader.zone
    return NoticeView(
        part=plain(notice.part),
        title=plain(notice.title),
        what=plain(notice.what),
        since=spans.moment(notice.since, zone) if notice.since is not None else "",
        until=spans.moment(notice.at, zone) if notice.is_over else "",
        meaning=plain(notice.meaning),
        advice=plain(notice.advice),
        more=plain(notice.more),
    )
