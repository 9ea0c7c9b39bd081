"""Files of messages in a workspace: copied once when a campaign is submitted, and gone when nothing needs them."""

import os
from pathlib import Path

import msgspec
import pytest

from campaigns.campaign import CampaignState
from campaigns.message.media import UNUSED_FOR, MediaShelf
from campaigns.message.variants import Attachment, Message
from campaigns.service import CampaignService
from core.domain.ids import CampaignId
from core.domain.media import MediaKind
from core.errors import InvalidTransitionError, UserInputError
from database.stores.media import MediaStore
from tests.campaigns.message.pictures import write_picture
from tests.database.stores.world import NOW, World, peer
from tests.fake_clock import FakeClock

HINT = "It does not say how to opt out"


class Draft:
    """A campaign with one photo that lies outside the workspace."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.clock = world, FakeClock(NOW)
        self.shelf = MediaShelf(world.media, MediaStore(world.database), self.clock)
        self.service = CampaignService(world.desk, self.shelf, self.clock)
        self.photo = write_picture(folder / "photo.jpg")
        self.id = CampaignId(0)

    async def begin(self) -> "Draft":
        account_id = await self.world.add_account()
        await self.world.import_people(1)
        await self.world.know(account_id, peer(1))
        self.id = await self.service.create(title="Spring", template="Hi", account_ids=[account_id], actor="ann")
        await self.attach(self.photo)
        return self

    async def attach(self, *paths: Path) -> Message:
        media = tuple([await self.shelf.attach(path, MediaKind.PHOTO) for path in paths])
        message = msgspec.structs.replace(Message.of_text("Hi"), media=media)
        await self.service.set_message(self.id, message, actor="ann")
        return message

    async def message(self) -> Message:
        return (await self.world.desk.get(self.id)).message

    async def submit(self) -> None:
        await self.service.submit(self.id, actor="ann")

    def kept(self) -> set[str]:
        return {path.name for path in self.world.media.iterdir()}


@pytest.fixture
async def draft(world: World, tmp_path: Path) -> Draft:
    return await Draft(world, tmp_path).begin()


async def test_a_file_is_copied_when_the_campaign_is_submitted_and_its_path_is_forgotten(draft: Draft) -> None:
    (attached,) = (await draft.message()).media
    assert draft.kept() == set()

    await draft.submit()

    (kept,) = (await draft.message()).media
    assert kept == Attachment(media=attached.media)
    copy = draft.world.media / kept.media.sha256
    assert copy.read_bytes() == draft.photo.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert draft.shelf.locate(kept) == copy


async def test_the_original_is_not_needed_any_more_after_that(draft: Draft) -> None:
    await draft.submit()
    draft.photo.unlink()
    await draft.service.send_back(draft.id, actor="bob", comment="Shorter, please.")

    assert [each.title for each in await draft.shelf.check(await draft.message())] == [HINT]
    await draft.submit()

    assert len(draft.kept()) == 1


@pytest.mark.parametrize("change", ["changed", "missing"])
async def test_a_file_that_changed_since_it_was_attached_is_noticed(draft: Draft, change: str) -> None:
    if change == "changed":
        write_picture(draft.photo, colour="red")
    else:
        draft.photo.unlink()

    (first, *_) = await draft.shelf.check(await draft.message())
    with pytest.raises(UserInputError) as refused:
        await draft.submit()

    assert refused.value.title == first.title == f"A file {'has changed' if change == 'changed' else 'is missing'}"
    assert draft.kept() == set()
    assert await draft.service.state_of(draft.id) is CampaignState.DRAFT


async def test_what_was_approved_is_the_content_of_the_files(draft: Draft, tmp_path: Path) -> None:
    await draft.submit()
    approved = await draft.world.desk.content_hash(draft.id)
    await draft.service.send_back(draft.id, actor="bob", comment="")
    other = tmp_path / "other"
    other.mkdir()
    os.rename(draft.photo, other / "photo.jpg")
    await draft.attach(other / "photo.jpg")
    await draft.submit()
    assert await draft.world.desk.content_hash(draft.id) == approved  # the same photo from elsewhere

    await draft.service.send_back(draft.id, actor="bob", comment="")
    await draft.attach(write_picture(other / "photo.jpg", colour="red"))
    await draft.submit()

    assert await draft.world.desk.content_hash(draft.id) != approved


async def test_a_file_that_is_attached_while_it_is_submitted_is_not_forgotten(draft: Draft) -> None:
    with pytest.raises(InvalidTransitionError):
        await draft.world.desk.submit(draft.id, actor="ann", now=NOW)  # as if it was attached after `keep`

    assert await draft.service.state_of(draft.id) is CampaignState.DRAFT


async def test_a_kept_file_goes_when_nothing_has_needed_it_for_a_while(draft: Draft, tmp_path: Path) -> None:
    await draft.submit()
    (first,) = draft.kept()
    await draft.service.send_back(draft.id, actor="bob", comment="")
    second = await draft.attach(write_picture(tmp_path / "second.png", form="PNG"))

    await draft.submit()
    assert len(draft.kept()) == 2, "somebody may be about to need it"
    draft.clock.advance(UNUSED_FOR.total_seconds() + 1)
    (draft.world.media / ".part-left").write_bytes(b"half")
    os.utime(draft.world.media / ".part-left", (1, 1))
    await draft.shelf.keep(await draft.message())

    assert draft.kept() == {second.media[0].media.sha256}
    assert first not in draft.kept()


async def test_a_check_reads_a_file_again_only_when_it_may_have_changed(draft: Draft) -> None:
    message = await draft.message()
    assert [each.title for each in await draft.shelf.check(message)] == [HINT]
    known = draft.photo.stat()
    content = draft.photo.read_bytes()
    draft.photo.write_bytes(bytes(len(content)))
    os.utime(draft.photo, ns=(known.st_atime_ns, known.st_mtime_ns))

    assert [each.title for each in await draft.shelf.check(message)] == [HINT], "nothing about it looks changed"
    with pytest.raises(UserInputError):
        await draft.submit()  # what is approved is always read

    os.utime(draft.photo)
    assert [each.title for each in await draft.shelf.check(message)] == ["A file has changed", HINT]


async def test_a_copy_that_was_damaged_is_mended_by_attaching_the_file_again(draft: Draft) -> None:
    await draft.submit()
    (name,) = draft.kept()
    content = draft.photo.read_bytes()
    (draft.world.media / name).write_bytes(b"damaged")
    await draft.service.send_back(draft.id, actor="bob", comment="")
    await draft.attach(draft.photo)

    await draft.submit()

    assert (draft.world.media / name).read_bytes() == content
