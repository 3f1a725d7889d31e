import json

from tests.support.scale import write_scaled
from watcher.sandbox.timeline import Timeline

VERSIONS = ("2026-06-01", "2026-06-02", "2026-06-03")


def test_a_crowd_has_the_registrys_sizes_and_its_rate_of_change(tmp_path):
    ids = write_scaled(tmp_path, 300, VERSIONS)
    timeline = Timeline.from_folder(tmp_path)
    timeline.check()
    sizes = sorted(len(timeline.record(nct_id, VERSIONS[0]) or b"") for nct_id in ids)
    assert timeline.data_versions == VERSIONS
    assert sizes[-1] > 2_500_000
    assert 15_000 < sum(sizes[:-1]) / len(sizes[:-1]) < 25_000
    changed = [file for file in tmp_path.glob("*/*.json") if file.stem != VERSIONS[0]]
    assert 1 <= len(changed) <= 2 * 300 * 0.04


def test_every_later_state_of_a_crowd_differs_really(tmp_path):
    write_scaled(tmp_path, 800, VERSIONS[:2])
    for trial in tmp_path.iterdir():
        states = [json.loads(file.read_bytes()) for file in sorted(trial.iterdir())]
        assert len({json.dumps(state) for state in states}) == len(states)


def test_a_crowd_is_the_same_every_time(tmp_path):
    for folder in ("one", "two"):
        write_scaled(tmp_path / folder, 5, VERSIONS)
    files = sorted((tmp_path / "one").glob("*/*.json"))
    assert all(
        file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes() for file in files
    )
