"""Words for oversight: who watches, violations of the reporting law, data sharing, expanded access."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import edited, text, worded

_VIOLATIONS = {
    "violation.identified": "violation of the reporting law identified",
    "violation.corrected": "violation of the reporting law noted as corrected",
    "violation.penalty": "penalty for a violation of the reporting law imposed",
    "violation.addressed": "issues of a letter on the reporting law noted as addressed",
    "violation.flagged": "violation of the reporting law marked on the record",
}


def say(change: Change) -> Phrase | None:
    """Word a change of the families `oversight`, `violation`, `ipd` and `expanded_access`.

    Args:
        change: A change with the facts of `meaning.oversight`.

    Returns:
        Its words.
    """
    family = change.kind.partition(".")[0]
    if family == "violation":
        return _violation(change)
    if family == "ipd":
        return _sharing(change)
    return _expanded_access(change) if family == "expanded_access" else _flag(change)


_FLAGS: Mapping[str, tuple[str, str]] = {
    "oversight.dmc": (
        "the trial has a data monitoring committee",
        "the trial has no data monitoring committee",
    ),
    "oversight.fda_drug": (
        "the trial studies a drug regulated by the FDA",
        "the trial studies no drug regulated by the FDA",
    ),
    "oversight.fda_device": (
        "the trial studies a device regulated by the FDA",
        "the trial studies no device regulated by the FDA",
    ),
    "oversight.unapproved_device": (
        "the trial studies a device not yet approved or cleared by the FDA",
        "the trial studies no device that still waits for the FDA’s approval or clearance",
    ),
    "oversight.ppsd": (
        "the trial is a pediatric postmarket surveillance of a device",
        "the trial is no pediatric postmarket surveillance of a device",
    ),
    "oversight.us_export": (
        "the product is made in the U.S. and exported from there",
        "the product is not exported from the U.S.",
    ),
}
"""Kind → what the record says when its flag is true, and when it is false."""


def _flag(change: Change) -> Phrase | None:
    said_by = _FLAGS.get(change.kind)
    if said_by is None or not {type(change.before), type(change.after)} <= {bool, type(None)}:
        return None
    yes, no = said_by
    was, now = _yes_or_no(change.before), _yes_or_no(change.after)
    if now is None:
        said = f"the record no longer says whether {yes}; before, it said {was}"
    else:
        before = "" if was is None else "; before, it said the opposite"
        said = f"the record now says that {yes if change.after is True else no}{before}"
    return worded(change, "Oversight", said, was=was, now=now)


def _yes_or_no(value: Json) -> str | None:
    return values.boolean(value) if isinstance(value, bool) else None


def _violation(change: Change) -> Phrase:
    said = _VIOLATIONS.get(change.kind, "notice on the reporting law")
    is_flag_off = change.kind == "violation.flagged" and change.after is not True
    if is_flag_off:
        said = "violation of the reporting law no longer marked on the record"
    elif change.verb is Verb.REMOVED:
        said = f"notice removed from the record: {said}"
    elif change.verb is Verb.CHANGED and change.kind != "violation.flagged":
        said = f"notice on the record edited: {said}"
    posted, notice = text(change.facts, "posted"), text(change.facts, "description")
    said += f" ({values.date(posted)})" if posted else ""
    said += f": “{values.short(values.plain(notice), 300)}”" if notice else ""  # the regulator's words, not a `quote`
    return worded(change, "Violation", said)


def _sharing(change: Change) -> Phrase:
    label = "Data sharing"
    if change.kind == "ipd.available":
        done = {Verb.ADDED: "available", Verb.REMOVED: "no longer available"}.get(
            change.verb, "listed with other details"
        )
        kind = text(change.facts, "name")
        return worded(change, label, f"shared data or documents {done}{f': {values.plain(kind)}' if kind else ''}")
    if change.kind == "ipd.sharing":
        was, now = (
            values.enum(side).lower() if isinstance(side, str) else None for side in (change.before, change.after)
        )
        if was is None:
            said = f"plan to share participants’ data is now stated: {now}"
        elif now is None:
            said = f"plan to share participants’ data is no longer stated; it was {was}"
        else:
            said = f"plan to share participants’ data: now {now}, before {was}"
        return worded(change, label, said, was=was, now=now)
    return _statement(change, label)


def _statement(change: Change, label: str) -> Phrase:
    """Show both sides of one part of the data sharing statement."""
    name = text(change.facts, "field")
    before, after = (side if isinstance(side, str) else _listed(side) for side in (change.before, change.after))
    if not before or not after:
        shown, done = values.short(values.plain(after or before), 300), "added" if after else "removed"
        was, now = (None, shown) if after else (shown, None)
        return worded(change, label, f"{name} {done}: “{shown}”", was=was, now=now)
    marks, was_text, now_text = edited(before, after)
    said = f"{name} edited: now “{now_text}”, before “{was_text}”"
    return worded(change, label, said, was=was_text, now=now_text, marks=marks)


def _listed(value: Json) -> str:
    named = [values.enum(one) for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
    return values.listed(named)


def _expanded_access(change: Change) -> Phrase:
    was, now = change.facts.get("was") is True, change.facts.get("now") is True
    record = text(change.facts, "record")
    of = f" ({record})" if record else ""
    if was != now:
        said = f"expanded access {'is now offered' if now else 'is no longer offered'}{of}"
    elif now:
        said = f"details of the expanded access edited{of}"
    else:
        said = "no expanded access, as before"
    return worded(change, "Expanded access", said, was=_offered(was), now=_offered(now))


def _offered(value: bool) -> str:
    return "offered" if value else "not offered"
