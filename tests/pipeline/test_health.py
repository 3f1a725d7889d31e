"""Whether the watcher is well: the judgement, the command, the endpoint, the metrics, the textfile."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import struct
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.pipeline.house import ANA, DAYS, FILES, ONE, QUIET, TWO, Time, trial
from tests.pipeline.process import manager, program, until
from tests.support.smtp_sink import SmtpStage
from watcher import app
from watcher.context import FaultReport
from watcher.errors import StoreError
from watcher.ops.endpoint import Endpoint, open_endpoint
from watcher.ops.health import Weight, judge, longest_silence
from watcher.ops.health_snapshot import read_health_snapshot, token_time
from watcher.ops.liveness import STALLED_AFTER, write_heartbeat_file
from watcher.ops.metrics import exposition, kind_of
from watcher.ops.textfile import look_at, write_shown
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import Fault, FaultState
from watcher.store.lock import Holder

STATES = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")}, TWO: {DAYS[0]: trial(TWO)}}
HOUR = timedelta(hours=1)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(house):
    return house(STATES, settings=ANA + QUIET)


@pytest.fixture
async def calm(home):
    """Give the vitals after one good run."""
    await home.run()
    with home.look() as context:
        return read_health_snapshot(context, app.watchlist_reader(context.loaded)())


def a_fault(part):
    return Fault(part=part, state=FaultState.NOTIFIED, since=NOW, message="it is down", notified_at=NOW)


def said(health):
    return [(remark.weight, remark.part) for remark in health.remarks]


async def test_all_is_well_after_a_good_run(calm):
    health = judge(calm, 2 * HOUR)
    assert (health.is_alive, health.is_ready, health.remarks) == (True, True, ())
    assert (calm.watched, calm.overdue, calm.beat, calm.run) == (2, 0, None, None)
    assert calm.polls == {"complete": 1}
    assert calm.store_bytes > 10_000


async def test_runs_that_do_not_come_are_not_alive(calm):
    late = replace(calm, now=calm.last.finished + 2 * HOUR + timedelta(seconds=1))
    assert said(judge(late, 2 * HOUR)) == [(Weight.DEAD, "runs")]
    assert said(judge(late, 3 * HOUR)) == []
    assert said(judge(replace(late, run=Holder(pid=1)), 2 * HOUR)) == []  # one is under way


async def test_before_the_first_run_it_is_not_alive(home):
    with home.open() as context:
        pass
    with home.look() as context:
        vitals = read_health_snapshot(context, app.watchlist_reader(context.loaded)())
    assert said(judge(vitals, HOUR)) == [(Weight.DEAD, "runs")]
    assert vitals.overdue == 2


@pytest.mark.parametrize(
    ("age", "is_running", "expected"),
    [
        (timedelta(0), True, []),
        (STALLED_AFTER, True, [(Weight.DEAD, "daemon")]),
        (None, True, [(Weight.DEAD, "daemon")]),
        (timedelta(0), False, [(Weight.DEAD, "daemon")]),
    ],
    ids=["moves", "stands still", "beat of unknown age", "was killed"],
)
async def test_daemon_is_alive_while_it_beats(calm, age, is_running, expected):
    run = Holder(pid=1) if is_running else None
    for moved in (
        -40 * 24 * HOUR,
        -HOUR,
        HOUR * 0,
        HOUR,
        40 * 24 * HOUR,
    ):  # where the wall clock stands decides nothing
        assert said(judge(replace(calm, beat=calm.now + moved, beat_age=age, run=run), 2 * HOUR)) == expected


@pytest.mark.parametrize("beat", [None, timedelta(0)], ids=["one-shot runs", "daemon"])
async def test_poll_in_the_future_is_of_unknown_age_and_not_fresh(calm, beat):
    back = replace(calm, now=calm.last.finished - HOUR)
    if beat is not None:
        back = replace(back, beat=back.now, beat_age=beat, run=Holder(pid=1))
    (remark,) = judge(back, 2 * HOUR).remarks
    assert remark.weight is (Weight.DEAD if beat is None else Weight.UNREADY)
    assert "in the future: the clock was set back" in remark.said


async def test_daemon_that_beats_but_does_not_poll_is_not_ready(calm):
    now = calm.now + 5 * HOUR
    vitals = replace(calm, now=now, beat=now, beat_age=timedelta(0), run=Holder(pid=1))
    assert said(judge(vitals, 2 * HOUR)) == [(Weight.UNREADY, "polls")]


@pytest.mark.parametrize("part", ["registry", "watchlist", "email", "slack:hook", "health endpoint"])
async def test_what_concerns_everybody_makes_it_unready_and_leaves_it_alive(calm, part):
    health = judge(replace(calm, faults=(a_fault(part),)), 2 * HOUR)
    assert (health.is_alive, health.is_ready) == (True, False)
    assert "it is down" in health.remarks[0].said


@pytest.mark.parametrize(
    "part",
    [
        "record NCT99000001",
        "message 7",
        "template x",
        "page template x",
        "digest for ana",
        "email to ana",
        "configuration",
    ],
)
async def test_what_concerns_one_is_a_note(calm, part):
    health = judge(replace(calm, faults=(a_fault(part),)), 2 * HOUR)
    assert (health.is_ready, said(health)) == (True, [(Weight.NOTE, part)])


async def test_weightiest_remark_comes_first(calm):
    vitals = replace(calm, beat=calm.now, faults=(a_fault("message 7"), a_fault("registry")))
    assert [weight for weight, _ in said(judge(vitals, HOUR))] == [Weight.DEAD, Weight.UNREADY, Weight.NOTE]


def test_silence_allowed_follows_the_interval():
    assert longest_silence(HOUR) == timedelta(hours=3, minutes=15)


def test_token_is_read_as_a_time_or_not_at_all():
    assert token_time("2026-03-13T09:00:05") == datetime(2026, 3, 13, 9, 0, 5, tzinfo=UTC)
    assert token_time("whatever") is None


# --- metrics ---------------------------------------------------------------------------------------------------------


def families(text):
    return {family.name: family for family in text_string_to_metric_families(text.decode())}


def values(family):
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


async def test_metrics_say_what_happened(home):
    await home.run()
    await home.next()
    home.smtp.arm(SmtpStage.MAIL, reply="451 4.3.0 later", times=None)
    home.settings += FILES
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.REFUSED, times=None))
    await home.run()
    with home.look() as context:
        found = families(exposition(*look_at(context, app.watchlist_reader(context.loaded)())))
        done = context.store.polls.last_complete()
    assert values(found["watcher_trials_watched"]) == {(): 2}
    assert values(found["watcher_trials_overdue"]) == {(): 0}
    assert values(found["watcher_polls"])["failed",] == 1
    assert values(found["watcher_messages"])["email", "delivered"] == 1
    assert values(found["watcher_last_success_timestamp_seconds"])["registry",] == done.finished.timestamp()
    assert values(found["watcher_faults"])["registry",] == 1
    assert values(found["watcher_ready"]) == {(): 0}
    assert values(found["watcher_registry_data_timestamp_seconds"]) == {
        (): datetime.fromisoformat(f"{DAYS[1]}T09:00:00+00:00").timestamp()
    }


async def test_messages_are_counted_by_channel_and_outcome_and_waiting_ones_by_state(home):
    home.settings = ANA + FILES
    home.smtp.arm(SmtpStage.MAIL, reply="451 4.3.0 later", times=None)
    await home.run()
    with home.look() as context:
        vitals, health = look_at(context, app.watchlist_reader(context.loaded)())
    assert vitals.oldest_waiting is not None
    found = families(exposition(vitals, health))
    assert values(found["watcher_messages"]) == {("email", "failed"): 1, ("folder:told", "delivered"): 1}
    assert values(found["watcher_outbox_messages"]) == {("email", "pending"): 1}
    assert values(found["watcher_outbox_oldest_timestamp_seconds"]) == {(): vitals.oldest_waiting.timestamp()}
    assert "folder:told" in {label for (label,) in values(found["watcher_last_success_timestamp_seconds"])}


async def test_counts_outlive_the_rows_they_counted(home):
    await home.run()
    home.settings = FILES
    await home.run()
    with home.open() as context:
        before = context.store.tally.totals("messages")
        assert context.store.outbox.forget_delivered(home.time.now + HOUR) >= 1
        assert context.store.tally.totals("messages") == before


async def test_names_follow_the_conventions(calm):
    vitals = replace(calm, faults=(a_fault("email to ana"), a_fault("record NCT99000001")), oldest_waiting=calm.now)
    text = exposition(vitals, judge(vitals, HOUR))
    for family in families(text).values():
        assert re.fullmatch(r"watcher_[a-z_]+", family.name)
        assert family.documentation.endswith(".")
        assert not family.name.endswith(("_ms", "_minutes", "_kb", "_count"))
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter")
            assert set(sample.labels) <= {"version", "part", "kind", "channel", "state", "outcome"}
    assert b"ana" not in text
    assert b"NCT" not in text
    assert kind_of("slack:hook") == "slack"


# --- textfile --------------------------------------------------------------------------------------------------------


async def test_textfile_is_whole_and_readable_by_the_collector(home):
    home.head = '[health]\ntextfile = "shown.prom"'
    await home.run()
    with home.open() as context:
        read = app.watchlist_reader(context.loaded)
        assert write_shown(context, read()) is None
        assert write_shown(context, read()) is None  # over the one that is there
    path = home.state / "shown.prom"
    assert path.stat().st_mode & 0o777 == 0o644
    assert values(families(path.read_bytes())["watcher_alive"]) == {(): 1}
    assert [one.name for one in home.state.glob("shown*")] == ["shown.prom"]


async def test_textfile_that_cannot_be_written_is_said(home):
    home.head = '[health]\ntextfile = "no/such/folder.prom"'
    await home.run()
    with home.look() as context:
        assert "cannot be written" in (write_shown(context, app.watchlist_reader(context.loaded)()) or "")


async def test_without_a_textfile_none_is_written(home):
    await home.run()
    with home.look() as context:
        assert write_shown(context, app.watchlist_reader(context.loaded)()) is None


def test_one_shot_run_writes_the_textfile_and_tells_when_it_cannot(home):
    home.head = '[health]\ntextfile = "shown.prom"'
    home.write()
    with program(home, "run", "--once") as running:
        assert running.wait() == 0
    assert (home.state / "shown.prom").exists()
    home.head = '[health]\ntextfile = "no/shown.prom"'
    home.write()
    with program(home, "run", "--once") as running:
        assert running.wait() == 1
    assert "no/shown.prom cannot be written" in running.errors
    with program(home, "run", "--once") as running:
        assert running.wait() == 1
    assert running.errors == ""  # told once, and the exit code tells it every time
    (home.state / "no").mkdir()
    with program(home, "run", "--once") as running:
        assert running.wait() == 0
    assert "health textfile: is in order again" in running.errors


# --- endpoint --------------------------------------------------------------------------------------------------------


def ask(address, path, method="GET", **headers):
    line = http.client.HTTPConnection(address[0], address[1], timeout=60)
    try:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        line.close()


@pytest.fixture
def endpoint(calm):
    """An endpoint whose vitals a test may replace."""
    shown = [calm]
    listening = Endpoint("127.0.0.1", 0, lambda: (shown[0], judge(shown[0], 2 * HOUR)))
    yield listening.address, shown
    listening.close()


async def test_endpoint_answers_health_and_readiness(endpoint):
    address, shown = endpoint
    assert ask(address, "/healthz")[:2] == (200, "ok\n")
    shown[0] = replace(shown[0], faults=(a_fault("registry"),))
    assert ask(address, "/healthz")[:2] == (200, "ok\n")
    status, text, headers = ask(address, "/readyz?verbose")
    assert (status, text.splitlines()[0]) == (503, "not ok")
    assert "not ready: registry fails since" in text
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]
    shown[0] = replace(shown[0], beat=shown[0].now - HOUR, run=Holder())
    assert ask(address, "/healthz")[0] == 503
    assert ask(address, "/healthz", "HEAD")[:2] == (503, "")


async def test_a_caller_that_leaves_before_the_answer_prints_no_traceback_beside_the_log(calm, capfd):
    has_left, asked = threading.Event(), threading.Event()
    at_work = []

    def look():
        at_work.append(threading.current_thread())
        asked.set()
        assert has_left.wait(60)
        return calm, judge(calm, 2 * HOUR)

    listening = Endpoint("127.0.0.1", 0, look)
    try:
        with socket.create_connection(listening.address) as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # leaves by a reset
            caller.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            assert asked.wait(60)
        has_left.set()
        at_work[0].join(60)
    finally:
        listening.close()
    assert "Traceback" not in capfd.readouterr().err


async def test_endpoint_gives_metrics_and_nothing_else(endpoint):
    address, _ = endpoint
    status, text, headers = ask(address, "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert "watcher_alive 1.0" in text
    assert ask(address, "/")[0] == 404
    assert ask(address, "/metrics", "POST")[0] == 501


async def test_endpoint_refuses_names_that_are_not_this_machine(endpoint):
    address, _ = endpoint
    assert ask(address, "/metrics", Host="attacker.example")[0] == 421
    assert ask(address, "/healthz", Host="localhost:1234")[0] == 200
    assert ask(address, "/healthz", Host="[::1]:1234")[0] == 200


def never():
    raise ZeroDivisionError


async def test_store_that_cannot_be_read_is_an_answer():
    def broken():
        raise StoreError("the store is gone")

    for look, expected in ((broken, (503, "the store is gone\n")), (never, (500, "see the log\n"))):
        listening = Endpoint("127.0.0.1", 0, look)
        assert ask(listening.address, "/readyz")[:2] == expected
        listening.close()


def test_address_that_is_taken_is_a_fault_and_free_again_it_is_over():
    faults = FaultReport()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert open_endpoint(listen, never, faults) is None
        assert "cannot listen at" in (faults.by_part["health endpoint"] or "")
    calm = FaultReport()
    assert open_endpoint(None, never, calm) is None
    assert calm.by_part == {"health endpoint": None}


def test_daemon_listens_where_its_configuration_says_and_follows_it(house):
    home = house(STATES, settings=ANA + QUIET, time=Time(datetime.now(UTC)), head='[health]\nlisten = "127.0.0.1:0"')
    home.write()

    def addresses(running):
        lines = [json.loads(line) for line in running.errors.splitlines() if line.startswith("{")]
        return [(line["host"], line["port"]) for line in lines if line.get("event") == "health_listens"]

    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        systemd.wait_for("READY=1")
        (address,) = addresses(running)
        until(lambda: ask(address, "/readyz")[0] == 200)
        home.head = '[health]\nlisten = "localhost:0"'
        home.write()
        running.process.send_signal(signal.SIGHUP)
        systemd.wait_for("READY=1", 2)
        assert ask(addresses(running)[1], "/healthz")[0] == 200
        with pytest.raises(ConnectionRefusedError):
            ask(address, "/healthz")
        running.terminate()
        assert running.wait() == 0


# --- command ---------------------------------------------------------------------------------------------------------


def test_command_tells_by_its_exit_code(home):
    home.write()
    (home.state / "watcher.db").unlink()
    with program(home, "health") as asked:
        assert asked.wait() == 74  # no store yet
    with program(home, "run", "--once") as running:
        assert running.wait() == 0
    for arguments, expected in (
        ((), 0),
        (("--ready",), 0),
        (("--json",), 0),
        (("--max-age", "1ms"), 1),
        (("--max-age", "soon"), 2),
    ):
        with program(home, "health", *arguments) as asked:
            assert asked.wait() == expected, arguments
    write_heartbeat_file(home.state, datetime.now(UTC), monotonic())
    with program(home, "health") as asked:
        assert asked.wait() == 1
    with program(home, "run", "--once") as running:  # takes away what a killed daemon left
        assert running.wait() == 0
    with program(home, "health") as asked:
        assert asked.wait() == 0
