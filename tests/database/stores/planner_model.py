"""A model of what may be sent, kept beside a real store: it knows nothing of the policies and checks every claim."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.plan.limits import PROFILES, LimitProfile
from campaigns.schedule.campaign_plan import CampaignPlan
from core.domain.account import AccountKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Try:
    """A claim that was granted. `counts`: it left, or may have left."""

    at: datetime
    campaign: int
    contact: int
    account: int
    counts: bool = True
    is_first: bool = False  # the account had never tried to write to this person, who never wrote to it


@dataclass(slots=True)
class Rules:
    """What holds at this moment, as the test has set it."""

    agreed: set[tuple[int, int]] = field(default_factory=set)  # contact and account
    suppressed: set[int] = field(default_factory=set)
    zones: dict[int, str] = field(default_factory=dict)
    profiles: dict[int, LimitProfile] = field(default_factory=dict)
    plans: dict[int, CampaignPlan] = field(default_factory=dict)
    canaries: dict[int, int] = field(default_factory=dict)  # campaigns that nobody has let go on yet, and their size
    tries: list[Try] = field(default_factory=list)
    tried: Counter[int] = field(default_factory=Counter)  # people of each campaign that it tried to reach

    def check(self, new: Try) -> None:
        """The claim that was just granted breaks no promise."""
        plan, profile = self.plans[new.campaign], self.profiles[new.account]
        assert (new.contact, new.account) in self.agreed, "written to without a basis"
        assert new.contact not in self.suppressed, "written to though suppressed"
        assert is_inside(plan, new.at, self.zones[new.contact]), "outside the window"
        assert plan.schedule.ends_at is None or new.at < plan.schedule.ends_at, "after the end"
        before = [each for each in self.tries if each.counts]
        assert not any((each.campaign, each.contact) == (new.campaign, new.contact) for each in before), "twice"
        of_person = [each.at for each in before if each.contact == new.contact]
        if plan.cap is not None:
            assert _within(of_person, new.at, timedelta(days=plan.cap.days)) < plan.cap.messages, "above the cap"
        of_account = [each.at for each in before if each.account == new.account]
        of_campaign = [each.at for each in before if each.campaign == new.campaign]
        for quota, span, sends in (
            (profile.per_hour, HOUR, of_account),
            (profile.per_day, DAY, of_account),
            (plan.per_hour, HOUR, of_campaign),
            (plan.per_day, DAY, of_campaign),
        ):
            assert quota is None or _within(sends, new.at, span) < quota, "above a quota"
        new.is_first = not any((each.account, each.contact) == (new.account, new.contact) for each in self.tries)
        firsts = [each.at for each in before if each.account == new.account and each.is_first]
        most = profile.new_people_per_day
        assert not new.is_first or most is None or _within(firsts, new.at, DAY) < most, (
            "above the quota of new people"
        )
        size = self.canaries.get(new.campaign)
        assert size is None or self.tried[new.campaign] < size, "more than the first people"
        self.tries.append(new)
        self.tried[new.campaign] += 1


def _within(sends: list[datetime], at: datetime, span: timedelta) -> int:
    return sum(at - span < each <= at for each in sends)


def is_inside(plan: CampaignPlan, at: datetime, zone: str) -> bool:
    """By the clock on the wall of whose windows they are; nothing else is reckoned here."""
    schedule = plan.schedule
    wall = at.astimezone(ZoneInfo(zone if schedule.in_own_zone and zone else schedule.time_zone))
    today, yesterday, now = wall.weekday(), (wall.weekday() - 1) % 7, wall.time()
    return not schedule.windows or any(
        (today in window.weekdays and window.begins <= now < window.ends)
        if window.begins < window.ends
        else (today in window.weekdays and now >= window.begins)
        or (yesterday in window.weekdays and now < window.ends)
        for window in schedule.windows
    )


def small_profile(per_hour: int | None, per_day: int | None, new_people: int | None) -> LimitProfile:
    """Limits that are reached within a test."""
    free = PROFILES["unlimited", AccountKind.USER]
    return replace(free, per_hour=per_hour, per_day=per_day, new_people_per_day=new_people)
