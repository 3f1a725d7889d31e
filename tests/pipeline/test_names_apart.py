"""Two trials of one name: their ids beside it, wherever a recipient or the operator meets them."""

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, QUIET, THREE, TWO, trial
from watcher.app import watchlist_reader
from watcher.archive import decode
from watcher.ops.status_report import trial_of, trials_of
from watcher.pipeline import display_names
from watcher.store import tables

MORE = f'[[watch]]\nname = "more"\nids = ["{THREE}"]\n'
NAMED = ANA + QUIET + MORE


def namesakes(*, told=True):
    """Give two trials of one name, of which one changes, and one of another name."""
    return {
        ONE: {
            DAYS[0]: trial(ONE, title="A Trial of Rest"),
            DAYS[1]: trial(ONE, "TERMINATED" if told else "RECRUITING", title="A Trial of Rest"),
        },
        TWO: {day: trial(TWO, title="A Trial of Rest") for day in DAYS[:2]},
        THREE: {day: trial(THREE, title="A Trial of Work") for day in DAYS[:2]},
    }


async def test_subject_names_the_trial_by_its_id_where_another_watched_one_has_its_name(house):
    home = house(namesakes(), settings=NAMED)
    await home.run()
    await home.next()
    assert home.subjects("ana") == [f"Terminated: A Trial of Rest ({ONE})"]


async def test_subject_gives_no_id_where_the_namesake_is_watched_by_somebody_else(house):
    settings = ANA + QUIET + 'watches = ["mine"]\n' + f'[[watch]]\nname = "mine"\nids = ["{ONE}"]\n'
    home = house(namesakes(), settings=settings)
    await home.run()
    await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial of Rest"]


async def test_welcome_tells_namesakes_apart(house):
    home = house(namesakes(), settings=ANA + MORE)
    await home.run()
    (body,) = home.bodies("ana")
    for nct_id, name in ((ONE, "A Trial of Rest"), (TWO, "A Trial of Rest"), (THREE, "A Trial of Work")):
        assert f"{nct_id} Recruiting {name}" in body
        assert body.count(nct_id) == 1  # the id stands beside the name already


async def test_list_and_show_tell_namesakes_apart(house):
    home = house(namesakes(), settings=NAMED)
    await home.run()
    with home.open() as context:
        watchlist = watchlist_reader(context.loaded)()
        names = {row["nct_id"]: row["short_name"] for row in trials_of(context, watchlist)}
        shown = {nct_id: (trial_of(context, watchlist, nct_id) or {})["short_name"] for nct_id in names}
    expected = {ONE: f"A Trial of Rest ({ONE})", TWO: f"A Trial of Rest ({TWO})", THREE: "A Trial of Work"}
    assert names == shown == expected


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept beside the version", "of a store from before"])
async def test_records_are_read_for_their_names_only_where_none_is_kept_and_only_once(house, monkeypatch, is_kept):
    home = house(namesakes(), settings=NAMED)
    await home.run()
    if not is_kept:
        with home.open() as context, context.store._database.write() as connection:
            connection.execute(tables.version.update().values(short_name=None))
    read = []

    def noted(body):
        read.append(body)
        return decode(body)

    monkeypatch.setattr(display_names, "decode", noted)
    await home.next()
    assert home.subjects("ana") == [f"Terminated: A Trial of Rest ({ONE})"]
    assert len(read) == (0 if is_kept else 2)  # the changed one has a new version, with its name
    with home.open() as context:
        assert None not in context.store.versions.short_names([ONE, TWO, THREE]).values()
