"""Every reason in a few words, and what follows from it."""

import pytest

from campaigns.reasons import DeliveryReason
from desktop.pages.reasons import Follows, follows, short


@pytest.mark.parametrize("reason", DeliveryReason)
def test_every_reason_has_words_that_fit_a_column(reason: DeliveryReason) -> None:
    assert 0 < len(short(reason)) <= 80
    assert not short(reason).endswith(".")


@pytest.mark.parametrize(
    ("reason", "consequence"),
    [
        (DeliveryReason.BLOCKED_US, Follows.SUPPRESSED),
        (DeliveryReason.PRIVACY, Follows.FINAL),
        (DeliveryReason.REFUSED, Follows.AGAIN),
        (DeliveryReason.NOT_IN_HISTORY, Follows.LEFT),
        (DeliveryReason.QUOTA_DAY, Follows.BY_ITSELF),
    ],
)
def test_what_follows_is_said(reason: DeliveryReason, consequence: Follows) -> None:
    assert follows(reason) is consequence
