"""A plan in sentences."""

from datetime import UTC, datetime, time

from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.plan_words import describe_days, describe_plan, describe_window
from campaigns.schedule.windows import Schedule, Window

WEEK = frozenset(range(5))


def test_a_plan_that_limits_nothing_says_so() -> None:
    assert describe_plan(CampaignPlan()) == ["It sends at any time of the day."]


def test_everything_that_a_plan_says_has_its_sentence() -> None:
    schedule = Schedule(
        windows=(
            Window(weekdays=WEEK, begins=time(9), ends=time(17)),
            Window(weekdays=frozenset({5}), begins=time(10), ends=time(14)),
        ),
        time_zone="Europe/Berlin",
        in_own_zone=True,
        ends_at=datetime(2026, 12, 24, 17, tzinfo=UTC),
    )
    plan = CampaignPlan(
        schedule=schedule,
        per_hour=1_000,
        per_day=1,
        cap=FrequencyCap(messages=2, days=7),
        canary=Canary(percent=5, advance=CanaryAdvance.BY_ITSELF),
    )

    assert describe_plan(plan) == [
        "It sends Mon to Fri, 09:00 to 17:00 and Sat, 10:00 to 14:00, by each person's own clock; Europe/Berlin where "
        "that is unknown.",
        "It ends on 24 December 2026 18:00 (Europe/Berlin): who has not had it by then does not get it.",
        "It sends at most 1,000 messages in any hour and 1 message in any 24 hours, over all its accounts.",
        "Nobody gets more than 2 messages of all campaigns together in any 7 days.",
        "The first 5 % of the people get it alone; then it goes on by itself, or pauses when more than 5 % of them failed.",
    ]


def test_one_first_person_is_one() -> None:
    [_, sentence] = describe_plan(CampaignPlan(canary=Canary(people=1)))

    assert sentence == (
        "The first person gets it alone; then it pauses until you have looked at how it went and resume it."
    )


def test_days_that_follow_each_other_are_drawn_together() -> None:
    assert describe_days(range(7)) == "every day"
    assert describe_days({0, 2, 5}) == "Mon, Wed and Sat"
    assert describe_days({0, 1}) == "Mon and Tue"
    assert describe_days({0, 1, 2, 6}) == "Mon to Wed and Sun"
    assert describe_days({3}) == "Thu"


def test_a_window_over_midnight_says_so_and_one_that_ends_at_midnight_does_not() -> None:
    night = Window(weekdays=frozenset({4}), begins=time(22), ends=time(6))

    assert describe_window(night) == "Fri, 22:00 to 06:00 the next day"
    assert describe_window(Window(weekdays=WEEK, begins=time(20), ends=time(0))) == "Mon to Fri, 20:00 to 00:00"
    assert describe_window(Window(weekdays=WEEK, begins=time(0), ends=time(0))) == "Mon to Fri, the whole day"
