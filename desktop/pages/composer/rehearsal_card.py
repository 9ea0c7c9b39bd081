"""The rehearsal on the Review step: its button, how far it is, then who gets it, who not, when, and three samples."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.domain.message import FormattedText
from desktop.pages.composer.preview import Chat
from desktop.pages.composer.rehearsal_words import RehearsalWords, Row, summary
from desktop.theme import Role, Theme, Token
from desktop.widgets.bubble import Bubble
from desktop.widgets.buttons import Button
from desktop.widgets.cards import Card, IconLabel, Note
from desktop.widgets.labels import ElidedLabel, hairline, label, set_token
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Tone

_NONE = (
    "A rehearsal runs the campaign under a simulated clock, with the limits and windows that sending uses: who would get "
    "it, who is skipped and why, every text made, and when each account is done. Nothing is sent."
)


class MiniTable(QWidget):
    """A few rows of words; `number` is the column of numbers, if there is one."""

    def __init__(self, name: str, heads: Sequence[str], *, widths: Sequence[int], number: int = 1) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._heads = heads
        self._widths = widths
        self._number = number
        self.rows: tuple[Row, ...] = ()
        self._inside: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        if rows == self.rows and self._inside is not None:
            return
        self.rows = rows
        if self._inside is not None:
            self._column.removeWidget(self._inside)
            self._inside.deleteLater()
        self._inside = QWidget()
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        for column, (head, stretch) in enumerate(zip(self._heads, self._widths, strict=True)):
            grid.addWidget(label(head, Role.HINT), 0, column, self._side(column))
            grid.setColumnStretch(column, stretch)
        for at, row in enumerate(rows):
            grid.addWidget(hairline(), 2 * at + 1, 0, 1, len(self._heads))
            for column, text in enumerate(row):
                cell: QWidget
                if column == self._number or (len(text) < 16 and column):  # never cut: numbers and moments
                    cell = label(text, Role.BODY if column == self._number else Role.HINT)
                else:
                    cell = ElidedLabel(text, Role.STRONG if column == 0 else Role.HINT)
                grid.addWidget(cell, 2 * at + 2, column, self._side(column))
        self._column.addWidget(self._inside)

    def _side(self, column: int) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignRight if column == self._number else Qt.AlignmentFlag(0)


class _Figure(QWidget):
    def __init__(self, words: str, token: Token | None = None) -> None:
        super().__init__()
        self.number = label("–", Role.NUM2, token)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.number)
        column.addWidget(label(words, Role.HINT))


class RehearsalCard(QWidget):
    """Shows and emits."""

    rehearseRequested = Signal()
    cancelRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.card = Card("Rehearsal")
        self.about = ElidedLabel("", Role.HINT)
        self.start = Button("Rehearse", "mdi6.test-tube", small=True)
        self.cancel = Button("Cancel", "mdi6.close", small=True)
        self.none = label(_NONE, Role.DIM, wrap=True)
        self.problem = Note("", "mdi6.alert-circle-outline", Tone.WARN)
        self.work = Progress("How far the rehearsal is", 6)
        self.audience = _Figure("in the audience")
        self.will_get = _Figure("will get it", Token.GOOD)
        self.skipped = _Figure("skipped")
        self.done_at = _Figure("everyone done")
        self.bar = Progress("Who gets it", 10)
        self.skips = MiniTable("Skipped, by reason", ("Skipped because", "People", "For example"), widths=(3, 0, 2))
        heads = ("Account", "People", "Done", "Held back by")
        self.accounts = MiniTable("When each account is done", heads, widths=(3, 0, 0, 2))
        self.faults = MiniTable("Texts that cannot be made", ("Person", "Why", "Which"), widths=(2, 2, 1), number=-1)
        self.chat = Chat("Samples")
        self._bubbles = [Bubble(most_lines=5) for _ in range(3)]
        self.notes = label("", Role.HINT, wrap=True)
        self.words: RehearsalWords | None = None
        self._build_ui()
        self._theme = Theme.of_application()
        self._theme.changed.connect(self._restyle)
        self._restyle()
        self.start.clicked.connect(self.rehearseRequested)
        self.cancel.clicked.connect(self.cancelRequested)
        self.show_words(None)

    def show_words(self, words: RehearsalWords | None) -> None:
        """None: there was no rehearsal yet."""
        self.words = words
        is_running = words is not None and words.is_running
        has_figures = words is not None and words.total > 0
        self.start.setVisible(not is_running)
        self.start.set_text("Rehearse" if words is None else "Rehearse again")
        self.cancel.setVisible(is_running)
        self.none.setVisible(words is None)
        self.work.setVisible(is_running)
        self._figures.setVisible(has_figures)
        self.bar.setVisible(has_figures)
        self.problem.setVisible(words is not None and bool(words.problem))
        self.about.set_text(words.about if words is not None else "")
        self._tables.setVisible(words is not None and bool(words.account_rows))
        self._skip_card.setVisible(words is not None and bool(words.skipped_rows))
        self._fault_card.setVisible(words is not None and bool(words.fault_rows))
        self.chat.setVisible(words is not None and bool(words.samples))
        self.notes.setVisible(words is not None and bool(words.notes))
        if words is not None:
            self._show(words)

    def _show(self, words: RehearsalWords) -> None:
        self.card.setAccessibleDescription(summary(words))
        self.problem.text.setText(words.problem)
        if words.part_done is not None:
            self.work.set_parts((Part(round(words.part_done * 1000), Tone.ACCENT, "done"),), 1000)
        for figure, text in (
            (self.audience, words.recipients),
            (self.will_get, words.will_get),
            (self.skipped, words.skipped),
            (self.done_at, words.done_at),
        ):
            if figure.number.text() != text:
                figure.number.setText(text)
        self.bar.set_parts(words.parts, words.total)
        self._skip_card.title.setText(f"{words.skipped} skipped")
        self.skips.show_rows(words.skipped_rows)
        self.accounts.show_rows(words.account_rows)
        self.faults.show_rows(words.fault_rows)
        self.notes.setText(" ".join(words.notes))
        for bubble, sample in zip(self._bubbles, (*words.samples, *[("", "")] * 3)[:3], strict=True):
            bubble.setVisible(bool(sample[1]))
            bubble.show_message(FormattedText(sample[1]), sample[0])

    def _restyle(self) -> None:
        self.chat.set_scheme(self._theme.scheme)

    def set_stale(self, is_stale: bool) -> None:
        """The campaign was changed since: what stands here is grey."""
        set_token(self.will_get.number, Token.TEXT3 if is_stale else Token.GOOD)
        for figure in (self.audience, self.skipped, self.done_at):
            set_token(figure.number, Token.TEXT3 if is_stale else None)

    def _build_ui(self) -> None:
        self.card.head.insertWidget(0, IconLabel("mdi6.test-tube", Token.ACCENT_TEXT))
        self.card.head.insertWidget(2, self.about, 10)
        self.card.add_to_head(self.start, self.cancel)
        self._figures = QWidget()
        row = QHBoxLayout(self._figures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(22)
        for figure in (self.audience, self.will_get, self.skipped):
            row.addWidget(figure)
        row.addStretch(1)
        row.addWidget(self.done_at)
        for part in (self.none, self.problem, self.work, self._figures, self.bar, self.notes):
            self.card.body.addWidget(part)
        self._tables = QWidget()
        tables = QVBoxLayout(self._tables)
        tables.setContentsMargins(0, 0, 0, 0)
        tables.setSpacing(12)
        self._skip_card, self._fault_card = Card("Skipped"), Card("Texts that cannot be made")
        accounts = Card("When each account is done")
        for card, table in (
            (self._skip_card, self.skips),
            (accounts, self.accounts),
            (self._fault_card, self.faults),
        ):
            card.body.addWidget(table)
            tables.addWidget(card)
        samples = QHBoxLayout()
        samples.setSpacing(10)
        for bubble in self._bubbles:
            samples.addWidget(bubble, 1)
        self.chat.column.addLayout(samples)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.card)
        column.addWidget(self._tables)
        column.addWidget(self.chat)
