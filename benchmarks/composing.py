"""What many changes at once cost in memory: read, compared, told on every channel, shown on the pages.

The sandbox serves in a process of its own, the sinks in the harness; the run's process alone is measured.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.process import Usage, measured, serving, watcher
from benchmarks.tables import Goal, Row, figure, table
from tests.support.scale import write_scaled
from tests.support.smtp_sink import SmtpSink
from tests.support.webhook_sink import WebhookSink

PEAK_MB = 250
"""The peak allowed for a run over `CHANGED` changed trials, in MB."""

CHANGED = 1_000

_DAYS = ("2026-03-02", "2026-03-03")
_SECRET = "whsec_" + b64encode(bytes(32)).decode()
_HEADS = ("", "CPU s", "wall s", "peak MB")
_CONFIG = """
[registry]
base_url = "{base_url}"
contact = "bench@example.org"
requests_per_second = 1000

[email]
host = "{host}"
port = {port}
tls = "none"
from = "Trial watcher <trials@example.org>"

[pages]
dir = "pages"

[[watch]]
name = "all"
ids_file = "ids.txt"

[[recipient]]
name = "everywhere"
email = "everywhere@example.org"
slack = {{ webhook = {{ file = "hook" }} }}
webhook = {{ url = {{ file = "data" }}, secret = {{ file = "secret" }} }}
folder = "digests"
send = "immediate"

[[recipient]]
name = "advocate"
email = "advocate@example.org"
audience = "advocate"
send = "immediate"
"""


def run(*, is_quick: bool = False, say: Callable[[str], None] = print) -> list[Row]:
    """Measure, print the table, and return its rows."""
    count = 10 if is_quick else CHANGED
    baseline, changed = measure(count)
    goals = () if is_quick else (Goal(name="peak MB", value=changed.peak, limit=PEAK_MB),)
    rows = [_row(f"first baseline of {count:,}", baseline), _row(f"{count:,} changed at once", changed, goals)]
    notes = ["", "each trial: status, target, half of its criteria, a quarter of its sites and an outcome changed;"]
    notes.append("told to two recipients by mail, Slack, webhook and folder; pages written.")
    say(table("COMPOSING · one run over trials that all changed", _HEADS, rows, notes))
    return rows


def measure(count: int) -> tuple[Usage, Usage]:
    """Run a baseline over so many trials, change all of them at once, run again; return what both runs used."""
    with (
        TemporaryDirectory(prefix="watcher-bench-") as name,
        SmtpSink() as relay,
        WebhookSink() as room,
        WebhookSink() as data,
    ):
        folder = Path(name)
        ids = write_changed(folder / "records", count)
        (folder / "ids.txt").write_text("\n".join(ids), encoding="ascii")
        for file, value in (("hook", room.url), ("data", data.url), ("secret", _SECRET)):
            (folder / file).write_text(value, encoding="ascii")
        with serving(watcher("sandbox", "--port", 0, "--data", folder / "records")) as base_url:
            text = _CONFIG.format(base_url=base_url, host=relay.host, port=relay.port)
            (folder / "config.toml").write_text(text, encoding="ascii")
            once = watcher("--config", folder / "config.toml", "--state-dir", folder / "state", "run", "--once")
            baseline = measured(once)
            _publish(base_url)
            return baseline, measured(once)


def write_changed(folder: Path, count: int) -> tuple[str, ...]:
    """Write so many trials into a folder, each in two data versions that differ a lot; return their ids."""
    ids = write_scaled(folder, count + 1, _DAYS[:1])
    largest, *others = ids  # the one of 3 MB is measured elsewhere
    for path in (folder / largest).iterdir():
        path.unlink()
    (folder / largest).rmdir()
    for nct_id in others:
        record = json.loads((folder / nct_id / f"{_DAYS[0]}.json").read_text(encoding="utf-8"))
        text = json.dumps(changed(record, _DAYS[1]), ensure_ascii=False, separators=(",", ":"))
        (folder / nct_id / f"{_DAYS[1]}.json").write_text(text, encoding="utf-8")
    return tuple(others)


def changed(record: Mapping[str, Any], day: str) -> dict[str, Any]:
    """Return a record after an update that touches much of it."""
    new: dict[str, Any] = json.loads(json.dumps(record))
    protocol = new["protocolSection"]
    status, outcomes = protocol["statusModule"], protocol["outcomesModule"]
    status["lastUpdatePostDateStruct"]["date"] = status["lastUpdateSubmitDate"] = day
    status["overallStatus"] = "TERMINATED"
    status["whyStopped"] = "Slow enrollment"
    status["primaryCompletionDateStruct"]["date"] = "2027-05-31"
    protocol["designModule"]["enrollmentInfo"]["count"] += 500
    criteria = protocol["eligibilityModule"]["eligibilityCriteria"].split("\n")
    protocol["eligibilityModule"]["eligibilityCriteria"] = "\n".join(
        f"{line.replace('patient', 'participant')}, as judged by the investigator" if number % 2 else line
        for number, line in enumerate(criteria)
    )
    for site in protocol["contactsLocationsModule"]["locations"][::4]:
        site["status"] = "COMPLETED"
    outcomes["primaryOutcomes"] = [{"measure": "Overall survival at one year", "timeFrame": "Week 52"}]
    return new


def _publish(base_url: str) -> None:
    from urllib.request import Request, urlopen

    with urlopen(Request(base_url.removesuffix("/api/v2") + "/sandbox/next", method="POST")) as answer:
        answer.read()


def _row(name: str, usage: Usage, goals: tuple[Goal, ...] = ()) -> Row:
    return Row((name, figure(usage.cpu), figure(usage.wall), figure(usage.peak)), goals)
