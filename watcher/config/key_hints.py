"""Forms of keys that people write in another way, and words they use for a key of ours. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

PLACES = '{ credential = "…" }, { file = "…" } or { env = "…" }'

SECRET_KEYS = frozenset({"password", "webhook", "token", "url", "secret", "client_secret", "refresh_token"})
"""Keys whose table names where a secret is kept."""

LISTED_TABLES = ("watch", "recipient")
"""Tables of which there may be several."""

_ELSEWHERE = '{ credential = "…" }'
_RECIPIENT_FORMS: Mapping[str, str] = {
    "slack": f"slack = {{ webhook = {_ELSEWHERE} }}",
    "webhook": f"webhook = {{ url = {_ELSEWHERE}, secret = {_ELSEWHERE} }}",
    "apprise": f"apprise = {{ url = {_ELSEWHERE} }}",
}
_FORMS: Mapping[str, str] = {
    "operator": 'operator = { recipient = "NAME" }',
    "near": 'near = { countries = ["France"] }',
    "pages": 'pages = { dir = "pages" }',
    "health": 'health = { listen = "127.0.0.1:9464" }',
}
_OTHER_WORDS: Mapping[str, str] = {
    "url": "base_url",
    "hook": "webhook",
    "smtp": "email",
    "mail": "email",
    "emails": "email",
    "to": "email",
    "address": "email",
    "trials": "ids",
    "nct_ids": "ids",
    "studies": "ids",
    "file": "ids_file",
    "query": "search",
    "max": "max_trials",
    "interval": "poll_every",
    "schedule": "send",
    "level": "least",
    "tz": "timezone",
    "pass": "password",
    "user": "username",
}


def table_form(place: tuple[str | int, ...]) -> str:
    """Return what to write where a table is expected and a text was found; empty when nothing is known."""
    key = str(place[-1])
    if len(place) == 3 and key in _RECIPIENT_FORMS:
        return address_form(key)
    if key in SECRET_KEYS:
        return f"a secret never stands in the configuration: write {PLACES}"
    return f"write {_FORMS[key]}" if key in _FORMS else ""


def address_form(key: str) -> str:
    """Return how a recipient's channel is written whose address is a secret; empty for any other key."""
    form = _RECIPIENT_FORMS.get(key)
    if form is None:
        return ""
    return f"the address is a secret and never stands in the configuration: write {form}, or file or env for it"


def other_word(key: str, known: Collection[str]) -> str:
    """Return the key that other programs call so; empty when there is none among the known ones."""
    word = _OTHER_WORDS.get(key.lower(), "")
    return word if word in known else ""


def list_form(key: str, value: object) -> str:
    """Return how a list is written where one text was found."""
    return f'; write {key} = ["…"]' if isinstance(value, str) else ""
