"""A QR code, drawn sharp: each square is a whole number of the screen's own pixels, dark on white in both schemes."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from desktop.theme import Scheme, Token
from desktop.theme.tokens import colours
from desktop.widgets.painted import Painted

SIDE_PX = 212  # 41 squares of 5 px, which is what a sign-in address takes with its border
QUIET_SQUARES = 4  # the border that the standard wants around a code


class QrView(Painted):
    """Its content stands nowhere but in the picture: it signs in whoever scans it."""

    def __init__(self) -> None:
        super().__init__()
        self._squares: tuple[tuple[bool, ...], ...] = ()
        worn = colours(Scheme.LIGHT)
        self._ink, self._paper = QColor(worn[Token.TEXT]), QColor(worn[Token.SURFACE])
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setAccessibleName("QR code")
        self.describe("Scan it with the official app on a phone where the account is signed in.")

    @property
    def squares(self) -> tuple[tuple[bool, ...], ...]:
        """What is drawn, without the border; True is dark. Empty: nothing."""
        return self._squares

    def show_content(self, content: str) -> None:
        """Draw this; an empty text draws nothing, as when the code's time is up."""
        if content:
            import segno  # takes 30 ms to load; the presenter has loaded it on a thread

            rows = segno.make_qr(content, error="m").matrix
            self._squares = tuple(tuple(bool(square) for square in row) for row in rows)
        else:
            self._squares = ()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE_PX, SIDE_PX)

    def square_px(self) -> int:
        """The side of a square in pixels of the screen."""
        count = len(self._squares) + 2 * QUIET_SQUARES
        return int(self.width() * self.devicePixelRatioF()) // count

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setPen(QPen(self.theme.color(Token.LINE), 1))
        painter.setBrush(self._paper)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        if not self._squares:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        # Painted in pixels of the screen: at a ratio of 1.5 a square of whole units would have blurred edges.
        ratio, side = self.devicePixelRatioF(), self.square_px()
        painter.scale(1 / ratio, 1 / ratio)
        first = (int(self.width() * ratio) - side * len(self._squares)) // 2
        for row, squares in enumerate(self._squares):
            for column, is_dark in enumerate(squares):
                if is_dark:
                    painter.fillRect(first + column * side, first + row * side, side, side, self._ink)
