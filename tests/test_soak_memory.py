"""A run over a thousand trials that all changed stays within the memory a small machine has for it."""

import pytest

from benchmarks.composing import CHANGED, PEAK_MB, measure


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_thousand_trials_changed_at_once_are_told_on_every_channel_and_shown_in_little_memory():
    baseline, changed = measure(CHANGED)
    print(f"\nbaseline {baseline.peak:.0f} MB; {CHANGED:,} changed {changed.peak:.0f} MB, {changed.cpu:.0f} CPU s")
    assert changed.peak < PEAK_MB
    assert baseline.peak < PEAK_MB
