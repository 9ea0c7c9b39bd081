"""What a person does about people: consents, suppressions, tags, changes, merging, exporting and erasing."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from campaigns.audience import cells
from campaigns.audience.cells import BadCell
from campaigns.audience.consent_rules import check_moment
from campaigns.audience.contacts import LONGEST_TAG, ContactEdit, ContactQuestion, Erasure, ErasurePlan
from campaigns.audience.people import MAX_CELL_CHARS, MAX_NAME_CHARS
from campaigns.audience.people_export import ExportedPerson, write_people
from campaigns.audience.suppression_list import ListRow, check_note, write_suppressions
from campaigns.jobs import Tell, quiet
from core.clock import Clock
from core.domain.field_names import to_field_name
from core.domain.ids import ContactId, ConversationId
from core.errors import UserInputError
from core.files import write_atomic

TAGGED_AT_ONCE = 2_000
EXPORTED_AT_ONCE = 500
LONGEST_WORDS = 2_000


class PeopleDesk(Protocol):
    """See database.stores.contact_desk."""

    async def give_consent(
        self,
        contact_id: ContactId,
        *,
        source: str,
        wording: str,
        evidence: str,
        at: datetime,
        actor: str,
        now: datetime,
    ) -> bool: ...
    async def withdraw_consent(
        self, contact_id: ContactId, *, consent_id: int | None, at: datetime, why: str, actor: str, now: datetime
    ) -> int: ...
    async def suppress(self, contact_id: ContactId, *, note: str, actor: str, now: datetime) -> None: ...
    async def lift_suppression(self, contact_id: ContactId, *, why: str, actor: str, now: datetime) -> None: ...
    async def tag(
        self,
        ids: Sequence[int],
        *,
        add: Sequence[str],
        remove: Sequence[str],
        actor: str,
        now: datetime,
        is_last: bool,
        total: int,
    ) -> int: ...
    async def edit(self, contact_id: ContactId, edit: ContactEdit, *, actor: str, now: datetime) -> bool: ...
    async def dismiss_merge(self, first: ContactId, second: ContactId, *, now: datetime) -> None: ...
    async def tell_exported(self, contact_id: ContactId, *, actor: str, now: datetime) -> None: ...
    async def tell_many_exported(self, count: int, file: Path, *, actor: str, now: datetime) -> None: ...


class MergeStore(Protocol):
    async def merge(self, kept: ContactId, other: ContactId, *, actor: str, now: datetime) -> None: ...


class CardStore(Protocol):
    async def export(self, contact_id: ContactId) -> Mapping[str, Sequence[Mapping[str, object]]]: ...


class ListStore(Protocol):
    async def ids(self, question: ContactQuestion, *, limit: int = -1) -> Sequence[int]: ...
    async def field_names(self, ids: Sequence[int]) -> Sequence[str]: ...
    async def exported(self, ids: Sequence[int]) -> Sequence[ExportedPerson]: ...


class Erases(Protocol):
    async def plan(self, contact_id: ContactId) -> ErasurePlan: ...
    async def erase(self, contact_id: ContactId, *, actor: str, now: datetime) -> Erasure: ...
    async def erase_writer(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> Erasure: ...


class SuppressionStore(Protocol):
    def pages(self) -> AsyncIterator[Sequence[ListRow]]: ...


class PeopleService:
    """Checks what was typed, then writes. Whoever acts is named in Activity."""

    def __init__(
        self,
        *,
        desk: PeopleDesk,
        lists: ListStore,
        cards: CardStore,
        merges: MergeStore,
        erasures: Erases,
        suppressions: SuppressionStore,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._lists = lists
        self._cards = cards
        self._merges = merges
        self._erasures = erasures
        self._suppressions = suppressions
        self._clock = clock

    # --------------------------------------------------------------------------------------- consents

    async def give_consent(
        self, contact_id: ContactId, *, source: str, wording: str, evidence: str, at: datetime, actor: str
    ) -> None:
        """Write an agreement down. Raises UserInputError without evidence, and where it would change nothing."""
        now = self._clock.now()
        check_moment(at, now, "The moment of a consent")
        texts = {"source": source.strip(), "wording": wording.strip(), "evidence": evidence.strip()}
        if not texts["source"] or not texts["evidence"]:
            raise UserInputError(
                "Say where they agreed, and where the proof of it lies: a form, a paper, a message.",
                title="A consent needs its evidence",
            )
        if max(map(len, texts.values())) > LONGEST_WORDS:
            raise UserInputError(f"Each of the texts has at most {LONGEST_WORDS:,} characters.")
        if not await self._desk.give_consent(contact_id, at=at, actor=actor, now=now, **texts):
            raise UserInputError(
                "An agreement stands already, or was taken back after this date.",
                title="Nothing was added",
                hint="If they agreed again, give the day on which they did.",
            )

    async def withdraw_consent(
        self,
        contact_id: ContactId,
        *,
        why: str,
        actor: str,
        consent_id: int | None = None,
        at: datetime | None = None,
    ) -> int:
        """Take back one consent in force, or all of them; returns how many. Raises UserInputError when none stands."""
        now = self._clock.now()
        check_moment(at or now, now, "The moment of a withdrawal")
        count = await self._desk.withdraw_consent(
            contact_id, consent_id=consent_id, at=at or now, why=check_note(why), actor=actor, now=now
        )
        if not count:
            raise UserInputError("There is no consent in force.", title="Nothing to take back")
        return count

    # ----------------------------------------------------------------------------------- suppressions

    async def suppress(self, contact_id: ContactId, *, note: str, actor: str) -> None:
        """No campaign writes to this person from now on. Harmless when repeated."""
        await self._desk.suppress(contact_id, note=check_note(note), actor=actor, now=self._clock.now())

    async def lift_suppression(self, contact_id: ContactId, *, why: str, actor: str) -> None:
        """See campaigns.audience.consent_rules.check_lift."""
        await self._desk.lift_suppression(contact_id, why=check_note(why), actor=actor, now=self._clock.now())

    async def export_suppressions(self, path: Path, tell: Tell = quiet) -> tuple[int, int]:
        """Write the list as CSV; returns how many lines, and how many have neither name nor number and are left out.

        `tell` is told how many lines are written. Cancelled, no new file is there.
        """
        return await write_suppressions(path, self._suppressions.pages(), tell)

    # ------------------------------------------------------------------------------- tags and changes

    async def tag(
        self,
        whom: ContactQuestion | Sequence[int],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        actor: str,
    ) -> int:
        """Put tags on people and take tags off, also on all whom a question finds; returns how many people.

        In units of 2,000; cancelled in the middle, those before stay tagged. Raises UserInputError for no tag.
        """
        add, remove = [_check_tag(tag) for tag in add], [_check_tag(tag) for tag in remove]
        if not add and not remove:
            raise UserInputError("Give a tag to put on or to take off.", title="A tag is missing")
        ids = await self._lists.ids(whom) if isinstance(whom, ContactQuestion) else whom
        for start in range(0, len(ids), TAGGED_AT_ONCE):
            chunk = ids[start : start + TAGGED_AT_ONCE]
            await self._desk.tag(
                chunk,
                add=add,
                remove=remove,
                actor=actor,
                now=self._clock.now(),
                is_last=start + len(chunk) == len(ids),
                total=len(ids),
            )
        return len(ids)

    async def edit(self, contact_id: ContactId, edit: ContactEdit, *, actor: str) -> bool:
        """Change what is known of a person; False: it was so already. Raises UserInputError."""
        return await self._desk.edit(contact_id, _check_edit(edit), actor=actor, now=self._clock.now())

    async def merge(self, kept: ContactId, other: ContactId, *, actor: str) -> None:
        """See database.stores.contact_merge: it is for good."""
        await self._merges.merge(kept, other, actor=actor, now=self._clock.now())

    async def dismiss_merge(self, first: ContactId, second: ContactId) -> None:
        """They are two people."""
        await self._desk.dismiss_merge(first, second, now=self._clock.now())

    # --------------------------------------------------------------------------- exporting and erasing

    async def export(self, contact_id: ContactId, path: Path, *, actor: str) -> int:
        """Everything about one person as JSON, readable by its owner only; returns how many rows. Stands in Activity."""
        data = await self._cards.export(contact_id)
        now = self._clock.now()
        whole = {"exported_at": now.isoformat(), "exported_by": actor, **data}
        await asyncio.to_thread(_write_person, path, whole)  # somebody who wrote for years has thousands of rows
        await self._desk.tell_exported(contact_id, actor=actor, now=now)
        return sum(map(len, data.values()))

    async def export_many(
        self,
        whom: ContactQuestion | Sequence[int],
        path: Path,
        *,
        actor: str,
        tell: Tell = quiet,
    ) -> int:
        """These people, or all whom a question finds, as a CSV that can be imported again; returns how many.

        Stands in Activity. Who is suppressed says no in it. `tell` is told how many are written; cancelled, no new file
        is there. Raises StorageError.
        """
        ids = await self._lists.ids(whom) if isinstance(whom, ContactQuestion) else whom
        chunks = [ids[start : start + EXPORTED_AT_ONCE] for start in range(0, len(ids), EXPORTED_AT_ONCE)]
        names: dict[str, None] = {}
        for chunk in chunks:
            names |= dict.fromkeys(await self._lists.field_names(chunk))
            await tell(0)

        async def pages() -> AsyncIterator[Sequence[ExportedPerson]]:
            for chunk in chunks:
                yield await self._lists.exported(chunk)

        written = await write_people(path, sorted(names), pages(), tell)
        await self._desk.tell_many_exported(written, path, actor=actor, now=self._clock.now())
        return written

    async def plan_erasure(self, contact_id: ContactId) -> ErasurePlan:
        """What erasing will reach."""
        return await self._erasures.plan(contact_id)

    async def erase(self, contact_id: ContactId, *, actor: str) -> Erasure:
        """See database.stores.erasure: it is for good."""
        return await self._erasures.erase(contact_id, actor=actor, now=self._clock.now())

    async def erase_writer(self, conversation_id: ConversationId, *, actor: str) -> Erasure:
        """As `erase`, whoever wrote in this conversation, contact or not."""
        return await self._erasures.erase_writer(conversation_id, actor=actor, now=self._clock.now())


def _write_person(path: Path, whole: Mapping[str, object]) -> None:
    write_atomic(path, json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n")


def _check_tag(tag: str) -> str:
    tag = " ".join(tag.split())
    if not tag or len(tag) > LONGEST_TAG:
        raise UserInputError(f"A tag has 1 to {LONGEST_TAG} characters.", title="This is no tag")
    return tag


def _check_edit(edit: ContactEdit) -> ContactEdit:
    if edit.name is not None and len(edit.name) > MAX_NAME_CHARS:
        raise UserInputError(f"A name has at most {MAX_NAME_CHARS} characters.", title="This name is too long")
    if edit.fields is not None and max(map(len, edit.fields.values()), default=0) > MAX_CELL_CHARS:
        raise UserInputError(f"A field has at most {MAX_CELL_CHARS:,} characters.", title="This text is too long")
    try:
        checked = replace(
            edit,
            name=None if edit.name is None else " ".join(edit.name.split()),
            username=None if edit.username is None else cells.parse_username(edit.username),
            phone=None if edit.phone is None else cells.parse_phone(edit.phone),
            language=None if edit.language is None else cells.parse_language(edit.language),
            time_zone=None if edit.time_zone is None else cells.parse_time_zone(edit.time_zone),
        )
    except BadCell as bad:
        raise UserInputError(bad.reason, title="This cannot be saved") from bad
    if edit.fields is None:
        return checked
    fields = {to_field_name(name): value.strip() for name, value in edit.fields.items()}
    if "" in fields:
        raise UserInputError("A field needs a name with a letter or a digit in it.", title="A field has no name")
    return replace(checked, fields=fields)
