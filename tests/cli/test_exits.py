"""The codes a process leaves with."""

import subprocess
import sys

import pytest

from watcher.cli.exits import Exit, exit_code, loudest
from watcher.errors import (
    ConfigError,
    ConfigPermissionError,
    DeliveryError,
    DeliveryReason,
    Problem,
    RegistryAnswerError,
    RegistryRefusedError,
    RegistryUnavailableError,
    RenderError,
    StoreError,
    StoreLockedError,
    StorePermissionError,
    UsageError,
    Whose,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (ConfigError((Problem("f", 1, "x"),)), 78),
        (ConfigPermissionError("f"), 77),
        (StoreLockedError("x"), 75),
        (StorePermissionError("x"), 77),
        (StoreError("x"), 74),
        (RegistryRefusedError("x"), 69),
        (RegistryUnavailableError("x"), 69),
        (RegistryAnswerError("x"), 69),
        (RenderError("t", "x"), 1),
        (DeliveryError("x", reason=DeliveryReason.OTHER, whose=Whose.CHANNEL), 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_every_error_has_its_code(error, code):
    assert exit_code(error) == code


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((), 0),
        ((0, 1), 1),
        ((1, 69), 69),
        ((69, 78, 1), 78),
        ((69, 77), 77),
        ((78, 74), 74),
        ((74, 70, 1), 70),
    ],
    ids=str,
)
def test_of_several_the_loudest_counts(codes, code):
    assert loudest(map(Exit, codes)) == code


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("raise RuntimeError('oh')", 70, "please report it"),
        (
            "raise PermissionError(13, 'Permission denied', '/etc/shadow')",
            77,
            "watcher: /etc/shadow: Permission denied; run the command as a user who may, or give this one the right",
        ),
        (
            "raise IsADirectoryError(21, 'Is a directory', '/tmp')",
            74,
            "watcher: /tmp: Is a directory; move away what is there, or name another place",
        ),
        ("raise OSError(28, 'No space left on device')", 74, "No space left on device; make room, and run it again"),
        ("raise OSError(5, 'nowhere')", 70, "please report it"),
        ("raise KeyboardInterrupt", 130, ""),
        ("raise click.Abort", 130, ""),
        ("raise BrokenPipeError", 0, ""),
        ("raise UsageError('not so')", 2, "watcher: not so"),
        ("raise SystemExit(75)", 75, ""),
        ("return 1", 1, ""),
        ("return None", 0, ""),
    ],
)
def test_a_process_leaves_with_the_code_of_what_happened(body, code, said):
    program = (
        "import click\n"
        "from watcher.cli.exits import run_and_exit\n"
        "from watcher.errors import UsageError\n"
        "@click.command()\n"
        "def command():\n"
        f"    {body}\n"
        "run_and_exit(command)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == code
    assert said in found.stderr
    assert ("Traceback" in found.stderr) == (code == 70)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--once", "--config", "x"], '"--config" stands before the command: watcher --config … run'),
        (["db", "check", "--config", "x"], "watcher --config … db check"),
        (["run", "--quiet"], "watcher --quiet run"),
        (["run", "-v"], "watcher -v run"),
        (["run", "--confg", "x"], "watcher --config … run"),
        (["--once", "run"], "Options of a command stand after it"),
    ],
)
def test_option_on_the_wrong_side_of_the_command_is_told_its_place(bare, arguments, words):
    found = bare.quick(*arguments)
    assert (found.code, words in found.err) == (2, True), found.err
