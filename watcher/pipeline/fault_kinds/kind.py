"""One kind of fault as data: what it is called, means and leads to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WAITS = "waiting for another try:"
"""How the sentence of a message begins that is tried again by itself."""
REFUSED = "refused for its content:"
"""How the sentence of a message begins that its provider refused for good."""
REPORT_IT = "please report it"
"""How the sentence of a fault ends that is a bug of ours."""


class Origin(StrEnum):
    """Where a kind of fault comes from."""

    REGISTRY = "registry"
    DELIVERY = "delivery"
    HERE = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        shown: What its part is called in `status`, for the documentation; `…` stands for a name.
        concerns: Which faults; matched against the beginning of `part: message`.
        what: What has happened, a few words for the documentation.
        origin: Where it comes from.
        is_single: Whether it concerns one trial, message or recipient only; else the watcher is not ready.
        code: What `run --once` ends with when it finds this fault; while any fault stands, with 1 at least.
        ends: What ends it, for the documentation.
        told: Who is told, for the documentation.
        during: What the part is meanwhile: `failing`, `being lost`.
        over: What is said of the part when it is over: `works again`.
        meaning: What it means for the recipients.
        advice: What to do.
        after: What its end means for the recipients.
    """

    shown: str
    concerns: str
    what: str
    origin: Origin = Origin.HERE
    is_single: bool = False
    code: str = "1"
    ends: str
    told: str = "the operator"
    during: str = "failing"
    over: str = "works again"
    meaning: str
    advice: str
    after: str

    @property
    def state(self) -> str:
        """Return `during` as what the part is: `failing`, `lost`."""
        return self.during.removeprefix("being ")
