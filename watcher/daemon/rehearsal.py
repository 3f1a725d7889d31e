"""The whole job against the sample registry: baseline, published changes, digests delivered into a folder.

Polls, compares, composes and delivers as in production; only the registry is a sample. The same digest is composed for
Slack as well, and not sent.
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
from watcher.ops.preview import preview_messages
from watcher.pipeline.publisher import publish
from watcher.pipeline.watchlist_resolution import follow_merged
from watcher.sandbox.sample_trials import sample_timeline
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

_CONFIG = """\
timezone = "UTC"

[registry]
base_url = "{registry}"
contact = "demo"
requests_per_second = 1000

[[watch]]
name = "demo"
ids_file = "watchlist.txt"
{search}
[[recipient]]
name = "ana"
folder = "delivered"
send = "monthly 1 00:00"
"""

_SEARCH = 'search = "https://clinicaltrials.gov/search?cond=Long+COVID&aggFilters=status:rec"\n'
_FOUND_BY_SEARCH = "NCT99000003"
"""The sample trial that is not watched by its id: it enters the search when it begins to recruit."""

OpenContext = Callable[[Loaded, Path], AbstractContextManager[RunContext]]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal delivered.

    Attributes:
        trials: How many trials were watched.
        data_versions: The registry's data versions that were published, in order.
        mails: The delivered mails, in order.
        slack: The payloads of the digest as Slack would get it.
    """

    trials: int
    data_versions: tuple[str, ...]
    mails: tuple[bytes, ...]
    slack: tuple[object, ...]


async def rehearse(
    folder: Path,
    open_context: OpenContext,
    report: Progress,
    *,
    site: Path | None = None,
    timeline: Timeline | None = None,
) -> Rehearsed:
    """Run the whole job offline, from the baseline to one digest of all published changes.

    Args:
        folder: An empty folder for configuration and state.
        open_context: Opens the context of a run, as `app.open_for_run`.
        report: Called with one line per step.
        site: Folder for the pages of all trials; None for no pages.
        timeline: What the registry holds; None for the sample trials.
    """
    search, found = ("", "") if timeline is not None else (_SEARCH, _FOUND_BY_SEARCH)
    timeline = timeline or sample_timeline()
    with Sandbox(timeline) as registry:
        ids = [nct_id for nct_id in timeline.ids(timeline.data_versions[0]) if nct_id != found]
        loaded = _write_config(folder, registry, ids, search)
        with open_context(loaded, folder / "state") as context:
            watchlist = read_watchlist(loaded)
            trials = len(watchlist.trials)
            report(f"{registry.data_version}: first sight of {trials} trials; nothing is told as changed")
            await run_once(context, lambda: watchlist)
            while registry.next():
                run = await run_once(context, lambda: watchlist)
                changed = run.poll.counts.changed if run.poll is not None else 0
                report(f"{registry.data_version}: {changed} of {trials} records changed")
            recipient = loaded.config.recipient[0]
            slack = preview_messages(context, watchlist, recipient, since=None, is_slack=True)
            await run_once(context, lambda: watchlist, send_all=True)
            if site is not None:
                publish(context, follow_merged(watchlist, context.store), site)
        return Rehearsed(
            trials=trials,
            data_versions=timeline.data_versions,
            mails=_delivered(folder / "state" / "delivered"),
            slack=tuple(message.slack for message in slack),
        )


def _write_config(folder: Path, registry: Sandbox, ids: Sequence[str], search: str) -> Loaded:
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(registry=registry.base_url, search=search))
    (folder / "watchlist.txt").write_text("".join(f"{nct_id}\n" for nct_id in ids))
    return load_config(config)


def _delivered(folder: Path) -> tuple[bytes, ...]:
    """Return the mails in a folder in the order they were written."""
    return tuple(path.read_bytes() for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns))


def save(rehearsed: Rehearsed, folder: Path) -> Mapping[str, Path]:
    """Write the mails as .eml, .html and .txt, and the Slack payloads as .json.

    Returns:
        Label of each file → its path, in the order to look at them.
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
    for number, payload in enumerate(rehearsed.slack, 1):
        path = folder / (f"slack-{number}.json" if len(rehearsed.slack) > 1 else "slack.json")
        path.write_text(json.dumps(payload, ensure_ascii=False, indent=2) + "\n")
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
