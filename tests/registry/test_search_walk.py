"""A walk over a search gives every member once, or nothing at all."""

import json
from urllib.parse import parse_qs

import pytest

from tests.registry.scripted import talking_to
from watcher.errors import RegistryAnswerError, RegistryRefusedError
from watcher.registry.registry_model import RateLimitedError
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

DAYS = ("2026-03-11", "2026-03-12")
TRIALS = [f"NCT9900{number:04}" for number in range(1, 2001)]
ALL, TOKEN_REFUSED = {"query.cond": "pain"}, RegistryFault(kind=FaultKind.TOKEN, match="pageToken", times=1)


def record(nct_id: str, condition: str) -> bytes:
    identification, conditions = {"nctId": nct_id}, {"conditions": [condition]}
    return json.dumps(
        {"protocolSection": {"identificationModule": identification, "conditionsModule": conditions}}
    ).encode()


@pytest.fixture(scope="module")
def served():
    states = {
        one: dict.fromkeys(DAYS, record(one, "pain" if number < 2000 else "pain and itch"))
        for number, one in enumerate(TRIALS, 1)
    }
    with Sandbox(Timeline.of(states)) as running:
        yield running


@pytest.fixture
def sandbox(served):
    yield served
    served.reset()


async def walk(sandbox: Sandbox, params=ALL, most=5000):
    async with talking_to(sandbox.base_url) as client:
        return await client.members(params, most)


async def test_full_pages_and_the_empty_one_after_them_give_every_id_once(sandbox):
    assert await walk(sandbox) == set(TRIALS)
    asked = [parse_qs(seen.query) for seen in sandbox.requests]
    assert len(asked) == 3
    assert ["countTotal" in one for one in asked] == [True, False, False]
    assert not any("sort" in one for one in asked)


async def test_a_search_without_results_is_one_request(sandbox):
    assert await walk(sandbox, {"aggFilters": "status:nonsense"}) == frozenset()
    assert len(sandbox.requests) == 1


async def test_a_refused_token_begins_the_walk_anew(sandbox):
    sandbox.arm(TOKEN_REFUSED, TOKEN_REFUSED)
    assert await walk(sandbox) == set(TRIALS)


async def test_a_token_refused_three_times_gives_nothing(sandbox):
    sandbox.arm(*(TOKEN_REFUSED,) * 3)
    with pytest.raises(RegistryAnswerError, match="again and again: Parameter `pageToken`"):
        await walk(sandbox)
    assert len(sandbox.requests) == 6


async def test_data_that_moves_in_mid_walk_begins_it_anew(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.MOVING, after=1))
    assert await walk(sandbox) == set(TRIALS)
    assert [seen.status for seen in sandbox.requests] == [200, 400, 200, 200, 200]


@pytest.mark.parametrize(
    ("fault", "declared", "listed"),
    [
        (RegistryFault(kind=FaultKind.MISCOUNTED), "2,001", "2,000"),
        (RegistryFault(kind=FaultKind.UNMATCHED, ids=tuple(TRIALS[:700]), match="pageToken", times=None), "2,000", ""),
    ],
)
async def test_pages_that_do_not_add_up_to_the_count_give_nothing(sandbox, fault, declared, listed):
    sandbox.arm(fault)
    with pytest.raises(RegistryAnswerError, match=f"declared {declared} trials for the search and listed {listed}"):
        await walk(sandbox)


async def test_more_than_allowed_is_refused_with_the_count_after_one_request(sandbox):
    with pytest.raises(RegistryAnswerError, match=r"matches 2,000 trials, more than max_trials allows \(1,999\)"):
        await walk(sandbox, most=1999)
    assert len(sandbox.requests) == 1
    assert await walk(sandbox, most=2000) == set(TRIALS)


async def test_a_refused_search_says_what_the_registry_said(sandbox):
    with pytest.raises(RegistryAnswerError, match=r"refuses the search: .*Unknown area name: `Nowhere`"):
        await walk(sandbox, {"filter.advanced": "AREA[Nowhere]x"})


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.NOT_JSON])
async def test_an_answer_that_is_no_list_gives_nothing(sandbox, kind):
    sandbox.arm(RegistryFault(kind=kind))
    with pytest.raises(RegistryAnswerError):
        await walk(sandbox)


async def test_a_page_that_is_empty_before_the_end_goes_on_at_its_token(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.EMPTY_PAGE))
    assert await walk(sandbox, {"query.cond": "itch"}) == {TRIALS[-1]}


async def test_a_refusal_and_a_rate_limit_end_the_walk_at_once(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.REFUSED, match="pageToken"))
    with pytest.raises(RegistryRefusedError):
        await walk(sandbox)
    sandbox.reset()
    sandbox.arm(RegistryFault(kind=FaultKind.RATE_LIMITED, times=None))
    with pytest.raises(RateLimitedError):
        await walk(sandbox)
