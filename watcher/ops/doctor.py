"""Checks everything a run depends on: one finding per part, with a remedy for each problem.

Sends no message and stores nothing, except that a registry that answers closes the breaker (design: HTTP, 403). Each
part is asked once, without the retries of a run.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from watcher.config.config_model import EmailConfig, SecretRef, WebhookConfig
from watcher.config.load import Loaded
from watcher.config.locate import under
from watcher.config.secrets import closed_secrets, named_secrets, read_secret, state_folder_user
from watcher.config.toml_lines import Place
from watcher.errors import (
    ConfigError,
    DeliveryError,
    Problem,
    StoreError,
    StorePermissionError,
    UsageError,
    WatcherError,
)
from watcher.ops.registry_probe import probe_registry
from watcher.ops.textfile import NEEDS_EXTRA
from watcher.pipeline import registry_state
from watcher.pipeline.destinations import relay_config, tokens_of
from watcher.store import admin
from watcher.store.lock import holder
from watcher.store.store import Store

LEAST_FREE = 100_000_000
"""Bytes that should be free where the store lies, besides one more copy of it: a migration makes a backup first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part.

    Attributes:
        part: Its name, as a person would say it.
        said: One sentence; with what to do when it is a problem.
        error: What is wrong, for the exit code; None when it is well.
        is_skipped: Whether it could not be looked at; not a fault by itself.
    """

    part: str
    said: str
    error: WatcherError | None = None
    is_skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What the doctor works with. Holds no store: that may be what is ill.

    Attributes:
        loaded: The configuration and where it lies.
        state_dir: The state folder; need not exist.
        clock: Gives the time, aware and in UTC.
        sleep: Waits for seconds.
        environ: Environment variables, for secrets.
    """

    loaded: Loaded
    state_dir: Path
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    environ: Mapping[str, str]


async def examine(bag: Bag) -> AsyncIterator[Finding]:
    """Look at every part, from this machine outwards; a part that fails keeps no other from being looked at.

    Yields:
        Findings, each as soon as it is known.
    """
    config = bag.loaded.config
    yield _found("configuration", partial(_configuration, bag))
    for _, name, ref in named_secrets(config):
        yield _found(name, partial(_secret_file, bag, ref))
    for _, text in _closed(bag):
        yield _wrong("secret", StorePermissionError(text))
    yield _found("state folder", partial(_folder, bag.state_dir))
    yield _found("disk", partial(_disk, bag))
    if config.health.textfile is not None:
        yield _found("textfile", partial(_textfile, under(bag.state_dir, config.health.textfile)))
    yield _found("database", partial(_database, bag))
    async for knock in probe_registry(config.registry, bag.clock, bag.sleep):
        yield Finding(part=knock.part, said=knock.said, error=knock.error, is_skipped=knock.is_skipped)
        if knock.opens and (closed := _found("breaker", partial(_close_breaker, bag))).said:
            yield closed
    if (email := relay_config(bag.loaded)) is not None:
        yield await _relay(bag, email)
    for recipient in config.recipient:
        slack, hook = recipient.slack, recipient.webhook
        if slack is not None and slack.webhook is not None:
            yield _found(f"Slack for {recipient.name}", partial(_hook, bag, slack.webhook))
        if hook is not None:
            yield _found(f"webhook for {recipient.name}", partial(_signed_hook, bag, hook))
        if recipient.folder is not None:
            yield _found(f"folder for {recipient.name}", partial(_folder, bag.state_dir / recipient.folder))


def _found(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part=part, said=look())
    except WatcherError as error:
        return _wrong(part, error)
    except OSError as error:
        said = f"{error.filename or part}: {error.strerror}"
        return _wrong(part, StoreError(said))


def _wrong(part: str, error: WatcherError) -> Finding:
    said = "; ".join(str(problem) for problem in error.problems) if isinstance(error, ConfigError) else str(error)
    return Finding(part=part, said=said, error=error)


def _configuration(bag: Bag) -> str:
    path = bag.loaded.path
    if path.stat().st_mode & stat.S_IWOTH:
        raise _problem(path, f"may be changed by everybody on this machine; run: chmod o-w {path}")
    return str(path)


def _secret_file(bag: Bag, ref: SecretRef) -> str:
    read_secret(ref, folder=bag.loaded.folder, environ=bag.environ)
    if ref.file is None:
        return "is there"
    path = under(bag.loaded.folder, ref.file)
    if path.stat().st_mode & stat.S_IRWXO:
        raise _problem(path, f"may be read by everybody on this machine; run: chmod o-rwx {path}")
    return f"{path} is there, and closed to others"


def _closed(bag: Bag) -> Iterator[tuple[Place, str]]:
    """Find, as root, what the user who runs the watcher may not read."""
    reader = state_folder_user(bag.state_dir)
    if reader is not None:
        yield from closed_secrets(bag.loaded.config, folder=bag.loaded.folder, user=reader)


def _folder(path: Path) -> str:
    place = _nearest(path)
    if not place.is_dir():
        raise StoreError(f"{path} cannot be made: {place} is not a folder")
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        who = "this user; give it the folder, or run the watcher as its owner"
        raise StorePermissionError(f"{place} may not be written by {who}")
    if place == path and path.stat().st_mode & stat.S_IWOTH:
        raise StorePermissionError(f"{path} may be changed by everybody on this machine; run: chmod o-w {path}")
    return str(path) if place == path else f"{path}; the first run makes it"


def _textfile(path: Path) -> str:
    try:
        import watcher.ops.metrics  # noqa: F401 — as the run does, whose extra it is
    except ImportError:
        raise UsageError(NEEDS_EXTRA) from None
    return _folder(path.parent)


def _disk(bag: Bag) -> str:
    free = shutil.disk_usage(_nearest(bag.state_dir)).free
    path = _path(bag)
    size = path.stat().st_size if path.exists() else 0
    said = f"{_megabytes(free)} free, the store takes {_megabytes(size)}"
    if free < LEAST_FREE + size:
        raise StoreError(f"{said}; make room: {_megabytes(LEAST_FREE + size)} should be free")
    return said


def _database(bag: Bag) -> str:
    path = _path(bag)
    if not path.exists():
        return f"none yet; the first `watcher run --once` makes {path}"
    problems = admin.check(path)
    if problems:
        raise StoreError("; ".join(problems))
    running = holder(bag.state_dir)
    return f"{path} is sound" + (f"; a run is under way ({running})" if running is not None else "")


def _close_breaker(bag: Bag) -> str:
    path = _path(bag)
    if not path.exists():
        return ""
    with Store.open(path) as store:
        if registry_state.breaker(store) is None:
            return ""
        registry_state.close_breaker(store)
    return "closed: the registry had refused us and passes now, the next poll asks it again"


async def _relay(bag: Bag, config: EmailConfig) -> Finding:
    from watcher.delivery.email import EmailChannel

    try:
        password = _secret(bag, config.password) if config.password is not None else None
        tokens = tokens_of(config, partial(_secret, bag), bag.clock, lambda: 0.0, {})
        await EmailChannel(config=config, password=password, tokens=tokens).check()
    except (ConfigError, DeliveryError) as error:
        return _wrong("relay", error)
    way = f"{config.host}:{config.port}"
    return Finding(
        part="relay", said=f"{way} takes our log-in" if password or tokens else f"{way} takes us without a log-in"
    )


def _signed_hook(bag: Bag, hook: WebhookConfig) -> str:
    from watcher.delivery.webhook import read_keys

    try:
        read_keys(_secret(bag, hook.secret))
    except DeliveryError as error:
        raise _problem(bag.loaded.path, str(error)) from None
    return _hook(bag, hook.url)


def _hook(bag: Bag, address: SecretRef) -> str:
    from watcher.delivery.http_post import read_address

    try:
        target = read_address(_secret(bag, address))
    except DeliveryError as error:
        raise _problem(bag.loaded.path, str(error)) from None
    return f"the webhook at {target.host} has the right form; `watcher send-test` tries it"


def _secret(bag: Bag, ref: SecretRef) -> str:
    return read_secret(ref, folder=bag.loaded.folder, environ=bag.environ)


def _path(bag: Bag) -> Path:
    return admin.database_path(bag.loaded.config.store.url, bag.state_dir)


def _nearest(path: Path) -> Path:
    """Return a path itself or the nearest one above it that is there."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size < 10e9 else f"{size / 1e9:,.0f} GB"


def _problem(path: Path, text: str) -> ConfigError:
    return ConfigError((Problem(str(path), 0, text),))
