"""`check-config`: every problem at once, then who is told what and when."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from watcher import app
from watcher.app import utc_now, watchlist_reader
from watcher.changes.kinds import known_names
from watcher.cli.exits import Exit
from watcher.cli.settings import Settings
from watcher.cli.terminal import counted
from watcher.config.config_model import RecipientConfig
from watcher.config.load import Loaded, survey_config
from watcher.config.locate import find_config, under
from watcher.config.presets import unknown_kinds
from watcher.config.secrets import (
    closed_secrets,
    exposed_secrets,
    is_out_of_reach,
    named_secrets,
    read_secret,
    state_folder_user,
)
from watcher.config.toml_lines import Place
from watcher.config.watchlist import Watchlist
from watcher.delivery.headers import parse_mailbox
from watcher.delivery.http_post import read_address
from watcher.delivery.mime import build, letterhead
from watcher.delivery.webhook import read_keys
from watcher.digests.routing import searches_for, trials_for, unreached_ids
from watcher.digests.slots import next_slots
from watcher.errors import ConfigError, DeliveryError, Problem, StoreError
from watcher.network import mail_context
from watcher.pipeline.destinations import message_domain, relay_config
from watcher.pipeline.recipient_sync import renamed_recipients
from watcher.rendering.message import Message
from watcher.store.admin import database_path

_SLOTS_SHOWN = 3


@click.command("check-config")
@click.pass_obj
def check_config(settings: Settings) -> None:
    """Check the configuration and the watchlists: every problem at once, with file, line and remedy.

    Then shows what is watched, who receives it, and each recipient's next three digests. Does not use the network.

    \b
        watcher --config config.toml check-config
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded, wrong = survey_config(find_config(settings.config, os.environ), os.environ)
    if loaded is None:
        raise ConfigError(wrong)
    watchlist = watchlist_reader(loaded)()
    known = {(problem.file, problem.line) for problem in wrong}
    further = [problem for problem in _Closer(loaded).problems() if (problem.file, problem.line) not in known]
    problems = (*sorted((*wrong, *further)), *watchlist.problems)
    for problem in problems:
        click.echo(str(problem), err=True)
    warnings = (*loaded.warnings, *_reach_warnings(loaded, watchlist), *_renamed_warnings(settings, loaded))
    for warning in (
        *warnings,
        *_exposed_warnings(loaded),
        *_closed_warnings(settings, loaded),
        *_unseen_warnings(loaded),
    ):
        click.echo(f"{warning} (warning)", err=True)
    if not wrong:
        _print_plan(settings, loaded, watchlist)
    if problems:
        sys.exit(int(Exit.CONFIG))


@dataclass(frozen=True, slots=True)
class _Closer:
    """A closer look at values: whether secrets are there, and addresses fit to be sent to."""

    loaded: Loaded

    def problems(self) -> Iterator[Problem]:
        """Find what would otherwise come to light only when something is sent."""
        looked = (*self._secrets(), *self._store(), *self._relay(), *self._mailboxes(), *self._heartbeat())
        for place, text in looked:
            yield self.loaded.sources.problem(place, text)
        yield from self._rules()

    def _rules(self) -> Iterator[Problem]:
        for preset in self.loaded.presets.values():
            yield from unknown_kinds(preset, known_names())

    def _heartbeat(self) -> Iterator[tuple[Place, str]]:
        url = self.loaded.config.operator.heartbeat_url
        if url is not None:
            try:
                read_address(url, "heartbeat")
            except DeliveryError as error:
                yield ("operator", "heartbeat_url"), str(error)

    def _secrets(self) -> Iterator[tuple[Place, str]]:
        for place, name, ref in named_secrets(self.loaded.config):
            if is_out_of_reach(ref, os.environ):
                continue  # for the service to read; `_unseen_warnings` says so
            try:
                secret = read_secret(ref, folder=self.loaded.folder, environ=os.environ)
            except ConfigError as error:
                for problem in error.problems:
                    yield place, f"{name}: {problem}"
                continue
            if name.startswith("webhook of"):
                yield from _hook_problem(place, name, secret)
            elif name.startswith("webhook secret of"):
                yield from _key_problem(place, name, secret)

    def _store(self) -> Iterator[tuple[Place, str]]:
        try:
            database_path(self.loaded.config.store.url, Path())
        except StoreError as error:
            yield ("store", "url"), str(error)

    def _relay(self) -> Iterator[tuple[Place, str]]:
        yield from self._letterhead()
        email = relay_config(self.loaded)
        if email is not None and email.ca_file is not None:
            yield from _value_problem(("email", "ca_file"), lambda: mail_context(email.ca_file))

    def _letterhead(self) -> Iterator[tuple[Place, str]]:
        email = self.loaded.config.email
        if email is None:
            return
        fine = "watcher@example.org"
        yield from _value_problem(("email", "from"), lambda: letterhead(email.sender))
        yield from _value_problem(("email", "reply_to"), lambda: letterhead(fine, email.reply_to))
        yield from _value_problem(("email", "unsubscribe"), lambda: letterhead(fine, None, email.unsubscribe))
        yield from _value_problem(("email", "from"), self._build_mail)

    def _build_mail(self) -> None:
        """Build a mail as sending does: an address may be one that no mail can carry.

        Raises:
            ValueError: No mail can be built; nothing is said when one of the addresses is named by itself.
        """
        email = self.loaded.config.email
        if email is None:
            return
        try:
            head = letterhead(email.sender, email.reply_to, email.unsubscribe)
        except ValueError:
            return
        domain = message_domain(self.loaded.config)
        specimen = Message(
            message_id=f"<specimen@{domain}>",
            date="2026-01-01T00:00:00Z",
            subject="Specimen",
            text="Never sent.",
            html=None,
            boundary="specimen",
            headers={"List-Id": f"Trial watcher <trial-watcher.{domain}>"},
        )
        try:
            build(specimen, head, head.sender)
        except ValueError as error:
            raise ValueError(f"no mail can be sent from this address: {error}") from None

    def _mailboxes(self) -> Iterator[tuple[Place, str]]:
        for index, recipient in enumerate(self.loaded.config.recipient):
            if recipient.email is not None:
                try:
                    parse_mailbox(recipient.email)
                except ValueError as error:
                    text = f'email = "{recipient.email}" of recipient "{recipient.name}": {error}'
                    yield ("recipient", index, "email"), text


def _hook_problem(place: Place, name: str, secret: str) -> Iterator[tuple[Place, str]]:
    try:
        read_address(secret)
    except DeliveryError as error:
        yield place, f"{name}: {error}"


def _key_problem(place: Place, name: str, secret: str) -> Iterator[tuple[Place, str]]:
    try:
        read_keys(secret)
    except DeliveryError as error:
        yield place, f"{name}: {error}"


def _value_problem(place: Place, read: Callable[[], object]) -> Iterator[tuple[Place, str]]:
    try:
        read()
    except ValueError as error:
        yield place, str(error)


def _exposed_warnings(loaded: Loaded) -> Iterator[Problem]:
    for place, text in exposed_secrets(loaded.config, folder=loaded.folder):
        yield loaded.sources.problem(place, text)


def _closed_warnings(settings: Settings, loaded: Loaded) -> Iterator[Problem]:
    """Warn, as root, of secrets that the user who runs the watcher may not read.

    Root sees nothing of that by itself.
    """
    reader = state_folder_user(settings.state(loaded))
    if reader is not None:
        for place, text in closed_secrets(loaded.config, folder=loaded.folder, user=reader):
            yield loaded.sources.problem(place, text)


def _unseen_warnings(loaded: Loaded) -> Iterator[Problem]:
    """Warn of secrets that only the service can read; that they cannot be seen from here is no fault of the file."""
    for place, name, ref in named_secrets(loaded.config):
        if is_out_of_reach(ref, os.environ):
            text = f"{name}: credential {ref.credential} was not looked at: systemd hands it to the service only"
            yield loaded.sources.problem(place, text)


def _reach_warnings(loaded: Loaded, watchlist: Watchlist) -> Iterator[Problem]:
    path = str(loaded.path)
    is_any = bool(watchlist.trials or watchlist.searches)
    if not is_any:
        yield Problem(path, 0, "nothing is watched: add trials with `watcher add NCT…` or name them in a [[watch]]")
    if not loaded.config.recipient:
        yield Problem(path, 0, "nobody is told: add a [[recipient]]")
    elif unreached := unreached_ids(loaded.config, watchlist):
        shown = ", ".join(unreached[:5]) + (f" and {len(unreached) - 5} more" if len(unreached) > 5 else "")
        yield Problem(path, 0, f"watched but reaching nobody: {shown}; add their watch to a recipient")
    for recipient in loaded.config.recipient:
        is_operator = recipient.name == loaded.config.operator.recipient
        hears = trials_for(recipient, loaded.config, watchlist) or searches_for(recipient, loaded.config, watchlist)
        if is_any and not is_operator and not hears:
            yield Problem(path, 0, f'recipient "{recipient.name}" watches nothing; give it watches, tags or ids')
    reached = {key for one in loaded.config.recipient for key, _ in searches_for(one, loaded.config, watchlist)}
    for one in watchlist.searches if loaded.config.recipient else ():
        if one.query.key not in reached:
            yield Problem(path, 0, f'the search of watch "{one.name}" reaches nobody; add the watch to a recipient')
    own = loaded.config.templates_dir
    if own is not None and not under(loaded.folder, own).is_dir():
        yield Problem(path, 0, f'templates_dir = "{own}" is no folder; the built-in templates are used')


def _renamed_warnings(settings: Settings, loaded: Loaded) -> Iterator[Problem]:
    """Warn of recipients that only seem to have another name now, as far as there is a store to tell."""
    state = settings.state(loaded)
    try:
        if app.database_of(loaded, state).exists():
            with app.open_for_reading(loaded, state) as context:
                for one in renamed_recipients(context):
                    yield Problem(str(loaded.path), 0, str(one))
    except StoreError:
        return  # an unusable store is named by `doctor` and `db check`, not by a look at the configuration


def _print_plan(settings: Settings, loaded: Loaded, watchlist: Watchlist) -> None:
    click.echo(f"Configuration  {loaded.path}")
    click.echo(f"State folder   {settings.state(loaded)}")
    click.echo(f"Registry       {loaded.config.registry.base_url}")
    watches = len(loaded.config.watch)
    searches = f" and {counted(len(watchlist.searches), 'search', 'searches')}" if watchlist.searches else ""
    what = f"{counted(len(watchlist.trials), 'trial')}{searches}"
    click.echo(f"Watched        {what} in {counted(watches, 'watch', 'watches')}")
    for one in watchlist.searches:
        click.echo(f"  search       {', '.join(one.watches)}: {one.query.described}")
    if loaded.config.operator.recipient is None:
        click.echo("Operator       none named: faults show in the log and in `watcher status` only")
    else:
        click.echo(f"Operator       {loaded.config.operator.recipient}")
    for recipient in loaded.config.recipient:
        click.echo()
        for line in _recipient_lines(loaded, watchlist, recipient):
            click.echo(line)


def _recipient_lines(loaded: Loaded, watchlist: Watchlist, recipient: RecipientConfig) -> Iterator[str]:
    count = len(trials_for(recipient, loaded.config, watchlist))
    searches = len(searches_for(recipient, loaded.config, watchlist))
    found = f" and those that {counted(searches, 'search finds', 'searches find')}" if searches else ""
    yield f"{recipient.name} hears of {counted(count, 'trial')}{found}, {_levels(recipient)}"
    yield from _wishes(recipient)
    yield f"  by    {_ways(recipient)}"
    zone = loaded.config.zone(recipient)
    slots = next_slots(recipient.send, zone, utc_now(), _SLOTS_SHOWN)
    yield f"  when  {recipient.send}" + (f", {zone.key} time" if slots else ": after every complete poll with news")
    for number, slot in enumerate(slots):
        yield f"  {'' if number else 'next':5} {slot.astimezone(zone):%a %d %b %Y %H:%M %z}"


def _wishes(recipient: RecipientConfig) -> Iterator[str]:
    if recipient.audience is not None:
        yield f"  as    {recipient.audience}"
    if recipient.near is not None:
        yield f"  near  {', '.join((*recipient.near.cities, *recipient.near.countries))}"
    if recipient.urgent is not None:
        yield f"  soon  {recipient.urgent.value} changes at once, after a complete poll"
    if recipient.quiet is not None:
        yield f"  quiet {recipient.quiet}"


def _levels(recipient: RecipientConfig) -> str:
    return {
        "critical": "critical changes only",
        "major": "critical and major changes",
        "minor": "critical, major and minor changes",
    }[recipient.least.value]


def _ways(recipient: RecipientConfig) -> str:
    ways = []
    if recipient.email is not None:
        ways.append(f"email to {recipient.email}")
    if recipient.slack is not None:
        ways.append("Slack" if recipient.slack.channel is None else f"Slack channel {recipient.slack.channel}")
    if recipient.folder is not None:
        ways.append(f"files in {recipient.folder}")
    if recipient.webhook is not None:
        ways.append("a signed webhook")
    if recipient.apprise is not None:
        ways.append("Apprise")
    if recipient.stdout:
        ways.append("standard output")
    return ", ".join(ways)
