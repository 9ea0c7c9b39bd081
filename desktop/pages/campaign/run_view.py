"""The Run step: how far it is, how fast it goes, who was not reached, what each lane waits for, what just happened."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.keyed_rows import KeyedRows
from desktop.models.rows import FeedRow, LaneRow
from desktop.models.table_model import TableModel
from desktop.pages.campaign.aftercare import AftercareButtons
from desktop.pages.campaign.monitor import Count, Monitor
from desktop.pages.campaign.painted_lists import FeedList, ReasonList
from desktop.pages.campaign.presenter import Chart
from desktop.theme import Role
from desktop.widgets.buttons import IconButton
from desktop.widgets.cards import Card, Note
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.layouts import clear_layout, scrolled
from desktop.widgets.progress import Progress
from desktop.widgets.rate_chart import RateChart
from desktop.widgets.status import Glyph, State, Status, Tone
from desktop.widgets.table import Cell, Column, Table, TableCard

LANE_COLUMNS = (
    Column("Lane", 150, stretch=3),
    Column("State", 112),
    Column("Waits for, until", 190, stretch=3),
    Column("Delivered", 84, numeric=True),
    Column("To do", 72, numeric=True),
    Column("Rate", 76, numeric=True),
)
SIDE_WIDTH = 363


def lane_cells(row: LaneRow) -> Sequence[Cell]:
    """One cell a column."""
    if row.until:
        waits = Cell(text=row.waits_for, lead=row.until, tone=row.tone, role=Role.DIM)
    elif row.tone is Tone.BAD:
        waits = Cell(text=row.waits_for, tone=row.tone, role=Role.STRONG)
    else:
        waits = Cell(text=row.waits_for, role=Role.HINT)
    return (
        Cell(text=row.title, role=Role.STRONG),
        Cell.of_state(row.state),
        waits,
        Cell(text=row.delivered),
        Cell(text=row.to_do, role=Role.DIM),
        Cell(text="" if row.rate == "–" else row.rate, role=Role.STRONG),
    )


class _CountBox(QWidget):
    """A number over its state."""

    def __init__(self, count: Count) -> None:
        super().__init__()
        self.number = label(count.number, Role.NUM2)
        self.status = Status(count.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.number)
        column.addWidget(self.status)

    def show_count(self, count: Count) -> None:
        if self.number.text() != count.number:
            self.number.setText(count.number)


class ProgressCard(Card):
    """The big number, when it will be done, the bar and the counts."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("How far it is")
        self.delivered = label("–", Role.NUM)
        self.of_all = label("", Role.DIM)
        self.finish = label("", Role.STRONG)
        self.held_back = ElidedLabel("", Role.HINT)
        self.bar = Progress("Deliveries by state", 10)
        self.stale = Note("", "mdi6.server-off", Tone.BAD)
        self.stale.hide()
        self._boxes: list[_CountBox] = []
        self._counts = QHBoxLayout()
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.delivered, 0, Qt.AlignmentFlag.AlignBottom)
        top.addWidget(self.of_all, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.finish, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self.held_back, 0, Qt.AlignmentFlag.AlignRight)
        top.addLayout(right)
        self.body.addLayout(top)
        self.body.addWidget(self.bar)
        self.body.addSpacing(2)
        self.body.addLayout(self._counts)
        self.body.addWidget(self.stale)

    def show_monitor(self, monitor: Monitor) -> None:
        for line, text in (
            (self.delivered, monitor.delivered),
            (self.of_all, monitor.of_all),
            (self.finish, monitor.finish),
        ):
            if line.text() != text:
                line.setText(text)
        if self.held_back.whole_text != monitor.held_back:
            self.held_back.set_text(monitor.held_back)
        self.bar.set_parts(monitor.parts, monitor.total)
        self._show_counts(monitor.counts)
        is_stale = bool(monitor.stale_since) and monitor.is_running
        self.stale.setVisible(is_stale)
        if is_stale:
            self.stale.text.setText(
                f"The worker was seen last at {monitor.stale_since}. The counts are those of then; "
                "what was under way is settled when it starts again."
            )

    def _show_counts(self, counts: Sequence[Count]) -> None:
        if [box.status.state for box in self._boxes] != [count.state for count in counts]:
            clear_layout(self._counts)
            self._boxes = [_CountBox(count) for count in counts]
            for number, box in enumerate(self._boxes):
                if number:
                    self._counts.addStretch(1)
                self._counts.addWidget(box)
        for box, count in zip(self._boxes, counts, strict=True):
            box.show_count(count)


class LiveCard(Card):
    """The feed. It stands still while it is held or the pointer is in it, and says how much came meanwhile."""

    def __init__(self) -> None:
        super().__init__("Live")
        self.status = Status(State(Glyph.DISC, "up to date"))
        self.hold = IconButton("mdi6.pause", "Hold still", checkable=True)
        self.list = FeedList()
        self.head.insertWidget(1, self.status)
        self.add_to_head(self.hold)
        self.body.addWidget(self.list, 1)
        self._is_pointed_at = False
        self._newest: tuple[FeedRow, ...] = ()
        self._ended = self._ended_when_held = 0
        self.hold.toggled.connect(self._changed)
        self.list.pointerInside.connect(self._point)

    @property
    def is_held(self) -> bool:
        return self.hold.isChecked() or self._is_pointed_at

    def show_feed(self, rows: tuple[FeedRow, ...], ended: int) -> None:
        self._newest, self._ended = rows, ended
        self._show()

    def _point(self, inside: bool) -> None:
        self._is_pointed_at = inside
        self._show()

    def _changed(self, is_held: bool) -> None:
        self.hold.set_icon("mdi6.play" if is_held else "mdi6.pause")
        self.hold.set_name("Go on" if is_held else "Hold still")
        self._show()

    def _show(self) -> None:
        if not self.is_held:
            self._ended_when_held = self._ended
            self.list.set_rows(self._newest)
            state = State(Glyph.DISC, "up to date")
        else:
            came = max(0, self._ended - self._ended_when_held)
            state = State(Glyph.BARS, f"held still, {came:,} came" if came else "held still")
        if self.status.state != state:
            self.status.set_state(state)


class RunView(QWidget):
    """The whole step. `show_monitor` up to ten times a second: only what differs is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = ProgressCard()
        self.chart_card, self.chart = Card("Delivered per second"), RateChart("Delivered per second")
        self.rate_now, self.rate_best = label("", Role.H3), label("", Role.HINT)
        self.reasons_card, self.reasons = Card("Nobody failed or was skipped"), ReasonList()
        self.after = AftercareButtons()
        self._lanes = KeyedRows[LaneRow](lambda row: row.account_id)
        self.lanes = Table("Lanes", LANE_COLUMNS, row_height=36)
        self.lanes_model = TableModel(self._lanes, lane_cells, len(LANE_COLUMNS), self)
        self.live = LiveCard()
        self._build_ui()

    def show_monitor(self, monitor: Monitor) -> None:
        self.progress.show_monitor(monitor)
        now = f"{monitor.rate_now} now" if monitor.rate_now != "–" else ""
        if self.rate_now.text() != now:
            self.rate_now.setText(now)
        if self.reasons_card.title.text() != monitor.reasons_title:
            self.reasons_card.title.setText(monitor.reasons_title)
        self.reasons.set_rows(monitor.reasons)
        if len(self._lanes):
            self._lanes.update(monitor.lanes)
        else:
            self._lanes.show(monitor.lanes)
        self.live.show_feed(monitor.feed, monitor.ended)

    def show_chart(self, chart: Chart) -> None:
        best = f"{chart.best} at best" if chart.best != "–" else ""
        self.rate_best.setText(best)
        self.chart.set_series(chart.series.start, chart.series.step, chart.series.values)
        self.chart.set_marks(chart.marks)

    def forget(self) -> None:
        """Another campaign comes."""
        self._lanes.show(())
        self.live.hold.setChecked(False)
        self.live.show_feed((), 0)

    def _build_ui(self) -> None:
        self.lanes.setModel(self.lanes_model)
        self.chart_card.add_to_head(self.rate_now, self.rate_best)
        self.chart_card.body.addWidget(self.chart, 1)
        self.chart.set_empty_text("No message has been delivered yet.")
        self.reasons_card.title.setWordWrap(True)
        self.reasons_card.head.setStretchFactor(self.reasons_card.title, 1)
        self.reasons_card.head.setStretch(1, 0)
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.reasons)
        inner.addStretch(1)
        self.reasons_card.body.addWidget(scrolled(holder), 1)
        self.reasons_card.body.addWidget(self.after)
        lanes_card = TableCard(self.lanes, "Lanes", "one per account; a wait holds back only its own lane")
        for side in (self.reasons_card, self.live):
            side.setFixedWidth(SIDE_WIDTH)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        grid.addWidget(self.progress, 0, 0, 1, 2)
        grid.addWidget(self.chart_card, 1, 0)
        grid.addWidget(self.reasons_card, 1, 1)
        grid.addWidget(lanes_card, 2, 0)
        grid.addWidget(self.live, 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(1, 5)
        grid.setRowStretch(2, 7)
