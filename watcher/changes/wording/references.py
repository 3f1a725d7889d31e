"""Words for publications and links."""

from __future__ import annotations

import re

from watcher.changes.model import Change, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import named, names, number, some, text, worded

_TYPES = {
    "RESULT": "results publication",
    "DERIVED": "publication that names the trial",
    "BACKGROUND": "background reference",
}
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}
_PARTS = re.compile(r"(?P<authors>[^.]+)\.\s++(?P<title>.+?[.?!])\s+(?P<source>.+)", re.DOTALL)
_AUTHOR = re.compile(r"\w[^\d,;.]* [A-Z]{1,4}(?: (?:Jr|Sr|2nd|3rd))?")
_LONGEST = 220
_LONGEST_TITLE = 200
_LONGEST_SOURCE = 60
_FEW = 2


def say(change: Change) -> Phrase:
    """Word a change of the families `reference` and `link`.

    Args:
        change: One item or several of a sort, with the facts of `meaning.references`.

    Returns:
        Its words.
    """
    return _link(change) if change.kind.startswith("link.") else _reference(change)


def title_of(citation: str) -> str | None:
    """Return a publication's title out of a citation in PubMed's form, without its full stop.

    None for any other form.
    """
    parts = _cited(citation)
    return parts[1] if parts is not None else None


def has_notice(change: Change) -> bool:
    """Return whether a change says that a publication was retracted or is under an expression of concern."""
    return change.kind == "reference.changed" and text(change.facts, "what") == "notice"


def notice_of(change: Change) -> str:
    """Return what a notice says: `Expression of concern`, `Retraction`, or both words where its text is not kept."""
    notice = text(change.facts, "notice").casefold()
    if change.facts.get("is_retracted") is True:
        return "Retraction"
    if not notice:
        return "Retraction or expression of concern"
    return "Expression of concern" if "concern" in notice else "Retraction"


def cite(citation: str) -> str:
    """Cite a publication so that its title is seen: `Dummer R et al. Adjuvant … . Lancet Oncol. 2026 Feb 13`.

    Args:
        citation: As the registry spells it; in PubMed's form up to forty authors stand before the title.

    Returns:
        First author, title, journal and day of a long one; a short one, and one of another form, as it is, cut.
    """
    whole = values.plain(citation)
    parts = _cited(citation)
    if parts is None or len(whole) <= _LONGEST:
        return values.short(whole, _LONGEST)
    authors, title, source = parts
    names_ = re.split(r"[,;] ", authors)
    who = authors if len(names_) <= _FEW else f"{names_[0]} et al"
    ending = "" if title.endswith(("?", "!", "…")) else "."
    return f"{who}. {title}{ending} {source}"


def _cited(citation: str) -> tuple[str, str, str] | None:
    found = _PARTS.fullmatch(values.plain(citation))
    if found is None or not _AUTHOR.fullmatch(re.split(r"[,;] ", found["authors"])[0]):
        return None
    source = re.split(r"[;:]", found["source"], maxsplit=1)[0].rstrip(".")
    title = values.short(found["title"].removesuffix("."), _LONGEST_TITLE)
    return found["authors"], title, values.short(source, _LONGEST_SOURCE)


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
        return worded(change, label, f"{values.counted(count, kind, _plural(kind))} {done}", items=_each(change))
    return worded(change, label, f"{kind} {done}: “{cite(cited)}”", items=())


def _changed(change: Change, count: int, cited: str, kind: str) -> Phrase:
    label, what = "References", text(change.facts, "what")
    which = values.counted(count, "reference") if count else f"reference “{cite(cited)}”"
    if what == "type":
        was, now = (_kind(text(change.facts, key)) for key in ("was", "now"))
        was, now = (_plural(was), _plural(now)) if count else (was, now)
        return worded(change, label, f"{which} now listed as {now}, before as {was}", was=was, now=now)
    if what in ("notice", "erratum"):
        notice = text(change.facts, "notice")
        lead = notice_of(change).lower() if what == "notice" else "erratum"
        return worded(change, label, f"{lead} noted for {which}" + (f": “{named(notice)}”" if notice else ""))
    return worded(change, label, f"citation of {which} edited")


def _each(change: Change) -> list[str]:
    found = change.facts.get("names")
    return [cite(one) for one in found if isinstance(one, str) and one] if isinstance(found, list | tuple) else []


def _link(change: Change) -> Phrase:
    count, facts = number(change.facts, "count"), change.facts
    what = "plain-language summary" if facts.get("plain_language") is True else "link"
    plural = "plain-language summaries" if what.startswith("plain") else "links"
    done = _DONE.get(change.verb, "edited")
    if count:
        return worded(change, "Links", f"{values.counted(count, what, plural)} {done}: {some(count, names(facts))}")
    return worded(change, "Links", f"{what} {done}: {named(text(facts, 'name'))}")
