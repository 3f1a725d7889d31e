"""What an operator, a registry or a network gets wrong: one sentence, the right code, a state as good as before."""

import socket

from tests.cli.desk import ANA, BOB, FILES, ONE, TWO, Desk


def one_sentence(found, *words):
    assert found.out == ""
    assert found.err.count("\n") == 1, found.err
    assert "Traceback" not in found.err
    for word in words:
        assert word in found.err


def test_a_malformed_id_is_named_with_file_and_line_and_the_others_are_polled(desk):
    desk.watch(ONE, "NCT12", TWO)
    found = desk.quick("run", "--once")
    assert found.code == 1
    one_sentence(found, "watchlist.txt:2", '"NCT12"', "NCT and eight digits")
    rows = {row["nct_id"]: row["state"] for row in desk.ok("list", "--json").json()["trials"]}
    assert rows == {ONE: "present", TWO: "present"}
    again = desk.quick("run", "--once")
    assert (again.code, again.err) == (1, "")
    desk.watch(ONE, TWO)
    assert "is in order again" in desk.ok("run", "--once").err


def test_an_empty_watchlist_is_said_and_asks_nobody(desk, registry):
    desk.watch()
    found = desk.quick("run", "--once")
    assert found.code == 78
    one_sentence(found, "nothing is watched", "watcher add")
    assert registry.requests == ()
    desk.ok("add", ONE)
    desk.ok("run", "--once")


def test_a_watchlist_that_is_not_there_or_no_text_is_named(desk):
    path = desk.folder / "watchlist.txt"
    path.write_bytes(b"\xff\xfe\x00")
    found = desk.quick("run", "--once")
    assert found.code in (1, 78)
    assert "UTF-8" in found.err
    path.unlink()
    desk.change("[[watch]]\n", f'[[watch]]\nids = ["{ONE}"]\n')
    found = desk.quick("run", "--once")
    assert found.code == 1
    assert "No such file" in found.err + desk.ok("status").out
    assert desk.ok("list", "--json").json()["trials"][0]["state"] == "present"


def test_unknown_keys_are_all_named_at_once_and_nothing_is_done(desk, registry):
    desk.change("[registry]", 'timezon = "UTC"\n[registry]\npol_every = "1h"')
    found = desk.quick("run", "--once")
    assert (found.code, found.out) == (78, "")
    assert found.err.splitlines() == [
        'config.toml:3: unknown key "timezon"; did you mean "timezone"?',
        'config.toml:5: unknown key "pol_every" in [registry]; did you mean "poll_every"?',
    ]
    assert registry.requests == ()
    assert not desk.state.exists()


def test_a_secret_that_does_not_resolve_is_exit_78_and_the_run_still_polls_and_keeps_the_message(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, FILES, relay=relay)
    desk.change('from = "w', 'username = "w"\npassword = { env = "NOT_THERE" }\nfrom = "w')
    found = desk.quick("run", "--once")
    assert found.code == 78
    one_sentence(found, "$NOT_THERE")
    assert len(desk.filed()) == 1
    assert desk.ok("list", "--json").json()["trials"][0]["state"] == "present"
    assert [row["recipient"] for row in desk.ok("outbox", "list", "--json").lines()] == ["ana"]
    relay.accounts = {"w": "there now"}
    desk.environ["NOT_THERE"] = "there now"
    assert "works again" in desk.ok("run", "--once").err
    assert len(relay.mails) == 1


def test_one_hook_that_cannot_be_used_harms_nobody_else(desk, registry, relay):
    room = '[[recipient]]\nname = "room"\nslack = { webhook = { file = "hook" } }\n'
    desk.set_up(registry.base_url, ANA, room, BOB, relay=relay)
    (desk.folder / "hook").write_text("https://")
    found = desk.quick("run", "--once")
    assert found.code == 1
    one_sentence(found, "https://host/path")
    assert len(relay.mails) == 2


def test_a_template_of_the_operators_that_fails_is_replaced_and_told_of(desk, registry):
    (desk.folder / "own/email").mkdir(parents=True)
    broken = desk.folder / "own/email/welcome.body.txt.j2"
    broken.write_text("Dear {{ reader.name | nosuchfilter }}")
    desk.change("[registry]", 'templates_dir = "own"\n[registry]')
    found = desk.quick("run", "--once")
    assert found.code in (0, 1)
    one_sentence(found, "email/welcome.body.txt.j2", "built-in")
    (welcome,) = desk.filed()
    assert ONE in welcome.get_body(("plain",)).get_content()


def test_a_registry_that_is_down_or_has_no_address_is_exit_69_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    addresses = {"down": f"http://127.0.0.1:{port}", "lost": "http://registry.invalid/api/v2"}
    desks = {}
    for name, address in addresses.items():
        (tmp_path / name).mkdir()
        desks[name] = Desk(tmp_path / name).set_up(address, FILES)
    processes = {name: desk.start("run", "--once") for name, desk in desks.items()}  # each tries for 20 s: side by side
    for name, process in processes.items():
        with process:
            try:
                out, err = process.communicate(timeout=100)
            finally:
                process.kill()
        assert (name, process.returncode, out) == (name, 69, "")
        assert err.count("\n") == 1
        assert err.startswith("registry: no connection to ")
        assert ("registry.invalid" if name == "lost" else str(port)) in err
        assert desks[name].filed() == []
        assert desks[name].ok("status", "--json").json()["faults"][0]["part"] == "registry"


def test_an_answer_that_cannot_be_read_tells_no_change(desk, registry):
    from watcher.sandbox.registry_faults import FaultKind, RegistryFault

    desk.ok("run", "--once")
    told = len(desk.filed())
    for kind in (FaultKind.HTML, FaultKind.NOT_JSON):
        registry.next()
        registry.arm(RegistryFault(kind=kind, match="/studies", times=None))
        found = desk.quick("run", "--once")
        assert found.code in (1, 69)
        assert len(desk.filed()) == told


def test_a_watchlist_that_is_none_is_named_by_add_and_left_alone(desk):
    path = desk.folder / "watchlist.txt"
    path.unlink()
    path.mkdir()
    found = desk.quick("add", ONE)
    assert found.code == 2
    assert "watchlist.txt: the watchlist is not a file" in found.err
    assert found.err.count("\n") == 1
    assert FILES in desk.path.read_text()


def test_a_number_that_no_message_can_have_is_exit_2(desk):
    desk.ok("run", "--once")
    for command in ("retry", "drop"):
        found = desk.quick("outbox", command, "9" * 30)
        assert found.code == 2
        assert "Traceback" not in found.err


def test_a_span_of_more_than_a_hundred_years_is_exit_2(desk):
    desk.ok("run", "--once")
    found = desk.quick("health", "--max-age", "99999999999999d")
    assert found.code == 2
    assert "36500d" in found.err


def test_the_log_of_a_trial_never_read_says_so(desk):
    desk.ok("run", "--once")
    found = desk.quick("log", "NCT99000009")
    assert found.code == 2
    assert "was never read" in found.err


def test_a_folder_in_the_place_of_the_configuration_is_named_as_one(bare):
    found = bare.quick("--config", ".", "status")
    assert found.code == 78
    assert found.err == ".: is a folder; name the file in it\n"


def test_a_backup_that_is_not_there_and_a_state_folder_that_is_none_say_what_to_do(desk):
    desk.ok("run", "--once")
    found = desk.quick("db", "restore", "none.db")
    assert found.code == 74
    one_sentence(found, "none.db", "name one that is there")
    found = desk.quick("--state-dir", "config.toml", "run", "--once")
    assert found.code == 74
    one_sentence(found, "config.toml cannot be made", "move away what is there")
