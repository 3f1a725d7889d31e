"""The state of a running sandbox: data version, armed faults, held requests, recorded requests.

Selects the faults of a request; independent of HTTP. Thread-safe.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from watcher.sandbox.registry_faults import REPLACING, SHAPING, FaultKind, RegistryFault
from watcher.sandbox.timeline import Timeline

_LONGEST_LOG = 100_000
_DEFAULT_HOLD_SECONDS = 30.0
_LONGEST_HOLD_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """One answered API request; control requests under `/sandbox/` are not recorded.

    Attributes:
        method: `GET`, …
        path: Path without query, e.g. `/api/v2/studies`.
        query: Raw query; may be empty.
        user_agent: The header; may be empty.
        status: HTTP status; None if the connection was dropped.
    """

    method: str
    path: str
    query: str
    user_agent: str
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePlan:
    """How to answer one request.

    Attributes:
        data_version: Data version to answer from.
        earlier_version: The previous one; the same if it is the first.
        replacing: The fault that replaces the response, or None.
        shaping: Faults that change its content, in the order armed.
        transfer: Faults that change how it is sent, in the order armed.
    """

    data_version: str
    earlier_version: str
    replacing: RegistryFault | None = None
    shaping: tuple[RegistryFault, ...] = ()
    transfer: tuple[RegistryFault, ...] = ()


@dataclass(slots=True)
class _Armed:
    fault: RegistryFault
    matched: int = 0
    fired: int = 0

    @property
    def is_spent(self) -> bool:
        return self.fault.times is not None and self.fired >= self.fault.times

    def fires(self) -> bool:
        """Count one matching request; return True if the fault fires for it."""
        self.matched += 1
        # A move follows a request, so its `after` includes that request.
        let_through = max(self.fault.after - 1, 0) if self.fault.kind is FaultKind.MOVING else self.fault.after
        if self.is_spent or self.matched <= let_through:
            return False
        self.fired += 1
        return True


class SandboxState:
    """The current data version and the armed faults.

    Args:
        timeline: What is served.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._changed = threading.Condition()
        self._position = 0
        self._armed: list[_Armed] = []
        self._seen: deque[SeenRequest] = deque(maxlen=_LONGEST_LOG)
        self._held = 0
        self._releases = 0
        self._is_closed = False

    @property
    def data_version(self) -> str:
        """Return the present data version."""
        with self._changed:
            return self.timeline.data_versions[self._position]

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Return the API requests since the start or the last reset, oldest first; at most the newest 100,000."""
        with self._changed:
            return tuple(self._seen)

    @property
    def armed(self) -> tuple[RegistryFault, ...]:
        """Return the faults that may still fire, in the order armed."""
        with self._changed:
            return tuple(armed.fault for armed in self._armed if not armed.is_spent)

    @property
    def held(self) -> int:
        """Return the number of held requests."""
        with self._changed:
            return self._held

    def next(self) -> bool:
        """Move to the next data version; return False at the last one."""
        with self._changed:
            return self._move()

    def arm(self, *faults: RegistryFault) -> None:
        """Arm faults; they fire in the order armed."""
        with self._changed:
            self._armed += [_Armed(fault) for fault in faults]

    def disarm(self) -> None:
        """Remove the armed faults; keep the data version and held requests."""
        with self._changed:
            self._armed.clear()

    def reset(self) -> None:
        """Return to the first data version and remove faults, holds and recorded requests."""
        with self._changed:
            self._position = 0
            self._armed.clear()
            self._seen.clear()
            self._let_go()

    def note(self, seen: SeenRequest) -> None:
        """Remember a request."""
        with self._changed:
            self._seen.append(seen)

    def plan_response(self, target: str, user_agent: str) -> ResponsePlan:
        """Return how to answer a request for `target` (path and query), and count it.

        The data version is that at its arrival; a `moving` fault affects later requests only.
        """
        replacing: RegistryFault | None = None
        shaping: list[RegistryFault] = []
        transfer: list[RegistryFault] = []
        with self._changed:
            position = self._position
            matching = [armed for armed in self._armed if _matches(armed.fault, target, user_agent)]
            for armed in (one for one in matching if one.fault.kind in REPLACING):
                if not armed.is_spent and armed.fires():
                    replacing = armed.fault
                    break
            for armed in matching:
                kind = armed.fault.kind
                if kind in REPLACING or (kind in SHAPING and replacing is not None) or not armed.fires():
                    continue
                if kind is FaultKind.MOVING:
                    self._move()
                else:
                    (shaping if kind in SHAPING else transfer).append(armed.fault)
            self._armed = [armed for armed in self._armed if not armed.is_spent]
            versions = self.timeline.data_versions
        return ResponsePlan(
            data_version=versions[position],
            earlier_version=versions[max(position - 1, 0)],
            replacing=replacing,
            shaping=tuple(shaping),
            transfer=tuple(transfer),
        )

    def hold(self, fault: RegistryFault) -> None:
        """Wait until released, reset or closed, or until the fault's own limit."""
        limit = min(fault.seconds or _DEFAULT_HOLD_SECONDS, _LONGEST_HOLD_SECONDS)
        with self._changed:
            releases = self._releases
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._releases != releases or self._is_closed, limit)
            self._held -= 1

    def wait_held(self, seconds: float) -> bool:
        """Wait until a request is held; return False on a timeout."""
        with self._changed:
            self._changed.wait_for(lambda: self._held > 0 or self._is_closed, seconds)
            return self._held > 0

    def release(self) -> None:
        """Release every held request."""
        with self._changed:
            self._let_go()

    def pause(self, seconds: float) -> None:
        """Pause between two pieces of a slow response; ends early if the sandbox closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed, seconds)

    def close(self) -> None:
        """End every hold and pause, now and later."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _move(self) -> bool:
        if self._position + 1 >= len(self.timeline.data_versions):
            return False
        self._position += 1
        return True

    def _let_go(self) -> None:
        self._releases += 1
        self._changed.notify_all()


def _matches(fault: RegistryFault, target: str, user_agent: str) -> bool:
    return fault.matched_text in target and fault.user_agent in user_agent
