"""The sample trials, one of them with hostile text wherever a stranger could put it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from watcher.sandbox.record_patches import apply_steps
from watcher.sandbox.sample_trials import sample_states
from watcher.sandbox.timeline import Timeline

HOSTILE = "NCT99000011"

_FOLDER = Path(__file__).parents[1] / "data/hostile"


def hostile_record() -> dict[str, Any]:
    """Return the hostile trial as it is at first."""
    found: dict[str, Any] = json.loads((_FOLDER / f"{HOSTILE}.json").read_bytes())
    return found


def hostile_timeline() -> Timeline:
    """Return the sample timeline with the hostile trial in place of the sample one of its id."""
    states = sample_states()
    state = hostile_record()
    own: dict[str, Any] = {min(states[HOSTILE]): state}
    for data_version, steps in json.loads((_FOLDER / "steps.json").read_bytes()).items():
        state = apply_steps(state, steps)
        own[data_version] = state
    return Timeline.of(states | {HOSTILE: own})
