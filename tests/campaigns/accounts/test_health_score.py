"""The health of an account: each part with its points and its reason, and what they add up to."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.accounts import health_score as h
from campaigns.accounts.health_score import (
    Health,
    HealthFacts,
    HealthPart,
    PartKind,
    ProxyHealth,
    score_health,
)
from core.domain.account import AccountState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WELL = HealthFacts(
    state=AccountState.READY,
    state_at=NOW - timedelta(days=90),
    flood_waits=(),
    slowed_until=None,
    tried=200,
    refused=4,
    left=1,
    proxy=ProxyHealth.HEALTHY,
    proxy_ms=55.0,
    signed_in_at=NOW - timedelta(days=90),
    tried_day=10,
    per_day=40,
)


def part(facts: HealthFacts, kind: PartKind) -> HealthPart:
    return next(part for part in score_health(facts, NOW).parts if part.kind is kind)


def test_an_account_without_bad_signs_has_100_and_says_what_is_fine() -> None:
    score = score_health(WELL, NOW)

    assert (score.score, score.health) == (100, Health.GOOD)
    assert {part.kind for part in score.parts} == set(PartKind) - {PartKind.SLOWED}
    assert all(part.points == 0 and part.title and part.reason.endswith(".") for part in score.parts)


def test_the_score_is_100_with_its_parts_taken_off_and_the_worst_part_is_first() -> None:
    facts = replace(WELL, flood_waits=(NOW,), proxy=ProxyHealth.SLOW, proxy_ms=1_800.0, tried_day=38)

    score = score_health(facts, NOW)

    assert score.score == 100 + sum(part.points for part in score.parts) == 75
    assert score.health is Health.FAIR
    assert [part.points for part in score.parts] == sorted(part.points for part in score.parts)
    assert score.parts[0].kind is PartKind.FLOOD_WAITS


@pytest.mark.parametrize(
    ("state", "points"),
    [
        (AccountState.READY, 0),
        (AccountState.PAUSED, 0),
        (AccountState.LIMITED, -60),
        (AccountState.FROZEN, -90),
        (AccountState.SIGNED_OUT, -100),
        (AccountState.BANNED, -100),
    ],
)
def test_each_state_takes_what_it_means_and_says_since_when(state: AccountState, points: int) -> None:
    facts = replace(WELL, state=state)

    found = part(facts, PartKind.STATE)

    assert found.points == points
    assert found.at == (facts.state_at if points else None)


def test_a_score_is_never_below_0() -> None:
    facts = replace(WELL, state=AccountState.BANNED, flood_waits=(NOW, NOW), proxy=ProxyHealth.MISSING)

    assert score_health(facts, NOW).score == 0


@pytest.mark.parametrize(("days", "points"), [(0, -15), (3.5, -8), (6.9, 0), (8, 0)])
def test_a_flood_wait_fades_over_a_week(days: float, points: int) -> None:
    facts = replace(WELL, flood_waits=(NOW - timedelta(days=days),))

    found = part(facts, PartKind.FLOOD_WAITS)

    assert found.points == points
    assert found.fades_at == (None if days > 7 else facts.flood_waits[0] + timedelta(days=7))


def test_several_flood_waits_add_up_to_no_more_than_their_most() -> None:
    two, many = (NOW,) * 2, (NOW,) * 9

    assert part(replace(WELL, flood_waits=two), PartKind.FLOOD_WAITS).points == -30
    found = part(replace(WELL, flood_waits=many), PartKind.FLOOD_WAITS)
    assert found.points == -45
    assert found.title == "9 pauses asked for by Telegram"


def test_half_rate_takes_points_until_it_is_over() -> None:
    until = NOW + timedelta(hours=3)

    assert part(replace(WELL, slowed_until=until), PartKind.SLOWED).points == -5
    assert part(replace(WELL, slowed_until=until), PartKind.SLOWED).fades_at == until
    assert all(p.kind is not PartKind.SLOWED for p in score_health(replace(WELL, slowed_until=NOW), NOW).parts)


def test_people_who_leave_take_points_by_their_share_above_the_normal() -> None:
    found = part(replace(WELL, tried=1_000, left=25), PartKind.LEFT)

    assert found.points == -10
    assert found.reason == "25 of 1,000 people blocked it or said STOP in 7 days, 2.5%. Normal is below 0.5%."
    assert part(replace(WELL, tried=1_000, left=500), PartKind.LEFT).points == -30
    assert part(replace(WELL, tried=1_000, left=5), PartKind.LEFT).points == 0


def test_refused_messages_take_points_by_their_share_above_the_normal() -> None:
    found = part(replace(WELL, tried=100, refused=17), PartKind.REFUSED)

    assert found.points == -12
    assert found.reason == "17 of 100 in its campaigns of 7 days, 17%. Normal is below 5%."
    assert part(replace(WELL, tried=100, refused=90), PartKind.REFUSED).points == -20


@pytest.mark.parametrize("kind", [PartKind.LEFT, PartKind.REFUSED])
def test_a_few_messages_say_nothing_about_shares(kind: PartKind) -> None:
    assert part(replace(WELL, tried=19, left=10, refused=10), kind).points == 0


@pytest.mark.parametrize(
    ("proxy", "points"),
    [
        (ProxyHealth.DIRECT, 0),
        (ProxyHealth.HEALTHY, 0),
        (ProxyHealth.SLOW, -5),
        (ProxyHealth.FAILING, -20),
        (ProxyHealth.MISSING, -25),
    ],
)
def test_the_way_out_counts(proxy: ProxyHealth, points: int) -> None:
    assert part(replace(WELL, proxy=proxy), PartKind.PROXY).points == points


@pytest.mark.parametrize(("hours", "points"), [(1, -10), (24, -5), (24 * 7 - 1, -5), (24 * 7, 0)])
def test_a_young_session_takes_points_until_it_is_a_week_old(hours: int, points: int) -> None:
    found = part(replace(WELL, signed_in_at=NOW - timedelta(hours=hours)), PartKind.SESSION)

    assert found.points == points


def test_an_account_without_a_session_is_not_judged_by_its_age() -> None:
    score = score_health(replace(WELL, state=AccountState.SIGNED_OUT, signed_in_at=NOW), NOW)

    assert all(part.kind is not PartKind.SESSION for part in score.parts)


def test_a_used_up_quota_takes_points_and_without_a_quota_there_is_no_such_part() -> None:
    assert part(replace(WELL, tried_day=36), PartKind.QUOTA).points == -5
    assert part(replace(WELL, tried_day=35), PartKind.QUOTA).points == 0
    assert all(p.kind is not PartKind.QUOTA for p in score_health(replace(WELL, per_day=None), NOW).parts)


def test_the_guide_names_what_each_part_takes() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([\w ]+) \| (.*) \|$", guide.split("## Health")[1], re.MULTILINE))

    assert numbers(rows["state"]) == [60, 90, 100]
    assert numbers(rows["flood waits"]) == [-h.FLOOD_WAIT_POINTS, -h.FLOOD_WAITS_MOST]
    assert numbers(rows["half rate"]) == [-h.SLOWED_POINTS]
    left, refused = rows["people who block it or say STOP"], rows["messages that Telegram refuses"]
    assert numbers(left) == [-h.LEFT_POINTS / 100, h.LEFT_NORMAL * 100, -h.LEFT_MOST, h.LEAST_TRIED]
    assert numbers(refused) == [-h.REFUSED_POINTS / 100, h.REFUSED_NORMAL * 100, -h.REFUSED_MOST, h.LEAST_TRIED]
    slow = [h.PROXY_SLOW_MS / 1_000, -h.PROXY_SLOW_POINTS]
    assert numbers(rows["proxy"]) == [-h.PROXY_MISSING_POINTS, -h.PROXY_FAILING_POINTS, *slow]
    assert numbers(rows["session"]) == [-h.FRESH_SESSION_POINTS, -h.YOUNG_SESSION_POINTS]
    assert numbers(rows["quota"]) == [-h.QUOTA_POINTS, h.QUOTA_NEARLY * 100]


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
