"""The template library: versions that stay, titles, and coming back."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from campaigns.message.library import TemplateLibrary
from campaigns.message.variants import Attachment, Message
from core.domain.ids import TemplateId
from core.domain.media import MediaKind
from core.errors import UserInputError
from database.stores.media import MediaStore
from database.stores.templates import TemplateStore
from tests.campaigns.message.pictures import write_picture
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock

HI, HELLO = Message.of_text("Hi {{ name }}"), Message.of_text("Grüße {{ name }}")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def library(world: World, clock: FakeClock) -> TemplateLibrary:
    return TemplateLibrary(TemplateStore(world.database), world.shelf, clock)


async def test_each_save_is_a_version_with_who_and_when(library: TemplateLibrary, clock: FakeClock) -> None:
    number = await library.create(" Spring  evening ", HI, actor="ann")
    clock.advance(60)
    assert await library.save(number, HELLO, actor="bob") == 2
    assert await library.save(number, HELLO, actor="cay") == 2

    history = await library.history(number)

    assert [(each.version, each.message, each.saved_by, each.saved_at) for each in history] == [
        (2, HELLO, "bob", NOW + timedelta(minutes=1)),
        (1, HI, "ann", NOW),
    ]
    assert (await library.get(number)).title == "Spring evening"
    assert (await library.get(number, 1)).message == HI


async def test_an_older_version_comes_back_as_the_newest(library: TemplateLibrary) -> None:
    number = await library.create("Spring", HI, actor="ann")
    await library.save(number, HELLO, actor="bob")

    assert await library.restore_version(number, 1, actor="cay") == 3

    assert [each.message for each in await library.history(number)] == [HI, HELLO, HI]


async def test_a_template_keeps_its_photo_also_when_the_original_goes(
    library: TemplateLibrary, world: World, tmp_path: Path
) -> None:
    photo = write_picture(tmp_path / "photo.jpg")
    attached = await world.shelf.attach(photo, MediaKind.PHOTO)
    number = await library.create("Poster", msgspec.structs.replace(HI, media=(attached,)), actor="ann")
    photo.unlink()
    dropped: list[str] = []

    (kept,) = (await library.get(number)).message.media
    await MediaStore(world.database).drop_unused(noted_before=NOW + timedelta(days=9), remove=dropped.append)

    assert dropped == []
    assert kept == Attachment(media=attached.media)
    assert world.shelf.locate(kept).is_file()


async def test_templates_are_found_by_words_of_title_and_text(library: TemplateLibrary) -> None:
    spring = await library.create("Spring", HI, actor="ann")
    autumn = await library.create("autumn", HELLO, actor="ann")

    assert [each.id for each in await library.find()] == [autumn, spring]
    assert [each.id for each in await library.find("GRÜSSE aut")] == [autumn]
    assert await library.find("spring grüße") == []


async def test_a_deleted_template_leaves_the_library_and_comes_back(library: TemplateLibrary) -> None:
    number = await library.create("Spring", HI, actor="ann")
    await library.delete(number, actor="bob")

    assert await library.find() == []
    assert [each.deleted_by for each in await library.find(is_deleted=True)] == ["bob"]

    await library.restore(number)

    assert [each.id for each in await library.find()] == [number]


async def test_a_title_belongs_to_one_template_of_the_library(library: TemplateLibrary) -> None:
    first = await library.create("Spring", HI, actor="ann")
    second = await library.create("Autumn", HI, actor="ann")
    with pytest.raises(UserInputError):
        await library.create("SPRING", HI, actor="ann")
    with pytest.raises(UserInputError):
        await library.rename(second, "spring")
    await library.rename(first, "SPRING")

    await library.delete(first, actor="ann")
    await library.rename(second, "Spring")

    with pytest.raises(UserInputError):
        await library.restore(first)


@pytest.mark.parametrize("title", ["", "  ", "x" * 121])
async def test_a_template_needs_a_title(library: TemplateLibrary, title: str) -> None:
    with pytest.raises(UserInputError):
        await library.create(title, HI, actor="ann")


async def test_what_is_not_there_is_said(library: TemplateLibrary) -> None:
    number = await library.create("Spring", HI, actor="ann")
    with pytest.raises(UserInputError):
        await library.get(TemplateId(99))
    with pytest.raises(UserInputError):
        await library.get(number, 2)
    with pytest.raises(UserInputError):
        await library.save(TemplateId(99), HI, actor="ann")


async def test_a_version_is_never_changed(library: TemplateLibrary, world: World) -> None:
    await library.create("Spring", HI, actor="ann")

    with pytest.raises(sqlite3.IntegrityError):
        await world.execute("UPDATE template_version SET saved_by = 'x'")
