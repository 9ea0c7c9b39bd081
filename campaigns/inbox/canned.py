"""Canned replies: answers that a team gives often, kept under a shortcut and filled in for the person."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from campaigns.inbox.canned_text import PersonFields, check_fields, check_text, fill_text
from campaigns.message.text import clean_text
from campaigns.message.variants import to_language
from core.clock import Clock
from core.domain.ids import CannedReplyId, ConversationId
from core.errors import AppError, UserInputError

LONGEST_SHORTCUT: Final = 32
LONGEST_TITLE: Final = 80
_WORTH_READING: Final = 3  # letters; fewer begin some word of every text
_SHORTCUT = re.compile(rf"[\w-]{{1,{LONGEST_SHORTCUT}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedText:
    """What a person writes of a canned reply. `text` is a template with marks, see docs/templates.md."""

    shortcut: str  # without the stroke before it
    title: str
    text: str = field(repr=False)
    language: str = ""  # empty: for everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedReply:
    """A canned reply as it is kept."""

    id: CannedReplyId
    said: CannedText
    updated_at: datetime
    updated_by: str
    used_count: int
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How an import went, by shortcut."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


class CannedDesk(Protocol):
    """What canned replies need of the database. Each method is one unit of work, or one read."""

    async def list_all(self) -> Sequence[CannedReply]: ...
    async def add(self, said: CannedText, *, actor: str, now: datetime) -> CannedReplyId: ...
    async def edit(self, reply_id: CannedReplyId, said: CannedText, *, actor: str, now: datetime) -> None: ...
    async def remove(self, reply_id: CannedReplyId) -> CannedReply: ...
    async def restore(self, reply: CannedReply) -> None: ...
    async def merge(self, texts: Sequence[CannedText], *, actor: str, now: datetime) -> Imported: ...
    async def count_use(self, reply_id: CannedReplyId, *, now: datetime) -> None: ...
    async def person(self, conversation_id: ConversationId) -> PersonFields: ...
    async def fields(self) -> Sequence[str]: ...


class CannedReplies:
    """The use cases. A text is checked when it is kept, so that it can be filled in for anybody."""

    def __init__(self, desk: CannedDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def list(self, words: str = "") -> Sequence[CannedReply]:
        """Those whose shortcut, title or text hold every one of the words, by shortcut; "": all."""
        wanted = words.casefold().split()
        return [each for each in await self._desk.list_all() if _holds(each.said, wanted)]

    async def find(self, shortcut: str) -> CannedReply:
        """Raises UserInputError when there is none."""
        wanted = shortcut.removeprefix("/").casefold()
        for each in await self._desk.list_all():
            if each.said.shortcut == wanted:
                return each
        raise UserInputError(f"There is no canned reply /{wanted}.", hint="`inbox canned list` shows them all.")

    async def check(self, said: CannedText, *, may_be_new: bool = False) -> CannedText:
        """It in the spelling in which it is kept.

        Raises UserInputError for a shortcut, a title or a language of another shape, EmptyMessage, MessageTooLong, and
        TemplateMistake with line and column for a broken text and, unless `may_be_new`, for a field that no contact has.
        """
        return _check(said, None if may_be_new else await self._desk.fields())

    async def add(self, said: CannedText, *, actor: str, may_be_new: bool = False) -> CannedReplyId:
        """Raises as `check`, and UserInputError when the shortcut is taken."""
        checked = await self.check(said, may_be_new=may_be_new)
        return await self._desk.add(checked, actor=actor, now=self._clock.now())

    async def edit(self, reply_id: CannedReplyId, said: CannedText, *, actor: str, may_be_new: bool = False) -> None:
        """Raises as `add`, and UserInputError when it is gone."""
        checked = await self.check(said, may_be_new=may_be_new)
        await self._desk.edit(reply_id, checked, actor=actor, now=self._clock.now())

    async def remove(self, reply_id: CannedReplyId) -> CannedReply:
        """What was removed, for `restore`. Raises UserInputError when it is gone."""
        return await self._desk.remove(reply_id)

    async def restore(self, reply: CannedReply) -> None:
        """As it was, uses included. Raises UserInputError when its shortcut is taken meanwhile."""
        await self._desk.restore(reply)

    async def import_all(self, texts: Sequence[CannedText], *, actor: str, may_be_new: bool = False) -> Imported:
        """Keep them all, or none: one whose shortcut is known takes the place of what it said.

        Raises UserInputError that names what is wrong with each.
        """
        known = None if may_be_new else await self._desk.fields()  # once: it looks at thousands of people
        checked: list[CannedText] = []
        wrong: list[str] = []
        for number, said in enumerate(texts, 1):
            try:
                checked.append(_check(said, known))
            except AppError as error:
                wrong.append(f"Number {number} (/{said.shortcut[:LONGEST_SHORTCUT]}): {error.title}. {error.message}")
        times = Counter(each.shortcut for each in checked)
        wrong += [f"The shortcut /{each} stands there more than once." for each, n in sorted(times.items()) if n > 1]
        if wrong:
            raise UserInputError("\n".join(wrong), title="Nothing was imported", hint="Mend these and import again.")
        return await self._desk.merge(checked, actor=actor, now=self._clock.now())

    async def count_use(self, reply_id: CannedReplyId) -> None:
        """Somebody answered with it. One that is gone already changes nothing."""
        await self._desk.count_use(reply_id, now=self._clock.now())

    async def person(self, conversation_id: ConversationId) -> PersonFields:
        """Whose fields come into an answer there. Raises UserInputError when the conversation is gone."""
        return await self._desk.person(conversation_id)

    async def filled(self, conversation_id: ConversationId, reply: CannedReply) -> str:
        """The answer as `fill_text` writes it for the person of this conversation. Raises as `person` and `fill_text`."""
        return fill_text(reply.said.text, await self.person(conversation_id))


def rank(replies: Sequence[CannedReply], typed: str, language: str = "") -> list[CannedReply]:
    """What somebody who typed this after the stroke may mean, the likeliest first; "": all.

    A shortcut that begins so comes before one that holds it, then a word of the title, then, from three letters on, one
    of the text; among equals what is in the person's language, then what is used most.
    """
    wanted = typed.casefold()
    spoken = to_language(language).partition("-")[0]
    begins = re.compile(rf"\b{re.escape(wanted)}")

    def shelf(said: CannedText) -> int | None:
        if said.shortcut.startswith(wanted):
            return 0
        if wanted in said.shortcut:
            return 1
        if begins.search(said.title.casefold()):
            return 2
        return 3 if len(wanted) >= _WORTH_READING and begins.search(said.text.casefold()) else None

    placed = [(place, each) for each in replies if (place := shelf(each.said)) is not None]

    def order(one: tuple[int, CannedReply]) -> tuple[int, bool, int, str]:
        place, reply = one
        own = reply.said.language.partition("-")[0]
        return place, bool(own and spoken) and own != spoken, -reply.used_count, reply.said.shortcut

    return [reply for _, reply in sorted(placed, key=order)]


def _holds(said: CannedText, wanted: Sequence[str]) -> bool:
    told = f"/{said.shortcut}\n{said.title}\n{said.text}\n{said.language}".casefold()
    return all(word in told for word in wanted)


def _check(said: CannedText, known: Collection[str] | None) -> CannedText:
    """See `CannedReplies.check`. `known`: the fields that contacts have; None: any is taken."""
    checked = CannedText(
        shortcut=_check_shortcut(said.shortcut),
        title=_check_title(said.title),
        text=clean_text(said.text).strip(),
        language=_check_language(said.language),
    )
    check_text(checked.text)
    if known is not None:
        check_fields(checked.text, known)
    return checked


def _check_shortcut(shortcut: str) -> str:
    cleaned = unicodedata.normalize("NFKC", shortcut.strip().removeprefix("/")).casefold()
    if _SHORTCUT.fullmatch(cleaned) is None:
        raise UserInputError(
            f"A shortcut has 1 to {LONGEST_SHORTCUT} letters, digits, - and _, without blanks.",
            title="This is no shortcut",
            hint="Such as hours or price-list.",
        )
    return cleaned


def _check_language(language: str) -> str:
    tag = to_language(language)
    if language.strip() and not tag:
        raise UserInputError("A language is a tag such as fi or pt-br.", title="This is no language")
    return tag


def _check_title(title: str) -> str:
    cleaned = " ".join(title.split())
    if not 1 <= len(cleaned) <= LONGEST_TITLE:
        raise UserInputError(f"The title has 1 to {LONGEST_TITLE} characters.", title="It needs a title")
    return cleaned
