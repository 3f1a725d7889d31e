"""`config-schema`: the configuration as JSON Schema, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from watcher.config import schema
from watcher.text import to_json


@click.command("config-schema")
def config_schema() -> None:
    """Print the JSON Schema of the configuration, with which editors complete and check it.

    Editors with Taplo find it through the first line of the configuration: #:schema ./config.schema.json

    \b
        watcher config-schema > config.schema.json
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    found = schema.config_schema(_example().read_text(encoding="utf-8"))
    click.echo(to_json(found, indent=2))


def _example() -> Path:
    """Return the commented example: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_data" / "config.example.toml"
    return installed if installed.exists() else package.parent / installed.name
