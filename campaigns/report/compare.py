"""Two to four campaigns side by side: their figures in lines, and what the difference in replies means. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from campaigns.delivery import DeliveryState
from campaigns.report.comparison import Share, Verdict, judge, percent
from campaigns.report.figures import CampaignFigures, GroupFigures, Measure
from campaigns.report.views import CampaignProgress
from core.errors import UserInputError

LEAST, MOST = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One campaign with its figures."""

    progress: CampaignProgress
    figures: CampaignFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of every campaign, in their order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """What is shown; `groups` are the campaigns as groups of people."""

    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    groups: tuple[GroupFigures, ...]
    verdict: Verdict


def check_count(count: int) -> None:
    """Raises UserInputError unless it is two to four."""
    if not LEAST <= count <= MOST:
        raise UserInputError(f"{LEAST} to {MOST} campaigns are compared, not {count}.")


def compare(campaigns: Sequence[Compared]) -> SideBySide:
    """Raises UserInputError unless there are two to four."""
    check_count(len(campaigns))
    titles = tuple(_titles(campaigns))
    groups = tuple(replace(one.figures.total, name=title) for one, title in zip(campaigns, titles, strict=True))
    lines = (
        _line("State", [one.progress.state.replace("_", " ") for one in campaigns]),
        _line("Took", [_took(one.progress) for one in campaigns]),
        _line("People", [f"{one.people:,}" for one in groups]),
        _line("Delivered", [_part(one.sent, one.people) for one in groups]),
        _line("Failed", [_part(one.failed, one.people) for one in groups]),
        _line("Skipped", [_part(one.skipped, one.people) for one in groups]),
        _line("Fate unknown", [_part(one.uncertain, one.people) for one in groups]),
        _line("Read", [_share(one.share(Measure.READ)) for one in groups]),
        _line("Replied", [_share(one.share(Measure.REPLIED)) for one in groups]),
        _line("Opted out", [_share(one.share(Measure.OPTED_OUT)) for one in groups]),
    )
    verdict = judge([one.share(Measure.REPLIED) for one in groups])
    return SideBySide(titles=titles, lines=lines, groups=groups, verdict=_with_care(verdict, campaigns))


def _with_care(verdict: Verdict, campaigns: Sequence[Compared]) -> Verdict:
    """Campaigns differ in more than their text, and those under way may still change."""
    sentence = verdict.sentence
    if verdict.is_certain:
        sentence += " They may differ in people and time as well as in text."
    if any(one.progress.counts.get(state) for one in campaigns for state in _OPEN):
        sentence = f"{sentence} Not everybody has been reached yet.".strip()
    return Verdict(sentence, verdict.is_certain)


_OPEN = (DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.DEFERRED)


def _titles(campaigns: Sequence[Compared]) -> list[str]:
    """Two of the same name carry their numbers."""
    names = [one.progress.title for one in campaigns]
    return [
        f"{name} ({one.progress.id})" if names.count(name) > 1 else name
        for name, one in zip(names, campaigns, strict=True)
    ]


def _line(name: str, values: Sequence[str]) -> Line:
    return Line(name=name, values=tuple(values))


def _part(count: int, of: int) -> str:
    return f"{count:,} · {percent(count / of)}" if of and count else f"{count:,}"


def _share(share: Share) -> str:
    if not share.of:
        return "–"
    interval = share.interval
    return f"{share.count:,} · {percent(share.value)} ({percent(interval.low)} to {percent(interval.high)})"


def _took(progress: CampaignProgress) -> str:
    if progress.started_at is None or progress.finished_at is None:
        return "–"
    return str(timedelta(seconds=round((progress.finished_at - progress.started_at).total_seconds())))
