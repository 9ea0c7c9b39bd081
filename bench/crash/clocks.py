"""A lost answer, then the worker starts again with its clock set wrong: nothing twice, nobody missing."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.crash.disturb import SEND
from bench.crash.proof import SETTLE_SOON
from bench.result import ProofResult
from bench.world import World, made_world, wait_for
from campaigns.delivery import DeliveryState
from cli.demo.options import DemoResult
from core.clock import OffsetClock
from core.domain.account import AccountKind
from core.domain.ids import AccountId
from core.processes import kill
from telegram.sandbox.control import Fault, FaultKind

CLOCKED = Path(__file__).parent / "clocked.py"
HOUR_S = 3600.0
ACCOUNTS = 5  # three users, two bots
LOST = 3  # answers lost on each account; its window of five is not full, so the campaign goes on
RECIPIENTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How far, in hours, the worker's clock and Telegram's stand beside the clock of the first try."""

    worker_h: float
    telegram_h: float = 0.0

    @property
    def is_old(self) -> bool:
        """Whether nothing may be repeated: the tries are older than 24 h, or lie in the future of Telegram's time,
        which counts as old because their age cannot be told (docs/architecture.md, Time).
        """
        return self.telegram_h >= 24 or self.telegram_h < 0


CASES = (
    Clocks(worker_h=25),  # the worker's clock is wrong, Telegram says so
    Clocks(worker_h=-25),
    Clocks(worker_h=-30),
    Clocks(worker_h=25, telegram_h=25),  # a day really passed
    Clocks(worker_h=-25, telegram_h=-25),  # both fell behind what the database holds
    Clocks(worker_h=-30, telegram_h=-30),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRun:
    """What became of the campaign, and how the rows whose answer was lost ended: (account kind, state), how many."""

    clocks: Clocks
    result: DemoResult
    lost: Mapping[tuple[AccountKind, DeliveryState], int]

    @property
    def is_ok(self) -> bool:
        """Exactly once, and settled by a repeat or by the history; of a bot an old try stays unknown."""
        expected = {
            (AccountKind.USER, DeliveryState.SENT): 3 * LOST,
            (AccountKind.BOT, DeliveryState.UNCERTAIN if self.clocks.is_old else DeliveryState.SENT): 2 * LOST,
        }
        return self.result.is_ok and self.result.failed == 0 and self.lost == expected


async def run_clocks(folder: Path, clocks: Clocks, *, recipients: int = RECIPIENTS) -> ClockRun:
    """Lose answers, kill the worker, start it again under other clocks, count."""
    async with made_world(folder, recipients=recipients, accounts=ACCOUNTS, settings=SETTLE_SOON) as world:
        record = await world.start_worker()
        await world.wait_until_connected()
        for account in await world.accounts.list_accounts():
            await world.control.inject(
                Fault(
                    kind=FaultKind.SWALLOW,
                    method=SEND,
                    account_id=int(account.telegram_user_id),
                    count=LOST,
                    takes_effect=True,
                )
            )
        campaign_id = await world.begin_campaign()

        async def only_lost_ones_are_open() -> bool:
            counts = (await world.reports.progress(campaign_id)).counts
            return counts.get(DeliveryState.SENDING) == LOST * ACCOUNTS and not counts.get(DeliveryState.PLANNED)

        await wait_for(only_lost_ones_are_open, "the answers were not lost")
        lost = await _open_rows(world)
        kill(record)
        await world.control.set_clock_offset(clocks.telegram_h * HOUR_S)
        offset_s = clocks.worker_h * HOUR_S
        await world.start_worker((sys.executable, str(CLOCKED), str(offset_s)), OffsetClock(world.clock, offset_s))
        await world.wait_until_done(campaign_id)
        return ClockRun(clocks=clocks, result=await world.count(campaign_id), lost=await _ends_of(world, lost))


async def prove(rounds: int = 1) -> ProofResult:
    """Every case, for users and bots at once."""
    figures: dict[str, object] = {}
    is_met = True
    with tempfile.TemporaryDirectory(prefix="wireroom-proof-") as folder:
        for number, clocks in enumerate(CASES * rounds):
            run = await run_clocks(Path(folder) / f"{number}", clocks)
            is_met = is_met and run.is_ok
            ends = ", ".join(f"{count} {kind} {state}" for (kind, state), count in sorted(run.lost.items()))
            figures[f"worker {clocks.worker_h:+g} h, telegram {clocks.telegram_h:+g} h"] = (
                f"{run.result.duplicates} duplicates, {run.result.missing} missing; lost answers: {ends}"
            )
    return ProofResult(
        proved="A wrong clock after a lost answer sends nothing twice and forgets nobody",
        is_met=is_met,
        figures=figures,
    )


async def _open_rows(world: World) -> Sequence[int]:
    statement = "SELECT id FROM outgoing WHERE state = 'sending'"
    return await world.database.read(lambda raw: [row[0] for row in raw.execute(statement).fetchall()])


async def _ends_of(world: World, row_ids: Sequence[int]) -> Mapping[tuple[AccountKind, DeliveryState], int]:
    kinds: dict[AccountId, AccountKind] = {a.id: a.kind for a in await world.accounts.list_accounts()}
    marks = ", ".join("?" * len(row_ids))
    statement = f"SELECT account_id, state, count(*) FROM outgoing WHERE id IN ({marks}) GROUP BY 1, 2"
    rows = await world.database.read(lambda raw: raw.execute(statement, row_ids).fetchall())
    ends: dict[tuple[AccountKind, DeliveryState], int] = {}
    for account_id, state, count in rows:
        key = kinds[account_id], DeliveryState(state)
        ends[key] = ends.get(key, 0) + count
    return ends
