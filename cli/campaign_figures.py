"""The figures of a campaign's report in a terminal: groups as tables, and what their differences mean in a sentence."""

from campaigns.report.comparison import judge, percent
from campaigns.report.figures import CampaignFigures, GroupFigures, Measure
from cli.output import JsonValue, Output, Scalar


def show_figures(output: Output, figures: CampaignFigures) -> None:
    """Variants, accounts and languages; a grouping with one group says nothing that the totals do not."""
    for title, groups in (
        ("Variants", figures.by_variant),
        ("Accounts", figures.by_account),
        ("Languages", figures.by_language),
    ):
        if len(groups) < 2:
            continue
        output.table(
            title,
            ["", "people", "delivered", "read", "replied", "95 % interval", "opted out"],
            [_line(group) for group in groups],
        )
        output.say(judge([group.share(Measure.REPLIED) for group in groups]).sentence)
    total = figures.total
    output.say(
        f"{total.read:,} of {total.readable:,} who can be known have read it, {total.replied:,} replied, "
        f"{total.opted_out:,} opted out."
    )


def figure_values(figures: CampaignFigures) -> dict[str, JsonValue]:
    """The same for scripts."""
    return {
        "read": figures.total.read,
        "readable": figures.total.readable,
        "replied": figures.total.replied,
        "opted_out": figures.total.opted_out,
        "by_variant": [group_values(group) for group in figures.by_variant],
        "by_account": [group_values(group) for group in figures.by_account],
        "by_language": [group_values(group) for group in figures.by_language],
        "variants_compared": judge([group.share(Measure.REPLIED) for group in figures.by_variant]).sentence,
    }


def _line(group: GroupFigures) -> list[str]:
    share = group.share(Measure.REPLIED)
    interval = f"{percent(share.interval.low)} to {percent(share.interval.high)}" if share.of else "–"
    replied = f"{group.replied:,} · {percent(share.value)}" if share.of else "–"
    counts = (group.people, group.sent, group.read)
    return [group.name, *(f"{count:,}" for count in counts), replied, interval, f"{group.opted_out:,}"]


def group_values(group: GroupFigures) -> dict[str, Scalar]:
    """One group for scripts."""
    interval = group.share(Measure.REPLIED).interval
    return {
        "name": group.name,
        "people": group.people,
        "sent": group.sent,
        "failed": group.failed,
        "skipped": group.skipped,
        "uncertain": group.uncertain,
        "read": group.read,
        "replied": group.replied,
        "replied_low": round(interval.low, 6),
        "replied_high": round(interval.high, 6),
        "opted_out": group.opted_out,
    }
