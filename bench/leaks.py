"""A thousand times the window, its pages and dialogs: no object, connection or task may be left."""

from bench.child import started
from bench.result import ProofResult


async def prove(rounds: int) -> ProofResult:
    """`rounds` windows, each with every page and dialog opened and closed."""
    async with started("leaks_window.py", silent_s=3_600) as child:
        found = await child.ask(rounds=rounds)
    return ProofResult(
        proved="Opening and closing every page and dialog leaves nothing behind",
        is_met=not found["left"] and not found["tasks_left"],
        figures={"rounds": rounds, **found},
    )
