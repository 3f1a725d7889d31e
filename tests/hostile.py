"""One set of hostile records, shared by whoever shows registry text: strangers write it, and some mean harm."""

from __future__ import annotations

import re
from typing import Any

from tests.changes.builders import a_posted, a_record, put

ATTACKS = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "line break": "Title\r\nBcc: all@example.org\r\n\r\n!! Terminated",
    "separators": "one\u2028two\u2029three\x0bfour\x85five",
    "right to left": "pay \u202egnp.exe\u202c and \u2067hidden\u2069 \u200f",
    "braces": "{{ 7 * 7 }} {% include 'x' %} {# gone #} ${HOME} `id`",
    "channel": "<!channel> <!here> <@U123> <#C123>",
    "forged link": "<https://evil.example|ClinicalTrials.gov> [x](https://evil.example) javascript:alert(1)",
    "markup": "*bold* _italic_ ~gone~ `code` :tada: &lt;b&gt; # heading",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x07x\x9b31m",
    "formula": '=HYPERLINK("https://evil.example","x") +1-2@3|cmd\'!A1',
    "tags": "invisible \U000e0041\U000e0042 tag \ufeff\u200b",
    "nul": "before \x00 after",
    "end of data": "\r\n.\r\nQUIT\r\n",
    "cdata": "]]> --> </title></svg> <?xml?> <![CDATA[",
    "log": '"} {"event": "daemon_stopped"}\n<0>emergency',
}
"""Each by what it tries."""

IDS = {name: f"NCT9930000{number:X}" if number < 10 else f"NCT993000{number}" for number, name in enumerate(ATTACKS)}
"""A trial for each."""

_FREE = re.compile(r"[a-z].*\s|\s.*[a-z]|^[A-Z][a-z]+$")


def poisoned(value: Any, text: str) -> Any:
    """Give a record with the text in front of, and behind, every value that people write freely."""
    if isinstance(value, dict):
        return {key: poisoned(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, text) for inner in value]
    return f"{text} {value} {text}" if isinstance(value, str) and _FREE.search(value) else value


def states(name: str, days: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """Give a trial's two states: harmless but for its texts, then changed everywhere that readers are told of."""
    text = ATTACKS[name]
    identity = ("protocolSection", "identificationModule")
    first = put(a_record(), (*identity, "nctId"), IDS[name])
    first = put(first, (*identity, "nctIdAliases"), None)
    second = a_posted(first, days[1])
    status = second["protocolSection"]["statusModule"]
    status.update(overallStatus="TERMINATED", whyStopped=f"{text} slow accrual {text}")
    second["protocolSection"]["identificationModule"]["officialTitle"] = f"Another official title {text}"
    second["protocolSection"]["descriptionModule"] = {"briefSummary": f"A new summary. {text}"}
    second["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = f"Another sponsor {text}"
    second["protocolSection"]["unheardOfModule"] = {"somethingNew": f"never seen {text}"}
    links = [{"label": "data", "url": "javascript:alert(1)"}, {"label": "quote", "url": f"https://example.org/{text}"}]
    second["protocolSection"].setdefault("referencesModule", {})["seeAlsoLinks"] = links
    eligibility = second["protocolSection"]["eligibilityModule"]
    eligibility["eligibilityCriteria"] = f"{eligibility['eligibilityCriteria']}\n* One more {text}\n"
    return {days[0]: poisoned(first, text), days[1]: poisoned(second, text)}


def invisible(text: str) -> set[str]:
    """Give the signs that steer a terminal, a header or an eye; a line break is none."""
    import unicodedata

    return {sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}
