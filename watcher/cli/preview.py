"""`preview` and `send-test`: a recipient's digest as it would be sent, and a marked sample by the real path."""

from __future__ import annotations

import asyncio
import sys

import click

from watcher import app
from watcher.cli.arguments import known_recipient, parse_span
from watcher.cli.exits import Exit
from watcher.cli.settings import Settings
from watcher.ops.preview import mail_bytes, preview_messages, send_sample
from watcher.text import to_json

FORMATS = ("text", "html", "slack", "eml")


@click.command()
@click.argument("recipient", metavar="RECIPIENT")
@click.option("--since", metavar="7d", help="As if nothing was reported in this time. Default: what is pending.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.pass_obj
def preview(settings: Settings, recipient: str, since: str | None, form: str) -> None:
    """Print the digest that RECIPIENT would get now. Changes nothing.

    With --format slack, each line is the payload of one message.

    \b
        watcher preview ana
        watcher preview ana --since 7d --format html > digest.html
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    who = known_recipient(loaded, recipient)
    span = parse_span(since) if since is not None else None
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        start = context.clock() - span if span is not None else None
        messages = preview_messages(context, app.watchlist_reader(loaded)(), who, since=start, is_slack=form == "slack")
        if not messages:
            click.echo(f"There is nothing to tell {recipient}.", err=True)
        for message in messages:
            if form == "text":
                click.echo(f"Subject: {message.subject}\n\n{message.text}")
            elif form == "html":
                click.echo(message.html or "")
            elif form == "slack":
                click.echo(to_json(message.slack))
            else:
                sys.stdout.buffer.write(mail_bytes(context, message, who))


@click.command("send-test")
@click.argument("recipient", metavar="RECIPIENT")
@click.pass_obj
def send_test(settings: Settings, recipient: str) -> None:
    """Send RECIPIENT a marked sample as a real message and print the provider's reply.

    \b
        watcher send-test ana
    """  # noqa: D301 — click reads \b as "do not re-wrap"
    loaded = settings.load()
    who = known_recipient(loaded, recipient)
    with app.open_for_looking(loaded, settings.state(loaded)) as context:
        results = asyncio.run(send_sample(context, who))
    for result in results:
        click.echo(f"{result.channel}: {'accepted' if result.is_accepted else 'not sent'}: {result.reply}")
    if not all(result.is_accepted for result in results):
        sys.exit(int(Exit.FAILED_PART))
