"""A rehearsal decides nothing by itself: it calls the policies that dispatch calls, and knows no limit of its own."""

import ast
from pathlib import Path

import pytest

PLAN = Path(__file__).parents[3] / "campaigns" / "plan"
MODULES = sorted([*PLAN.glob("rehearsal*.py"), *PLAN.glob("simul*.py")])

POLICIES = {
    "campaigns.plan.eligibility": {"decide"},
    "campaigns.plan.limits": {"RateLimiter", "look_up_free_at"},
    "campaigns.plan.lane_order": {"take_turns"},
    "campaigns.plan.planning": {"Shares", "place_member"},
    "campaigns.schedule.windows": {"Openings"},
    "campaigns.message.ready_texts": {"ReadyTexts"},
}

OF_POLICIES = {
    # numbers of a limit profile and of a plan: only a policy may reckon with them
    "per_second", "burst", "chat_interval_s", "slow_after_flood", "pause_above", "messages", "days",
    # the parts of a window, and of a canary
    "windows", "weekdays", "begins", "ends", "percent", "max_failed_percent",
    # lengths of time that limits are made of
    "HOUR", "DAY", "hours", "weeks", "seconds",
}  # fmt: skip

MAY_BE_READ = {
    ("simulated_lanes", "windows"),  # whether there are any: as the claim asks
    ("simulated_answers", "messages"),  # which of a person's messages fills a cap
    ("simulated_rows", "messages"),
    ("rehearsal_people", "messages"),
    ("rehearsal", "per_second"),  # whether there is none, which is said
}


def _imports(tree: ast.Module) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    return found


def test_a_rehearsal_calls_the_policies_of_dispatch() -> None:
    called: dict[str, set[str]] = {}
    for path in MODULES:
        for module, names in _imports(ast.parse(path.read_text("utf-8"))).items():
            called.setdefault(module, set()).update(names)

    assert {module: names & called.get(module, set()) for module, names in POLICIES.items()} == POLICIES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_rehearsal_reckons_with_no_limit_itself(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    given = {keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords}
    allowed = {name for module, name in MAY_BE_READ if module == path.stem}

    assert (read | named | given) & OF_POLICIES <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_rehearsal_reaches_neither_telegram_nor_the_lanes_of_dispatch(path: Path) -> None:
    modules = _imports(ast.parse(path.read_text("utf-8")))

    assert not [module for module in modules if module.startswith(("telegram", "telethon", "campaigns.dispatch"))]
