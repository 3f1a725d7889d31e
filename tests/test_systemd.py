"""The units: sound, hardened, and saying what the program does."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from watcher.cli.exits import Exit
from watcher.daemon.service import DRAIN_WITHIN
from watcher.daemon.shutdown import END_WITHIN

FOLDER = Path(__file__).parent.parent / "systemd"
SERVICES = ("watcher.service", "watcher-once.service", "watcher-failure@.service")
UNITS = (*SERVICES, "watcher.timer")
PROGRAM = "/opt/watcher/bin/watcher"

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")


def settings(name):
    """Give the settings of a unit as pairs, in order."""
    lines = [line for line in (FOLDER / name).read_text().splitlines() if "=" in line and not line.startswith("#")]
    return [tuple(line.split("=", 1)) for line in lines]


def setting(name, key):
    (found,) = [value for known, value in settings(name) if known == key]
    return found


@pytest.fixture
def unit(tmp_path):
    """Give a unit where systemd-analyze can look at it: with a program that exists, an instance of a template."""

    def put(name, *drop_ins):
        path = tmp_path / name.replace("@.", "@watcher.service.")
        more = "".join(f"\n{(FOLDER / 'drop-ins' / one).read_text()}" for one in drop_ins)
        path.write_text(((FOLDER / name).read_text() + more).replace(PROGRAM, "/bin/true"))
        return path

    return put


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_unit_is_sound(unit, name):
    found = analyze("verify", "--man=no", "--recursive-errors=no", unit(name))
    assert (found.returncode, found.stderr) == (0, "")


@needs_systemd
def test_unknown_setting_would_be_found(unit):
    path = unit("watcher.service")
    path.write_text(path.read_text().replace("ProtectClock=", "ProtectClok="))
    assert analyze("verify", "--man=no", "--recursive-errors=no", path).returncode != 0


@needs_systemd
@pytest.mark.parametrize("drop_ins", [(), ("static-user.conf",)], ids=["dynamic user", "static user"])
@pytest.mark.parametrize("name", SERVICES)
def test_exposure_is_at_most_one_and_a_half(unit, name, drop_ins):
    found = analyze("security", "--offline=true", "--threshold=15", "--json=short", unit(name, *drop_ins))
    assert found.returncode == 0, [row for row in json.loads(found.stdout) if row["exposure"]]


@needs_systemd
@pytest.mark.parametrize("drop_in", ["credentials.conf", "static-user.conf"])
def test_drop_in_is_sound(unit, drop_in):
    found = analyze("verify", "--man=no", "--recursive-errors=no", unit("watcher.service", drop_in))
    assert (found.returncode, found.stderr) == (0, "")


@needs_systemd
def test_drop_in_for_newer_systemd_is_sound_there(unit):
    version = int(analyze("--version").stdout.split()[1])
    if version < 254:
        pytest.skip(f"this is systemd {version}; the drop-in is for 254 and newer")
    found = analyze("verify", "--man=no", "--recursive-errors=no", unit("watcher.service", "newer-systemd.conf"))
    assert (found.returncode, found.stderr) == (0, "")


@needs_systemd
def test_calendar_of_the_timer_stays_at_its_local_time():
    found = analyze("calendar", "--iterations=2", setting("watcher.timer", "OnCalendar"))
    assert found.returncode == 0
    assert re.search(r"Mon\.\.Fri .* 07:00:00 Europe/London", found.stdout)


def test_daemon_is_not_started_again_where_that_cannot_help():
    wanted = {Exit.USAGE, Exit.PERMISSION, Exit.CONFIG}
    assert {int(code) for code in setting("watcher.service", "RestartPreventExitStatus").split()} == wanted


def test_one_run_is_no_failure_where_the_watcher_has_told_it_itself():
    wanted = {Exit.FAILED_PART, Exit.REGISTRY, Exit.LOCKED}
    assert {int(code) for code in setting("watcher-once.service", "SuccessExitStatus").split()} == wanted


def test_daemon_has_more_time_to_end_than_it_takes():
    for unit in ("watcher.service", "watcher-once.service"):
        assert int(setting(unit, "TimeoutStopSec").removesuffix("s")) > END_WITHIN > DRAIN_WITHIN.total_seconds()


def test_daemon_and_single_run_are_the_same_user_so_that_neither_takes_the_state_folder_from_the_other():
    names = {setting(name, "User") for name in ("watcher.service", "watcher-once.service")}
    assert names == {setting("drop-ins/static-user.conf", "User")}


def test_timer_starts_the_one_run_and_not_the_daemon():
    started = setting("watcher.timer", "Unit")
    assert "--once" in setting(started, "ExecStart")


def seconds(text):
    number, unit = re.findall(r"\d+|\D+", text)
    return int(number) * {"s": 1, "min": 60, "h": 3600}[unit]


@pytest.mark.parametrize("drop_ins", [(), ("drop-ins/newer-systemd.conf",)], ids=["as it is", "newer systemd"])
def test_daemon_that_only_fails_is_given_up_and_told_however_slowly_it_fails(drop_ins):
    """The start limit counts starts within an interval: slower ones than that would go on for ever, told to nobody."""
    found = dict(pair for name in ("watcher.service", *drop_ins) for pair in settings(name))
    first, steps = seconds(found["RestartSec"]), int(found.get("RestartSteps", 0))
    last = seconds(found.get("RestartMaxDelaySec", found["RestartSec"]))
    starts = int(found["StartLimitBurst"])
    waits = [first * (last / first) ** (min(tried, steps) / steps) if steps else first for tried in range(starts)]
    slowest = starts * (seconds(found["WatchdogSec"]) + seconds(found["TimeoutStopSec"])) + sum(waits)
    assert slowest < seconds(found["StartLimitIntervalSec"])


@pytest.mark.parametrize("name", ["watcher.service", "watcher-once.service"])
def test_failure_is_told_by_a_unit_that_is_there(name):
    assert setting(name, "OnFailure") == "watcher-failure@%N.service"
    assert (FOLDER / "watcher-failure@.service").exists()


def test_failure_report_is_one_line_of_the_highest_priority_but_one():
    says, runs = [
        value.replace("%i", "watcher-once") for key, value in settings("watcher-failure@.service") if key == "ExecStart"
    ]
    found = subprocess.run(shlex.split(says), capture_output=True, text=True, check=True)
    assert found.stderr == ""
    assert found.stdout.startswith("<1>watcher-once failed; why: journalctl -u watcher-once; ")
    assert found.stdout.count("\n") == 1
    assert "/etc/watcher/on-failure watcher-once" in runs


def test_failure_report_needs_nothing_of_the_watcher():
    values = " ".join(value for _, value in settings("watcher-failure@.service"))
    assert not re.search(r"opt/watcher|config\.toml|var/lib|StateDirectory", values)


def test_both_services_are_hardened_alike():
    kept = {"Type", "ExecStart", "Description", "SuccessExitStatus", "TimeoutStartSec", "WantedBy"}
    daemon = {pair for pair in settings("watcher.service") if pair[0] not in kept}
    once = {pair for pair in settings("watcher-once.service") if pair[0] not in kept}
    only_daemon = {"StartLimitIntervalSec", "StartLimitBurst", "NotifyAccess", "ExecReload", "Restart", "RestartSec"}
    only_daemon |= {"RestartPreventExitStatus", "WatchdogSec", "KillMode"}
    assert once - daemon == set()
    assert {key for key, _ in daemon - once} == only_daemon
