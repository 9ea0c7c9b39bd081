"""Reasons are complete: every one has a sentence, every refusal of a delivery has a reason."""

import pytest

from campaigns.reasons import SENTENCES, DeliveryReason
from core.errors import AppError, CampaignError, EmptyMessage, MissingField, RecipientError


def _family(base: type[AppError]) -> list[type[AppError]]:
    return [base, *(below for child in base.__subclasses__() for below in _family(child))]


@pytest.mark.parametrize("reason", DeliveryReason)
def test_every_reason_has_one_sentence_for_people(reason: DeliveryReason) -> None:
    sentence = SENTENCES[reason]

    assert sentence.endswith(".")
    assert "_" not in sentence
    assert "!" not in sentence


@pytest.mark.parametrize("error", [*_family(RecipientError), *_family(CampaignError), MissingField, EmptyMessage])
def test_every_definite_refusal_of_a_delivery_is_a_reason_by_its_code(error: type[AppError]) -> None:
    assert DeliveryReason(error.code) in SENTENCES
