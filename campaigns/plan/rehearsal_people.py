"""Reading everybody of a rehearsal into its compact arrays: members where no row is planned yet, else the rows that wait."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime

from campaigns.plan.planning import Shares, place_member
from campaigns.plan.rehearsal_facts import PAGE, MemberRow, RehearsalFacts, Scene, StoredRow, each_page
from campaigns.plan.simulated_rows import (
    DEFERRED,
    ENDED,
    HAS_CONSENT,
    IS_BARRED,
    IS_FIRST,
    IS_KNOWN,
    IS_SHARED,
    NUMBER_OF,
    REASONS,
    People,
    SharedPeople,
)
from campaigns.plan.simulation import Simulation
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, TelegramUserId

Past = Sequence[tuple[AccountId, int]]
Told = Callable[[int], Awaitable[None]]


class Crowd:
    """Everybody of a scene, once `read` has ended."""

    def __init__(self, facts: RehearsalFacts, scene: Scene) -> None:
        self.people = People()
        self.recipients = 0
        self.skipped: Counter[DeliveryReason] = Counter()
        self._facts = facts
        self._scene = scene
        self._lanes = {lane.account.id: number for number, lane in enumerate(scene.lanes)}
        self._not_before: dict[int, datetime] = {}  # of rows that are put off
        # Only a cap asks who was written to by several campaigns.
        self._is_shared = len(scene.campaigns) > 1 and any(each.plan.cap is not None for each in scene.campaigns)
        self._chats: set[int] = set()  # of other campaigns
        self._shared_past: dict[int, tuple[int, ...]] = {}  # by chat: those found in several campaigns

    async def read(self, tell: Told) -> None:
        """`tell` gets the number of each page. Other campaigns first, so that it is known who is in several."""
        for number in [*range(1, len(self._scene.campaigns)), 0]:
            for account_id in self._lanes:
                for is_put_off in (True, False):
                    await self._read_rows(number, account_id, tell, is_put_off=is_put_off)
        if self._scene.has_members_left:
            await self._read_members(tell)
        if self._shared_past:
            for row, chat in enumerate(self.people.chats):
                if chat in self._shared_past:
                    self.people.flags[row] |= IS_SHARED

    def fill(self, simulation: Simulation) -> None:
        """Hand everybody who is not skipped already to the lanes."""
        for row, state in enumerate(self.people.states):
            if state != ENDED:
                simulation.add(row, not_before=self._not_before.get(row))
        _learn(simulation.shared, self._shared_past)

    def count(self) -> None:
        """Count again who is skipped, as a simulation has left them."""
        people = self.people
        ended = (
            reason
            for campaign, state, reason in zip(people.campaigns, people.states, people.reasons, strict=True)
            if state == ENDED and campaign == 0
        )
        self.skipped = Counter({REASONS[number]: count for number, count in sorted(Counter(ended).items())})

    def exceptions(self) -> Iterator[tuple[int, DeliveryReason]]:
        """Contact and reason of everybody who will not get the rehearsed campaign."""
        people = self.people
        for row, state in enumerate(people.states):
            if state == ENDED and people.campaigns[row] == 0:
                yield people.contacts[row], REASONS[people.reasons[row]]

    async def _read_rows(self, number: int, account_id: AccountId, tell: Told, *, is_put_off: bool) -> None:
        async def read(after: tuple[int, int]) -> Sequence[StoredRow]:
            return await self._facts.rows(
                self._scene.campaigns[number].id,
                account_id,
                is_put_off=is_put_off,
                after=after,
                limit=PAGE,
                has_history=self._scene.has_history,
            )

        async def use(page: Sequence[StoredRow]) -> None:
            for stored in page:
                self._add_row(number, account_id, stored)
            await tell(len(page))

        await each_page(read, (-1, -1), lambda stored: stored.key, use)

    async def _read_members(self, tell: Told) -> None:
        scene = self._scene
        shares, taken = Shares(list(self._lanes), scene.load), set[TelegramUserId]()

        async def read(after: int) -> Sequence[MemberRow]:
            return await self._facts.members(
                scene.campaign.id, after=after, limit=PAGE, has_history=scene.has_history
            )

        async def use(page: Sequence[MemberRow]) -> None:
            for member in page:
                self._add_member(member, shares, taken)
            await tell(len(page))

        await each_page(read, scene.planned_up_to, lambda member: int(member.contact_id), use)

    def _add_row(self, number: int, account_id: AccountId, stored: StoredRow) -> None:
        flags = _flags(
            has_consent=stored.has_consent,
            is_known=stored.is_known,
            is_first=not stored.wrote_to_us and not _has_written(account_id, stored.past),
            suppression=stored.suppression,
        )
        row = self._append(
            number, account_id, stored.contact_id, stored.user_id, stored.time_zone, flags, stored.past
        )
        if stored.not_before is not None:
            self.people.states[row] = DEFERRED
            self._not_before[row] = stored.not_before
        self._give_reason(row, stored.suppression or stored.reason)

    def _add_member(self, member: MemberRow, shares: Shares, taken: set[TelegramUserId]) -> None:
        facts = member.facts
        placing = place_member(facts, shares, taken)
        account_id, user_id = placing.account_id, placing.user_id
        # Planning asks for the person's own id; a claim also for the one that the row has got.
        barred = member.barred.get(user_id) if user_id is not None else None
        flags = _flags(
            has_consent=True,
            is_known=account_id in facts.user_ids,
            is_first=account_id not in facts.wrote_to and not _has_written(account_id, member.past),
            suppression=barred,
        )
        row = self._append(0, account_id, member.contact_id, user_id, member.time_zone, flags, member.past)
        if placing.reason is not None:
            self.people.states[row] = ENDED
            self.skipped[placing.reason] += 1
        self._give_reason(row, placing.reason or barred)

    def _append(
        self,
        number: int,
        account_id: AccountId,
        contact_id: int,
        user_id: TelegramUserId | None,
        time_zone: str | None,
        flags: int,
        past: Past,
    ) -> int:
        if self._is_shared:
            self._note(number, -contact_id if user_id is None else user_id, past)
        self.recipients += number == 0
        cap = self._scene.campaigns[number].plan.cap
        return self.people.append(
            contact_id,
            chat=user_id,
            lane=self._lanes[account_id],
            campaign=number,
            time_zone=time_zone,
            flags=flags,
            filled_ms=past[cap.messages - 1][1] if cap is not None and len(past) >= cap.messages else 0,
        )

    def _note(self, number: int, chat: int, past: Past) -> None:
        """Find those who have rows in several campaigns."""
        if chat in self._chats:
            self._shared_past[chat] = tuple(at for _, at in past)
        elif number > 0:
            self._chats.add(chat)

    def _give_reason(self, row: int, reason: DeliveryReason | None) -> None:
        if reason is not None:
            self.people.reasons[row] = NUMBER_OF[reason]


def _flags(*, has_consent: bool, is_known: bool, is_first: bool, suppression: DeliveryReason | None) -> int:
    return (
        HAS_CONSENT * has_consent | IS_KNOWN * is_known | IS_FIRST * is_first | IS_BARRED * (suppression is not None)
    )


def _has_written(account_id: AccountId, past: Past) -> bool:
    return bool(past) and any(account == account_id for account, _ in past)


def _learn(shared: SharedPeople, past: Mapping[int, Sequence[int]]) -> None:
    for chat, sends_ms in past.items():
        shared.learn(chat, sends_ms)
