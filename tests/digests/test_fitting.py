"""How much of a digest is told in full."""

import pytest

from watcher.digests.size_budget import MAX_HTML, most_that_fit


def asked_for(weights, size):
    asked = []

    def size_of(count):
        asked.append(count)
        return size(count)

    return most_that_fit(weights, size_of), asked


def test_thousands_of_stories_are_never_all_set_in_full_to_find_what_fits():
    fits, asked = asked_for([1_900] * 10_000, lambda count: 1_000 * count)
    assert fits == 80
    assert max(asked) <= 160


@pytest.mark.parametrize("weight", [1, 500, 2_000, 90_000])
@pytest.mark.parametrize(
    ("count", "size", "fits"), [(0, 1, 0), (1, 1, 1), (1, 90_000, 0), (7, 10_000, 7), (9, 10_000, 8), (300, 500, 160)]
)
def test_the_most_that_fit_is_exact_however_wrong_the_weights(count, size, fits, weight):
    found, asked = asked_for([weight] * count, lambda number: number * size)
    assert found == fits
    assert len(asked) <= 16  # doubled, then halved


def test_a_digest_that_fits_is_set_once():
    assert asked_for([2_000] * 20, lambda count: 11_000 + 2_100 * count) == (20, [20])


def test_a_digest_that_does_not_fit_is_set_three_times_where_the_weights_are_about_right():
    fits, asked = asked_for([2_000] * 100, lambda count: 11_000 + 2_200 * count)
    assert fits == (MAX_HTML - 11_000) // 2_200
    assert len(asked) <= 3
