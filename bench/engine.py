"""The engine in its worker process against a bare Telethon loop, on the same sandbox, in turns; twice over.

Compared is with a data centre that answers each message after ANSWER_AFTER_S, as a near one would, only sooner than any
real one: with 10 accounts and 5 sends in flight each the bare loop then reaches about the 3,500 to 3,900 messages a second
of the prototype's data centre, against which the aim was set. Our own sandbox answers several times as fast; against it
at full speed, given beside it as `full_speed_...`, the question is only what promises cost in CPU beside a loop that
makes none. See docs/decisions/0010-measuring-the-engine.md.
"""

import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.child import Child, started
from bench.result import BenchResult
from bench.world import World, made_world
from telegram.sandbox.faults import Fault, FaultKind
from telegram.sandbox.ledger import LedgerEntry

ACCOUNTS = 10
IN_FLIGHT = 5
MESSAGES = 3_000  # a round of each
ANSWER_AFTER_S = 0.013
LOOK_EVERY_S = 0.5  # nobody looks on while the bare loop sends, and each look takes a millisecond of the two cores


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a second, one figure a round."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)


async def measure(rounds: int) -> BenchResult:
    """All are timed from the sandbox's ledger: from the first to the last message that it accepted."""
    answering, at_full_speed = Rates(), Rates()
    with tempfile.TemporaryDirectory(prefix="wireroom-engine-") as folder:
        async with (
            made_world(Path(folder), recipients=MESSAGES, accounts=ACCOUNTS) as world,
            started("bare_loop.py", str(world.workspace.sandbox)) as bare,
        ):
            await bare.ask(sign_in=ACCOUNTS, people=MESSAGES // ACCOUNTS)
            await world.start_worker()
            await world.wait_until_connected()
            our_ids = {int(account.telegram_user_id) for account in await world.accounts.list_accounts()}
            late = Fault(kind=FaultKind.DELAY, method="messages.sendMessage", count=None, seconds=ANSWER_AFTER_S)
            for _ in range(rounds):
                await world.control.inject(late)
                await run_both(world, bare, our_ids, answering)
                await world.control.clear_faults()
                await run_both(world, bare, our_ids, at_full_speed)
    return BenchResult(
        compared=(
            f"the engine against a bare Telethon loop, {ACCOUNTS} accounts with {IN_FLIGHT} sends in flight each, "
            f"{MESSAGES} messages a round, timed from the ledger of a sandbox that answers after "
            f"{ANSWER_AFTER_S * 1000:.0f} ms, as a near data centre does; full_speed: the same without that wait"
        ),
        unit="messages a second",
        ours=answering.ours,
        theirs=answering.theirs,
        aim="at least 0.8",
        at_least=0.8,
        extra={
            "full_speed_ours": round(median(at_full_speed.ours)),
            "full_speed_theirs": round(median(at_full_speed.theirs)),
            "full_speed_ratio": round(
                median(a / b for a, b in zip(at_full_speed.ours, at_full_speed.theirs, strict=True)), 2
            ),
        },
    )


async def run_both(world: World, bare: Child, our_ids: Collection[int], rates: Rates) -> None:
    rates.ours.append(await engine_rate(world, our_ids))
    accepted = len(world.ledger())
    await bare.ask(send=MESSAGES, in_flight=IN_FLIGHT)
    theirs = world.ledger()[accepted:]
    assert len(theirs) == MESSAGES, "the bare loop lost some"
    rates.theirs.append(rate_of(theirs))


async def engine_rate(world: World, our_ids: Collection[int]) -> float:
    """One campaign to everybody; every person once, or the figure is worth nothing."""
    accepted = len(world.ledger())
    campaign_id = await world.begin_campaign()
    await world.wait_until_done(campaign_id, look_every_s=LOOK_EVERY_S)
    entries = [entry for entry in world.ledger()[accepted:] if entry.account_id in our_ids]
    assert len(entries) == len({entry.peer_id for entry in entries}) == MESSAGES, "not everyone exactly once"
    return rate_of(entries)


def rate_of(entries: list[LedgerEntry]) -> float:
    return (len(entries) - 1) / ((entries[-1].at_ms - entries[0].at_ms) / 1000)
