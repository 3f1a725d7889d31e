import threading

import pytest

from tests.sandbox.asking import FIRST, SECOND, Reply, ask, record
from watcher.sandbox.registry_faults import FaultKind
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

ONE = "NCT99000001"


@pytest.fixture
def sandbox():
    with Sandbox(Timeline.of({ONE: {FIRST: record(1), SECOND: record(1)}})) as running:
        yield running


def post(sandbox, name, body=None) -> Reply:
    return ask(f"{sandbox.root_url}/sandbox/{name}", method="POST", body=body)


def test_next_moves_on_and_is_a_conflict_at_the_end(sandbox):
    moved, stuck = post(sandbox, "next"), post(sandbox, "next")
    assert (moved.status, moved.json) == (200, {"data_version": SECOND})
    assert (stuck.status, stuck.json["data_version"]) == (409, SECOND)
    assert sandbox.data_version == SECOND
    assert not sandbox.next()


def test_a_fault_is_armed_over_http(sandbox):
    armed = post(sandbox, "fault", {"fault": "429", "times": 2, "retry_after": 1, "match": "/studies"})
    assert armed.status == 200
    assert armed.json["armed"]["fault"] == "429"
    assert ask(f"{sandbox.base_url}/version").status == 200
    assert [ask(f"{sandbox.base_url}/studies").status for _ in range(3)] == [429, 429, 200]


@pytest.mark.parametrize("body", [{"fault": "teapot"}, [1], "text"])
def test_a_fault_nobody_knows_is_refused_with_the_list(sandbox, body):
    reply = post(sandbox, "fault", body)
    assert reply.status == 400
    assert reply.json["error"]


def test_reset_goes_back_to_the_start(sandbox):
    post(sandbox, "next")
    post(sandbox, "fault", {"fault": "500", "times": None})
    ask(f"{sandbox.base_url}/version")
    assert post(sandbox, "reset").json == {"data_version": FIRST}
    assert sandbox.requests == ()
    assert ask(f"{sandbox.base_url}/version").json["dataTimestamp"].startswith(FIRST)


def test_requests_are_counted_as_they_were_answered_and_controls_are_not(sandbox):
    ask(f"{sandbox.base_url}/version", User_Agent="ana/1")
    ask(f"{sandbox.base_url}/studies?filter.ids=NCT1x")
    ask(f"{sandbox.root_url}/nowhere")
    seen = ask(f"{sandbox.root_url}/sandbox/requests").json["requests"]
    assert seen[0] == {"method": "GET", "path": "/api/v2/version", "query": "", "user_agent": "ana/1", "status": 200}
    assert [(one["query"], one["status"]) for one in seen[1:]] == [("filter.ids=NCT1x", 400), ("", 404)]
    assert len(sandbox.requests) == 3


def test_a_request_is_held_watched_and_released_over_http(sandbox):
    post(sandbox, "hold", {"match": "/version", "at": "before", "seconds": 30})
    assert ask(f"{sandbox.root_url}/sandbox/held").json == {"held": 0}
    replies = []
    client = threading.Thread(target=lambda: replies.append(ask(f"{sandbox.base_url}/version")))
    client.start()
    assert ask(f"{sandbox.root_url}/sandbox/held?wait=10").json == {"held": 1}
    post(sandbox, "release")
    client.join()
    assert replies[0].status == 200


def test_the_sandbox_says_where_it_stands(sandbox):
    post(sandbox, "fault", {"fault": "html"})
    where = ask(f"{sandbox.root_url}/sandbox").json
    assert (where["data_version"], where["data_versions"], where["held"]) == (FIRST, [FIRST, SECOND], 0)
    assert [fault["fault"] for fault in where["armed"]] == ["html"]


def test_an_unknown_control_answers_with_the_help_that_lists_every_fault(sandbox):
    reply = post(sandbox, "explode")
    assert reply.status == 404
    assert all(kind in reply.text for kind in FaultKind)


@pytest.mark.parametrize("length", ["99999999999", "abc"])
def test_a_body_nobody_can_measure_ends_the_connection(sandbox, length):
    reply = ask(f"{sandbox.root_url}/sandbox/next", method="POST", Content_Length=length)
    assert reply.status == 200
    assert sandbox.data_version == SECOND
