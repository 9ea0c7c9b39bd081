"""What is done to one or many accounts at once, and the sentence that says what came of it. Knows no Qt."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from campaigns.accounts.views import AccountRow
from core.domain.account import AccountState, LimitKind
from core.domain.ids import AccountId
from core.domain.proxy import ProxyWish
from core.errors import AppError, InvalidTransitionError, UserInputError
from desktop.formatting import count_of, join_words
from desktop.pages.accounts.cells import STOPPED
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph

_NONE: Final[Mapping[str, int]] = MappingProxyType({})
CHECKED_AGAIN: Final = (AccountState.LIMITED, AccountState.FROZEN)
"""What Telegram may have taken back meanwhile; the other stops want a new session or a decision."""
AT_ONCE: Final = 50
"""Writes under way together share commits; more would keep one unit of the worker waiting for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyChoice:
    """What a person wants for these accounts. `wish` None: take their proxies away."""

    wish: ProxyWish | None
    may_move: bool = False  # to another one of its group, should it fail
    is_direct: bool = False  # only without a wish: connect without a proxy from then on


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """To how many of the chosen accounts something can be done, and why not to the others."""

    able: int
    already: int = 0
    not_able: Mapping[str, int] = field(default_factory=dict)  # by reason


def split_for_pause(states: Mapping[AccountState, int]) -> Split:
    """Only what is ready can be paused."""
    return _split(states, AccountState.READY, AccountState.PAUSED)


def split_for_resume(states: Mapping[AccountState, int]) -> Split:
    """Only what a person paused is resumed in bulk; what Telegram stopped wants to be looked at one by one."""
    return _split(states, AccountState.PAUSED, AccountState.READY)


def split_for_check(states: Mapping[AccountState, int]) -> Split:
    """Only what Telegram stopped can be looked at again."""
    return Split(able=sum(states.get(state, 0) for state in CHECKED_AGAIN))


def reasons_words(not_able: Mapping[str, int]) -> str:
    """2 cannot be: signed out; or with the number of each reason."""
    counted = [f"{count:,} {reason}" for reason, count in not_able.items()]
    parts = list(not_able) if len(not_able) == 1 else counted
    return f"{sum(not_able.values()):,} cannot be: {join_words(parts)}"


def result_sentence(done: str, count: int, already: int = 0, not_able: Mapping[str, int] = _NONE) -> str:
    """12 paused, 1 was already, 2 cannot be: signed out"""
    parts = [f"{count:,} {done}"]
    if already:
        parts.append(f"{already:,} {'was' if already == 1 else 'were'} already")
    if not_able:
        parts.append(reasons_words(not_able))
    return ", ".join(parts)


class AccountActs:
    """Each act reads the accounts first, does what can be done, and tells the result once, with undo where it is safe."""

    def __init__(self, services: PageServices, has_worker: Callable[[], bool], done: Callable[[], None]) -> None:
        """`done` is called after each act, so that the list shows it at once."""
        self._services = services
        self._has_worker = has_worker
        self.done = done

    async def read(self, ids: Sequence[int]) -> list[AccountRow]:
        """The chosen accounts as they are now, in their order."""
        rows = await self._services.account_lists.rows(
            ids, now=self._services.clock.now(), has_worker=self._has_worker()
        )
        return [rows[account_id] for account_id in ids if account_id in rows]

    async def pause(self, ids: Sequence[int]) -> None:
        states = await self._services.account_lists.states(ids)
        able = [account_id for account_id, state in states.items() if state is AccountState.READY]
        done, failed = await self._each(able, self._pause_one)
        self._tell("paused", done, split_for_pause(Counter(states.values())), failed, Glyph.BARS, self.resume)

    async def resume(self, ids: Sequence[int]) -> None:
        states = await self._services.account_lists.states(ids)
        able = [account_id for account_id, state in states.items() if state is AccountState.PAUSED]
        done, failed = await self._each(able, self._resume_one)
        self._tell("resumed", done, split_for_resume(Counter(states.values())), failed, Glyph.RUN, self.pause)

    async def check_stopped(self, ids: Sequence[int]) -> None:
        """A person says that what stopped these accounts is over; the worker asks Telegram again, and stops them again
        where it is not. Nothing is done to the others."""
        states = await self._services.account_lists.states(ids)
        able = [account_id for account_id, state in states.items() if state in CHECKED_AGAIN]
        done, _ = await self._each(able, self._resume_one)
        if done:
            self._services.tells.toast(
                f"{count_of(f'{len(done):,}', 'account is', 'accounts are')} checked again",
                "Whom Telegram still stops stands still again.",
                glyph=Glyph.RUN,
            )
        else:
            self._services.tells.toast(
                "Nothing to check again", "Telegram limits or froze none of them.", glyph=Glyph.DASH
            )
        self.done()

    async def assign(self, ids: Sequence[int], choice: ProxyChoice) -> None:
        """Give proxies, or take them away."""
        accounts = [AccountId(account_id) for account_id in ids]
        before = await self.read(ids)
        if choice.wish is None:
            done, failed = await self._each(accounts, lambda one: self._release_one(one, choice))
            word = "connect directly" if choice.is_direct else "wait for a proxy"
        else:
            wish = choice.wish
            done, failed = await self._each(accounts, lambda one: self._assign_one(one, wish, choice))
            word = "leave through a proxy"
        not_able = Counter(error.title.lower() for error in failed)
        title = result_sentence(word if len(done) != 1 else _singular(word), len(done), 0, not_able)
        changed = [row for row in before if row.id in set(done)]
        self._services.tells.toast(
            title,
            "",
            glyph=Glyph.CHECK if done else Glyph.CROSS,
            undo=(lambda: self._services.begin(self.leave_as_before(changed), "undo proxies")) if done else None,
        )
        self.done()

    async def label(self, ids: Sequence[int], add: Sequence[str], remove: Sequence[str]) -> None:
        lists, clock = self._services.account_lists, self._services.clock
        accounts = [AccountId(account_id) for account_id in ids]
        actor = self._services.actor
        changed = await lists.set_labels(accounts, add=add, remove=remove, actor=actor, now=clock.now())
        if not changed:
            self._services.tells.toast("No label was different", glyph=Glyph.DASH)
            return

        async def undo() -> None:
            await lists.set_labels(changed, add=remove, remove=add, actor=actor, now=clock.now())
            self.done()

        words = join_words([*(f"“{label}” added" for label in add), *(f"“{label}” taken off" for label in remove)])
        exact = len(add) + len(remove) == 1  # of several labels nobody knows which an account had before
        self._services.tells.toast(
            f"{count_of(f'{len(changed):,}', 'account')} labelled",
            words,
            undo=(lambda: self._services.begin(undo(), "take labels back")) if exact else None,
        )
        self.done()

    async def limit(
        self, ids: Sequence[AccountId], changes: Mapping[LimitKind, int | None], *, takes_risk: bool, who: str
    ) -> None:
        """Set these limits of all of them, or of none. Undo brings back what each of them had."""
        service, actor = self._services.account_service, self._services.actor
        before = await service.set_limits(ids, changes, beyond_safe=takes_risk, actor=actor)

        async def undo() -> None:
            done = await service.put_limits_back(before, changes, actor=actor)
            others = len(before) - len(done)
            title = f"Limits of {who} as before" if done else f"Limits of {who} stay"
            text = f"{others:,} changed meanwhile and {'stays' if others == 1 else 'stay'} so." if others else ""
            self._services.tells.toast(title, text, glyph=Glyph.CHECK if done else Glyph.DASH)
            self.done()

        words = "as their profile says" if all(value is None for value in changes.values()) else "hold from now on"
        self._services.tells.toast(
            f"Limits of {who} changed",
            f"The new numbers {words}.",
            undo=lambda: self._services.begin(undo(), "put limits back"),
        )
        self.done()

    async def leave_as_before(self, rows: Sequence[AccountRow]) -> None:
        """The ways out that these accounts had. All let go first, since one may have what another had; meanwhile they
        wait, so none is direct that was not."""
        of = {row.id: row for row in rows}
        let_go = ProxyChoice(wish=None)
        await self._each(
            [row.id for row in rows if row.proxy is not None], lambda one: self._release_one(one, let_go)
        )

        async def leave_as_before(account_id: AccountId) -> None:
            row = of[account_id]
            if row.proxy is None:
                await self._release_one(account_id, ProxyChoice(wish=None, is_direct=not row.uses_proxy))
                return
            wish = ProxyWish(proxy_id=row.proxy.id)
            await self._assign_one(account_id, wish, ProxyChoice(wish=wish, may_move=row.may_move))

        done, failed = await self._each(list(of), leave_as_before)
        not_able = Counter(error.title.lower() for error in failed)
        title = result_sentence("as before" if len(done) == 1 else "are as before", len(done), 0, not_able)
        self._services.tells.toast(title, "Who did not get its proxy back waits for one." if failed else "")
        self.done()

    # --------------------------------------------------------------------------------------------------------

    async def _pause_one(self, account_id: AccountId) -> None:
        await self._services.accounts.pause(account_id, actor=self._services.actor, now=self._services.clock.now())

    async def _resume_one(self, account_id: AccountId) -> None:
        await self._services.accounts.resume(account_id, actor=self._services.actor, now=self._services.clock.now())

    async def _assign_one(self, account_id: AccountId, wish: ProxyWish, choice: ProxyChoice) -> None:
        await self._services.proxy_pool.assign(account_id, wish, may_move=choice.may_move, actor=self._services.actor)

    async def _release_one(self, account_id: AccountId, choice: ProxyChoice) -> None:
        await self._services.proxy_pool.release(account_id, direct=choice.is_direct, actor=self._services.actor)

    async def _each(
        self, ids: Sequence[AccountId], act: Callable[[AccountId], Coroutine[object, object, None]]
    ) -> tuple[list[AccountId], list[AppError]]:
        """Those it was done to, and why not to the others. What a person cannot see to is raised."""
        done: list[AccountId] = []
        failed: list[AppError] = []
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            answers = await asyncio.gather(*(act(one) for one in some), return_exceptions=True)
            for account_id, answer in zip(some, answers, strict=True):
                if answer is None:
                    done.append(account_id)
                elif isinstance(answer, (InvalidTransitionError, UserInputError)):
                    failed.append(answer)
                else:
                    raise answer
        return done, failed

    def _tell(
        self,
        word: str,
        done: Sequence[AccountId],
        split: Split,
        failed: Sequence[AppError],
        glyph: Glyph,
        undo: Callable[[Sequence[int]], Coroutine[object, object, None]],
    ) -> None:
        not_able = {**split.not_able, **({"changed meanwhile": len(failed)} if failed else {})}
        title = result_sentence(word, len(done), split.already, not_able)
        text = "Their deliveries stay with them." if word == "paused" and done else ""
        self._services.tells.toast(
            title,
            text,
            glyph=glyph if done else Glyph.DASH,
            undo=(lambda: self._services.begin(undo(done), f"undo {word}")) if done else None,
        )
        self.done()


def _split(states: Mapping[AccountState, int], wanted: AccountState, already: AccountState) -> Split:
    return Split(
        able=states.get(wanted, 0),
        already=states.get(already, 0),
        not_able={STOPPED[state].lower(): count for state, count in states.items() if state in STOPPED and count},
    )


def _singular(word: str) -> str:
    return word.replace("connect", "connects").replace("wait", "waits").replace("leave", "leaves")
