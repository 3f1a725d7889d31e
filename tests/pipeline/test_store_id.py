"""No two messages share a Message-ID or a webhook-id, also when the store is lost or goes back to a backup."""

from __future__ import annotations

import os
import shutil

from tests.pipeline.house import ANA, DAYS, ONE, QUIET, TWO, House, trial
from watcher.store import admin
from watcher.store.lock import RunLock

HOOKED = (
    '[[recipient]]\nname = "desk"\nwebhook = { url = { file = "hook" }, secret = { file = "secret" } }\n'
    f'send = "immediate"\n{QUIET}'
)
SECRET = "whsec_" + "A" * 43 + "="
COUNTS = (240, 180, 120, 90)
STATES = {
    ONE: {day: trial(ONE, count=count) for day, count in zip(DAYS, COUNTS, strict=False)},
    TWO: {DAYS[0]: trial(TWO)},
}


def ids(home: House) -> tuple[list[str], list[str]]:
    mails = [str(mail["Message-ID"]) for mail in home.mails_to("ana")]
    posts = [str(post.headers["webhook-id"]) for post in home.hook.accepted]
    return mails, posts


def put_back(home: House, copy: str) -> None:
    with RunLock.acquire(home.state, pid=os.getpid(), now=home.now()) as lock:
        admin.restore(home.folder / copy, home.state / "watcher.db", lock, home.now())


async def test_store_put_back_gives_later_news_other_ids(house):
    home = house(STATES, settings=ANA + QUIET + HOOKED)
    (home.folder / "secret").write_text(SECRET)
    await home.run()
    admin.backup(home.state / "watcher.db", home.folder / "then.db")
    for _ in range(2):
        await home.next()
        put_back(home, "then.db")
    await home.next()
    mails, posts = ids(home)
    assert len(mails) == len(set(mails)) == 3
    assert len(posts) == len(set(posts)) == 3


async def test_store_that_was_lost_gives_later_news_other_ids(house):
    home = house(STATES, settings=ANA + QUIET + HOOKED)
    (home.folder / "secret").write_text(SECRET)
    await home.run()
    await home.next()
    shutil.rmtree(home.state)
    await home.run()
    await home.next()
    mails, posts = ids(home)
    assert len(mails) == len(set(mails)) == 2
    assert len(posts) == len(set(posts)) == 2
