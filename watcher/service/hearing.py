"""What one recipient has not been told, as they hear it: their windows, their audience, their level, their channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from watcher.config.model import RecipientConfig
from watcher.digests.levels import Ear
from watcher.digests.routing import Followed
from watcher.service.channels import Line
from watcher.service.parts import Parts
from watcher.store.telling import Reader

if TYPE_CHECKING:
    from watcher.service.windows import Comparisons, Told


def ear_of(parts: Parts, recipient: RecipientConfig) -> Ear:
    """Give how a recipient hears: their audience's rules and where they are."""
    rules = parts.loaded.presets.get(recipient.audience) if recipient.audience is not None else None
    return Ear(preset=rules, near=recipient.near)


def told_on(
    parts: Parts,
    recipient: RecipientConfig,
    reader: Reader,
    followed: Sequence[Followed],
    line: Line,
    comparisons: Comparisons,
) -> tuple[Told, ...]:
    """Compare what a recipient has not been told on one channel; a channel added later begins later."""
    from watcher.service.windows import untold

    begins = reader.channels.get(line.key, 0)
    windows = parts.store.ledger.windows(recipient.name, [trial.nct_id for trial in followed], begins=begins)
    names = {trial.nct_id: trial.short_name for trial in followed}
    return untold(windows, comparisons, short_names=names, least=recipient.least, ear=ear_of(parts, recipient))
