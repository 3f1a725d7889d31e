"""Header fields of a mail, folded and encoded.

Does not use the standard library's header classes: they encode a `List-Unsubscribe` address of 78 characters or more
(https://github.com/python/cpython/issues/85725), and they fold adjacent encoded words differently between patch
releases (https://github.com/python/cpython/pull/145195), while a retry must send the same bytes. Here there are three
kinds of fields, and only text for people is encoded.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from watcher.text import plain

_LINE = 76  # of a line that holds an encoded word; RFC 2047 section 2. Others should stay within 78: RFC 5322 2.1.1
_WORD_FRAME = len("=?utf-8?b??=")
_HARD_LINE = 998  # RFC 5322 section 2.1.1
_NAME = re.compile(r"[!-9;-~]{1,60}")  # RFC 5322 section 2.2: printable ASCII without the colon
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NAMED = re.compile(r"\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\"<>]*?))\s*<([^<>]*)>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One mail address with its display name.

    Attributes:
        name: Display name, one clean line; may be empty.
        local: Part before the @; beyond ASCII only where the relay offers SMTPUTF8 (RFC 6531).
        domain: Part after the @, in ASCII (IDNA).
    """

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """Return the address without the name."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Return True if the local part is not ASCII."""
        return not self.local.isascii()


def parse_mailbox(text: str) -> Mailbox:
    """Parse `ana@example.org` or `Ana <ana@example.org>`.

    Args:
        text: One address as the operator wrote it. Quoted local parts and address literals are not supported.

    Returns:
        The mailbox, with its domain in ASCII.

    Raises:
        ValueError: Not one address; the text does not repeat it.
    """
    named = _NAMED.fullmatch(text)
    name = plain(re.sub(r"\\(.)", r"\1", named[1]) if named[1] is not None else named[2]) if named else ""
    local, at, domain = (named[3] if named else text.strip()).rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        ascii_domain = ""
    # 64 octets before the @ and 255 after it: RFC 5321 section 4.5.3.1
    sizes_hold = len(local.encode("utf-8", "replace")) <= 64 and len(ascii_domain) <= 255
    has_gaps = local != plain(local) or any(char.isspace() for char in local)
    if not (at and sizes_hold and _LOCAL.fullmatch(local)) or has_gaps:
        raise ValueError("not a mail address; write it as name@example.org")
    if not all(_LABEL.fullmatch(label) for label in ascii_domain.split(".")):
        raise ValueError("not an address with a domain after the @; write it as name@example.org")
    return Mailbox(name=name, local=local, domain=ascii_domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One folded header field.

    Attributes:
        name: Field name.
        line: The whole field with its folds, without the final line end.
    """

    name: str
    line: str


def words(name: str, text: str) -> Field:
    """Return a field with text for people, such as Subject.

    Args:
        name: Field name.
        text: Any text; reduced to one clean line.

    Returns:
        The field as plain text if possible, else as encoded words (RFC 2047), with lines of at most 76 characters.
    """
    value = plain(text)
    if value.isascii() and "=?" not in value and all(len(word) <= _LINE - len(name) - 2 for word in value.split(" ")):
        return _field(name, _folded(name, value.split(" ")))
    return _field(name, _encoded(value, len(name) + 2))


def tokens(name: str, value: str) -> Field:
    """Return a field for programs, such as List-Unsubscribe, References or Auto-Submitted.

    Folds only between its parts and encodes nothing but the description of a List-Id, before its `<`.

    Args:
        name: Field name.
        value: The value; ASCII except for such a description.

    Raises:
        ValueError: A part is not ASCII or longer than a line may be.
    """
    value = plain(value)
    description, bracket, rest = value.rpartition("<")
    if not description.isascii():
        value = _encoded(description.strip(" "), len(name) + 2).replace("\r\n", "") + " " + bracket + rest
    if not value.isascii():
        raise ValueError(f"the header {name} holds characters beyond ASCII")
    return _field(name, _folded(name, value.split(" ")))


def mailbox(name: str, box: Mailbox) -> Field:
    """Return an address field of one mailbox; a local part beyond ASCII stays UTF-8 (RFC 6532)."""
    angled = f"<{box.address}>"
    if not box.name:
        return _field(name, box.address)
    if len(box.name) > _LINE - len(name) - 4 or not box.name.isascii() or "=?" in box.name:
        shown = _encoded(box.name, len(name) + 2)
    elif _ATOMS.fullmatch(box.name):
        shown = box.name
    else:
        shown = '"' + re.sub(r'(["\\])', r"\\\1", box.name) + '"'
    last = shown.rpartition("\r\n")[2]
    used = len(last) + (len(name) + 2 if last is shown else 0)
    return _field(name, shown + ("\r\n " if used + 1 + len(angled) > _LINE else " ") + angled)


def _field(name: str, value: str) -> Field:
    if not _NAME.fullmatch(name):
        raise ValueError("a header's name holds characters it may not")
    line = f"{name}: {value}" if value else f"{name}:"
    if any(len(part.encode()) > _HARD_LINE for part in line.split("\r\n")):
        raise ValueError(f"the header {name} has a part longer than a mail's line may be")
    return Field(name=name, line=line)


def _folded(name: str, parts: list[str]) -> str:
    value = parts[0]
    used = len(name) + 2 + len(value)
    for part in parts[1:]:
        fold = used + 1 + len(part) > _LINE
        value += ("\r\n " if fold else " ") + part
        used = 1 + len(part) + (0 if fold else used)
    return value


def _encoded(text: str, used: int) -> str:
    """Return encoded words, each of whole characters and on its own line."""
    encoded: list[str] = []
    piece = b""
    for char in text:
        octets = char.encode("utf-8")
        longer = 4 * -(-(len(piece) + len(octets)) // 3) + _WORD_FRAME
        if piece and longer > _LINE - used:
            encoded.append(_word(piece))
            piece, used = b"", 1
        piece += octets
    encoded.append(_word(piece))
    return "\r\n ".join(encoded)


def _word(octets: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(octets).decode()}?="
