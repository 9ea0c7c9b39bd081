"""A campaign's report as a file: CSV for tables, JSON for programs, HTML for people. Written as it is read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from campaigns.jobs import Tell
from campaigns.report.export_forms import CsvForm, JsonForm, ReportHead
from campaigns.report.export_page import PageForm
from campaigns.report.figures import CampaignFigures
from campaigns.report.views import CampaignProgress, RatePoint, RecipientRow
from core.domain.ids import CampaignId, ContactId
from core.errors import UserInputError
from core.files import written_whole

PAGE: Final = 500
MOST_BARS: Final = 60  # of the chart over time


class ReportFile(StrEnum):
    """What a report can be written as; the value is how the file's name ends."""

    CSV = "csv"  # every person, for a spreadsheet
    JSON = "json"  # figures and every person, for a program
    HTML = "html"  # figures, charts and people, for reading; needs nothing but a browser


class ReadsReport(Protocol):
    """ReportStore, as far as an export needs it."""

    async def progress(self, campaign_id: CampaignId) -> CampaignProgress: ...
    async def figures(self, campaign_id: CampaignId) -> CampaignFigures: ...
    async def rate(
        self, campaign_id: CampaignId | None, *, since: datetime, bucket_s: float
    ) -> Sequence[RatePoint]: ...
    async def recipients(
        self, campaign_id: CampaignId, *, after: ContactId | None, limit: int
    ) -> Sequence[RecipientRow]: ...


class _Form(Protocol):
    encoding: str

    def begin(self) -> str: ...
    def page(self, rows: Sequence[RecipientRow]) -> str: ...
    def end(self) -> str: ...


_FORMS: Mapping[ReportFile, Callable[[ReportHead], _Form]] = MappingProxyType(
    {ReportFile.CSV: CsvForm, ReportFile.JSON: JsonForm, ReportFile.HTML: PageForm}
)


def form_of(path: Path) -> ReportFile:
    """By the end of the file's name. Raises UserInputError for another one."""
    ending = path.suffix.lstrip(".").lower()
    if ending not in {form.value for form in ReportFile}:
        raise UserInputError(
            f"A report cannot be written as “{path.name}”.", hint="Let the name end with .csv, .json or .html."
        )
    return ReportFile(ending)


async def export_report(reads: ReadsReport, campaign_id: CampaignId, path: Path, *, now: datetime, tell: Tell) -> int:
    """Write all recipients to `path`, as the end of its name says; returns how many.

    `tell` hears the count after each page of 500. The file is complete or not there, also when it is cancelled: it is
    written beside its place and moved. Times are UTC in ISO 8601. Raises StorageError and UserInputError.
    """
    form = _FORMS[form_of(path)](await _read_head(reads, campaign_id, now))
    count = 0
    with written_whole(path, encoding=form.encoding) as file:
        file.write(form.begin())
        async for page in _pages(reads, campaign_id):
            await asyncio.to_thread(file.write, form.page(page))
            count += len(page)
            await tell(count)
        file.write(form.end())
    return count


async def _pages(reads: ReadsReport, campaign_id: CampaignId) -> AsyncIterator[Sequence[RecipientRow]]:
    after: ContactId | None = None
    while page := await reads.recipients(campaign_id, after=after, limit=PAGE):
        yield page
        after = page[-1].contact_id


async def _read_head(reads: ReadsReport, campaign_id: CampaignId, now: datetime) -> ReportHead:
    progress = await reads.progress(campaign_id)
    begin, bucket = progress.started_at, timedelta(minutes=1)
    points: Sequence[RatePoint] = ()
    if begin is not None:
        length = max(timedelta(seconds=1), (progress.finished_at or now) - begin)
        bucket = max(timedelta(seconds=1), timedelta(seconds=-(-length.total_seconds() // MOST_BARS)))
        points = await reads.rate(campaign_id, since=begin, bucket_s=bucket.total_seconds())
    figures = await reads.figures(campaign_id)
    return ReportHead(progress=progress, figures=figures, points=points, bucket=bucket, written_at=now)
