"""Asks for how many trials a search selects, and for the first of them: one request, no walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from watcher.errors import RegistryAnswerError
from watcher.registry.registry_model import RawRecord
from watcher.registry.session import RegistrySession
from watcher.registry.studies_page import read_page
from watcher.registry.transport import PAGE_CAP, said, unexpected

_PATH = "/studies"
_FIELDS = "NCTId|NCTIdAlias|BriefTitle|OverallStatus|Phase|LeadSponsorName"


class _Counted(msgspec.Struct, frozen=True):
    totalCount: int | None = None  # noqa: N815 — the registry's own spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """The beginning of what a search selects.

    Attributes:
        total: How many trials there are.
        records: The first of them, with a few fields each.
    """

    total: int
    records: tuple[RawRecord, ...]


async def read_results(session: RegistrySession, params: Mapping[str, str], count: int) -> SearchResults:
    """Read the number of results of a search and the first `count` of them.

    Raises:
        RegistryRefusedError: 403.
        RegistryUnavailableError: No usable answer after all retries.
        RegistryAnswerError: The registry refuses the search, or its answer is not plausible.
    """
    asked = {**params, "fields": _FIELDS, "countTotal": "true", "pageSize": str(count)}
    answer = await session.ask(_PATH, asked, PAGE_CAP)
    if answer.status in (400, 414):
        raise RegistryAnswerError(f"the registry refuses the search: {said(answer) or answer.status}")
    if answer.status != 200:
        raise unexpected(answer, _PATH)
    page = read_page(answer)
    try:
        total = msgspec.json.decode(answer.body, type=_Counted).totalCount
    except msgspec.MsgspecError:
        total = None
    if total is None or total < len(page.records):
        raise RegistryAnswerError("the registry does not say how many trials the search matches")
    return SearchResults(total=total, records=page.records[:count])
