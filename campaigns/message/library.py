"""The template library: messages kept for the next campaign, with their history. A campaign gets a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns.message.media import MediaShelf
from campaigns.message.variants import Message
from core.clock import Clock
from core.domain.ids import TemplateId
from core.errors import UserInputError

MAX_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTemplate:
    """A template as its newest version, or the one that was asked for, says."""

    id: TemplateId
    title: str
    message: Message
    version: int
    saved_at: datetime
    saved_by: str
    deleted_at: datetime | None
    deleted_by: str | None


class TemplateStore(Protocol):
    """What the library needs of the database. Each method is one unit of work."""

    async def list_all(self, *, is_deleted: bool) -> Sequence[SavedTemplate]:
        """In the library, or out of it; by title."""
        ...

    async def get(self, template_id: TemplateId, version: int | None = None) -> SavedTemplate:
        """Raises UserInputError when there is none, or no such version."""
        ...

    async def history(self, template_id: TemplateId) -> Sequence[SavedTemplate]:
        """Every version, newest first. Raises UserInputError when there is no such template."""
        ...

    async def create(self, title: str, message: Message, *, actor: str, now: datetime) -> TemplateId: ...

    async def save(self, template_id: TemplateId, message: Message, *, actor: str, now: datetime) -> int: ...

    async def rename(self, template_id: TemplateId, title: str) -> None: ...

    async def delete(self, template_id: TemplateId, *, actor: str, now: datetime) -> None: ...

    async def restore(self, template_id: TemplateId) -> None: ...


class TemplateLibrary:
    """The use cases. `actor` is the name of the person who asks; it stands in the history."""

    def __init__(self, store: TemplateStore, shelf: MediaShelf, clock: Clock) -> None:
        self._store = store
        self._shelf = shelf
        self._clock = clock

    async def find(self, words: str = "", *, is_deleted: bool = False) -> Sequence[SavedTemplate]:
        """Templates whose title or texts hold every one of the words, by title; "": all."""
        wanted = words.casefold().split()
        return [each for each in await self._store.list_all(is_deleted=is_deleted) if _holds(each, wanted)]

    async def get(self, template_id: TemplateId, version: int | None = None) -> SavedTemplate:
        """The newest version, or this one. Raises UserInputError when there is none."""
        return await self._store.get(template_id, version)

    async def history(self, template_id: TemplateId) -> Sequence[SavedTemplate]:
        """Every version, newest first. Raises UserInputError when there is no such template."""
        return await self._store.history(template_id)

    async def create(self, title: str, message: Message, *, actor: str) -> TemplateId:
        """Keep a message with its photos and files. It need not be sendable yet.

        Raises UserInputError for a title that is taken or empty, and when a file is missing or has changed.
        """
        cleaned, kept = _check_title(title), await self._shelf.keep(message)
        return await self._store.create(cleaned, kept, actor=actor, now=self._clock.now())

    async def save(self, template_id: TemplateId, message: Message, *, actor: str) -> int:
        """A new version; returns its number. The same message again is no version. Raises as `create`."""
        kept = await self._shelf.keep(message)
        return await self._store.save(template_id, kept, actor=actor, now=self._clock.now())

    async def restore_version(self, template_id: TemplateId, version: int, *, actor: str) -> int:
        """What an older version said, as the newest one; returns its number. Raises UserInputError."""
        old = await self._store.get(template_id, version)
        return await self.save(template_id, old.message, actor=actor)

    async def rename(self, template_id: TemplateId, title: str) -> None:
        """Raises UserInputError for a title that is taken or empty."""
        await self._store.rename(template_id, _check_title(title))

    async def delete(self, template_id: TemplateId, *, actor: str) -> None:
        """Out of the library; its history stays, and it can be restored. Raises UserInputError."""
        await self._store.delete(template_id, actor=actor, now=self._clock.now())

    async def restore(self, template_id: TemplateId) -> None:
        """Back into the library. Raises UserInputError when its title is taken meanwhile."""
        await self._store.restore(template_id)


def _holds(template: SavedTemplate, words: Sequence[str]) -> bool:
    told = "\n".join([template.title, *(text.source for _, text in template.message.texts())]).casefold()
    return all(word in told for word in words)


def _check_title(title: str) -> str:
    cleaned = " ".join(title.split())
    if not 1 <= len(cleaned) <= MAX_TITLE:
        raise UserInputError(f"The title of a template has 1 to {MAX_TITLE} characters.", hint="Give it another one.")
    return cleaned
