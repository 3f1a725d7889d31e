"""Standard output: for cron and pipes."""

import io

from tests.delivery.helpers import Steps, message
from watcher.delivery.stdout import StdoutChannel


async def test_message_is_printed_as_text_under_its_subject():
    stream = io.BytesIO()
    async with StdoutChannel(lambda: stream).open() as session:
        receipt = await session.deliver(message(subject="Größe", text="Zwei Zeilen,\nmit Ümläuten.\n\n"), "", Steps())
        await session.deliver(message(subject="Next", text="Second.\n"), "", Steps())
    assert stream.getvalue().decode() == "Größe\n\nZwei Zeilen,\nmit Ümläuten.\n\nNext\n\nSecond.\n\n"
    assert receipt.reply == "39 bytes printed"


async def test_text_that_cannot_be_encoded_is_printed_all_the_same():
    stream = io.BytesIO()
    async with StdoutChannel(lambda: stream).open() as session:
        await session.deliver(message(text="lone \ud800 surrogate\n"), "", Steps())
    assert b"lone ? surrogate" in stream.getvalue()
