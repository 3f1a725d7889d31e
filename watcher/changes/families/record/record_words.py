"""Words for a record as a whole: merged, gone, back; for its update dates; for what the registry rewrote."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Phrase
from watcher.changes.wording import values
from watcher.changes.wording.build import names, text, worded
from watcher.study.read import as_list

_LONGEST_FIELD = 300
_WHAT = {"geoPoint": "map positions", "country": "country names"}


def say(change: Change) -> Phrase | None:
    """Word a change of the families `record`, `admin` and `registry`."""
    family = change.kind.partition(".")[0]
    if family == "admin":
        return _admin(change)
    return _registry(change) if family == "registry" else _record(change)


def _record(change: Change) -> Phrase:
    facts = change.facts
    if change.kind.startswith("record.part_"):
        return _part(change)
    was, now = (side if isinstance(side, str) else "" for side in (change.before, change.after))
    said = {
        "record.merged": f"the record {was} was merged into {now}, which is watched from now on",
        "record.gone": "the registry no longer serves this record" + _since(facts.get("last_seen"), "last seen in"),
        "record.returned": _returned(change),
        "record.baseline": "first version of this record kept" + _gap(facts.get("gap_since")),
    }.get(change.kind, "the record changed as a whole")
    return worded(change, "Record", said)


def _returned(change: Change) -> str:
    if split_from := text(change.facts, "split_from"):
        return f"the registry split this record off from {split_from}, into which it was merged before"
    return "the registry serves this record again" + _since(change.facts.get("gone_since"), "gone since")


def _part(change: Change) -> Phrase:
    """Describe that the record lost or got a whole part, with what it holds by number and name."""
    what, had = text(change.facts, "held"), values.listed(_held(change.facts.get("counts")))
    items = names(change.facts) or _fields(text(change.facts, "module"), change.facts.get("fields"))
    label, nothing = values.capitalised(what), "none in the record"
    if change.kind == "record.part_added":
        said = f"the record now has {had or what}; before, it had none"
        return worded(change, label, said, was=nothing if had else None, now=had or None, items=items)
    if had == f"{len(items)} {what}":
        had = f"{len(items)}"  # "no longer has any arms; before, it had 3"
    said = f"the record no longer has any {what}{f'; before, it had {had}' if had else ''}"
    return worded(change, label, said, was=had or None, now=nothing if had else None, items=items)


def _held(counts: Json) -> list[str]:
    """Return what a part holds by number: `3 arms`."""
    return [
        values.counted(count, noun)
        for pair in as_list(counts)
        if len(as_list(pair)) == 2
        for count, noun in [as_list(pair)]
        if isinstance(count, int) and isinstance(noun, str)
    ]


def _fields(module: str, value: Json) -> tuple[str, ...]:
    """Return the values of a part without lists, each with its name: `Minimum age: 18 years`."""
    from watcher.changes.fields.catalogue import lookup  # the catalogue is made of the families

    if not isinstance(value, Mapping):
        return ()
    rows = {name: lookup(("protocolSection", module, name)) for name in value}
    labels = {name: row.label if row else values.capitalised(values.words(name)) for name, row in rows.items()}
    return tuple(f"{labels[name]}: {values.show(part, _LONGEST_FIELD)}" for name, part in value.items())


def _gap(since: Json) -> str:
    if not isinstance(since, str):
        return ""
    return f" after a gap in watching; what changed since the data of {values.date(since)} was not compared"


def _since(value: Json, said: str) -> str:
    return f", {said} the data of {values.date(value)}" if isinstance(value, str) else ""


def _admin(change: Change) -> Phrase:
    verified = text(change.facts, "verified")
    said = {
        "admin.verified": f"re-verified in {values.date(verified)} without other news" if verified else "re-verified",
        "admin.touched": "updated without any visible difference but the dates of the update",
    }.get(change.kind, "dates of updates and postings moved")
    return worded(change, "Record dates", said)


def _registry(change: Change) -> Phrase | None:
    if "was_kind" not in change.facts:
        return None
    what = text(change.facts, "what")
    named = _WHAT.get(what, values.words(what) if what else "details")
    return worded(change, "Registry", f"the registry rewrote {named} in many records at once")
