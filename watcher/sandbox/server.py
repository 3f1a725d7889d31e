"""The registry stand-in: a loopback HTTP server that speaks API v2 and plays faults."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from watcher.sandbox.faults import Fault
from watcher.sandbox.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
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


class Sandbox:
    """A registry on loopback, running in a thread while the `with` block lasts.

    ::

        with Sandbox(Timeline.of({...})) as sandbox:
            sandbox.arm(Fault(kind=FaultKind.RATE_LIMITED, times=2, retry_after=1, match="/studies"))
            get(sandbox.base_url + "/version")
            sandbox.next()

    Args:
        timeline: What to serve.
        port: TCP port on 127.0.0.1; 0 picks a free one.
        base_path: Path of the API; starts with a slash, ends without.
    """

    def __init__(self, timeline: Timeline, port: int = 0, *, base_path: str = "/api/v2") -> None:
        ...

    @property
    def base_url(self) -> str:
        """Base of the API: `http://127.0.0.1:PORT/api/v2`."""
        ...

    @property
    def data_version(self) -> str:
        """Data version served now."""
        ...

    @property
    def requests(self) -> tuple[Seen, ...]:
        """API requests since the start or the last reset, oldest first."""
        ...

    def next(self) -> bool:
        """Move to the next data version; False (and nothing moves) at the end."""
        ...

    def arm(self, *faults: Fault) -> None:
        """Arm faults; those armed first fire first."""
        ...

    def reset(self) -> None:
        """Back to the first data version, without faults, holds and memory of requests."""
        ...

    def wait_held(self, seconds: float = 10.0) -> bool:
        """Wait until a `hold` fault holds a request; False when none did in time."""
        ...

    def release(self) -> None:
        """Let every held request go on."""
        ...

    def __enter__(self) -> Self:
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        ...
