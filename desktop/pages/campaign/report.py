"""The Report step: how everyone ended, and every person, found by state, reason and name. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from campaigns.delivery import DeliveryState
from campaigns.exporting.orders import ExportKind, ExportOrder, ExportView
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.report.figures import CampaignFigures, Measure
from campaigns.report.screens import PeopleQuestion
from campaigns.report.views import CampaignProgress, RecipientRow
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.formatting import Formats, count_of
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds
from desktop.models.rows import PersonRow
from desktop.pages.campaign.report_groups import Grouping, Groups, make_groups
from desktop.pages.reasons import short
from desktop.pages.services import PageServices
from desktop.pages.states import DELIVERY, bar_parts
from desktop.widgets.progress import Part
from desktop.widgets.status import State

FILTERS = (None, DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNCERTAIN)
"""The chips over every person; None: all of them."""

FIGURES_EVERY_S = 5.0
"""Figures read every row of the campaign, so while it runs they are not read at every change."""


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
    unknown: Figure
    parts: tuple[Part, ...]
    total: int
    summary: str
    endings: tuple[Ending, ...]
    counts: Mapping[DeliveryState | None, int]


def make_report(progress: CampaignProgress, formats: Formats) -> Report:
    """From the counters alone."""
    counts, total = progress.counts, progress.recipients
    sent, unknown = counts.get(DeliveryState.SENT, 0), counts.get(DeliveryState.UNCERTAIN, 0)
    left = total - progress.final
    return Report(
        delivered=Figure(
            value=formats.number(sent), line=f"{formats.percent(sent, total)} of {formats.number(total)}"
        ),
        unknown=Figure(value=formats.number(unknown), line="may have left" if unknown else "every fate is known"),
        parts=bar_parts(progress.counts),
        total=total,
        summary=f"{count_of(formats.number(total), 'person', 'people')}, "
        + (f"{formats.number(left)} still open" if left else "no one left open"),
        endings=tuple(_endings(progress, formats)),
        counts={state: total if state is None else counts.get(state, 0) for state in FILTERS},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What people did, as cards."""

    read: Figure
    replied: Figure
    opted_out: Figure


def make_deeds(figures: CampaignFigures, formats: Formats) -> Deeds:
    """Of those whose message is known to have arrived."""
    total = figures.total

    def figure(count: int, of: int, words: str) -> Figure:
        return Figure(value=formats.number(count), line=f"{formats.percent(count, of)} {words}" if of else words)

    return Deeds(
        read=figure(total.read, total.readable, "who share it" if total.readable else "nobody shares it"),
        replied=figure(total.replied, total.sent, "who have it"),
        opted_out=figure(total.opted_out, total.sent, "STOP or block"),
    )


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


class PeopleSource(RowsByIds[PersonRow]):
    """The answer to one question about the people of a campaign, as rows."""

    def __init__(self, services: PageServices, question: PeopleQuestion) -> None:
        self._services = services
        self._question = question

    async def ids(self, limit: int = ALL) -> Ids:
        return await self._services.screens.people_ids(self._question, limit=limit)

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
            variant=f"{row.variant} · {row.language}" if row.language else row.variant,
            read=formats.moment(row.read_at, now),
            reply=f"opted out {formats.moment(row.opted_out_at, now)}"
            if row.opted_out_at is not None
            else formats.moment(row.replied_at, now),
            time=formats.moment(row.finished_at, now, with_seconds=True),
        )


class ReportView(Protocol):
    def show_report(self, report: Report) -> None: ...
    def show_figures(self, deeds: Deeds, groups: Groups) -> None: ...
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
        self._figures: CampaignFigures | None = None
        self._grouping, self._measure = Grouping.VARIANT, Measure.REPLIED
        self._is_stale = True
        self._is_reading = False
        self.rows = PagedRows[PersonRow](services.spawn, self._failed)

    def show_on(self, view: ReportView) -> None:
        """The view comes second: its table needs `rows`."""
        self._view = view
        self.show_export()

    def open(self, campaign_id: CampaignId) -> None:
        """Show this campaign's people, all of them."""
        if campaign_id != self._id:
            self._id = campaign_id
            self._state, self._reason, self._text = None, None, ""
            self._figures, self._is_stale = None, True
            self._ask()
            self.show_export()
        self._look()

    def changed(self, campaign_ids: frozenset[int], *, is_shown: bool) -> None:
        """What people did may be news; it is counted anew, not more often than every few seconds."""
        if self._id in campaign_ids:
            self._is_stale = True
            if is_shown:
                self._look()

    def compare(self, grouping: Grouping, measure: Measure) -> None:
        """Other groups, or another thing that they did."""
        self._grouping, self._measure = grouping, measure
        self._show_figures()

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
        """Write all recipients of this campaign into a file, in a process of its own."""
        if self._id is not None:
            order = ExportOrder(kind=ExportKind.REPORT, subject_id=self._id)
            self._services.begin(self._services.exports.start(order, path), "export of a report")

    def cancel_export(self) -> None:
        """Stop it; nothing of the file is left."""
        if (running := self._export) is not None:
            self._services.exports.cancel(running)

    def show_export(self) -> None:
        """How far the export of this campaign is, when there is one."""
        if self._view is not None:
            running, number = self._export, self._services.formats.number
            self._view.show_export("" if running is None else f"{number(running.written)} written")

    @property
    def _export(self) -> ExportView | None:
        return None if self._id is None else self._services.exports.find(ExportKind.REPORT, self._id)

    def _look(self) -> None:
        if self._is_stale and not self._is_reading and self._id is not None:
            self._is_reading = True
            self._services.spawn(self._read_figures(), "figures of a report")

    async def _read_figures(self) -> None:
        """Until nothing is stale: what changed while it was read is read again after a pause."""
        try:
            while self._is_stale and self._id is not None:
                self._is_stale, campaign_id = False, self._id
                figures = await self._services.reports.figures(campaign_id)
                if campaign_id == self._id:
                    self._figures = figures
                    self._show_figures()
                if self._is_stale:
                    await self._services.clock.sleep(FIGURES_EVERY_S)
        except AppError as error:
            self._services.tells.error(error)
        finally:
            self._is_reading = False

    def _show_figures(self) -> None:
        if self._view is not None and self._figures is not None:
            formats = self._services.formats
            groups = make_groups(self._figures, self._grouping, self._measure, formats)
            self._view.show_figures(make_deeds(self._figures, formats), groups)

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

    def _failed(self, error: AppError) -> None:
        if self._view is not None:
            self._view.show_people_failed(error)
