"""The sample trials: fictional ones, two retold real ones, and their changes by data version.

`trials/<NCT>.json` is the first state of each trial; `trials/script.json` lists the changes of each data version. The
fictional trials (NCT99…) say so in their text; the two real ones (NCT07…) never change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from watcher.sandbox.record_patches import apply_steps
from watcher.sandbox.timeline import Timeline


def sample_timeline() -> Timeline:
    """Return the timeline `watcher sandbox` serves without `--data`."""
    return Timeline.of(sample_states())


def sample_states() -> dict[str, dict[str, Mapping[str, Any]]]:
    """Return every state of each sample trial: by id, by data version."""
    script = _script()
    first = script["first"]
    states: dict[str, dict[str, Mapping[str, Any]]] = {
        entry.name.removesuffix(".json"): {first: json.loads(entry.read_bytes())}
        for entry in _trials().iterdir()
        if entry.name.startswith("NCT")
    }
    for data_version, events in script["events"].items():
        for nct_id, event in events.items():
            latest = list(states[nct_id].values())[-1]
            states[nct_id][data_version] = apply_steps(latest, event["steps"])
    return states


def stories() -> Mapping[str, Mapping[str, str]]:
    """Return one sentence per change: data version → NCT id → sentence."""
    return {
        data_version: {nct_id: event["story"] for nct_id, event in events.items()}
        for data_version, events in _script()["events"].items()
    }


def _trials() -> Traversable:
    return files("watcher.sandbox").joinpath("trials")


def _script() -> Mapping[str, Any]:
    script: Mapping[str, Any] = json.loads(_trials().joinpath("script.json").read_bytes())
    return script
