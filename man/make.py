"""Writes watcher(1) and watcher.toml(5): the words of `--help` and of config.example.toml, and the frame around them.

Run it after changing either: `python man/make.py`. A test compares the files with what it writes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from watcher.cli import cli
from watcher.cli.exits import Exit
from watcher.config.schema import config_schema

FOLDER = Path(__file__).parent
EXAMPLE = FOLDER.parent / "config.example.toml"

CODES = {
    Exit.DONE: "Done; nothing to say.",
    Exit.FAILED_PART: "Finished, but a fault lasts: `status` names it, and the next run tries it again.",
    Exit.USAGE: "Wrong usage.",
    Exit.REGISTRY: "The registry delivered nothing; what was due from the store was sent anyway.",
    Exit.BUG: "A bug; please report it.",
    Exit.STORE: "The store cannot be read or written, is damaged, or was written by a newer version.",
    Exit.LOCKED: "Another run holds the store.",
    Exit.PERMISSION: "Permission denied.",
    Exit.CONFIG: "The configuration is not usable, or a secret is missing.",
    Exit.INTERRUPTED: "Ended by Ctrl-C.",
    Exit.TERMINATED: "A one-shot run was ended by SIGTERM.",
}


def main() -> None:
    """Write both pages."""
    (FOLDER / "watcher.1").write_text(command_page(), encoding="utf-8")
    (FOLDER / "watcher.toml.5").write_text(config_page(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")


def command_page() -> str:
    """Return watcher(1)."""
    context = click.Context(cli, info_name="watcher")
    lines = [
        '.TH WATCHER 1 "" "Trial watcher" "User Commands"',
        ".SH NAME",
        r"watcher \- watch clinical trials and tell each person what changed",
        ".SH SYNOPSIS",
        r".B watcher",
        r"[\fIoptions\fR] \fIcommand\fR [\fIarguments\fR]",
        ".SH DESCRIPTION",
        roff(
            "Watches trials on ClinicalTrials.gov, keeps every version of every record, compares versions, and mails "
            "or posts to each recipient what changed, once and in plain words. Runs as a daemon (run), or from cron "
            "or a timer (run --once). It prints nothing when all is well; the exit status reports failures."
        ),
        ".SH OPTIONS",
        *options(cli),
        ".SH COMMANDS",
    ]
    for path, command in commands(cli, context, ()):
        lines += [".SS " + roff(" ".join(("watcher", *path, *arguments(command))))]
        lines += [*text_of(command), *options(command)]
    lines += [".SH EXIT STATUS"]
    for code, text in CODES.items():
        lines += [".TP", rf"\fB{int(code)}\fR", roff(text)]
    lines += [
        ".SH SIGNALS",
        ".TP",
        r"\fBSIGTERM\fR, \fBSIGINT\fR",
        roff(
            "The daemon ends cleanly within 10 seconds. Work in progress has 5; the next start completes the rest. A "
            "second signal ends it at once."
        ),
        ".TP",
        r"\fBSIGHUP\fR",
        roff(
            "The daemon reloads configuration and credentials. A configuration that cannot be used is rejected as a "
            "whole and named in the log; the old one stays in use."
        ),
        ".SH ENVIRONMENT",
        ".TP",
        r"\fBWATCHER_CONFIG\fR",
        roff("The configuration file, unless --config names one."),
        ".TP",
        r"\fBWATCHER_\fISECTION\fB__\fIKEY\fR",
        roff("Overrides a key of the configuration; see watcher.toml(5)."),
        ".TP",
        r"\fBCONFIGURATION_DIRECTORY\fR, \fBSTATE_DIRECTORY\fR, \fBCREDENTIALS_DIRECTORY\fR, \fBXDG_CONFIG_HOME\fR, "
        r"\fBXDG_STATE_HOME\fR",
        roff("Folders of configuration, store and credentials, set by systemd or as the XDG specification says."),
        ".TP",
        r"\fBNOTIFY_SOCKET\fR, \fBWATCHDOG_USEC\fR, \fBJOURNAL_STREAM\fR",
        roff("Set by systemd, for readiness, status, the watchdog and levels in the journal."),
        ".TP",
        r"\fBNO_COLOR\fR",
        roff("If set, output has no colours."),
        ".SH FILES",
        ".TP",
        r"\fI/etc/watcher/config.toml\fR",
        roff("The configuration, unless another is named."),
        ".TP",
        r"\fI/var/lib/watcher/watcher.db\fR",
        roff("The store, if the configuration is in /etc/watcher."),
        ".SH SEE ALSO",
        r"\fBwatcher.toml\fR(5), \fBsystemd.service\fR(5), \fBcrontab\fR(5)",
    ]
    return "\n".join(lines) + "\n"


def commands(
    command: click.Command, context: click.Context, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command that does something, in the order of the help."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if found is None:
            raise LookupError(name)
        yield from commands(found, context, (*path, name))


def arguments(command: click.Command) -> Iterator[str]:
    """Yield the arguments as the usage line shows them."""
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            yield parameter.metavar or (parameter.name or "").upper()


def text_of(command: click.Command) -> Iterator[str]:
    """Yield a command's help as paragraphs; its examples as they are."""
    for number, block in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")), 0):
        if block.startswith("\b"):
            yield from (".PP", ".EX", *(roff(f"  {line.strip()}") for line in block.splitlines()[1:]), ".EE")
        else:
            yield from ((".PP",) if number else ()) + (roff(" ".join(block.split())),)


def options(command: click.Command) -> Iterator[str]:
    """Yield a command's options."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            value = "" if parameter.is_flag or parameter.count else f" {parameter.metavar or choices(parameter)}"
            yield from (".TP", r"\fB" + roff(", ".join(parameter.opts)) + r"\fR" + roff(value))
            yield roff(parameter.help or f"One of {choices(parameter)}.")


def choices(option: click.Option) -> str:
    """Return what an option takes."""
    return "|".join(option.type.choices) if isinstance(option.type, click.Choice) else option.type.name.upper()


def config_page(example: str) -> str:
    """Return watcher.toml(5)."""
    schema: dict[str, Any] = dict(config_schema(example))
    lines = [
        '.TH WATCHER.TOML 5 "" "Trial watcher" "File Formats"',
        ".SH NAME",
        r"watcher.toml \- configuration of the trial watcher",
        ".SH DESCRIPTION",
        roff(
            "One TOML file, the first that exists of: --config FILE, $WATCHER_CONFIG, "
            "$CONFIGURATION_DIRECTORY/config.toml, $XDG_CONFIG_HOME/watcher/config.toml, "
            "/etc/watcher/config.toml. Check it with: watcher check-config. "
            "Durations are a number and a unit: 30s, 15min, 1h, 7d."
        ),
        ".PP",
        roff(
            "Watches may also be in files conf.d/*.toml beside it, read in the order of their names. A variable "
            "WATCHER_KEY or WATCHER_SECTION__KEY overrides a key, for example WATCHER_EMAIL__HOST. Lists and tables "
            "are written as TOML, and an empty variable counts as unset. [[watch]] and [[recipient]] cannot be set by "
            "variables."
        ),
        ".SH TOP LEVEL",
    ]
    tables = []
    for key, value in schema["properties"].items():
        inner = next((name for name in refs(value) if "properties" in schema["$defs"].get(name, {})), None)
        if inner is None:
            lines += entry(key, value, schema, key)
        else:
            tables.append((key, inner, '"array"' in str(value).replace("'", '"')))
    for key, inner, is_list in tables:
        lines += [f".SH [[{key}]]" if is_list else f".SH [{key}]"]
        for name, value in schema["$defs"][inner]["properties"].items():
            lines += entry(name, value, schema, name)
    lines += [".SH SEE ALSO", r"\fBwatcher\fR(1)"]
    return "\n".join(lines) + "\n"


def entry(label: str, value: dict[str, Any], schema: dict[str, Any], key: str) -> Iterator[str]:
    """Yield one key, and below it the keys of the table it takes."""
    yield from (".TP", rf"\fB{roff(label)}\fR", roff(value.get("description") or f"{key}: see config.example.toml."))
    for name in refs(value):
        inner = schema["$defs"].get(name, {})
        if "properties" in inner:
            shown = ", ".join(below(inner, schema))
            yield from (".IP", roff(f"A table: {shown}."))


def below(table: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Yield the keys of a table, each with those of the tables below it."""
    for key, value in table["properties"].items():
        inner = [found for name in refs(value) if "properties" in (found := schema["$defs"].get(name, {}))]
        yield f"{key} {{ {' | '.join(inner[0]['properties'])} }}" if inner else key


def refs(node: Any) -> Iterator[str]:
    """Yield the names of the definitions a value may be."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def roff(text: str) -> str:
    """Return a text that roff prints as it is."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    text = text.replace("…", "...").replace("’", r"\(cq")
    return rf"\&{text}" if text[:1] in {".", "'"} else text


if __name__ == "__main__":
    main()
