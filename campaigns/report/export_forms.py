"""A report as CSV and as JSON: the same columns, one person a row."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Final

from campaigns.reasons import SENTENCES
from campaigns.report.comparison import judge
from campaigns.report.figures import CampaignFigures, GroupFigures, Measure
from campaigns.report.views import CampaignProgress, RatePoint, RecipientRow

COLUMNS: Final = (
    *("person", "username", "account", "variant", "language", "state", "reason", "why"),
    *("tried_at", "ended_at", "message_id", "read_at", "replied_at", "opted_out_at"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHead:
    """What stands before the people."""

    progress: CampaignProgress
    figures: CampaignFigures
    points: Sequence[RatePoint]  # how many were delivered in each `bucket` since the start
    bucket: timedelta
    written_at: datetime


def escape_cell(text: str) -> str:
    """A text that a spreadsheet takes for a text: what looks like a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def values_of(row: RecipientRow) -> tuple[str | int | None, ...]:
    """One value a column, None where there is none."""
    return (
        row.name,
        row.username,
        row.account_title,
        row.variant,
        row.language or None,
        row.state.value,
        row.reason.value if row.reason else None,
        SENTENCES[row.reason] if row.reason else None,
        _iso(row.tried_at),
        _iso(row.finished_at),
        row.message_id,
        _iso(row.read_at),
        _iso(row.replied_at),
        _iso(row.opted_out_at),
    )


class CsvForm:
    """Every person. UTF-8 with a mark, so that spreadsheets read names right."""

    encoding = "utf-8-sig"

    def __init__(self, head: ReportHead) -> None:
        pass

    def begin(self) -> str:
        return _lines([COLUMNS])

    def page(self, rows: Sequence[RecipientRow]) -> str:
        return _lines([[escape_cell("" if cell is None else str(cell)) for cell in values_of(row)] for row in rows])

    def end(self) -> str:
        return ""


class JsonForm:
    """One object: campaign, figures, then every person."""

    encoding = "utf-8"

    def __init__(self, head: ReportHead) -> None:
        self._head = head
        self._comma = ""

    def begin(self) -> str:
        progress, figures = self._head.progress, self._head.figures
        head = {
            "campaign": {
                "id": progress.id,
                "title": progress.title,
                "state": progress.state.value,
                "started_at": _iso(progress.started_at),
                "finished_at": _iso(progress.finished_at),
                "approved_by": progress.approved_by,
                "approved_hash": progress.approved_hash.hex() if progress.approved_hash else None,
            },
            "written_at": _iso(self._head.written_at),
            "total": _group(figures.total),
            "by_variant": [_group(one) for one in figures.by_variant],
            "by_account": [_group(one) for one in figures.by_account],
            "by_language": [_group(one) for one in figures.by_language],
            "variants_compared": judge([one.share(Measure.REPLIED) for one in figures.by_variant]).sentence,
            "reasons": [
                {"state": state.value, "reason": reason.value, "people": count}
                for (state, reason), count in progress.reasons.items()
            ],
        }
        return json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "people": ['

    def page(self, rows: Sequence[RecipientRow]) -> str:
        parts = []
        for row in rows:
            parts.append(self._comma + "\n  " + json.dumps(dict(zip(COLUMNS, values_of(row), strict=True)),
                                                           ensure_ascii=False))  # fmt: skip
            self._comma = ","
        return "".join(parts)

    def end(self) -> str:
        return "\n ]\n}\n"


def _group(group: GroupFigures) -> dict[str, object]:
    interval = group.share(Measure.REPLIED).interval
    return {**asdict(group), "replied_share_95": [round(interval.low, 6), round(interval.high, 6)]}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _lines(rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
