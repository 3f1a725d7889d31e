"""The configuration as typed values; names are stable (design: The configuration).

Holds shapes, defaults and the rules a single value must keep; reading files and finding lines is `config.load`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from watcher.config.quiet_span import Quiet, parse_quiet
from watcher.config.search_field import Search
from watcher.config.watchlist_line import meant_ids

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)", re.ASCII)
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


LONGEST = timedelta(days=36500)
"""A hundred years: longer than anybody waits, and short enough to reckon dates with."""


def parse_duration(value: object) -> timedelta:
    """Read `30s`, `15min`, `1h`, `7d`; a timedelta passes.

    Raises:
        ValueError: Anything else, a bare number too, or more than a hundred years.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("time_delta_type", "not a duration")  # said in words where the place is known
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError(f'"{value}" is not a duration; write a number and a unit, such as "30s", "15min" or "1h"')
    seconds = float(match[1]) * _UNIT_SECONDS[match[2]]
    if seconds > LONGEST.total_seconds():
        raise ValueError(f'"{value}" is too long; at most "{LONGEST.days}d" are possible')
    return timedelta(seconds=seconds)


NctIds = Annotated[tuple[str, ...], AfterValidator(meant_ids)]
"""Ids as they are meant: copied from a page, they bring an address or characters along that nobody sees."""

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


def _no_truth(value: object) -> object:
    """Refuse true and false where a number belongs; Python takes them for 1 and 0."""
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "not a number")
    return value


Number = BeforeValidator(_no_truth)


class Shape(BaseModel):
    """Base of every section: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SecretRef(Shape):
    """Where a secret lies: exactly one of a systemd credential, a file, or an environment variable.

    Holds the place, never the secret; `config.secrets` reads it at the moment of use.
    """

    credential: str | None = None
    file: str | None = None
    env: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SecretRef:
        if sum(place is not None for place in (self.credential, self.file, self.env)) != 1:
            raise ValueError('name exactly one place: { credential = "…" }, { file = "…" } or { env = "…" }')
        return self


class RegistryConfig(Shape):
    """`[registry]`: where and how politely to ask."""

    base_url: str = "https://clinicaltrials.gov/api/v2"
    contact: str = ""
    poll_every: Duration = timedelta(hours=1)
    requests_per_second: Annotated[float, Number] = Field(default=1.0, gt=0, le=1000)
    timeout: Duration = timedelta(seconds=30)
    transport: Literal["auto", "httpx", "urllib"] = "auto"


class StoreConfig(Shape):
    """`[store]`: the database, relative to the state directory, and how long what nobody needs is kept.

    What a reader has yet to be told of, the last two records of every trial, its baselines and every comparison stay
    in any case.
    """

    url: str = "sqlite:///watcher.db"
    keep_records: Duration = timedelta(days=1095)
    keep_messages: Duration = timedelta(days=90)
    keep_polls: Duration = timedelta(days=90)


class OperatorConfig(Shape):
    """`[operator]`: who hears about faults, and which address is asked as long as all is well."""

    recipient: str | None = None
    heartbeat_url: str | None = None


class HealthConfig(Shape):
    """`[health]`: how the watcher shows other programs on this machine that it is well."""

    listen: str | None = None
    textfile: str | None = None


class PagesConfig(Shape):
    """`[pages]`: where the trial pages and feeds are kept, relative to the state directory, and where they are read."""

    dir: str | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _readable(self) -> PagesConfig:
        if self.url is not None and not _is_folder_address(self.url):
            raise ValueError(f'url = "{self.url}" is no address of a folder; write "https://trials.example.org"')
        return self


def _is_folder_address(url: str) -> bool:
    """Return whether something can be published below an address.

    Http(s), a host, no log-in, nothing after the path.
    """
    try:
        parts = urlsplit(url)
        is_usable = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False
    return is_usable and re.fullmatch(r"https?://[^\s?#]+", url) is not None


class Tls(StrEnum):
    """How the connection to the relay is protected."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class OAuthConfig(Shape):
    """`oauth` of `[email]`: log-in with a token instead of a password (XOAUTH2).

    With `refresh_token` the token is asked for by that, else by the client's own credentials.
    """

    token_url: str
    client_id: str
    client_secret: SecretRef | None = None
    refresh_token: SecretRef | None = None
    scope: str = ""
    user: str

    @model_validator(mode="after")
    def _grant(self) -> OAuthConfig:
        if self.client_secret is None and self.refresh_token is None:
            raise ValueError("oauth needs client_secret, refresh_token, or both")
        return self


class Thread(StrEnum):
    """Which digests a mail program shows as one conversation."""

    NONE = "none"
    WATCH = "watch"
    TRIAL = "trial"


class EmailConfig(Shape):
    """`[email]`: the one relay; one relay is one channel.

    `ca_file` is relative to the configuration file; see `watcher.pipeline.destinations.relay_config`.
    """

    host: str
    port: Annotated[int, Number] = Field(default=465, ge=1, le=65535)
    tls: Tls = Tls.IMPLICIT
    ca_file: str | None = None
    sender: str = Field(alias="from")
    username: str | None = None
    password: SecretRef | None = None
    reply_to: str | None = None
    unsubscribe: str | None = None
    timeout: Duration = timedelta(seconds=60)
    oauth: OAuthConfig | None = None
    thread: Thread = Thread.NONE


class WatchConfig(Shape):
    """`[[watch]]`: a named list of trials, a search, or both.

    `max_trials` is how many trials the search may match; more is refused, never cut.
    """

    name: str
    ids: NctIds = ()
    ids_file: str | None = None
    search: Search | None = None
    max_trials: Annotated[int, Number] = Field(default=2000, ge=1, le=100_000)
    tags: tuple[str, ...] = ()


class SlackConfig(Shape):
    """`slack = { webhook = … }`, or `slack = { token = …, channel = "C…" }` for a bot; each is one channel.

    `api` is where the Web API is asked: Slack's own, GovSlack's, or a stand-in on this machine.
    """

    webhook: SecretRef | None = None
    token: SecretRef | None = None
    channel: str | None = None
    api: str = "https://slack.com/api"

    @model_validator(mode="after")
    def _one_way(self) -> SlackConfig:
        if (self.webhook is None) == (self.token is None) or (self.token is None) != (self.channel is None):
            raise ValueError('slack is { webhook = {…} } or { token = {…}, channel = "C…" }')
        return self


class WebhookConfig(Shape):
    """`webhook = { url = …, secret = … }`: a hook of any program that checks Standard Webhooks signatures."""

    url: SecretRef
    secret: SecretRef


class AppriseConfig(Shape):
    """`apprise = { url = … }`: one Apprise address with one target; its parts are secrets."""

    url: SecretRef


class Cadence(StrEnum):
    """How often a recipient hears."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Send(Shape):
    """A cadence with its local time: `daily 07:30`, `weekly mon 07:30`, `monthly 1 07:30`.

    Attributes:
        cadence: How often.
        hour: Local hour, 0 to 23; 0 where the cadence has no time.
        minute: Local minute, 0 to 59.
        day: Weekday 0 (Monday) to 6 for weekly; day of the month 1 to 31 for monthly (the last day where the
            month is shorter); 0 otherwise.
    """

    cadence: Cadence
    hour: int = 0
    minute: int = 0
    day: int = 0

    def __str__(self) -> str:
        """Return the spelling of the configuration."""
        time = f" {self.hour:02}:{self.minute:02}"
        match self.cadence:
            case Cadence.IMMEDIATE | Cadence.HOURLY:
                return self.cadence.value
            case Cadence.WEEKLY:
                return f"weekly {_WEEKDAYS[self.day]}{time}"
            case Cadence.MONTHLY:
                return f"monthly {self.day}{time}"
            case _:
                return self.cadence.value + time


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def parse_send(value: object) -> Send:
    """Read a `send` value.

    Raises:
        ValueError: Any other text; the message lists what is possible.
    """
    if isinstance(value, Send):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "not a text")
    words = value.lower().split()
    match words:
        case ["immediate" | "hourly" as word]:
            return Send(cadence=Cadence(word))
        case ["daily" | "weekdays" as word, time] if found := _TIME.fullmatch(time):
            return Send(cadence=Cadence(word), hour=int(found[1]), minute=int(found[2]))
        case ["weekly", day, time] if day in _WEEKDAYS and (found := _TIME.fullmatch(time)):
            return Send(cadence=Cadence.WEEKLY, day=_WEEKDAYS.index(day), hour=int(found[1]), minute=int(found[2]))
        case ["monthly", day, time] if (
            day.isascii() and day.isdigit() and 1 <= int(day) <= 31 and (found := _TIME.fullmatch(time))
        ):
            return Send(cadence=Cadence.MONTHLY, day=int(day), hour=int(found[1]), minute=int(found[2]))
    raise ValueError(
        f'"{value}" is not a cadence; write "immediate", "hourly", "daily 07:30", "weekdays 07:30", '
        '"weekly mon 07:30" or "monthly 1 07:30"'
    )


class Least(StrEnum):
    """The quietest level a recipient wants to be told of; noise is never told."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class NearConfig(Shape):
    """`near = { countries = […], cities = […] }`: where a recipient is; a city may be written `Paris, France`."""

    countries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _somewhere(self) -> NearConfig:
        if not (self.countries or self.cities):
            raise ValueError('near names no place; write near = { countries = ["France"], cities = ["Lyon"] }')
        return self


class RecipientConfig(Shape):
    """`[[recipient]]`: one person or room, told by every channel named."""

    name: str
    email: str | None = None
    slack: SlackConfig | None = None
    folder: str | None = None
    webhook: WebhookConfig | None = None
    apprise: AppriseConfig | None = None
    stdout: bool = False
    watches: tuple[str, ...] | None = None
    ids: NctIds = ()
    tags: tuple[str, ...] = ()
    least: Least = Least.MINOR
    send: Annotated[Send, BeforeValidator(parse_send)] = Send(cadence=Cadence.DAILY, hour=7, minute=30)
    timezone: str | None = None
    audience: str | None = None
    near: NearConfig | None = None
    urgent: Least | None = None
    quiet: Annotated[Quiet | None, BeforeValidator(parse_quiet)] = None
    heartbeat: Literal["slot", "weekly"] | None = None
    welcome: bool = True

    @model_validator(mode="after")
    def _reachable(self) -> RecipientConfig:
        if not (self.email or self.slack or self.folder or self.webhook or self.apprise or self.stdout):
            ways = "email, slack, folder, webhook, apprise or stdout"
            raise ValueError(f'recipient "{self.name}" has no channel; give it {ways}')
        return self


class Config(Shape):
    """The whole file."""

    timezone: str = "UTC"
    state_dir: str | None = None
    templates_dir: str | None = None
    presets_dir: str | None = None
    registry: RegistryConfig = RegistryConfig()
    store: StoreConfig = StoreConfig()
    operator: OperatorConfig = OperatorConfig()
    health: HealthConfig = HealthConfig()
    pages: PagesConfig = PagesConfig()
    email: EmailConfig | None = None
    watch: tuple[WatchConfig, ...] = ()
    recipient: tuple[RecipientConfig, ...] = ()

    def zone(self, recipient: RecipientConfig) -> ZoneInfo:
        """Return the zone a recipient's times are in."""
        return ZoneInfo(recipient.timezone or self.timezone)
