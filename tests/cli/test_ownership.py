"""Commands typed as root beside a service of another user leave nothing behind that the service cannot use."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.cli.desk import FILES, SCRIPTS
from watcher.ownership import give_to_owner_of_folder

SERVICE = 61_234
"""A user of the service; no name is needed."""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files in another user's name")


def owners(folder):
    return {str(path.relative_to(folder)): path.lstat().st_uid for path in folder.rglob("*")}


@pytest.fixture
def served(desk, registry):
    """A desk whose state folder belongs to the service."""
    desk.set_up(registry.base_url, FILES, more='pages = { dir = "pages" }')
    desk.state.mkdir(mode=0o700)
    os.chown(desk.state, SERVICE, SERVICE)
    return desk


@as_root
def test_run_by_root_belongs_to_the_service(served):
    served.ok("run", "--once")
    served.ok("db", "backup", "then.db")
    served.ok("db", "restore", "then.db")
    served.ok("send-test", "files")
    found = owners(served.state)
    assert {"watcher.db", "watcher.lock", "digests", "pages"} <= set(found)
    assert any(name.endswith(".eml") for name in found)
    assert set(found.values()) == {SERVICE}, found
    assert (served.folder / "then.db").stat().st_uid == 0


@as_root
def test_watchlist_edited_by_root_stays_its_owners(served):
    path = served.folder / "watchlist.txt"
    os.chown(path, SERVICE, SERVICE)
    served.ok("add", "NCT99000003")
    assert (path.stat().st_uid, path.stat().st_gid) == (SERVICE, SERVICE)


@as_root
def test_link_and_second_name_are_not_given_away(tmp_path):
    os.chown(tmp_path, SERVICE, SERVICE)
    precious = tmp_path.parent / f"{tmp_path.name}-precious"
    precious.write_text("root's own")
    (tmp_path / "link").symlink_to(precious)
    (tmp_path / "second").hardlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"):
        give_to_owner_of_folder(tmp_path / "link")
    give_to_owner_of_folder(tmp_path / "second")
    assert precious.stat().st_uid == 0


@as_root
def test_what_another_user_owns_already_stays_so(tmp_path):
    os.chown(tmp_path, SERVICE, SERVICE)
    path = tmp_path / "theirs"
    path.write_text("")
    os.chown(path, 4242, 4242)
    give_to_owner_of_folder(path)
    assert path.stat().st_uid == 4242


@as_root
def test_root_is_told_of_secrets_that_the_service_cannot_read(served, registry):
    served.set_up(registry.base_url, FILES, '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\n')
    hook = served.folder / "hook"
    hook.write_text("https://hooks.example.org/services/s3cret")
    hook.chmod(0o600)
    for command in ("check-config", "doctor"):
        found = served.quick(command)
        said = found.out + found.err
        assert f"may not be read by user {SERVICE}" in said
        assert "credential" in said
        assert "s3cret" not in said
    os.chown(hook, SERVICE, SERVICE)
    for one in (served.folder, *served.folder.parents):
        if not one.stat().st_mode & 0o001:
            break  # the folders that pytest makes are closed to all others, and so rightly complained of
    else:
        assert "may not be read by user" not in served.quick("check-config").err


@as_root
def test_a_configuration_that_may_not_be_read_is_exit_77_in_one_sentence_wherever_it_is_closed(tmp_path):
    """Without the rights of root, and as the owner of nothing: as a process of another user sees it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for place in ("closed.toml", "closed/config.toml", "home/watcher/config.toml"):
            (folder / place).parent.mkdir(exist_ok=True, parents=True)
            (folder / place).write_text("")
        (folder / "closed.toml").chmod(0)
        (folder / "closed").chmod(0)
        (folder / "home").chmod(0)
        program = (
            "import os, sys\n"
            "from watcher.cli import main\n"
            "import watcher.cli.check, watcher.config.load, watcher.config.locate, watcher.app\n"
            f"os.setgroups([]); os.setgid({SERVICE}); os.setuid({SERVICE})\n"
            "sys.argv = ['watcher', *sys.argv[1:], 'check-config']\n"
            "main()\n"
        )
        for option in (["--config", "closed.toml"], ["--config", "closed/config.toml"], []):
            found = subprocess.run(
                [sys.executable, "-c", program, *option],
                cwd=folder,
                env={"XDG_CONFIG_HOME": str(folder / "home"), "PYTHONPATH": str(SCRIPTS)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert found.returncode == 77, found
            assert "may not be read by this user; run the command as its owner" in found.stderr
            assert found.stderr.count("\n") == 1
        (folder / "closed").chmod(0o755)
        (folder / "home").chmod(0o755)
