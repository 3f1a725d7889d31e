"""Exit codes: what scripts, cron and systemd learn from a run (design: The command line).

Maps errors to codes and prints their one sentence on standard error; knows nothing of commands.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from enum import IntEnum
from typing import NoReturn

import click

from watcher.errors import (
    ConfigError,
    ConfigPermissionError,
    RegistryError,
    StoreError,
    StoreLockedError,
    StoreLostError,
    StorePermissionError,
    UsageError,
    WatcherError,
)
from watcher.text import lines


class Exit(IntEnum):
    """The codes; sysexits(3) names where one fits."""

    DONE = 0
    FAILED_PART = 1
    USAGE = 2
    REGISTRY = 69
    BUG = 70
    STORE = 74
    LOCKED = 75
    PERMISSION = 77
    CONFIG = 78
    INTERRUPTED = 130
    TERMINATED = 143


_LOUDEST_FIRST = (Exit.BUG, Exit.STORE, Exit.PERMISSION, Exit.CONFIG, Exit.REGISTRY, Exit.FAILED_PART, Exit.DONE)


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def loudest(codes: Iterable[Exit]) -> Exit:
    """Return the code that stands for several at once: 70 > 74 > 77/78 > 69 > 1 > 0."""
    found = set(codes)
    return next((code for code in _LOUDEST_FIRST if code in found), Exit.DONE)


def exit_code(error: WatcherError) -> Exit:
    """Return the code of an error of ours."""
    match error:
        case UsageError():
            return Exit.USAGE
        case ConfigPermissionError():
            return Exit.PERMISSION
        case ConfigError():
            return Exit.CONFIG
        case StoreLockedError():
            return Exit.LOCKED
        case StorePermissionError():
            return Exit.PERMISSION
        case StoreError():
            return Exit.STORE
        case RegistryError():
            return Exit.REGISTRY
        case _:
            return Exit.FAILED_PART


def run_and_exit(command: click.Command) -> NoReturn:
    """Run the command line and leave the process with the documented code; never returns.

    A traceback is shown only for a bug of ours, with the request to report it.
    """
    stdout = sys.stdout
    try:
        code = command.main(standalone_mode=False, prog_name="watcher")
        _leave(code if isinstance(code, int) else Exit.DONE)
    except click.exceptions.Exit as error:
        _leave(error.exit_code)
    except click.Abort:
        _leave(Exit.INTERRUPTED)
    except click.ClickException as error:
        _with_place(error, command).show()
        _leave(Exit.USAGE)
    except KeyboardInterrupt:
        _leave(Exit.INTERRUPTED)
    except BrokenPipeError:
        _leave(Exit.DONE)
    except SystemExit as error:
        # a pipe closed by its reader is exit 1 to click, which then leaves a wrapper of its own in the place of stdout
        _leave(Exit.DONE if sys.stdout is not stdout or error.code is None else int(error.code))
    except WatcherError as error:
        click.echo(lines(str(error) if isinstance(error, ConfigError) else f"watcher: {error}"), err=True)
        _leave(exit_code(error))
    except OSError as error:
        if error.filename is None and error.errno not in _NO_ROOM:
            _leave_with_bug()
        _leave_for(error)
    except Exception:  # noqa: BLE001 — the outermost boundary: whatever else comes is a bug and must say so
        _leave_with_bug()


def _with_place(error: click.ClickException, program: click.Command) -> click.ClickException:
    """Return an error that says where an option belongs that stands on the wrong side of the command."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return error
    if error.ctx.command is program:
        hint = "Options of a command stand after it; see: watcher COMMAND --help"
        return click.UsageError(f"{error.format_message()} {hint}", error.ctx)
    options = {name: one for one in program.params if isinstance(one, click.Option) for name in one.opts}
    close = get_close_matches(error.option_name, options, n=1, cutoff=0.8)
    if not close:
        return error
    value = "" if options[close[0]].is_flag or options[close[0]].count else " …"
    rest = error.ctx.command_path.removeprefix("watcher ")
    said = f'"{close[0]}" stands before the command: watcher {close[0]}{value} {rest}'
    return click.UsageError(f"No such option {error.option_name!r} here; {said}", error.ctx)


def leave_lost(error: StoreLostError) -> NoReturn:
    """End at once, without closing the database: SQLite would delete the write-ahead log of whatever lies there now."""
    click.echo(lines(f"watcher: {error}"), err=True)
    sys.stderr.flush()
    os._exit(Exit.STORE)


def _leave_for(error: OSError) -> NoReturn:
    """Describe what the system refused, where, and what to do."""
    place = error.filename if error.filename is not None else "writing failed"
    match error:
        case PermissionError():
            remedy = "run the command as a user who may, or give this one the right"
        case _ if error.errno in _NO_ROOM:
            remedy = "make room, and run it again"
        case IsADirectoryError() | NotADirectoryError() | FileExistsError():
            remedy = "move away what is there, or name another place"
        case FileNotFoundError():
            remedy = "make it, or name another place"
        case _:
            remedy = "see to it, and run it again"
    with suppress(OSError):
        click.echo(f"watcher: {place}: {error.strerror}; {remedy}", err=True)
    try:
        sys.stdout.flush()
    except OSError:  # what is still held back for it can only fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _leave(Exit.PERMISSION if isinstance(error, PermissionError) else Exit.STORE)


def _leave_with_bug() -> NoReturn:
    import traceback

    traceback.print_exc()
    click.echo("watcher: this is a bug; please report it with the lines above", err=True)
    _leave(Exit.BUG)


def _leave(code: int) -> NoReturn:
    """Flush and leave; a reader that closed the pipe early is no failure."""
    gc.freeze()  # or the interpreter looks through everything twice before it ends: a tenth of a run without news
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # a full disk is heard of only now when little was printed
        _leave_for(OSError(error.errno, error.strerror))
    sys.exit(int(code))
