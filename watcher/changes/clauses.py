"""Clauses a headline is made of: one per topic of a story, with the few words that stand for it in a summary.

Each says the topic's changes as one fact; which topics a headline names is decided in `headline`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watcher.changes.fact_shapes import DateFacts, EnrollmentFacts, StatusFacts, facts_of
from watcher.changes.model import Change, Mark, MarkKind, Origin, Phrase
from watcher.changes.word_diff import diff, shorten, side
from watcher.changes.wording import values
from watcher.changes.wording.build import names
from watcher.changes.wording.say import phrase
from watcher.changes.wording.sizes import lag

LONGEST_CLAUSE = 110
"""As many characters one clause of a headline has at most."""

_SHORT_REASON = 40
_LONG_REASON = 75
_LONGEST_VALUE = 60
_LONGEST_MEMBER = 32
_MOST_BARE_WORDS = 4
_LEAD_WORDS = 2
_VALUE_WIDTHS = (60, 45, 30)


@dataclass(frozen=True, slots=True)
class Clause:
    """One fact of a headline.

    Attributes:
        text: The clause, capitalised, without a full stop.
        tag: Two to four words that stand for it.
        is_full: Whether it holds two clauses already, so that nothing is added to it.
        brief: The clause in fewer words, where another one stands beside it; empty when there are none.
    """

    text: str
    tag: str
    is_full: bool = False
    brief: str = ""


_PLAIN_TAGS = {"status.changed": "Status changed"}


def status_clause(status: Change, final: Change | None) -> Clause:
    """Describe a change of status.

    Args:
        status: A change of the family `status` or `why_stopped`.
        final: The change that gives the number of participants reached, told as one with it; or None.

    Returns:
        The clause: `Terminated with 99 of 263 planned participants (38 %)`.
    """
    now = values.enum(status.after) if isinstance(status.after, str) else "No status"
    was = values.enum(status.before) if isinstance(status.before, str) else "without a status"
    match status.kind:
        case "status.stopped":
            short = now + _with_final(final) + _short_reason(status)
            return Clause(short + (_cut_reason(status) if short == now else ""), now, brief=short)
        case "status.opened":
            return _opened(status, now)
        case "status.closed_to_enrollment" | "status.completed":
            said = "Completed" if status.kind == "status.completed" else "Closed to enrollment"
            return Clause(f"{said}{_with_final(final) or _with_enrolled(status)}", said)
        case "status.unknown":
            return _unknown(status, was)
        case "status.unknown_cleared":
            return Clause(f"Status known again: {now} (was {was})", "Status known again")
        case "status.resumed":
            return _resumed(status, now, was)
        case "status.expanded_access":
            return Clause(f"{now} (was {was})", now)
    return plain_clause(status, _PLAIN_TAGS.get(status.kind, "Stop reason changed"))


def enrollment_clause(change: Change, *, with_slip: bool) -> Clause:
    """Describe a change of the number of participants; `with_slip` when a later primary completion is told with it."""
    facts = facts_of(change, EnrollmentFacts)
    old, new = facts.old, facts.new
    if old is None or new is None or old == new:
        return plain_clause(change, "Enrollment changed")
    in_brackets = f" ({facts.percent})" if facts.percent else ""
    if change.kind == "enrollment.final":
        return Clause(f"Final enrollment{_of_target(facts)}", f"{values.number(new)} of {values.number(old)} enrolled")
    if facts.is_taken_back:
        text = f"Enrollment planned again: {values.counted(new, 'participant')}, after an actual count of {old:,}"
        return Clause(text, f"{values.number(new)} planned again")
    if "untyped" in (facts.old_type, facts.new_type):
        return Clause(values.without_end(phrase(change).sentence), "Enrollment changed")
    if change.kind == "enrollment.target" and facts.new_type != "actual":
        people = values.counted(new, "participant")
        if new > old and with_slip:
            text = f"Expanded from {values.number(old)} to {people}"
            return Clause(text, f"Expanded to {values.number(new)}")
        verb = "cut" if new < old else "raised"
        text = f"Target {verb} from {values.number(old)} to {values.number(new)}{in_brackets}"
        return Clause(text, f"{values.capitalised(verb)} to {people}")
    text = f"Actual enrollment corrected from {values.number(old)} to {values.number(new)}{in_brackets}"
    return Clause(text, "Enrollment corrected")


def date_clause(changes: Sequence[Change], *, leads: bool) -> Clause:
    """Describe moved dates; the loudest of them, with those that move alike.

    Args:
        changes: Changes of the family `date`, most important first.
        leads: Whether it opens the headline and so gives the new date as well.
    """
    change = changes[0]
    facts = facts_of(change, DateFacts)
    said, day = facts.said, values.date(facts.new)
    name, tag = _date_name(change, facts)
    if change.kind == "date.start.actual":
        behind = lag(facts)
        late = f", posted {behind}" if behind else ""
        return Clause(f"Start given as actual: {day}{late}", "Start date actual", is_full=bool(behind))
    if change.kind.endswith(".actual"):
        text = f"{name} given as actual: {day}" if leads else f"{name} given as actual"
        return Clause(text, f"{tag} actual")
    if not said:
        return plain_clause(change, f"{tag} changed")
    if change.kind.endswith(".corrected"):
        name, tag = f"Actual {name[0].lower()}{name[1:]}", f"{tag} corrected"
    else:
        tag = f"{tag} {'later' if said.endswith('later') else 'earlier'}"
    return Clause(f"{name} {said}" + (f", now {day}" if leads else ""), tag)


def plain_clause(change: Change, tag: str) -> Clause:
    """Describe one change by its own sentence when that is short, else by its label and what happened to it."""
    words = phrase(change)
    sentence = values.without_end(words.sentence)
    if len(sentence) <= LONGEST_CLAUSE:
        return Clause(sentence, tag)
    if change.kind.startswith("violation."):
        return Clause(sentence.partition(": “")[0], tag)
    said = came_and_went(change, words.label) or was_now(words) or _one_side(words)
    return Clause(said or f"{words.label} {'reworded' if words.marks else str(change.verb)}", tag)


def came_and_went(change: Change, label: str, came: str = "added", went: str = "removed") -> str:
    """Describe the names that came to a list or left it, the first of each cut and the rest counted; else nothing."""
    told = ((came, names(change.facts, "gained")), (went, names(change.facts, "lost")))
    pieces = [
        f"{done} {values.listed([values.short(found[0], _LONGEST_MEMBER), *found[1:]], 1, len(found))}"
        for done, found in told
        if found
    ]
    return f"{label}: {'; '.join(pieces)}" if pieces else ""


def was_now(words: Phrase) -> str:
    """Return both values of a long change, cut near what differs; empty when they cannot be told apart so short."""
    if not words.was or not words.now:
        return ""
    return near_change(words.label, words.marks or diff(words.was.strip("“”"), words.now.strip("“”")))


_CHANGED = (MarkKind.REMOVED, MarkKind.ADDED)


def near_change(label: str, marks: Sequence[Mark]) -> str:
    """Describe both sides of a text, cut so that every word that differs is seen; else the words that came or went.

    Returns:
        `Title: “… with drug A” → “… with drug B”`, `Title: “of adults” added`; empty when it cannot be said so short.
    """
    for most in _VALUE_WIDTHS:
        near = shorten(marks, limit=most, around=most // 3)
        was, now = (side(near, kind).strip().rstrip(".;, ") for kind in _CHANGED)
        if (said := _shift(label, was, now)) and set(_changed(near, *_CHANGED)) == set(_changed(marks, *_CHANGED)):
            return said
    kinds = {mark.kind for mark in marks if mark.kind in _CHANGED}
    if len(kinds) == 1:
        return f"{label}: “{_ellipsis(_changed(marks, *kinds), _LONGEST_VALUE)}” {kinds.pop().value}"
    sides = [_ellipsis(_changed(marks, kind), _VALUE_WIDTHS[-1]) for kind in _CHANGED]
    return _led(label, marks, sides) or _shift(label, *sides)


def _led(label: str, marks: Sequence[Mark], sides: Sequence[str]) -> str:
    """Return both sides with the words before the first difference; empty without such words."""
    lead = " ".join(marks[0].text.split()[-_LEAD_WORDS:]) if marks and marks[0].kind is MarkKind.SAME else ""
    led = [f"… {lead}{'' if side_[:1] in ',;' else ' '}{side_}" for side_ in sides if lead and side_]
    return _shift(label, *led) if len(led) == len(sides) else ""


def _changed(marks: Sequence[Mark], *kinds: MarkKind) -> list[str]:
    return [mark.text for mark in marks if mark.kind in kinds]


def _ellipsis(texts: Sequence[str], most: int) -> str:
    return values.short(" … ".join(text.strip().rstrip(" .;,") for text in texts), most)


def _shift(label: str, was: str, now: str) -> str:
    """Return both sides quoted; empty when one is empty, when they are the same, or when it is too long."""
    said = f"{label}: “{was}” → “{now}”"
    return said if was and now and was != now and len(said) <= LONGEST_CLAUSE else ""


def _one_side(words: Phrase) -> str:
    """Return the beginning of a long value that came or went; empty when there is none."""
    if words.now and not words.was:
        return f"{words.label} now given: {_shown(words.now)}"
    if words.was and not words.now:
        return f"{words.label} no longer given; it was {_shown(words.was)}"
    return ""


def _shown(value: str) -> str:
    """Return the beginning of a value, in quotation marks where it is a text of several words."""
    short = values.short(value.strip("“”"), _LONGEST_VALUE)
    return f"“{short}”" if len(short.split()) > _MOST_BARE_WORDS else short


def _opened(status: Change, now: str) -> Clause:
    text = "Now recruiting" if status.after == "RECRUITING" else f"Now {now[0].lower()}{now[1:]}"
    tag = text if status.after == "RECRUITING" else "By invitation now"
    facts = facts_of(status, StatusFacts)
    behind = lag(facts)
    if facts.start and facts.start_type == "ACTUAL":
        text += f" since {values.date(facts.start)}"
        if behind:
            return Clause(f"{text}, posted {behind}", tag, is_full=True)
    recruiting, sites = facts.sites_recruiting, facts.sites
    if recruiting and sites is not None and sites > 1:
        return Clause(f"{text}, at {values.number(recruiting)} of {values.number(sites)} sites", tag, is_full=True)
    return Clause(text, tag)


def _resumed(status: Change, now: str, was: str) -> Clause:
    if status.after == "NOT_YET_RECRUITING":
        return Clause(f"Back to not yet recruiting (was {was})", "Not yet recruiting again")
    if status.after == "ACTIVE_NOT_RECRUITING":
        return Clause(f"Active again, not recruiting (was {was})", "Active again")
    is_step_back = "a step back" in status.rule
    again = f"{now} again" if is_step_back else f"Now {now[0].lower()}{now[1:]}"
    return Clause(f"{again} (was {was})", again if len(again.split()) <= len(["two", "to", "four", "words"]) else now)


def _unknown(status: Change, was: str) -> Clause:
    verified = facts_of(status, StatusFacts).verified
    since = f"no verification since {values.date(verified)}" if verified else ""
    by_registry = "set by the registry, not by the sponsor" if status.origin is Origin.REGISTRY else ""
    why = ": ".join(piece for piece in (by_registry, since) if piece)
    return Clause(f"Status unknown (was {was}{'; ' if why else ''}{why})", "Status unknown", is_full=True)


def _with_final(final: Change | None) -> str:
    facts = facts_of(final, EnrollmentFacts) if final is not None else None
    return "" if facts is None or facts.new is None else f" with{_of_target(facts)}"


def _of_target(final: EnrollmentFacts) -> str:
    old, new = final.old, final.new
    if new is None:
        return ""
    if old is None or not final.share:
        return f" {values.counted(new, 'participant')}"
    count = values.number(new) if new else "none"
    return f" {count} of {values.number(old)} planned participants" + (f" ({final.share} %)" if new else "")


def _with_enrolled(status: Change) -> str:
    facts = facts_of(status, StatusFacts)
    if facts.enrolled is None or facts.enrolled_type != "ACTUAL":
        return ""
    return f" with {values.counted(facts.enrolled, 'participant')}"


def _short_reason(status: Change) -> str:
    reason = facts_of(status, StatusFacts).reason
    if not reason:
        return ", no reason given"
    plain = values.plain(reason).rstrip(".")
    return f", reason: “{plain}”" if len(plain) <= _SHORT_REASON else ""


def _cut_reason(status: Change) -> str:
    """Return the first words of a long reason."""
    reason = facts_of(status, StatusFacts).reason
    return f", reason: “{values.short(values.plain(reason), _LONG_REASON)}”" if reason else ""


def _date_name(change: Change, facts: DateFacts) -> tuple[str, str]:
    if change.kind.startswith("date.start"):
        return "Start", "Start"
    if not change.kind.startswith("date.primary"):
        return "Study completion", "Study completion"
    if facts.start is not None and facts.completion is not None:
        return "Start, primary and study completion", "All dates"
    if facts.are_of(facts.completion):
        return "Primary and study completion", "Completion"
    return "Primary completion", "Primary completion"


def lowered(text: str) -> str:
    """Return a text with a small first letter."""
    return text[:1].lower() + text[1:]
