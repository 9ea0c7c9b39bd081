"""Pictures of the saved audiences: the list with one of them explained, and a rule that is being put together."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from campaigns.audience.rules import (
    Activity,
    FieldRelation,
    Group,
    Match,
    OnActivity,
    OnAudience,
    OnField,
    OnLanguage,
    OnMayWrite,
    Rule,
    Within,
)
from core.container import ServiceContainer
from database import AudienceStore
from desktop.main_window import MainWindow
from desktop.pages.audiences.page import SAVED, AudiencesPage

ACTOR = "Aiko Brandvold"
STAFF = Rule(
    include=(Group(parts=(OnField(field="username", relation=FieldRelation.CONTAINS, value="07"),), match=Match.ALL),)
)


async def take_audience_pictures(
    window: MainWindow, services: ServiceContainer, now: datetime, take: Callable[[str], Awaitable[None]]
) -> None:
    """Saves two audiences in this workspace, and takes both views of them."""
    audiences = services.get(AudienceStore)
    staff = await audiences.create_rule("Staff", STAFF, actor=ACTOR, now=now)
    quiet = OnActivity(activity=Activity.REPLIED, relation=Within.NOT_WITHIN, days=30)
    either = Group(parts=(OnLanguage(language="en"), OnLanguage(language="de")), match=Match.ANY)
    rule = Rule(
        include=(Group(parts=(OnMayWrite(), quiet, either)),),
        exclude=(Group(parts=(OnAudience(audience=int(staff)),)),),
    )
    spring = await audiences.create_rule("Quiet since autumn", rule, actor=ACTOR, now=now)
    window.navigate("audiences")
    page = window.page
    assert isinstance(page, AudiencesPage)
    page.tabs.set_value(SAVED)
    page.saved.presenter.refresh()
    await take("audiences-saved")
    page.show_audience(spring)
    await take("audience-chosen")
    page.saved.presenter.edit()
    await take("audience-rule")
    page.go_back()
    page.escape()
