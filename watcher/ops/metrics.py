"""Vitals in the form Prometheus reads; the only user of prometheus-client, which is an extra.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` on what only grows, and the time at
which something happened in place of its age, so that a scrape that comes late still tells the truth.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from watcher import __version__
from watcher.ops.health import Health
from watcher.ops.health_snapshot import HealthSnapshot

CONTENT_TYPE = CONTENT_TYPE_LATEST

_READABLE = 0o644
"""The collector of the node exporter is another user; there is no secret, name or address in it."""


def exposition(snapshot: HealthSnapshot, health: Health) -> bytes:
    """Return everything as text in the exposition format."""
    registry = CollectorRegistry()
    registry.register(_Vitals(snapshot, health))
    return generate_latest(registry)


def write_textfile(path: Path, snapshot: HealthSnapshot, health: Health) -> None:
    """Write everything to a file for the textfile collector, aside and renamed, so that it is never read half.

    Raises:
        OSError: It cannot be written.
    """
    aside = path.with_name(f"{path.name}.new")  # the collector reads *.prom only
    with aside.open("wb") as file:
        file.write(exposition(snapshot, health))
        os.fchmod(file.fileno(), _READABLE)
    aside.replace(path)


class _Vitals(Collector):
    def __init__(self, snapshot: HealthSnapshot, health: Health) -> None:
        self._vitals = snapshot
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Return every metric of one snapshot; called by the library."""
        yield InfoMetricFamily("watcher_build", "The program.", {"version": __version__})
        yield from self._state()
        yield from self._polls()
        yield from self._messages()

    def _state(self) -> Iterator[Metric]:
        snapshot = self._vitals
        yield _gauge(
            "watcher_alive",
            "Whether it works by its clock (1), or starting it again would help (0).",
            self._health.is_alive,
        )
        yield _gauge("watcher_ready", "Whether nothing fails that concerns everybody.", self._health.is_ready)
        yield _gauge("watcher_store_size_bytes", "Size of the database and its write-ahead log.", snapshot.store_bytes)
        success = GaugeMetricFamily(
            "watcher_last_success_timestamp_seconds", "When a part last did its work.", labels=["part"]
        )
        if snapshot.last_complete is not None:
            success.add_metric(["registry"], snapshot.last_complete.finished.timestamp())
        if snapshot.tidied is not None:
            success.add_metric(["upkeep"], snapshot.tidied.timestamp())
        for channel, when in snapshot.last_delivered.items():
            success.add_metric([channel], when.timestamp())
        yield success
        faults = GaugeMetricFamily("watcher_faults", "Parts that fail now, by kind.", labels=["kind"])
        for kind, number in sorted(Counter(kind_of(fault.part) for fault in snapshot.faults).items()):
            faults.add_metric([kind], number)
        yield faults

    def _polls(self) -> Iterator[Metric]:
        snapshot = self._vitals
        yield _gauge("watcher_trials_watched", "Trials watched.", snapshot.watched)
        yield _gauge("watcher_trials_overdue", "Trials not yet checked at the newest known data.", snapshot.overdue)
        polls = CounterMetricFamily("watcher_polls", "Polls of the registry, by outcome.", labels=["outcome"])
        for outcome, number in snapshot.polls.items():
            polls.add_metric([outcome], number)
        yield polls
        if (last := snapshot.last) is not None:
            took = (last.finished - last.started).total_seconds()
            yield _gauge("watcher_last_poll_timestamp_seconds", "When the last poll ended.", last.finished.timestamp())
            yield _gauge("watcher_last_poll_duration_seconds", "How long the last poll took.", took)
        if (made := snapshot.data_from) is not None:
            yield _gauge(
                "watcher_registry_data_timestamp_seconds", "When the registry made its data.", made.timestamp()
            )

    def _messages(self) -> Iterator[Metric]:
        snapshot = self._vitals
        messages = CounterMetricFamily(
            "watcher_messages", "Tries to deliver, by channel and outcome.", labels=["channel", "outcome"]
        )
        for (channel, outcome), number in snapshot.messages.items():
            messages.add_metric([channel, outcome], number)
        yield messages
        depths = GaugeMetricFamily(
            "watcher_outbox_messages", "Messages not delivered, by channel and state.", labels=["channel", "state"]
        )
        for (channel, state), number in sorted(snapshot.depths.items()):
            depths.add_metric([channel, state.value], number)
        yield depths
        if (oldest := snapshot.oldest_waiting) is not None:
            text = "Since when the oldest message that is still to be sent waits."
            yield _gauge("watcher_outbox_oldest_timestamp_seconds", text, oldest.timestamp())


def kind_of(part: str) -> str:
    """Return the kind of a part of the fault table, without names of trials, messages or people."""
    return part.partition(" ")[0].partition(":")[0]


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))
