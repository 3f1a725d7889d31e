"""`demo`: the whole job offline, in seconds."""

import json
import re
import resource
from email import message_from_bytes, policy
from pathlib import Path

from watcher.sandbox.sample_trials import sample_timeline


def test_the_demo_delivers_prints_and_saves_in_seconds_and_leaves_nothing_else(bare):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = bare.done("demo", "--out", "out")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # its work, not what else the machine has to do
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 15
    assert found.out.startswith("Subject: Terminated")
    assert max(map(len, found.out.splitlines()[2:])) <= 120
    paths = [Path(bare.folder, path) for path in re.findall(r"^  .* (out/\S+)$", found.out, re.MULTILINE)]
    assert {path.suffix for path in paths} == {".eml", ".html", ".txt", ".json"}
    assert all(path.stat().st_size > 100 for path in paths)
    mail = message_from_bytes((bare.folder / "out/digest.eml").read_bytes(), policy=policy.default)
    assert str(mail["Subject"]) in found.out
    for path in paths:
        if path.suffix == ".json":
            assert set(json.loads(path.read_text())) >= {"text", "blocks"}
    for data_version in sample_timeline().data_versions:
        assert data_version in found.err
    assert sorted(path.name for path in bare.folder.iterdir()) == ["out"]
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    shown = [
        line for line in re.findall(r"```\n(Subject: .*?)```", readme, re.DOTALL)[0].splitlines() if line.strip() != "…"
    ]
    printed = iter(found.out.splitlines())
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == []  # in this order; "…" stands for what is left out


def test_the_demo_finds_a_place_by_itself_and_prints_it(bare):
    bare.environ["TMPDIR"] = str(bare.folder)
    found = bare.ok("demo")
    paths = [Path(path) for path in re.findall(r"^  .* (/\S+)$", found.out, re.MULTILINE)]
    assert paths
    assert all(path.exists() and bare.folder in path.parents for path in paths)


def test_a_place_that_is_none_is_one_sentence(bare):
    (bare.folder / "file").write_text("")
    found = bare.quick("demo", "--out", "file/out")
    assert found.code == 74
    assert "file" in found.err.splitlines()[-1]
    assert "Traceback" not in found.err
