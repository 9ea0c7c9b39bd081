"""Two to four campaigns side by side: figures in lines, shares as intervals, and a sentence."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from campaigns.report.compare import Compared, Line, SideBySide, compare
from campaigns.report.figures import CampaignFigures, Measure
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.dialogs.dialog import Dialog
from desktop.event_loop import ask
from desktop.formatting import Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.campaign.report_groups import Grouping, make_groups
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.cards import Note
from desktop.widgets.intervals import Intervals
from desktop.widgets.labels import label
from desktop.widgets.table import Cell, Column, Table, TableCard

_ROW = 31


class CompareDialog(Dialog):
    """Nothing is decided here: it is closed again."""

    def __init__(self, parent: QWidget, side: SideBySide, formats: Formats) -> None:
        super().__init__(parent, "Compare campaigns", width=900)
        columns = (Column("", 110), *(Column(title, 150, stretch=1) for title in side.titles))
        rows = KeyedRows[Line](lambda line: line.name)
        rows.show(side.lines)
        self.table = Table("Figures side by side", columns, row_height=_ROW, kept_as="")  # its columns are campaigns
        self.model = TableModel(rows, _cells, len(columns), self)
        self.table.setModel(self.model)
        card = TableCard(self.table)
        card.setFixedHeight(self._theme.px(_ROW) * len(side.lines) + self._theme.px(34) + 20)
        self.body.addWidget(card)
        figures = CampaignFigures(total=side.groups[0], by_variant=side.groups, by_account=(), by_language=())
        groups = make_groups(figures, Grouping.VARIANT, Measure.REPLIED, formats)
        self.body.addSpacing(4)
        self.body.addWidget(label("Who replied?", Role.H3))
        self.intervals = Intervals("Share of replies with 95 % intervals")
        self.intervals.set_rows(groups.rows, groups.marks)
        self.body.addWidget(self.intervals)
        self.note = Note(side.verdict.sentence)
        self.note.setVisible(bool(side.verdict.sentence))
        self.body.addWidget(self.note)
        self.add_action("Close", is_default=True).clicked.connect(self.accept)


async def ask_and_compare(page: QWidget, services: PageServices, ids: Sequence[CampaignId]) -> None:
    """Read the figures, and show them until they are closed."""
    try:
        found = [
            Compared(progress=await services.reports.progress(one), figures=await services.reports.figures(one))
            for one in ids
        ]
        side = compare(found)
    except AppError as error:
        services.tells.error(error)
        return
    await ask(CompareDialog(page.window(), side, services.formats))


def _cells(line: Line) -> Sequence[Cell]:
    return (Cell(text=line.name, role=Role.DIM), *(Cell(text=value) for value in line.values))
