"""Commands for a campaign on its way and after it, over a workspace with rows."""

import pytest

from tests.cli.program import Program


@pytest.mark.slow
def test_send_again_lists_first_and_sends_only_with_yes(program: Program, campaign: str) -> None:
    looked = program.json("campaign", "send-again", campaign)
    assert looked.result["reasons"] == [{"reason": "refused", "failed": 1, "can_be_sent": 1}]
    assert looked.result["sent_again"] == 0

    refused = program.json("campaign", "send-again", campaign, "--reason", "is_bot", "--yes")
    assert "is_bot" in refused.error["message"]

    assert program.json("campaign", "send-again", campaign, "--reason", "refused", "--yes").result["sent_again"] == 1
    assert program.json("campaign", "report", campaign).result["failed"] == 1


@pytest.mark.slow
def test_unknown_fates_are_listed_and_decided_by_number(program: Program, campaign: str) -> None:
    listed = program.json("campaign", "unknown", campaign).result["unknown"]
    assert {row["person"] for row in listed} == {"Person 3", "Person 4"}
    first, second = (str(row["number"]) for row in listed)

    decided = program.json("campaign", "unknown", campaign, "--count-as-sent", first, "--leave", second).result

    assert (decided["counted_as_sent"], decided["left"], decided["unknown"]) == (1, 1, [])
    report = program.json("campaign", "report", campaign).result
    assert (report["sent"], report["uncertain"]) == (2, 1)


@pytest.mark.slow
def test_pace_and_accounts_change_while_it_runs(program: Program, campaign: str) -> None:
    assert program.json("campaign", "slow-down", campaign, "--per-hour", "40").result["per_hour"] == 40
    assert "between 1 and" in program.json("campaign", "slow-down", campaign, "--per-hour", "0").error["message"]
    assert program.json("campaign", "slow-down", campaign).result["per_hour"] is None
    assert program.json("campaign", "add-account", campaign, "2").result["moved"] == 1
