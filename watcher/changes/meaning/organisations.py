"""Whether two names are proved to be one organisation, or one person.

Proof is: equal but for legal form, case, accents and punctuation; one name says it was formerly the other; an acronym
in brackets beside the name it stands for; a renaming the registry's readers know. Shared words prove nothing:
`University of Washington` and `Washington University` are two universities.
"""

from __future__ import annotations

import re
import unicodedata

from watcher.changes.migrations import RENAMED_ORGANISATIONS

_APART = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ł": "l", "Ł": "L", "ı": "i", "đ": "d"})
_WORD = re.compile(r"[^\W_]+")
_SPELT = {"centre": "center", "organisation": "organization", "programme": "program", "and": "&"} | {
    "univ": "university",
    "hosp": "hospital",
    "inst": "institute",
    "ctr": "center",
    "dept": "department",
    "intl": "international",
    "natl": "national",
}
_FORMS = frozenset(
    _WORD.findall(
        "inc incorporated llc ltd limited co company corp corporation gmbh mbh kg kgaa ag sa sas sasu sarl srl spa bv"
        " nv plc ab as aps oy oyj kk lp llp lllp pllc pc pty pvt pte private sl slu sau ev ggmbh eg zrt kft doo ooo sro"
    )
)
"""Legal forms, with their dots and blanks taken out."""

_DOTTED = re.compile(r"\b(?:[A-Za-zÅ][./]\s?){1,4}[A-Za-z]?\b\.?|\b[A-Za-z](?:\s[A-Za-z]){1,3}\.?$")
_OWNED = re.compile(
    r"[,(;–-]\s*(?:now\s+)?(?:an?|the|wholly owned)\s[^,()]*"
    r"\b(?:company|subsidiary|affiliate|business|division)\b[^()]*\)?\s*$",
    re.IGNORECASE,
)
"""An owner named behind the name: `, a Beta Company`, `(a subsidiary of Beta)`."""

_FORMER = re.compile(
    r"[\s,;(\[–-]+(?:formerly|previously|former name|f/?k/?a|ex)\b(?:\s+(?:known\s+)?as|\s+named|\s+called)?"
    r"[\s:.,–-]+(?P<name>[^()\[\]]+)[)\]]?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"^(?P<name>.+?)\s*(?:[(\[](?P<short>[^()\[\]]{2,20})[)\]]|\s[-–]\s(?P<dashed>[A-Z]{2,10}))\s*$")
_LONGEST = 300
"""As many characters of a name are read."""

_SMALL = frozenset(
    {"of", "the", "and", "for", "de", "la", "le", "des", "du", "et", "del", "y", "di", "e", "in", "on", "&"}
)
_DEGREE = frozenset(
    _WORD.findall(
        "md phd dr prof professor mbbs mph msc ms ma mba pharmd do dnp rn bsc ba dds dmd jr sr ii iii mr mrs frcp facp"
        " fracp frcpc mrcp dphil scd mscr med edd psyd dpt pt np pa crnp bs mbchb facs fasco"
    )
)


def is_one_organisation(old: str, new: str) -> bool:
    """Return whether two names are proved to be those of one organisation.

    Returns:
        True for known renamings and for names that differ at most in legal form, owner, case, accents and punctuation,
        where one says it was formerly the other, and for an acronym that stands in brackets beside its name. False for
        names that say nothing but a legal form.
    """
    return bool(proved_names(old) & proved_names(new)) or is_same_spelling(old, new)


def proved_names(name: str) -> frozenset[tuple[str, ...]]:
    """Return every name that a text proves an organisation to have, each as its telling words."""
    name = name[:_LONGEST]
    known = [pair[1 - at] for pair in RENAMED_ORGANISATIONS for at in (0, 1) if pair[at] == name]
    names = {_telling(other) for other in known}
    former = _FORMER.search(name)
    if former is not None:
        names.add(_telling(former["name"]))
        name = f"{name[: former.start()]} {name[former.end() :]}".strip()
    name = _formless(_OWNED.sub("", name))
    beside = _BRACKETS.match(name)
    short = (beside["short"] or beside["dashed"]) if beside is not None else ""
    if beside is not None and _is_acronym(short, beside["name"]):
        names |= {_telling(beside["name"]), _telling(short)}
    else:
        names.add(_telling(name))
    return frozenset(names - {()})


def is_same_spelling(old: str, new: str) -> bool:
    """Return whether two names differ at most in case, accents, blanks and punctuation."""
    return "".join(_words(old)) == "".join(_words(new))


def is_one_person(old: str, new: str) -> bool:
    """Return whether two names are proved to be one person: degrees, middle names and initials may differ."""
    before, after = _person(old), _person(new)
    if not before or not after:
        return False
    if sorted(before) == sorted(after):
        return True
    shorter, longer = sorted((before, after), key=len)
    ends = {shorter[0], shorter[-1]}
    if ends != {longer[0], longer[-1]} or len(shorter) == 1:
        return False
    return len(shorter) == 2 or _are_abbreviated(shorter[1:-1], longer[1:-1])


def _are_abbreviated(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return len(ours) == len(theirs) and all(
        one == other or (1 in (len(one), len(other)) and one[0] == other[0])
        for one, other in zip(ours, theirs, strict=True)
    )


def _person(name: str) -> tuple[str, ...]:
    words = _words(re.sub(r"\b(?:[A-Za-z]{1,5}\.){2,}", " ", name))
    return tuple(word for word in words if word not in _DEGREE)


def _telling(name: str) -> tuple[str, ...]:
    """Return the words of a name in their order, without the legal form at its end and an article before it."""
    words = [_SPELT.get(word, word) for word in _words(_OWNED.sub("", _DOTTED.sub(_undotted, name)))]
    while words and words[-1] in _FORMS | {"&"}:
        words.pop()
    return tuple(words[1:] if words[:1] == ["the"] else words)


def _formless(name: str) -> str:
    """Return a name without the legal form that stands behind a closing bracket: `Institute (NCI), Inc.`."""
    head, bracket, form = name.rpartition(")")
    return f"{head})" if bracket and form and set(_words(_DOTTED.sub(_undotted, form))) <= _FORMS else name


def _undotted(match: re.Match[str]) -> str:
    """Return `S.A.` as `SA`, `L L C` as `LLC`; what is no legal form as it is."""
    joined = re.sub(r"[\s./]", "", match[0])
    return f" {joined} " if joined.casefold() in _FORMS else match[0]


def _is_acronym(short: str, name: str) -> bool:
    """Return whether a short text is spelt by the first letters of the words of a name, small words left out or not."""
    letters = "".join(_words(short))
    words = _words(name)
    initials = "".join(word[0] for word in words)
    telling = "".join(word[0] for word in words if word not in _SMALL)
    capitals = "".join(word[0] for word in name.split() if word[0].isupper()).casefold()
    return len(letters) > 1 and letters in (initials, telling, capitals)


def _words(name: str) -> tuple[str, ...]:
    apart = unicodedata.normalize("NFKD", name.translate(_APART).replace("’", "'").replace("'", ""))
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
    return tuple(_WORD.findall(plain.replace("&", " and ")))
