"""The engine in its worker process against a bare Telethon loop, on the same sandbox, in turns."""

import tempfile
from collections.abc import Collection
from pathlib import Path

from bench.child import started
from bench.result import BenchResult
from bench.world import World, made_world
from telegram.sandbox.ledger import LedgerEntry

ACCOUNTS = 10
IN_FLIGHT = 5
MESSAGES = 3_000  # a round of each


async def measure(rounds: int) -> BenchResult:
    """Both are timed from the sandbox's ledger: from the first to the last message that it accepted."""
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-engine-") as folder:
        async with (
            made_world(Path(folder), recipients=MESSAGES, accounts=ACCOUNTS) as world,
            started("bare_loop.py", str(world.workspace.sandbox)) as bare,
        ):
            await bare.ask(sign_in=ACCOUNTS, people=MESSAGES // ACCOUNTS)
            await world.start_worker()
            await world.wait_until_connected()
            our_ids = {int(account.telegram_user_id) for account in await world.accounts.list_accounts()}
            for _ in range(rounds):
                ours.append(await engine_rate(world, our_ids))
                accepted = len(world.ledger())
                await bare.ask(send=MESSAGES, in_flight=IN_FLIGHT)
                theirs.append(rate_of(world.ledger()[accepted:]))
    return BenchResult(
        compared=(
            f"the engine against a bare Telethon loop, {ACCOUNTS} accounts with {IN_FLIGHT} sends in flight each, "
            f"{MESSAGES} messages a round, timed from the sandbox's ledger"
        ),
        unit="messages a second",
        ours=ours,
        theirs=theirs,
        aim="at least 0.8",
        at_least=0.8,
    )


async def engine_rate(world: World, our_ids: Collection[int]) -> float:
    """One campaign to everybody; every person once, or the figure is worth nothing."""
    accepted = len(world.ledger())
    campaign_id = await world.begin_campaign()
    await world.wait_until_done(campaign_id)
    entries = [entry for entry in world.ledger()[accepted:] if entry.account_id in our_ids]
    assert len(entries) == len({entry.peer_id for entry in entries}) == MESSAGES, "not everyone exactly once"
    return rate_of(entries)


def rate_of(entries: list[LedgerEntry]) -> float:
    return (len(entries) - 1) / ((entries[-1].at_ms - entries[0].at_ms) / 1000)
