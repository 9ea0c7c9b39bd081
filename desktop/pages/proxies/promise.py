"""The sentence over the list: what holds for every account that has a proxy."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.theme import Role, Token
from desktop.widgets.cards import Card, IconLabel
from desktop.widgets.labels import ElidedLabel, label


def promise_card() -> QWidget:
    card = Card()
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(IconLabel("mdi6.shield-lock-outline", Token.GOOD, 18))
    row.addWidget(label("An account with a proxy never connects without it.", Role.STRONG))
    row.addWidget(ElidedLabel("If its proxy fails it waits, or moves where you allowed it.", Role.DIM), 1)
    card.body.setContentsMargins(14, 9, 14, 9)
    card.body.addLayout(row)
    return card
