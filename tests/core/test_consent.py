"""A consent without evidence cannot be made."""

from datetime import UTC, datetime

import pytest

from core.domain.consent import Consent, ConsentBasis

AT = datetime(2026, 4, 5, tzinfo=UTC)


def test_an_agreement_needs_a_source_or_its_wording() -> None:
    with pytest.raises(ValueError, match="source"):
        Consent(basis=ConsentBasis.AGREED, at=AT)

    assert Consent(basis=ConsentBasis.AGREED, at=AT, wording="Yes, write to me").at == AT


def test_pressing_start_is_its_own_evidence() -> None:
    assert Consent(basis=ConsentBasis.STARTED_BOT, at=AT).source == ""


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Consent(basis=ConsentBasis.STARTED_BOT, at=AT.replace(tzinfo=None))
