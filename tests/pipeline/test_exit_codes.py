"""Every exit code of a run that is not 0 has a fault in `status`, and every standing fault makes a run end with 1."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.changes.builders import put
from tests.pipeline.house import ANA, DAYS, FOUR, ONE, QUIET, ROOM, THREE, TWO, trial
from tests.support.smtp_sink import SmtpStage
from watcher.cli.exits import Exit, loudest
from watcher.cli.run import codes
from watcher.context import FaultReport
from watcher.daemon.single_run import NOTHING_WATCHED
from watcher.pipeline.fault_kinds import kind_of
from watcher.pipeline.fault_states import failing
from watcher.pipeline.notices import settle
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import FaultGrade, FaultState


def own_trial(nct_id, *status):
    """Give a trial that no other one can be taken for."""
    record = trial(nct_id, *status, studyFirstSubmitDate=f"2019-04-0{nct_id[-1]}")
    return put(record, ("protocolSection", "identificationModule", "orgStudyIdInfo", "id"), f"OWN-{nct_id[-1]}")


STATES = {
    nct_id: {DAYS[0]: own_trial(nct_id), **{day: own_trial(nct_id, "TERMINATED") for day in DAYS[1:8]}}
    for nct_id in (ONE, TWO, THREE, FOUR)
}


def standing(home):
    with home.look() as context:
        return failing(context.store.faults.all())


async def ends(home, **options):
    """Run once; give the exit code and the faults that `status` shows after it."""
    report = await home.run(**options)
    return loudest(codes(report)), standing(home)


def registry(kind, **more):
    return lambda home: home.registry.arm(RegistryFault(kind=kind, times=more.pop("times", None), **more))


def relay(stage, **more):
    return lambda home: home.smtp.arm(stage, times=None, **more)


TROUBLES = {
    "version does not answer": registry(FaultKind.UNAVAILABLE, match="/version"),
    "version is a web page": registry(FaultKind.HTML, match="/version"),
    "refused": registry(FaultKind.REFUSED),
    "studies do not answer": registry(FaultKind.SERVER_ERROR, match="/studies"),
    "studies are a web page": registry(FaultKind.HTML, match="/studies"),
    "studies are no JSON": registry(FaultKind.NOT_JSON, match="/studies"),
    "data moves in every round": registry(FaultKind.MOVING, match="/studies"),
    "one record is hollow": registry(FaultKind.HOLLOW, ids=(ONE,)),
    "every record is hollow": registry(FaultKind.HOLLOW),
    "one record is missing": registry(FaultKind.MISSING, ids=(ONE,)),
    "every record is missing": registry(FaultKind.MISSING),
    "records of the data version before": registry(FaultKind.STALE),
    "records nobody asked for": registry(FaultKind.WRONG_IDS),
    "another study's record": registry(FaultKind.SWAPPED, ids=(ONE,)),
    "another study's record for every trial": registry(FaultKind.SWAPPED),
    "relay is down": relay(SmtpStage.CONNECT, drop=True),
    "relay refuses the sender": relay(SmtpStage.MAIL, reply="451 4.3.0 later"),
    "mailbox is busy": relay(SmtpStage.RCPT, reply="450 4.2.1 busy"),
    "mailbox does not exist": relay(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox"),
    "content is refused": relay(SmtpStage.BODY, reply="550 5.7.1 looks like spam"),
    "message is in doubt": relay(SmtpStage.BODY, drop=True),
    "hook is gone": lambda home: home.hook.arm("404 no_service", times=None),
    "hook does not take it": lambda home: home.hook.arm("400 invalid_blocks", times=None),
    "hook is busy": lambda home: home.hook.arm("503 busy", times=None),
    "a bad line in the watchlist": lambda home: setattr(home, "watched", [ONE, "NCT12", TWO, THREE]),
}


@pytest.mark.parametrize("name", TROUBLES)
async def test_code_that_is_not_0_has_a_fault_and_a_fault_has_a_code(house, name):
    home = house(STATES, settings=ANA + QUIET + ROOM + QUIET, watched=[ONE, TWO, THREE])
    assert await ends(home) == (Exit.DONE, ())
    TROUBLES[name](home)
    home.registry.next()
    seen = [await ends(home) for _ in range(4)]  # a record behind the registry's data is a fault at the fourth poll
    assert any(code for code, _ in seen)
    for code, faults in seen:
        assert (code is Exit.DONE) == (faults == ()), (code, faults)
        assert all(fault.message for fault in faults)


@pytest.mark.parametrize("others", [(), (TWO,)])
async def test_record_older_than_known_is_a_fault_and_a_code_until_it_is_up_to_date(house, others):
    home = house(STATES, settings=ANA + QUIET, watched=[ONE])
    await home.run()
    await home.next()
    home.registry.reset()  # the registry falls back to its first data version
    home.watched = [ONE, *others]  # another trial is read for the first time: that record is no older one
    code, faults = await ends(home)
    assert code is (Exit.FAILED_PART if others else Exit.REGISTRY)
    assert [fault.part for fault in faults] == ([f"record {ONE}"] if others else ["registry data"])
    assert ("of 2026-06-01" if others else "of 1 Jun 2026") in faults[0].message
    for _ in range(5):  # it is asked for again at three polls, then waits for the next data version
        code, again = await ends(home)
        assert code is not Exit.DONE
        assert {fault.part for fault in faults} <= {fault.part for fault in again}
    home.registry.next()
    assert await ends(home) == (Exit.DONE, ())


async def test_fault_that_stands_is_exit_1_at_every_run_and_said_once_a_day(house):
    home = house(STATES, settings=ANA + QUIET, watched=[ONE, TWO])
    home.watched = [ONE, "NCT12", TWO]
    reports = [await home.run() for _ in range(26)]
    assert {loudest(codes(report)) for report in reports} == {Exit.FAILED_PART}
    assert [hour for hour, report in enumerate(reports) if report.said] == [0, 24]


async def test_temporary_fault_that_is_not_told_yet_is_exit_1_too(house):
    home = house(STATES, settings=ANA + QUIET, watched=[ONE, TWO])
    await home.run()
    faults = FaultReport()
    faults.failing("registry data", "it takes too long", FaultGrade.TEMPORARY)
    with home.open() as context:
        assert settle(context, faults, home.now()) == ()
    (fault,) = standing(home)
    assert fault.state is FaultState.FAILING
    report = await home.run()
    assert (loudest(codes(report)), report.said) == (Exit.FAILED_PART, ())


async def test_emptied_watchlist_is_1_while_its_trials_are_still_read_and_then_78(house):
    home = house(STATES, settings=ANA + QUIET, watched=[ONE, TWO])
    await home.run()
    home.watched = []
    seen = []
    for _ in range(2):
        code, (fault,) = await ends(home)
        seen.append((code, fault.message == NOTHING_WATCHED))
        home.time.pass_by(timedelta(minutes=11))
    assert seen == [(Exit.FAILED_PART, True), (Exit.CONFIG, True)]
    words = kind_of("watchlist", NOTHING_WATCHED)
    assert {int(number) for number in re.findall(r"\b\d+\b", words.code)} == {int(code) for code, _ in seen}


async def test_trials_that_the_registry_does_not_have_alone_either_are_1_though_none_came(house):
    home = house(STATES, settings=ANA + QUIET, watched=[ONE, TWO, THREE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, times=None))
    home.registry.next()
    code, (fault,) = await ends(home)
    assert (code, fault.part) == (Exit.FAILED_PART, "missing trials")
    assert kind_of(fault.part, fault.message).code == "1"
