"""`doctor`: is everything there that Wireroom needs, and is this workspace sound?"""

from pathlib import Path

from cli.house import House
from cli.output import Output
from core.clock import SystemClock
from core.health import HealthState, core_checks, run_checks
from core.workspace import open_workspace

MARKS = {HealthState.OK: "ok", HealthState.WARN: "look", HealthState.FAIL: "FAIL"}


async def run_doctor(house: House, folder: Path, output: Output) -> int:
    """One sentence a check; exit code 1 when one failed. Changes nothing but that an absent folder is made."""
    workspace = open_workspace(folder)

    checks = [*core_checks(workspace, SystemClock(), needs_secrets=False), *house.health_checks(workspace)]
    reports = await run_checks(checks, timeout_s=30)
    output.table(
        "",
        ["", "check", "", "what to do"],
        [[MARKS[r.result.state], r.name, r.result.sentence, r.result.hint] for r in reports],
    )
    failed = sum(report.result.state is HealthState.FAIL for report in reports)
    output.say("Everything is in order." if not failed else f"{failed} checks failed.")
    return output.finish(
        {
            "failed": failed,
            "checks": [
                {
                    "name": r.name,
                    "state": r.result.state.value,
                    "sentence": r.result.sentence,
                    "hint": r.result.hint,
                }
                for r in reports
            ],
        },
        ok=failed == 0,
    )
