"""The state of a running sandbox: the data version it stands at, armed faults, held requests, what was asked.

Decides which faults play for a request; knows nothing of HTTP. Safe to use from many threads.
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
    """One API request as it was answered; control requests under `/sandbox/` are not among them.

    Attributes:
        method: `GET`, …
        path: Path without query, e.g. `/api/v2/studies`.
        query: Raw query, empty when there is none.
        user_agent: As sent, empty when not sent.
        status: HTTP status; None when the connection was dropped without an answer.
    """

    method: str
    path: str
    query: str
    user_agent: str
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePlan:
    """What one request is answered with.

    Attributes:
        data_version: Data version to answer from.
        earlier_version: The one before it; the same when it is the first.
        replacing: The fault that stands in place of the answer, if any.
        shaping: Faults that alter what the answer says, in the order armed.
        transfer: Faults that alter how it is sent, in the order armed.
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
        """Count one matching request and tell whether the fault plays for it."""
        self.matched += 1
        # A move happens right behind a request, so its `after` counts that request in.
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
        """Data version served now."""
        with self._changed:
            return self.timeline.data_versions[self._position]

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """API requests since the start or the last reset, oldest first; the newest 100,000 at most."""
        with self._changed:
            return tuple(self._seen)

    @property
    def armed(self) -> tuple[RegistryFault, ...]:
        """Faults that may still fire, in the order armed."""
        with self._changed:
            return tuple(armed.fault for armed in self._armed if not armed.is_spent)

    @property
    def held(self) -> int:
        """Number of requests held now."""
        with self._changed:
            return self._held

    def next(self) -> bool:
        """Move to the next data version; False, and nothing moves, at the end."""
        with self._changed:
            return self._move()

    def arm(self, *faults: RegistryFault) -> None:
        """Arm faults; those armed first fire first."""
        with self._changed:
            self._armed += [_Armed(fault) for fault in faults]

    def disarm(self) -> None:
        """Forget the faults that are armed; the data version stands, and held requests stay held."""
        with self._changed:
            self._armed.clear()

    def reset(self) -> None:
        """Back to the first data version, without faults, held requests and memory of requests."""
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
        """Decide what a request for `target` (path and query) is answered with, and count it.

        The data version is that of the arrival: a `moving` fault moves the timeline for the requests that follow.
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
        """Wait until released, reset or closed, or until the fault's own limit has passed."""
        limit = min(fault.seconds or _DEFAULT_HOLD_SECONDS, _LONGEST_HOLD_SECONDS)
        with self._changed:
            releases = self._releases
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._releases != releases or self._is_closed, limit)
            self._held -= 1

    def wait_held(self, seconds: float) -> bool:
        """Wait until a request is held; False when none was in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._held > 0 or self._is_closed, seconds)
            return self._held > 0

    def release(self) -> None:
        """Release every held request."""
        with self._changed:
            self._let_go()

    def pause(self, seconds: float) -> None:
        """Allow time pass between two pieces of a slow answer; cut short when the sandbox closes."""
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
