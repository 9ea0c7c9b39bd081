"""Photos and files of a message: what can be attached, what goes together, and how long the caption may be."""

import os
from pathlib import Path

import pytest

from campaigns.message import media_files
from campaigns.message.checking import Severity, check_message
from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.variants import Attachment, Choice, Message, Text, Variant, decode_message, encode_message
from core.domain.account import AccountKind
from core.domain.media import MAX_FILE_BYTES, Media, MediaKind, item_random_ids
from core.domain.message import FormattedText, OutgoingMessage, UrlButton, message_hash
from core.errors import MessageTooLong, UserInputError
from tests.campaigns.message.pictures import picture, write_picture

PHOTO = Media(kind=MediaKind.PHOTO, sha256="a" * 64, name="a.jpg", mime="image/jpeg", size_bytes=9, width=4, height=3)
OTHER = Media(kind=MediaKind.PHOTO, sha256="b" * 64, name="b.jpg", mime="image/jpeg", size_bytes=9, width=4, height=3)
FILE = Media(kind=MediaKind.FILE, sha256="c" * 64, name="c.pdf", mime="application/pdf", size_bytes=9)
BUTTONS = ((UrlButton(title="Seat", url="https://example.org"),),)


def with_media(*media: Media, source: str = "Hi. Reply STOP to opt out.", **values: object) -> Message:
    texts = (Text(source=source, **values),)  # type: ignore[arg-type]
    attached = tuple(Attachment(media=each, path=f"/tmp/{each.name}") for each in media)
    return Message(variants=(Variant(name="A", texts=texts),), media=attached)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_known_by_its_content(tmp_path: Path, form: str) -> None:
    path = write_picture(tmp_path / "no ending", form=form, width=50, height=20)

    media = media_files.inspect(path, MediaKind.PHOTO)

    assert (media.width, media.height, media.mime) == (50, 20, f"image/{form.lower()}")
    assert media.size_bytes == path.stat().st_size
    assert len(media.sha256) == 64


def test_anything_can_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"no real pdf")

    media = media_files.inspect(path, MediaKind.FILE)

    assert (media.kind, media.name, media.mime, media.width) == (MediaKind.FILE, "plan.pdf", "application/pdf", 0)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (None, "A file is missing"),
        (b"", "This cannot be used as it is"),
        (b"hello", "This is no photo"),
        (picture(form="GIF"), "This is no photo"),
        (picture(400, 300)[:-200], "The photo is damaged"),
        (picture(10_000, 1), "Telegram takes no photo of this shape"),
        (picture(210, 10), "Telegram takes no photo of this shape"),
        (picture() + bytes(10_000_000), "The photo is too large"),
    ],
    ids=["missing", "empty", "text", "gif", "cut off", "too wide", "too long", "too large"],
)
def test_what_telegram_takes_for_no_photo_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes | None, title: str
) -> None:
    path = tmp_path / "photo.jpg"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UserInputError) as refused:
        media_files.inspect(path, MediaKind.PHOTO)

    assert refused.value.title == title
    assert "photo.jpg" in refused.value.message
    assert refused.value.hint


def test_a_folder_and_a_file_that_is_too_large_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "film.mkv"
    with huge.open("wb") as file:
        os.truncate(file.fileno(), MAX_FILE_BYTES + 1)  # takes no room
    for path in (tmp_path, huge):
        with pytest.raises(UserInputError):
            media_files.inspect(path, MediaKind.FILE)


def test_a_long_name_keeps_its_ending(tmp_path: Path) -> None:
    path = tmp_path / f"{'x' * 200}.pdf"
    path.write_bytes(b"1")

    name = media_files.inspect(path, MediaKind.FILE).name

    assert len(name) == media_files.MAX_NAME
    assert name.endswith("….pdf")


def errors(message: Message, *kinds: AccountKind) -> list[str]:
    return [each.title for each in check_message(message, kinds) if each.severity is Severity.ERROR]


def test_one_photo_one_file_and_albums_of_one_kind_can_be_sent() -> None:
    assert errors(with_media(PHOTO)) == errors(with_media(FILE)) == errors(with_media(PHOTO, OTHER)) == []


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (with_media(PHOTO, FILE), "Photos and files do not go together"),
        (with_media(PHOTO, PHOTO), "A photo or file is there twice"),
        (with_media(PHOTO, OTHER, buttons=BUTTONS), "An album has no buttons"),
        (with_media(*[Media(kind=MediaKind.FILE, sha256=f"{n:064}", name="n", mime="", size_bytes=1) for n in range(11)]),
         "There are too many photos or files"),
        (with_media(Media(kind=MediaKind.FILE, sha256="d" * 64, name="film.mkv", mime="", size_bytes=50_000_001)),
         "film.mkv is too large for bots"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_an_error(message: Message, title: str) -> None:
    assert errors(message, AccountKind.BOT) == [title]


def test_a_single_photo_may_have_buttons_and_needs_no_caption() -> None:
    assert errors(with_media(PHOTO, source="", buttons=BUTTONS), AccountKind.BOT) == []


def test_a_caption_has_at_most_1024_units() -> None:
    choice = Choice("A", "")
    fits, too_long = with_media(PHOTO, source="🙂" * 512), with_media(PHOTO, source="🙂" * 512 + "x")

    assert fits.max_units == 1024
    assert ReadyTexts(fits).render(choice, {}).text.text == "🙂" * 512
    with pytest.raises(MessageTooLong) as refused:
        ReadyTexts(too_long).render(choice, {})
    assert "1,024" in refused.value.hint
    assert errors(too_long) == ["The message is too long"]


def test_a_caption_may_be_empty_for_one_person() -> None:
    message = with_media(PHOTO, source="{% if city %}In {{ city }}{% endif %}")

    assert ReadyTexts(message).render(Choice("A", ""), {}).text == FormattedText("")


def test_a_message_is_stored_and_read_with_its_media() -> None:
    message = with_media(PHOTO, OTHER)

    assert decode_message(encode_message(message)) == message


def test_another_file_makes_another_message_and_an_upload_does_not() -> None:
    text = FormattedText("Hi")
    hashes = {
        message_hash(OutgoingMessage(text=text, media=media)) for media in ((), (PHOTO,), (OTHER,), (PHOTO, OTHER))
    }

    assert len(hashes) == 4


def test_the_items_of_an_album_have_random_ids_that_never_change() -> None:
    ids = item_random_ids(77, 4)

    assert ids == (77, 7237649371945496502, 6443644181722204754, 24686452480400516)
    assert item_random_ids(77, 10)[:4] == ids
    assert all(0 < each < 1 << 63 for each in item_random_ids(2**63 - 1, 10))
