"""Finds what to write instead, for a line that is no TOML: what people bring along from other formats and from mail.

Pure. Never repeats what may be a secret.
"""

from __future__ import annotations

import re

_CURLY = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u2033\uff02"
_STRAIGHT = {ord(sign): '"' for sign in _CURLY}
_UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff]")
_SETTING = re.compile(r"\s*([\w.-]+)\s*=\s*(.*?)\s*$")
_YAML = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*:(?:\s|$)")
_TABLE = re.compile(r"\s*\[\[?\s*([\w.-]+)")
_BARE_WORD = re.compile(r"\s*[A-Za-z][\w-]*\s*,?\s*(?:#.*)?")
_OPEN_BRACE = re.compile(r"\{\s*(?:#.*)?$")
_NUMBER = re.compile(r"[+-]?[\d_.]+")
_SHOWABLE = ("timezone", "send", "name", "poll_every", "timeout", "least", "tls", "transport", "audience", "quiet")
"""Keys whose values are no secrets, even by mistake."""

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
        return f"write straight quotation marks, as in {_example(raw.translate(_STRAIGHT))}"
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
    if value.lower() in ("null", "none", "nil"):
        return f"to leave {key} unset, put # before the line"
    if re.fullmatch(r"0\d+", value):
        return f"a number has no 0 before it: {key} = {value.lstrip('0') or '0'}"
    if not value or value.startswith("#"):
        return f'write a value after "{key} =", or put # before the line'
    if value.startswith("="):
        return "write one equals sign"
    if value.lower() in ("true", "false", "yes", "no", "on", "off") and value not in ("true", "false"):
        return f"write {key} = true or {key} = false, in lower case"
    if value[0] not in "\"'[{" and not _NUMBER.fullmatch(value) and value not in ("true", "false"):
        return f"a text stands in quotation marks, as in {_example(raw)}"
    if re.match(r"\[\s*[A-Za-z]|\[[^\"']*,\s*[A-Za-z]", value):
        return f'each text of a list stands in quotation marks, as in {key} = ["…", "…"]'
    if re.match(r"\{[^\"']*=\s*[A-Za-z]", value):
        return f'each text in braces stands in quotation marks, as in {key} = {{ … = "…" }}'
    return "there is a comma too many" if re.search(r",\s*,", value) else ""


def _of_words(raw: str, said: str) -> str:
    """Return advice for what the parser found."""
    table, setting = _TABLE.match(raw), _SETTING.fullmatch(raw)
    if table is not None and ("Cannot" in said or "overwrite" in said):
        if table[1] in _LISTS:
            return f"write [[{table[1]}]] everywhere, with two brackets on each side: there may be several"
        return f"[{table[1]}] stands in the file already; put its keys together"
    if "Expected ']" in said or re.fullmatch(r"\s*\[?[\w.-]+\]+\s*", raw):
        return "a section is written [email], and [[watch]] or [[recipient]] where there may be several"
    if "Expected '=' after a key" in said:
        return 'write one word, an equals sign and the value, as in timezone = "UTC"'
    if "Expected newline" in said:
        return "a line ends after its value, without a comma or more words; a comment begins with #"
    if "overwrite" in said:
        return f'"{setting[1]}" is set twice; keep one of the two lines' if setting is not None else ""
    if "Unclosed array" in said:
        return "here or in the lines before, a comma between two values or the closing bracket is missing"
    if "Illegal character '\\n'" in said or "Unterminated string" in said:
        return "the closing quotation mark is missing"
    if "hex value" in said or "Unescaped" in said:
        return "a backslash in quotation marks must be doubled; or put the text in single quotation marks"
    return ""


def _example(raw: str) -> str:
    """Return a line with its value in quotation marks, the value only where it cannot be a secret."""
    setting = _SETTING.fullmatch(raw)
    if setting is None:
        return 'key = "value"'
    key, value = setting[1], setting[2].partition(" #")[0].strip().strip("\"'")
    is_shown = key in _SHOWABLE and len(value) <= _LONGEST_SHOWN and value.isprintable() and '"' not in value
    return f'{key} = "{value if is_shown else "…"}"'
