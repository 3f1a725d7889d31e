"""The command line: parse, call, print, and map errors to exit codes.

A command's module imports what the command runs, and is itself imported only when the command is called.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from watcher import __version__
from watcher.cli.collector import hurry_collector
from watcher.cli.exits import run_and_exit
from watcher.cli.settings import Settings
from watcher.cli.streams import settle_streams


class CommandEntry(NamedTuple):
    """Where a command is defined and what `watcher --help` says of it."""

    module: str
    name: str
    help: str


COMMANDS = {
    "init": CommandEntry("init", "init", "Write a first configuration and watchlist into a folder."),
    "search": CommandEntry("search_command", "search", "Show what a search of the registry selects; watch it."),
    "add": CommandEntry("watchlist_commands", "add", "Add trials and searches to the watchlist file."),
    "remove": CommandEntry("watchlist_commands", "remove", "Remove trials and searches from the watchlist file."),
    "check-config": CommandEntry("check", "check_config", "Check the configuration; show who receives what when."),
    "run": CommandEntry("run", "run", "Run the daemon, or one run with --once."),
    "status": CommandEntry("show", "status", "Show polls, faults, recipients and the outbox."),
    "health": CommandEntry("health", "health", "Check whether the watcher works, by the exit code."),
    "list": CommandEntry("show", "list_trials", "List the watched trials and the status of each."),
    "show": CommandEntry("show", "show", "Show one trial as last read."),
    "log": CommandEntry("show", "log", "List what changed, newest first."),
    "history": CommandEntry("history", "history", "Show the timeline of one trial."),
    "export": CommandEntry("export", "export", "Write pages, changes and records to files."),
    "compare": CommandEntry("compare", "compare", "Show what changed between two records from files."),
    "preview": CommandEntry("preview", "preview", "Show a recipient's digest as it would be sent now."),
    "send-test": CommandEntry("preview", "send_test", "Send a marked sample to a recipient."),
    "templates": CommandEntry("templates", "templates", "List, copy and check templates."),
    "outbox": CommandEntry("outbox", "outbox", "List, retry or drop messages."),
    "snooze": CommandEntry("snooze", "snooze", "Hold back a trial or a recipient until a day."),
    "db": CommandEntry("database", "database", "Check, measure, back up or restore the store."),
    "doctor": CommandEntry("doctor", "doctor", "Check everything a run needs."),
    "config-schema": CommandEntry(
        "schema", "config_schema", "Print the JSON Schema of the configuration, for editors."
    ),
    "demo": CommandEntry("demo", "demo", "Run the whole job offline, in seconds."),
    "sandbox": CommandEntry("sandbox", "sandbox", "Serve a sample registry on this machine."),
}
"""Command → its place in `watcher.cli`. The help of the whole program comes from here, so that no command is loaded."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        entry = COMMANDS[cmd_name]
        command = getattr(import_module(f"watcher.cli.{entry.module}"), entry.name)
        assert isinstance(command, click.Command)  # noqa: S101 — the table above names commands only
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, from the table, and the options."""
        found = [
            CompletionItem(name, help=entry.help) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a mistyped one, name the nearest.

        Raises:
            click.UsageError: There is none of that name.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS, n=1)
            hint = f'Did you mean "{close[0]}"?' if close else "`watcher --help` lists them"
            raise click.UsageError(f'There is no command "{name}". {hint}', ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config", type=click.Path(path_type=Path, readable=False), metavar="FILE", help="The configuration file."
)
@click.option(
    "--state-dir", type=click.Path(path_type=Path, readable=False), metavar="DIR", help="Folder of the store."
)
@click.option("-v", "--verbose", count=True, help="More output; twice for everything.")
@click.option("-q", "--quiet", is_flag=True, help="Only what failed.")
@click.option("--log-format", type=click.Choice(["console", "json"]), help="Default: console on a terminal, else json.")
@click.version_option(__version__, prog_name="watcher")
@click.pass_context
def cli(
    context: click.Context,
    config: Path | None,
    state_dir: Path | None,
    verbose: int,
    quiet: bool,
    log_format: str | None,
) -> None:
    """Watch clinical trials and tell each person, once and in plain words, what changed.

    \b
    A first look, offline:   watcher demo
    Starting for real:       watcher init . && watcher --config config.toml run --once
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    context.obj = Settings(
        config=config, state_dir=state_dir, verbosity=-1 if quiet else verbose, log_format=log_format
    )


def main() -> None:
    """Run the command line and leave with the documented exit code (design: The command line)."""
    hurry_collector()
    settle_streams()
    run_and_exit(cli)
