"""The channels of the configuration: their keys, the addresses behind recipients, and the carriers.

A relay is one channel, a webhook is one channel, a bot's room is one channel (design: Message). Addresses and secrets
are read here at the moment of sending, never stored.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config.config_model import (
    Config,
    EmailConfig,
    OAuthConfig,
    RecipientConfig,
    SecretRef,
    SlackConfig,
    Thread,
)
from watcher.config.load import Loaded
from watcher.config.locate import under
from watcher.config.secrets import read_secret
from watcher.context import RunContext
from watcher.delivery.contract import Channel
from watcher.delivery.headers import parse_mailbox
from watcher.digests.model import Medium

if TYPE_CHECKING:
    from watcher.delivery.oauth import Tokens

EMAIL = "email"
STDOUT = "stdout"
WAYS = frozenset({EMAIL, "slack", "webhook", "apprise", "folder", STDOUT})
"""The ways there are: how the key of every channel, and the name of its faults, begins."""
DEFAULT_DOMAIN = "trial-watcher.invalid"
"""Right side of Message-IDs where no sender address is configured; `.invalid` is reserved (RFC 2606)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One way to one recipient: the channel's key and what it can show."""

    recipient: RecipientConfig
    key: str
    medium: Medium

    @property
    def way(self) -> str:
        """Name the key of the configuration that opens it, such as `email`."""
        return self.key.partition(":")[0]


def part_of(channel: str, recipient: str | None = None) -> str:
    """Name a channel, or one recipient on it, in the fault table."""
    way = channel.partition(":")[0]
    return f"{way} to {recipient}" if recipient is not None else channel


def destinations_of(recipient: RecipientConfig) -> tuple[Destination, ...]:
    """Return a recipient's ways, in a fixed order; at least one."""
    return tuple(Destination(recipient=recipient, key=key, medium=medium) for key, medium in _keys_of(recipient))


def _keys_of(recipient: RecipientConfig) -> Iterator[tuple[str, Medium]]:
    slack, webhook = recipient.slack, recipient.webhook
    if recipient.email is not None:
        yield EMAIL, Medium.EMAIL
    if slack is not None and slack.webhook is not None:
        yield f"slack:{_secret_name(slack.webhook)}", Medium.SLACK
    if slack is not None and slack.token is not None:
        yield f"slack:{slack.channel} by {_secret_name(slack.token)}", Medium.SLACK
    if recipient.folder is not None:
        yield f"folder:{recipient.folder}", Medium.FOLDER
    if webhook is not None:
        yield f"webhook:{_secret_name(webhook.url)} signed by {_secret_name(webhook.secret)}", Medium.DATA
    if recipient.apprise is not None:
        yield f"apprise:{_secret_name(recipient.apprise.url)}", Medium.CHAT
    if recipient.stdout:
        yield STDOUT, Medium.TEXT


def all_destinations(config: Config) -> Iterator[Destination]:
    """Return all recipients' ways, in the order of the configuration."""
    for recipient in config.recipient:
        yield from destinations_of(recipient)


def message_domain(config: Config) -> str:
    """Return the right side of Message-IDs: the domain of the sender's address, in ASCII (RFC 5322 section 3.6.4)."""
    if config.email is None:
        return DEFAULT_DOMAIN
    try:
        return parse_mailbox(config.email.sender).domain
    except ValueError:  # `check-config` and every mail say what is wrong with it
        return DEFAULT_DOMAIN


def stop_address(config: Config) -> str | None:
    """Return where a reader writes to stop or change the messages; None when no mail is configured."""
    if config.email is None:
        return None
    return config.email.reply_to or parseaddr(config.email.sender)[1]


def thread_of(config: Config) -> Thread:
    """Return which digests are kept together as one conversation."""
    return config.email.thread if config.email is not None else Thread.NONE


def address_of(destination: Destination, context: RunContext) -> str:
    """Read where a message goes: a mailbox, a webhook's URL (a secret), a folder.

    Raises:
        ConfigError: A secret does not resolve.
    """
    recipient = destination.recipient
    if recipient.slack is not None and destination.way == "slack":
        webhook = recipient.slack.webhook
        return _secret(webhook, context) if webhook is not None else recipient.slack.channel or ""
    if recipient.webhook is not None and destination.way == "webhook":
        return _secret(recipient.webhook.url, context)
    if recipient.apprise is not None and destination.way == "apprise":
        return _secret(recipient.apprise.url, context)
    if destination.way == STDOUT:
        return ""
    return recipient.email or "" if destination.way == EMAIL else str(context.state_dir / (recipient.folder or ""))


def place_of(destination: Destination, state_dir: Path) -> str:
    """Return where a message goes, for people and without secrets: `by email`, or `as files in …`."""
    folder = destination.recipient.folder
    return f"as files in {state_dir / folder}" if destination.way == "folder" and folder else f"by {destination.way}"


def carrier(destination: Destination, context: RunContext) -> Channel:
    """Build what carries messages on a channel.

    Raises:
        ConfigError: A secret does not resolve.
    """
    recipient = destination.recipient
    if destination.way == EMAIL:
        return _email(context)
    if recipient.slack is not None and destination.way == "slack":
        return _slack(recipient.slack, context)
    if recipient.webhook is not None and destination.way == "webhook":
        from watcher.delivery.http_post import Poster
        from watcher.delivery.webhook import WebhookChannel

        secret = _secret(recipient.webhook.secret, context)
        return WebhookChannel(Poster(utc_now=context.clock), secret, utc_now=context.clock)
    if destination.way == "apprise":
        from watcher.delivery.apprise import AppriseChannel

        return AppriseChannel()
    if destination.way == STDOUT:
        from watcher.delivery.stdout import StdoutChannel

        return StdoutChannel(lambda: sys.stdout.buffer)
    from watcher.delivery.folder import FolderChannel

    email = context.loaded.config.email
    return FolderChannel(sender=email.sender if email is not None else f"Trial watcher <watcher@{DEFAULT_DOMAIN}>")


def fingerprint(destination: Destination, context: RunContext, *, is_everyones: bool) -> str:
    """Return a mark of address, relay and credential: when it changes, a suspended channel is tried again.

    Args:
        destination: The way.
        context: What the run works with.
        is_everyones: Whether the whole channel is meant: then one person's mailbox is no part of it.

    Raises:
        ConfigError: A secret does not resolve.
    """
    email = context.loaded.config.email if destination.medium is Medium.EMAIL else None
    pieces = (
        [destination.key] if is_everyones and email is not None else [destination.key, address_of(destination, context)]
    )
    if email is not None:
        pieces += [email.host, str(email.port), email.tls.value, email.sender, email.username or ""]
        pieces += [_secret(email.password, context)] if email.password is not None else []
        pieces += _oauth_pieces(email.oauth, context)
        pieces += _authority_pieces(context.loaded)
    slack, webhook = destination.recipient.slack, destination.recipient.webhook
    if destination.way == "slack" and slack is not None and slack.token is not None:
        pieces += [_secret(slack.token, context), slack.api]
    if destination.way == "webhook" and webhook is not None:
        pieces += [_secret(webhook.secret, context)]
    return hashlib.sha256("\0".join(pieces).encode()).hexdigest()


def relay_config(loaded: Loaded) -> EmailConfig | None:
    """Return `[email]` with `ca_file` as a path of its own, no longer relative to the configuration file."""
    email = loaded.config.email
    if email is None or email.ca_file is None:
        return email
    return email.model_copy(update={"ca_file": str(under(loaded.folder, email.ca_file))})


def _authority_pieces(loaded: Loaded) -> list[str]:
    """Return the file of authorities and its content: when it is replaced, the relay is tried again."""
    email = relay_config(loaded)
    if email is None or email.ca_file is None:
        return []
    try:
        content = Path(email.ca_file).read_bytes()
    except OSError:
        content = b""
    return [email.ca_file, hashlib.sha256(content).hexdigest()]


def _oauth_pieces(oauth: OAuthConfig | None, context: RunContext) -> list[str]:
    if oauth is None:
        return []
    refs = [ref for ref in (oauth.client_secret, oauth.refresh_token) if ref is not None]
    return [oauth.token_url, oauth.client_id, oauth.scope, oauth.user, *(_secret(ref, context) for ref in refs)]


def _email(context: RunContext) -> Channel:
    from watcher.delivery.email import EmailChannel

    config = relay_config(context.loaded)
    assert config is not None  # noqa: S101 — config.rules refuses a mail recipient without a relay
    password = _secret(config.password, context) if config.password is not None else None
    tokens = tokens_of(config, partial(_secret, context=context), context.clock, context.monotonic, context.tokens)
    return EmailChannel(config=config, password=password, tokens=tokens)


def _slack(slack: SlackConfig, context: RunContext) -> Channel:
    from watcher.delivery.http_post import Poster

    if slack.token is None:
        from watcher.delivery.slack import SlackChannel

        return SlackChannel(Poster(utc_now=context.clock), sleep=context.sleep, monotonic=context.monotonic)
    from watcher.delivery.slack_bot import LONGEST_ANSWER, SlackBotChannel

    poster = Poster(utc_now=context.clock, most=LONGEST_ANSWER)
    token = _secret(slack.token, context)
    return SlackBotChannel(poster, token, api=slack.api, sleep=context.sleep, monotonic=context.monotonic)


def tokens_of(
    config: EmailConfig,
    read: Callable[[SecretRef], str],
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    kept: dict[str, tuple[str, float]],
) -> Tokens | None:
    """Build what gets access tokens for the relay; None where a password or nothing is wanted.

    Args:
        config: `[email]`.
        read: Reads a secret.
        clock: Gives the time, aware and in UTC.
        monotonic: Gives seconds that never go back.
        kept: Where tokens are kept.

    Raises:
        ConfigError: A secret does not resolve.
    """
    oauth = config.oauth
    if oauth is None:
        return None
    from watcher.delivery.http_post import Poster
    from watcher.delivery.oauth import LONGEST_ANSWER, Tokens

    return Tokens(
        Poster(utc_now=clock, most=LONGEST_ANSWER),
        oauth,
        client_secret=read(oauth.client_secret) if oauth.client_secret is not None else None,
        refresh_token=read(oauth.refresh_token) if oauth.refresh_token is not None else None,
        monotonic=monotonic,
        kept=kept,
    )


def _secret(ref: SecretRef, context: RunContext) -> str:
    return read_secret(ref, folder=context.loaded.folder, environ=context.environ)


def _secret_name(ref: SecretRef) -> str:
    return ref.credential or ref.file or ref.env or ""
