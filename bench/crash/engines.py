"""Entry of the workers of the proof: `engines.py KIND worker ...`, honest or broken on purpose.

Each kind of sabotage is a mistake that programs of this sort really make; a proof that does not catch it is none. The
wiring is that of main.py, but for the waits before connecting again: a proof that drops links would mostly wait.
"""

import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from campaigns.dispatch import outcomes, settle
from campaigns.plan.eligibility import Claim, ClaimAnswer
from campaigns.ports import ClaimOrder, OpenTry, Outcome, SentMessage
from core.domain.account import Lease
from core.domain.ids import AccountId, DeliveryId
from database.lock_handler import UnitOfWork
from database.stores import claims, recording
from database.stores.deliveries import DeliveryStore
from telegram import sender
from telegram.gateway import TelegramLink


def new_random_id_on_repeat() -> None:
    """A repeat is taken for a new message."""
    honest = DeliveryStore.open_tries

    async def open_tries(self: DeliveryStore, account_id: AccountId) -> Sequence[OpenTry]:
        return [
            replace(each, candidate=msgspec.structs.replace(each.candidate, random_id=secrets.randbits(63)))
            for each in await honest(self, account_id)
        ]

    DeliveryStore.open_tries = open_tries  # type: ignore[method-assign]


def no_mark_before_the_send() -> None:
    """The random_id is drawn when the message is sent, and the row is written only when the answer is there."""
    orders: dict[DeliveryId, ClaimOrder] = {}
    honest_send = TelegramLink.send

    async def record_and_claim(
        self: DeliveryStore, lease: Lease, outcome: Outcome | None, order: ClaimOrder | None
    ) -> Claim | None:
        def write(work: UnitOfWork) -> None:
            if outcome is not None and outcome.delivery_id in orders:
                claims.claim(work, lease.account_id, orders.pop(outcome.delivery_id))
                recording.record(work, lease.account_id, outcome)

        await self._database.write(write)
        if order is None:
            return None
        orders[order.delivery_id] = order
        return Claim(answer=ClaimAnswer.CLAIMED)

    async def send(self: TelegramLink, peer: Any, message: Any, *, random_id: int, uploads: Any) -> Any:
        return await honest_send(self, peer, message, random_id=secrets.randbits(63), uploads=uploads)

    DeliveryStore.record_and_claim = record_and_claim  # type: ignore[method-assign]
    TelegramLink.send = send  # type: ignore[method-assign]


def refusal_of_a_repeat_is_final() -> None:
    """What Telegram says to a repeat is believed about the first try. The store's own guard is taken away as well."""

    def refused_repeat(candidate: Any, error: Any, profile: Any, *, now: Any, retry_after: Any) -> Outcome:
        if not error.is_definite:
            return honest(candidate, error, profile, now=now, retry_after=retry_after)
        return outcomes.refused_first_try(candidate, error, profile, now=now)

    honest = outcomes.refused_repeat
    outcomes.refused_repeat = refused_repeat
    recording._ONLY_TRY = frozenset()  # type: ignore[misc]


def new_ids_for_the_items_of_an_album() -> None:
    """Only the first item of an album keeps its random_id in a repeat."""

    def item_random_ids(random_id: int, count: int) -> tuple[int, ...]:
        return (random_id, *(secrets.randbits(63) for _ in range(count - 1)))

    sender.item_random_ids = item_random_ids


def half_an_album_is_enough() -> None:
    """An album counts as sent when Telegram says that it has its random_id; nobody asks for the other items."""

    async def ask(client: Any, request: Any, random_id: int) -> SentMessage:
        return SentMessage(message_id=None, at=None)

    sender._ask = ask
    settle.ABSENT_AFTER = timedelta(0)  # it would find out a minute later that it does not know


HONEST = "honest"
SABOTAGE: Mapping[str, Callable[[], None]] = {
    "new-random-id": new_random_id_on_repeat,
    "no-mark": no_mark_before_the_send,
    "refusal-is-final": refusal_of_a_repeat_is_final,
}
ALBUM_SABOTAGE: Mapping[str, Callable[[], None]] = {
    "new-item-ids": new_ids_for_the_items_of_an_album,
    "half-is-enough": half_an_album_is_enough,
}

RECONNECT_S = (0.05, 0.2)


if __name__ == "__main__":
    import main
    import wiring.worker

    wiring.worker.RECONNECT_S = RECONNECT_S
    if sys.argv[1] != HONEST:
        {**SABOTAGE, **ALBUM_SABOTAGE}[sys.argv[1]]()
    raise SystemExit(main.main(sys.argv[2:]))
