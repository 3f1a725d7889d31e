"""Finds what to write instead, for a line that is no TOML: what people bring along from other formats and from mail.

Pure. Never repeats what may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from watcher.config.key_hints import SECRET_KEYS, address_form, table_form

_CURLY = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u2033\uff02"
_STRAIGHT = {ord(sign): '"' for sign in _CURLY}
_UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff]")
_SETTING = re.compile(r"\s*([\w.-]+)\s*=\s*(.*?)\s*$")
_YAML = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*:(?:\s|$)")
_TABLE = re.compile(r"\s*\[\[?\s*([\w.-]+)")
_BARE_WORD = re.compile(r"\s*[A-Za-z][\w-]*\s*,?\s*(?:#.*)?")
_OPEN_BRACE = re.compile(r"\{\s*(?:#.*)?$")
_SHOWABLE = ("timezone", "send", "name", "poll_every", "timeout", "least", "tls", "transport", "audience", "quiet")
"""Keys whose values are no secrets, even by mistake."""

_VALUES: Mapping[str, str] = {
    r"(?i:null|none|nil)": "to leave KEY unset, put # before the line",
    r"0\d+": "a number has no 0 before it: KEY = NUMBER",
    r"(?:#.*)?": 'write a value after "KEY =", or put # before the line',
    r"=.*": "write one equals sign",
    r"(?!true|false)(?i:true|false|yes|no|on|off)": "write KEY = true or KEY = false, in lower case",
    r"(?!true$|false$|[+-]?[\d_.]+$)[^\"'\[{].*": "a text stands in quotation marks, as in LINE",
    r"\[(?:\s*|[^\"']*,\s*)[A-Za-z].*": 'each text of a list stands in quotation marks, as in KEY = ["…", "…"]',
    r"\{[^\"']*=\s*[A-Za-z].*": 'each text in braces stands in quotation marks, as in KEY = { … = "…" }',
    r".*,\s*,.*": "there is a comma too many",
}
"""Values that are none, first match first, and what to write; KEY, LINE and NUMBER are filled in."""

_SAID: Mapping[str, str] = {
    "Expected ']": "a section is written [email], and [[watch]] or [[recipient]] where there may be several",
    "Expected '=' after a key": 'write one word, an equals sign and the value, as in timezone = "UTC"',
    "Expected newline": "a line ends after its value, without a comma or more words; a comment begins with #",
    "overwrite": '"KEY" is set twice; keep one of the two lines',
    "Unclosed array": "here or in the lines before, a comma between two values or the closing bracket is missing",
    "Illegal character '\\n'": "the closing quotation mark is missing",
    "Unterminated string": "the closing quotation mark is missing",
    "hex value": "a backslash in quotation marks must be doubled; or put the text in single quotation marks",
    "Unescaped": "a backslash in quotation marks must be doubled; or put the text in single quotation marks",
}
"""What the parser says, in part, and what to write."""

_LONGEST_SHOWN = 40
_LISTS = ("recipient", "watch")


def toml_advice(text: str, line: int, said: str) -> str:
    """Return what to write instead; empty when nothing better is known than the parser's own words.

    Args:
        text: The whole file.
        line: Where the parser stopped, 1-based.
        said: The parser's words.
    """
    lines = text.split("\n")
    raw = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    before = next((one for one in reversed(lines[: line - 1]) if one.strip()), "")
    if text.lstrip()[:1] in ("{", "<"):
        return "the configuration is TOML, not JSON or a web page; `watcher init` writes one to start with"
    if raw.lstrip().startswith((";", "//", "--", "/*")):
        return "a comment begins with #"
    if any(sign in raw for sign in _CURLY):
        straight = raw.translate(_STRAIGHT)
        return _of_value(straight) or f"write straight quotation marks, as in {_example(straight)}"
    if _UNSEEN.search(raw):
        return "the line contains characters that nobody sees, such as a fixed space from a web page; type it anew"
    if (yaml := _YAML.match(raw)) is not None:
        return f"write an equals sign instead of the colon, as in {yaml[1]} = …"
    if _OPEN_BRACE.search(raw) or _OPEN_BRACE.search(before):
        return "a table in braces stands on one line: { … }"
    return _of_value(raw) or _of_words(raw, said)


def _of_value(raw: str) -> str:
    """Return advice for a key whose value is none."""
    setting = _SETTING.fullmatch(raw)
    if setting is None:
        return 'each text of a list stands in quotation marks: "…",' if _BARE_WORD.fullmatch(raw) else ""
    key, value = setting[1], setting[2].partition(" #")[0].strip()
    if not value.startswith(("{", "[")) and value and (form := address_form(key) or _secret_form(key)):
        return form
    advice = next((words for pattern, words in _VALUES.items() if re.fullmatch(pattern, value)), "")
    return advice.replace("KEY", key).replace("LINE", _example(raw)).replace("NUMBER", value.lstrip("0"))


def _secret_form(key: str) -> str:
    return table_form((key,)) if key in SECRET_KEYS - {"url"} else ""


def _of_words(raw: str, said: str) -> str:
    """Return advice for what the parser found."""
    table = _TABLE.match(raw)
    if table is not None and ("Cannot" in said or "overwrite" in said):
        if table[1] in _LISTS:
            return f"write [[{table[1]}]] everywhere, with two brackets on each side: there may be several"
        return f"[{table[1]}] stands in the file already; put its keys together"
    if re.fullmatch(r"\s*\[?[\w.-]+\]+\s*", raw):
        return _SAID["Expected ']"]
    setting = _SETTING.fullmatch(raw)
    advice = next((words for part, words in _SAID.items() if part in said), "")
    return advice.replace("KEY", setting[1] if setting is not None else "the key")


def _example(raw: str) -> str:
    """Return a line with its value in quotation marks, the value only where it cannot be a secret."""
    setting = _SETTING.fullmatch(raw)
    if setting is None:
        return 'key = "value"'
    key, value = setting[1], setting[2].partition(" #")[0].strip().strip("\"'")
    is_shown = key in _SHOWABLE and len(value) <= _LONGEST_SHOWN and value.isprintable() and '"' not in value
    return f'{key} = "{value if is_shown else "…"}"'
