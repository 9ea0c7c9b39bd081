"""Rules for the tests of core: what one test registers as secret does not vanish from the lines of the next."""

import pytest

from core.redaction import redactor


@pytest.fixture(autouse=True)
def _fresh_redactor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redactor, "_known", {})
