"""Responses of API v2: version, batches, single studies, errors as plain text.

Pure: a request and a plan in, an answer out. Sends nothing and remembers nothing.

Source: NLM's OpenAPI description 2.0.5, https://clinicaltrials.gov/api/oas/v2; spellings of errors as recorded by
public clients of the live API.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from watcher.sandbox.essie import QueryError
from watcher.sandbox.record_faults import second_copies, shaped_record, strangers, undecodable
from watcher.sandbox.registry_faults import UNDECODABLE, FaultKind
from watcher.sandbox.search_answers import SEARCH_PARAMETERS
from watcher.sandbox.state import ResponsePlan
from watcher.sandbox.timeline import Timeline, TimelineError

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=UTF-8"
HTML_TYPE = "text/html"

_ID = re.compile(r"[Nn][Cc][Tt]0*([1-9]\d{0,7})", re.ASCII)
_SERVED = ("filter.ids", "pageSize", "pageToken", "countTotal", "format", "markupFormat", "fields")
_NOT_OFFERED = re.compile(r"query\..+|filter\..+|postFilter\..+|geoDecay|sort")
_ONLY = {"format": "json", "markupFormat": "markdown"}
_DEFAULT_PAGE = 10
_LONGEST_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """A response before it is sent.

    Attributes:
        status: HTTP status; None drops the connection.
        content_type: Value of Content-Type.
        body: Bytes before any Content-Encoding.
        headers: Further headers.
    """

    status: int | None
    content_type: str = TEXT_TYPE
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class _RefusedError(Exception):
    """A 400; its text is the body."""


def answer(timeline: Timeline, plan: ResponsePlan, path: str, query: str, *, base_path: str = "") -> ApiAnswer:
    """Answer a GET below the API's base path.

    Args:
        timeline: What is served.
        plan: Data version and faults of this request.
        path: Path below the base, decoded: `/version`, `/studies`, `/studies/NCT…`.
        query: Raw query.
        base_path: Prefix of `path` on this server, for redirects.
    """
    if plan.replacing is not None:
        return _replacement(plan)
    try:
        if path == "/version":
            return _version(plan, query)
        if path == "/studies":
            return _page(timeline, plan, query)
        if path.startswith("/studies/") and path.count("/") == 2:
            return _study(timeline, plan, path, query, base_path)
    except _RefusedError as refused:
        return ApiAnswer(status=400, body=str(refused).encode())
    except QueryError as refused:
        return ApiAnswer(status=400, body=str(refused).encode())
    except TimelineError as unreadable:
        return ApiAnswer(status=500, body=str(unreadable).encode())
    return not_found()


def not_found() -> ApiAnswer:
    """Return a front server's 404 page: HTML, unlike the API's own errors."""
    return ApiAnswer(status=404, content_type=HTML_TYPE, body=_html("404 Not Found"))


def _html(title: str) -> bytes:
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


_REPLACEMENTS: dict[FaultKind, tuple[int | None, str, bytes]] = {
    FaultKind.REFUSED: (403, HTML_TYPE, _html("403 Forbidden")),
    FaultKind.RATE_LIMITED: (429, TEXT_TYPE, b"Too many requests"),
    FaultKind.SERVER_ERROR: (500, TEXT_TYPE, b"Internal server error"),
    FaultKind.BAD_GATEWAY: (502, HTML_TYPE, _html("502 Bad Gateway")),
    FaultKind.UNAVAILABLE: (503, TEXT_TYPE, b"upstream connect error or disconnect/reset before headers"),
    FaultKind.GATEWAY_TIMEOUT: (504, HTML_TYPE, _html("504 Gateway Time-out")),
    FaultKind.HTML: (
        200,
        "text/html; charset=utf-8",
        b"<!doctype html><title>ClinicalTrials.gov</title><p>Please wait.",
    ),
    FaultKind.NOT_JSON: (200, JSON_TYPE, b'{"studies":[{"protocolSection":'),
    FaultKind.DROPPED: (None, TEXT_TYPE, b""),
    FaultKind.TOKEN: (400, TEXT_TYPE, b"Parameter `pageToken` is not valid for the current data"),
}


def _replacement(plan: ResponsePlan) -> ApiAnswer:
    assert plan.replacing is not None  # noqa: S101 — the caller looked
    status, content_type, body = _REPLACEMENTS[plan.replacing.kind]
    retry_after = plan.replacing.retry_after
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return ApiAnswer(status=status, content_type=content_type, body=body, headers=headers)


def _version(plan: ResponsePlan, query: str) -> ApiAnswer:
    for name in _parameters(query):
        raise _RefusedError(f"Unknown parameter: `{name}`")
    stamp = f'"dataTimestamp" : "{plan.data_version}T09:00:00"'
    lines = ['"apiVersion" : "2.0.5"', *([] if _plays(plan, FaultKind.NO_TIMESTAMP) else [stamp])]
    body = ("{\n  " + ",\n  ".join(lines) + "\n}").encode()
    for fault in plan.shaping:
        body = undecodable(body, fault.kind) if fault.kind in UNDECODABLE else body
    return ApiAnswer(status=200, content_type=JSON_TYPE, body=body)


def _page(timeline: Timeline, plan: ResponsePlan, query: str) -> ApiAnswer:
    parameters = _parameters(query)
    _refuse_unknown(parameters, _SERVED)
    wanted = parameters.get("filter.ids", "")
    size = _page_size(parameters.get("pageSize", "0"))
    start = _offset(parameters["pageToken"], plan) if "pageToken" in parameters else 0
    searched = tuple((name, value) for name, value in parameters.items() if SEARCH_PARAMETERS.fullmatch(name))
    ids = _selected(timeline, plan, wanted, searched)
    end = start + size
    page: tuple[str, ...] = (*ids[start:end], *strangers(timeline, plan, ids))
    if _plays(plan, FaultKind.EMPTY_PAGE):
        page, end = (), start
    if parameters.get("fields") == "NCTId":  # other lists of fields are answered with whole records
        studies = [_ID_ALONE % nct_id.encode() for nct_id in page]
    else:
        studies = [study for nct_id in page if (study := shaped_record(timeline, plan, nct_id)) is not None]
        studies += second_copies(timeline, plan, page)
    count = len(ids) + _plays(plan, FaultKind.MISCOUNTED)
    total = f'"totalCount":{count},' if parameters.get("countTotal") == "true" and start == 0 else ""
    # as the registry does: a full page has a token whether or not anything is left, and the last page may be empty
    following = f',"nextPageToken":"{_token(plan, end)}"' if end <= len(ids) else ""
    body = b'{%s"studies":[\n%s\n]%s}' % (total.encode(), b",\n".join(studies), following.encode())
    return ApiAnswer(status=200, content_type=JSON_TYPE, body=body)


_ID_ALONE = b'{"protocolSection":{"identificationModule":{"nctId":"%s"}}}'


def _selected(
    timeline: Timeline, plan: ResponsePlan, wanted: str, searched: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    """Return the ids of all pages of a request: those asked for, those a search selects, or every one."""
    if not searched:
        return _asked(timeline, plan, wanted) if wanted else timeline.ids(plan.data_version)
    found = list(timeline.found(searched, plan.data_version))
    for fault in plan.shaping:
        if fault.kind is FaultKind.UNMATCHED:
            found = [nct_id for nct_id in found if not fault.concerns(nct_id)]
        elif fault.kind is FaultKind.MATCHED:
            found += [nct_id for nct_id in fault.ids if nct_id not in found]
    asked = set(_asked(timeline, plan, wanted)) if wanted else set(found)
    return tuple(nct_id for nct_id in found if nct_id in asked)


def _study(timeline: Timeline, plan: ResponsePlan, path: str, query: str, base_path: str) -> ApiAnswer:
    _refuse_unknown(_parameters(query), ("format", "markupFormat"))
    asked = _full_id(path.removeprefix("/studies/"))
    if asked is None:
        raise _RefusedError("Parameter `nctId` has incorrect format")
    found = timeline.canonical(asked, plan.data_version)
    if found is not None and found != asked:
        return ApiAnswer(
            status=301, headers={"Location": f"{base_path}/studies/{found}" + (f"?{query}" if query else "")}
        )
    for stranger in strangers(timeline, plan, (asked,)):
        found = stranger
    study = None if found is None else shaped_record(timeline, plan, found)
    if study is None:
        return ApiAnswer(status=404, body=f"NCT number {asked} not found".encode())
    return ApiAnswer(status=200, content_type=JSON_TYPE, body=study)


def _parameters(query: str) -> dict[str, str]:
    return dict(parse_qsl(query, keep_blank_values=True))


def _refuse_unknown(parameters: Mapping[str, str], served: tuple[str, ...]) -> None:
    for name, value in parameters.items():
        if name not in served and not (served is _SERVED and SEARCH_PARAMETERS.fullmatch(name)):
            offered = "is not offered by the sandbox" if _NOT_OFFERED.fullmatch(name) else "is unknown"
            raise _RefusedError(f"Parameter `{name}` {offered}")
        if value != _ONLY.get(name, value):
            raise _RefusedError(f"Invalid value in parameter `{name}`: `{value}`")


def _page_size(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _RefusedError("Parameter `pageSize` has incorrect format")
    return min(int(text) or _DEFAULT_PAGE, _LONGEST_PAGE)


def _full_id(spelled: str) -> str | None:
    """Return the id in full (`nct123` is NCT00000123), or None when malformed, all zeros included."""
    match = _ID.fullmatch(spelled)
    return f"NCT{match[1]:0>8}" if match else None


def _asked(timeline: Timeline, plan: ResponsePlan, wanted: str) -> tuple[str, ...]:
    """Return the existing canonical ids, each once, not in the requested order."""
    found: set[str] = set()
    for position, spelled in enumerate(re.split(r"[,|]", wanted), start=1):
        asked = _full_id(spelled)
        if asked is None:
            raise _RefusedError(f"Item {position} in parameter `filter.ids` has incorrect format")
        canonical = timeline.canonical(asked, plan.data_version)
        if canonical is not None:
            found.add(canonical)
    return timeline.shuffled(found, plan.data_version)


def _token(plan: ResponsePlan, offset: int) -> str:
    return base64.urlsafe_b64encode(f"{plan.data_version} {offset}".encode()).decode().rstrip("=")


def _offset(token: str, plan: ResponsePlan) -> int:
    """Parse a page token; it is valid only within its data version, as in the real registry."""
    try:
        data_version, offset = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().split(" ")
        position = int(offset)
    except (binascii.Error, ValueError):
        raise _RefusedError("Parameter `pageToken` has incorrect format") from None
    if data_version != plan.data_version:
        raise _RefusedError("Parameter `pageToken` is not valid for the current data")
    return position


def _plays(plan: ResponsePlan, kind: FaultKind) -> bool:
    return any(fault.kind is kind for fault in plan.shaping)


def json_answer(value: object, status: int = 200) -> ApiAnswer:
    """Return a JSON answer of the sandbox's own controls."""
    return ApiAnswer(status=status, content_type=JSON_TYPE, body=json.dumps(value, ensure_ascii=False).encode() + b"\n")
