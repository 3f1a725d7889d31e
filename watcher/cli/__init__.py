"""The door: commands, one file per family; parses, calls, prints, maps errors to exit codes.

Decides nothing about trials. A command's module, and the rooms behind it, load only when it is called.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from watcher import __version__
from watcher.cli.collector import hurry_collector
from watcher.cli.exits import run_and_exit
from watcher.cli.settings import Settings
from watcher.cli.streams import settle_streams

COMMANDS = {
    "init": "init:init",
    "add": "init:add",
    "remove": "init:remove",
    "check-config": "check:check_config",
    "run": "run:run",
    "status": "show:status",
    "health": "health:health",
    "list": "show:list_trials",
    "show": "show:show",
    "log": "show:log",
    "history": "history:history",
    "export": "export:export",
    "compare": "compare:compare",
    "preview": "preview:preview",
    "send-test": "preview:send_test",
    "templates": "templates:templates",
    "outbox": "outbox:outbox",
    "snooze": "snooze:snooze",
    "db": "database:database",
    "doctor": "doctor:doctor",
    "config-schema": "schema:config_schema",
    "demo": "demo:demo",
    "sandbox": "sandbox:sandbox",
}
"""Command → module and name inside `watcher.cli`."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(import_module(f"watcher.cli.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 — the table above names commands only
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a mistyped one, name the nearest.

        Raises:
            click.UsageError: There is none of that name.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, COMMANDS, n=1)
            hint = f'Did you mean "{close[0]}"?' if close else "They are listed by: watcher --help"
            raise click.UsageError(f'There is no command "{name}". {hint}', ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config", type=click.Path(path_type=Path, readable=False), metavar="FILE", help="The configuration file."
)
@click.option(
    "--state-dir", type=click.Path(path_type=Path, readable=False), metavar="DIR", help="Where the store lies."
)
@click.option("-v", "--verbose", count=True, help="Say more; twice for everything.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what failed.")
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
