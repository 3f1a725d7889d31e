"""Values nobody should be able to trip the program with: each is one sentence, with the place it was written in."""

import os

import pytest

from watcher.config.load import load_config, survey_config
from watcher.config.watchlist import read_watchlist
from watcher.errors import ConfigError

GOOD = """\
state_dir = "state"

[registry]
base_url = "http://127.0.0.1:9/api/v2"

[email]
host = "127.0.0.1"
from = "w@example.org"

[[watch]]
name = "one"
ids = ["NCT99000001"]

[[recipient]]
name = "ana"
folder = "digests"
"""

HOST = 'host = "127.0.0.1"'


def said(tmp_path, text, environ=None):
    path = tmp_path / "config.toml"
    path.write_text(text)
    try:
        problems = survey_config(path, environ or {})[1]
    except ConfigError as error:
        problems = error.problems
    return [str(problem).replace(f"{tmp_path}/", "") for problem in problems]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[registry]\n", '[registry]\npoll_every = "99999999999999d"\n', ["config.toml:4", "36500d"]),
        ("[registry]\n", '[registry]\npoll_every = "999999999d"\n', ["config.toml:4", "36500d"]),
        ("[registry]\n", "[registry]\npoll_every = 60\n", ["config.toml:4", "a duration", '"30s"', "not 60"]),
        ("[registry]\n", "[registry]\nrequests_per_second = true\n", ["a number", "not true"]),
        ("[registry]\n", "[registry]\npoll_every = 2026-01-01\n", ["a duration", "not a date"]),
        ("http://127.0.0.1:9/api/v2", "http://[", ["config.toml:4", "base_url", "https://clinicaltrials.gov/api/v2"]),
        ("http://127.0.0.1:9/api/v2", "http://host:abc", ["base_url", "is not an address"]),
        ("http://127.0.0.1:9/api/v2", "http://host:99999", ["base_url", "is not an address"]),
        ("http://127.0.0.1:9/api/v2", "http://a host/", ["base_url", "is not an address"]),
        ("http://127.0.0.1:9/api/v2", "http://host/?a=b", ["base_url", "is not an address"]),
        (HOST, 'host = ""', ["config.toml:7", "host", "smtp.example.org"]),
        (HOST, 'host = "smtp://relay.example.org"', ["config.toml:7", 'host = "relay.example.org"']),
        (HOST, 'host = "relay.example.org:587"', ["config.toml:7", 'host = "relay.example.org"', "port = 587"]),
        (HOST, f'{HOST}\ntls = "none"\nca_file = "own.pem"', ["config.toml:9", "ca_file without TLS"]),
        (HOST, 'host = "relay example"', ["config.toml:7", "host"]),
        (HOST, f'{HOST}\ntimeout = "0s"', ["config.toml:8", "timeout", "longer than 0s"]),
        (HOST, f"{HOST}\nport = true", ["config.toml:8", "port", "a number, not true"]),
        (HOST, f'{HOST}\nunsubscribe = "mailto:a@example.org"', ["config.toml:8", "unsubscribe", "without mailto:"]),
        ('"w@example.org"', '"A\\r\\nX: y <w@example.org>"', ["config.toml:8", "from", "control character"]),
        ('name = "ana"', 'name = ""', ["config.toml:15", "name", "empty"]),
        ('name = "one"', 'name = " "', ["config.toml:11", "name", "empty"]),
        ('name = "ana"', 'name = "a\\nb\\u001b[31m"', ["config.toml:15", "name", "control character"]),
        ('"digests"', '"a\\u0000b"', ["config.toml:16", "folder", "control character"]),
        ('"digests"', '"~/digests"', ["config.toml:16", "folder", "whole path"]),
        ("[email]\n", '[store]\nurl = "sqlite:///~/x.db"\n[email]\n', ["config.toml:7", "url", "whole path"]),
        ('"digests"', '"digests"\nsend = 5', ["config.toml:17", "send", "a text in quotation marks, not 5"]),
        ('ids = ["NCT99000001"]', "ids = [7]", ["config.toml:12", "ids", "a text in quotation marks, not 7"]),
        ("[email]\n", '[pages]\nurl = "http://["\n[email]\n', ["config.toml:6", "is no address of a folder"]),
        ("[email]\n", '[pages]\nurl = "https://a:b@host/"\n[email]\n', ["config.toml:6", "is no address of a folder"]),
    ],
)
def test_a_value_that_would_trip_the_program_later_is_named_with_its_line(tmp_path, old, new, words):
    assert old in GOOD
    (found,) = said(tmp_path, GOOD.replace(old, new))
    for word in words:
        assert word in found
    assert "\n" not in found
    assert "\x1b" not in found


def test_an_address_with_a_log_in_is_refused_and_not_repeated(tmp_path):
    (found,) = said(tmp_path, GOOD.replace("http://127.0.0.1:9", "https://ana:s3cret@127.0.0.1:9"))
    assert "base_url" in found
    assert "s3cret" not in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('state_dir = "state"', 'state_dir = "~nobody-of-this-name/x"'),
        ('state_dir = "state"', 'templates_dir = "~nobody-of-this-name/x"'),
        ('state_dir = "state"', 'presets_dir = "~nobody-of-this-name/x"'),
        ('ids = ["NCT99000001"]', 'ids_file = "~nobody-of-this-name/x"'),
        ("[email]\n", '[health]\ntextfile = "~nobody-of-this-name/x"\n[email]\n'),
        ("[email]\n", '[pages]\ndir = "~nobody-of-this-name/x"\n[email]\n'),
        ('from = "w', 'username = "w"\npassword = { file = "~nobody-of-this-name/x" }\nfrom = "w'),
        ('"digests"', '"digests"\nslack = { webhook = { file = "~nobody-of-this-name/x" } }'),
    ],
)
def test_a_home_folder_of_nobody_is_named_with_its_line(tmp_path, old, new):
    assert old in GOOD
    (found,) = said(tmp_path, GOOD.replace(old, new))
    assert "no home folder" in found
    assert "~nobody-of-this-name" in found
    assert found.startswith("config.toml:")
    loaded = survey_config(tmp_path / "config.toml")[0]
    assert loaded is not None
    read_watchlist(loaded)  # what only looks at it goes on


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 20_000, "a" + ".a" * 3_000 + " = 1", "a = " + "9" * 5_000], ids=["deep", "dotted", "long"]
)
def test_toml_that_no_parser_takes_is_one_problem(tmp_path, text):
    (found,) = said(tmp_path, text)
    assert "is not valid TOML" in found


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "a.toml").write_bytes(b'\xef\xbb\xbf[[watch]]\nname = "two"\nids = ["NCT99000002"]\n')
    assert [watch.name for watch in load_config(path).config.watch] == ["one", "two"]


def test_a_variable_that_makes_a_table_of_a_text_is_named_itself(tmp_path):
    (found,) = said(tmp_path, GOOD, {"WATCHER_EMAIL__HOST__X": "y"})
    assert found.startswith("$WATCHER_EMAIL__HOST__X: host in [email] must be a text")
    (found,) = said(tmp_path, GOOD, {"WATCHER_EMAIL__PASSWORD__FILE": "pw"})
    assert found.startswith("$WATCHER_EMAIL__PASSWORD__FILE: a password without a username")


def test_every_broken_file_of_conf_d_is_named_beside_what_is_wrong_in_the_main_one(tmp_path):
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "a.toml").write_text("[[watch]\n")
    (tmp_path / "conf.d" / "b.toml").write_bytes(b"\xff")
    found = said(tmp_path, GOOD + "x = 1\n")
    assert [line.partition(": ")[0] for line in found] == ["conf.d/a.toml:1", "conf.d/b.toml", "config.toml:17"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_conf_d_that_may_not_be_read_is_named_and_its_watches_are_not_forgotten(tmp_path):
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (folder / "a.toml").write_text('[[watch]]\nname = "two"\nids = ["NCT99000002"]\n')
    folder.chmod(0)
    try:
        (found,) = said(tmp_path, GOOD)
    finally:
        folder.chmod(0o700)
    assert found.startswith("conf.d: cannot be read")
    assert "a+rX" in found
