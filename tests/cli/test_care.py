"""The store cared for from the command line: stats, prune, backup and restore."""

import pytest

from tests.cli.desk import Desk


@pytest.fixture
def full(desk, registry):
    desk.ok("run", "--once")
    for _ in range(2):
        assert registry.next()
        desk.ok("run", "--once")
    return desk


def test_stats_say_how_large_the_store_is(full):
    found = full.ok("db", "stats", "--json").json()
    assert found["schema"] == 1
    assert found["trials"] == 2
    assert found["records"] > 2
    assert found["file_size"] >= found["records_size"] > 0
    assert found["behind"]["recipient"] == "files"
    text = full.ok("db", "stats").out
    assert f"{found['records']:,}," in text
    assert "files" in text


def test_what_is_young_is_not_pruned(full):
    before = full.store_bytes()
    assert full.ok("db", "prune", "--dry-run").out.startswith("0 records")
    assert full.store_bytes() == before
    assert full.ok("db", "prune").out.startswith("0 records")


def test_backup_put_back_is_the_store_as_it_was(desk, registry):
    desk.ok("run", "--once")
    desk.ok("db", "backup", "then.db")
    log = desk.ok("log", "--json").out
    while registry.next():
        pass
    desk.ok("run", "--once")
    assert desk.ok("log", "--json").out != log
    found = desk.ok("db", "restore", "then.db")
    assert "may be told again" in found.out
    assert desk.ok("log", "--json").out == log
    assert [path.name for path in desk.state.glob("watcher.db.replaced-*")] != []
    assert desk.database.stat().st_mode & 0o777 == 0o600
    desk.ok("run", "--once")
    assert desk.ok("db", "check").out.endswith("sound\n")


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\x00" + b"\0" * 200])
def test_bad_backup_changes_nothing(desk, content):
    desk.ok("run", "--once")
    if content is not None:
        (desk.folder / "bad.db").write_bytes(content)
    log = desk.ok("log", "--json").out
    assert desk.quick("db", "restore", "bad.db").code == 74
    assert desk.ok("log", "--json").out == log
    assert not list(desk.state.glob("*.replaced-*"))


def test_secret_that_others_may_read_is_warned_of(bare, registry):
    bare.set_up(registry.base_url, '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\n')
    hook = bare.folder / "hook"
    hook.write_text("https://hooks.slack.com/services/T0/B0/abcdefghijkl")
    hook.chmod(0o644)
    found = bare.quick("check-config")
    assert "may be read by everybody" in found.err
    assert "(warning)" in found.err
    assert "abcdefghijkl" not in found.err + found.out
    hook.chmod(0o600)
    assert "may be read by everybody" not in bare.quick("check-config").err


def test_credential_only_the_service_can_read_is_no_fault_of_the_configuration(bare, tmp_path):
    bare.ok("init", "here")
    desk = Desk(bare.folder / "here")
    text = desk.path.read_text()
    desk.path.write_text(
        f'{text}\n[email]\nhost = "relay.example.org"\nfrom = "w@example.org"\nusername = "w"\n'
        'password = { credential = "smtp-password" }\n'
    )
    line = desk.path.read_text().splitlines().index('password = { credential = "smtp-password" }') + 1
    found = desk.ok("check-config")
    assert f"config.toml:{line}: password of the relay: credential smtp-password was not looked at" in found.err
    inside = desk.quick("check-config", env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert inside.code == 78
    assert "the secret cannot be read" in inside.err
    started = desk.quick("doctor")
    assert "systemd-run --pipe -p LoadCredential=smtp-password:FILE" in started.out + started.err
