"""Words for results: posted, edited, submitted, returned, delayed, due."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.fact_shapes import ResultFacts, facts_of
from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, edited, text, worded

_LABEL = "Results"


def say(change: Change) -> Phrase:
    """Word a change of the family `results`."""
    facts = facts_of(change, ResultFacts)
    sections = values.listed(all_named(facts.sections), 6)
    day = values.date(facts.date)
    if change.kind == "results.posted":
        if change.verb is Verb.REMOVED:
            return worded(change, _LABEL, "results are no longer posted")
        on = f" on {values.date(facts.posted)}" if facts.posted else ""
        return worded(change, _LABEL, f"results posted{on}", sections, now="posted")
    if change.kind == "results.updated":
        return _updated(change, sections)
    if change.kind == "results.delay_certified":
        how = {None: "dated", True: "posted on", False: "submitted on"}[facts.is_posted]
        said = "a delay of the results was certified" + (f", {how} {day}" if day else "")
        return worded(change, _LABEL, said)
    if change.kind in ("results.due_soon", "results.overdue"):
        return _due(change)
    return _submission(change, day)


def _updated(change: Change, sections: str) -> Phrase:
    """Name the sections that differ, and the numbers in them, was → now, where they are few."""
    facts, shifts = facts_of(change, ResultFacts), number_shifts(change)
    said = f"posted results edited in {sections}" if sections else "posted results edited"
    hidden = (facts.numbers_count or 0) - len(shifts)
    if hidden > 0:
        shifts.append(f"and {values.counted(hidden, 'more number')}")
    if shifts or not all_named(facts.fields):
        return worded(change, _LABEL, said, "; ".join(shifts), items=shifts)
    fields = values.listed([values.words(key) for key in all_named(facts.fields)], 3, None)
    if not facts.now:
        return worded(change, _LABEL, said, fields)
    marks, was, now = edited(facts.was, facts.now)
    return worded(change, _LABEL, said, f"{fields} now “{now}”, before “{was}”", was=was, now=now, marks=marks)


def number_shifts(change: Change) -> list[str]:
    """Return the differing numbers of posted results: `deaths in “Placebo” 0 → 3`."""
    listed = change.facts.get("numbers")
    return [_shift(one) for one in listed if isinstance(one, Mapping)] if isinstance(listed, list | tuple) else []


def _shift(one: Mapping[str, Json]) -> str:
    of = f" in “{values.short(values.plain(text(one, 'of')), 60)}”" if text(one, "of") else ""
    was, now = (
        "not given" if side is None else values.short(values.plain(str(side)), 40)
        for side in (one.get("was"), one.get("now"))
    )
    return f"{text(one, 'name')}{of} {was} → {now}"


def _submission(change: Change, day: str) -> Phrase:
    event = facts_of(change, ResultFacts).event
    on = f" on {day}" if day else ""
    said = {
        "RELEASE": f"results submitted to the registry{on}, not posted yet",
        "RESET": f"submitted results returned to the sponsor{on} after quality control, not posted yet",
        "UNRELEASE": f"submitted results taken back by the sponsor{on}, not posted",
    }.get(event)
    if said is None:
        if day:
            return worded(change, _LABEL, "submitted results", f"another step{on}", now=day)
        said = "the registry’s notes on the submission of results edited"
    return worded(change, _LABEL, said, now=day or None)


def _due(change: Change) -> Phrase:
    facts = facts_of(change, ResultFacts)
    due, completed = values.date(facts.due), values.date(facts.completed)
    is_bound = facts.applicable
    since = f"a year after the primary completion of {completed}"
    if change.kind == "results.due_soon":
        said = f"results {'are' if is_bound else 'would be'} due by {due}, {since}"
    elif is_bound:
        said = f"results were due by {due}, {since}, and are not posted"
    else:
        said = f"results would have been due by {due}, {since}, and are not posted"
    by_flags = "" if is_bound else "; its own flags do not mark it as bound by law to post them"
    return worded(change, _LABEL, said + by_flags, now=due or None)
