"""The delivery contract, sentence by sentence: each test proves the sentence of the README that it quotes.

`tests/test_contract.py` holds the README to these words.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.pipeline.house import (
    ANA,
    BOB,
    DAYS,
    FILES,
    ONE,
    OPS,
    OPS_ON,
    QUIET,
    ROOM,
    TWO,
    Time,
    repeats,
    text_of,
    trial,
)
from tests.pipeline.process import PATIENCE, manager, program, until
from tests.support.smtp_sink import SmtpStage
from watcher.rendering.message import Message
from watcher.store.delivery_model import State

CARA = ANA.replace("ana", "cara")
ANA, BOB, CARA, ROOM, FILES = (one + QUIET for one in (ANA, BOB, CARA, ROOM, FILES))
PROGRAM = (
    '[[recipient]]\nname = "program"\nwebhook = { url = { file = "hook" }, secret = { file = "secret" } }\n'
    f'send = "immediate"\n{QUIET}'
)
SECRET = "whsec_" + "A" * 43 + "="
STOPPED = "Terminated: A Trial Called 1"
STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")},
    TWO: {DAYS[0]: trial(TWO), DAYS[2]: trial(TWO, count=99)},
}
BOTH_AT_ONCE = {
    ONE: STATES[ONE],
    TWO: {DAYS[0]: trial(TWO), DAYS[1]: trial(TWO, "SUSPENDED"), DAYS[2]: trial(TWO)},
}


def by_the_real_time(house, settings, states=STATES):
    """Give a house for real processes, which polls every second."""
    return house(states, settings=settings, time=Time(datetime.now(UTC)), poll_every="1s")


@contextmanager
def daemon(home):
    """Run the real daemon; it is up when it is given."""
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as running:
        systemd.wait_for("READY=1")
        yield running


def stop(running):
    running.terminate()
    assert running.wait() == 0


def cursor(home, name):
    with home.look() as context:
        return context.store.ledger.recipient(name).cursor


def payload(home, entry):
    with home.look() as context:
        return context.store.outbox.payload(entry.id)


def notices(home):
    """Give who or what each notice to the operator was about, in the order of the files' names."""
    return sorted(
        text.partition("Subject: ")[2].partition(", since")[0]
        for text in (path.read_text() for path in (home.state / "ops").glob("*.eml"))
    )


async def test_message_is_frozen_in_the_outbox_before_it_is_sent(house):
    """A message is composed once, frozen, and stored in the outbox before any of it is sent; from then on its changes
    count as reported.
    """
    home = by_the_real_time(house, ANA)
    await home.run()
    told_before = cursor(home, "ana")
    home.registry.next()
    hold = home.smtp.hold(SmtpStage.MAIL)
    with daemon(home) as first:
        hold.wait_reached(PATIENCE)
        (frozen,) = home.outbox()
        content = Message.from_json(payload(home, frozen))
        assert cursor(home, "ana") > told_before
        first.kill()
    hold.release()
    assert home.smtp.mails == ()
    # whatever the words, the names and the news are by now: it stays what it was
    (home.folder / "mine" / "email").mkdir(parents=True)
    (home.folder / "mine" / "email" / "digest.subject.txt.j2").write_text("Other words")
    home.head, home.watched = 'templates_dir = "mine"', (f"{ONE}  # Another name", TWO)
    home.settings = ANA.replace("ana@", "anna@")
    home.write(poll_every="1s")
    home.registry.next()
    with daemon(home) as second:
        home.smtp.wait_for(2, PATIENCE)
        until(lambda: home.outbox() == ())
        stop(second)
    old, new = home.mails_to("anna")  # the address is read when sending
    assert (old["Message-ID"], old["Subject"]) == (frozen.message_id, STOPPED)
    assert text_of(old) == " ".join(content.text.split())
    assert new["Subject"] == "Other words"
    assert "240 planned → 99 planned" in text_of(new)
    assert "Terminated" not in text_of(new)


async def test_message_stays_in_the_outbox_until_it_was_accepted_for_its_recipient(house):
    """It leaves the outbox only when the provider has accepted it for that recipient, or when you drop it."""
    home = by_the_real_time(house, ANA + BOB + CARA)
    await home.run()
    home.registry.next()
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="ana@example.org", times=None)
    hold = home.smtp.hold(SmtpStage.BODY)
    with daemon(home) as running:
        hold.wait_reached(PATIENCE)  # the relay has all of it, and has not said that it takes it
        assert home.subjects("bob") == [STOPPED]
        states = {entry.recipient: entry.state for entry in home.outbox()}
        assert states == {"ana": State.PENDING, "bob": State.SENDING, "cara": State.PENDING}
        hold.release()
        until(lambda: [entry.recipient for entry in home.outbox()] == ["ana"])
        stop(running)
    assert [home.subjects(name) for name in ("ana", "bob", "cara")] == [[], [STOPPED], [STOPPED]]
    home.settings = BOB + CARA
    home.write()
    with program(home, "run", "--once") as run:
        assert run.wait() == 1  # the message that waits for her is a standing fault
    (given_up,) = home.outbox()
    assert (given_up.recipient, given_up.state, given_up.last_reply) == ("ana", State.PENDING, "recipient removed")
    with program(home, "outbox", "drop", str(given_up.id)) as dropping:
        assert dropping.wait() == 0
    assert home.outbox() == ()


async def test_crash_or_lost_answer_repeats_one_message_of_a_channel_to_the_byte(house):
    """After a crash, or an answer that never came, at most one message per channel is sent again, with the same
    Message-ID and the same bytes.
    """
    home = by_the_real_time(house, ANA + BOB + CARA + PROGRAM, BOTH_AT_ONCE)
    (home.folder / "secret").write_text(SECRET)
    await home.run()
    home.registry.next()
    mail, post = home.smtp.hold(SmtpStage.BODY), home.hook.hold()
    with daemon(home) as first:
        mail.wait_reached(PATIENCE)
        post.wait_reached(PATIENCE)  # each channel has one message under way, and more waiting
        assert len(home.outbox()) == 3 + 2
        first.kill()
    mail.release()
    post.release()
    with daemon(home) as second:
        until(lambda: home.outbox() == ())
        stop(second)
    assert (len(home.smtp.mails), len(home.hook.accepted)) == (3 + 1, 2 + 1)
    assert repeats(home.smtp.mails) == [str(home.smtp.mails[0].message["Message-ID"])]
    assert len({mail.body for mail in home.smtp.mails}) == 3
    ids = [one.headers["webhook-id"] for one in home.hook.accepted]
    assert (ids[0], len(set(ids))) == (ids[1], 2)
    assert len({one.body for one in home.hook.accepted}) == 2

    home.registry.next()
    home.time.now = datetime.now(UTC)
    home.smtp.arm(SmtpStage.BODY, drop=True)
    home.hook.arm(drop=True)
    await home.run()
    unclear = {entry.recipient for entry in home.outbox(State.UNKNOWN)}
    assert (unclear, len(home.outbox())) == ({"ana", "program"}, 1 + 1)  # the others went on in the same run
    await home.run()
    assert home.outbox() == ()
    mails, posts = home.smtp.mails[4:], home.hook.accepted[3:]
    assert (len(mails), len(posts)) == (3 + 1, 1 + 1)
    assert repeats(mails) == [str(mails[0].message["Message-ID"])]
    assert len({mail.body for mail in mails}) == 3
    assert posts[0].headers["webhook-id"] == posts[1].headers["webhook-id"]
    assert posts[0].body == posts[1].body


async def test_message_that_cannot_be_delivered_waits_or_is_given_up_and_holds_up_nobody(house):
    """A deferred message is retried for four days and then kept as given up, a message refused for its content is kept
    as rejected, a refused recipient waits until the address or the secret is corrected, a failing channel is tried
    until it works, the operator is told of each, and no other recipient and no other channel waits for it.
    """
    home = house(STATES, settings=OPS + ANA + BOB + CARA + ROOM + FILES + OPS_ON, watched=(ONE,))
    await home.run()
    home.smtp.arm(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox", address="ana@example.org", times=None)
    home.smtp.arm(SmtpStage.RCPT, reply="450 4.2.1 busy", address="bob@example.org", times=None)
    hold = home.hook.hold(reply="404 no_service")
    home.registry.next()
    run = asyncio.create_task(home.run())
    await asyncio.to_thread(hold.wait_reached, PATIENCE)
    await asyncio.to_thread(home.smtp.wait_for, 1, PATIENCE)  # while the hook has not answered
    assert home.subjects("cara") == [STOPPED]
    assert list((home.state / "told").glob("*.eml"))
    asked = [said.split("<")[1].split("@")[0] for said in home.smtp.said if said.startswith("RCPT")]
    assert asked == ["ana", "bob", "cara"]  # whoever is refused is not waited for
    hold.release()
    await run
    assert notices(home) == [f"Failing: {part}" for part in ("email to ana", "slack:hook")]
    home.hook.arm("404 no_service", times=None)

    while home.outbox(State.PENDING) and not home.outbox(State.DEAD):
        home.time.now = min(one.next_attempt_at for one in home.outbox() if one.recipient == "bob")
        await home.run()
    (lost,) = home.outbox(State.DEAD)
    assert timedelta(days=4) <= lost.ended_at - lost.queued_at < timedelta(days=4, minutes=1)
    assert lost.recipient == "bob"
    assert "450 4.2.1 busy" in lost.last_reply
    assert "tried again" not in lost.last_reply
    assert f"Lost: message {lost.id}" in notices(home)
    waiting = {entry.recipient: entry.attempts for entry in home.outbox(State.PENDING)}
    assert waiting.pop("ana") == 0  # no try was spent on it
    assert waiting["room"] == len(home.hook.posts) > 6  # tried until it works, and never given up
    assert "Failing: email to bob" in notices(home)

    home.hook.clear()
    home.settings = home.settings.replace("ana@", "anna@")
    home.hook.path = "/services/T000/B000/mended"
    await home.run()
    assert home.subjects("anna") == [STOPPED]
    assert len(home.hook.accepted) == 1
    assert [entry.recipient for entry in home.outbox()] == ["bob"]

    home.smtp.clear()
    home.smtp.accounts = {"me": "right"}
    home.email_extra, home.environ = 'username = "me"\npassword = { env = "RELAY" }', {"RELAY": "wrong"}
    home.watched = (ONE, TWO)
    await home.run()
    await home.next()
    assert (len(home.subjects("cara")), len(home.hook.accepted)) == (1, 2)
    assert "Failing: email" in notices(home)
    home.environ = {"RELAY": "right"}
    await home.run()
    assert [len(home.subjects(name)) for name in ("anna", "bob", "cara")] == [2, 1, 2]
