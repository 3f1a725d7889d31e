"""Who watches what."""

import pytest

from watcher.config.config_model import Config
from watcher.config.watchlist import WatchedTrial, Watchlist
from watcher.digests.routing import OWN_LIST, trials_for, unreached_ids, watches_of

A, B, C, D = (f"NCT9900000{number}" for number in range(1, 5))

WATCHLIST = Watchlist(
    trials={
        A: WatchedTrial(nct_id=A, watches=("pain", "knees"), short_name="Novatine"),
        B: WatchedTrial(nct_id=B, watches=("pain",)),
        C: WatchedTrial(nct_id=C, watches=("knees",)),
        D: WatchedTrial(nct_id=D, watches=()),
    }
)


def configured(**recipient: object) -> Config:
    return Config.model_validate(
        {
            "watch": [
                {"name": "pain", "tags": ["nerves"]},
                {"name": "knees", "tags": ["joints", "sport"]},
                {"name": "empty", "tags": ["sport"]},
            ],
            "recipient": [{"name": "ana", "email": "ana@example.org", **recipient}],
        }
    )


@pytest.mark.parametrize(
    ("recipient", "watches", "trials"),
    [
        pytest.param({}, ("pain", "knees", "empty"), (A, B, C), id="all by default"),
        pytest.param({"watches": ("pain",)}, ("pain",), (A, B), id="by name"),
        pytest.param({"tags": ("sport",)}, ("knees", "empty"), (A, C), id="by tag"),
        pytest.param({"watches": ("pain",), "tags": ("joints",)}, ("pain", "knees"), (A, B, C), id="union, each once"),
        pytest.param({"ids": (D,)}, (), (D,), id="by id alone"),
        pytest.param({"watches": ("knees",), "ids": (B,)}, ("knees",), (A, B, C), id="watch and id"),
        pytest.param({"watches": ()}, (), (), id="nothing chosen on purpose"),
    ],
)
def test_recipient_watches_the_union_of_watches_tags_and_ids(recipient, watches, trials):
    config = configured(**recipient)
    assert watches_of(config.recipient[0], config) == watches
    assert tuple(trial.nct_id for trial in trials_for(config.recipient[0], config, WATCHLIST)) == trials


def test_labels_are_the_watches_this_recipient_follows():
    config = configured(watches=("knees",), ids=(B,))
    labels = {trial.nct_id: trial.labels for trial in trials_for(config.recipient[0], config, WATCHLIST)}
    assert labels == {A: ("knees",), B: (OWN_LIST,), C: ("knees",)}


def test_the_operators_name_comes_along():
    config = configured()
    names = [trial.short_name for trial in trials_for(config.recipient[0], config, WATCHLIST)]
    assert names == ["Novatine", None, None]


def test_trials_that_reach_nobody_are_named():
    assert unreached_ids(configured(watches=("knees",)), WATCHLIST) == (B, D)
    assert unreached_ids(configured(ids=(A, B, C, D)), WATCHLIST) == ()
