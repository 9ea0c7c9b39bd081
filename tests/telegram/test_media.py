"""Photos, files and albums over a real link: uploaded once, sent under our own ids, completed when they arrived in part."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from campaigns.message import media_files
from core import errors
from core.domain.account import AccountKind
from core.domain.media import Media, MediaKind, UploadedMedia, item_random_ids
from core.domain.message import FormattedText, OutgoingMessage, UrlButton, content_hash
from telegram.gateway import TelegramLink
from telegram.sandbox.control import Fault, FaultKind, RepeatBehaviour
from telegram.sandbox.ledger import LedgerEntry
from tests.campaigns.message.pictures import write_picture
from tests.telegram.online import A_LONG_TIME_AGO, OnlineAccount, by_name, go_online, meet
from tests.telegram.sandbox_fixture import RunningSandbox

ALBUM = "messages.sendMultiMedia"
CAPTION = FormattedText("Look 🎉")


def nothing(sent: int) -> None:
    """Nobody wants to know."""


def make_file(folder: Path, name: str, content: bytes = b"a file") -> tuple[Media, Path]:
    path = folder / name
    path.write_bytes(content)
    return media_files.inspect(path, MediaKind.FILE), path


def make_photos(folder: Path, count: int) -> list[tuple[Media, Path]]:
    paths = [write_picture(folder / f"{number}.jpg", width=40 + number) for number in range(count)]
    return [(media_files.inspect(path, MediaKind.PHOTO), path) for path in paths]


async def upload_all(link: TelegramLink, files: Sequence[tuple[Media, Path]]) -> list[UploadedMedia]:
    return [await link.upload(media, path, nothing) for media, path in files]


def accepted(online: OnlineAccount) -> list[LedgerEntry]:
    return [entry for entry in online.sandbox.ledger() if entry.account_id == online.user_id]


def with_media(files: Sequence[tuple[Media, Path]], **values: object) -> OutgoingMessage:
    return OutgoingMessage(text=CAPTION, media=tuple(media for media, _ in files), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_a_photo_is_uploaded_once_and_sent_to_several_people(
    shared_sandbox: RunningSandbox, tmp_path: Path, kind: AccountKind
) -> None:
    online = await go_online(shared_sandbox, kind)
    people = [await online.new_person(seed) for seed in (1, 2)]
    photos = make_photos(tmp_path, 1)
    async with online.link(caught_up=True) as link:
        uploads = await upload_all(link, photos)
        for number, person in enumerate(people, start=1):
            peer = await link.resolve(by_name(person))
            sent = await link.send(peer, with_media(photos), random_id=number, uploads=uploads)
            assert sent.message_id is not None

    assert [(each.peer_id, each.random_id, each.media_sha256) for each in accepted(online)] == [
        (person.user_id, number, photos[0][0].sha256) for number, person in enumerate(people, start=1)
    ]


@pytest.mark.parametrize("size", [1, 512 * 1024, 512 * 1024 + 1, 11 * 1024 * 1024])
async def test_a_file_of_any_size_arrives_as_it_is(shared_sandbox: RunningSandbox, tmp_path: Path, size: int) -> None:
    online = await go_online(shared_sandbox)
    content = (bytes(range(251)) * (size // 251 + 1))[:size]
    media, path = make_file(tmp_path, "plan.bin", content)
    told: list[int] = []
    async with online.link() as link:
        await link.upload(media, path, told.append)

    kept = shared_sandbox.folder / "media" / media.sha256
    assert sha256(kept.read_bytes()).hexdigest() == media.sha256
    assert told[-1] == size
    assert told == sorted(told)


async def test_a_file_that_is_another_by_now_is_not_sent(shared_sandbox: RunningSandbox, tmp_path: Path) -> None:
    online = await go_online(shared_sandbox)
    media, path = make_file(tmp_path, "plan.txt")
    async with online.link() as link:
        for content in (b"changed", b"longer than before", b""):
            path.write_bytes(content)
            with pytest.raises(errors.MediaUnavailable):
                await link.upload(media, path, nothing)
        path.unlink()
        with pytest.raises(errors.MediaUnavailable):
            await link.upload(media, path, nothing)
        await link.server_time()  # the link goes on


@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
async def test_a_repeat_of_a_photo_is_the_same_message(
    shared_sandbox: RunningSandbox, tmp_path: Path, behaviour: RepeatBehaviour
) -> None:
    online, person = await meet(shared_sandbox)
    await shared_sandbox.control.set_repeat_behaviour(behaviour)
    photos = make_photos(tmp_path, 1)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, photos)
        first = await link.send(peer, with_media(photos), random_id=5, uploads=uploads)
        again = await link.send(peer, with_media(photos), random_id=5, uploads=uploads)

    assert again.message_id == (first.message_id if behaviour is RepeatBehaviour.ECHO else None)
    assert len(accepted(online)) == 1


@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
@pytest.mark.parametrize("kind", [FaultKind.PARTLY_LOST, FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE])
async def test_an_album_whose_answer_was_lost_is_completed_by_the_repeat(
    shared_sandbox: RunningSandbox, tmp_path: Path, kind: FaultKind, behaviour: RepeatBehaviour
) -> None:
    online, person = await meet(shared_sandbox)
    await shared_sandbox.control.set_repeat_behaviour(behaviour)
    photos = make_photos(tmp_path, 5)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, photos)
        await shared_sandbox.control.inject(Fault(kind=kind, method=ALBUM, account_id=online.user_id))
        with pytest.raises(errors.ConnectionLost):
            await link.send(peer, with_media(photos), random_id=6, uploads=uploads)
    stored = {FaultKind.PARTLY_LOST: 3, FaultKind.DROP_AFTER: 5, FaultKind.DROP_BEFORE: 0}[kind]
    assert len(accepted(online)) == stored

    async with online.link() as link:
        await link.send(peer, with_media(photos), random_id=6, uploads=uploads)

    assert sorted((each.random_id, each.media_sha256) for each in accepted(online)) == sorted(
        zip(item_random_ids(6, 5), [media.sha256 for media, _ in photos], strict=True)
    )


async def test_items_that_an_answer_leaves_out_follow_one_by_one(
    shared_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    online, person = await meet(shared_sandbox)
    photos = make_photos(tmp_path, 4)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, photos)
        partly = Fault(kind=FaultKind.PARTLY_ANSWERED, method=ALBUM, account_id=online.user_id)
        await shared_sandbox.control.inject(partly)

        await link.send(peer, with_media(photos), random_id=7, uploads=uploads)

    assert [each.random_id for each in accepted(online)] == list(item_random_ids(7, 4))


async def test_a_refusal_of_the_rest_of_an_album_does_not_say_that_nothing_has_arrived(
    shared_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    online, person = await meet(shared_sandbox)
    photos = make_photos(tmp_path, 2)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, photos)
        of_account = {"account_id": online.user_id}
        await shared_sandbox.control.inject(Fault(kind=FaultKind.PARTLY_ANSWERED, method=ALBUM, **of_account))  # type: ignore[arg-type]
        await shared_sandbox.control.inject(
            Fault(kind=FaultKind.FLOOD, method="messages.sendMedia", seconds=9, **of_account)  # type: ignore[arg-type]
        )
        with pytest.raises(errors.PartlySent) as caught:
            await link.send(peer, with_media(photos), random_id=8, uploads=uploads)

    assert not caught.value.is_definite
    assert isinstance(caught.value.refusal, errors.CooldownError)


async def test_an_upload_that_has_expired_is_a_definite_refusal_and_names_the_item(
    shared_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    online, person = await meet(shared_sandbox)
    photos = make_photos(tmp_path, 2)
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, photos)
        await shared_sandbox.control.end_file_references(online.user_id)
        fresh = [await link.upload(*photos[0], nothing), uploads[1]]
        for used, item in (([uploads[0]], None), (uploads, 0), (fresh, 1)):
            with pytest.raises(errors.MediaExpired) as caught:
                await link.send(peer, with_media(photos[: len(used)]), random_id=9, uploads=used)
            assert caught.value.item == item
            assert caught.value.is_definite
        unknown = UploadedMedia(media_id=1, access_hash=1, file_reference=b"")
        with pytest.raises(errors.MediaExpired):
            await link.send(peer, with_media(photos[:1]), random_id=9, uploads=[unknown])

    assert accepted(online) == []


async def test_an_album_is_found_in_the_history_item_by_item(shared_sandbox: RunningSandbox, tmp_path: Path) -> None:
    online, person = await meet(shared_sandbox)
    files = [make_file(tmp_path, name, name.encode()) for name in ("a.txt", "b.txt")]
    async with online.link() as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, files)
        sent = await link.send(peer, with_media(files), random_id=10, uploads=uploads)
        second, first = await link.find_own_messages(peer, since=A_LONG_TIME_AGO)

    assert first.message_id == sent.message_id
    assert [first.media_id, second.media_id] == [each.media_id for each in uploads]
    assert [first.text_hash, second.text_hash] == [content_hash(CAPTION), content_hash(FormattedText(""))]
    assert first.group_id == second.group_id != 0


async def test_a_bots_photo_has_buttons(shared_sandbox: RunningSandbox, tmp_path: Path) -> None:
    online = await go_online(shared_sandbox, AccountKind.BOT)
    person = await online.new_person()
    photos = make_photos(tmp_path, 1)
    buttons = ((UrlButton(title="Seat", url="https://example.org"),),)
    async with online.link(caught_up=True) as link:
        uploads = await upload_all(link, photos)
        peer = online.inbox.peers[person.user_id]
        sent = await link.send(peer, with_media(photos, buttons=buttons), random_id=11, uploads=uploads)

    assert sent.message_id is not None


async def test_what_telegram_makes_no_photo_of_is_refused(shared_sandbox: RunningSandbox, tmp_path: Path) -> None:
    online = await go_online(shared_sandbox)
    file, path = make_file(tmp_path, "no photo.jpg", b"text")
    photo = replace(file, kind=MediaKind.PHOTO)
    async with online.link() as link:
        with pytest.raises(errors.MessageRejected):
            await link.upload(photo, path, nothing)


async def test_an_upload_that_is_given_up_between_two_parts_leaves_the_link_as_it_was(
    shared_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    online = await go_online(shared_sandbox)
    media, path = make_file(tmp_path, "long.bin", bytes(3 * 512 * 1024))

    class GivenUp(Exception):
        pass

    def give_up(sent: int) -> None:
        raise GivenUp

    async with online.link() as link:
        with pytest.raises(GivenUp):
            await link.upload(media, path, give_up)
        await asyncio.wait_for(link.server_time(), 20)


async def test_an_album_reaches_the_update_reader_without_a_gap(
    shared_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    """Our own sends move the sequence; a step that was not understood would fetch the difference each time."""
    online, person = await meet(shared_sandbox)
    photos = make_photos(tmp_path, 3)
    async with online.link(caught_up=True) as link:
        peer = await link.resolve(by_name(person))
        uploads = await upload_all(link, photos)
        before = (await shared_sandbox.control.stats()).calls.get("updates.getDifference", 0)
        await link.send(peer, with_media(photos), random_id=12, uploads=uploads)
        await shared_sandbox.control.person_says(person.user_id, online.user_id, "Nice")
        async with asyncio.timeout(20):
            while not any(item.text == "Nice" for item in online.inbox.items):
                await asyncio.sleep(0.01)
        after = (await shared_sandbox.control.stats()).calls.get("updates.getDifference", 0)

    assert after == before
