"""The whole job against the sandbox: baseline, published changes, digests delivered to sinks on loopback.

The same poll, compare, compose and delivery as for real; only the registry, the relay and the webhook are ours.
"""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from watcher.config.load import Loaded, load_config
from watcher.config.watchlist import read_watchlist
from watcher.context import RunContext
from watcher.daemon.single_run import run_once
from watcher.pipeline.publisher import publish
from watcher.sandbox.sample_trials import sample_timeline
from watcher.sandbox.server import Sandbox
from watcher.sandbox.smtp import SmtpSink
from watcher.sandbox.webhook import WebhookSink

_CONFIG = """\
timezone = "UTC"

[registry]
base_url = "{registry}"
contact = "demo"
requests_per_second = 1000

[email]
host = "{smtp_host}"
port = {smtp_port}
tls = "none"
from = "Trial watcher <trials@example.org>"

[[watch]]
name = "demo"
ids_file = "watchlist.txt"

[[recipient]]
name = "ana"
email = "ana@example.org"
send = "monthly 1 00:00"

[[recipient]]
name = "trial room"
slack = {{ webhook = {{ file = "webhook" }} }}
least = "major"
welcome = false
send = "monthly 1 00:00"
"""

OpenParts = Callable[[Loaded, Path], AbstractContextManager[RunContext]]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal delivered.

    Attributes:
        trials: How many trials were watched.
        data_versions: The registry's data versions gone through, in order.
        mails: Mails as the sink took them, in order.
        posts: Slack payloads as the sink took them, in order.
    """

    trials: int
    data_versions: tuple[str, ...]
    mails: tuple[bytes, ...]
    posts: tuple[bytes, ...]


async def rehearse(folder: Path, open_parts: OpenParts, say: Progress, *, site: Path | None = None) -> Rehearsed:
    """Run the whole job offline, from the baseline to one digest of everything that was published after it.

    Args:
        folder: An empty folder for configuration and state.
        open_parts: Gives the parts of a run, as `app.open_for_run`.
        say: Hears what is being done, a line each.
        site: Where to put the pages of all trials at the end; None for no pages.
    """
    timeline = sample_timeline()
    with Sandbox(timeline) as registry, SmtpSink() as smtp, WebhookSink() as hook:
        loaded = _write_config(folder, registry, smtp, hook, timeline.ids(timeline.data_versions[0]))
        with open_parts(loaded, folder / "state") as parts:
            watchlist = read_watchlist(loaded)
            say(f"{registry.data_version}: first sight of {len(watchlist.trials)} trials; nothing is told as changed")
            await run_once(parts, lambda: watchlist)
            while registry.next():
                is_last = registry.data_version == timeline.data_versions[-1]
                report = await run_once(parts, lambda: watchlist, send_all=is_last)
                changed = report.poll.counts.changed if report.poll is not None else 0
                say(f"{registry.data_version}: {changed} of {len(watchlist.trials)} records changed")
            if site is not None:
                publish(parts, watchlist, site)
        return Rehearsed(
            trials=len(watchlist.trials),
            data_versions=timeline.data_versions,
            mails=tuple(mail.body for mail in smtp.mails),
            posts=tuple(post.body for post in hook.accepted),
        )


def _write_config(folder: Path, registry: Sandbox, smtp: SmtpSink, hook: WebhookSink, ids: Sequence[str]) -> Loaded:
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(registry=registry.base_url, smtp_host=smtp.host, smtp_port=smtp.port))
    (folder / "watchlist.txt").write_text("".join(f"{nct_id}\n" for nct_id in ids))
    (folder / "webhook").write_text(hook.url)
    return load_config(config)


def save(rehearsed: Rehearsed, folder: Path) -> Mapping[str, Path]:
    """Write what was delivered as files to open: .eml, .html, .txt and the Slack payload.

    Returns:
        What each file is → its path, in the order to look at them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Path] = {}
    for number, raw in enumerate(rehearsed.mails):
        name = "digest" if number == len(rehearsed.mails) - 1 else "welcome"
        html = body_of(raw, "html")
        for suffix, content in (("eml", raw), ("html", html.encode()), ("txt", body_of(raw, "plain").encode())):
            path = folder / f"{name}.{suffix}"
            path.write_bytes(content)
            found[f"{name} .{suffix}"] = path
    for number, raw in enumerate(rehearsed.posts, 1):
        path = folder / (f"slack-{number}.json" if len(rehearsed.posts) > 1 else "slack.json")
        path.write_text(json.dumps(json.loads(raw), ensure_ascii=False, indent=2) + "\n")
        found[f"Slack message {number}"] = path
    return found


def subject_of(raw: bytes) -> str:
    """Return a mail's subject, decoded."""
    return str(_parsed(raw)["Subject"])


def body_of(raw: bytes, subtype: str) -> str:
    """Return a mail's plain or HTML body; empty when it has none."""
    part = _parsed(raw).get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)
