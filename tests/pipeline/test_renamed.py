"""A recipient renamed in the configuration is noticed, and can go on where the old name stood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, BOB, DAILY_ANA, DAYS, FILES, ONE, OPS, OPS_ON, QUIET, TWO, trial
from watcher.app import watchlist_reader
from watcher.daemon.single_run import run_once
from watcher.pipeline.recipient_sync import Renamed, renamed_recipients
from watcher.store import admin

ZOE = DAILY_ANA.replace('name = "ana"', 'name = "zoe"')
SAID = (
    'recipient zoe: recipient "zoe" has the address that "ana" had, who is not configured any more; if it is the same '
    "one, stop the watcher and run: watcher db rename-recipient ana zoe"
)


def news():
    return {
        ONE: {
            DAYS[0]: trial(ONE),
            DAYS[1]: trial(ONE, "TERMINATED", whyStopped="Funding"),
            DAYS[2]: trial(ONE, "TERMINATED", count=99, whyStopped="Funding"),
        },
        TWO: {DAYS[0]: trial(TWO)},
    }


def suspects(home):
    home.write()
    with home.look() as context:
        return renamed_recipients(context)


async def renamed(house, old=DAILY_ANA + QUIET, new=ZOE + QUIET, **more):
    """Give a house whose recipient got another name while news waited for them."""
    home = house(news(), settings=old, **more)
    await home.run()
    await home.next()
    home.settings = new
    return home


async def test_new_name_at_the_old_address_is_told_to_the_operator_once(house):
    home = await renamed(house)
    assert (await home.run()).said == (SAID,)
    assert (await home.run()).said == ()
    with home.look() as context:
        (fault,) = [one for one in context.store.faults.all() if one.part == "recipient zoe"]
        assert fault.state.value == "told"


async def test_operator_gets_a_notice_with_the_command(house):
    home = await renamed(house, OPS + DAILY_ANA + QUIET + OPS_ON, OPS + ZOE + QUIET + OPS_ON)
    await home.run()
    (mail,) = (home.state / "ops").glob("*.eml")
    assert "rename-recipient" in mail.read_text()


async def test_it_is_known_before_the_next_run(house):
    home = await renamed(house)
    assert suspects(home) == (Renamed(old="ana", new="zoe"),)


async def test_renaming_in_the_store_tells_what_the_old_name_had_not_been_told(house):
    home = await renamed(house, new=ZOE)
    await home.run()  # greets zoe, and starts her from now
    admin.rename_recipient(home.state / "watcher.db", "ana", "zoe")
    report = await home.run()
    assert report.said == (
        "recipient zoe: is settled, after being in question since "
        f"{home.time.now - timedelta(hours=2):%d %b %Y %H:%M} UTC",
    )
    home.time.now += timedelta(days=1)
    await home.run()
    assert home.subjects("ana")[-1] == "Terminated: A Trial Called 1"
    assert suspects(home) == ()


async def test_message_of_the_old_name_still_on_its_way_is_sent_after_renaming(house):
    home = await renamed(house, old=ANA + QUIET, new=ANA.replace('"ana"', '"zoe"', 1) + QUIET)
    home.settings = ANA + QUIET
    assert home.registry.next()
    with home.open() as context:
        await run_once(context, watchlist_reader(context.loaded), deliver=False)
    home.settings = ANA.replace('"ana"', '"zoe"', 1) + QUIET
    await home.run()
    (waiting,) = home.outbox()
    assert waiting.last_reply == "recipient removed"
    admin.rename_recipient(home.state / "watcher.db", "ana", "zoe")
    sent = len(home.smtp.mails)
    await home.run()
    assert len(home.smtp.mails) == sent + 1


async def test_suspicion_ends_when_the_new_name_is_told_news(house):
    home = await renamed(house)
    await home.run()
    await home.next()
    home.time.now += timedelta(days=1)
    await home.run()
    assert len(home.subjects("ana")) == 1  # the last change alone: zoe began from now
    assert suspects(home) == ()
    assert [said.split(",")[0] for said in (await home.run()).said] == ["recipient zoe: is settled"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DAILY_ANA + QUIET, BOB + QUIET),
        (DAILY_ANA + QUIET, DAILY_ANA + QUIET + ZOE + QUIET),
        (DAILY_ANA + QUIET + FILES, DAILY_ANA + QUIET),
        (DAILY_ANA + QUIET + BOB + QUIET, BOB + QUIET),
    ],
    ids=["another address", "the old one is still there", "one less", "another known one"],
)
async def test_others_are_not_suspected(house, old, new):
    home = await renamed(house, old, new)
    assert suspects(home) == ()
    assert (await home.run()).said == ()


async def test_recipient_known_as_long_at_the_same_address_is_not_suspected(house):
    home = await renamed(house, ANA + QUIET + ZOE + QUIET, ZOE + QUIET)
    assert suspects(home) == ()


async def test_shared_folder_of_a_gone_recipient_points_to_the_new_one(house):
    home = await renamed(house, FILES + QUIET, FILES.replace('"files"', '"archive"') + QUIET)
    assert suspects(home) == (Renamed(old="files", new="archive"),)


async def test_address_is_compared_without_its_capitals_and_kept_as_a_mark_only(house):
    home = await renamed(house, new=ZOE.replace("ana@example.org", "Ana@Example.org") + QUIET)
    assert suspects(home) == (Renamed(old="ana", new="zoe"),)
    with home.look() as context:
        assert "example.org" not in str(context.store.notes.all())


def test_names_with_blanks_are_quoted_in_the_command():
    assert str(Renamed(old="ana", new="trial room")).endswith("rename-recipient ana 'trial room'")
