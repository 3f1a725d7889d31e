"""Where configuration, state and secrets lie."""

import os
import tempfile
from pathlib import Path

import pytest

from watcher.config.config_model import Config, SecretRef
from watcher.config.locate import config_candidates, find_config, find_state_dir
from watcher.config.rules import is_loopback
from watcher.config.secrets import FileUser, closed_secrets, read_secret
from watcher.config.toml_lines import find_line, line_map
from watcher.errors import ConfigError


def test_the_search_order_is_the_documented_one():
    found = config_candidates({"CONFIGURATION_DIRECTORY": "/c/d", "XDG_CONFIG_HOME": "/x"})
    assert [str(path) for path in found] == ["/c/d/config.toml", "/x/watcher/config.toml", "/etc/watcher/config.toml"]
    assert config_candidates({"WATCHER_CONFIG": "/w.toml", "XDG_CONFIG_HOME": "/x"}) == (Path("/w.toml"),)
    assert str(config_candidates({"HOME": "/h"})[0]) == "/h/.config/watcher/config.toml"


def test_the_first_existing_file_wins(tmp_path):
    path = tmp_path / "watcher" / "config.toml"
    path.parent.mkdir()
    path.touch()
    assert find_config(None, {"XDG_CONFIG_HOME": str(tmp_path)}) == path
    assert find_config(path, {}) == path


def test_a_missing_configuration_says_where_was_looked(tmp_path):
    with pytest.raises(ConfigError, match="none found in"):
        find_config(None, {"WATCHER_CONFIG": str(tmp_path / "no.toml")})
    with pytest.raises(ConfigError, match="no such file"):
        find_config(tmp_path / "no.toml", {})


@pytest.mark.parametrize(
    ("option", "configured", "path", "environ", "expected"),
    [
        (Path("/o"), "s", "/a/c.toml", {"STATE_DIRECTORY": "/v"}, "/o"),
        (None, "s", "/a/c.toml", {"STATE_DIRECTORY": "/v"}, "/a/s"),
        (None, "/s", "/a/c.toml", {}, "/s"),
        (None, None, "/a/c.toml", {"STATE_DIRECTORY": "/v:/w"}, "/v"),
        (None, None, "/etc/watcher/config.toml", {}, "/var/lib/watcher"),
        (None, None, "/a/c.toml", {"XDG_STATE_HOME": "/x"}, "/x/watcher"),
        (None, None, "/a/c.toml", {"HOME": "/h"}, "/h/.local/state/watcher"),
    ],
)
def test_the_state_directory_is_found_in_the_documented_order(option, configured, path, environ, expected):
    assert str(find_state_dir(option, configured, Path(path), environ)) == expected


def test_secrets_are_read_from_each_place(tmp_path):
    (tmp_path / "pw").write_text("s3cret\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "PW": "s3cret"}
    for ref in (SecretRef(credential="pw"), SecretRef(file="pw"), SecretRef(env="PW")):
        assert read_secret(ref, folder=tmp_path, environ=environ) == "s3cret"


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        (SecretRef(env="PW"), "not set"),
        (SecretRef(file="none"), "cannot be read"),
        (SecretRef(file="empty"), "empty"),
        (SecretRef(file="binary"), "UTF-8"),
        (SecretRef(credential="pw"), "CREDENTIALS_DIRECTORY"),
    ],
    ids=["env", "missing", "empty", "binary", "no credentials"],
)
def test_a_secret_that_does_not_resolve_names_its_place_only(tmp_path, ref, said):
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=said):
        read_secret(ref, folder=tmp_path, environ={})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_secret_of_somebody_else_says_what_a_service_needs(tmp_path):
    (tmp_path / "pw").write_text("s3cret")
    (tmp_path / "pw").chmod(0)
    with pytest.raises(ConfigError, match=r"may not be read by this user; .* use \{ credential"):
        read_secret(SecretRef(file="pw"), folder=tmp_path, environ={})


def test_a_secret_that_is_no_file_or_more_than_a_line_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "lines").write_bytes(b"s3cret\n\n")
    (tmp_path / "null").write_bytes(b"s3\0cret")
    (tmp_path / "mark").write_bytes(b"\xef\xbb\xbfs3cret\r\n")
    environ = {"PW": "s3cret\nmore", "NL": "s3cret\n", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    for ref, said in (
        (SecretRef(file="pipe"), "is not a file"),
        (SecretRef(file="."), "is not a file"),
        (SecretRef(file="lines"), "more than one line"),
        (SecretRef(file="null"), "more than one line"),
        (SecretRef(credential="lines"), "more than one line"),
        (SecretRef(env="PW"), "more than one line"),
    ):
        with pytest.raises(ConfigError, match=said) as caught:
            read_secret(ref, folder=tmp_path, environ=environ)
        assert "s3" not in str(caught.value)
    assert read_secret(SecretRef(file="mark"), folder=tmp_path, environ={}) == "s3cret"
    assert read_secret(SecretRef(env="NL"), folder=tmp_path, environ=environ) == "s3cret"


@pytest.fixture
def open_folder():
    """A folder that everybody may go through, those above it too."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_secrets_that_only_the_service_cannot_read_are_found_by_owner_and_mode(open_folder):
    config = Config.model_validate(
        {
            "email": {"host": "h", "from": "w@example.org", "username": "w", "password": {"file": "pw"}},
            "recipient": [{"name": "room", "slack": {"webhook": {"file": "hook"}}}],
        }
    )
    for name in ("pw", "hook"):
        (open_folder / name).write_text("s3cret")
        (open_folder / name).chmod(0o600)
    user = FileUser(uid=os.getuid() + 1, gids=frozenset({os.getgid() + 1}))
    found = list(closed_secrets(config, folder=open_folder, user=user))
    assert [place for place, _ in found] == [("email", "password"), ("recipient", 0, "slack")]
    assert all(str(open_folder) in text and "s3cret" not in text for _, text in found)
    (open_folder / "pw").chmod(0o604)
    (open_folder / "hook").chmod(0o640)
    mate = FileUser(uid=user.uid, gids=frozenset({os.getgid()}))
    assert [place for place, _ in closed_secrets(config, folder=open_folder, user=user)] == [("recipient", 0, "slack")]
    assert [place for place, _ in closed_secrets(config, folder=open_folder, user=mate)] == [("email", "password")]
    open_folder.chmod(0o700)  # a readable file in a closed folder
    assert len(list(closed_secrets(config, folder=open_folder, user=user))) == 2
    owner = FileUser(uid=os.getuid(), gids=frozenset())
    assert list(closed_secrets(config, folder=open_folder, user=owner)) == []


def test_lines_of_tables_keys_and_inline_tables_are_found():
    lines = line_map('a = 1\n[b]\nc.d = 2\n[[w]]\nn = 1\n[[w]]\n"n" = { x = 1 }\n')
    assert find_line(lines, ("b", "c", "d")) == 3
    assert find_line(lines, ("w", 1, "n", "x")) == 7
    assert find_line(lines, ("w", 0)) == 4
    assert find_line(lines, ("zzz",)) == 0


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", True), ("127.0.0.1", True), ("[::1]", True), ("example.org", False)]
)
def test_loopback_is_told_without_a_name_server(host, expected):
    assert is_loopback(host) is expected
