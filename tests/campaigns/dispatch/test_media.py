"""Photos, files and albums in a campaign: uploaded once per account, everybody gets every item once."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.media import MediaShelf
from campaigns.message.send_tests import SendTests
from campaigns.message.variants import Message
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind
from core.domain.media import PART_BYTES, MediaKind
from telegram.sandbox.control import FaultKind, RepeatBehaviour
from tests.campaigns.dispatch.rig import ASKED_BY, Rig
from tests.campaigns.message.pictures import write_picture

pytestmark = pytest.mark.slow

PHOTO, ALBUM, PART, UPLOAD = (
    "messages.sendMedia",
    "messages.sendMultiMedia",
    "upload.saveFilePart",
    "messages.uploadMedia",
)


async def with_media(rig: Rig, folder: Path, *names: str, parts: int = 1) -> Message:
    """A message with these files, in so many parts each; what ends in .jpg is a photo."""
    shelf = rig.console.get(MediaShelf)
    attached = []
    for number, name in enumerate(names):
        path = folder / name
        if path.suffix == ".jpg":
            attached.append(await shelf.attach(write_picture(path, width=60 + number), MediaKind.PHOTO))
        else:
            path.write_bytes(name.encode().ljust(PART_BYTES * parts, b"."))
            attached.append(await shelf.attach(path, MediaKind.FILE))
    return msgspec.structs.replace(Message.of_text("Hi {{ name }}"), media=tuple(attached))


def check_exactly_once(rig: Rig, message: Message, people: int) -> None:
    """Everybody has every item, and none of them twice."""
    got = Counter((entry.peer_id, entry.media_sha256) for entry in rig.sent())
    reached = {entry.peer_id for entry in rig.sent()}
    assert len(reached) == people
    assert got == Counter({(peer, each.media.sha256): 1 for peer in reached for each in message.media})


async def uploads(rig: Rig, method: str = UPLOAD) -> int:
    return await rig.calls(method)


@pytest.mark.parametrize(
    "names", [["a.jpg"], ["plan.bin"], ["a.jpg", "b.jpg", "c.jpg"]], ids=["photo", "file", "album"]
)
@pytest.mark.parametrize("kind", list(AccountKind))
async def test_everybody_gets_it_once_and_each_account_uploads_it_once(
    rig: Rig, tmp_path: Path, kind: AccountKind, names: list[str]
) -> None:
    for _ in range(2):
        await rig.add_account(kind, people=4)
    message = await with_media(rig, tmp_path, *names)
    await rig.start_worker()
    before = await uploads(rig)

    await rig.start_campaign(message=message)

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert all(row.message_id for row in rows)
    check_exactly_once(rig, message, 8)
    assert await uploads(rig) - before == 2 * len(names)


async def test_a_second_campaign_and_a_new_worker_use_the_upload_there_is(rig: Rig, tmp_path: Path) -> None:
    await rig.add_account(people=1)
    message = await with_media(rig, tmp_path, "a.jpg")
    await rig.start_worker()
    await rig.start_campaign(message=message)
    await rig.until_final()
    await rig.stop_worker()
    before = await uploads(rig)

    await rig.start_worker()
    second = await rig.start_campaign(message=message)

    await rig.until_final(second)
    assert await uploads(rig) == before
    assert len(rig.sent()) == 2


async def test_an_upload_that_a_crash_broke_off_begins_again(rig: Rig, tmp_path: Path) -> None:
    account = await rig.add_account(people=3)
    message = await with_media(rig, tmp_path, "plan.bin", "map.bin")
    await rig.start_worker()
    before = await uploads(rig, PART)
    await rig.inject(account, FaultKind.DELAY, PART, seconds=30, count=1)
    await rig.start_campaign(message=message)

    async def is_uploading() -> bool:
        return "Uploading plan.bin" in ((await rig.lane(account)).reason or "") and await uploads(rig, PART) > before

    await rig.until(is_uploading, "the lane says what it uploads")
    await rig.abandon_worker()
    assert rig.sent() == []
    await rig.start_worker(until_idle=False)

    assert {row.state for row in await rig.until_final()} == {DeliveryState.SENT}
    check_exactly_once(rig, message, 3)


async def test_an_orderly_stop_does_not_wait_for_the_end_of_an_upload(rig: Rig, tmp_path: Path) -> None:
    account = await rig.add_account(people=1)
    message = await with_media(rig, tmp_path, "plan.bin", parts=20)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DELAY, PART, seconds=0.3, count=None)
    before = await uploads(rig, PART)
    await rig.start_campaign(message=message)

    async def has_begun() -> bool:
        return await uploads(rig, PART) > before

    await rig.until(has_begun, "the upload begins")
    await rig.stop_worker()
    await rig.control.clear_faults()
    (row,) = await rig.rows()
    assert row.state is DeliveryState.PLANNED
    assert await uploads(rig, PART) - before < 20

    await rig.start_worker(until_idle=False)
    assert {row.state for row in await rig.until_final()} == {DeliveryState.SENT}


@pytest.mark.parametrize(
    ("kind", "behaviour", "fault"),
    [
        (AccountKind.USER, RepeatBehaviour.ECHO, FaultKind.PARTLY_LOST),
        (AccountKind.USER, RepeatBehaviour.REFUSE, FaultKind.PARTLY_LOST),
        (AccountKind.BOT, RepeatBehaviour.REFUSE, FaultKind.PARTLY_LOST),
        (AccountKind.BOT, RepeatBehaviour.ECHO, FaultKind.PARTLY_ANSWERED),
        (AccountKind.USER, RepeatBehaviour.REFUSE, FaultKind.DROP_AFTER),
    ],
)
async def test_an_album_that_arrived_in_part_is_completed_and_nothing_of_it_is_there_twice(
    rig: Rig, tmp_path: Path, kind: AccountKind, behaviour: RepeatBehaviour, fault: FaultKind
) -> None:
    account = await rig.add_account(kind, people=6)
    message = await with_media(rig, tmp_path, "a.jpg", "b.jpg", "c.jpg")
    await rig.control.set_repeat_behaviour(behaviour)
    await rig.start_worker()
    await rig.inject(account, fault, ALBUM, every=3, count=2)

    await rig.start_campaign(message=message)

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    check_exactly_once(rig, message, 6)


@pytest.mark.parametrize("names", [["a.jpg"], ["a.jpg", "b.jpg", "c.jpg"]], ids=["photo", "album"])
async def test_a_reference_that_expires_in_the_middle_is_renewed_and_everybody_gets_it_once(
    rig: Rig, tmp_path: Path, names: list[str]
) -> None:
    account = await rig.add_account(people=24)
    message = await with_media(rig, tmp_path, *names)
    await rig.start_worker()
    before = await uploads(rig)
    await rig.inject(account, FaultKind.DELAY, ALBUM if len(names) > 1 else PHOTO, seconds=0.1, count=None)
    await rig.start_campaign(message=message)
    await rig.until_rows(lambda rows: sum(row.state == DeliveryState.SENT for row in rows) >= 4, "some have it")

    await rig.control.end_file_references(account.user_id)

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    check_exactly_once(rig, message, 24)
    assert await uploads(rig) - before == 2 * len(names)


@pytest.mark.parametrize("kind", [FaultKind.LOSE_THEN_REFUSE, FaultKind.DROP_THEN_REFUSE])
async def test_a_repeat_that_meets_an_expired_reference_proves_nothing_and_goes_again_with_a_new_one(
    rig: Rig, tmp_path: Path, kind: FaultKind
) -> None:
    account = await rig.add_account(AccountKind.BOT, people=1)
    message = await with_media(rig, tmp_path, "a.jpg")
    await rig.start_worker()
    before = await uploads(rig)
    await rig.inject(account, kind, PHOTO, code=400, text="FILE_REFERENCE_EXPIRED")

    await rig.start_campaign(message=message)

    (row,) = await rig.until_final()
    assert (row.state, row.tries) == (DeliveryState.SENT, 3)
    assert await uploads(rig) - before == 2
    check_exactly_once(rig, message, 1)


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        (FaultKind.DROP_AFTER, DeliveryState.SENT, None),
        (FaultKind.PARTLY_LOST, DeliveryState.UNCERTAIN, DeliveryReason.ALBUM_PARTLY),
        (FaultKind.DROP_BEFORE, DeliveryState.SKIPPED, DeliveryReason.SAID_STOP),
    ],
)
async def test_an_album_that_may_not_be_repeated_is_settled_by_the_history(
    rig: Rig, tmp_path: Path, fault: FaultKind, state: DeliveryState, reason: DeliveryReason | None
) -> None:
    account = await rig.add_account(people=1)
    message = await with_media(rig, tmp_path, "a.jpg", "b.jpg", "c.jpg")
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, "help.getConfig", code=500, text="LATER", count=None)  # stays away
    await rig.inject(account, fault, ALBUM)
    await rig.start_campaign(message=message)
    await rig.until_states(sending=1)
    await rig.edit("INSERT INTO suppression (contact_id, reason, at) SELECT id, 'said_stop', 1 FROM contact")
    await rig.control.clear_faults()

    (row,) = await rig.until_final()

    assert (row.state, row.reason) == (state, reason)


async def test_a_file_that_is_gone_pauses_the_campaign_until_it_is_back(rig: Rig, tmp_path: Path) -> None:
    await rig.add_account(people=3)
    message = await with_media(rig, tmp_path, "plan.bin")
    campaign_id = await rig.start_campaign(message=message)
    kept = rig.workspace.media / message.media[0].media.sha256
    kept.write_bytes(b"something else")

    await rig.start_worker(until_idle=False)

    progress = await rig.until_campaign(campaign_id, CampaignState.PAUSED)
    assert "plan.bin" in (progress.state_reason or "")
    assert {row.state for row in await rig.rows()} == {DeliveryState.PLANNED}
    kept.write_bytes((tmp_path / "plan.bin").read_bytes())
    await rig.service.resume(campaign_id, actor=ASKED_BY)
    assert {row.state for row in await rig.until_final()} == {DeliveryState.SENT}


async def test_what_telegram_makes_no_photo_of_fails_the_campaign_and_nothing_leaves(
    rig: Rig, tmp_path: Path
) -> None:
    account = await rig.add_account(people=3)
    message = await with_media(rig, tmp_path, "a.jpg")
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, UPLOAD, code=400, text="IMAGE_PROCESS_FAILED")

    campaign_id = await rig.start_campaign(message=message)

    await rig.until_campaign(campaign_id, CampaignState.FAILED)
    assert rig.sent() == []


async def test_a_wait_that_is_demanded_for_uploads_holds_what_needs_them_and_passes(rig: Rig, tmp_path: Path) -> None:
    account = await rig.add_account(people=3)
    message = await with_media(rig, tmp_path, "a.jpg")
    await rig.start_worker()
    before = await uploads(rig)
    await rig.inject(account, FaultKind.FLOOD, UPLOAD, seconds=1)

    await rig.start_campaign(message=message)
    await rig.until_rows(lambda rows: any(row.reason == DeliveryReason.COOLDOWN for row in rows), "somebody waits")

    assert {row.state for row in await rig.until_final()} == {DeliveryState.SENT}
    assert await uploads(rig) - before == 2


async def test_an_upload_that_is_refused_again_and_again_ends_the_campaign(rig: Rig, tmp_path: Path) -> None:
    account = await rig.add_account(people=1)
    message = await with_media(rig, tmp_path, "a.jpg")
    await rig.start_worker()
    before = await uploads(rig)
    await rig.inject(account, FaultKind.ERROR, PHOTO, code=400, text="FILE_REFERENCE_EXPIRED", count=None)

    campaign_id = await rig.start_campaign(message=message)

    progress = await rig.until_campaign(campaign_id, CampaignState.FAILED)
    assert "uploaded again" in (progress.state_reason or "")
    assert await uploads(rig) - before <= 4
    assert rig.sent() == []


async def test_a_test_message_brings_its_photos(rig: Rig, tmp_path: Path) -> None:
    account = await rig.add_account(people=1)
    message = await with_media(rig, tmp_path, "a.jpg", "b.jpg")
    await rig.start_worker()
    campaign_id = await rig.service.create(title="Draft", template="x", account_ids=[account.id], actor=ASKED_BY)

    await rig.console.get(SendTests).send(campaign_id, account.id, message, to=None, actor=ASKED_BY)

    await rig.until_states(sent=1)
    assert [entry.media_sha256 for entry in rig.sent()] == [each.media.sha256 for each in message.media]
    assert {entry.peer_id for entry in rig.sent()} == {account.user_id}


async def test_what_is_being_uploaded_holds_back_no_other_account(rig: Rig, tmp_path: Path) -> None:
    slow, quick = await rig.add_account(people=1), await rig.add_account(people=3)
    message = await with_media(rig, tmp_path, "a.jpg")
    await rig.start_worker()
    await rig.inject(slow, FaultKind.DELAY, PART, seconds=60)

    await rig.start_campaign(message=message)

    await rig.until_rows(
        lambda rows: sum(row.state == DeliveryState.SENT for row in rows if row.account_id == quick.id) == 3,
        "they go on",
    )
    assert rig.sent(slow) == []
    await rig.until_lane(slow, LaneStatus.SENDING)
    await rig.control.drop_links(slow.user_id)
    await rig.until_final()
