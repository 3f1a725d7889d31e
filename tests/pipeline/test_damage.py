"""What is damaged in the store harms itself alone: it is given up or left out, named, and told to the operator."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, OPS, OPS_ON, QUIET, TWO, House, trial
from watcher.app import watchlist_reader
from watcher.cli.exits import Exit, loudest
from watcher.cli.run import codes
from watcher.daemon.single_run import RunReport, run_once
from watcher.store import admin
from watcher.store.delivery_model import State

STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, count=180), DAYS[2]: trial(ONE, count=120)},
    TWO: {DAYS[0]: trial(TWO), DAYS[1]: trial(TWO, count=90), DAYS[2]: trial(TWO, count=60)},
}
DAMAGES = [b"\x00\x01", b"", "a text", zlib.compress(b"{"), zlib.compress(b"[]")]


def spoil(home: House, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home.state / "watcher.db")) as connection, connection:
        assert connection.execute(statement, values).rowcount == 1, "something is damaged"


def exit_code(report: RunReport) -> Exit:
    return loudest(codes(report))


def checked(home: House) -> str:
    return "\n".join(admin.check(home.state / "watcher.db"))


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damaged_message_is_dead_and_told_and_the_next_goes_out_in_the_same_run(house, damage):
    home = house(STATES, settings=ANA + QUIET + OPS + OPS_ON)
    await home.run()
    home.registry.next()
    for _ in range(2):
        with home.open() as context:
            await run_once(context, watchlist_reader(context.loaded), deliver=False)
        home.registry.next()
    first, second = (entry for entry in home.outbox() if entry.recipient == "ana")
    spoil(home, "UPDATE payload SET data = ? WHERE message = ?", damage, first.id)
    assert f"message {first.id} to ana (pending) is damaged" in checked(home)
    report = await home.run()
    assert report.sent.delivered >= 1
    assert home.subjects("ana") == [second.subject]
    (dead,) = home.outbox(State.DEAD)
    assert dead.id == first.id
    assert f'message {first.id}: message {first.id} to ana ("{first.subject}") is lost: ' in "\n".join(report.said)
    assert exit_code(report) is Exit.FAILED_PART
    (home.folder / "state" / "ops").mkdir(exist_ok=True)
    assert list((home.state / "ops").glob("*.eml")), "the operator has a notice"


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damaged_record_leaves_out_its_trial_alone_and_ends_with_74(house, damage):
    home = house(STATES, settings=ANA + QUIET + OPS + OPS_ON)
    await home.run()
    spoil(home, "UPDATE body SET data = ? WHERE seq = (SELECT newest_seq FROM trial WHERE nct_id = ?)", damage, ONE)
    assert f"the record of {ONE}, version " in checked(home)
    report = await home.next()
    assert exit_code(report) is Exit.STORE
    assert f"stored record {ONE}: " in "\n".join(report.said)
    assert "watcher db check" in "\n".join(report.said)
    (told,) = home.bodies("ana")
    assert "A Trial Called 2" in told
    assert "A Trial Called 1" not in told
    later = await home.run()
    assert exit_code(later) is Exit.STORE, "as long as it lasts"


STORED = {
    "comparison": ("comparison", "seq = (SELECT newest_seq FROM trial WHERE nct_id = ?)"),
    "newest record": ("body", "seq = (SELECT newest_seq FROM trial WHERE nct_id = ?)"),
    "oldest record": ("body", "seq = (SELECT min(seq) FROM version WHERE nct_id = ?)"),
}


async def send_all(home: House) -> RunReport:
    with home.open() as context:
        return await run_once(context, watchlist_reader(context.loaded), send_all=True)


@pytest.mark.parametrize("what", STORED)
async def test_trial_with_a_damaged_version_is_named_and_told_after_its_repair_and_the_others_at_once(house, what):
    daily = ANA.replace("immediate", "daily 07:30") + QUIET
    home = house(STATES, settings=daily + daily.replace("ana", "bob") + OPS + OPS_ON)
    await home.run()
    await home.next()
    if what == "oldest record":  # needed only when several versions are compared
        await home.next()
    table, where = STORED[what]
    with closing(sqlite3.connect(home.state / "watcher.db")) as connection:
        ((sound,),) = connection.execute(f"SELECT data FROM {table} WHERE {where}", [ONE])
    spoil(home, f"UPDATE {table} SET data = ? WHERE {where}", b"", ONE)
    assert exit_code(await send_all(home)) is Exit.STORE
    for name in ("ana", "bob"):
        (told,) = home.bodies(name)
        assert "A Trial Called 2" in told
        assert "A Trial Called 1" not in told
        assert f"1 trial could not be shown: {ONE}. Its stored record is damaged" in " ".join(told.split())
    for _ in range(2):
        assert (await home.run()).standing == (f"stored record {ONE}",), "until it is repaired"
    notices = [path for path in (home.state / "ops").glob("*.eml") if "Damaged: stored" in path.read_text()]
    assert len(notices) == 1
    spoil(home, f"UPDATE {table} SET data = ? WHERE {where}", sound, ONE)
    await send_all(home)
    assert (await send_all(home)).standing == ()
    for name in ("ana", "bob"):
        (_, told) = home.bodies(name)  # once
        assert f"{120 if what == 'oldest record' else 180} participants" in told
        assert "could not be shown" not in told


async def test_sound_store_with_messages_records_and_comparisons_checks_as_sound(house):
    home = house(STATES, settings=ANA + QUIET)
    await home.run()
    await home.next()
    assert checked(home) == ""
