"""What becomes of a message: accepted, refused, retried, in doubt, dead, suspended and resumed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, BOB, DAYS, FILES, ONE, OPS, OPS_ON, QUIET, ROOM, START, TWO, repeats, trial
from tests.pipeline.process import until
from tests.support.smtp_sink import SmtpSink, SmtpStage
from tests.support.webhook_sink import WebhookStage
from watcher.app import watchlist_reader
from watcher.context import FaultReport
from watcher.daemon.single_run import run_once
from watcher.pipeline.destinations import all_destinations, message_domain, stop_address
from watcher.pipeline.fault_states import failing
from watcher.pipeline.send import send_due
from watcher.store.compression import pack_pieces
from watcher.store.delivery_model import Fault, FaultState, NewMessage, State, Step

STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")},
    TWO: {day: trial(TWO) for day in DAYS[:4]},
}
ANA, BOB, ROOM, FILES = (one + QUIET for one in (ANA, BOB, ROOM, FILES))
STOPPED = "Terminated: A Trial Called 1"
MINUTE = timedelta(minutes=1)


async def again(home, after=timedelta()):
    """Run once more, so long after the last run (which moved time by an hour)."""
    home.time.pass_by(after - timedelta(hours=1))
    return await home.run()


async def test_accepted_message_is_delivered_with_the_providers_reply(house):
    home = house(STATES, settings=ANA + FILES)
    await home.run()
    report = await home.next()
    assert (report.sent.delivered, report.sent.failed) == (2, 0)
    entries = home.outbox(State.DELIVERED)
    assert {entry.channel: entry.attempts for entry in entries} == {"email": 1, "folder:told": 1}
    assert "250 2.0.0 kept as 1" in {entry.channel: entry.last_reply for entry in entries}["email"]


async def test_refused_recipient_stays_and_the_others_are_delivered(house):
    home = house(STATES, settings=ANA + BOB + ROOM + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", address="ana@example.org", times=None)
    report = await home.next()
    assert home.subjects("bob") == [STOPPED]
    assert len(home.hook.accepted) == 1
    assert [said.split(":")[0] for said in report.said] == ["email to ana"]
    (waiting,) = home.outbox()
    assert (waiting.recipient, waiting.state, waiting.attempts) == ("ana", State.PENDING, 0)  # it costs it no try
    for _ in range(3):
        await again(home, MINUTE)
    assert sum(said.startswith("RCPT TO:<ana") for said in home.smtp.said) == 1  # it waits: nothing is hammered


async def test_suspension_by_a_run_that_ended_before_telling_is_told_by_the_next(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", times=None)
    await home.next()
    with home.look() as context:
        context.store.faults.remove("email to ana")
    report = await again(home, MINUTE)
    assert [said.split(":")[0] for said in report.said] == ["email to ana"]


async def test_fault_of_a_message_stands_while_no_try_is_due(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="451 4.3.0 later", times=None)
    await home.next()
    (waiting,) = home.outbox()
    report = await again(home)
    assert (report.sent.failed, report.standing) == (0, (f"message {waiting.id}",))


async def test_corrected_address_resumes_what_waited(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", address="ana@example.org", times=None)
    await home.next()
    home.settings = ANA.replace("ana@", "anna@")
    report = await again(home, MINUTE)
    assert home.subjects("anna") == [STOPPED]
    assert report.said[0].startswith("email to ana: works again")


async def test_retried_by_the_operator_what_waited_goes_out(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", times=1)
    await home.next()
    with home.look() as context:
        context.store.outbox.retry(None, home.time.now - timedelta(hours=1))
    await again(home, MINUTE)
    assert home.subjects("ana") == [STOPPED]


async def test_refused_log_in_suspends_the_relay_until_the_password_changes(house):
    with SmtpSink(accounts={"me": "right"}) as relay:
        home = house(STATES, settings=ANA + BOB + ROOM)
        home.smtp = relay
        home.email_extra = 'username = "me"\npassword = { env = "RELAY" }'
        home.environ = {"RELAY": "wrong"}
        await home.run()
        report = await home.next()
        assert [said.split(":")[0] for said in report.said] == ["email"]
        assert len(home.hook.accepted) == 1
        for _ in range(3):
            await again(home, MINUTE)
        assert sum(said.startswith("AUTH") for said in relay.said) == 1  # asked once: an account could be locked
        home.environ = {"RELAY": "right"}
        report = await again(home, MINUTE)
        assert (home.subjects("ana"), home.subjects("bob")) == ([STOPPED], [STOPPED])
        assert report.said[0].startswith("email: works again")


async def test_relay_suspended_by_the_second_recipients_mail_stays_suspended(house):
    with SmtpSink(accounts={"me": "right"}) as relay:
        second = f'watches = ["all"]\n[[watch]]\nname = "none"\nids = ["{TWO}"]\n'
        home = house(STATES, settings=ANA + 'watches = ["none"]\n' + BOB + second)
        home.smtp = relay
        home.email_extra = 'username = "me"\npassword = { env = "RELAY" }'
        home.environ = {"RELAY": "wrong"}
        await home.run()
        await home.next()
        for _ in range(3):
            await again(home, MINUTE)
        assert sum(said.startswith("AUTH") for said in relay.said) == 1


async def test_relay_that_is_down_is_tried_again_later_and_other_channels_go_on(house):
    home = house(STATES, settings=ANA + BOB + ROOM + FILES)
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    report = await home.next()
    assert (report.sent.delivered, report.sent.failed) == (2, 1)  # the second mail is not tried on a dead line
    entries = home.outbox()
    assert {entry.state for entry in entries} == {State.PENDING}
    assert sorted(entry.attempts for entry in entries) == [0, 1]
    assert entries[0].next_attempt_at == home.time.now - timedelta(hours=1) + MINUTE
    home.smtp.clear()
    await again(home, timedelta(seconds=59))
    assert home.subjects("ana") == []
    await again(home, MINUTE)
    assert (home.subjects("ana"), home.subjects("bob")) == ([STOPPED], [STOPPED])


async def test_message_nobody_takes_for_four_days_is_dead_and_the_operator_is_told(house):
    home = house(STATES, settings=ANA + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, reply="451 4.3.0 later", times=None)
    await home.next()
    waits = []
    while home.outbox(State.PENDING):
        (entry,) = home.outbox(State.PENDING)
        waits.append(entry.next_attempt_at - home.time.now + timedelta(hours=1))
        home.time.now = entry.next_attempt_at
        report = await home.run()
    assert waits[:6] == [timedelta(minutes=one) for one in (1, 5, 30, 120, 120, 120)]
    (dead,) = home.outbox(State.DEAD)
    assert f"message {dead.id}" in [said.split(":")[0] for said in report.said]
    assert "451" in dead.last_reply
    with home.look() as context:
        context.store.outbox.retry([dead.id], home.time.now)
    home.smtp.clear()
    report = await home.run()
    assert home.subjects("ana") == [STOPPED]
    assert [said.split(",")[0] for said in report.said] == [f"message {dead.id}: is settled"]
    with home.look() as context:
        assert failing(context.store.faults.all()) == ()


async def test_channel_is_probed_while_it_is_down_and_everything_that_waits_is_due_when_it_works(house):
    home = house(STATES, settings=ANA + BOB + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.MAIL, reply="451 4.3.0 later", times=None)
    await home.next()
    waits = []
    while home.time.now - START < timedelta(days=6):  # longer than any message is tried
        with home.look() as context:
            (hold,) = context.store.outbox.suspensions()
        waits.append(hold.probe_at - home.time.now + timedelta(hours=1))
        home.time.now = max(hold.probe_at, home.time.now + timedelta(hours=3 if len(waits) > 6 else -1))
        asked = len(home.smtp.said)
        await home.run()
        assert sum(line.startswith("MAIL") for line in home.smtp.said[asked:]) == 1  # one probe, whatever waits
    assert waits[:6] == [timedelta(minutes=one) for one in (1, 5, 15, 30, 30, 30)]
    home.smtp.clear()
    report = await home.run()
    assert (home.subjects("ana"), home.subjects("bob")) == ([STOPPED], [STOPPED])
    assert home.outbox() == ()
    assert [said.split(",")[0] for said in report.said] == ["email: works again"]


async def test_one_fault_stands_for_a_channel_however_many_mailboxes_it_has(house):
    people = "".join(ANA.replace("ana", f"reader{number}") for number in range(5))
    home = house(STATES, settings=people)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.7.1 Error: too much mail from 127.0.0.1", times=None)
    report = await home.next()
    assert [said.split(":")[0] for said in report.said] == ["email"]
    assert "check the recipient" not in report.said[0]
    assert report.sent.failed == 1
    home.smtp.clear()
    await again(home, MINUTE)
    assert len(home.smtp.mails) == 5


async def test_mail_after_an_outage_over_night_goes_out_with_the_first_probe_that_passes(house):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    await home.next()
    for _ in range(9):
        await home.run()
    home.smtp.clear()
    await again(home, timedelta(minutes=33))
    assert (home.subjects("ana"), home.subjects("bob")) == ([STOPPED], [STOPPED])


async def test_greylisting_is_told_when_it_lasts_an_hour_and_else_not_at_all(house):
    home = house(STATES, settings=ANA + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.0 Greylisted", times=1)
    report = await home.next()
    assert report.said == ()
    with home.look() as context:
        (fault,) = failing(context.store.faults.all())
        assert (fault.part, fault.state) == ("email to ana", FaultState.FAILING)  # `status` shows it
    report = await again(home, MINUTE)
    assert home.subjects("ana") == [STOPPED]
    assert report.said == ()
    assert not (home.state / "ops").exists()


async def test_greylisting_that_lasts_is_told_once_also_when_no_try_falls_due(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.0 Greylisted", times=None)
    said = list((await home.next()).said)
    for minutes in (1, 5, 30, 26, 10, 20):
        said += (await again(home, timedelta(minutes=minutes))).said
    assert [one.split(":")[0] for one in said] == ["email to ana"]


async def test_refusal_that_becomes_worse_is_told_again_at_once(house):
    home = house(STATES, settings=ANA + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="552 5.2.2 mailbox full", times=1)
    report = await home.next()
    assert [said.split(":")[0] for said in report.said] == ["email to ana"]
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", times=None)
    report = await again(home, timedelta(hours=25))
    assert report.said[0].startswith("email to ana: ")
    assert "5.1.1" in report.said[0]
    assert len(list((home.state / "ops").glob("*.eml"))) == 2


async def test_full_mailbox_is_tried_once_a_day_and_gets_everything_when_it_has_room(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="552 5.2.2 mailbox full", times=None)
    await home.next()
    for hours, asked in ((1, 1), (22, 1), (1, 2), (23, 2), (1, 3), (48, 4), (72, 5), (48, 6), (1, 6)):
        await again(home, timedelta(hours=hours))
        assert sum(line.startswith("RCPT TO:<ana") for line in home.smtp.said) == asked
    home.smtp.clear()
    await again(home, timedelta(hours=24))
    assert home.subjects("ana") == [STOPPED]


@pytest.mark.parametrize("asked", ["1795972800", "400000", "99999999999999", "-7", "Fri, 31 Dec 2100 00:00:00 GMT"])
async def test_retry_after_that_cannot_be_meant_ends_no_message(house, asked):
    home = house(STATES, settings=ROOM)
    await home.run()
    home.hook.arm("429 rate_limited", retry_after=asked, times=None)
    await home.next()
    posts = len(home.hook.posts)
    for _ in range(3):
        await home.run()
    assert len(home.hook.posts) == posts + 3
    assert {entry.state for entry in home.outbox()} == {State.PENDING}
    home.hook.clear()
    await home.run()
    assert home.outbox() == ()


async def test_what_was_not_tried_is_no_failed_delivery(house):
    home = house(STATES, settings=ANA + ROOM.replace('file = "hook"', 'env = "HOOK"'))
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy")
    report = await home.next()
    assert report.sent.has_config_fault
    home.settings = home.settings.replace(ANA, ANA + 'quiet = "00:00-23:59"\n')
    await again(home, MINUTE)  # ana's mail is taken up, and put back until the quiet hours end
    entries = {entry.recipient: entry for entry in home.outbox()}
    assert (entries["ana"].attempts, entries["room"].attempts) == (1, 0)
    assert entries["ana"].last_reply == "held until the quiet hours end"
    with home.look() as context:
        failed = {key: count for key, count in context.store.tally.totals("messages").items() if key[1] == "failed"}
    assert failed == {("email", "failed"): 1}


@pytest.mark.parametrize("drop", [True, False], ids=["dropped after the dot", "gibberish after the dot"])
async def test_mail_in_doubt_is_sent_once_more_with_the_same_id_and_bytes(house, drop):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, **({"drop": True} if drop else {"reply": "999 what"}))
    await home.next()
    (entry,) = home.outbox()
    assert (entry.state, entry.unclear) == (State.UNKNOWN, 1)
    await again(home, timedelta(seconds=59))
    assert len(home.smtp.mails) == 1
    await again(home, MINUTE)
    first, second = home.smtp.mails
    assert first.body == second.body
    assert len(repeats(home.smtp.mails)) == 1
    assert home.outbox(State.DELIVERED)[0].id == entry.id


async def test_post_in_doubt_is_sent_once_more(house):
    home = house(STATES, settings=ROOM)
    await home.run()
    home.hook.arm(drop=True)
    await home.next()
    assert home.outbox()[0].state is State.UNKNOWN
    await again(home, MINUTE)
    first, second = home.hook.posts
    assert first.body == second.body
    assert home.outbox() == ()


async def test_message_unclear_twice_is_dead_and_not_sent_a_third_time(house):
    home = house(STATES, settings=ANA + OPS + OPS_ON)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, drop=True, times=None)
    await home.next()
    report = await again(home, MINUTE)
    (dead,) = home.outbox()
    assert (dead.state, dead.unclear) == (State.DEAD, 2)
    assert any(said.startswith(f"message {dead.id}: ") and "is lost" in said for said in report.said)
    await home.run()
    assert len(home.smtp.mails) == 2


async def test_message_in_doubt_that_then_meets_a_dead_line_keeps_its_one_repeat(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.BODY, drop=True)
    home.smtp.arm(SmtpStage.MAIL, reply="451 4.3.0 later")
    await home.next()
    await again(home, MINUTE)
    assert home.outbox()[0].unclear == 1
    await home.run()
    assert len(home.smtp.mails) == 2
    assert home.outbox() == ()


async def test_hook_that_is_gone_waits_for_a_new_address(house):
    home = house(STATES, settings=ANA + ROOM)
    await home.run()
    home.hook.arm("404 no_service", times=None)
    report = await home.next()
    assert home.subjects("ana") == [STOPPED]
    assert len(report.said) == 1
    assert home.hook.url not in report.said[0]
    await again(home, MINUTE)
    assert len(home.hook.posts) == 1
    home.hook.clear()
    home.hook.path = "/services/T000/B000/new"
    await again(home, MINUTE)
    assert len(home.hook.accepted) == 1


@pytest.mark.parametrize("fault", ["404 no_service", "503 busy", ""], ids=["refused", "put off", "in doubt"])
async def test_what_waited_for_a_hook_goes_to_the_one_that_takes_its_place(house, fault):
    home = house(STATES, settings=ANA + ROOM)
    await home.run()
    home.hook.arm(fault, drop=not fault, times=None)
    await home.next()
    home.hook.clear()
    (waiting,) = home.outbox()
    (home.folder / "mended").write_text(home.hook.url)
    home.settings = home.settings.replace('"hook"', '"mended"')
    await again(home, timedelta(hours=1))
    assert [post.body for post in home.hook.accepted[-1:]] == [home.hook.posts[0].body]
    assert len(home.hook.posts) == 2
    (delivered,) = (entry for entry in home.outbox(State.DELIVERED) if entry.recipient == "room")
    assert (delivered.id, delivered.message_id) == (waiting.id, waiting.message_id)
    assert delivered.channel == "slack:mended"
    assert home.outbox() == ()


async def test_hook_that_does_not_answer_holds_up_nothing_that_falls_due_meanwhile(house):
    home = house(STATES, settings=ANA + BOB + ROOM)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="ana@example.org")
    hold = home.hook.hold()
    home.registry.next()
    with home.open() as context:
        under_way = asyncio.create_task(run_once(context, watchlist_reader(context.loaded)))
        await asyncio.to_thread(hold.wait_reached, 30)
        await asyncio.to_thread(until, lambda: context.sending == {"slack:hook"})
        assert (home.subjects("ana"), home.subjects("bob")) == ([], [STOPPED])
        home.time.pass_by(MINUTE)
        assert (await send_due(context, FaultReport())).delivered == 1  # as the daemon's next tick does
        assert home.subjects("ana") == [STOPPED]
        assert (len(home.hook.posts), under_way.done()) == (1, False)
        hold.release()
        await under_way
    assert home.outbox() == ()
    assert len(home.hook.posts) == 1


async def test_hook_that_asks_to_wait_is_waited_for(house):
    home = house(STATES, settings=ROOM)
    await home.run()
    home.hook.arm("429 rate_limited", retry_after="90")
    await home.next()
    await again(home, timedelta(seconds=89))
    assert len(home.hook.posts) == 1
    await again(home, timedelta(seconds=90))
    assert len(home.hook.accepted) == 1


async def test_hook_dropped_before_the_body_is_no_doubt(house):
    home = house(STATES, settings=ROOM)
    await home.run()
    home.hook.arm(stage=WebhookStage.REQUEST, reply="503 busy")
    await home.next()
    assert home.outbox()[0].state is State.PENDING
    await again(home, MINUTE)
    assert len(home.hook.accepted) == 1


async def test_message_of_a_recipient_no_longer_configured_waits_and_is_sent_when_they_are_back(house):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="ana@example.org")
    await home.next()
    home.settings = BOB
    report = await home.run()
    assert [said.split(";")[0] for said in report.said if said.startswith("messages for ana")] == [
        'messages for ana: 1 message waits for "ana", who is no longer in the configuration'
    ]
    (waiting,) = home.outbox()
    assert (waiting.state, waiting.last_reply) == (State.PENDING, "recipient removed")
    assert (await again(home, timedelta(days=10))).sent.delivered == 0
    home.settings = ANA + BOB
    report = await again(home, timedelta(days=10))
    assert home.subjects("ana") == [STOPPED]
    assert home.outbox() == ()
    assert "messages for ana: are settled" in "\n".join(report.said)


async def test_message_of_a_recipient_taken_out_for_30_days_is_dead(house):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="ana@example.org")
    await home.next()
    home.settings = BOB
    await home.run()
    await again(home, timedelta(days=29))
    assert [entry.state for entry in home.outbox()] == [State.PENDING]
    await again(home, timedelta(days=2))
    (dead,) = home.outbox()
    assert (dead.state, dead.last_reply) == (State.DEAD, "recipient removed")


async def test_fault_of_what_is_no_longer_configured_is_forgotten_and_never_reminded_of(house):
    home = house(STATES, settings=ANA + BOB + ROOM + FILES)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", address="ana@example.org", times=None)
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="bob@example.org", times=None)
    home.hook.arm("404 no_service", times=None)
    await home.next()
    with home.look() as context:
        assert len(failing(context.store.faults.all())) == 3
        context.store.faults.put(Fault(part="digest for ana", state=FaultState.NOTIFIED, since=home.time.now))
    home.settings = BOB + FILES
    report = await again(home, timedelta(days=2))
    parts_said = ["email to bob", "messages for ana", "messages for room"]  # bob is still there, and still refused
    assert [said.split(":")[0] for said in report.said] == parts_said
    waiting = {entry.recipient: entry.last_reply for entry in home.outbox() if entry.recipient != "bob"}
    assert waiting == {"ana": "recipient removed", "room": "recipient removed"}
    with home.look() as context:
        assert [fault.part for fault in failing(context.store.faults.all())] == parts_said


async def test_secret_that_does_not_resolve_holds_back_its_channel_only(house):
    settings = ANA + ROOM.replace('file = "hook"', 'env = "HOOK"')
    home = house(STATES, settings=settings)
    await home.run()
    report = await home.next()
    assert report.sent.has_config_fault
    assert "HOOK" in report.said[0]
    assert home.subjects("ana") == [STOPPED]
    (waiting,) = home.outbox()
    assert (waiting.state, waiting.attempts) == (State.PENDING, 0)
    home.environ = {"HOOK": home.hook.url}
    await home.run()
    assert len(home.hook.accepted) == 1


async def test_password_that_does_not_resolve_holds_back_the_mail_only(house):
    home = house(STATES, settings=ANA + ROOM)
    home.email_extra = 'username = "me"\npassword = { env = "RELAY" }'
    await home.run()
    report = await home.next()
    assert report.sent.has_config_fault
    assert len(home.hook.accepted) == 1
    assert home.smtp.connections == 0
    assert [entry.attempts for entry in home.outbox()] == [0]


async def test_cancelled_in_mid_send_loses_nothing(house):
    home = house(STATES, settings=ANA)
    await home.run()
    hold = home.smtp.hold(SmtpStage.RCPT)
    home.registry.next()
    work = asyncio.create_task(home.run())
    await asyncio.to_thread(hold.wait_reached, 30)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    hold.release()
    await home.run()
    assert home.subjects("ana") == [STOPPED]
    assert repeats(home.smtp.mails) == []


async def test_message_left_in_mid_send_blocks_its_channel_no_longer_than_to_the_next_time(house):
    home = house(STATES, settings=ANA + BOB)
    await home.run()
    home.registry.next()
    with home.open() as context:
        await run_once(context, watchlist_reader(context.loaded), deliver=False)
        claim = context.store.outbox.claim("email", home.time.now)  # and then its sender met an error of the store
        assert claim is not None
        context.sending.add("email")
        assert (await send_due(context, FaultReport())).delivered == 0  # somebody is at it
        context.sending.clear()
        assert (await send_due(context, FaultReport())).delivered == 2
        assert context.sending == set()
    assert (home.subjects("ana"), home.subjects("bob")) == ([STOPPED], [STOPPED])


SENDABLE = {
    "message_id": "<x@y>",
    "date": "2026-06-01T10:00:00Z",
    "subject": "broken",
    "text": "text",
    "html": None,
    "boundary": "=_b",
}


async def test_message_the_program_trips_over_harms_no_other_channel_and_then_no_other_message(house):
    home = house(STATES, settings=ANA + ROOM)
    await home.run()
    payload = pack_pieces([json.dumps({**SENDABLE, "subject": 5}).encode()])  # a bug of ours: no subject but a number
    broken = NewMessage(recipient="ana", channel="email", subject="broken", message_id="<x@y>", payload=payload)
    with home.look() as context:
        context.store.outbox.add([broken], home.time.now)
    report = await home.next()
    assert report.has_bugs
    assert [said.split(":")[0] for said in report.said] == ["email"]
    assert len(home.hook.accepted) == 1
    for _ in range(2):
        await again(home)
    assert home.subjects("ana") == [STOPPED]  # it was tried twice, and pushed aside
    assert [entry.subject for entry in home.outbox()] == ["broken"]


async def test_message_its_recipient_puts_off_for_four_days_is_given_up(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 later", times=None)
    await home.next()
    with closing(sqlite3.connect(home.state / "watcher.db")) as store, store:
        store.execute("UPDATE message SET attempts = 9, queued_at = '2026-05-20T00:00:00.000000Z'")
    report = await again(home, MINUTE)
    (dead,) = home.outbox()
    assert (dead.state, f"message {dead.id}" in [said.split(":")[0] for said in report.said]) == (State.DEAD, True)


async def test_message_for_somebody_the_configuration_in_use_does_not_know_is_kept(house):
    home = house(STATES, settings=ANA)
    await home.run()
    home.registry.next()
    hold = home.smtp.hold(SmtpStage.BODY)
    payload = pack_pieces([json.dumps(SENDABLE).encode()])
    newcomers = NewMessage(recipient="zoe", channel="email", subject="later", message_id="<x@y>", payload=payload)
    run = asyncio.create_task(home.run())
    await asyncio.to_thread(hold.wait_reached)
    with home.look() as context:  # as after a reload, while the old configuration is still sending
        context.store.outbox.add([newcomers], home.time.now)
    hold.release()
    await run
    assert len(home.subjects("ana")) == 1
    assert [(entry.recipient, entry.state, entry.attempts) for entry in home.outbox()] == [("zoe", State.PENDING, 0)]


async def test_message_twice_in_doubt_by_kills_is_told_as_lost(house):
    home = house(STATES, settings=ANA + OPS + OPS_ON)
    await home.run()
    home.registry.next()
    with home.open() as context:
        await run_once(context, watchlist_reader(context.loaded), deliver=False)
        for _ in range(2):
            claim = context.store.outbox.claim("email", home.time.now)
            assert claim is not None
            context.store.outbox.step(claim.entry.id, Step.BODY_HANDED_OVER)
            home.time.pass_by(timedelta(hours=1))
            if claim.entry.unclear == 0:
                context.store.outbox.recover(home.time.now)
    report = await home.run()
    (dead,) = home.outbox(State.DEAD)
    assert [said.split(":")[0] for said in report.said] == [f"message {dead.id}"]


async def test_without_delivering_everything_waits_in_the_outbox(house):
    home = house(STATES, settings=ANA + ROOM)
    await home.run()
    home.registry.next()
    with home.open() as context:
        report = await run_once(context, watchlist_reader(context.loaded), deliver=False)
    assert (report.composed, report.sent.delivered) == (2, 0)
    assert home.smtp.connections == 0


def test_names_of_ways_hold_no_secret(house):
    home = house(STATES, settings=ANA + ROOM + FILES)
    loaded = home.load()
    assert [line.key for line in all_destinations(loaded.config)] == ["email", "slack:hook", "folder:told"]
    assert message_domain(loaded.config) == "example.org"
    assert stop_address(loaded.config) == "trials@example.org"
