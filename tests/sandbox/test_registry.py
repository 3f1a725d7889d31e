import http.client
import json
import threading

import pytest

from tests.sandbox.asking import FIRST, SECOND, ask, holder, nct_id, record
from watcher.changes.model import Record
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

ONE, TWO, ALIAS = "NCT99000001", "NCT99000002", "NCT99000099"


@pytest.fixture
def sandbox():
    aliased = record(2)
    aliased["protocolSection"]["identificationModule"]["nctIdAliases"] = [ALIAS]
    many = {
        f"NCT990001{number:02}": {FIRST: {**record(1), "protocolSection": {"n": number}}} for number in range(1, 31)
    }
    with Sandbox(Timeline.of({ONE: {FIRST: record(1), SECOND: record(1)}, TWO: {FIRST: aliased}, **many})) as running:
        yield running


def test_the_version_is_pretty_printed_and_moves_with_the_data(sandbox):
    before = ask(sandbox.base_url + "/version")
    sandbox.next()
    after = ask(sandbox.base_url + "/version")
    assert before.text == '{\n  "apiVersion" : "2.0.5",\n  "dataTimestamp" : "2026-03-02T09:00:00"\n}'
    assert before.headers["content-type"] == "application/json"
    assert after.json["dataTimestamp"] == "2026-03-03T09:00:00"


@pytest.mark.parametrize("separator", [",", "|", "%2C", "%7C"])
def test_a_batch_gives_each_known_study_once_on_a_line_of_its_own(sandbox, separator):
    ids = separator.join([ONE, TWO, ONE.lower(), "NCT98765432", ALIAS])
    reply = ask(f"{sandbox.base_url}/studies?filter.ids={ids}&pageSize=100&markupFormat=markdown&format=json")
    assert reply.status == 200
    assert sorted(reply.ids) == [ONE, TWO]
    lines = reply.text.splitlines()
    assert lines[0] == '{"studies":['
    assert lines[-1] == "]}"
    assert [nct_id(json.loads(line.rstrip(","))) for line in lines[1:-1]] == reply.ids


def test_every_record_of_a_batch_carries_the_data_version(sandbox):
    sandbox.next()
    reply = ask(f"{sandbox.base_url}/studies?filter.ids={ONE},{TWO}")
    assert [holder(study) for study in reply.json["studies"]] == [SECOND, SECOND]


def test_an_unknown_id_is_silently_absent(sandbox):
    reply = ask(f"{sandbox.base_url}/studies?filter.ids=NCT98765432&countTotal=true")
    assert reply.status == 200
    assert reply.json == {"totalCount": 0, "studies": []}


@pytest.mark.parametrize(
    "bad", ["NCT00000000", "NCT123456789", "99000001", "", "NCTABC", "NCT٠٠٠٠٠٠٠١", " NCT99000002"]
)
def test_one_malformed_id_spoils_the_batch_and_is_counted_out(sandbox, bad):
    from urllib.parse import quote

    reply = ask(f"{sandbox.base_url}/studies?filter.ids={ONE},{quote(bad)},{TWO}")
    assert (reply.status, reply.text) == (400, "Item 2 in parameter `filter.ids` has incorrect format")
    assert reply.headers["content-type"] == "text/plain; charset=UTF-8"


def test_pages_follow_their_token_to_the_end_and_give_each_study_once(sandbox):
    url = f"{sandbox.base_url}/studies?countTotal=true&pageSize=7"
    page = ask(url)
    seen, pages = len(page.json["studies"]), 1
    assert page.json["totalCount"] == 32
    while token := page.json.get("nextPageToken"):
        page = ask(f"{url}&pageToken={token}")
        assert "totalCount" not in page.json
        seen, pages = seen + len(page.json["studies"]), pages + 1
    assert (seen, pages) == (32, 5)


@pytest.mark.parametrize(("asked", "given"), [("", 10), ("pageSize=0", 10), ("pageSize=5000", 32), ("pageSize=33", 32)])
def test_the_page_size_has_a_default_and_a_most(sandbox, asked, given):
    reply = ask(f"{sandbox.base_url}/studies?{asked}")
    assert len(reply.json["studies"]) == given
    assert ("nextPageToken" in reply.json) == (given < 32)


def test_every_full_page_has_a_token_and_the_last_may_be_empty(sandbox):
    page = ask(f"{sandbox.base_url}/studies?pageSize=32")
    assert len(page.json["studies"]) == 32
    last = ask(f"{sandbox.base_url}/studies?pageSize=32&pageToken={page.json['nextPageToken']}")
    assert last.json == {"studies": []}


def test_a_page_of_more_than_a_thousand_is_cut_to_a_thousand():
    crowd: dict[str, dict[str, Record]] = {f"NCT97{number:06}": {FIRST: {}} for number in range(1, 1102)}
    with Sandbox(Timeline.of(crowd)) as sandbox:
        assert len(ask(f"{sandbox.base_url}/studies?pageSize=1101").json["studies"]) == 1000


def test_a_page_token_dies_when_the_data_moves(sandbox):
    token = ask(f"{sandbox.base_url}/studies?pageSize=1").json["nextPageToken"]
    assert ask(f"{sandbox.base_url}/studies?pageSize=1&pageToken={token}").status == 200
    sandbox.next()
    reply = ask(f"{sandbox.base_url}/studies?pageSize=1&pageToken={token}")
    assert (reply.status, reply.headers["content-type"]) == (400, "text/plain; charset=UTF-8")


@pytest.mark.parametrize(
    "query",
    [
        "foo=1",
        "pageSize=x",
        "pageSize=-1",
        "pageToken=nonsense",
        "pageToken=%F0%9F%98%80",
        "format=csv",
        "markupFormat=legacy",
        "query.patient=pain",
        "sort=NCTId",
        "filter.ids=NCT99000001&filter.phase=2",
    ],
)
def test_a_parameter_that_is_unknown_or_not_served_is_a_plain_400(sandbox, query):
    reply = ask(f"{sandbox.base_url}/studies?{query}")
    assert (reply.status, reply.headers["content-type"]) == (400, "text/plain; charset=UTF-8")
    assert query.rsplit("&")[-1].split("=")[0] in reply.text


def test_the_version_takes_no_parameters(sandbox):
    assert ask(f"{sandbox.base_url}/version?x=1").status == 400


def test_a_single_study_is_not_wrapped(sandbox):
    reply = ask(f"{sandbox.base_url}/studies/nct99000001?format=json")
    assert (reply.status, nct_id(reply.json), holder(reply.json)) == (200, ONE, FIRST)


def test_an_alias_redirects_to_its_study(sandbox):
    reply = ask(f"{sandbox.base_url}/studies/{ALIAS}?markupFormat=markdown")
    assert reply.status == 301
    assert reply.headers["location"] == f"/api/v2/studies/{TWO}?markupFormat=markdown"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("NCT98765432", 404, "NCT number NCT98765432 not found"),
        ("NCT7", 404, "NCT number NCT00000007 not found"),
        ("NCT00000000", 400, "Parameter `nctId` has incorrect format"),
        ("abc", 400, "Parameter `nctId` has incorrect format"),
    ],
)
def test_a_single_study_that_is_not_there_or_malformed_is_told_in_plain_text(sandbox, path, status, text):
    reply = ask(f"{sandbox.base_url}/studies/{path}")
    assert (reply.status, reply.text) == (status, text)
    assert reply.headers["content-type"] == "text/plain; charset=UTF-8"


@pytest.mark.parametrize("path", ["/api/v2/nothing", "/api/v2/studies/NCT99000001/history", "/", "/api/v1/version"])
def test_an_unknown_path_is_html_from_the_front_server(sandbox, path):
    reply = ask(sandbox.root_url + path)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html")
    assert "404 Not Found" in reply.text


def test_posting_to_the_api_is_not_served(sandbox):
    assert ask(f"{sandbox.base_url}/studies", method="POST", body={}).status == 404


def test_gzip_is_used_when_asked_for_and_only_then(sandbox):
    url = f"{sandbox.base_url}/studies?filter.ids={ONE}"
    plain, packed = ask(url), ask(url, Accept_Encoding="gzip, deflate")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == plain.raw


def test_the_etag_tells_the_build_only_and_is_never_a_304(sandbox):
    first = ask(f"{sandbox.base_url}/studies/{ONE}")
    again = ask(f"{sandbox.base_url}/studies/{TWO}", If_None_Match=first.headers["etag"])
    assert (again.status, again.headers["etag"]) == (200, first.headers["etag"])
    assert "cache-control" not in again.headers


def test_the_order_of_a_batch_is_not_that_of_the_question(sandbox):
    asked = [f"NCT990001{number:02}" for number in range(1, 31)]
    reply = ask(f"{sandbox.base_url}/studies?pageSize=100&filter.ids={','.join(asked)}")
    numbers = [study["protocolSection"]["n"] for study in reply.json["studies"]]
    assert sorted(numbers) == list(range(1, 31))
    assert numbers != sorted(numbers)


def test_the_base_path_may_be_another_or_none():
    for base_path in ("/mirror/ctgov", ""):
        with Sandbox(Timeline.of({ONE: {FIRST: record(1)}}), base_path=base_path) as sandbox:
            assert sandbox.base_url.endswith(base_path)
            assert ask(sandbox.base_url + "/version").status == 200


def test_a_connection_carries_many_requests(sandbox):
    connection = http.client.HTTPConnection(sandbox.root_url.removeprefix("http://"), timeout=60)
    for _ in range(3):
        connection.request("GET", "/api/v2/version")
        assert connection.getresponse().read()
    connection.close()
    assert len(sandbox.requests) == 3


def test_many_clients_are_answered_at_once(sandbox):
    replies = []

    def client():
        replies.append(ask(f"{sandbox.base_url}/studies?filter.ids={ONE}").ids)

    threads = [threading.Thread(target=client) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [[ONE]] * 12


def test_leaving_the_block_ends_open_connections_and_threads():
    before = threading.active_count()
    with Sandbox(Timeline.of({ONE: {FIRST: record(1)}})) as sandbox:
        idle = http.client.HTTPConnection(sandbox.root_url.removeprefix("http://"), timeout=60)
        idle.request("GET", "/api/v2/version")
        idle.getresponse().read()
        assert threading.active_count() > before
    assert threading.active_count() == before
    with pytest.raises(OSError):  # noqa: PT012 — either the request or the answer finds the line dead
        idle.request("GET", "/api/v2/version")
        idle.getresponse()
    idle.close()


def test_an_address_exists_only_inside_the_block():
    with pytest.raises(RuntimeError, match="with block"):
        _ = Sandbox(Timeline.of({ONE: {FIRST: record(1)}})).base_url


def test_a_record_that_cannot_be_read_is_an_error_of_that_request_alone(tmp_path):
    (tmp_path / f"{ONE}.json").write_text("[]")
    (tmp_path / f"{TWO}.json").write_text(json.dumps(record(2)))
    with Sandbox(Timeline.from_folder(tmp_path)) as sandbox:
        reply = ask(f"{sandbox.base_url}/studies/{ONE}")
        assert reply.status == 500
        assert "is not a record" in reply.text
        assert ask(f"{sandbox.base_url}/studies/{TWO}").status == 200
