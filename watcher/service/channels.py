"""The channels of the configuration: their keys, the addresses behind recipients, and the carriers.

A relay is one channel, a webhook is one channel, a folder is one channel (design: Message). Addresses and secrets are
read here at the moment of sending, never stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from watcher.config.model import Config, RecipientConfig, SecretRef
from watcher.config.secrets import read_secret
from watcher.delivery.contract import Channel
from watcher.digests.model import Medium
from watcher.service.parts import Parts

EMAIL = "email"
DEFAULT_DOMAIN = "trial-watcher.invalid"
"""Right side of Message-IDs where no sender address is configured; `.invalid` is reserved (RFC 2606)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One way to one recipient: the channel's key and what it can show."""

    recipient: RecipientConfig
    key: str
    medium: Medium


def lines_of(recipient: RecipientConfig) -> tuple[Line, ...]:
    """Give a recipient's ways, in a fixed order; at least one."""
    found = []
    if recipient.email is not None:
        found.append(Line(recipient=recipient, key=EMAIL, medium=Medium.EMAIL))
    if recipient.slack is not None:
        found.append(Line(recipient=recipient, key=f"slack:{_place(recipient.slack.webhook)}", medium=Medium.SLACK))
    if recipient.folder is not None:
        found.append(Line(recipient=recipient, key=f"folder:{recipient.folder}", medium=Medium.FOLDER))
    return tuple(found)


def all_lines(config: Config) -> Iterator[Line]:
    """Give all recipients' ways, in the order of the configuration."""
    for recipient in config.recipient:
        yield from lines_of(recipient)


def message_domain(config: Config) -> str:
    """Give the right side of Message-IDs: the domain of the sender's address."""
    address = parseaddr(config.email.sender)[1] if config.email is not None else ""
    return address.rpartition("@")[2] or DEFAULT_DOMAIN


def stop_address(config: Config) -> str | None:
    """Give where a reader writes to stop or change the messages; None when no mail is configured."""
    if config.email is None:
        return None
    return config.email.reply_to or parseaddr(config.email.sender)[1]


def address_of(line: Line, parts: Parts) -> str:
    """Read where a message goes: a mailbox, a webhook's URL (a secret), a folder.

    Raises:
        ConfigError: A secret does not resolve.
    """
    recipient = line.recipient
    if line.medium is Medium.EMAIL:
        return recipient.email or ""
    if line.medium is Medium.SLACK and recipient.slack is not None:
        return _secret(recipient.slack.webhook, parts)
    return str(parts.state_dir / (recipient.folder or ""))


def carrier(line: Line, parts: Parts) -> Channel:
    """Build what carries messages on a channel.

    Raises:
        ConfigError: A secret does not resolve.
    """
    if line.medium is Medium.EMAIL:
        return _email(parts)
    if line.medium is Medium.SLACK:
        from watcher.delivery.http import Poster
        from watcher.delivery.slack import SlackChannel

        return SlackChannel(Poster(utc_now=parts.clock), sleep=parts.sleep, monotonic=parts.monotonic)
    from watcher.delivery.folder import FolderChannel

    email = parts.loaded.config.email
    return FolderChannel(sender=email.sender if email is not None else f"Trial watcher <watcher@{DEFAULT_DOMAIN}>")


def fingerprint(line: Line, parts: Parts, *, is_everyones: bool) -> str:
    """Give a mark of address, relay and credential: when it changes, a suspended channel is tried again.

    Args:
        line: The way.
        parts: What the run works with.
        is_everyones: Whether the whole channel is meant: then one person's mailbox is no part of it.

    Raises:
        ConfigError: A secret does not resolve.
    """
    email = parts.loaded.config.email if line.medium is Medium.EMAIL else None
    pieces = [line.key] if is_everyones and email is not None else [line.key, address_of(line, parts)]
    if email is not None:
        pieces += [email.host, str(email.port), email.tls.value, email.sender, email.username or ""]
        pieces += [_secret(email.password, parts)] if email.password is not None else []
    return hashlib.sha256("\0".join(pieces).encode()).hexdigest()


def _email(parts: Parts) -> Channel:
    from watcher.delivery.email import EmailChannel

    config = parts.loaded.config.email
    assert config is not None  # noqa: S101 — config.rules refuses a mail recipient without a relay
    password = _secret(config.password, parts) if config.password is not None else None
    return EmailChannel(config=config, password=password)


def _secret(ref: SecretRef, parts: Parts) -> str:
    return read_secret(ref, folder=parts.loaded.folder, environ=parts.environ)


def _place(ref: SecretRef) -> str:
    return ref.credential or ref.file or ref.env or ""
