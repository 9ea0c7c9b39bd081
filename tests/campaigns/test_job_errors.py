"""An error that went through a pipe or a row is the same to whoever reads it."""

from datetime import UTC, datetime

import pytest

from campaigns.job_errors import error_of
from core.ai_errors import AiBudgetSpent, AiQuotaExceeded
from core.errors import AppError, Cancelled, MissingField, StorageFull


@pytest.mark.parametrize(
    "raised",
    [
        StorageFull(),
        MissingField("first_name"),  # these are made of something else than words
        AiQuotaExceeded(2.0),
        AiBudgetSpent(datetime(2026, 1, 2, tzinfo=UTC), of="requests"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_keeps_its_kind_and_its_words(raised: AppError) -> None:
    made = error_of(raised, is_cancelled=False)

    assert type(made) is type(raised)
    assert str(made) == str(raised)


def test_what_a_person_cancelled_is_no_failure() -> None:
    assert isinstance(error_of(None, is_cancelled=True), Cancelled)
