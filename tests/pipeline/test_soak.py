"""Killed many times at random: nothing is lost, and no channel repeats more often than it was killed."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.pipeline.house import Time
from tests.pipeline.process import manager, program, until
from tests.pipeline.walk import EVERYBODY, FIRST, TRIALS, Walk, changed, states
from watcher.store.delivery_model import State


@pytest.mark.usefixtures("uncounted_processes")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_kills_at_random_lose_nothing(house, kills):
    chance = random.Random(20260601)
    home = house(states(kills + 2), settings=EVERYBODY, watched=TRIALS, time=Time(datetime.now(UTC)))
    home.write(poll_every="1s")
    walk, pause = Walk(home), threading.Event()
    with program(home, "run") as daemon:
        until(lambda: len(home.registry.requests) >= 4)
        daemon.terminate()
        assert daemon.wait() == 0
    for _ in range(kills):
        assert home.registry.next()
        with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as daemon:
            systemd.wait_for("READY=1")
            pause.wait(chance.uniform(0, 2.5))
            daemon.kill()
    waiting = (State.PENDING, State.SENDING, State.UNKNOWN)
    assert home.registry.next()
    walk.number = kills + 1
    with program(home, "run") as daemon:
        until(lambda: home.kept(changed(walk.number)).data_version == home.registry.data_version)
        with home.look() as context:  # what was in mid-send at two kills waits aside for half an hour
            context.store.outbox.retry([entry.id for entry in context.store.outbox.list(states=waiting)], home.now())
        until(lambda: (changed(walk.number), FIRST + walk.number) in walk.changes_filed() and not home.outbox(*waiting))
        daemon.terminate()
        assert daemon.wait() == 0
    mails = Counter(str(mail["Message-ID"]) for mail in home.mails_to("ana"))
    posts = Counter(post.body for post in home.hook.accepted)
    repeated = [sum(counter.values()) - len(counter) for counter in (mails, posts)]
    dead = home.outbox(State.DEAD)
    print(f"\nkills {kills}, mails {len(mails)}, posts {len(posts)}, repeats {repeated}, dead {len(dead)}")
    assert max(repeated) <= kills
    assert max(*mails.values(), *posts.values()) <= 2
    newest = {changed(number): FIRST + number for number in range(1, walk.number + 1)}
    assert dict(walk.changes_filed()) == newest
    for text in walk.texts().values():
        assert all(f"→ {count} planned" in text for count in newest.values())
    assert all(entry.unclear == 2 for entry in dead)  # each of them arrived, twice, and was then given up
