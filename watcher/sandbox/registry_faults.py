"""Faults of a registry, as values: armed for a number of requests, deterministic.

Does not decide when a fault fires (`sandbox.state` counts) and sends nothing (`sandbox.server` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from watcher.changes.model import Json


class FaultError(ValueError):
    """A fault is described wrongly."""


class FaultKind(StrEnum):
    """Every fault the sandbox can play, by the name `POST /sandbox/fault` takes.

    In place of the answer: `403` (with `user_agent`: only for clients whose User-Agent contains that text), `429` and
    `503` (`retry_after` sets Retry-After), `500`, `502`, `504`, `html` (an HTML page with status 200), `not-json` (text
    that calls itself JSON), `dropped` (the connection closes before any answer), `token` (a page token is refused).

    In the records: `hollow` (most modules and overallStatus gone), `stale` (as of the data version before),
    `no-version-holder`, `missing` (silently absent), `swapped` (the body of another trial under its id), `twice` (it
    comes a second time with another content), and records that no decoder takes: `surrogate` (a lone one), `nan`,
    `control` (a raw control character), `deep` (1,000 levels), `digits` (an integer of 5,000), `utf8` (bytes that are
    none); all for the `ids` named or for every record when none is, the last six with `match` also for `/version`;
    `wrong-ids` (the `ids` named, or any one, come along unasked), `empty-page` (a page without studies that is not the
    last), `no-timestamp` (`/version` without dataTimestamp).

    In what a search selects, while the records stay as they are, as when the registry's synonyms change: `unmatched`
    (the `ids` named, or all, are no longer found), `matched` (the `ids` named are found, too), `miscounted`
    (`totalCount` is one too many).

    In the transfer: `cut` (fewer bytes than Content-Length promises), `cut-chunked` (a chunked body without its end),
    `slow` (`seconds` between pieces), `oversized` (blanks up to `size` bytes in front of the JSON), `hold` (`at` =
    `before` the answer or `body`, in the middle of it, until released or `seconds` have passed).

    In the data: `moving` (the timeline moves on right after the request number `after`).
    """

    REFUSED = "403"
    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    HTML = "html"
    NOT_JSON = "not-json"
    DROPPED = "dropped"
    TOKEN = "token"  # noqa: S105 — the name of a fault, not a secret
    HOLLOW = "hollow"
    STALE = "stale"
    NO_VERSION_HOLDER = "no-version-holder"
    MISSING = "missing"
    SWAPPED = "swapped"
    TWICE = "twice"
    SURROGATE = "surrogate"
    NAN = "nan"
    CONTROL = "control"
    DEEP = "deep"
    DIGITS = "digits"
    UTF8 = "utf8"
    WRONG_IDS = "wrong-ids"
    EMPTY_PAGE = "empty-page"
    NO_TIMESTAMP = "no-timestamp"
    UNMATCHED = "unmatched"
    MATCHED = "matched"
    MISCOUNTED = "miscounted"
    CUT = "cut"
    CUT_CHUNKED = "cut-chunked"
    SLOW = "slow"
    OVERSIZED = "oversized"
    HOLD = "hold"
    MOVING = "moving"


REPLACING = frozenset(
    {
        FaultKind.REFUSED,
        FaultKind.RATE_LIMITED,
        FaultKind.SERVER_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.UNAVAILABLE,
        FaultKind.GATEWAY_TIMEOUT,
        FaultKind.HTML,
        FaultKind.NOT_JSON,
        FaultKind.DROPPED,
        FaultKind.TOKEN,
    }
)
"""Faults that replace the response; at most one fires per request."""

UNDECODABLE = frozenset(
    {FaultKind.SURROGATE, FaultKind.NAN, FaultKind.CONTROL, FaultKind.DEEP, FaultKind.DIGITS, FaultKind.UTF8}
)
"""Faults that make a record undecodable."""

SHAPING = UNDECODABLE | frozenset(
    {
        FaultKind.SWAPPED,
        FaultKind.TWICE,
        FaultKind.HOLLOW,
        FaultKind.STALE,
        FaultKind.NO_VERSION_HOLDER,
        FaultKind.MISSING,
        FaultKind.WRONG_IDS,
        FaultKind.EMPTY_PAGE,
        FaultKind.NO_TIMESTAMP,
        FaultKind.UNMATCHED,
        FaultKind.MATCHED,
        FaultKind.MISCOUNTED,
    }
)
"""Faults that change the content of a response; they do not fire together with a replacing fault."""

_STUDIES_ONLY = (SHAPING - {FaultKind.NO_TIMESTAMP}) | {FaultKind.MOVING, FaultKind.TOKEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFault:
    """One fault to play.

    Attributes:
        kind: Which.
        times: For how many matching requests; None: until the next reset.
        after: How many matching requests are let through first. For `moving`: the number of the request after which
            the data moves, 1 when left at 0.
        match: Text the request's path and query must contain; empty: `/studies` for faults in records and data,
            `/version` for `no-timestamp`, every API request otherwise.
        user_agent: Text the User-Agent must contain; empty: any.
        ids: NCT ids the record faults concern; empty: all (for `wrong-ids`: any one not asked for).
        retry_after: Seconds, or an HTTP date as text, for Retry-After.
        seconds: `slow`: pause between pieces; `hold`: longest hold, 30 when left at 0.
        size: `oversized`: bytes of the decoded body at least; `cut` and `cut-chunked`: bytes sent, half when 0.
        at: `hold` only: `before` or `body`.
    """

    kind: FaultKind
    times: int | None = 1
    after: int = 0
    match: str = ""
    user_agent: str = ""
    ids: tuple[str, ...] = ()
    retry_after: int | str | None = None
    seconds: float = 0.0
    size: int = 0
    at: str = "before"

    @property
    def matched_text(self) -> str:
        """Text the path must contain, with the kind's own default filled in."""
        if self.match:
            return self.match
        if self.kind is FaultKind.NO_TIMESTAMP:
            return "/version"
        return "/studies" if self.kind in _STUDIES_ONLY else ""

    def concerns(self, nct_id: str) -> bool:
        """Return whether a record fault concerns this record."""
        return not self.ids or nct_id in self.ids


def fault_from_json(body: Mapping[str, Json]) -> RegistryFault:
    """Read the body of `POST /sandbox/fault`: `fault` names the kind, other keys are those of `RegistryFault`.

    Raises:
        FaultError: An unknown kind or key, or a value of the wrong shape.
    """
    values = dict(body)
    name = str(values.pop("fault", ""))
    if name not in set(FaultKind):
        raise FaultError(f'"{name}" is not a fault; known are: {", ".join(FaultKind)}')
    known = {field.name for field in fields(RegistryFault)} - {"kind"}
    for key in values:
        if key not in known:
            raise FaultError(f'"{key}" is not a property of a fault; known are: {", ".join(sorted(known))}')
    return RegistryFault(
        kind=FaultKind(name),
        times=None if "times" in values and values["times"] is None else _whole(values, "times", 1),
        after=_whole(values, "after", 0),
        match=_text(values, "match", ""),
        user_agent=_text(values, "user_agent", ""),
        ids=_ids(values.get("ids", ())),
        retry_after=_retry_after(values.get("retry_after")),
        seconds=_seconds(values.get("seconds", 0.0)),
        size=_whole(values, "size", 0),
        at=_moment(values.get("at", "before")),
    )


def _whole(values: Mapping[str, Json], key: str, default: int) -> int:
    value = values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FaultError(f'"{key}" must be a whole number, 0 or more')
    return value


def _text(values: Mapping[str, Json], key: str, default: str) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise FaultError(f'"{key}" must be text')
    return value


def _ids(value: Json) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise FaultError('"ids" must be a list of NCT ids')
    return tuple(str(one) for one in value)


def _retry_after(value: Json) -> int | str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise FaultError('"retry_after" must be whole seconds or an HTTP date')
    return value


def _seconds(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise FaultError('"seconds" must be a number, 0 or more')
    return float(value)


def _moment(value: Json) -> str:
    if value not in ("before", "body"):
        raise FaultError('"at" must be "before" or "body"')
    return str(value)
