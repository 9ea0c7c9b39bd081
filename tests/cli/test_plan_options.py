"""A campaign's plan as it is typed."""

import sqlite3
from datetime import UTC, datetime, time

import pytest

from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.windows import Schedule, Window
from cli.plan_options import PlanOptions, parse_canary, parse_cap, parse_days, parse_window
from core.errors import AppError, ConfigurationError, UserInputError
from tests.cli.program import Program

NOTHING = {
    "window": None,
    "time_zone": None,
    "own_time_zone": None,
    "starts_at": None,
    "ends_at": None,
    "per_hour": None,
    "per_day": None,
    "cap": None,
    "canary": None,
    "canary_goes_on": None,
    "canary_failures": None,
}


def given(**values: object) -> PlanOptions:
    return PlanOptions(**{**NOTHING, **values})  # type: ignore[arg-type]


def test_what_is_given_is_changed_and_the_rest_stays() -> None:
    before = CampaignPlan(per_hour=10, canary=Canary(people=5), cap=FrequencyCap(messages=1, days=1))

    after = given(window=["mon-fri 09:00-17:00"], time_zone="Asia/Tokyo", per_day=50, canary_goes_on=True).apply(
        before
    )

    windows = (Window(weekdays=frozenset(range(5)), begins=time(9), ends=time(17)),)
    assert after.schedule == Schedule(windows=windows, time_zone="Asia/Tokyo")
    assert (after.per_hour, after.per_day, after.cap) == (10, 50, before.cap)
    assert after.canary == Canary(people=5, advance=CanaryAdvance.BY_ITSELF)
    assert given().apply(after) == after


def test_start_and_end_are_meant_in_the_time_zone_of_the_plan() -> None:
    plan = given(time_zone="Europe/Berlin", ends_at=datetime.fromisoformat("2026-07-01T18:00")).apply(CampaignPlan())

    assert plan.schedule.ends_at == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
    begun = given(starts_at=datetime.fromisoformat("2026-06-01T09:00")).apply(plan)
    assert begun.schedule.starts_at == datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
    assert begun.schedule.ends_at == plan.schedule.ends_at


def test_a_percentage_takes_the_place_of_a_number_of_people() -> None:
    plan = given(canary="2.5%", canary_failures=1.0).apply(CampaignPlan(canary=Canary(people=5)))

    assert plan.canary == Canary(percent=2.5, max_failed_percent=1.0)


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon", {0}), ("MON,thu", {0, 3}), ("fri-mon", {4, 5, 6, 0}), ("daily", set(range(7))), ("tue-tue", {1})],
)
def test_days_are_lists_and_ranges(text: str, days: set[int]) -> None:
    assert parse_days(text) == days


def test_midnight_ends_a_day() -> None:
    assert parse_window("sat 20:00-24:00") == Window(weekdays=frozenset({5}), begins=time(20), ends=time(0))
    assert parse_window("daily 0:00 - 24:00").ends == time(0)


@pytest.mark.parametrize(
    "text",
    ["", "mon", "mon 9-17", "mon 09:00", "mon 25:00-26:00", "mo 09:00-10:00", "mon 10:00-10:00", "mon-x 1:00-2:00"],
)
def test_a_window_that_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises((UserInputError, ConfigurationError)) as error:
        parse_window(text)
    assert error.value.hint


@pytest.mark.parametrize("text", ["2", "2/7", "two/7d", "0/7d", "2/400d", "-1/2d"])
def test_a_cap_that_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises((UserInputError, ConfigurationError)):
        parse_cap(text)


@pytest.mark.parametrize("text", ["", "some", "5.5", "%", "-1"])
def test_a_canary_that_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserInputError):
        parse_canary(text)


@pytest.mark.parametrize(
    "values",
    [{"canary_goes_on": True}, {"canary": "0"}, {"canary": "100%"}, {"time_zone": "Mars/Base"}, {"per_hour": 0}],
)
def test_what_makes_no_plan_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(AppError):
        given(**values).apply(CampaignPlan())


def draft(program: Program) -> None:
    """One person, one account, one draft with a plan."""
    people = program.home / "people.csv"
    people.write_text("name,username,consent_basis,consent_at,consent_source\nMira,person_1,agreed,2026-01-02,form\n")
    message = program.home / "message.txt"
    message.write_text("Hello {{ name }}")
    assert program.json("audience", "import", str(people)).code == 0
    with sqlite3.connect(program.workspace / "workspace.db") as connection:
        connection.execute(
            "INSERT INTO account (kind, title, telegram_user_id, data_centre, session_secret, state_at, limit_profile,"
            " created_at) VALUES ('user', 'One', 1, 'sandbox', 's', 0, 'sandbox', 0)"
        )
    connection.close()
    words = ["--message", str(message), "--window", "mon-fri 09:00-17:00", "--time-zone", "Europe/Berlin"]
    assert program.json("campaign", "new", "Spring", *words, "--canary", "1").result["campaign"] == 1


@pytest.mark.slow
def test_a_draft_gets_its_plan_and_shows_it_until_it_is_submitted(program: Program) -> None:
    draft(program)

    refused = program.json("campaign", "plan", "1", "--window", "someday")
    assert "someday" in refused.error["message"]
    changed = program.json("campaign", "plan", "1", "--cap", "2/7d", "--ends-at", "2026-12-24 18:00").result
    assert changed["changed"] is True
    shown = program.json("campaign", "show", "1").result
    assert (shown["state"], shown["message"]) == ("draft", "Hello {{ name }}")
    assert [sentence["says"] for sentence in shown["plan"]] == [
        "It sends Mon to Fri, 09:00 to 17:00 (Europe/Berlin).",
        "It ends on 24 December 2026 18:00 (Europe/Berlin): who has not had it by then does not get it.",
        "Nobody gets more than 2 messages of all campaigns together in any 7 days.",
        "The first person gets it alone; then it pauses until you have looked at how it went and resume it.",
    ]
    assert "09:00 to 17:00" in program.run("campaign", "show", "1", "--workspace", str(program.workspace)).output
    cleared = program.json("campaign", "plan", "1", "--clear", "--per-day", "5").result
    assert [sentence["says"] for sentence in cleared["plan"]][1:] == [
        "It sends at most 5 messages in any 24 hours, over all its accounts."
    ]
    assert program.json("campaign", "submit", "1").code == 0
    assert "draft" in program.json("campaign", "plan", "1", "--per-day", "6").error["message"]


@pytest.mark.slow
def test_a_draft_repeats_and_shows_its_next_runs(program: Program) -> None:
    draft(program)

    words = ["--every", "week", "--on", "mon,thu", "--at", "09:30", "--first-day", "2099-01-01", "--runs", "3"]
    done = program.json("campaign", "repeat", "1", *words, "--overlap", "skip").result

    assert [run["at"] for run in done["next_runs"]] == [
        "2099-01-01T09:30:00+00:00",
        "2099-01-05T09:30:00+00:00",
        "2099-01-08T09:30:00+00:00",
    ]
    assert program.json("campaign", "show", "1").result["next_runs"] == done["next_runs"]
    said = program.run("campaign", "show", "1", "--workspace", str(program.workspace)).output
    assert "It runs every week on Mon and Thu at 09:30 (UTC), from 1 January 2099 on, 3 times at most." in said
    assert "--once" in program.json("campaign", "repeat", "1").error["hint"]
    assert (
        "time of the day" in program.json("campaign", "repeat", "1", "--every", "day", "--at", "9").error["message"]
    )
    assert program.json("campaign", "repeat", "1", "--once").result["next_runs"] == []
