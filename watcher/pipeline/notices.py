"""Settle the fault table at the end of a run, and notify the operator of what fails and what it means.

A notice and the row it follows from are stored in one transaction, so that each is sent once. Finds no faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from watcher.changes.wording import values
from watcher.config.config_model import RecipientConfig
from watcher.context import FaultReport, RunContext
from watcher.digests.model import Notice
from watcher.errors import WatcherError
from watcher.pipeline.destinations import Destination, destinations_of, part_of
from watcher.pipeline.fault_kinds import sentence, title, words_of
from watcher.pipeline.fault_states import Announcement, Transition, advance, report_line
from watcher.store.delivery_model import NewMessage

log = structlog.get_logger()


def settle(context: RunContext, faults: FaultReport, now: datetime) -> tuple[str, ...]:
    """Update the fault table from the report of a run, and put the operator's notices into the outbox.

    Returns:
        What a one-shot run prints: a line per fault that is new, due for its daily reminder, or over; by part.
    """
    said: list[str] = []
    for part, failing in sorted(faults.by_part.items()):
        transition = advance(context.store.faults.get(part), part, failing, now, faults.grade(part))
        if transition is None:
            continue
        if part in faults.replaced and transition.announcement is Announcement.OVER:
            transition = replace(transition, announcement=None)
        context.store.faults.put(transition.fault, messages=_notices(context, transition, now), now=now)
        if (text := report_line(transition)) is not None:
            said.append(text)
            event = log.info if transition.announcement is Announcement.OVER else log.warning
            event("fault", part=part, state=transition.fault.state.value, message=transition.fault.message)
    return tuple(said)


def notify_reformatted(context: RunContext, families: Sequence[str], token: str, now: datetime) -> None:
    """Notify the operator once that the registry reformatted many records; recipients are not told.

    Args:
        context: What the run works with.
        families: The field families concerned, as API paths.
        token: The registry's token at which it was seen.
        now: The time.
    """
    from watcher.pipeline.compose_messages import addressee_of

    operator = _operator(context)
    if operator is None:
        return
    day = values.date(token[:10])
    notice = Notice(
        reader=addressee_of(context, operator, now),
        part="registry format",
        title="Reformatted by the registry",
        what=f"In its data of {day} the registry changed many records at once, without their sponsors: "
        f"{', '.join(families)}.",
        since=None,
        meaning="Recipients are not told, for no trial changed. Every difference is kept in the log as noise.",
        advice="Nothing. If you want to be sure, look up one of the trials.",
        more="Run `watcher log --since 2d --severity noise` where the watcher runs.",
        key=f"reformatted-{token}",
        at=now,
    )
    context.store.outbox.add(_composed(context, notice, destinations_of(operator)), now)


def _notices(context: RunContext, transition: Transition, now: datetime) -> Sequence[NewMessage]:
    if transition.announcement not in (Announcement.NEW, Announcement.WORSE, Announcement.OVER):
        return ()
    operator = _operator(context)
    if operator is None:
        return ()
    from watcher.pipeline.compose_messages import addressee_of  # most runs compose nothing

    fault = transition.fault
    is_over = transition.announcement is Announcement.OVER
    words = words_of(fault)
    notice = Notice(
        reader=addressee_of(context, operator, now),
        part=fault.part,
        title=title(fault, is_over=is_over, is_worse=transition.announcement is Announcement.WORSE),
        what=sentence(fault, is_over=is_over),
        since=fault.since,
        meaning=words.after if is_over else words.meaning,
        advice="" if is_over else words.advice,
        more="Run `watcher status` where the watcher runs.",
        is_over=is_over,
        key=f"fault-{fault.part}-{fault.since.isoformat()}-{fault.grade.value}-{fault.state.value}",
        at=now,
    )
    # the way that fails is not the way to say so
    destinations = [
        destination
        for destination in destinations_of(operator)
        if fault.part not in (destination.key, part_of(destination.key, operator.name))
    ]
    return _composed(context, notice, destinations)


def _composed(context: RunContext, notice: Notice, destinations: Sequence[Destination]) -> tuple[NewMessage, ...]:
    from watcher.pipeline.compose_messages import compose_messages

    messages: list[NewMessage] = []
    for destination in destinations:
        try:
            messages += compose_messages(context, notice, destination, FaultReport())
        except WatcherError as error:
            log.exception("notice_failed", part=notice.part, reason=str(error))
    return tuple(messages)


def _operator(context: RunContext) -> RecipientConfig | None:
    name = context.loaded.config.operator.recipient
    return next((recipient for recipient in context.loaded.config.recipient if recipient.name == name), None)
