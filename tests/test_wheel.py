"""The wheel works by itself: built, installed away from the checkout, with its templates and cast inside."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A fresh environment outside the checkout that holds the wheel, and our dependencies from here."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*build, "--no-build-isolation", "-w", str(folder), str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("trial_watcher-*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    site = next((folder / "env" / "lib").glob("python*/site-packages"))
    # A folder named in a .pth file is searched, but .pth files inside it are not read: the editable install of the
    # checkout stays out of sight, and what is imported as `watcher` can only be the wheel's.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    return folder / "env" / "bin"


def test_the_wheel_runs_the_demo_outside_the_checkout(installed, tmp_path):
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    found = subprocess.run(
        [installed / "watcher", "demo", "--out", tmp_path / "out"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert found.returncode == 0, found.stderr
    assert "Subject: Terminated" in found.stdout
    assert (tmp_path / "out" / "digest.eml").exists()


def test_what_is_imported_is_the_wheel_and_not_the_checkout(installed, tmp_path):
    code = "import watcher, watcher.rendering.environment as e; print(watcher.__file__); print(e.builtin_templates())"
    said = subprocess.run([installed / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    module, templates = said.stdout.split()
    assert str(ROOT) not in module
    assert Path(templates) == Path(module).parent / "_templates"


def test_manual_and_completion_are_installed_with_the_package(installed):
    share = installed.parent / "share"
    for source, target in (
        ("man/watcher.1", "man/man1/watcher.1"),
        ("man/watcher.toml.5", "man/man5/watcher.toml.5"),
        ("completions/watcher.bash", "bash-completion/completions/watcher"),
        ("completions/_watcher", "zsh/site-functions/_watcher"),
        ("completions/watcher.fish", "fish/vendor_completions.d/watcher.fish"),
    ):
        assert (share / target).read_text() == (ROOT / source).read_text()
