"""A made-up series with runs behind it, written through the stores: for pictures."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from campaigns.schedule.repeat import Every, Repeat
from campaigns.series import SeriesRuns
from campaigns.service import CampaignService
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import AccountId, CampaignId
from database import CampaignDesk, CampaignStore, Database, SeriesStore
from desktop.pictures.sample_campaigns import deliver

WEEKS: Final = 3


async def add_sample_series(
    services: ServiceContainer, clock: Clock, accounts: Sequence[AccountId], *, actor: str
) -> CampaignId:
    """Every week since three weeks; its last run did not take place, since no worker ran."""
    service, campaigns = services.get(CampaignService), services.get(CampaignStore)
    first = (clock.now() - timedelta(weeks=WEEKS)).replace(minute=0, second=0, microsecond=0)
    series_id = await service.create(
        title="Friday letter",
        template="This week, {{ name }}: answer STOP to end it.",
        account_ids=accounts,
        actor=actor,
    )
    repeat = Repeat(every=Every.WEEK, first_day=first.date(), at=time(first.hour), time_zone="UTC", interval=1)
    await service.set_repeat(series_id, repeat, actor=actor)
    await service.submit(series_id, actor=actor)
    await service.approve(series_id, actor="Kim Aaltonen", comment="Every week, as it is.")
    begins = first - timedelta(minutes=1)
    await services.get(CampaignDesk).schedule(series_id, start_at=begins, actor=actor, now=clock.now())
    await campaigns.start_due(begins)
    for week in range(WEEKS):
        late = timedelta(hours=3 if week == WEEKS - 1 else 0)
        await _run(services, clock, first + timedelta(weeks=week) + late, accounts)
    return series_id


async def _run(services: ServiceContainer, clock: Clock, moment: datetime, accounts: Sequence[AccountId]) -> None:
    store, campaigns = services.get(SeriesStore), services.get(CampaignStore)
    await SeriesRuns(store, services.get(CampaignService)).tend(moment)
    for series in await store.list_running():
        if series.last_run is not None and series.last_run_at == moment:
            await campaigns.start_due(clock.now())
            await deliver(services.get(Database), series.last_run.id, accounts, moment, share=1.0)
            await campaigns.finish_done(moment + timedelta(minutes=51))
