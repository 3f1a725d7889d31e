"""Messages as files."""

import email
import email.policy
import errno
import json
import os
import stat
from pathlib import Path

import pytest

from tests.delivery.helpers import Steps, message
from watcher.delivery.contract import DeliveryStep, Receipt
from watcher.delivery.files import explain
from watcher.delivery.folder import FolderChannel, file_stem
from watcher.errors import DeliveryError
from watcher.rendering.message import Message


async def file(folder: Path, what: Message | None = None, steps: Steps | None = None) -> Receipt:
    async with FolderChannel().open() as session:
        return await session.deliver(what or message(), str(folder), steps or Steps())


async def failing(folder: Path, what: Message | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await file(folder, what)
    return caught.value


async def test_message_becomes_a_mail_and_its_data(tmp_path):
    steps = Steps()
    folder = tmp_path / "deep" / "digests"
    receipt = await file(folder, steps=steps)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [file_stem(message()) + ".eml", file_stem(message()) + ".json"]
    assert all(name in receipt.reply for name in names)
    mail = email.message_from_bytes((folder / names[0]).read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == message().subject
    assert mail["Message-ID"] == message().message_id
    held = json.loads((folder / names[1]).read_text())
    assert held["schema"] == 1
    assert held["message_id"] == message().message_id
    assert held["data"] == {"changes": [{"kind": "status.stopped"}]}
    assert steps.seen == [DeliveryStep.CONNECTED, DeliveryStep.BODY_HANDED_OVER]


async def test_same_message_twice_is_the_same_files(tmp_path):
    await file(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    await file(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


async def test_other_messages_are_other_files_in_the_order_of_composing(tmp_path):
    await file(tmp_path, message(message_id="<a@watcher.invalid>"))
    await file(tmp_path, message(message_id="<b@watcher.invalid>"))
    await file(tmp_path, message(part=2, parts=3))
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 6
    assert all(name.startswith("2026-03-13T073000Z-") for name in names)
    assert sum("-2of3." in name for name in names) == 2


async def test_leftover_of_a_killed_run_is_taken_over(tmp_path):
    leftover = tmp_path / f".{file_stem(message())}.eml.part"
    leftover.write_bytes(b"half a ma")
    await file(tmp_path)
    assert not leftover.exists()
    assert (tmp_path / f"{file_stem(message())}.eml").read_bytes().startswith(b"Date: ")


async def test_link_in_the_way_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / f".{file_stem(message())}.json.part").symlink_to(elsewhere)
    error = await failing(tmp_path / "digests")
    assert error.is_channel_fault
    assert elsewhere.read_text() == "mine"


async def test_file_in_place_of_the_folder_is_a_fault_of_the_channel(tmp_path):
    (tmp_path / "digests").write_text("a file")
    error = await failing(tmp_path / "digests")
    assert (error.is_permanent, error.is_channel_fault, error.in_doubt) == (True, True, False)
    assert str(tmp_path / "digests") in str(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_folder_without_permission_is_a_fault_of_the_channel(tmp_path):
    tmp_path.chmod(0o500)
    try:
        error = await failing(tmp_path / "digests")
    finally:
        tmp_path.chmod(0o700)
    assert (error.is_permanent, error.is_channel_fault) == (True, True)
    assert "permission" in str(error)


async def test_full_disk_is_transient(tmp_path):
    full = tmp_path / f".{file_stem(message())}.json.part"
    try:
        os.mknod(full, stat.S_IFCHR | 0o666, os.makedev(1, 7))  # what /dev/full is: every write finds no room
        full.open("wb").close()
    except PermissionError:
        pytest.skip("only root may make a device that is full, and not everywhere")
    error = await failing(tmp_path)
    assert (error.is_permanent, error.is_channel_fault, error.in_doubt) == (False, True, False)
    assert "no room" in str(error)


async def test_message_that_no_mail_can_carry_is_refused_for_itself_alone(tmp_path):
    error = await failing(tmp_path, message(message_id="no id"))
    assert (error.is_permanent, error.is_channel_fault) == (True, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "permanent", "word"),
    [
        (errno.ENOSPC, False, "free some"),
        (errno.EDQUOT, False, "free some"),
        (errno.EIO, False, "for now"),
        (errno.EACCES, True, "permission"),
        (errno.EROFS, True, "permission"),
        (errno.ENAMETOOLONG, True, "check the path"),
    ],
)
def test_what_the_system_refuses_is_classed(number, permanent, word):
    error = explain(Path("/digests"), OSError(number, os.strerror(number)))
    assert (error.is_permanent, error.is_channel_fault, error.in_doubt) == (permanent, True, False)
    assert word in str(error)


async def test_step_that_cannot_be_recorded_stops_the_files(tmp_path):
    def refuse(step: DeliveryStep) -> None:
        raise OSError(errno.EIO, "the ledger")

    async with FolderChannel().open() as session:
        with pytest.raises(OSError, match="the ledger"):
            await session.deliver(message(), str(tmp_path), refuse)
    assert list(tmp_path.iterdir()) == []
