"""`templates`: which there are, a copy to edit, and whether the operator's own are fit to be used."""

from __future__ import annotations

import sys
import time
from difflib import get_close_matches
from pathlib import Path

import click

from watcher import app
from watcher.cli.exits import Exit
from watcher.cli.settings import Settings
from watcher.errors import UsageError
from watcher.pipeline.template_overrides import override_folder, try_overrides
from watcher.rendering.environment import Templates, builtin_templates, template_names


@click.group()
def templates() -> None:
    """List, show and check the templates of all messages.

    \b
        watcher templates list
        watcher templates export my-templates
        watcher templates check
    """  # noqa: D301 — click reads \b as "do not re-wrap"


@templates.command("list")
@click.pass_obj
def list_templates(settings: Settings) -> None:
    """Print every template by name, those of your own with their file."""
    folder = override_folder(settings.load())
    own = set(template_names(folder)) if folder is not None else set()
    for name in sorted({*template_names(builtin_templates()), *own}):
        click.echo(f"{name}  (yours: {folder}/{name})" if name in own else name)


@templates.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("names", metavar="[NAME]...", nargs=-1)
def export(folder: Path, names: tuple[str, ...]) -> None:
    """Copy the built-in templates, all or those named, and their description into DIR; overwrite nothing.

    Keep only those you edit: a copy does not change when the built-in one improves.

    \b
        watcher templates export my-templates email/digest.subject.txt.j2
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    source = builtin_templates()
    known = template_names(source)
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f'did you mean "{close[0]}"?' if close else "`watcher templates list` names them"
            raise UsageError(f'there is no template "{name}"; {hint}')
    wanted = [*(names or known), "README.md"]
    there = [name for name in wanted if (folder / name).exists() and name != "README.md"]
    if there:
        raise UsageError(f"{folder / there[0]} is there already; nothing was written")
    for name in wanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((source / name).read_bytes())
    click.echo(f"{len(wanted) - 1} templates in {folder}; README.md there says what they are given.")
    click.echo(f'Use them with: templates_dir = "{folder}"  (then `watcher templates check`)')


@templates.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Try your own templates on sample messages and pages and on the last real changes. Changes nothing.

    Exit code 1 if one fails; the built-in one is then used instead.
    """
    loaded = settings.load()
    folder = override_folder(loaded)
    if folder is None or not folder.is_dir():
        where = "templates_dir is not set" if folder is None else f"{folder} is not there"
        click.echo(f"{where}: the built-in templates are used.")
        return
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        tried = try_overrides(Templates(builtin_templates(), folder, clock=time.monotonic), context)
    if not tried:
        click.echo(f"{folder} holds no template: the built-in ones are used.")
    for one in tried:
        click.echo(f"{one.template}: {one.problem or 'well'}")
    if any(one.problem for one in tried):
        sys.exit(int(Exit.FAILED_PART))
