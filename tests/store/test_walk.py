"""Whatever happens in whatever order: each version is told to each recipient exactly once."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.make import NOW, ONE, THREE, TWO, keep
from watcher.store.delivery_model import ComposeResult, CursorOverride, OverrideDirection
from watcher.store.store import Store

TRIALS = (ONE, TWO, THREE)
READERS = ("ana", "ben")

trials = st.sampled_from(TRIALS)
readers = st.sampled_from(READERS)
happenings = st.one_of(
    st.tuples(st.just("version"), trials),
    st.tuples(st.just("version"), trials),
    st.tuples(st.just("gap"), trials),
    st.tuples(st.just("digest"), readers),
    st.tuples(st.just("urgent"), readers, trials),
    st.tuples(st.just("snooze"), readers, trials),
    st.tuples(st.just("wake"), readers, trials),
)


class Walk:
    """The real store beside a plain account of what each recipient has still to be told."""

    def __init__(self, store):
        self.store = store
        self.store.trials.sync_watched(TRIALS, NOW)
        self.untold: dict[tuple[str, str], set[int]] = {
            (reader, trial): set() for reader in READERS for trial in TRIALS
        }
        self.snoozed = set()
        self.seen = set()
        for reader in READERS:
            store.ledger.start_recipient(reader, send="daily 07:30", slot=None, channels=("email",), now=NOW)

    def version(self, trial):
        """A version is stored; a first one is a baseline and is told to nobody."""
        seq = keep(self.store, trial, f"{len(self.seen)}".encode())
        for reader in READERS:
            if trial in self.seen:
                self.untold[reader, trial].add(seq)
        self.seen.add(trial)

    def gap(self, trial):
        """The trial leaves all watches and comes back changed: a new baseline; what lay before is never told."""
        if trial in self.seen:
            self.store.trials.sync_watched([one for one in TRIALS if one != trial], NOW)
            self.store.trials.sync_watched(TRIALS, NOW + timedelta(days=31))
            keep(self.store, trial, b"after the gap")
            for reader in READERS:
                self.untold[reader, trial].clear()

    def tell(self, reader, window):
        """What a window covers must be exactly what was untold."""
        span = (window.base or window.newest, window.newest)
        steps = self.store.versions.between({window.nct_id: span})[window.nct_id]
        assert {step.version.seq for step in steps} == self.untold[reader, window.nct_id]
        assert len(steps) == window.steps
        self.untold[reader, window.nct_id].clear()

    def digest(self, reader):
        """Tell everything but what is snoozed, and move the cursor to the newest version."""
        held = []
        for window in self.store.ledger.windows(reader, TRIALS):
            if (reader, window.nct_id) not in self.snoozed:
                self.tell(reader, window)
            elif window.base is not None:
                held.append(CursorOverride(nct_id=window.nct_id, direction=OverrideDirection.BEHIND, base=window.base))
        waiting = {exempt.nct_id for exempt in held}
        over = [exempt.nct_id for exempt in self.store.ledger.overrides(reader) if exempt.nct_id not in waiting]
        self.compose(reader, self.store.versions.max_seq(), held, over)

    def urgent(self, reader, trial):
        """Tell one trial early; the cursor stays."""
        for window in self.store.ledger.windows(reader, [trial]):
            if window.base is not None and (reader, trial) not in self.snoozed:
                self.tell(reader, window)
                ahead = CursorOverride(nct_id=trial, direction=OverrideDirection.AHEAD, base=window.newest)
                self.compose(reader, self.store.ledger.recipient(reader).cursor, [ahead])

    def compose(self, reader, cursor, overrides, cleared=()):
        """Store what was told."""
        composed = ComposeResult(recipient=reader, cursor=cursor, overrides=tuple(overrides), cleared=tuple(cleared))
        self.store.ledger.commit_composed(composed, NOW)

    def snooze(self, reader, trial):
        """Hold a trial back."""
        self.snoozed.add((reader, trial))

    def wake(self, reader, trial):
        """Hold it back no longer."""
        self.snoozed.discard((reader, trial))


@settings(max_examples=40)
@given(story=st.lists(happenings, max_size=30))
def test_every_version_is_told_to_every_recipient_exactly_once(blank, story):
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(shutil.copy(blank, folder))) as store:
        walk = Walk(store)
        for happening, *about in story:
            getattr(walk, happening)(*about)
        walk.snoozed.clear()
        for reader in READERS:
            walk.digest(reader)
            assert store.ledger.windows(reader, TRIALS) == ()
            assert store.ledger.overrides(reader) == ()
        assert not any(walk.untold.values())
