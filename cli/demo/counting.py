"""Was everyone reached exactly once? Counted from the sandbox's own ledger, then compared with our database."""

from collections import Counter
from collections.abc import Collection, Sequence

from campaigns.delivery import DeliveryState
from campaigns.report.views import CampaignProgress
from cli.demo.options import DemoResult
from telegram.sandbox.ledger import LedgerEntry


def count(
    *,
    entries: Sequence[LedgerEntry],
    progress: CampaignProgress,
    sent_people: Collection[int],
    wrong_counters: int,
    kills: int,
    kills_in_flight: int,
    elapsed_s: float,
    beside: Collection[int] = (),
) -> DemoResult:
    """`entries`: what the sandbox accepted since the campaign began; `sent_people`: Telegram ids of the rows `sent`;
    `wrong_counters`: counters that differ from a count of the rows; `beside`: random_ids of what belongs to no campaign,
    such as confirmations of a STOP.
    """
    per_person = Counter(entry.peer_id for entry in entries if entry.random_id not in beside)
    delivered = len(per_person)
    skipped = progress.counts.get(DeliveryState.SKIPPED, 0)
    # A row with unknown fate may be in the ledger; a row `sent` must be.
    agrees = set(sent_people) <= per_person.keys() and wrong_counters == 0
    return DemoResult(
        recipients=progress.recipients,
        delivered=delivered,
        duplicates=per_person.total() - delivered,
        missing=progress.recipients - skipped - delivered,
        skipped=skipped,
        uncertain=progress.counts.get(DeliveryState.UNCERTAIN, 0),
        failed=progress.counts.get(DeliveryState.FAILED, 0),
        kills=kills,
        kills_in_flight=kills_in_flight,
        elapsed_s=round(elapsed_s, 3),
        rate_per_s=round(delivered / elapsed_s, 1) if elapsed_s > 0 else 0.0,
        database_agrees=agrees,
    )
