"""The trial run from the Review step: a real worker, a sandbox of its own, and what arrived, person by person."""

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from campaigns.delivery import DeliveryState
from campaigns.message.media_files import Thumbnail
from campaigns.reasons import DeliveryReason
from campaigns.trial.views import TrialPerson, TrialResult
from core.domain.ids import ContactId
from core.domain.media import Media, MediaKind
from core.domain.message import FormattedText, OutgoingMessage
from core.errors import UserInputError
from desktop.formatting import Formats
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.composer.trial_card import TrialCard
from desktop.pages.composer.trial_presenter import describe_trial
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_composer import begin, step
from tests.desktop.workspace_fixture import Filled

LEFT = Qt.MouseButton.LeftButton
RESULT = TrialResult(
    members=48_210,
    people=(
        TrialPerson(
            contact_id=ContactId(1),
            name="Aiko",
            account="Desk DE",
            state=DeliveryState.SENT,
            reason=None,
            detail="",
            arrived=OutgoingMessage(text=FormattedText("Hello Aiko")),
            after_ms=120,
        ),
        TrialPerson(
            contact_id=ContactId(2),
            name="Bram",
            account="Desk DE",
            state=DeliveryState.SKIPPED,
            reason=DeliveryReason.MISSING_FIELD,
            detail="",
            arrived=None,
            after_ms=None,
        ),
    ),
    seconds=1.2,
    notes=(),
)


def test_who_did_not_get_it_stands_first_with_the_reason(qtbot: QtBot) -> None:
    card = TrialCard()
    qtbot.addWidget(card)
    card.show_result(describe_trial(RESULT, Formats(zone=None)), is_stale=False)
    card.show()

    assert card.about.text().startswith("1 of 2 people of the sample got it. The campaign addresses 48")
    assert card.found.name.text() == "Bram"
    assert "no fallback" in card.found.problem.text.text()
    assert not card.found.bubble.isVisible()

    qtbot.mouseClick(card.found.next, LEFT)

    assert (card.found.name.text(), card.found.facts.text()) == ("Aiko", "from Desk DE · after 120 ms")
    assert card.found.bubble.message.text == "Hello Aiko"
    assert not card.found.problem.isVisible()
    assert not card.found.next.isEnabled()


def test_a_photo_that_arrived_is_seen_whoever_is_looked_at(qtbot: QtBot) -> None:
    photo = Media(
        kind=MediaKind.PHOTO, sha256="ab" * 32, name="a.jpg", mime="image/jpeg", size_bytes=9, width=4, height=3
    )
    arrived = OutgoingMessage(text=FormattedText(""), media=(photo,))
    got = structs.replace(RESULT.people[0], arrived=arrived)
    card = TrialCard()
    qtbot.addWidget(card)
    result = structs.replace(RESULT, people=(got, RESULT.people[1], got))
    card.show_result(describe_trial(result, Formats(zone=None)), is_stale=False)
    card.show_picture(photo.sha256, Thumbnail(width=2, height=1, rgba=bytes(8)))
    assert card.found.media.items == ()

    for _ in range(2):
        qtbot.mouseClick(card.found.next, LEFT)
        assert card.found.media.pictured == {photo.sha256}


def test_a_trial_that_failed_is_told_in_its_card(qtbot: QtBot) -> None:
    card = TrialCard()
    qtbot.addWidget(card)
    card.show()
    card.show_progress("Delivering: 3 of 20", 0.4)
    assert (card.start.isVisible(), card.cancel.isVisible()) == (False, True)

    card.show_problem(UserInputError("It is empty.", title="It cannot be sent"))

    assert card.problem.text.text() == "It cannot be sent. It is empty."
    assert (card.start.isVisible(), card.cancel.isVisible()) == (True, False)


@pytest.mark.slow
async def test_a_sample_arrives_and_nothing_of_it_counts(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        panel.composer.message.editor.insert_source("Hello **{{ name }}**")
        qtbot.mouseClick(step(panel, "review"), LEFT)
        await window.until(lambda: "review" in panel.composer.__dict__)
        card = panel.composer.review.trial
        card.start.click()
        await window.until(card.cancel.isVisible)

        await window.until(card.start.isVisible, timeout_s=100)

        assert card.problem.isHidden(), card.problem.text.text()
        assert card.about.text().startswith("20 of 20 people of the sample got it.")
        assert card.found.bubble.message.text.startswith("Hello Person ")
        campaign_id = panel.presenter.campaign_id
        assert campaign_id is not None
        assert (await filled.world.reports.progress(campaign_id)).recipients == 0
