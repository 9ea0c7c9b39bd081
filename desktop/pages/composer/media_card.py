"""The photos and files of a message: added, dropped, put in order, taken out; what was refused stands below in words."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from campaigns.message.media_files import Thumbnail
from campaigns.message.media_rules import megabytes
from campaigns.message.variants import Attachment
from core.domain.media import MAX_ALBUM, Media, MediaKind
from desktop.pages.composer.movable_line import MovableLine
from desktop.theme import Role, Theme, Token
from desktop.widgets.bubble_media import MediaItem
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card
from desktop.widgets.choices import Segments
from desktop.widgets.labels import ElidedLabel, label, set_token

_SIDE = 34
_PLAYED = ("video/", "audio/", "image/gif")
PLAYS_NOT = "A video, sound or GIF arrives as a file: people download it, and it does not play in the chat."


def media_facts(media: Media) -> str:
    """`1,280 × 720 · 0.4 MB`"""
    size = f"{megabytes(media.size_bytes)} MB"
    return f"{media.width:,} × {media.height:,} · {size}" if media.width else size


def to_item(media: Media) -> MediaItem:
    """As the preview shows it."""
    is_photo = media.kind is MediaKind.PHOTO
    return MediaItem(
        key=media.sha256,
        name=media.name,
        size=f"{megabytes(media.size_bytes)} MB",
        width=media.width if is_photo else 0,
        height=media.height if is_photo else 0,
    )


def to_pixmap(picture: Thumbnail) -> QPixmap:
    form, stride = QImage.Format.Format_RGBA8888, 4 * picture.width
    image = QImage(picture.rgba, picture.width, picture.height, stride, form)
    return QPixmap.fromImage(image.copy())  # the bytes stay the presenter's


class _Line(MovableLine):
    """One photo or file."""

    def __init__(self) -> None:
        super().__init__(up="Earlier in the album", down="Later in the album", remove="Take it out")
        self._theme = Theme.of_application()
        self._media: Media | None = None
        self.picture = QLabel()
        side = self._theme.px(_SIDE)
        self.picture.setFixedSize(side, side)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name, self.facts = ElidedLabel("", Role.BODY), label("", Role.HINT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.picture)
        row.addWidget(self.name, 1)
        row.addWidget(self.facts)
        for tool in (self.up, self.down, self.remove):
            row.addWidget(tool)

    def show_media(self, media: Media, picture: QPixmap | None, number: int, count: int, *, is_frozen: bool) -> None:
        if media != self._media:
            self._media = media
            self.name.set_text(media.name)
            self.facts.setText(media_facts(media))
            self.remove.set_name(f"Take {media.name} out")
        self.show_picture(picture)
        self.up.setVisible(count > 1 and not is_frozen)
        self.down.setVisible(count > 1 and not is_frozen)
        self.show_place(number, count)
        self.remove.setVisible(not is_frozen)

    def show_picture(self, picture: QPixmap | None) -> None:
        """As large as it is shown; None: an icon stands in its place."""
        if picture is None:
            is_photo = self._media is not None and self._media.kind is MediaKind.PHOTO
            icon = "mdi6.image-outline" if is_photo else "mdi6.file-document-outline"
            self.picture.setPixmap(self._theme.pixmap(icon, Token.TEXT2, 18))
        else:
            self.picture.setPixmap(picture)

    @property
    def sha256(self) -> str:
        return self._media.sha256 if self._media is not None else ""


class MediaCard(Card):
    """Shows and emits. Pictures come when they are made."""

    addRequested = Signal()
    kindChosen = Signal(object)  # MediaKind
    moved = Signal(int, int)  # place, by how many
    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__("Photos and files", role=Role.H3)
        self.lines: list[_Line] = []
        self.kind = Segments(
            "How they arrive", ((MediaKind.PHOTO.value, "As photos"), (MediaKind.FILE.value, "As files"))
        )
        self.add = Button("Another", "mdi6.plus", kind=Kind.LINK)
        self.plays = label(PLAYS_NOT, Role.HINT, wrap=True)
        self.refused = label("", Role.HINT, Token.BAD, wrap=True)
        self.add_to_head(self.kind, self.add)
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        self.body.setContentsMargins(14, 8, 12, 8)
        self.body.setSpacing(6)
        self.body.addLayout(self._column)
        self.body.addWidget(self.plays)
        self.body.addWidget(self.refused)
        self.plays.hide()
        self.refused.hide()
        self.add.clicked.connect(self.addRequested)
        self.kind.valueChanged.connect(self._choose_kind)
        self._pictures: dict[str, QPixmap] = {}
        self._shown: tuple[Attachment, ...] = ()
        self._is_frozen = False
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._fill)

    def show_media(self, media: Sequence[Attachment], *, is_frozen: bool) -> None:
        """Lines that are missing are made one a turn of the loop: an album at once would be more than a frame."""
        self._shown, self._is_frozen = tuple(media), is_frozen
        while len(self.lines) > len(media):
            line = self.lines.pop()
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._fill()
        if media:
            self.kind.blockSignals(True)
            self.kind.set_value(media[0].media.kind.value)
            self.kind.blockSignals(False)
        self.plays.setVisible(any(one.media.mime.startswith(_PLAYED) for one in media))
        self.kind.setVisible(bool(media))
        self.kind.setEnabled(not is_frozen)
        self.add.setVisible(not is_frozen and len(media) < MAX_ALBUM)
        self.setVisible(bool(media) or not self.refused.isHidden())

    def show_picture(self, sha256: str, picture: QPixmap) -> None:
        if sha256 not in self._pictures:
            self._pictures[sha256] = self._shrink(picture)
        for line in self.lines:
            if line.sha256 == sha256:
                line.show_picture(self._pictures[sha256])

    def _fill(self) -> None:
        if len(self.lines) < len(self._shown):
            self.lines.append(self._make())
            self._turn.start()
        for number, (line, one) in enumerate(zip(self.lines, self._shown, strict=False)):
            picture = self._pictures.get(one.media.sha256)
            line.show_media(one.media, picture, number, len(self._shown), is_frozen=self._is_frozen)

    def _shrink(self, picture: QPixmap) -> QPixmap:
        side, ratio = Theme.of_application().px(_SIDE), self.devicePixelRatioF()
        whole = round(side * ratio)
        smooth = Qt.TransformationMode.SmoothTransformation
        small = picture.scaled(whole, whole, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        small.setDevicePixelRatio(ratio)
        return small

    def show_refusals(self, sentences: Sequence[str]) -> None:
        self.refused.setText("\n".join(sentences))
        set_token(self.refused, Token.BAD)
        self.refused.setVisible(bool(sentences))
        self.setVisible(bool(self._shown) or bool(sentences))

    def show_attaching(self, count: int) -> None:
        """So many are looked at; 0: none any more."""
        self.add.setEnabled(not count)
        self.add.set_text("Looking at it …" if count else "Another")

    def _make(self) -> _Line:
        line = _Line()
        line.moved.connect(self._move)
        line.removed.connect(self._remove)
        self._column.addWidget(line)
        return line

    def _choose_kind(self, kind: str) -> None:
        self.kindChosen.emit(MediaKind(kind))

    def _move(self, line: _Line, by: int) -> None:
        self.moved.emit(self.lines.index(line), by)

    def _remove(self, line: _Line) -> None:
        self.removed.emit(self.lines.index(line))
