"""Reads a secret from the place the configuration names, at the moment of use.

Never logs, caches or prints a secret; the error texts name the place only.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from watcher.config.lines import Place
from watcher.config.model import Config, RecipientConfig, SecretRef
from watcher.errors import ConfigError, Problem


def named_secrets(config: Config) -> Iterator[tuple[Place, str, SecretRef]]:
    """Give every secret a configuration names: its place in the file, what it is, where it lies; reads none."""
    if config.email is not None and config.email.password is not None:
        yield ("email", "password"), "password of the relay", config.email.password
    if config.email is not None and config.email.oauth is not None:
        oauth = config.email.oauth
        for what, ref in (("client secret", oauth.client_secret), ("refresh token", oauth.refresh_token)):
            if ref is not None:
                yield ("email", "oauth"), f"{what} of the relay", ref
    for index, recipient in enumerate(config.recipient):
        for key, what, ref in _secrets_of(recipient):
            yield ("recipient", index, key), f"{what} of {recipient.name}", ref


def _secrets_of(recipient: RecipientConfig) -> Iterator[tuple[str, str, SecretRef]]:
    slack, webhook, apprise = recipient.slack, recipient.webhook, recipient.apprise
    if slack is not None and slack.webhook is not None:
        yield "slack", "webhook", slack.webhook
    if slack is not None and slack.token is not None:
        yield "slack", "Slack token", slack.token
    if webhook is not None:
        yield "webhook", "webhook", webhook.url
        yield "webhook", "webhook secret", webhook.secret
    if apprise is not None:
        yield "apprise", "Apprise address", apprise.url


def known_secrets(config: Config, *, folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give every secret that can be read, to be masked where it would come up; those that cannot are left out."""
    found = []
    for _, _, ref in named_secrets(config):
        with suppress(ConfigError):
            found.append(read_secret(ref, folder=folder, environ=environ))
    return tuple(found)


def exposed_secrets(config: Config, *, folder: Path) -> Iterator[tuple[Place, str]]:
    """Give every file with a secret that others on this machine may read: its place, and a sentence."""
    for place, name, ref in named_secrets(config):
        path = folder / Path(ref.file).expanduser() if ref.file is not None else None
        if path is not None and path.is_file() and path.stat().st_mode & stat.S_IRWXO:
            yield place, f"{name}: {path} may be read by everybody on this machine; run: chmod o-rwx {path}"


def is_out_of_reach(ref: SecretRef, environ: Mapping[str, str]) -> bool:
    """Tell whether a secret is a systemd credential and this process was not started by systemd with credentials."""
    return ref.credential is not None and not environ.get("CREDENTIALS_DIRECTORY")


def read_secret(ref: SecretRef, *, folder: Path, environ: Mapping[str, str]) -> str:
    """Give a secret, one trailing line break removed.

    Args:
        ref: The place.
        folder: Folder of the configuration file; what `{ file = … }` is relative to.
        environ: Environment variables; `CREDENTIALS_DIRECTORY` is where systemd puts credentials
            (systemd.exec(5), LoadCredential=).

    Raises:
        ConfigError: The place is empty, missing or unreadable.
    """
    if ref.env is not None:
        value = environ.get(ref.env, "")
        return value or _refuse(f"${ref.env}", "the environment variable is not set or empty")
    if ref.file is not None:
        return _read_file(folder / Path(ref.file).expanduser())
    directory = environ.get("CREDENTIALS_DIRECTORY")
    name = ref.credential or ""
    if not directory:
        return _refuse(
            f"credential {name}",
            "there is no $CREDENTIALS_DIRECTORY: systemd hands credentials to its service only; by hand, run "
            f"`systemd-run --pipe -p LoadCredential={name}:FILE watcher …`; without systemd, use {{ file = … }}",
        )
    return _read_file(Path(directory) / name)


def _read_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except PermissionError:
        text = "the secret may not be read by this user; give the file to it, or under systemd use { credential = … }"
        return _refuse(str(path), text)
    except OSError as error:
        return _refuse(str(path), f"the secret cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return _refuse(str(path), "the secret is not UTF-8 text")
    return text.removesuffix("\n").removesuffix("\r") or _refuse(str(path), "the secret's file is empty")


def _refuse(place: str, text: str) -> str:
    raise ConfigError((Problem(place, 0, text),))
