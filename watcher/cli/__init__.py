"""The door: commands, one file per family; parses, calls, prints, maps errors to exit codes.

Decides nothing about trials. Heavy rooms are imported inside the command that needs them.
"""

from __future__ import annotations

import click

from watcher import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="watcher")
def main() -> None:
    """Watch clinical trials and tell each person, once and in plain words, what changed."""
