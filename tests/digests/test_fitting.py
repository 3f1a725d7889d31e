"""How much of a digest is told in full."""

import pytest

from watcher.digests.fitting import most_that_fit


def test_thousands_of_stories_are_never_all_set_in_full_to_find_what_fits():
    asked = []

    def size_of(count):
        asked.append(count)
        return 1_000 * count

    assert most_that_fit(10_000, size_of) == 80
    assert max(asked) <= 128


@pytest.mark.parametrize(
    ("count", "size", "fits"), [(0, 1, 0), (1, 1, 1), (1, 90_000, 0), (7, 10_000, 7), (9, 10_000, 8)]
)
def test_the_most_that_fit_is_exact(count, size, fits):
    assert most_that_fit(count, lambda number: number * size) == fits
