"""One run's conversation: the version, single records, pace, tries, and the firewall's verdict."""

from datetime import timedelta

import pytest

from tests.registry.scripted import NOW, Clock, Reply, data, each, ids, registry, served, study, talking_to, text
from watcher.errors import RegistryAnswerError, RegistryError, RegistryRefusedError, RegistryUnavailableError
from watcher.registry.registry_model import (
    DataVersion,
    Moved,
    NoAnswerError,
    NotFound,
    RateLimitedError,
    Transport,
    TransportMemory,
)

ONE, TWO = "NCT99000001", "NCT99000002"
VERSION = {"apiVersion": "2.0.5", "dataTimestamp": "2026-03-13T09:00:00"}
KNOWN = DataVersion(token="2026-03-13T09:00:00", api_version="2.0.5")
BOTH = pytest.mark.parametrize("transport", ["httpx", "urllib"])


async def ask_version(replies, *, clock=None, **settings):
    """Ask for the version; give what came (or was raised) and the number of requests sent."""
    with served(replies) as server:
        async with talking_to(server.url, clock=clock, **settings) as client:
            try:
                found = await client.version()
            except RegistryError as error:
                found = error
            assert client.requests == len(server.requests)
        return found, len(server.requests)


async def ask_single(reply, nct_id=ONE):
    with served([reply]) as server:
        async with talking_to(server.url) as client:
            return await client.single(nct_id), server.requests


# -- version -----------------------------------------------------------------------------------------------------------


@BOTH
async def test_version_takes_one_request(transport):
    assert await ask_version([data(VERSION)], transport=transport) == (KNOWN, 1)


@pytest.mark.parametrize(
    "reply",
    [
        text(400, "Unknown parameter"),
        text(404, "not found"),
        Reply(status=404, body=b"<html>", kind="text/html"),
        text(301, "", Location="https://example.org/api/v3/version"),
        Reply(body=b"<html>maintenance", kind="text/html"),
        Reply(body=b'{"apiVersion":"2.0'),
        Reply(),
    ],
)
async def test_an_answer_that_cannot_be_believed_is_asked_for_once(reply):
    found, requests = await ask_version([reply, data(VERSION)])
    assert isinstance(found, RegistryAnswerError)
    assert requests == 1


async def test_a_redirect_says_where_the_registry_went():
    found, _ = await ask_version([text(308, "", Location="https://example.org/api/v3/version")])
    assert "https://example.org/api/v3/version" in str(found)
    assert "base_url" in str(found)


async def test_an_error_repeats_the_words_of_the_registry():
    found, _ = await ask_version([text(400, "Unknown parameter `x`")])
    assert "400: Unknown parameter `x`" in str(found)


# -- tries -------------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("bad", "tries", "waits"),
    [
        (text(429, "slow down"), 4, [5, 20, 60]),
        (text(500, "oops"), 2, [4]),
        (text(502, ""), 4, [1, 4, 15]),
        (text(503, ""), 4, [1, 4, 15]),
        (text(504, ""), 4, [1, 4, 15]),
        (Reply(drop=True), 4, [1, 4, 15]),
        (Reply(body=b"{", length=100), 4, [1, 4, 15]),
        (text(501, ""), 1, []),
    ],
)
async def test_passing_troubles_are_tried_as_the_table_says_and_no_more(bad, tries, waits, transport):
    clock = Clock()
    found, requests = await ask_version([bad] * 9, clock=clock, transport=transport)
    assert isinstance(found, RegistryUnavailableError)
    assert requests == tries
    assert clock.slept == waits


@BOTH
@pytest.mark.parametrize("bad", [text(429, ""), text(500, ""), text(503, ""), Reply(drop=True)])
async def test_a_trouble_that_passes_is_not_noticed(bad, transport):
    assert await ask_version([bad, data(VERSION)], transport=transport) == (KNOWN, 2)


async def test_a_timeout_is_tried_again():
    found, requests = await ask_version([Reply(hold=True), data(VERSION)], timeout="100ms")
    assert (found, requests) == (KNOWN, 2)


async def test_too_often_is_an_error_of_its_own_that_knows_how_long():
    found, _ = await ask_version([text(429, "", **{"Retry-After": "3600"})] * 4)
    assert isinstance(found, RateLimitedError)
    assert found.retry_after == timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "3600"}, 120),
        ({"Retry-After": "Fri, 13 Mar 2026 14:00:40 GMT"}, 40),
        ({"Retry-After": "Fri, 13 Mar 2026 18:00:40 GMT", "Date": "Fri, 13 Mar 2026 18:00:00 GMT"}, 40),
        ({"Retry-After": "soon"}, 1),
    ],
)
async def test_retry_after_is_honoured_and_capped(headers, wait):
    clock = Clock()
    found, _ = await ask_version([text(503, "", **headers), data(VERSION)], clock=clock)
    assert found == KNOWN
    assert clock.slept == [wait]


async def test_a_host_that_cannot_be_asked_is_not_tried_again():
    clock = Clock()
    async with talking_to("nonsense", clock=clock) as client:
        with pytest.raises(NoAnswerError):
            await client.version()
    assert clock.slept == []


# -- pace --------------------------------------------------------------------------------------------------------------


async def test_requests_keep_their_distance():
    clock = Clock()
    with served(registry(ids(250))) as server:
        async with talking_to(server.url, clock=clock, requests_per_second=0.5) as client:
            await client.version()
            assert len([page async for page in client.pages(ids(250))]) == 3
            await client.version()
    assert clock.slept == [2, 2, 2, 2]


async def test_tries_again_keep_their_distance_too():
    clock = Clock()
    with served([text(503, ""), text(503, ""), data(VERSION)]) as server:
        async with talking_to(server.url, clock=clock, requests_per_second=0.1) as client:
            await client.version()
    assert clock.slept == [1, 9, 4, 6]


async def test_time_that_passed_anyway_is_not_waited_for():
    clock = Clock()
    with served([data(VERSION)] * 3) as server:
        async with talking_to(server.url, clock=clock, requests_per_second=1) as client:
            await client.version()
            clock.at += 0.75
            await client.version()
            clock.at += 7
            await client.version()
    assert clock.slept == [0.25]


# -- 403 ---------------------------------------------------------------------------------------------------------------


def firewall(*refused):
    """Refuse clients whose User-Agent holds one of the texts; answer the others."""
    answer = registry([ONE])

    def judge(request):
        return (
            text(403, "Forbidden") if any(one in request.headers["user-agent"] for one in refused) else answer(request)
        )

    return judge


def agents(server):
    return [request.headers["user-agent"].partition("/")[0] for request in server.requests]


async def test_refused_by_httpx_the_same_is_asked_once_by_urllib_and_remembered():
    with served(firewall("httpx")) as server:
        async with talking_to(server.url, transport="auto") as client:
            before = client.memory
            assert await client.version() == KNOWN
            assert before is None
            assert client.memory == TransportMemory(passed=Transport.URLLIB, until=NOW + timedelta(days=7))
            assert [page.records[0].nct_id async for page in client.pages([ONE])] == [ONE]
    assert agents(server) == ["python-httpx", "Python-urllib", "Python-urllib"]
    assert [request.path for request in server.requests[:2]] == ["/api/v2/version"] * 2


async def test_what_passed_is_asked_first_for_seven_days():
    memory = TransportMemory(passed=Transport.URLLIB, until=NOW + timedelta(days=7))
    for days, first in ((0, "Python-urllib"), (6, "Python-urllib"), (7, "python-httpx")):
        with served(firewall()) as server:
            async with talking_to(
                server.url, transport="auto", memory=memory, now=NOW + timedelta(days=days)
            ) as client:
                await client.version()
        assert agents(server) == [first]


async def test_a_memory_that_is_wrong_now_is_corrected():
    memory = TransportMemory(passed=Transport.URLLIB, until=NOW + timedelta(days=7))
    with served(firewall("urllib")) as server:
        async with talking_to(server.url, transport="auto", memory=memory) as client:
            await client.version()
            assert client.memory == TransportMemory(passed=Transport.HTTPX, until=NOW + timedelta(days=7))
    assert agents(server) == ["Python-urllib", "python-httpx"]


async def test_refused_by_both_is_refused():
    with served(firewall("httpx", "urllib")) as server:
        async with talking_to(server.url, transport="auto") as client:
            with pytest.raises(RegistryRefusedError, match="by httpx and urllib"):
                await client.version()
            assert client.memory is None
    assert agents(server) == ["python-httpx", "Python-urllib"]


@BOTH
async def test_a_fixed_transport_is_refused_after_one_request(transport):
    found, requests = await ask_version([text(403, "")] * 5, transport=transport)
    assert isinstance(found, RegistryRefusedError)
    assert requests == 1


async def test_a_later_403_is_final():
    answer = registry([ONE])
    with served(lambda request: answer(request) if "/version" in request.path else text(403, "")) as server:
        async with talking_to(server.url, transport="auto") as client:
            await client.version()
            with pytest.raises(RegistryRefusedError):
                _ = [page async for page in client.pages(ids(300))]
            with pytest.raises(RegistryRefusedError):
                await client.single(ONE)
    assert len(server.requests) == 3


async def test_a_trouble_before_the_first_answer_does_not_use_up_the_second_transport():
    verdicts = each([text(503, ""), text(403, ""), data(VERSION)])
    with served(verdicts) as server:
        async with talking_to(server.url, transport="auto") as client:
            assert await client.version() == KNOWN
    assert agents(server) == ["python-httpx", "python-httpx", "Python-urllib"]


# -- single ------------------------------------------------------------------------------------------------------------


@BOTH
async def test_a_single_record_is_itself(transport):
    with served([data(study(ONE))]) as server:
        async with talking_to(server.url, transport=transport) as client:
            found = await client.single(ONE)
    assert (found.nct_id, found.data_version) == (ONE, "2026-03-13")
    assert server.requests[0].target == f"/api/v2/studies/{ONE}?format=json&markupFormat=markdown"


async def test_an_unknown_id_is_not_found():
    found, requests = await ask_single(text(404, f"NCT number {ONE} not found"))
    assert found == NotFound()
    assert len(requests) == 1


async def test_a_web_page_with_404_is_not_the_word_of_the_registry():
    with pytest.raises(RegistryAnswerError):
        await ask_single(Reply(status=404, body=b"<html>", kind="text/html"))


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "target", [f"/api/v2/studies/{TWO}", f"https://example.org/api/v2/studies/{TWO}/?format=json", f"{TWO.lower()}"]
)
async def test_a_redirect_to_another_id_is_a_move_and_not_followed(status, target, transport):
    target = target if "/" in target else f"./{target}"
    with served([text(status, "", Location=target)]) as server:
        async with talking_to(server.url, transport=transport) as client:
            assert await client.single(ONE) == Moved(TWO)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "target", [f"https://example.org/api/v2/studies/{ONE}", "/maintenance", "", "/studies/NCT00000000"]
)
async def test_a_redirect_elsewhere_is_no_move(target):
    with pytest.raises(RegistryAnswerError):
        await ask_single(text(301, "", Location=target))


async def test_a_record_that_lists_the_id_as_alias_is_a_move():
    found, _ = await ask_single(data(study(TWO, aliases=(ONE,))))
    assert found == Moved(TWO)


async def test_a_record_of_another_trial_is_not_believed():
    with pytest.raises(RegistryAnswerError, match=TWO):
        await ask_single(data(study(TWO)))


@pytest.mark.parametrize(
    "reply", [text(400, "Parameter `nctId` has incorrect format"), Reply(body=b"{", kind="text/html")]
)
async def test_other_answers_for_a_single_are_errors(reply):
    with pytest.raises(RegistryAnswerError):
        await ask_single(reply)


async def test_a_malformed_id_is_not_sent():
    with served([]) as server:
        async with talking_to(server.url) as client:
            with pytest.raises(ValueError, match="NCT1"):
                await client.single("NCT1")
    assert server.requests == []
