"""Reads secrets from where the configuration points, at the time of use.

Never logs, caches or prints a secret; errors name the location only.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from watcher.config.config_model import Config, RecipientConfig, SecretRef
from watcher.config.locate import under
from watcher.config.toml_lines import Place
from watcher.errors import ConfigError, Problem


def named_secrets(config: Config) -> Iterator[tuple[Place, str, SecretRef]]:
    """Yield the place, description and reference of every secret in a configuration; reads none."""
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
    """Return every readable secret, for masking."""
    found = []
    for _, _, ref in named_secrets(config):
        with suppress(ConfigError):
            found.append(read_secret(ref, folder=folder, environ=environ))
    return tuple(found)


def exposed_secrets(config: Config, *, folder: Path) -> Iterator[tuple[Place, str]]:
    """Yield the place of every secret file that other users can read, with a sentence."""
    for place, name, ref in named_secrets(config):
        path = under(folder, ref.file) if ref.file is not None else None
        if path is not None and path.is_file() and path.stat().st_mode & stat.S_IRWXO:
            yield place, f"{name}: {path} may be read by everybody on this machine; run: chmod o-rwx {path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUser:
    """User id and groups of a user of this machine."""

    uid: int
    gids: frozenset[int]

    def may(self, path: Path, right: int) -> bool:
        """Return True if owner and mode allow to read (4) or traverse (1) a path; ignores access control lists.

        Raises:
            OSError: It does not exist.
        """
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid in self.gids else 0
        return self.uid == 0 or bool(found.st_mode >> shift & right)


def state_folder_user(state_dir: Path) -> FileUser | None:
    """Return the owner of a state folder if we are root and the owner is not, else None."""
    if os.geteuid() != 0 or not state_dir.is_dir():
        return None
    found = state_dir.stat()
    if found.st_uid == 0:
        return None
    try:
        groups = os.getgrouplist(pwd.getpwuid(found.st_uid).pw_name, found.st_gid)
    except KeyError:  # a dynamic user of systemd
        groups = [found.st_gid]
    return FileUser(uid=found.st_uid, gids=frozenset(groups))


def closed_secrets(config: Config, *, folder: Path, user: FileUser) -> Iterator[tuple[Place, str]]:
    """Yield the place of every secret file that a user cannot read, with a sentence.

    Args:
        config: The configuration.
        folder: Folder of the configuration file.
        user: The user who has to read them.
    """
    for place, name, ref in named_secrets(config):
        path = under(folder, ref.file).absolute() if ref.file is not None else None
        if path is None or not path.is_file():
            continue
        shut = next((one for one in path.parents if not user.may(one, stat.S_IXOTH)), None)
        if shut is not None or not user.may(path, stat.S_IROTH):
            why = f"{shut} is closed to it" if shut is not None else "its mode says so"
            text = f"{name}: {path} may not be read by user {user.uid}, whose the state folder is ({why})"
            yield place, f"{text}; give it to that user, or under systemd use {{ credential = … }}"


def is_out_of_reach(ref: SecretRef, environ: Mapping[str, str]) -> bool:
    """Return True if a secret is a systemd credential and this process has no credentials."""
    return ref.credential is not None and not environ.get("CREDENTIALS_DIRECTORY")


def read_secret(ref: SecretRef, *, folder: Path, environ: Mapping[str, str]) -> str:
    """Read a secret and remove one trailing line break.

    Args:
        ref: Its location.
        folder: Folder of the configuration file, which `{ file = … }` is relative to.
        environ: Environment variables; `CREDENTIALS_DIRECTORY` is where systemd puts credentials
            (systemd.exec(5), LoadCredential=).

    Raises:
        ConfigError: It is empty, missing or unreadable.
    """
    if ref.env is not None:
        value = _line(f"${ref.env}", environ.get(ref.env, ""))
        return value or _refuse(f"${ref.env}", "the environment variable is not set or empty")
    if ref.file is not None:
        return _read_file(under(folder, ref.file))
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
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
            return _refuse(str(path), "the secret's place is not a file; name a file that holds it and nothing else")
        text = path.read_text(encoding="utf-8-sig")
    except PermissionError:
        text = "the secret may not be read by this user; give the file to it, or under systemd use { credential = … }"
        return _refuse(str(path), text)
    except OSError as error:
        return _refuse(str(path), f"the secret cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return _refuse(str(path), "the secret is not UTF-8 text")
    return _line(str(path), text) or _refuse(str(path), "the secret's file is empty")


def _line(place: str, text: str) -> str:
    """Return a text without its trailing line break; refuse more than one line."""
    line = text.removesuffix("\n").removesuffix("\r")
    if any(sign in line for sign in "\n\r\0"):
        return _refuse(place, "the secret is more than one line; leave one line with the secret and nothing else")
    return line


def _refuse(place: str, text: str) -> str:
    raise ConfigError((Problem(place, 0, text),))
