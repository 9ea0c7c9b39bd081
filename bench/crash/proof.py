"""The crash proof: one campaign under kills, lost links and refused repeats; beside it engines that must be caught."""

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.crash.disturb import Disturber, Plan, Told
from bench.crash.engines import HONEST, SABOTAGE
from bench.crash.refusals import Refusal, every_refusal
from bench.result import ProofResult
from bench.world import made_world
from cli.demo.options import DemoResult
from core.clock import SystemClock
from telegram.sandbox.control import FaultKind

SETTLE_SOON = {("delivery", "settle_retry_s"): (0.2, 0.5)}
"""A refused repeat is asked about again soon, or the proof would mostly wait; everything else is as delivered."""

RECIPIENTS = 8_000
KILLS = 100
ACCOUNTS = 5

ENGINES = Path(__file__).parent / "engines.py"
SABOTAGED_RECIPIENTS = 600
SABOTAGED_KILLS = 6

PROVING = (FaultKind.LOSE_THEN_REFUSE, FaultKind.DROP_THEN_REFUSE)
FINAL_LOOKING = ("PEER_ID_INVALID", "USER_ID_INVALID", "USER_PRIVACY_RESTRICTED", "USERNAME_INVALID", "USER_IS_BOT")
"""Refusals that a careless engine takes for the end of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One campaign under disturbances, counted."""

    result: DemoResult
    told: Told
    elapsed_s: float

    @property
    def is_caught(self) -> bool:
        """Whether the ledger shows that the engine is broken."""
        return self.result.duplicates > 0 or self.result.missing > 0


def all_refusals() -> list[tuple[FaultKind, Refusal]]:
    """Each error of the table, to a repeat of what had arrived and of what had not."""
    return [(kind, refusal) for refusal in every_refusal() for kind in PROVING]


async def run_disturbed(folder: Path, plan: Plan, *, recipients: int, accounts: int = ACCOUNTS, seed: int = 1) -> Run:
    """From an empty folder to a counted result."""
    clock = SystemClock()
    began_s = clock.monotonic()
    async with made_world(folder, recipients=recipients, accounts=accounts, seed=seed, settings=SETTLE_SOON) as world:
        disturber = Disturber(world, plan)
        campaign_id = await disturber.run()
        result = await world.count(campaign_id)
    return Run(result=result, told=disturber.told, elapsed_s=clock.monotonic() - began_s)


def engine(kind: str = HONEST) -> Sequence[str]:
    return sys.executable, str(ENGINES), kind


def sabotaged_plan(kind: str, kills: int) -> Plan:
    """The same disturbances for a broken engine: kills, lost answers, and refusals for the one that believes them."""
    believes = kind == "refusal-is-final"
    return Plan(
        kills=kills,
        refusals=[
            (FaultKind.DROP_THEN_REFUSE, each) for each in every_refusal() if believes and each.name in FINAL_LOOKING
        ],
        lost_answers=1,
        program=engine(kind),
    )


async def prove(rounds: int = 1, *, recipients: int = RECIPIENTS, kills: int = KILLS) -> ProofResult:
    """The long form; `rounds` are seeds. Every figure is added up over them."""
    refusals = all_refusals()
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-proof-") as folder:
        for seed in range(1, rounds + 1):
            plan = Plan(program=engine(), kills=kills, refusals=refusals)
            runs.append(await run_disturbed(Path(folder) / f"{seed}", plan, recipients=recipients, seed=seed))
        caught = {
            kind: await run_disturbed(
                Path(folder) / kind, sabotaged_plan(kind, SABOTAGED_KILLS), recipients=SABOTAGED_RECIPIENTS
            )
            for kind in SABOTAGE
        }
    return _result(runs, caught, wanted_kills=kills, wanted_refusals=len(refusals))


def _result(
    runs: Sequence[Run], caught: Mapping[str, Run], *, wanted_kills: int, wanted_refusals: int
) -> ProofResult:
    results = [run.result for run in runs]
    is_met = all(
        run.result.is_ok
        and run.result.failed == 0
        and run.told.kills_in_flight >= wanted_kills
        and len(run.told.refused) >= wanted_refusals
        for run in runs
    ) and all(run.is_caught for run in caught.values())
    figures: dict[str, object] = {
        name: sum(getattr(result, name) for result in results)
        for name in ("recipients", "delivered", "duplicates", "missing", "skipped", "uncertain", "failed")
    }
    figures["database_agrees"] = all(result.database_agrees for result in results)
    figures["kills_in_flight"] = sum(run.told.kills_in_flight for run in runs)
    figures["idle_kills"] = sum(run.told.idle_kills for run in runs)
    figures["refusals_of_repeats"] = sum(len(run.told.refused) for run in runs)
    for prefix, counts in (
        ("disturbed", sum((run.told.disturbances for run in runs), Counter[str]())),
        ("kills_with_repeats", sum((run.told.behaviours for run in runs), Counter[str]())),
    ):
        figures |= {f"{prefix}_{name}": times for name, times in sorted(counts.items())}
    figures["elapsed_s"] = round(sum(run.elapsed_s for run in runs), 1)
    for kind, run in caught.items():
        figures[f"sabotaged {kind}"] = (
            f"{'caught' if run.is_caught else 'NOT caught'}: {run.result.duplicates} duplicates, "
            f"{run.result.missing} missing of {run.result.recipients}"
        )
    return ProofResult(
        proved="Everyone is reached exactly once through kills, lost links and refused repeats",
        is_met=is_met,
        figures=figures,
    )
