"""Many ids: every one is accounted for, whatever comes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.registry.scripted import Clock, Reply, Scripted, data, ids, registry, served, study, talking_to, text
from watcher.errors import RegistryAnswerError, RegistryError, RegistryRefusedError, RegistryUnavailableError
from watcher.registry.batches import BATCH, FAILED_IN_A_ROW, MOST_PAGES, READINGS, SPLITS_BEFORE_DOUBT
from watcher.registry.registry_model import NoAnswerError, RateLimitedError
from watcher.registry.transport import RECORD_CAP

BOTH = pytest.mark.parametrize("transport", ["httpx", "urllib"])


class Reading:
    """What a reading of ids came to."""

    def __init__(self):
        self.pages, self.error, self.requests = [], None, []

    @property
    def records(self):
        return [record.nct_id for page in self.pages for record in page.records]

    def __getattr__(self, name):
        values = [getattr(page, name) for page in self.pages]
        if name == "missing":
            return [one for value in values for one in value]
        if name == "unasked":
            return sum(values)
        return {key: value for part in values for key, value in part.items()}


async def read(server, wanted, **options):
    reading = Reading()
    before = len(server.requests)
    async with talking_to(server.url, **options) as client:
        try:
            async for page in client.pages(wanted):
                reading.pages.append(page)
        except RegistryError as error:
            reading.error = error
    reading.requests = server.requests[before:]
    return reading


async def read_from(answer, wanted, **options):
    with served(answer) as server:
        return await read(server, wanted, **options)


@BOTH
@pytest.mark.parametrize(("count", "requests"), [(0, 0), (1, 1), (100, 1), (101, 2), (250, 3)])
async def test_a_hundred_ids_take_one_request(count, requests, transport):
    found = await read_from(registry(ids(count)), ids(count), transport=transport)
    assert found.records == ids(count)
    assert len(found.requests) == requests
    assert (found.missing, found.refused, found.failed, found.aliased, found.unasked) == ([], {}, {}, {}, 0)


async def test_parameters_are_the_documented_ones_and_the_page_holds_the_batch():
    found = await read_from(registry(ids(3)), ids(3))
    assert found.requests[0].path == "/api/v2/studies"
    assert found.requests[0].params == {
        "format": "json",
        "markupFormat": "markdown",
        "pageSize": str(BATCH + 1),
        "filter.ids": ",".join(ids(3)),
    }


async def test_repeats_are_asked_once():
    found = await read_from(registry(ids(2)), ids(2) * 3)
    assert found.requests[0].ids == ids(2)
    assert found.records == ids(2)


async def test_malformed_ids_are_refused_unasked_and_the_others_read():
    found = await read_from(registry(ids(2)), ["NCT1", *ids(2), "nct00000003", "NCT00000000"])
    assert found.requests[0].ids == ids(2)
    assert found.records == ids(2)
    assert set(found.refused) == {"NCT1", "nct00000003", "NCT00000000"}


async def test_ids_the_registry_leaves_out_are_missing():
    found = await read_from(registry(ids(3)), ids(5))
    assert found.records == ids(3)
    assert found.missing == ids(2, start=4)


async def test_records_nobody_asked_for_are_dropped_and_counted():
    answer = data(
        {"studies": [study("NCT99000001"), study("NCT99000002", aliases=("NCT99000003",)), *map(study, ids(2))]}
    )
    found = await read_from([answer], ids(2))
    assert found.records == ids(2)
    assert found.unasked == 2


async def test_an_alias_is_matched_to_the_record_that_lists_it():
    answer = data({"studies": [study("NCT99000001", aliases=("NCT00000001", "NCT00000009")), study("NCT00000002")]})
    found = await read_from([answer], ids(2))
    assert found.records == ["NCT99000001", "NCT00000002"]
    assert found.aliased == {"NCT00000001": "NCT99000001"}
    assert (found.missing, found.unasked) == ([], 0)


async def test_an_alias_asked_together_with_its_canonical_id_is_reported_too():
    answer = data({"studies": [study("NCT00000002", aliases=("NCT00000001",))]})
    found = await read_from([answer], ids(2))
    assert found.records == ["NCT00000002"]
    assert found.aliased == {"NCT00000001": "NCT00000002"}
    assert found.missing == []


# -- pages -------------------------------------------------------------------------------------------------------------


def paged(size, *, empty_first=False):
    """A registry that gives `size` studies a page, whatever pageSize says."""

    def answer(request):
        start = int(request.params.get("pageToken", "-1" if empty_first else "0"))
        wanted = request.ids
        if start < 0:
            return data({"studies": [], "nextPageToken": "0"})
        end = start + size
        following = {"nextPageToken": str(end)} if end < len(wanted) else {}
        return data({"studies": [study(one) for one in wanted[start:end]]} | following)

    return answer


async def test_next_page_tokens_are_followed_with_all_parameters_repeated():
    found = await read_from(paged(40), ids(100))
    assert found.records == ids(100)
    first, *later = [request.params for request in found.requests]
    assert later == [first | {"pageToken": "40"}, first | {"pageToken": "80"}]


async def test_an_empty_page_may_not_be_the_last():
    found = await read_from(paged(40, empty_first=True), ids(50))
    assert found.records == ids(50)
    assert found.missing == []


async def test_a_token_that_is_no_longer_taken_begins_the_batch_again():
    died: list[bool] = []

    def answer(request):
        if request.params.get("pageToken") and not died:
            died.append(True)
            return text(400, "Parameter `pageToken` is not valid for the current data")
        return paged(40)(request)

    found = await read_from(answer, ids(50))
    assert found.records == ids(50)
    assert [request.params.get("pageToken") for request in found.requests] == [None, "40", None, "40"]


async def test_a_token_that_is_never_taken_fails_the_batch_and_is_no_fault_of_an_id():
    def answer(request):
        return text(400, "no such token") if "pageToken" in request.params else paged(40)(request)

    found = await read_from(answer, ids(50))
    assert len(found.requests) == 2 * READINGS
    assert set(found.failed) == set(ids(50))
    assert isinstance(found.error, RegistryAnswerError)


@pytest.mark.parametrize("tokens", [lambda request: "same", lambda request: request.params.get("pageToken", "") + "x"])
async def test_pages_without_end_are_not_believed(tokens):
    found = await read_from(lambda request: data({"studies": [], "nextPageToken": tokens(request)}), ids(2))
    assert set(found.failed) == set(ids(2))
    assert "do not come to an end" in str(found.error)
    assert len(found.requests) <= MOST_PAGES + 1


# -- 400 and too large -------------------------------------------------------------------------------------------------


@BOTH
async def test_the_id_that_spoils_a_batch_is_named_and_the_others_delivered(transport):
    culprit = ids(100)[37]
    found = await read_from(registry(ids(200), spoilt=[culprit]), ids(200), transport=transport)
    assert found.error is None
    assert set(found.refused) == {culprit}
    assert "incorrect format" in found.refused[culprit]
    assert set(found.records) == set(ids(200)) - {culprit}
    assert found.missing == []
    assert len(found.requests) <= 1 + 2 * 7 + 1  # halving a hundred takes seven steps


async def test_a_single_refused_id_is_refused_without_further_requests():
    found = await read_from(registry([], spoilt=ids(1)), ids(1))
    assert set(found.refused) == set(ids(1))
    assert found.error is None
    assert len(found.requests) == 1


async def test_a_registry_that_refuses_everything_is_not_asked_id_by_id():
    found = await read_from(lambda _: text(400, "Parameter `markupFormat` is unknown"), ids(1000))
    assert isinstance(found.error, RegistryAnswerError)
    assert "markupFormat" in str(found.error)
    assert found.refused == {}
    assert set(found.failed) == set(ids(300))
    assert len(found.requests) < 40


@pytest.mark.parametrize("status", [413, 414])
async def test_a_request_too_long_is_halved(status):
    def answer(request):
        return text(status, "") if len(request.ids) > 30 else registry(ids(100))(request)

    found = await read_from(answer, ids(100))
    assert found.records == ids(100)
    assert [len(request.ids) for request in found.requests] == [100, 50, 25, 25, 50, 25, 25]


@BOTH
async def test_a_page_over_the_cap_is_halved_and_only_the_large_record_fails(transport):
    blanks = b" " * (33 * 1024 * 1024)

    def answer(request):
        reply = registry(ids(4))(request)
        return Reply(body=reply.body + blanks) if "NCT00000003" in request.ids else reply

    found = await read_from(answer, ids(4), transport=transport)
    assert found.records == ["NCT00000001", "NCT00000002", "NCT00000004"]
    assert set(found.failed) == {"NCT00000003"}
    assert "32 MB" in found.failed["NCT00000003"]
    assert (found.error, found.missing) == (None, [])


async def test_a_record_over_its_cap_fails_alone():
    large = study("NCT00000002", briefTitle="x" * RECORD_CAP)
    found = await read_from([data({"studies": [study("NCT00000001"), large]})], ids(3))
    assert found.records == ["NCT00000001"]
    assert set(found.failed) == {"NCT00000002"}
    assert found.missing == ["NCT00000003"]


async def test_pages_together_over_the_cap_are_halved():
    def answer(request):
        one = int(request.params.get("pageToken", "0"))
        following = {"nextPageToken": str(one + 1)} if one + 1 < len(request.ids) else {}
        return data({"studies": [study(request.ids[one], briefTitle="x" * (RECORD_CAP - 1000))]} | following)

    found = await read_from(answer, ids(3))
    assert found.records == ids(3)
    assert found.failed == {}


# -- failures ----------------------------------------------------------------------------------------------------------


async def test_a_broken_record_leaves_nobody_missing():
    good = json.dumps(study("NCT00000001")).encode()
    found = await read_from([Reply(body=b'{"studies":[' + good + b',{"protocolSection":{}}]}')], ids(2))
    assert found.records == ["NCT00000001"]
    assert found.missing == []
    assert set(found.failed) == {"NCT00000002"}


@pytest.mark.parametrize(
    "bad",
    [
        Reply(body=b"<html>", kind="text/html"),
        text(404, "no such path"),
        text(302, "", Location="/maintenance"),
        text(500, ""),
        Reply(drop=True),
    ],
)
async def test_one_batch_that_fails_harms_no_other(bad):
    def answer(request):
        return bad if "NCT00000101" in request.ids else registry(ids(300))(request)

    found = await read_from(answer, ids(300))
    assert found.records == ids(100) + ids(100, start=201)
    assert set(found.failed) == set(ids(100, start=101))
    assert (found.error, found.missing, found.refused) == (None, [], {})


SPOILT = [
    rb'"\ud800"',
    b"NaN",
    b'"\x01"',
    b"[" * 1000 + b"]" * 1000,
    b'{"a":' * 1000 + b"1" + b"}" * 1000,
    b'"\xff"',
]


def spoiling(*culprits, by):
    """A registry of all ids asked for, where the records of some hold something no decoder takes."""

    def answer(request):
        records = []
        for one in request.ids:
            record = json.dumps(study(one)).encode()
            records.append(b'{"spoilt":' + by + b"," + record[1:] if one in culprits else record)
        return Reply(body=b'{"studies":[' + b",".join(records) + b"]}")

    return answer


@pytest.mark.parametrize("by", SPOILT)
async def test_one_record_that_cannot_be_decoded_fails_alone_and_by_name(by):
    culprit = ids(200)[37]
    found = await read_from(spoiling(culprit, by=by), ids(200))
    assert found.error is None
    assert set(found.failed) == {culprit}
    assert [one for page in found.pages for one in page.unreadable] == [culprit]
    assert set(found.records) == set(ids(200)) - {culprit}
    assert (found.missing, found.refused) == ([], {})
    assert len(found.requests) <= 1 + 2 * 7 + 1


@pytest.mark.parametrize(
    "culprits", [ids(3), ids(7), ids(50), ids(3, start=98), ids(100)[::9], [ids(100)[0], ids(100)[50], ids(100)[99]]]
)
async def test_records_that_cannot_be_decoded_keep_no_healthy_one_back(culprits):
    found = await read_from(spoiling(*culprits, by=b"NaN"), ids(100))
    assert set(found.records) == set(ids(100)) - set(culprits)
    assert set(found.failed) == set(culprits)
    assert (found.error, found.missing) == (None, [])


async def test_answers_that_can_never_be_decoded_are_not_asked_for_id_by_id():
    found = await read_from(lambda _: Reply(body=b'{"studies":[{"protocolSection":'), ids(1000))
    assert isinstance(found.error, RegistryAnswerError)
    assert set(found.failed) == set(ids(300))
    assert len(found.requests) == FAILED_IN_A_ROW * SPLITS_BEFORE_DOUBT


async def test_a_registry_that_breaks_off_in_mid_poll_is_not_asked_id_by_id():
    def answer(request):
        return registry(ids(1000))(request) if "NCT00000001" in request.ids else Reply(body=b'{"studies":[')

    found = await read_from(answer, ids(1000))
    assert found.records == ids(100)
    assert len(found.requests) == 1 + FAILED_IN_A_ROW * SPLITS_BEFORE_DOUBT


@pytest.mark.parametrize("culprits", [ids(3), ids(7), ids(3, start=98)])
async def test_ids_that_spoil_a_batch_from_its_beginning_are_told_from_a_wrong_request(culprits):
    found = await read_from(registry(ids(100), spoilt=culprits), ids(100))
    assert set(found.refused) == set(culprits)
    assert set(found.records) == set(ids(100)) - set(culprits)
    assert (found.error, found.failed) == (None, {})


async def test_a_broken_record_without_a_name_condemns_no_id_that_is_only_missing():
    there = ids(4, start=3)

    def answer(request):
        records = [json.dumps(study(one)).encode() for one in request.ids if one in there]
        nameless = [b'{"protocolSection":{}}'] if "NCT00000002" in request.ids else []
        return Reply(body=b'{"studies":[' + b",".join(records + nameless) + b"]}")

    found = await read_from(answer, ids(6))
    assert set(found.records) == set(there)
    assert found.missing == ["NCT00000001"]
    assert set(found.failed) == {"NCT00000002"}
    assert [one for page in found.pages for one in page.unreadable] == ["NCT00000002"]


async def test_a_trial_that_stands_twice_in_an_answer_with_two_contents_is_in_doubt():
    twice = [study("NCT00000001", briefTitle="A"), study("NCT00000002"), study("NCT00000001", briefTitle="B")]
    found = await read_from([data({"studies": twice})], ids(2))
    (first, second) = sorted((record for page in found.pages for record in page.records), key=lambda one: one.nct_id)
    assert "twice" in first.doubt
    assert second.doubt == ""


async def test_a_trial_that_stands_twice_with_one_content_is_believed():
    found = await read_from([data({"studies": [study("NCT00000001"), study("NCT00000001")]})], ids(1))
    assert [record.doubt for page in found.pages for record in page.records] == [""]


async def test_an_id_with_a_record_of_its_own_is_no_alias():
    answer = data({"studies": [study("NCT00000001"), study("NCT00000002", aliases=("NCT00000001",))]})
    found = await read_from([answer], ids(2))
    assert sorted(found.records) == ids(2)
    assert (found.aliased, found.failed, found.missing) == ({}, {}, [])


async def test_an_id_that_two_records_call_their_alias_has_moved_to_neither():
    answer = data({"studies": [study(one, aliases=("NCT00000001",)) for one in ("NCT99000001", "NCT99000002")]})
    found = await read_from([answer], ids(1))
    assert found.aliased == {}
    assert "NCT99000001 and NCT99000002" in found.failed["NCT00000001"]


async def test_a_full_batch_costs_one_request_where_every_full_page_has_a_token():
    def answer(request):
        size, start = int(request.params["pageSize"]), int(request.params.get("pageToken", "0"))
        wanted = request.ids[start : start + size]
        following = {"nextPageToken": str(start + size)} if len(wanted) == size else {}
        return data({"studies": [study(one) for one in wanted]} | following)

    found = await read_from(answer, ids(250))
    assert found.records == ids(250)
    assert len(found.requests) == 3


@pytest.mark.parametrize(
    ("bad", "error", "tries"),
    [
        (Reply(body=b"<html>", kind="text/html"), RegistryAnswerError, 1),
        (text(503, ""), RegistryUnavailableError, 4),
        (text(500, ""), RegistryUnavailableError, 2),
        (Reply(drop=True), NoAnswerError, 4),
    ],
)
async def test_batches_that_fail_in_a_row_end_the_asking(bad, error, tries):
    found = await read_from(lambda _: bad, ids(1000))
    assert isinstance(found.error, error)
    assert len(found.requests) == FAILED_IN_A_ROW * tries
    assert set(found.failed) == set(ids(FAILED_IN_A_ROW * BATCH))
    assert found.missing == []


async def test_when_nothing_came_the_reason_is_raised_at_the_end():
    found = await read_from(lambda _: Reply(body=b"<html>", kind="text/html"), ids(150))
    assert set(found.failed) == set(ids(150))
    assert isinstance(found.error, RegistryAnswerError)


@pytest.mark.parametrize(
    ("bad", "error", "tries"), [(text(429, ""), RateLimitedError, 4), (text(403, ""), RegistryRefusedError, 1)]
)
async def test_asking_too_often_and_being_refused_end_the_asking_at_once(bad, error, tries):
    def answer(request):
        return registry(ids(300))(request) if "NCT00000001" in request.ids else bad

    found = await read_from(answer, ids(300))
    assert isinstance(found.error, error)
    assert found.records == ids(100)
    assert found.failed == {}
    assert len(found.requests) == 1 + tries


async def test_an_address_that_is_none_ends_the_asking_at_once():
    clock = Clock()
    async with talking_to("nonsense", clock=clock) as client:
        with pytest.raises(NoAnswerError):
            _ = [page async for page in client.pages(ids(500))]
        assert client.requests == 0


async def test_pages_come_one_by_one():
    with served(registry(ids(300))) as server:
        async with talking_to(server.url) as client:
            seen = [(len(page.records), len(server.requests)) async for page in client.pages(ids(300))]
    assert seen == [(100, 1), (100, 2), (100, 3)]


# -- every id, exactly once --------------------------------------------------------------------------------------------

fates = st.sampled_from(
    ["there", "there", "there", "there", "there", "absent", "spoils", "alias", "poisons", "malformed"]
)


def fateful(fate):
    def answer(request):
        if any(fate[one] == "spoils" for one in request.ids):
            return text(400, "Item 1 in parameter `filter.ids` has incorrect format")
        if any(fate[one] == "poisons" for one in request.ids):
            return Reply(body=b"<html>", kind="text/html")
        there = [study(one) for one in request.ids if fate[one] == "there"]
        moved = [study("NCT9" + one[4:], aliases=(one,)) for one in request.ids if fate[one] == "alias"]
        return data({"studies": moved + there})

    return answer


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(fates, max_size=250))
async def test_every_id_has_exactly_one_fate(kinds):
    wanted = [f"NCT{at:08}" if kind != "malformed" else f"NCT{at}" for at, kind in enumerate(kinds, 1)]
    with Scripted(fateful(dict(zip(wanted, kinds, strict=True)))) as server:
        found = await read(server, wanted)
    told = [
        *(one for one in found.records if not one.startswith("NCT9")),
        *found.aliased, *found.missing, *found.refused, *found.failed,
    ]  # fmt: skip
    assert len(told) == len(set(told))
    assert set(told) <= set(wanted)
    if found.error is None:
        assert set(told) == set(wanted)
    for one, kind in zip(wanted, kinds, strict=True):
        if one in told:
            assert (one in found.missing) == (kind == "absent" and one not in found.failed)
            assert (one in found.refused) == (kind in ("spoils", "malformed") and one not in found.failed)
