"""The client and the sandbox registry understand each other; neither knows the other's code."""

import pytest

from tests.registry.scripted import Clock, study, talking_to
from watcher.errors import RegistryAnswerError, RegistryUnavailableError
from watcher.registry.plausibility import Plausibility, assess_age, assess_content
from watcher.registry.registry_model import Moved, NotFound, RawRecord
from watcher.registry.studies_page import decode_record
from watcher.sandbox.registry_faults import UNDECODABLE, FaultKind, RegistryFault
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

DAYS = ("2026-03-11", "2026-03-12", "2026-03-13")
TRIALS = [f"NCT9900{number:04}" for number in range(1, 131)]
OLD_ID, NEW_ID = "NCT00000141", "NCT99000001"


@pytest.fixture
def sandbox():
    def states(one):
        value = study(one, aliases=(OLD_ID,) if one == NEW_ID else ())
        value["protocolSection"] |= {"designModule": {"studyType": "X"}, "conditionsModule": {"conditions": ["Y"]}}
        return dict.fromkeys(DAYS, value)

    with Sandbox(Timeline.of({one: states(one) for one in TRIALS})) as sandbox:
        yield sandbox


async def poll(sandbox, wanted=TRIALS, **options):
    async with talking_to(sandbox.base_url, **options) as client:
        version = await client.version()
        return version, [page async for page in client.pages(wanted)]


@pytest.mark.parametrize("transport", ["httpx", "urllib"])
async def test_a_poll_takes_one_request_a_hundred_and_the_version(sandbox, transport):
    version, pages = await poll(sandbox, transport=transport)
    assert version.token == "2026-03-11T09:00:00"
    assert sorted(record.nct_id for page in pages for record in page.records) == TRIALS
    assert len(sandbox.requests) == 3


async def test_fingerprints_stay_while_only_the_data_version_moves(sandbox):
    before = (await poll(sandbox))[1]
    sandbox.next()
    after = (await poll(sandbox))[1]
    kept, new = ({record.nct_id: record for page in pages for record in page.records} for pages in (before, after))
    assert {one: record.fingerprint for one, record in kept.items()} == {
        one: record.fingerprint for one, record in new.items()
    }
    assert {record.data_version for record in kept.values()} == {DAYS[0]}
    assert {record.data_version for record in new.values()} == {DAYS[1]}
    assert len({record.fingerprint for record in kept.values()}) == len(TRIALS)


async def test_aliases_are_found_in_batches_and_alone(sandbox):
    _, pages = await poll(sandbox, [OLD_ID, TRIALS[1]])
    assert pages[0].aliased == {OLD_ID: NEW_ID}
    assert pages[0].missing == ()
    async with talking_to(sandbox.base_url) as client:
        assert await client.single(OLD_ID) == Moved(NEW_ID)
        assert isinstance(await client.single(NEW_ID), RawRecord)
        assert await client.single("NCT98000000") == NotFound()


FAULTS_OVERCOME = [
    FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.BAD_GATEWAY, FaultKind.UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT, FaultKind.DROPPED, FaultKind.CUT, FaultKind.CUT_CHUNKED, FaultKind.EMPTY_PAGE,
]  # fmt: skip


@pytest.mark.parametrize("transport", ["httpx", "urllib"])
@pytest.mark.parametrize("kind", FAULTS_OVERCOME)
async def test_a_fault_that_passes_is_overcome_with_one_request_more(sandbox, kind, transport):
    sandbox.arm(RegistryFault(kind=kind, match="/studies"))
    _, pages = await poll(sandbox, transport=transport)
    assert sorted(record.nct_id for page in pages for record in page.records) == TRIALS
    assert all(page.missing == () and page.failed == {} for page in pages)
    assert len(sandbox.requests) == 4


async def test_what_cannot_be_believed_fails_its_batch_alone(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.HTML, match="/studies"))
    _, pages = await poll(sandbox)
    assert len(pages[0].failed) == 100
    assert len(pages[1].records) == 30
    assert len(sandbox.requests) == 3


async def test_an_answer_that_cannot_be_decoded_is_halved(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/studies"))
    _, pages = await poll(sandbox)
    assert sorted(record.nct_id for page in pages for record in page.records) == TRIALS
    assert len(sandbox.requests) == 5


@pytest.mark.parametrize("kind", sorted(UNDECODABLE - {FaultKind.DIGITS}))
async def test_a_record_no_decoder_takes_fails_alone(sandbox, kind):
    sandbox.arm(RegistryFault(kind=kind, ids=(TRIALS[40],), times=None))
    _, pages = await poll(sandbox)
    assert sorted(record.nct_id for page in pages for record in page.records) == TRIALS[:40] + TRIALS[41:]
    assert [one for page in pages for one in page.unreadable] == [TRIALS[40]]


async def test_a_number_without_end_is_found_when_the_record_is_decoded(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.DIGITS, ids=(TRIALS[40],), times=None))
    _, pages = await poll(sandbox)
    (record,) = (one for page in pages for one in page.records if one.nct_id == TRIALS[40])
    with pytest.raises(RegistryAnswerError, match="cannot be read"):
        decode_record(record.body)


async def test_a_full_batch_costs_one_request(sandbox):
    await poll(sandbox)
    assert len(sandbox.requests) == 3


async def test_an_oversized_page_is_halved(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.OVERSIZED, match="/studies", size=33 * 1024 * 1024))
    _, pages = await poll(sandbox)
    assert sorted(record.nct_id for page in pages for record in page.records) == TRIALS
    assert len(sandbox.requests) == 5


async def test_a_version_that_moves_between_pages_is_seen_in_the_records_and_the_token(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.MOVING, after=1))
    async with talking_to(sandbox.base_url) as client:
        before = await client.version()
        pages = [page async for page in client.pages(TRIALS)]
        after = await client.version()
    assert before != after
    assert {record.data_version for page in pages for record in page.records} == set(DAYS[:2])


async def test_a_missing_token_and_stamp_are_no_error(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.NO_TIMESTAMP), RegistryFault(kind=FaultKind.NO_VERSION_HOLDER, times=None))
    version, pages = await poll(sandbox)
    assert version.token is None
    assert {record.data_version for page in pages for record in page.records} == {None}


async def test_stale_and_hollow_records_are_recognised(sandbox):
    sandbox.next()
    (kept,) = (await poll(sandbox, [NEW_ID]))[1][0].records
    sandbox.arm(RegistryFault(kind=FaultKind.STALE, ids=(NEW_ID,)))
    (stale,) = (await poll(sandbox, [NEW_ID]))[1][0].records
    assert assess_age(stale, kept.data_version).verdict is Plausibility.STALE
    sandbox.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(NEW_ID,)))
    (hollow,) = (await poll(sandbox, [NEW_ID]))[1][0].records
    assert assess_content(decode_record(hollow.body), decode_record(kept.body)).verdict is Plausibility.HOLLOW


async def test_strangers_are_counted_and_absent_ones_named(sandbox):
    sandbox.arm(
        RegistryFault(kind=FaultKind.WRONG_IDS, ids=(TRIALS[9],)),
        RegistryFault(kind=FaultKind.MISSING, ids=(TRIALS[1],)),
    )
    _, pages = await poll(sandbox, TRIALS[:3])
    assert (pages[0].unasked, pages[0].missing) == (1, (TRIALS[1],))


async def test_a_registry_that_stays_down_is_unavailable(sandbox):
    clock = Clock()
    sandbox.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, times=None, retry_after=7))
    with pytest.raises(RegistryUnavailableError):
        await poll(sandbox, clock=clock)
    assert len(sandbox.requests) == 4
    assert clock.slept == [7, 7, 15]


async def test_a_wrong_base_address_is_said(sandbox):
    async with talking_to(sandbox.root_url + "/api/v9") as client:
        with pytest.raises(RegistryAnswerError, match="404"):
            await client.version()
