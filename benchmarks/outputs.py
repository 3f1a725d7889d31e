"""Write every output of the program into a folder, so that two revisions can be compared byte by byte.

    python -m benchmarks.outputs before/          # at the old revision
    python -m benchmarks.outputs after/           # at the new one
    diff -r before/ after/

Runs the installed `watcher` as its users do. Times, ports and random ids of a run are replaced by words, so that equal
programs write equal folders. Real records come from `TRIAL_RECORDS`, pairs that were told wrongly from `TRIAL_CASES`;
what is not set is left out and said.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from click.testing import CliRunner

from watcher.cli import cli

WATCHER = (sys.executable, "-m", "watcher")
_CONFIG = """\
timezone = "UTC"

[registry]
base_url = "{registry}"
contact = "outputs"
requests_per_second = 1000

[operator]
recipient = "ops"

[pages]
dir = "site"

[[watch]]
name = "all"
ids_file = "watchlist.txt"

[[recipient]]
name = "ana"
folder = "ana"
send = "monthly 1 00:00"

[[recipient]]
name = "site"
folder = "nurse"
least = "critical"
audience = "operations"
send = "immediate"

[[recipient]]
name = "ops"
folder = "ops"
watches = []
send = "immediate"
"""
_LOOKS: tuple[tuple[str, ...], ...] = (
    ("check-config",),
    ("status",),
    ("status", "--json"),
    ("list",),
    ("list", "--json"),
    ("log",),
    ("log", "--json"),
    ("log", "--severity", "noise"),
    ("show", "NCT99000001"),
    ("show", "NCT99000001", "--json"),
    ("show", "NCT99000001", "--format", "markdown"),
    ("history", "NCT99000001"),
    ("outbox", "list"),
    ("outbox", "list", "--json"),
    ("export", "changes", "--format", "csv"),
    ("export", "records"),
    ("preview", "ana", "--since", "7d", "--format", "text"),
    ("preview", "ana", "--since", "7d", "--format", "html"),
    ("preview", "ana", "--since", "7d", "--format", "slack"),
    ("preview", "ana", "--since", "7d", "--format", "eml"),
    ("db", "check"),
    ("config-schema",),
    ("templates", "list"),
    ("templates", "check"),
)
_VARIABLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "<time>"),
    (
        re.compile(r"(?m)^(Date|Message-ID|References|In-Reply-To|X-Trial-Watcher-\S+): .*(?:\n[ \t].*)*"),
        r"\1: <value>",
    ),
    (re.compile(r"\d{8}T\d{6}Z"), "<time>"),
    (re.compile(r"=_[0-9a-f]{32}|boundary=\"?[^\s\"]+\"?"), "<boundary>"),
    (re.compile(r"127\.0\.0\.1:\d+|'127\.0\.0\.1', \d+"), "<host>"),
    (re.compile(r"\b[0-9a-f]{16,64}\b"), "<hash>"),
    (re.compile(r"\b\d{1,2} [A-Z][a-z]{2} 20\d\d(?:,? (?:at )?\d\d:\d\d)?(?= UTC| \(|$)", re.M), "<day>"),
    (re.compile(r"\b\d\d:\d\d(?::\d\d)?\b"), "<clock>"),
)


def main() -> int:
    """Write all outputs; return 0."""
    parser = argparse.ArgumentParser(prog="benchmarks.outputs", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where to write; must not exist yet")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True)
    _write_help(folder / "help")
    _write_comparisons(folder / "compare")
    with tempfile.TemporaryDirectory() as scratch:
        _write_demo(folder / "demo", Path(scratch))
        _write_desk(folder / "desk", Path(scratch) / "desk")
    print(f"{sum(path.is_file() for path in folder.rglob('*'))} files in {folder}")
    return 0


def _run(*arguments: str, cwd: Path | None = None, settings: dict[str, str] | None = None) -> str:
    """Return what a command prints on both streams, with its exit code."""
    environ = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **(settings or {})}
    done = subprocess.run([*WATCHER, *arguments], capture_output=True, text=True, cwd=cwd, env=environ, check=False)
    errors = f"\n--- standard error\n{done.stderr}" if done.stderr else ""
    return f"{done.stdout}{errors}\n--- exit {done.returncode}\n"


def _steady(text: str) -> str:
    """Return a text with words in place of what differs between two runs of one program."""
    for pattern, word in _VARIABLE:
        text = pattern.sub(word, text)
    return text


def _write(path: Path, text: str, *hidden: str) -> None:
    for secret in hidden:
        text = text.replace(secret, "<folder>")
    text = _steady(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogateescape")


def _write_help(folder: Path) -> None:
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        command = waiting.pop()
        text = _run(*command, "--help")
        _write(folder / f"{'-'.join(command) or 'watcher'}.txt", text)
        _, _, listed = text.partition("\nCommands:\n")
        waiting += [(*command, match[1]) for match in re.finditer(r"(?m)^  (\S+)  ", listed)]


def _pairs() -> Iterator[tuple[str, Path, Path]]:
    if records := os.environ.get("TRIAL_RECORDS"):
        for trial in sorted(Path(records).glob("pairs/*")):
            for old, new in pairwise(sorted(trial.glob("*.json"))):
                yield f"{trial.name}-{new.stem}", old, new
    else:
        print("TRIAL_RECORDS is not set: no real pairs.", file=sys.stderr)
    if cases := os.environ.get("TRIAL_CASES"):
        for case in sorted(Path(cases).glob("compare/*/")):
            yield case.name, case / "old.json", case / "new.json"
    else:
        print("TRIAL_CASES is not set: no cases.", file=sys.stderr)


def _write_comparisons(folder: Path) -> None:
    """Compare all pairs within this process: several hundred starts of Python would take most of the time."""
    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"})
    for name, old, new in _pairs():
        for suffix, options in (("txt", ()), ("json", ("--json",)), ("html", ("--html",))):
            done = runner.invoke(cli, ["compare", str(old), str(new), *options])
            _write(folder / f"{name}.{suffix}", f"{done.output}\n--- exit {done.exit_code}\n", str(old.parent))


def _copy(source: Path, target: Path, *hidden: str) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            _write(target / path.relative_to(source), path.read_text("utf-8", errors="surrogateescape"), *hidden)


def _write_demo(folder: Path, scratch: Path) -> None:
    out = scratch / "out"
    _write(folder / "printed.txt", _run("demo", "--out", str(out)), str(scratch))
    _copy(out, folder / "out", str(scratch))


def _write_desk(folder: Path, desk: Path) -> None:
    """Run a small installation through all data versions of the sample registry, then one in which it fails."""
    desk.mkdir()
    with subprocess.Popen(
        [*WATCHER, "sandbox", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as sandbox:
        assert sandbox.stdout is not None
        base = sandbox.stdout.readline().strip()
        root = base.removesuffix("/api/v2")
        try:
            (desk / "config.toml").write_text(_CONFIG.format(registry=base))
            trials = [f"NCT990000{number:02}\n" for number in range(1, 14)]
            (desk / "watchlist.txt").write_text("".join(trials))
            own = ("--config", str(desk / "config.toml"), "--state-dir", str(desk / "state"))
            runs = [_run(*own, "run", "--once")]
            while _post(f"{root}/sandbox/next", b""):
                runs.append(_run(*own, "run", "--once"))
            runs.append(_run(*own, "run", "--once", "--send-all"))
            sandbox.terminate()
            sandbox.wait(timeout=10)
            runs.append(_run(*own, "run", "--once"))
            _write(folder / "runs.txt", "\n".join(runs), str(desk))
            for look in _LOOKS:
                _write(folder / f"{'-'.join(look).replace('--', '')}.txt", _run(*own, *look), str(desk), root)
            _write(folder / "ls.txt", "\n".join(sorted(_shape(path, desk) for path in desk.rglob("*"))))
            for delivered in ("ana", "nurse", "ops"):
                for suffix in (".eml", ".json"):
                    sent = [path.read_text("utf-8") for path in (desk / "state" / delivered).glob(f"*{suffix}")]
                    _write(
                        folder / "messages" / f"{delivered}{suffix}", "\n\n".join(sorted(map(_steady, sent))), str(desk)
                    )
            _copy(desk / "state" / "site", folder / "site", str(desk))
        finally:
            sandbox.terminate()


def _shape(path: Path, desk: Path) -> str:
    return re.sub(r"(?<!NCT)(?:\d{4,}|[0-9a-f]{8,})[-\w]*", "#", str(path.relative_to(desk)))


def _post(address: str, body: bytes) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body, method="POST"), timeout=10):
            return True
    except urllib.error.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
