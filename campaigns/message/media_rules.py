"""What may go together as the media of one message; nothing here looks at a disk."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from core.domain.account import AccountKind
from core.domain.media import MAX_ALBUM, MAX_BOT_FILE_BYTES, Media
from core.errors import UserInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFault:
    """Why these cannot be sent together."""

    title: str
    message: str
    hint: str

    def to_error(self) -> UserInputError:
        return UserInputError(self.message, title=self.title, hint=self.hint)


def find_media_faults(
    media: Sequence[Media], *, has_buttons: bool, kinds: Collection[AccountKind] = ()
) -> Iterator[MediaFault]:
    """`kinds`: of the accounts that will send it."""
    if len(media) > MAX_ALBUM:
        yield MediaFault(
            title="There are too many photos or files",
            message=f"An album has 2 to {MAX_ALBUM}, this one has {len(media)}.",
            hint=f"Take {len(media) - MAX_ALBUM} away.",
        )
    if len({each.kind for each in media}) > 1:
        yield MediaFault(
            title="Photos and files do not go together",
            message="Telegram shows an album of photos or one of files, never both in one.",
            hint="Attach the photos as files too, or send only one kind.",
        )
    if len({each.sha256 for each in media}) < len(media):
        yield MediaFault(
            title="A photo or file is there twice",
            message="Two items of the album are the same.",
            hint="Take one away.",
        )
    if len(media) > 1 and has_buttons:
        yield MediaFault(
            title="An album has no buttons",
            message="Telegram takes buttons below one photo or file, and not below several.",
            hint="Take the buttons away, or send a single photo or file.",
        )
    if AccountKind.BOT in kinds:
        for each in media:
            if each.size_bytes > MAX_BOT_FILE_BYTES:
                yield MediaFault(
                    title=f"{each.name} is too large for bots",
                    message=f"It has {megabytes(each.size_bytes)} MB. Bots send files of at most 50 MB.",
                    hint="Take a smaller file, or send from accounts that are no bots.",
                )


def megabytes(size_bytes: int) -> str:
    """As people read it: one digit after the point, and never 0."""
    return f"{max(size_bytes / 1_000_000, 0.1):,.1f}"
