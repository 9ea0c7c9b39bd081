"""A QR code as text: two rows of its squares in one row of characters, dark on light whatever the terminal's colours."""

from collections.abc import Sequence

import segno
from rich.text import Text

BORDER = 2  # the standard wants 4 squares; 2 are read by every phone and fit into 24 rows

_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def draw(content: str) -> Text:
    """Black on white, with its quiet border."""
    return Text("\n".join(lines_of(content)), style="black on white", no_wrap=True)


def lines_of(content: str) -> Sequence[str]:
    """The rows of characters."""
    rows = [[bool(square) for square in row] for row in segno.make_qr(content, error="l").matrix_iter(border=BORDER)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
