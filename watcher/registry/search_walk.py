"""Reads the ids of everything a search selects, page by page, and believes only a complete reading.

The registry's rules: a full page has a token even when nothing follows, so the last page may be empty; the number of
results comes with the first page; a token is refused after a data refresh.
"""

from __future__ import annotations

from collections.abc import Mapping

from watcher.errors import RegistryAnswerError
from watcher.registry.session import RegistrySession
from watcher.registry.studies_page import read_ids
from watcher.registry.transport import HttpResponse, said, unexpected

LARGEST_PAGE = 1000
"""The registry's largest page; larger numbers are cut to it without a word."""

MOST_RESTARTS = 2
"""A walk whose token is refused begins anew at most so many times."""

_PATH = "/studies"
_PAGE_CAP = 4 * 1024 * 1024


class _TokenRefusedError(RegistryAnswerError):
    """The registry refused a token of its own in the middle of a walk."""


async def read_members(session: RegistrySession, params: Mapping[str, str], most: int) -> frozenset[str]:
    """Read the ids of all results of a search.

    Args:
        session: Sends the requests.
        params: Parameters of the search.
        most: A search with more results is refused after its first page.

    Raises:
        RegistryRefusedError: 403.
        RegistryUnavailableError: No usable answer after all retries.
        RegistryAnswerError: The registry refuses the search, it has too many results, or its pages do not fit together.
    """
    for _ in range(MOST_RESTARTS + 1):
        try:
            return await _walk(session, params, most)
        except _TokenRefusedError as error:
            refused = error
    raise refused


async def _walk(session: RegistrySession, params: Mapping[str, str], most: int) -> frozenset[str]:
    asked = {**params, "fields": "NCTId", "pageSize": str(LARGEST_PAGE)}
    page = read_ids(_checked(await session.ask(_PATH, {**asked, "countTotal": "true"}, _PAGE_CAP)))
    total = page.total
    if total is None:
        raise RegistryAnswerError("the registry does not say how many trials the search matches")
    if total > most:
        raise RegistryAnswerError(
            f"the search matches {total:,} trials, more than max_trials allows ({most:,}); narrow it or raise that"
        )
    found, tokens = set(page.ids), set[str]()
    while page.next_token is not None:
        if page.next_token in tokens or len(tokens) > total // LARGEST_PAGE:
            raise RegistryAnswerError("the registry's pages of the search do not come to an end")
        tokens.add(page.next_token)
        answer = await session.ask(_PATH, {**asked, "pageToken": page.next_token}, _PAGE_CAP)
        if answer.status == 400:
            raise _TokenRefusedError(f"the registry broke off its pages of the search again and again: {said(answer)}")
        page = read_ids(_checked(answer))
        found.update(page.ids)
    if len(found) != total:
        raise RegistryAnswerError(
            f"the registry declared {total:,} trials for the search and listed {len(found):,}; its answer is not used"
        )
    return frozenset(found)


def _checked(answer: HttpResponse) -> HttpResponse:
    """Return an answer with results.

    Raises:
        RegistryAnswerError: The registry refuses the search, or answers something else.
    """
    if answer.status in (400, 413, 414):
        raise RegistryAnswerError(f"the registry refuses the search: {said(answer) or answer.status}")
    if answer.status != 200:
        raise unexpected(answer, _PATH)
    return answer
