"""Tells the operator what fails and what it means: settles the fault table at the end of a run.

A notice and the row it follows from are stored in one transaction, so that each is told once. Does not find faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from watcher.config.model import RecipientConfig
from watcher.errors import WatcherError
from watcher.service.channels import lines_of
from watcher.service.faults import Tell, Transition, advance, line
from watcher.service.parts import REGISTRY_PART, WATCHLIST_PART, Parts, Signals
from watcher.store.telling import NewMessage

log = structlog.get_logger()

_MEANING = (
    (
        REGISTRY_PART,
        "Nothing new is read until the registry answers; what was read before stays, and nothing is told as changed. "
        "Readers get no news of their trials meanwhile, and no message about this.",
        "Usually it passes by itself. If it lasts, run `watcher doctor`: it says which way to the registry is open.",
    ),
    (
        WATCHLIST_PART,
        "The lines named are not watched; all other trials are.",
        "Correct the lines; the next poll reads the file again.",
    ),
    (
        "record ",
        "This trial's new state is kept aside and told to nobody until the registry shows the same in its next data "
        "version, or something sound again.",
        "Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
    ),
    (
        "template ",
        "The built-in template stands in; readers get their messages.",
        "Correct the template of yours, or remove it.",
    ),
    (
        "digest for ",
        "This reader gets nothing until it is mended; nothing is lost.",
        "See the log; report it if it stays.",
    ),
    (
        "message ",
        "This one message will not be sent again by itself.",
        "See it with `watcher outbox list`; send it again with `watcher outbox retry`, or let it go with `drop`.",
    ),
    (
        "",
        "Messages by this way wait and are not lost; other recipients are not touched.",
        "Mend the address, the log-in or the relay; a changed setting is tried at once, or use `watcher outbox retry`.",
    ),
)
"""Beginning of a part's name → what its failing means for readers, and what to do; the first that fits."""


def settle(parts: Parts, signals: Signals, now: datetime) -> tuple[str, ...]:
    """Bring the fault table up to date with what a run heard, and put the operator's notices into the outbox.

    Returns:
        What a one-shot run prints: a line per fault that is new, due for its daily reminder, or over; by part.
    """
    said: list[str] = []
    for part, failing in sorted(signals.heard.items()):
        transition = advance(parts.store.faults.get(part), part, failing, now)
        if transition is None:
            continue
        parts.store.faults.put(transition.fault, messages=_notices(parts, transition, now), now=now)
        if (text := line(transition)) is not None:
            said.append(text)
            event = log.info if transition.tell is Tell.OVER else log.warning
            event("fault", part=part, state=transition.fault.state.value, message=transition.fault.message)
    return tuple(said)


def _notices(parts: Parts, transition: Transition, now: datetime) -> Sequence[NewMessage]:
    if transition.tell not in (Tell.NEW, Tell.OVER):
        return ()
    operator = _operator(parts)
    if operator is None:
        return ()
    from watcher.digests.model import Notice
    from watcher.service.telling import compose_messages, reader_of

    fault = transition.fault
    is_over = transition.tell is Tell.OVER
    meaning, advice = next((means, do) for start, means, do in _MEANING if fault.part.startswith(start))
    notice = Notice(
        reader=reader_of(parts, operator, now),
        part=fault.part,
        what=fault.message,
        since=fault.since,
        meaning="It works again; what waited is on its way." if is_over else meaning,
        advice="" if is_over else advice,
        more="watcher status",
        is_over=is_over,
        key=f"fault-{fault.part}-{fault.since.isoformat()}-{transition.fault.state.value}",
        at=now,
    )
    messages: list[NewMessage] = []
    for way in lines_of(operator):
        if way.key == fault.part:
            continue  # the way that fails is not the way to say so
        try:
            messages += compose_messages(parts, notice, way, Signals())
        except WatcherError as error:
            log.exception("notice_failed", part=fault.part, reason=str(error))
    return messages


def _operator(parts: Parts) -> RecipientConfig | None:
    name = parts.loaded.config.operator.recipient
    return next((recipient for recipient in parts.loaded.config.recipient if recipient.name == name), None)
