"""A report as one HTML page: figures, charts drawn as SVG, people. It loads nothing, and every text in it is escaped."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.reasons import SENTENCES
from campaigns.report.comparison import judge, percent
from campaigns.report.export_charts import bars, intervals, stacked
from campaigns.report.export_forms import ReportHead
from campaigns.report.figures import NOUNS, GroupFigures, Measure
from campaigns.report.views import RecipientRow

MOST_PEOPLE: Final = 10_000
"""More rows make browsers slow; the sentence above them says that the CSV has everybody."""

STATES: Final = {
    DeliveryState.SENT: ("delivered", "good"),
    DeliveryState.SENDING: ("sending", "accent"),
    DeliveryState.DEFERRED: ("deferred", "warn"),
    DeliveryState.FAILED: ("failed", "bad"),
    DeliveryState.UNCERTAIN: ("fate unknown", "odd"),
    DeliveryState.SKIPPED: ("skipped", "mute"),
    DeliveryState.CANCELLED: ("cancelled", "mute"),
    DeliveryState.PLANNED: ("to do", "track"),
}
"""Word and colour of each state, in the order of a stacked bar."""

_HEADINGS: Final = (
    "Person",
    "Account",
    "Variant",
    "Language",
    "State",
    "Why",
    "Ended",
    "Read",
    "Replied",
    "Opted out",
)


class PageForm:
    """The page in three parts: everything above the people, rows, the end."""

    encoding = "utf-8"

    def __init__(self, head: ReportHead) -> None:
        self._head = head
        self._written = 0

    def begin(self) -> str:
        style = files("campaigns.report").joinpath("export_page.css").read_text(encoding="utf-8")
        progress = self._head.progress
        title = escape(progress.title)
        return "".join(
            (
                '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
                # Nothing can be loaded, and nothing in a name can run.
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
                f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n",
                f"<h1>{title}</h1>\n<p class=dim>{self._facts()}</p>\n",
                self._cards(),
                self._ended(),
                self._over_time(),
                self._groups("Variants", self._head.figures.by_variant, Measure.REPLIED),
                self._groups("Accounts", self._head.figures.by_account, Measure.REPLIED),
                self._groups("Languages", self._head.figures.by_language, Measure.REPLIED),
                self._people_head(),
            )
        )

    def page(self, rows: Sequence[RecipientRow]) -> str:
        shown = rows[: max(0, MOST_PEOPLE - self._written)]
        self._written += len(shown)
        return "".join(_person(row) for row in shown)

    def end(self) -> str:
        return "</tbody></table></div>\n</section>\n</main>\n</body>\n</html>\n"

    def _facts(self) -> str:
        progress = self._head.progress
        parts = [
            progress.state.replace("_", " ").capitalize(),
            f"started {_moment(progress.started_at)}" if progress.started_at else "not started",
            f"ended {_moment(progress.finished_at)}" if progress.finished_at else "",
            f"approved by {escape(progress.approved_by)}" if progress.approved_by else "",
            f"written {_moment(self._head.written_at)}; all times are UTC",
        ]
        return " · ".join(part for part in parts if part)

    def _cards(self) -> str:
        total = self._head.figures.total
        cards = (
            ("Delivered", total.sent, f"{_share(total.sent, total.people)} of {total.people:,}"),
            ("Read", total.read, f"{_share(total.read, total.readable)} of {total.readable:,} who can be known"),
            ("Replied", total.replied, f"{_share(total.replied, total.sent)} of those who have it"),
            ("Opted out", total.opted_out, f"{_share(total.opted_out, total.sent)} of those who have it"),
            ("Failed", total.failed, "proved not delivered"),
            ("Fate unknown", total.uncertain, "may have left, not repeated"),
        )
        inner = "".join(f"<div class=card><b>{name}</b><strong>{count:,}</strong><span>{line}</span></div>"
                        for name, count, line in cards)  # fmt: skip
        return f"<section class=cards>{inner}</section>\n"

    def _ended(self) -> str:
        progress = self._head.progress
        parts = [(word, tone, progress.counts.get(state, 0)) for state, (word, tone) in STATES.items()]
        lines = "".join(
            f"<tr><td><i class={tone}></i>{word}<td class=n>{count:,}" for word, tone, count in parts if count
        )
        reasons = "".join(
            f"<tr><td>{STATES[state][0]}: {escape(SENTENCES[reason])}<td class=n>{count:,}"
            for (state, reason), count in sorted(progress.reasons.items(), key=lambda one: -one[1])
            if count
        )
        table = f"<table><tbody>{lines}{reasons}</tbody></table>"
        return f"<section><h2>How everyone ended</h2>{stacked(parts, progress.recipients)}{table}</section>\n"

    def _over_time(self) -> str:
        head = self._head
        begin = head.progress.started_at
        if begin is None or not head.points:
            return ""
        chart = bars([(point.at, point.delivered) for point in head.points], begin, head.bucket)
        return f"<section><h2>Delivered over time</h2>{chart}</section>\n"

    def _groups(self, title: str, groups: Sequence[GroupFigures], measure: Measure) -> str:
        if not groups:
            return ""
        shares = [group.share(measure) for group in groups]
        verdict = judge(shares, noun=NOUNS[measure]).sentence
        note = f"<p class=note>{escape(verdict)}</p>" if verdict else ""
        rows = "".join(
            f"<tr><td dir=auto>{escape(one.name)}"
            + "".join(f"<td class=n>{count:,}" for count in (one.people, one.sent, one.failed, one.skipped,
                                                             one.uncertain, one.read, one.replied, one.opted_out))
            for one in groups
        )  # fmt: skip
        heads = "".join(f"<th class=n>{word}" for word in ("people", "delivered", "failed", "skipped", "fate unknown",
                                                           "read", "replied", "opted out"))  # fmt: skip
        table = f"<div class=wide><table><thead><tr><th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        chart = intervals(shares, f"{title}: share of {NOUNS[measure]}, with 95 % intervals")
        return f"<section><h2>{title}: who replied?</h2>{chart}{note}{table}</section>\n"

    def _people_head(self) -> str:
        total = self._head.progress.recipients
        more = f"The first {MOST_PEOPLE:,} of {total:,}; the CSV has everybody. " if total > MOST_PEOPLE else ""
        heads = "".join(f"<th>{heading}" for heading in _HEADINGS)
        return (
            f"<section><h2>Every person</h2><p class=dim>{more}Read is known of people who share it with a user "
            f"account; bots are never told.</p><div class=wide><table><thead><tr>{heads}</tr></thead><tbody>\n"
        )


def _person(row: RecipientRow) -> str:
    handle = f" <span class=dim>@{escape(row.username)}</span>" if row.username else ""
    word, tone = STATES[row.state]
    cells = (
        f"<td dir=auto>{escape(row.name)}{handle}",
        f"<td dir=auto>{escape(row.account_title)}",
        f"<td>{escape(row.variant)}",
        f"<td>{escape(row.language) or '–'}",
        f"<td><i class={tone}></i>{word}",
        f"<td>{escape(SENTENCES[row.reason]) if row.reason else '–'}",
        *(f"<td>{_moment(at)}" for at in (row.finished_at, row.read_at, row.replied_at, row.opted_out_at)),
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _moment(at: datetime | None) -> str:
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "–"
