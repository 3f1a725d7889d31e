"""Control requests of the sandbox, `/sandbox/…`, for curl and for tests in other processes.

Changes the state and answers in JSON; knows nothing of the API it rehearses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TypeAlias

from watcher.changes.model import Json
from watcher.sandbox.api_answers import ApiAnswer, json_answer
from watcher.sandbox.registry_faults import FaultError, FaultKind, RegistryFault, fault_from_json
from watcher.sandbox.state import SandboxState

HELP = f"""\
POST /sandbox/next      move to the next data version (409 at the end)
POST /sandbox/fault     arm a fault: {{"fault": "429", "times": 2, "retry_after": 1, "match": "/studies"}}
                        faults: {", ".join(FaultKind)}
                        also: after, user_agent, ids, seconds, size, at; "times": null lasts until the next reset
POST /sandbox/hold      hold replies: {{"match": "/studies", "at": "before" or "body", "times": 1, "seconds": 30}}
GET  /sandbox/held      how many are held; ?wait=10 waits for one
POST /sandbox/release   let them go on
POST /sandbox/reset     back to the first data version, nothing armed, nothing counted
GET  /sandbox/requests  what was asked so far
GET  /sandbox           where it stands
"""

_LONGEST_WAIT_SECONDS = 60.0

Body: TypeAlias = Mapping[str, Json]


def control(state: SandboxState, method: str, path: str, body: bytes, wait: float = 0.0) -> ApiAnswer:
    """Handle a control request.

    Args:
        state: What it acts on.
        method: HTTP method.
        path: Path without query.
        body: Request body; empty counts as `{}`.
        wait: Seconds `GET /sandbox/held` may wait for a held request; 60 at most.
    """
    act = _ACTS.get((method, path.rstrip("/")))
    if act is None:
        return ApiAnswer(status=404, body=HELP.encode())
    try:
        value = json.loads(body or b"{}")
        if not isinstance(value, dict):
            raise FaultError("the body must be a JSON object")
        return act(state, value, min(wait, _LONGEST_WAIT_SECONDS))
    except ValueError as error:
        return json_answer({"error": str(error)}, 400)


def _where(state: SandboxState, _body: Body, _wait: float) -> ApiAnswer:
    armed = [_described(fault) for fault in state.armed]
    versions = list(state.timeline.data_versions)
    held = state.held
    return json_answer({"data_version": state.data_version, "data_versions": versions, "armed": armed, "held": held})


def _next(state: SandboxState, _body: Body, _wait: float) -> ApiAnswer:
    if state.next():
        return json_answer({"data_version": state.data_version})
    return json_answer({"data_version": state.data_version, "error": "this is the last data version"}, 409)


def _fault(state: SandboxState, body: Body, _wait: float) -> ApiAnswer:
    fault = fault_from_json(body)
    state.arm(fault)
    return json_answer({"armed": _described(fault)})


def _hold(state: SandboxState, body: Body, wait: float) -> ApiAnswer:
    return _fault(state, {**body, "fault": "hold"}, wait)


def _held(state: SandboxState, _body: Body, wait: float) -> ApiAnswer:
    if wait:
        state.wait_held(wait)
    return json_answer({"held": state.held})


def _release(state: SandboxState, _body: Body, _wait: float) -> ApiAnswer:
    state.release()
    return json_answer({"released": True})


def _reset(state: SandboxState, _body: Body, _wait: float) -> ApiAnswer:
    state.reset()
    return json_answer({"data_version": state.data_version})


def _requests(state: SandboxState, _body: Body, _wait: float) -> ApiAnswer:
    return json_answer({"requests": [asdict(seen) for seen in state.requests]})


def _described(fault: RegistryFault) -> dict[str, object]:
    values = asdict(fault)
    return {"fault": values.pop("kind"), **values}


_ACTS: Mapping[tuple[str, str], Callable[[SandboxState, Body, float], ApiAnswer]] = MappingProxyType(
    {
        ("GET", "/sandbox"): _where,
        ("GET", "/sandbox/held"): _held,
        ("GET", "/sandbox/requests"): _requests,
        ("POST", "/sandbox/next"): _next,
        ("POST", "/sandbox/fault"): _fault,
        ("POST", "/sandbox/hold"): _hold,
        ("POST", "/sandbox/release"): _release,
        ("POST", "/sandbox/reset"): _reset,
    }
)
