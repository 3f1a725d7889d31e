"""One message refused for its content stops neither its recipient nor its channel, and is told until it is settled."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, BOB, DAYS, FILES, ONE, OPS, OPS_ON, QUIET, ROOM, TWO, trial
from tests.support.smtp_sink import SmtpSink, SmtpStage
from watcher.pipeline.fault_states import failing
from watcher.store.delivery_model import FaultState, State

ANA, BOB, ROOM, FILES = (one + QUIET for one in (ANA, BOB, ROOM, FILES))
STATUSES = ("RECRUITING", "TERMINATED", "RECRUITING", "TERMINATED", "RECRUITING", "TERMINATED", "RECRUITING")
STATES = {
    ONE: {day: trial(ONE, status) for day, status in zip(DAYS, STATUSES, strict=False)},
    TWO: {day: trial(TWO, count=240 + 100 * number) for number, day in enumerate(DAYS[:7])},
}
SIGNED = (
    '[[recipient]]\nname = "desk"\nwebhook = { url = { file = "hook" }, secret = { env = "SIGN" } }\n'
    'send = "immediate"\nwelcome = false\n'
)
SECRET = {"SIGN": "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}


async def again(home, after=timedelta()):
    """Run once more, so long after the last run (which moved time by an hour)."""
    home.time.pass_by(after - timedelta(hours=1))
    return await home.run()


def faults(home):
    with home.look() as context:
        return {fault.part: fault for fault in failing(context.store.faults.all())}


MAIL_REFUSALS = [
    (SmtpStage.BODY, "550 5.7.1 message content rejected"),
    (SmtpStage.DATA, "554 5.7.1 no"),
    (SmtpStage.MAIL, "552 5.3.4 message size exceeds fixed limit"),
    (SmtpStage.RCPT, "552 5.2.3 longer than this mailbox takes"),
]


@pytest.mark.parametrize(("stage", "reply"), MAIL_REFUSALS, ids=[stage.value for stage, _ in MAIL_REFUSALS])
async def test_refused_mail_is_rejected_after_its_plain_form_and_the_next_ones_go_on_in_the_same_run(
    house, stage, reply
):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    home.smtp.arm(stage, reply=reply, times=2)  # the mail to ana, then its plain form
    report = await home.next()
    assert len(home.subjects("bob")) == 1
    (rejected,) = home.outbox()
    assert (rejected.recipient, rejected.state, rejected.attempts) == ("ana", State.REJECTED, 1)
    assert reply in rejected.last_reply
    assert [said.split(":")[0] for said in report.said] == [f"message {rejected.id}"]
    for _ in range(3):
        await home.next()
    assert len(home.subjects("ana")) == 3
    assert home.outbox() == (rejected,)
    assert faults(home)[f"message {rejected.id}"].message.startswith("refused for its content: ")


async def test_mail_is_taken_in_its_plain_form_without_attachment(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="554 5.7.1 no HTML here", times=1)
    await home.next()
    (mail,) = home.mails_to("ana")
    assert mail.get_content_type() == "text/plain"
    assert "Terminated" in mail.get_content()
    (done,) = home.outbox(State.DELIVERED)
    assert (done.message_id, done.attempts) == (mail["Message-ID"], 1)
    assert "as plain text" in done.last_reply
    assert faults(home) == {}


async def test_mail_over_the_relays_size_limit_does_not_stop_its_recipient(house):
    with SmtpSink(size_limit=100) as small:
        home = house(STATES, settings=ANA)
        home.smtp = small
        await home.run()
        await home.next()
        (rejected,) = home.outbox(State.REJECTED)
        assert "larger than the relay takes" in rejected.last_reply
        small.size_limit = 10**7
        await home.next()
        assert len(home.subjects("ana")) == 1


HOOK_REFUSALS = ["400", "402", "405", "413", "415", "422", "451"]


@pytest.mark.parametrize("status", HOOK_REFUSALS)
async def test_post_refused_for_its_content_does_not_stop_its_hook(house, status):
    home = house(STATES, settings=SIGNED, environ=SECRET)
    await home.run()
    home.hook.arm(f"{status} no", times=1)
    await home.next()
    (rejected,) = home.outbox()
    assert rejected.state is State.REJECTED
    await home.next()
    assert len(home.hook.accepted) >= 1
    assert home.outbox() == (rejected,)


@pytest.mark.parametrize("status", ["401", "403", "404", "408", "409", "425", "429", "500", "502", "503"])
async def test_post_refused_for_one_poll_is_delivered_after_it(house, status):
    home = house(STATES, settings=SIGNED, environ=SECRET)
    await home.run()
    home.hook.arm(f"{status} no", times=None)
    await home.next()
    waiting = home.outbox()
    assert {entry.state for entry in waiting} == {State.PENDING}
    home.hook.clear()
    await home.run()
    assert home.outbox() == ()
    assert {entry.id for entry in home.outbox(State.DELIVERED)} >= {entry.id for entry in waiting}
    assert faults(home) == {}


@pytest.mark.parametrize("status", ["404", "409", "500", "503"])
async def test_one_post_that_fails_each_time_holds_up_no_other(house, status):
    home = house(STATES, settings=SIGNED, environ=SECRET)
    await home.run()
    home.hook.arm(f"{status} no", times=1)
    await home.next()
    assert {entry.state for entry in home.outbox(State.PENDING)} == {State.PENDING}
    first = home.outbox()[0].id
    home.hook.arm(f"{status} no", times=1)  # for the first one again, wherever it stands in the row
    before = len(home.hook.accepted)
    await home.next()
    assert len(home.hook.accepted) > before
    assert first == min(entry.id for entry in (*home.outbox(), *home.outbox(State.DELIVERED)))


async def test_blocks_slack_refuses_in_both_forms_do_not_stop_the_room(house):
    home = house(STATES, settings=ROOM)
    await home.run()
    home.hook.arm("400 invalid_blocks", times=2)
    await home.next()
    assert [entry.state for entry in home.outbox()] == [State.REJECTED]
    await home.next()
    assert len(home.hook.accepted) == 1
    assert "blocks" in json.loads(home.hook.accepted[0].body)


async def test_hook_that_is_gone_for_good_waits_for_another_address(house):
    home = house(STATES, settings=SIGNED, environ=SECRET)
    await home.run()
    home.hook.arm("410 gone", times=None)
    await home.next()
    posts = len(home.hook.posts)
    await home.run()
    await home.run()
    assert len(home.hook.posts) == posts
    assert set(faults(home)) == {"webhook to desk"}


async def test_retrying_everything_meets_the_refused_one_and_goes_on(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="550 5.7.1 no", times=2)
    await home.next()
    (rejected,) = home.outbox()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    await home.next()  # a second one waits for the relay
    home.smtp.clear()
    with home.look() as context:
        context.store.outbox.retry(None, home.time.now)
    home.smtp.arm(SmtpStage.BODY, reply="550 5.7.1 no", times=2)
    await home.run()
    assert [(entry.id, entry.state) for entry in home.outbox()] == [(rejected.id, State.REJECTED)]
    assert len(home.subjects("ana")) == 1


async def test_rejected_message_is_a_fault_until_it_is_retried_or_dropped(house):
    home = house(STATES, settings=ANA + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="550 5.7.1 no", times=2)
    await home.next()
    (rejected,) = home.outbox()
    part = f"message {rejected.id}"
    assert faults(home)[part].state is FaultState.NOTIFIED
    assert any(path.suffix == ".eml" for path in (home.state / "ops").iterdir())
    report = await again(home, timedelta(hours=25))
    assert [said.split(":")[0] for said in report.said] == [part]  # the daily reminder
    assert faults(home)[part].state is FaultState.REMINDED
    with home.look() as context:
        context.store.outbox.drop([rejected.id])
    await home.run()
    assert faults(home) == {}


async def test_relay_that_refuses_all_content_is_one_fault_that_counts_the_messages(house):
    people = "".join(ANA.replace("ana", f"reader{number}") for number in range(4))
    home = house(STATES, settings=people + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="550 5.7.1 no", times=None)
    for count in (4, 8):
        await home.next()
        assert list(faults(home)) == ["messages by email"]
        assert (
            f"not tried again: {count}; the last: refused for its content" in faults(home)["messages by email"].message
        )
    notices = list((home.state / "ops").glob("*.eml"))
    assert len(notices) == 1
    with home.look() as context:
        context.store.outbox.drop([entry.id for entry in home.outbox()[1:]])
    await home.run()
    assert list(faults(home)) == ["messages by email"]  # one is left
    home.smtp.clear()
    with home.look() as context:
        context.store.outbox.retry(None, home.time.now)
    await home.run()
    assert (faults(home), home.outbox()) == ({}, ())
    assert len(list((home.state / "ops").glob("*.eml"))) == 2


async def test_operator_behind_a_relay_that_refuses_all_content_gets_no_notice_of_each_notice(house):
    operator = OPS.replace('folder = "ops"', 'email = "ops@example.org"')
    home = house(STATES, settings=ANA + operator + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="550 5.7.1 no", times=None)
    await home.next()
    for _ in range(3):
        await home.run()
    assert [entry.recipient for entry in home.outbox()] == ["ana", "ops", "ops"]
    assert list(faults(home)) == [f"message {home.outbox()[0].id}", "messages by email"]


async def test_message_rejected_by_a_run_that_ended_before_telling_is_told_by_the_next(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    await home.next()
    with home.open() as context:
        claim = context.store.outbox.claim("email", home.time.now)
        context.store.outbox.reject(claim.entry.id, "550 5.7.1 no", home.time.now)
    report = await home.run()
    assert any(said.startswith(f"message {claim.entry.id}: refused for its content") for said in report.said)


@pytest.mark.parametrize("stage", [SmtpStage.MAIL, SmtpStage.RCPT, SmtpStage.DATA, SmtpStage.BODY])
async def test_line_dropped_over_one_mail_counts_against_it_and_the_next_goes_on_a_new_connection(house, stage):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    before = home.smtp.connections
    home.smtp.arm(stage, drop=True, times=1)
    report = await home.next()
    assert (report.sent.delivered, report.sent.failed) == (1, 1)
    assert len(home.subjects("bob")) == 1
    assert home.smtp.connections == before + 2
    (waiting,) = home.outbox()
    assert (waiting.recipient, waiting.attempts) == ("ana", 1)
    assert set(faults(home)) == {f"message {waiting.id}"}  # not the channel, and not told yet
    assert report.said == ()


@pytest.mark.parametrize("between", ["taken", "refused"])
async def test_relay_that_answers_in_between_is_not_held_for_three_mails_that_break_the_line(house, between):
    names = ("r1", "r2", "r3", "r4", "r5", "r6")
    settings = "".join(ANA.replace("ana", name) for name in names)
    home = house(STATES, settings=settings)
    await home.run()
    for name in names[::2]:
        home.smtp.arm(SmtpStage.RCPT, drop=True, address=f"{name}@example.org", times=1)
    refused = ("r2", "r4") if between == "refused" else ()
    for name in refused:
        home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", address=f"{name}@example.org", times=1)
    report = await home.next()
    assert (report.sent.delivered, report.sent.failed) == (3 - len(refused), 3 + len(refused))
    assert len(home.subjects("r6")) == 1


async def test_probe_over_which_the_line_breaks_is_the_only_try_of_its_run(house):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    began = home.now()
    await home.next()
    home.smtp.clear()
    home.smtp.arm(SmtpStage.MAIL, drop=True, times=None)
    before = home.smtp.connections
    await home.run()
    assert home.smtp.connections == before + 1
    assert [entry.attempts for entry in home.outbox()] == [2, 0]
    with home.look() as context:
        (held,) = context.store.outbox.suspensions()
    assert (held.since - began < timedelta(minutes=1), held.failures) == (True, 2)


async def test_probe_that_is_refused_for_its_content_shows_that_the_relay_works(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    await home.next()
    home.smtp.clear()
    home.smtp.arm(SmtpStage.BODY, reply="550 5.7.1 no", times=2)  # the mail and its plain form
    report = await home.run()
    assert (report.sent.delivered, report.sent.failed) == (0, 1)
    with home.look() as context:
        assert context.store.outbox.suspensions() == ()


async def test_relay_that_drops_the_line_over_every_mail_is_not_asked_for_each_of_them(house):
    people = "".join(ANA.replace("ana", f"reader{number}") for number in range(6))
    home = house(STATES, settings=people)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, drop=True, times=None)
    report = await home.next()
    assert report.sent.failed == 3
    assert [said.split(":")[0] for said in report.said] == ["email"]
    home.smtp.clear()
    await again(home, timedelta(seconds=61))
    assert home.outbox() == ()
    assert len(home.smtp.mails) == 6


async def test_three_mails_that_break_the_line_do_not_keep_the_fourth_for_ever(house):
    people = "".join(ANA.replace("ana", f"reader{number}") for number in range(4))
    home = house(STATES, settings=people)
    await home.run()
    for number in range(3):
        home.smtp.arm(SmtpStage.RCPT, drop=True, address=f"reader{number}@example.org", times=None)
    await home.next()
    await home.run()
    assert len(home.subjects("reader3")) == 1
    assert {entry.recipient for entry in home.outbox()} == {"reader0", "reader1", "reader2"}
