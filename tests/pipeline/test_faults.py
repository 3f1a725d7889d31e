"""The fault table over every pair of state and event, and what the operator hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.pipeline.house import ANA, BOB, DAYS, ONE, OPS, OPS_ON, QUIET, START, TWO, trial
from tests.support.smtp_sink import SmtpStage
from watcher.context import FaultReport
from watcher.pipeline.fault_states import Announcement, Transition, advance, failing, report_line
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import Fault, FaultGrade, FaultState

NOW = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=30)
DAY = timedelta(days=1)


def row(state, *, notified_at=NOW - timedelta(hours=1), message="it is down"):
    return Fault(part="registry", state=state, since=BEFORE, message=message, notified_at=notified_at)


NEW = Transition(
    fault=Fault(part="registry", state=FaultState.NOTIFIED, since=NOW, message="it is down", notified_at=NOW),
    announcement=Announcement.NEW,
)
OVER = Transition(fault=row(FaultState.RECOVERED, notified_at=NOW), announcement=Announcement.OVER)
LATE = Transition(fault=row(FaultState.NOTIFIED, notified_at=NOW), announcement=Announcement.NEW)
SILENT_END = Transition(fault=row(FaultState.RECOVERED, notified_at=NOW), announcement=None)
AGAIN = Transition(fault=row(FaultState.REMINDED, notified_at=NOW), announcement=Announcement.REMINDER)

TABLE = [
    # state of the row, when it was last told, what is heard → what follows
    (None, None, "it is down", NEW),
    (None, None, None, None),
    (FaultState.OK, NOW - DAY, "it is down", NEW),
    (FaultState.OK, NOW - DAY, None, None),
    (FaultState.RECOVERED, NOW - DAY, "it is down", NEW),
    (FaultState.RECOVERED, NOW - DAY, None, None),
    (FaultState.FAILING, None, "it is down", LATE),
    (FaultState.FAILING, None, None, SILENT_END),
    (FaultState.NOTIFIED, NOW - DAY + timedelta(seconds=1), "it is down", None),
    (FaultState.NOTIFIED, NOW - DAY, "it is down", AGAIN),
    (FaultState.NOTIFIED, NOW, None, OVER),
    (FaultState.REMINDED, NOW - DAY + timedelta(seconds=1), "it is down", None),
    (FaultState.REMINDED, NOW - DAY, "it is down", AGAIN),
    (FaultState.REMINDED, NOW - DAY, None, OVER),
    (FaultState.NOTIFIED, NOW + DAY, "it is down", AGAIN),  # told by a clock that was ahead
    (FaultState.REMINDED, NOW + 40 * DAY, "it is down", AGAIN),
]


@pytest.mark.parametrize(("state", "told_at", "heard", "expected"), TABLE)
def test_fault_moves_by_the_table(state, told_at, heard, expected):
    known = None if state is None else row(state, notified_at=told_at)
    assert advance(known, "registry", heard, NOW) == expected


def test_table_knows_every_state():
    assert {state for state, *_ in TABLE} == {None, *FaultState}


def heard(known: Fault | None, grade: FaultGrade, at: datetime) -> Any:
    return advance(known, "email to ana", "451 later", at, grade)


def ended(known: Fault, at: datetime) -> Any:
    return advance(known, "email to ana", None, at)


def test_temporary_fault_stands_at_once_and_is_told_only_when_it_lasts_an_hour():
    new = heard(None, FaultGrade.TEMPORARY, NOW)
    assert (new.fault.state, new.announcement) == (FaultState.FAILING, None)
    assert failing([new.fault]) == (new.fault,)
    assert heard(new.fault, FaultGrade.TEMPORARY, NOW + timedelta(minutes=59)) is None
    told = heard(new.fault, FaultGrade.TEMPORARY, NOW + timedelta(hours=1))
    assert (told.fault.state, told.announcement, told.fault.since) == (FaultState.NOTIFIED, Announcement.NEW, NOW)
    over = ended(new.fault, NOW + timedelta(minutes=5))
    assert (over.fault.state, over.announcement) == (FaultState.RECOVERED, None)


@pytest.mark.parametrize("worse", [FaultGrade.LASTING, FaultGrade.SUSPENDED, FaultGrade.LOST])
def test_fault_that_becomes_worse_is_told_at_once_and_not_again_when_it_goes_back(worse):
    temporary = heard(None, FaultGrade.TEMPORARY, NOW).fault
    told = heard(temporary, worse, NOW + timedelta(minutes=1))
    assert (told.fault.state, told.announcement) == (FaultState.NOTIFIED, Announcement.NEW)
    lasting = heard(None, FaultGrade.LASTING, NOW).fault
    if worse is not FaultGrade.LASTING:
        assert heard(lasting, worse, NOW + timedelta(minutes=1)).announcement is Announcement.WORSE
    assert heard(told.fault, FaultGrade.TEMPORARY, NOW + timedelta(minutes=2)) is None
    assert heard(told.fault, worse, NOW + timedelta(minutes=3)) is None


def test_worst_sentence_of_a_run_stands():
    faults = FaultReport()
    faults.failing("email", "451 later", FaultGrade.TEMPORARY)
    faults.failing("email", "550 no such mailbox", FaultGrade.SUSPENDED)
    faults.failing("email", "no connection")
    assert (faults.by_part, faults.grade("email")) == ({"email": "550 no such mailbox"}, FaultGrade.SUSPENDED)


@pytest.mark.parametrize("state", [FaultState.NOTIFIED, FaultState.REMINDED])
def test_other_words_for_the_same_fault_are_kept_and_not_told(state):
    transition = advance(row(state), "registry", "it is still down", NOW)
    assert transition is not None
    assert (transition.announcement, transition.fault.message) == (None, "it is still down")
    assert transition.fault.notified_at == row(state).notified_at
    assert report_line(transition) is None


def test_lines_say_what_since_when_and_that_it_is_over():
    assert report_line(NEW) == "registry: it is down"
    assert report_line(AGAIN) == "registry: still failing since 02 Jun 2026 06:00 UTC: it is down"
    assert report_line(OVER) == "registry: answers again, after failing since 02 Jun 2026 06:00 UTC"


def test_rows_that_stand_for_a_failure_now():
    rows = [row(state) for state in FaultState]
    assert [one.state for one in failing(rows)] == [FaultState.FAILING, FaultState.NOTIFIED, FaultState.REMINDED]


def test_first_word_of_a_run_stands_and_a_failure_outweighs_a_success():
    faults = FaultReport()
    faults.well("email")
    faults.failing("email", "first")
    faults.failing("email", "second")
    faults.well("email")
    faults.tripped("record x", "a bug")
    assert faults.by_part == {"email": "first", "record x": "a bug"}
    assert faults.bugs == {"record x"}


CALM = ANA + QUIET
STATES = {nct_id: {day: trial(nct_id) for day in DAYS[:3]} for nct_id in (ONE, TWO)}
DOWN = RegistryFault(kind=FaultKind.UNAVAILABLE, times=None)


def notices(home):
    """Give the subjects of what the operator was told, oldest first."""
    import email
    import email.policy

    paths = sorted((home.state / "ops").glob("*.eml"))
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    return [str(mail["Subject"]) for mail in mails]


async def test_run_says_a_fault_when_it_is_new_daily_and_when_it_is_over(house):
    home = house(STATES, settings=CALM + OPS + OPS_ON)
    await home.run()
    home.registry.arm(DOWN)
    said = {}
    for hour in (0, 1, 23, 24, 25, 47):
        home.time.now = START + timedelta(hours=1 + hour)
        said[hour] = (await home.run()).said
    assert said[0][0].startswith("registry: ")
    assert "503" in said[0][0]
    assert [hour for hour, lines in said.items() if lines] == [0, 24]
    assert said[24][0].startswith("registry: still failing since 01 Jun 2026 11:00 UTC: ")
    home.registry.reset()
    assert (await home.run()).said == ("registry: answers again, after failing since 01 Jun 2026 11:00 UTC",)
    assert (await home.run()).said == ()
    assert len(notices(home)) == 2  # one at the start, one at the end, none for the reminder
    assert home.smtp.mails == ()  # readers hear nothing of it


async def test_fault_that_comes_again_is_told_again(house):
    home = house(STATES, settings=CALM + OPS + OPS_ON)
    for _ in range(2):
        home.registry.arm(DOWN)
        assert (await home.run()).said
        home.registry.reset()
        assert (await home.run()).said
    assert len(notices(home)) == 4


async def test_operator_is_never_told_through_the_way_that_fails(house):
    ops = '[[recipient]]\nname = "ops"\nemail = "ops@example.org"\nfolder = "ops"\nwelcome = false\n' + OPS_ON
    home = house(STATES, settings=ANA + ops)
    home.smtp.arm(SmtpStage.CONNECT, reply="421 4.3.2 closing", times=1)
    report = await home.run()
    assert [said.split(":")[0] for said in report.said] == ["email"]
    assert len(notices(home)) == 1
    assert all(entry.recipient != "ops" for entry in home.outbox())
    await home.run()
    assert home.subjects("ana") == ["Now watching 2 trials for you"]
    assert home.subjects("ops") == []
    assert len(notices(home)) == 2


async def test_operator_whose_own_mailbox_is_refused_is_not_told_by_it(house):
    ops = '[[recipient]]\nname = "ops"\nemail = "ops@example.org"\n' + OPS_ON
    home = house(STATES, settings=ops)
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", times=None)
    report = await home.run()
    assert [said.split(":")[0] for said in report.said] == ["email to ops"]
    assert [entry.subject for entry in home.outbox()] == ["Now watching 2 trials for you"]


async def test_operator_hears_by_mail_of_another_part_and_of_its_end(house):
    ops = '[[recipient]]\nname = "ops"\nemail = "ops@example.org"\nwelcome = false\n' + OPS_ON
    home = house(STATES, settings=ops + CALM + BOB + QUIET)
    home.registry.arm(DOWN)
    await home.run()
    (body,) = home.bodies("ops")
    assert "503" in body
    assert "watcher doctor" in body
    home.registry.reset()
    await home.run()
    assert len(home.subjects("ops")) == 2
    assert (home.subjects("ana"), home.subjects("bob")) == ([], [])


async def test_bad_lines_of_a_watchlist_are_told_and_their_correction_too(house):
    home = house(STATES, settings=CALM + OPS + OPS_ON, watched=[ONE, "NCT12", TWO])
    report = await home.run()
    assert report.has_bad_ids
    assert "watchlist.txt:2" in report.said[0]
    assert report.poll.counts.read == 2
    home.watched = [ONE, TWO]
    report = await home.run()
    assert report.said[0].startswith("watchlist: is in order again")
    assert len(notices(home)) == 2


async def test_fault_without_an_operator_is_said_and_kept(house):
    home = house(STATES, settings=CALM)
    home.registry.arm(DOWN)
    assert (await home.run()).said
    with home.look() as context:
        assert [fault.part for fault in failing(context.store.faults.all())] == ["registry"]
        assert context.store.outbox.list() == ()
