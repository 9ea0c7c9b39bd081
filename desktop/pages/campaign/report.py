"""The Report step: how everyone ended, and every person, found by state, reason and name. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from campaigns.delivery import DeliveryState
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.report.export import export_report
from campaigns.report.screens import PeopleQuestion
from campaigns.report.views import CampaignProgress, RecipientRow
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.formatting import Formats, count_of
from desktop.models.paged_rows import Ids, PagedRows, Span
from desktop.models.rows import PersonRow
from desktop.pages.reasons import short
from desktop.pages.services import PageServices
from desktop.pages.states import DELIVERY, bar_parts
from desktop.widgets.progress import Part
from desktop.widgets.status import State

FILTERS = (None, DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNCERTAIN)
"""The chips over every person; None: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One card of the report."""

    value: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How many ended so; chosen, it shows who."""

    state: State
    text: str
    number: str
    of_state: DeliveryState
    reason: DeliveryReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of the report, and the counts of its chips."""

    delivered: Figure
    failed: Figure
    skipped: Figure
    unknown: Figure
    parts: tuple[Part, ...]
    total: int
    summary: str
    endings: tuple[Ending, ...]
    counts: Mapping[DeliveryState | None, int]


def make_report(progress: CampaignProgress, formats: Formats) -> Report:
    """From the counters alone."""
    counts, total = progress.counts, progress.recipients
    sent, failed, skipped, unknown = (
        counts.get(state, 0)
        for state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNCERTAIN)
    )
    left = total - progress.final
    return Report(
        delivered=Figure(
            value=formats.number(sent), line=f"{formats.percent(sent, total)} of {formats.number(total)}"
        ),
        failed=Figure(value=formats.number(failed), line="proved not delivered" if failed else "nobody"),
        skipped=Figure(value=formats.number(skipped), line=_skipped_line(progress, formats)),
        unknown=Figure(
            value=formats.number(unknown), line="may have left, not repeated" if unknown else "every fate is known"
        ),
        parts=bar_parts(progress.counts),
        total=total,
        summary=f"{count_of(formats.number(total), 'person', 'people')}, "
        + (f"{formats.number(left)} still open" if left else "no one left open"),
        endings=tuple(_endings(progress, formats)),
        counts={state: total if state is None else counts.get(state, 0) for state in FILTERS},
    )


def _skipped_line(progress: CampaignProgress, formats: Formats) -> str:
    stops = progress.reasons.get((DeliveryState.SKIPPED, DeliveryReason.SAID_STOP), 0)
    if stops:
        return f"{formats.number(stops)} said STOP"
    return "on purpose, each with a reason" if progress.counts.get(DeliveryState.SKIPPED) else "nobody"


def _endings(progress: CampaignProgress, formats: Formats) -> Sequence[Ending]:
    endings = []
    for state, word in DELIVERY.items():
        count = progress.counts.get(state, 0)
        if not count:
            continue
        reasons = [(reason, n) for (of, reason), n in progress.reasons.items() if of is state and n]
        if sum(n for _, n in reasons) != count:
            endings.append(
                Ending(state=word, text=word.word, number=formats.number(count), of_state=state, reason=None)
            )
            continue
        for reason, n in sorted(reasons, key=lambda one: -one[1]):
            text = f"{word.word} · {short(reason)[:1].lower()}{short(reason)[1:]}"
            endings.append(Ending(state=word, text=text, number=formats.number(n), of_state=state, reason=reason))
    return endings


class PeopleSource:
    """The answer to one question about the people of a campaign, as rows."""

    def __init__(self, services: PageServices, question: PeopleQuestion) -> None:
        self._services = services
        self._question = question

    async def first(self, limit: int) -> Mapping[int, PersonRow]:
        ids = await self._services.screens.people_ids(self._question, limit=limit)
        rows = await self.rows(ids)
        return {row_id: rows[row_id] for row_id in ids if row_id in rows}

    async def ids(self) -> Ids:
        return await self._services.screens.people_ids(self._question)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, PersonRow]:
        found = await self._services.screens.people(ids)
        return {row_id: self._row(row) for row_id, row in found.items()}

    def _row(self, row: RecipientRow) -> PersonRow:
        formats, now = self._services.formats, self._services.clock.now()
        handle = f"@{row.username}" if row.username else ""
        return PersonRow(
            number=row.contact_id,
            name=row.name or handle or f"Person {row.contact_id}",
            handle=handle if row.name else "",
            state=DELIVERY[row.state],
            reason=short(row.reason) if row.reason is not None else "",
            sentence=SENTENCES[row.reason] if row.reason is not None else "",
            account=row.account_title,
            time=formats.moment(row.finished_at, now, with_seconds=True),
        )


class ReportView(Protocol):
    def show_report(self, report: Report) -> None: ...
    def show_matches(self, *, count: int, question: str) -> None: ...
    def show_people_failed(self, error: AppError) -> None: ...
    def show_export(self, progress: str) -> None: ...


class ReportPresenter:
    """Every person of one campaign. A new question takes the place of the old one."""

    def __init__(self, services: PageServices) -> None:
        self._services = services
        self._view: ReportView | None = None
        self._id: CampaignId | None = None
        self._state: DeliveryState | None = None
        self._reason: DeliveryReason | None = None
        self._text = ""
        self.rows = PagedRows[PersonRow](services.spawn, self._failed)

    def show_on(self, view: ReportView) -> None:
        """The view comes second: its table needs `rows`."""
        self._view = view

    def open(self, campaign_id: CampaignId) -> None:
        """Show this campaign's people, all of them."""
        if campaign_id != self._id:
            self._id = campaign_id
            self._state, self._reason, self._text = None, None, ""
            self._ask()

    def show_progress(self, progress: CampaignProgress) -> None:
        if self._view is not None:
            self._view.show_report(make_report(progress, self._services.formats))

    def choose(self, state: DeliveryState | None, reason: DeliveryReason | None = None) -> None:
        """Only people who ended so."""
        if (state, reason) != (self._state, self._reason):
            self._state, self._reason = state, reason
            self._ask()

    def search(self, text: str) -> None:
        if text.strip() != self._text:
            self._text = text.strip()
            self._ask()

    def export(self, path: str) -> None:
        """Write all recipients of this campaign into a file, a page at a time."""
        if self._id is not None:
            self._services.spawn(self._export(self._id, Path(path)), "export of a report")

    async def _export(self, campaign_id: CampaignId, path: Path) -> None:
        formats = self._services.formats

        def tell(count: int) -> None:
            if self._view is not None:
                self._view.show_export(f"{formats.number(count)} written")

        tell(0)
        try:
            count = await export_report(
                self._services.reports, campaign_id, path, now=self._services.clock.now(), tell=tell
            )
        except AppError as error:
            self._services.tells.error(error)
        else:
            self._services.tells.toast(
                "Report exported", f"{count_of(formats.number(count), 'person', 'people')} in {path.name}"
            )
        finally:
            if self._view is not None:
                self._view.show_export("")

    def look_again(self, span: Span) -> None:
        """Rows in view may have changed."""
        self._services.spawn(self.rows.refresh(span), "people in view")

    def _ask(self) -> None:
        self._services.spawn(self._read(), "people of a report")

    async def _read(self) -> None:
        if self._id is None:
            return
        question = PeopleQuestion(campaign_id=self._id, state=self._state, reason=self._reason, text=self._text)
        try:
            await self.rows.open(PeopleSource(self._services, question))
        except AppError as error:
            self._failed(error)
            return
        if self._view is not None:
            self._view.show_matches(count=len(self.rows), question=self._text)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            raise error
        if self._view is not None:
            self._view.show_people_failed(error)
