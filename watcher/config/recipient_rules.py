"""Checks recipients' settings against each other: audience, near, urgent, quiet hours, heartbeat.

Reads only the rule files of the audiences in use. Does not know the kinds of changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from pathlib import Path

from watcher.config.config_model import Cadence, Config, RecipientConfig
from watcher.config.locate import under
from watcher.config.presets import Preset, preset_names, read_preset
from watcher.config.quiet_span import Quiet
from watcher.config.rules import ConfigFinding
from watcher.errors import ConfigError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientFindings:
    """The findings about recipients.

    Attributes:
        presets: Rules by audience, as far as they can be read.
        findings: Wrong or unwise settings; may be empty.
        problems: Problems in rule files; may be empty.
    """

    presets: Mapping[str, Preset]
    findings: tuple[ConfigFinding, ...]
    problems: tuple[Problem, ...]


def check_recipients(config: Config, *, folder: Path) -> RecipientFindings:
    """Check every recipient and read the audiences in use.

    Args:
        config: A configuration with valid single values.
        folder: Folder of the configuration file, which `presets_dir` is relative to.
    """
    own = under(folder, config.presets_dir) if config.presets_dir is not None else None
    names = preset_names(own)
    presets: dict[str, Preset] = {}
    problems: list[Problem] = []
    for name in sorted({recipient.audience for recipient in config.recipient if recipient.audience in names} - {None}):
        try:
            presets[str(name)] = read_preset(str(name), own)
        except ConfigError as error:
            problems += error.problems
    found = [
        finding
        for index, recipient in enumerate(config.recipient)
        for finding in (*_audience(index, recipient, names, presets), *_times(index, recipient))
    ]
    if own is not None and not own.is_dir():
        text = f'presets_dir = "{config.presets_dir}" is no folder; the built-in audiences are used'
        found.append(ConfigFinding(place=("presets_dir",), text=text, is_fatal=False))
    return RecipientFindings(presets=presets, findings=tuple(found), problems=tuple(problems))


def _audience(
    index: int, recipient: RecipientConfig, names: tuple[str, ...], presets: Mapping[str, Preset]
) -> Iterator[ConfigFinding]:
    name = recipient.audience
    if name is None:
        return
    if name not in names:
        close = get_close_matches(name, names, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else f"; there are: {', '.join(names)}"
        text = f'audience "{name}" of recipient "{recipient.name}" is not known{hint}'
        yield ConfigFinding(place=("recipient", index, "audience"), text=text)
    elif recipient.near is not None and name in presets and not presets[name].near:
        text = f'near of recipient "{recipient.name}" does nothing: audience "{name}" has no rules for it'
        yield ConfigFinding(place=("recipient", index, "near"), text=text, is_fatal=False)


def _times(index: int, recipient: RecipientConfig) -> Iterator[ConfigFinding]:
    is_immediate = recipient.send.cadence is Cadence.IMMEDIATE
    if is_immediate and recipient.urgent is not None:
        text = f'urgent of recipient "{recipient.name}" does nothing: with send = "immediate" everything goes at once'
        yield ConfigFinding(place=("recipient", index, "urgent"), text=text, is_fatal=False)
    if is_immediate and recipient.heartbeat == "slot":
        text = f'heartbeat = "slot" of recipient "{recipient.name}" needs slots; write "weekly", or another send'
        yield ConfigFinding(place=("recipient", index, "heartbeat"), text=text)
    has_time = recipient.send.cadence not in (Cadence.IMMEDIATE, Cadence.HOURLY)
    at = time(recipient.send.hour, recipient.send.minute)
    if recipient.quiet is not None and has_time and _is_within(recipient.quiet, at):
        text = (
            f'send = "{recipient.send}" of recipient "{recipient.name}" lies in the quiet hours {recipient.quiet}; '
            f"the digest goes out when they end, at {recipient.quiet.ends:%H:%M}"
        )
        yield ConfigFinding(place=("recipient", index, "quiet"), text=text, is_fatal=False)


def _is_within(quiet: Quiet, at: time) -> bool:
    if quiet.begins < quiet.ends:
        return quiet.begins <= at < quiet.ends
    return at >= quiet.begins or at < quiet.ends
