"""The first steps: help, init, add, remove, check-config."""

import re

import pytest
from click.testing import CliRunner

from tests.cli.desk import FILES, ONE, TWO
from watcher import __version__
from watcher.cli import COMMANDS, cli

GROUPS = {
    "outbox": ("list", "retry", "drop"),
    "db": ("check", "stats", "backup", "restore", "prune", "migrate", "rename-recipient"),
}
EVERY = sorted({(name,) for name in COMMANDS} | {(group, name) for group, names in GROUPS.items() for name in names})


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_the_help_of_every_command_has_an_example(words):
    found = CliRunner().invoke(cli, [*words, "--help"], terminal_width=80)
    assert found.exit_code == 0
    examples = re.findall(rf"^\s+(?:\S.*\s)?watcher .*{words[0]}", found.output, re.MULTILINE)
    assert examples, found.output
    assert max(map(len, found.output.splitlines())) <= 80


def test_the_help_lists_every_command_with_a_whole_sentence():
    found = CliRunner().invoke(cli, ["--help"], terminal_width=80)
    listed = re.findall(r"^  ([a-z-]+)  +(\S.*)$", found.output.partition("Commands:")[2], re.MULTILINE)
    assert [name for name, _ in listed] == list(COMMANDS)
    assert all(text.endswith(".") and not text.endswith("...") for _, text in listed)


def test_the_help_of_the_program_loads_no_command_and_nothing_behind_one(bare):
    found = bare.run("--help", before=(), env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip() for line in found.err.splitlines()}
    assert "watcher.cli" in loaded
    assert loaded.isdisjoint(f"watcher.cli.{entry.module}" for entry in COMMANDS.values())
    assert {name.partition(".")[0] for name in loaded}.isdisjoint({"sqlalchemy", "httpx", "pydantic", "rich"})


def test_the_version_is_that_of_the_package(bare):
    found = bare.done("--version")
    assert found.out == f"watcher, version {__version__}\n"


@pytest.mark.parametrize(
    ("words", "hint"),
    [(["stauts"], '"status"'), (["chek-config"], '"check-config"'), (["frobnicate"], "watcher --help")],
    ids=lambda value: str(value),
)
def test_a_mistyped_command_is_exit_2_and_names_the_nearest(bare, words, hint):
    found = bare.quick(*words)
    assert found.code == 2
    assert found.out == ""
    assert words[0] in found.err
    assert hint in found.err


def test_a_mistyped_option_is_exit_2_and_names_it(bare):
    found = bare.quick("list", "--jsn")
    assert found.code == 2
    assert "--jsn" in found.err
    assert "--json" in found.err


def test_a_call_without_a_command_shows_the_help_and_is_exit_2(bare):
    found = bare.quick()
    assert found.code == 2
    assert "check-config" in found.err


def test_what_init_writes_passes_the_check_and_runs_as_it_is(bare, registry):
    written = bare.ok("init", "here")
    assert "wrote here/config.toml" in written.out
    assert "watcher --config here/config.toml check-config" in written.out
    folder = bare.folder / "here"
    bare.folder = folder
    checked = bare.ok("check-config")
    assert "2 trials" in checked.out
    assert "my trials" in (folder / "config.toml").read_text()
    bare.change("[registry]\n", f'[registry]\nbase_url = "{registry.base_url}"\n')
    assert bare.ok("run", "--once").out == ""
    (welcome,) = bare.filed()
    assert "SPIN-NEED" in welcome.get_body(("plain",)).get_content()
    assert sorted(path.name for path in folder.iterdir()) == ["config.toml", "state", "watchlist.txt"]


def test_init_makes_folders_and_writes_where_it_stands_without_one(bare):
    bare.ok("init", "a/b")
    assert (bare.folder / "a/b/watchlist.txt").exists()
    bare.ok("init")
    assert bare.path.exists()


@pytest.mark.parametrize("there", ["config.toml", "watchlist.txt"])
def test_init_overwrites_nothing(bare, there):
    (bare.folder / "here").mkdir()
    (bare.folder / "here" / there).write_text("mine")
    found = bare.quick("init", "here")
    assert found.code == 2
    assert there in found.err
    assert [path.name for path in (bare.folder / "here").iterdir()] == [there]
    assert (bare.folder / "here" / there).read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_one_sentence(bare):
    (bare.folder / "file").write_text("")
    found = bare.quick("init", "file/here")
    assert found.code == 74
    assert found.err.count("\n") == 1
    assert "file" in found.err


def test_ids_are_added_and_removed_with_comments_kept(desk):
    path = desk.folder / "watchlist.txt"
    path.write_text(f"# pain\n{ONE}  # VELMA\n\n{TWO}\n# the end")
    added = desk.ok("add", "nct99000003", ONE)
    assert "NCT99000003" in added.out
    assert ONE not in added.out
    assert path.read_text() == f"# pain\n{ONE}  # VELMA\n\n{TWO}\n# the end\nNCT99000003\n"
    removed = desk.ok("remove", TWO)
    assert TWO in removed.out
    assert path.read_text() == f"# pain\n{ONE}  # VELMA\n\n# the end\nNCT99000003\n"
    assert "nothing to remove" in desk.ok("remove", TWO).out
    assert "nothing to add" in desk.ok("add", ONE).out


@pytest.mark.parametrize("command", ["add", "remove"])
def test_malformed_ids_are_all_named_and_nothing_is_changed(desk, command):
    before = (desk.folder / "watchlist.txt").read_bytes()
    found = desk.quick(command, ONE, "NCT12", "99000003")
    assert found.code == 2
    assert '"NCT12"' in found.err
    assert '"99000003"' in found.err
    assert "NCT07555496" in found.err
    assert (desk.folder / "watchlist.txt").read_bytes() == before


def test_with_several_watchlist_files_the_watch_has_to_be_named(desk):
    desk.path.write_text(desk.path.read_text() + '[[watch]]\nname = "other"\nids_file = "other.txt"\n')
    found = desk.quick("add", ONE)
    assert found.code == 2
    assert '"mine", "other"' in found.err
    desk.ok("add", "--watch", "other", ONE)
    assert (desk.folder / "other.txt").read_text() == f"{ONE}\n"
    assert desk.quick("add", "--watch", "none", ONE).code == 2


def test_without_a_watchlist_file_it_is_said_how_to_get_one(desk):
    desk.change('ids_file = "watchlist.txt"', f'ids = ["{ONE}"]')
    found = desk.quick("add", TWO)
    assert found.code == 2
    assert 'ids_file = "watchlist.txt"' in found.err


def test_check_config_names_every_problem_at_once_with_file_line_and_suggestion(bare):
    (bare.folder / "watchlist.txt").write_text(f"{ONE}\nNCT12\n")
    (bare.folder / "hook").write_text("ftp://example.org\n")
    (bare.folder / "hook").chmod(0o600)
    bare.path.write_text(
        "\n".join(
            (
                'timezon = "UTC"',
                'timezone = "Europe/Pariss"',
                "[registry]",
                'pol_every = "1h"',
                "[store]",
                'url = "postgresql://somewhere"',
                "[email]",
                'host = "smtp.example.org"',
                'from = "w@example.org"',
                'username = "w"',
                'password = { env = "NOT_THERE" }',
                'reply_to = "nobody"',
                'unsubscribe = "nowhere"',
                "[[watch]]",
                'name = "mine"',
                'ids = ["NCT1"]',
                'ids_file = "watchlist.txt"',
                "[[recipient]]",
                'name = "ana"',
                'email = "ana@example..org"',
                'watches = ["mien"]',
                'send = "daly 07:30"',
                "[[recipient]]",
                'name = "room"',
                'slack = { webhook = { file = "hook" } }',
                'least = "mnor"',
            )
        )
    )
    found = bare.quick("check-config")
    assert found.code == 78
    assert found.out == ""
    said = dict(re.findall(r"^(\S+:\d+): (.*)$", found.err, re.MULTILINE))
    expected = {
        "config.toml:1": 'did you mean "timezone"?',
        "config.toml:2": "Europe/Pariss",
        "config.toml:4": 'did you mean "poll_every"?',
        "config.toml:6": "sqlite:///",
        "config.toml:11": "$NOT_THERE",
        "config.toml:12": "reply_to",
        "config.toml:13": "unsubscribe",
        "config.toml:16": '"NCT1" is not a trial id',
        "config.toml:20": "example..org",
        "config.toml:21": 'did you mean "mine"?',
        "config.toml:22": '"daily 07:30"',
        "config.toml:25": "https://host/path",
        "config.toml:26": 'did you mean "minor"?',
        "watchlist.txt:2": '"NCT12" is not a trial id',
    }
    for place, text in expected.items():
        assert text in said.pop(place)
    assert all(text.endswith("(warning)") for text in said.values())
    assert "ftp://" not in found.err


def test_check_config_says_what_is_watched_who_is_told_and_the_next_three_slots(desk):
    desk.path.write_text(
        desk.path.read_text()
        + '[[recipient]]\nname = "ben"\nfolder = "ben"\nsend = "daily 07:30"\nleast = "major"\n'
        + 'timezone = "Asia/Kathmandu"\n'
    )
    found = desk.ok("check-config")
    assert found.err == ""
    assert "2 trials in 1 watch" in found.out
    assert "immediate: after every complete poll with news" in found.out
    slots = re.findall(r"\w{3} \d\d \w{3} \d{4} 07:30 \+0545", found.out)
    assert len(slots) == 3
    assert "Asia/Kathmandu" in found.out
    assert "critical and major changes" in found.out


def test_check_config_warns_of_what_reaches_nobody_and_still_passes(desk):
    desk.path.write_text(
        desk.path.read_text()
        + '[[watch]]\nname = "lost"\nids = ["NCT99000009"]\n'
        + f'[[recipient]]\nname = "idle"\nfolder = "i"\nids = ["{ONE}"]\n'
    )
    desk.change(FILES, FILES + 'watches = ["mine"]\n')
    found = desk.ok("check-config")
    assert "reaching nobody: NCT99000009" in found.err
    desk.watch()
    desk.change('ids = ["NCT99000009"]', "ids = []\nids_file = 'none.txt'")
    desk.change(f'ids = ["{ONE}"]', "watches = []")
    (desk.folder / "none.txt").write_text("")
    found = desk.ok("check-config")
    assert "nothing is watched" in found.err


def test_check_config_warns_of_a_templates_folder_that_is_none_and_of_nobody_told(desk):
    desk.change(FILES, "")
    desk.change("[registry]", 'templates_dir = "nowhere"\n[registry]')
    found = desk.ok("check-config")
    assert "nobody is told" in found.err
    assert 'templates_dir = "nowhere" is no folder' in found.err


def test_check_config_leaves_no_trace(desk):
    before = sorted(path.name for path in desk.folder.iterdir())
    desk.ok("check-config")
    assert sorted(path.name for path in desk.folder.iterdir()) == before


def test_a_configuration_that_is_no_toml_or_not_there_is_exit_78(bare):
    bare.path.write_text("[registry\n")
    found = bare.quick("check-config")
    assert found.code == 78
    assert found.err.startswith("config.toml:1: ")
    bare.path.unlink()
    found = bare.quick("--config", "none.toml", "status")
    assert found.code == 78
    assert "watcher init" in found.err
    found = bare.quick("status")
    assert found.code == 78
    assert "watcher init" in found.err


def test_the_configuration_is_found_by_the_environment(desk):
    desk.path.rename(desk.folder / "other.toml")
    found = desk.quick("check-config", env={"WATCHER_CONFIG": str(desk.folder / "other.toml")})
    assert found.code == 0
    assert "other.toml" in found.out


@pytest.mark.parametrize("command", [("log",), ("--help",), ("list",)], ids=" ".join)
def test_a_reader_that_leaves_early_is_no_failure(walked, command):
    with walked.start(*command) as process:
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(30) == 0
    assert err == ""
