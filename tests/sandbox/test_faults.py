import http.client
import json
import threading
import time
from typing import Any

import pytest

from tests.sandbox.asking import FIRST, SECOND, THIRD, Reply, ask, holder, nct_id, record
from watcher.sandbox.registry_faults import FaultError, FaultKind, RegistryFault, fault_from_json
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

ONE, TWO, THREE = "NCT99000001", "NCT99000002", "NCT99000003"


@pytest.fixture
def sandbox():
    states = {
        trial: {version: record(number, whyStopped=version) for version in (FIRST, SECOND, THIRD)}
        for number, trial in enumerate((ONE, TWO, THREE), start=1)
    }
    with Sandbox(Timeline.of(states)) as running:
        yield running


def batch(sandbox, *ids, **headers) -> Reply:
    return ask(f"{sandbox.base_url}/studies?pageSize=100&filter.ids={','.join(ids or (ONE, TWO))}", **headers)


def version(sandbox, **headers) -> Reply:
    return ask(f"{sandbox.base_url}/version", **headers)


def by_id(reply) -> dict[str, Any]:
    return {nct_id(study): study for study in reply.json["studies"]}


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        (FaultKind.REFUSED, 403, "text/html"),
        (FaultKind.RATE_LIMITED, 429, "text/plain; charset=UTF-8"),
        (FaultKind.SERVER_ERROR, 500, "text/plain; charset=UTF-8"),
        (FaultKind.BAD_GATEWAY, 502, "text/html"),
        (FaultKind.UNAVAILABLE, 503, "text/plain; charset=UTF-8"),
        (FaultKind.GATEWAY_TIMEOUT, 504, "text/html"),
        (FaultKind.HTML, 200, "text/html; charset=utf-8"),
        (FaultKind.NOT_JSON, 200, "application/json"),
    ],
)
def test_a_replacing_fault_stands_in_for_the_number_of_requests_it_was_armed_for(sandbox, kind, status, content_type):
    sandbox.arm(RegistryFault(kind=kind, times=2))
    replies = [version(sandbox) for _ in range(3)]
    assert [reply.status for reply in replies] == [status, status, 200]
    assert replies[0].headers["content-type"] == content_type
    assert "dataTimestamp" not in replies[0].text
    assert "dataTimestamp" in replies[2].text


@pytest.mark.parametrize("retry_after", [7, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after_is_sent_in_either_of_its_forms(sandbox, retry_after):
    sandbox.arm(
        RegistryFault(kind=FaultKind.RATE_LIMITED, retry_after=retry_after), RegistryFault(kind=FaultKind.UNAVAILABLE)
    )
    assert version(sandbox).headers["retry-after"] == str(retry_after)
    assert "retry-after" not in version(sandbox).headers


def test_what_is_not_json_cannot_be_read_as_json(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.NOT_JSON))
    with pytest.raises(ValueError):
        json.loads(batch(sandbox).body)


def test_a_firewall_may_mind_one_client_only_and_for_good(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.REFUSED, user_agent="python-httpx", times=None))
    assert [version(sandbox, User_Agent="python-httpx/0.28 x").status for _ in range(3)] == [403] * 3
    assert version(sandbox, User_Agent="Python-urllib/3.11 x").status == 200
    sandbox.reset()
    assert version(sandbox, User_Agent="python-httpx/0.28 x").status == 200


def test_a_fault_may_mind_one_path_only_and_let_some_requests_through(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match="/studies", after=1))
    assert version(sandbox).status == 200
    assert [batch(sandbox).status for _ in range(3)] == [200, 500, 200]


def test_faults_armed_first_fire_first_and_one_answer_at_a_time(sandbox):
    sandbox.arm(
        RegistryFault(kind=FaultKind.SERVER_ERROR),
        RegistryFault(kind=FaultKind.RATE_LIMITED),
        RegistryFault(kind=FaultKind.HOLLOW),
    )
    assert [batch(sandbox).status for _ in range(2)] == [500, 429]
    hollow = batch(sandbox, ONE).json["studies"][0]
    assert "overallStatus" not in hollow["protocolSection"]["statusModule"]


def test_a_dropped_connection_gives_no_answer_at_all(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.DROPPED))
    with pytest.raises(http.client.RemoteDisconnected):
        version(sandbox)
    assert version(sandbox).status == 200
    assert [seen.status for seen in sandbox.requests] == [None, 200]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.CUT_CHUNKED])
def test_a_cut_body_ends_before_its_promised_end(sandbox, kind, encoding):
    sandbox.arm(RegistryFault(kind=kind))
    with pytest.raises(http.client.IncompleteRead) as error:
        batch(sandbox, Accept_Encoding=encoding)
    assert error.value.partial
    assert batch(sandbox).status == 200


def test_a_body_may_be_cut_after_a_given_number_of_bytes(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.CUT, size=5))
    with pytest.raises(http.client.IncompleteRead) as error:
        version(sandbox)
    assert error.value.partial == b'{\n  "'


def test_a_slow_body_comes_whole_and_in_its_own_time(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.SLOW, seconds=0.02))
    started = time.monotonic()
    slow = batch(sandbox)
    assert time.monotonic() - started >= 9 * 0.02
    assert slow.body == batch(sandbox).body


def test_an_oversized_body_is_that_large_and_still_the_same_json(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.OVERSIZED, size=3_000_000))
    large = batch(sandbox, Accept_Encoding="gzip")
    assert len(large.raw) < 30_000 < 3_000_000 <= len(large.body)
    assert large.json == batch(sandbox).json


def test_hollow_records_keep_their_id_and_stamp_and_lose_the_rest(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(ONE,)))
    found = by_id(batch(sandbox))
    assert list(found[ONE]["protocolSection"]) == ["identificationModule", "statusModule"]
    assert "overallStatus" not in found[ONE]["protocolSection"]["statusModule"]
    assert holder(found[ONE]) == FIRST
    assert found[TWO]["protocolSection"]["statusModule"]["overallStatus"] == "RECRUITING"


def test_stale_records_are_those_of_the_data_version_before(sandbox):
    sandbox.next()
    sandbox.arm(RegistryFault(kind=FaultKind.STALE, ids=(ONE,)))
    found = by_id(batch(sandbox))
    said = {trial: study["protocolSection"]["statusModule"]["whyStopped"] for trial, study in found.items()}
    assert said == {ONE: FIRST, TWO: SECOND}
    assert {trial: holder(study) for trial, study in found.items()} == {ONE: FIRST, TWO: SECOND}


def test_a_missing_version_holder_is_missing_alone(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.NO_VERSION_HOLDER))
    broken, whole = by_id(batch(sandbox)), by_id(batch(sandbox))
    assert all("versionHolder" not in study["derivedSection"]["miscInfoModule"] for study in broken.values())
    assert broken[ONE]["protocolSection"] == whole[ONE]["protocolSection"]


def test_a_missing_timestamp_leaves_the_rest_of_the_version(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.NO_TIMESTAMP))
    assert batch(sandbox).status == 200
    assert version(sandbox).json == {"apiVersion": "2.0.5"}
    assert "dataTimestamp" in version(sandbox).json


def test_missing_records_are_absent_from_a_batch_and_404_alone(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.MISSING, ids=(ONE,), times=2))
    assert batch(sandbox).ids == [TWO]
    assert ask(f"{sandbox.base_url}/studies/{ONE}").status == 404
    assert ask(f"{sandbox.base_url}/studies/{ONE}").status == 200


def test_wrong_ids_come_along_unasked(sandbox):
    sandbox.arm(
        RegistryFault(kind=FaultKind.WRONG_IDS, times=1), RegistryFault(kind=FaultKind.WRONG_IDS, after=1, ids=(THREE,))
    )
    assert sorted(batch(sandbox, ONE, TWO).ids) == [ONE, TWO, THREE]
    assert nct_id(ask(f"{sandbox.base_url}/studies/{ONE}").json) == THREE


def test_an_empty_page_is_not_the_last_one(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.EMPTY_PAGE))
    empty = batch(sandbox)
    assert empty.json["studies"] == []
    following = ask(f"{sandbox.base_url}/studies?filter.ids={ONE},{TWO}&pageToken={empty.json['nextPageToken']}")
    assert sorted(following.ids) == [ONE, TWO]


def test_a_token_fault_refuses_a_page(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.TOKEN, match="pageToken"))
    token = ask(f"{sandbox.base_url}/studies?pageSize=1").json["nextPageToken"]
    assert ask(f"{sandbox.base_url}/studies?pageSize=1&pageToken={token}").status == 400
    assert ask(f"{sandbox.base_url}/studies?pageSize=1&pageToken={token}").status == 200


def test_the_data_may_move_in_the_middle_of_a_poll(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.MOVING, after=2))
    assert version(sandbox).json["dataTimestamp"].startswith(FIRST)
    assert [holder(batch(sandbox, ONE).json["studies"][0]) for _ in range(3)] == [FIRST, FIRST, SECOND]
    assert version(sandbox).json["dataTimestamp"].startswith(SECOND)


def test_the_data_may_move_at_every_request_and_stops_at_its_end(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.MOVING, times=5))
    assert [holder(batch(sandbox, ONE).json["studies"][0]) for _ in range(4)] == [FIRST, SECOND, THIRD, THIRD]


@pytest.mark.parametrize("moment", ["before", "body"])
def test_a_held_request_waits_until_it_is_released(sandbox, moment):
    sandbox.arm(RegistryFault(kind=FaultKind.HOLD, at=moment, match="/studies"))
    replies = []
    client = threading.Thread(target=lambda: replies.append(batch(sandbox)))
    client.start()
    assert sandbox.wait_held()
    assert replies == []
    assert version(sandbox).status == 200
    sandbox.release()
    client.join()
    assert replies[0].json == batch(sandbox).json


def test_a_body_held_in_the_middle_has_begun(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.HOLD, at="body"))
    connection = http.client.HTTPConnection(sandbox.root_url.removeprefix("http://"), timeout=60)
    connection.request("GET", "/api/v2/version")
    answer = connection.getresponse()
    assert answer.read(3) == b"{\n "
    assert sandbox.wait_held()
    sandbox.release()
    assert answer.read().endswith(b"}")
    connection.close()


def test_a_hold_ends_by_itself_at_its_limit(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.HOLD, seconds=0.05))
    assert version(sandbox).status == 200
    assert not sandbox.wait_held(0)


def test_closing_ends_holds_and_slow_bodies():
    with Sandbox(Timeline.of({ONE: {FIRST: record(1)}})) as sandbox:
        sandbox.arm(
            RegistryFault(kind=FaultKind.HOLD, match="/version"),
            RegistryFault(kind=FaultKind.SLOW, seconds=60, match=ONE),
        )
        ended: list[Exception | None] = []

        def client(path):
            try:
                ask(sandbox.base_url + path)
            except (OSError, http.client.HTTPException) as error:
                ended.append(error)
            else:
                ended.append(None)

        clients = [threading.Thread(target=client, args=(path,)) for path in ("/version", f"/studies/{ONE}")]
        for thread in clients:
            thread.start()
        assert sandbox.wait_held()
    for thread in clients:
        thread.join()
    assert len(ended) == 2


def test_a_fault_reads_as_it_is_written():
    body: dict[str, Any] = {
        "fault": "429",
        "times": None,
        "after": 2,
        "match": "/studies",
        "user_agent": "x",
        "ids": [ONE],
    }
    rest: dict[str, Any] = {"retry_after": 1, "seconds": 0.5, "size": 9, "at": "body"}
    assert fault_from_json({**body, **rest}) == RegistryFault(
        kind=FaultKind.RATE_LIMITED,
        times=None,
        after=2,
        match="/studies",
        user_agent="x",
        ids=(ONE,),
        retry_after=1,
        seconds=0.5,
        size=9,
        at="body",
    )
    assert fault_from_json({"fault": "html"}) == RegistryFault(kind=FaultKind.HTML)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "is not a fault; known are: 403, 429"),
        ({"fault": "teapot"}, '"teapot" is not a fault'),
        ({"fault": "429", "often": 2}, '"often" is not a property'),
        ({"fault": "429", "times": "2"}, '"times" must be a whole number'),
        ({"fault": "429", "after": -1}, '"after" must be a whole number'),
        ({"fault": "429", "times": True}, '"times" must be a whole number'),
        ({"fault": "429", "match": 1}, '"match" must be text'),
        ({"fault": "429", "ids": ONE}, '"ids" must be a list'),
        ({"fault": "429", "retry_after": 1.5}, '"retry_after" must be'),
        ({"fault": "slow", "seconds": -1}, '"seconds" must be'),
        ({"fault": "hold", "at": "after"}, '"at" must be'),
    ],
)
def test_a_fault_described_wrongly_is_refused(body, says):
    with pytest.raises(FaultError) as error:
        fault_from_json(body)
    assert says in str(error.value)
