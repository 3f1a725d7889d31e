"""Watchlist files: read line by line, edited in place."""

import os
from pathlib import Path

import pytest

from watcher.config.load import load_config
from watcher.config.watchlist import ids_files, read_ids_file, read_watchlist
from watcher.config.watchlist_edit import add_entries, remove_ids, typed_entries
from watcher.errors import UsageError

FILE = """# our trials

NCT07555496  # SPIN-NEED
nct07326982
NCT123
NCT00000000   # nobody
"""


def add_ids(path, ids):
    return tuple(entry.nct_id for entry in add_entries(path, typed_entries(ids)))


@pytest.fixture
def config_path(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(
        '[[watch]]\nname = "a"\nids = ["NCT99000001", "NCT9"]\nids_file = "list.txt"\n'
        '[[watch]]\nname = "b"\nids = ["NCT07555496", "NCT99000001"]\n'
        '[[watch]]\nname = "c"\nids_file = "none.txt"\n'
        '[[recipient]]\nname = "x"\nfolder = "d"\nids = ["NCT99000003"]\n'
    )
    (tmp_path / "list.txt").write_text(FILE)
    return path


def test_malformed_ids_are_named_with_file_and_line_and_the_others_are_watched(config_path):
    watchlist = read_watchlist(load_config(config_path))
    assert list(watchlist.trials) == ["NCT99000001", "NCT07555496", "NCT07326982", "NCT99000003"]
    said = [(problem.file.rsplit("/")[-1], problem.line) for problem in watchlist.problems]
    assert said == [("config.toml", 3), ("list.txt", 5), ("list.txt", 6), ("none.txt", 0)]


def test_malformed_id_in_conf_d_is_named_with_that_file(config_path):
    folder = config_path.parent / "conf.d"
    folder.mkdir()
    (folder / "team.toml").write_text('[[watch]]\nname = "d"\n\nids = ["NCT99000004", "NCT12"]\n')
    watchlist = read_watchlist(load_config(config_path))
    assert "NCT99000004" in watchlist.trials
    (found,) = [problem for problem in watchlist.problems if 'watch "d"' in problem.text]
    assert (found.file, found.line) == (str(folder / "team.toml"), 4)


def test_a_trial_knows_its_watches_and_the_operators_name(config_path):
    trials = read_watchlist(load_config(config_path)).trials
    assert trials["NCT07555496"].watches == ("a", "b")
    assert trials["NCT07555496"].short_name == "SPIN-NEED"
    assert trials["NCT99000001"].watches == ("a", "b")
    assert trials["NCT99000003"].watches == ()


def test_adding_keeps_every_byte_and_does_not_repeat(config_path):
    path = config_path.parent / "list.txt"
    path.chmod(0o640)
    assert add_ids(path, ["NCT07555496", "nct99000002", "NCT99000002"]) == ("NCT99000002",)
    assert path.read_text() == FILE + "NCT99000002\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert add_ids(path, ["NCT99000002"]) == ()


def test_adding_to_a_file_without_a_last_line_break_starts_a_new_line(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("NCT99000001")
    add_ids(path, ["NCT99000002"])
    assert path.read_text() == "NCT99000001\nNCT99000002\n"


def test_adding_to_a_file_that_is_not_there_makes_it(tmp_path):
    assert add_ids(tmp_path / "new.txt", ["NCT99000002"]) == ("NCT99000002",)
    assert (tmp_path / "new.txt").read_text() == "NCT99000002\n"


def test_removing_takes_the_line_and_keeps_the_comments(config_path):
    path = config_path.parent / "list.txt"
    assert remove_ids(path, ["NCT07326982", "NCT99000009"]) == ("NCT07326982",)
    assert path.read_text() == FILE.replace("nct07326982\n", "")
    assert remove_ids(path, ["NCT07326982"]) == ()
    assert remove_ids(path.with_name("none.txt"), ["NCT07326982"]) == ()


def test_malformed_ids_change_nothing(config_path):
    path = config_path.parent / "list.txt"
    with pytest.raises(UsageError, match="NCT12"):
        add_ids(path, ["NCT99000002", "NCT12"])
    with pytest.raises(UsageError, match="NCT12"):
        remove_ids(path, ["NCT12"])
    assert path.read_text() == FILE


def test_a_watchlist_that_is_no_text_is_one_problem(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xff\xfe\x00")
    lines, problems = read_ids_file(path)
    assert lines == ()
    assert [problem.line for problem in problems] == [0]


def test_files_are_listed_with_their_watch(config_path):
    found = [(name, path.name) for name, path in ids_files(load_config(config_path).config, config_path=config_path)]
    assert found == [("a", "list.txt"), ("c", "none.txt")]


def test_editing_keeps_line_ends_marks_and_links(tmp_path):
    real = tmp_path / "lists" / "real.txt"
    real.parent.mkdir()
    real.write_bytes(b"\xef\xbb\xbfNCT99000001\r\nNCT99000002  # two\r\n")
    path = tmp_path / "list.txt"
    path.symlink_to(real)
    assert remove_ids(path, ["NCT99000001"]) == ("NCT99000001",)
    assert real.read_bytes() == b"\xef\xbb\xbfNCT99000002  # two\r\n"
    assert add_ids(path, ["NCT99000003"]) == ("NCT99000003",)
    assert real.read_bytes() == b"\xef\xbb\xbfNCT99000002  # two\r\nNCT99000003\r\n"
    assert path.is_symlink()
    assert [found.name for found in tmp_path.iterdir()] == ["lists", "list.txt"] or path.exists()
    assert [found.name for found in real.parent.iterdir()] == ["real.txt"]


def test_a_watchlist_that_cannot_be_edited_is_named_and_left_as_it_is(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xff\xfe")
    for edit in (add_ids, remove_ids):
        with pytest.raises(UsageError, match="UTF-8"):
            edit(path, ["NCT99000001"])
    assert path.read_bytes() == b"\xff\xfe"
    path.unlink()
    path.mkdir()
    for edit in (add_ids, remove_ids):
        with pytest.raises(UsageError, match="is not a file"):
            edit(path, ["NCT99000001"])


def test_a_watchlist_that_is_no_file_is_named_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path(os.devnull)):
        lines, (problem,) = read_ids_file(path)
        assert lines == ()
        assert "is not a file" in problem.text
        assert problem.line == 0


UNSEEN = "\u200b\u200c\u2060\ufeff\u00ad\u202a\u202c\u200e"


@pytest.mark.parametrize("sign", UNSEEN)
def test_an_id_with_characters_nobody_sees_is_the_id(tmp_path, sign):
    """As copied from a page: `NCT05935098` with a zero-width space behind it."""
    path = tmp_path / "list.txt"
    path.write_text(f"NCT05935098{sign}\n{sign}NCT04514484\t\u00a0# a{sign} name\nNCT0{sign}7555496\n{sign}\n")
    lines, problems = read_ids_file(path)
    assert problems == ()
    assert [line.nct_id for line in lines] == ["NCT05935098", "NCT04514484", "NCT07555496"]
    assert lines[1].comment in ("a name", f"a{sign} name")
    assert add_ids(path, [f"NCT05935098{sign}", f"nct07326982{sign}"]) == ("NCT07326982",)
    assert path.read_text().endswith("\nNCT07326982\n")
    assert remove_ids(path, [f"{sign}NCT05935098"]) == ("NCT05935098",)
    assert "NCT05935098" not in path.read_text()


def test_ids_of_the_configuration_are_taken_as_they_are_meant(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(
        '[[watch]]\nname = "a"\nids = ["NCT99000001\u200b"]\n'
        '[[recipient]]\nname = "x"\nfolder = "d"\nids = ["\u2060NCT99000003"]\n'
    )
    watchlist = read_watchlist(load_config(path))
    assert (list(watchlist.trials), watchlist.problems) == (["NCT99000001", "NCT99000003"], ())


def test_a_line_that_is_no_id_is_shown_short_and_without_what_steers(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("NCT1\x1b[2J" + "9" * 1000 + "\n")
    (problem,) = read_ids_file(path)[1]
    assert "\x1b" not in problem.text
    assert len(problem.text) < 150
