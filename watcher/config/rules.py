"""Checks values of the configuration against each other. Pure: reads no files, secrets or network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from watcher.config.config_model import Config, EmailConfig, RecipientConfig, Tls
from watcher.config.toml_lines import Place
from watcher.config.watchlist_line import id_text
from watcher.nct_id import is_nct_id

PUBLIC_REGISTRY = "clinicaltrials.gov"
_API_PATH = "/api/v2"

SHORTEST_POLL = timedelta(seconds=1)
POLITE_POLL = timedelta(minutes=10)
"""The registry's data is refreshed once per working day; polling more often gains nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFinding:
    """A wrong or unwise setting, with its place in the file."""

    place: Place
    text: str
    is_fatal: bool = True


def is_loopback(host: str) -> bool:
    """Return True if a host name or address is loopback, without a DNS query."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def findings(config: Config) -> tuple[ConfigFinding, ...]:
    """Return all wrong or unwise settings of a configuration with valid single values."""
    return (
        *_zones(config),
        *_registry(config),
        *_email(config),
        *_watches(config),
        *_recipients(config),
        *_operator(config),
    )


def _zones(config: Config) -> Iterator[ConfigFinding]:
    if not _is_zone(config.timezone):
        yield ConfigFinding(place=("timezone",), text=_zone_text(config.timezone))
    for index, recipient in enumerate(config.recipient):
        if recipient.timezone is not None and not _is_zone(recipient.timezone):
            yield ConfigFinding(place=("recipient", index, "timezone"), text=_zone_text(recipient.timezone))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError only on some versions; names may be folders
        return False
    except KeyError:
        return False
    return True


def _zone_text(name: str) -> str:
    return f'timezone "{name}" is not known; write a name such as "Europe/Paris", "America/New_York" or "UTC"'


def _registry(config: Config) -> Iterator[ConfigFinding]:
    registry = config.registry
    host = _registry_host(registry.base_url)
    if host is None:
        shown = "" if "@" in registry.base_url else f' "{registry.base_url}"'  # a log-in in it is a secret
        text = f'base_url{shown} is not an address of the form http(s)://host/path, without a log-in and a "?"'
        text = f'{text}; the registry is at "https://clinicaltrials.gov/api/v2"'
        yield ConfigFinding(place=("registry", "base_url"), text=text)
        return
    path = urlsplit(registry.base_url).path.rstrip("/")
    if host.endswith(PUBLIC_REGISTRY) and path != _API_PATH:
        text = (
            f'base_url "{registry.base_url}" does not end in {_API_PATH}; write "https://{PUBLIC_REGISTRY}{_API_PATH}"'
        )
        yield ConfigFinding(place=("registry", "base_url"), text=text)
    elif not path.endswith("/v2"):
        text = f'base_url "{registry.base_url}" does not end in {_API_PATH}; right only if a proxy adds it'
        yield ConfigFinding(place=("registry", "base_url"), text=text, is_fatal=False)
    if registry.poll_every < SHORTEST_POLL:
        yield ConfigFinding(place=("registry", "poll_every"), text="poll_every may be as short as 1s, not shorter")
    elif host.endswith(PUBLIC_REGISTRY):
        if registry.poll_every < POLITE_POLL:
            text = "poll_every under 10 min gains nothing: the registry's data is refreshed once a working day"
            yield ConfigFinding(place=("registry", "poll_every"), text=text, is_fatal=False)
        if not registry.contact:
            text = 'contact is not set; the registry should be able to reach you: contact = "you@example.org"'
            yield ConfigFinding(place=("registry",), text=text, is_fatal=False)
    if registry.timeout <= timedelta(0):
        yield ConfigFinding(place=("registry", "timeout"), text="timeout must be longer than 0s")
    if re.search(r"[^\x20-\x7e]", registry.contact):
        yield ConfigFinding(
            place=("registry", "contact"), text="contact goes into an HTTP header: ASCII characters only"
        )


def _registry_host(base_url: str) -> str | None:
    """Return the host of a usable base address, or None."""
    try:
        parts = urlsplit(base_url)
        is_usable = parts.scheme in {"http", "https"} and parts.username is None and parts.port != 0
    except ValueError:
        return None
    is_plain = not (parts.query or parts.fragment or any(sign <= " " for sign in base_url))
    return parts.hostname if is_usable and is_plain else None


def _email(config: Config) -> Iterator[ConfigFinding]:
    email = config.email
    if email is None:
        for index, recipient in enumerate(config.recipient):
            if recipient.email is not None:
                text = f'recipient "{recipient.name}" is told by email, but there is no [email] section with a relay'
                yield ConfigFinding(place=("recipient", index, "email"), text=text)
        return
    if said := _host_problem(email.host):
        yield ConfigFinding(place=("email", "host"), text=said)
    if email.timeout <= timedelta(0):
        yield ConfigFinding(place=("email", "timeout"), text="timeout of [email] must be longer than 0s")
    if email.ca_file is not None and email.tls is Tls.NONE:
        text = 'ca_file without TLS is of no use; set tls = "implicit" or "starttls", or take ca_file out'
        yield ConfigFinding(place=("email", "ca_file"), text=text)
    if email.unsubscribe is not None and email.unsubscribe.lower().startswith("mailto:"):
        text = f'unsubscribe = "{email.unsubscribe}" is a mail address without mailto:, such as "trials@example.org"'
        yield ConfigFinding(place=("email", "unsubscribe"), text=text)
    yield from _mailboxes(email)
    yield from _log_in(email)


def _mailboxes(email: EmailConfig) -> Iterator[ConfigFinding]:
    for key, mailbox in (("from", email.sender), ("reply_to", email.reply_to)):
        name, _, address = (mailbox or "").partition("<")
        if "," in name and "@" in name:
            yield ConfigFinding(place=("email", key), text=f'{key} = "{mailbox}" is more than one address; keep one')
        elif "," in name and '"' not in name:
            form = f"{key} = '\"{name.strip()}\" <{address or 'trials@example.org>'}'"
            text = f"{key}: a name with a comma stands in quotation marks of its own: {form}"
            yield ConfigFinding(place=("email", key), text=text)
        elif key == "from" and not is_address(parseaddr(email.sender)[1]):
            text = f'from = "{email.sender}" has no mail address; write "Trial watcher <trials@example.org>"'
            yield ConfigFinding(place=("email", "from"), text=text)


def _log_in(email: EmailConfig) -> Iterator[ConfigFinding]:
    if email.oauth is not None and (email.password is not None or email.username is not None):
        text = "oauth takes the place of username and password; take those out (the mailbox is oauth's user)"
        yield ConfigFinding(place=("email", "oauth"), text=text)
    if email.oauth is not None and not _is_secret_safe(email.oauth.token_url):
        text = f'token_url "{email.oauth.token_url}" of oauth is not an https address'
        yield ConfigFinding(place=("email", "oauth"), text=text)
    if email.password is not None and email.username is None:
        yield ConfigFinding(place=("email", "password"), text="a password without a username; add username")
    if email.username is not None and email.password is None:
        text = 'a username without a password; add password = { credential = "…" }, { file = "…" } or { env = "…" }'
        yield ConfigFinding(place=("email", "username"), text=text)
    if email.tls is Tls.NONE and not is_loopback(email.host):
        if email.password is not None or email.oauth is not None:
            what = "password" if email.password is not None else "token"
            text = f'tls = "none" would send the {what} in clear; write "implicit" (port 465) or "starttls" (port 587)'
            yield ConfigFinding(place=("email", "tls"), text=text)
        else:
            text = (
                f'tls = "none": mail to {email.host} travels in clear; right only for a relay inside your own network'
            )
            yield ConfigFinding(place=("email", "tls"), text=text, is_fatal=False)


def _host_problem(host: str) -> str:
    """Return a sentence about an invalid relay name; empty if it is valid."""
    inner = host.partition("://")[2] or host
    name, _, port = inner.strip("/").rpartition(":")
    if name and ":" not in name and port.isascii() and port.isdigit():
        return f'host = "{host}" is more than a name; write host = "{name}" and port = {port}'
    if inner != host:
        return f'host = "{host}" is more than a name; write host = "{inner.strip("/")}"'
    if re.fullmatch(r"[^\s/@]+", host) is None:
        return f'host = "{host}" is not the name of a relay; write one such as "smtp.example.org"'
    return ""


def _is_secret_safe(address: str) -> bool:
    """Return True if a secret may be sent to an address: https, or loopback."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_address(text: str) -> bool:
    """Return True if a text looks like one mail address."""
    return re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", text) is not None


def _watches(config: Config) -> Iterator[ConfigFinding]:
    seen: set[str] = set()
    for index, watch in enumerate(config.watch):
        if watch.name in seen:
            yield ConfigFinding(
                place=("watch", index, "name"), text=f'there are two watches named "{watch.name}"; names are unique'
            )
        seen.add(watch.name)
        if not watch.ids and watch.ids_file is None and watch.search is None:
            text = (
                f'watch "{watch.name}" names no trials; give it ids = ["NCT…"], ids_file = "watchlist.txt" or a search'
            )
            yield ConfigFinding(place=("watch", index), text=text)
        for note in watch.search.notes if watch.search is not None else ():
            text = f'search of watch "{watch.name}": {note}'
            yield ConfigFinding(place=("watch", index, "search"), text=text, is_fatal=False)


def _recipients(config: Config) -> Iterator[ConfigFinding]:
    names: set[str] = set()
    mailboxes: dict[str, str] = {}
    watches = [watch.name for watch in config.watch]
    tags = sorted({tag for watch in config.watch for tag in watch.tags})
    for index, recipient in enumerate(config.recipient):
        if recipient.name in names:
            text = f'there are two recipients named "{recipient.name}"; names are unique'
            yield ConfigFinding(place=("recipient", index, "name"), text=text)
        names.add(recipient.name)
        yield from _known(index, recipient, "watches", recipient.watches or (), watches, "watch")
        yield from _known(index, recipient, "tags", recipient.tags, tags, "tag")
        if recipient.email is not None and not is_address(recipient.email):
            text = f'email = "{recipient.email}" of recipient "{recipient.name}" is not a mail address'
            yield ConfigFinding(place=("recipient", index, "email"), text=f"{text}{_address_hint(recipient.email)}")
        if recipient.email is not None:
            first = mailboxes.setdefault(recipient.email.casefold(), recipient.name)
            if first != recipient.name:
                text = f'recipients "{first}" and "{recipient.name}" have one mailbox, {recipient.email}, which gets '
                text += "the messages of both; if that is not meant, join them"
                yield ConfigFinding(place=("recipient", index, "email"), text=text, is_fatal=False)
        yield from _slack(index, recipient)
        for nct_id in recipient.ids:
            if not is_nct_id(nct_id):
                yield ConfigFinding(place=("recipient", index, "ids"), text=id_text(nct_id))


def _address_hint(email: str) -> str:
    if email.count("@") > 1:
        return "; it is one address: write a [[recipient]] for each person"
    address = parseaddr(email)[1]
    return f'; write the address alone: email = "{address}"' if is_address(address) else ""


def _slack(index: int, recipient: RecipientConfig) -> Iterator[ConfigFinding]:
    slack = recipient.slack
    if slack is None or slack.channel is None:
        return
    # ids as Slack gives them: https://docs.slack.dev/reference/objects/conversation-object
    if re.fullmatch(r"[CGDU][A-Z0-9]{6,}", slack.channel) is None:
        text = (
            f'channel = "{slack.channel}" of recipient "{recipient.name}" is not a channel\'s id; Slack shows it '
            'at the end of "View channel details", such as "C0123456789"'
        )
        yield ConfigFinding(place=("recipient", index, "slack"), text=text)
    if not _is_secret_safe(slack.api):
        text = f'api = "{slack.api}" of recipient "{recipient.name}" is not an https address'
        yield ConfigFinding(place=("recipient", index, "slack"), text=text)


def _known(
    index: int, recipient: RecipientConfig, key: str, given: tuple[str, ...], known: list[str], noun: str
) -> Iterator[ConfigFinding]:
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f'; did you mean "{close[0]}"?' if close else ""
            if noun == "watch" and name.lower() in ("all", "*"):
                hint = "; leave watches out for all of them"
            text = f'recipient "{recipient.name}" names the {noun} "{name}", which does not exist{hint}'
            yield ConfigFinding(place=("recipient", index, key), text=text)


def _operator(config: Config) -> Iterator[ConfigFinding]:
    name = config.operator.recipient
    names = [recipient.name for recipient in config.recipient]
    if name is not None and name not in names:
        close = [one.name for one in config.recipient if one.email == name] or get_close_matches(name, names, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        yield ConfigFinding(
            place=("operator", "recipient"), text=f'operator.recipient "{name}" is not a recipient{hint}'
        )
