"""The charts of an exported page as SVG texts. Colours are classes of its style sheet, so they follow light and dark."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

from campaigns.report.comparison import Share, axis, percent

WIDTH: Final = 920
_NAMES: Final = 210  # left of an interval
_VALUES: Final = 70  # right of it
_LINE: Final = 34
_LEAST: Final = 3.0  # a part above 0 is never too thin to be seen


def stacked(parts: Sequence[tuple[str, str, int]], total: int) -> str:
    """One bar; `parts` are word, colour and count."""
    left, shapes = 0.0, []
    for _, tone, count in parts:
        if count and total:
            width = max(_LEAST, WIDTH * count / total)
            shapes.append(f'<rect class="{tone}" x="{left:.1f}" y="0" width="{width:.1f}" height="14"/>')
            left += width
    told = ", ".join(f"{count:,} {word}" for word, _, count in parts if count) or "nothing yet"
    # Parts that were widened to be seen may sum up to more than the width: the picture is scaled to fit.
    return _svg(f"{told} of {total:,}", "".join(shapes), 14, width=max(float(WIDTH), left))


def bars(points: Sequence[tuple[datetime, int]], begin: datetime, bucket: timedelta) -> str:
    """How many in each bucket from `begin` to the last point; buckets without one are gaps."""
    height, floor = 150, 130
    count = max(1, int((points[-1][0] - begin) / bucket) + 1)
    most = max(number for _, number in points)
    width = min(40.0, WIDTH / count)
    shapes = []
    for at, number in points:
        left = int((at - begin) / bucket) * width
        tall = max(1.0, (floor - 16) * number / most)
        shapes.append(
            f'<rect class="accent" x="{left:.1f}" y="{floor - tall:.1f}" width="{max(1.0, width - 1):.1f}" '
            f'height="{tall:.1f}"><title>{at:%H:%M:%S}: {number:,}</title></rect>'
        )
    end = begin + count * bucket
    every = f"{bucket.total_seconds():,.0f} s"
    shapes += [
        f'<text x="0" y="10">{most:,} in {every} at best</text>',
        f'<text x="0" y="{height - 4}">{begin:%Y-%m-%d %H:%M}</text>',
        f'<text x="{count * width:.1f}" y="{height - 4}" text-anchor="end">{end:%H:%M}</text>' if count > 6 else "",
    ]
    total = sum(number for _, number in points)
    return _svg(f"{total:,} delivered, at most {most:,} in {every}", "".join(shapes), height)


def intervals(shares: Sequence[Share], name: str) -> str:
    """Each share as a point with its interval, on one axis with round marks."""
    room = WIDTH - _NAMES - _VALUES
    marks = axis(max((share.interval.high for share in shares if share.of), default=1.0) or 1.0)
    scale = room / marks[-1]
    shapes, told = [], []
    for number, share in enumerate(shares):
        y = _LINE * number + 18
        value = percent(share.value) if share.of else "–"
        shapes.append(f'<text class="name" x="0" y="{y + 4}">{escape(_short(share.name))}</text>')
        shapes.append(f'<text class="name" x="{WIDTH}" y="{y + 4}" text-anchor="end">{value}</text>')
        if share.of:
            low, high = _NAMES + share.interval.low * scale, _NAMES + share.interval.high * scale
            middle = _NAMES + share.value * scale
            shapes.append(
                f'<path class="line" d="M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 5}v10M{high:.1f} {y - 5}v10"/>'
            )
            shapes.append(f'<circle class="accent" cx="{middle:.1f}" cy="{y}" r="5"/>')
            told.append(f"{share.name} {value}, {percent(share.interval.low)} to {percent(share.interval.high)}")
    bottom = _LINE * len(shares) + 22
    for mark in marks:
        x = _NAMES + mark * scale
        shapes.append(f'<path class="grid" d="M{x:.1f} 2V{bottom - 20}"/>')
        shapes.append(f'<text x="{x:.1f}" y="{bottom - 4}" text-anchor="middle">{percent(mark)}</text>')
    return _svg(f"{name}: {'; '.join(told) or 'nobody yet'}", "".join(shapes), bottom)


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"


def _svg(told: str, inner: str, height: float, *, width: float = WIDTH) -> str:
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(told)}">{inner}</svg>\n'
