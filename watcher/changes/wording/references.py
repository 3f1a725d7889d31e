"""Words for publications and links."""

from __future__ import annotations

from watcher.changes.model import Change, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import named, names, number, some, text, worded

_TYPES = {
    "RESULT": "results publication",
    "DERIVED": "publication that names the trial",
    "BACKGROUND": "background reference",
}
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the families `reference` and `link`.

    Args:
        change: One item or several of a sort, with the facts of `meaning.references`.

    Returns:
        Its words.
    """
    return _link(change) if change.kind.startswith("link.") else _reference(change)


def _kind(type_: str) -> str:
    return _TYPES.get(type_, "reference")


def _plural(kind: str) -> str:
    return "publications that name the trial" if kind == _TYPES["DERIVED"] else f"{kind}s"


def _reference(change: Change) -> Phrase:
    label, facts = "References", change.facts
    count, cited = number(facts, "count"), text(facts, "name")
    kind = _kind(text(facts, "type"))
    if "what" in facts:
        return _changed(change, count, cited, kind)
    done = _DONE.get(change.verb, "changed")
    if count:
        return worded(change, label, f"{values.counted(count, kind, _plural(kind))} {done}", items=names(facts))
    return worded(change, label, f"{kind} {done}: {values.quoted(cited, 220)}", items=())


def _changed(change: Change, count: int, cited: str, kind: str) -> Phrase:
    label, what = "References", text(change.facts, "what")
    which = values.counted(count, "reference") if count else f"reference {values.quoted(cited, 120)}"
    if what == "type":
        was, now = (_kind(text(change.facts, key)) for key in ("was", "now"))
        was, now = (_plural(was), _plural(now)) if count else (was, now)
        return worded(change, label, f"{which} now listed as {now}, before as {was}", was=was, now=now)
    if what in ("notice", "erratum"):
        notice = text(change.facts, "notice")
        lead = "retraction or expression of concern" if what == "notice" else "erratum"
        said = f"{lead} noted for {which}"
        return worded(change, label, said, quote=named(notice) if notice else None)
    return worded(change, label, f"citation of {which} edited")


def _link(change: Change) -> Phrase:
    count, facts = number(change.facts, "count"), change.facts
    what = "plain-language summary" if facts.get("plain_language") is True else "link"
    plural = "plain-language summaries" if what.startswith("plain") else "links"
    done = _DONE.get(change.verb, "edited")
    if count:
        return worded(change, "Links", f"{values.counted(count, what, plural)} {done}: {some(count, names(facts))}")
    return worded(change, "Links", f"{what} {done}: {named(text(facts, 'name'))}")
