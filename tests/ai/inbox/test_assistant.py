"""The inbox asks a model only where somebody said yes, to this provider; suggestions and summaries are drafts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.inbox.replies import Replies
from campaigns.inbox.service import Inbox
from core.ai_errors import AiAnswerUnfit, AiBudgetSpent, AiFeatureOff, AiTurnedOff
from core.domain.ai import AiFeature
from core.errors import UserInputError
from database import ConversationActs, ReplyStore
from tests.ai.inbox.world import FIRST, InboxWorld, inbox_world, summed_up
from tests.ai.script import Script, StandIn

SUGGEST, SUMMARISE, SORT = AiFeature.SUGGEST, AiFeature.SUMMARISE, AiFeature.SORT


@pytest.fixture
async def inbox(tmp_path: Path, openai_server: StandIn) -> AsyncIterator[InboxWorld]:
    async with inbox_world(tmp_path, openai_server) as made:
        await made.say("Is it open on Friday?")
        yield made


async def test_every_feature_is_off_until_somebody_said_yes_to_it_alone(inbox: InboxWorld) -> None:
    status = await inbox.assistant.status()
    assert [(each.feature, each.is_on, each.switch) for each in status.features] == [
        (SUGGEST, False, None),
        (SUMMARISE, False, None),
        (SORT, False, None),
    ]

    await inbox.turn_on(SUGGEST)

    await inbox.assistant.suggest(FIRST, actor="ann")
    with pytest.raises(AiFeatureOff):
        await inbox.assistant.summarise(FIRST, actor="ann")
    await inbox.sorter.look()
    assert len(inbox.bodies()) == 1
    switch = (await inbox.assistant.status()).features[0].switch
    assert switch is not None
    assert (switch.by, switch.at) == ("ann", inbox.clock.now())


async def test_turning_off_acts_at_once_and_says_who_did(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST)
    await inbox.assistant.turn_off(SUGGEST, actor="bob")

    with pytest.raises(AiFeatureOff):
        await inbox.assistant.suggest(FIRST, actor="ann")

    assert inbox.bodies() == []
    events = inbox.rows("SELECT actor, data ->> 'feature', data ->> 'on' FROM event WHERE kind = 'ai.switched'")
    assert events == [("ann", "suggest", 1), ("bob", "suggest", 0)]


async def test_a_yes_to_one_provider_is_none_to_another(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST)
    inbox.change(address="http://127.0.0.1:9/v1")

    with pytest.raises(AiFeatureOff, match="another provider"):
        await inbox.assistant.suggest(FIRST, actor="ann")

    assert (await inbox.assistant.status()).features[0].is_elsewhere


async def test_nobody_says_yes_to_a_provider_that_they_were_not_shown(inbox: InboxWorld) -> None:
    with pytest.raises(UserInputError, match="changed"):
        await inbox.assistant.turn_on(SUGGEST, provider="gemini", address="https://elsewhere", actor="ann")
    inbox.change(enabled=False)
    with pytest.raises(AiTurnedOff):
        await inbox.turn_on(SUGGEST)


async def test_the_sample_is_the_request_itself_and_sends_nothing(inbox: InboxWorld) -> None:
    await inbox.say("zanzibarville?")
    sample = await inbox.assistant.show_request(SUGGEST)
    assert inbox.bodies() == []
    assert sample.conversation_id == FIRST
    assert sample.hidden == ("city",)

    await inbox.turn_on(SUGGEST)
    await inbox.assistant.suggest(FIRST, actor="ann", on_text=lambda _: None)

    assert inbox.server.seen[0].body == sample.sent.body


async def test_without_a_conversation_the_sample_is_of_a_made_up_one(tmp_path: Path, openai_server: StandIn) -> None:
    async with inbox_world(tmp_path, openai_server) as empty:
        for feature in (SUGGEST, SUMMARISE, SORT):
            sample = await empty.assistant.show_request(feature)

            assert sample.conversation_id is None
            assert "phone" in sample.hidden
            assert "MAYA" not in sample.sent.readable


async def test_notes_of_the_team_never_go(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST, SUMMARISE)
    inbox.server.will(Script(), summed_up("About Friday"))
    await Inbox(ConversationActs(inbox.world.database), inbox.clock).note(FIRST, "Pays late", author="ann")

    await inbox.assistant.suggest(FIRST, actor="ann")
    await inbox.assistant.summarise(FIRST, actor="ann")

    assert not any("Pays late" in body for body in inbox.bodies())


async def test_a_suggestion_knows_what_we_wrote_and_the_canned_answers_that_fit_the_person(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST)
    await Replies(ReplyStore(inbox.world.database), inbox.clock).send(FIRST, "We are open.", actor="ann")
    await inbox.can("hours", "In {{ city }} until eight.")
    await inbox.can("secret", "For {{ a_field_of_nobody_here }} only.")

    suggestion = await inbox.assistant.suggest(FIRST, actor="ann")

    [body] = inbox.bodies()
    assert "We are open." in body
    assert "until eight." in body
    assert "only." not in body
    assert suggestion.ready_answers == 1


async def test_an_address_that_nobody_named_is_refused_and_the_reason_holds_no_value(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST)
    await inbox.say("I am in Zanzibarville")
    inbox.server.will(Script(pieces=("⟦city⟧: https://evil.example",)), Script(pieces=("See www.evil.example",)))

    with pytest.raises(AiAnswerUnfit):
        await inbox.assistant.suggest(FIRST, actor="ann")

    assert len(inbox.bodies()) == 2
    assert not any("zanzibarville" in body.casefold() for body in inbox.bodies())


async def test_a_placeholder_that_was_made_up_is_never_put_before_a_person(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST)
    await inbox.say("I am in Zanzibarville")
    inbox.server.will(*[Script(pieces=("Dear ", "⟦surname⟧, hello"))] * 2)
    told: list[str] = []

    with pytest.raises(AiAnswerUnfit):
        await inbox.assistant.suggest(FIRST, actor="ann", on_text=told.append)

    assert {*told} <= {"", "Dear "}


async def test_the_inbox_shares_the_budget_of_writing_unless_it_has_its_own(inbox: InboxWorld) -> None:
    await inbox.turn_on(SUGGEST)
    inbox.change(requests_a_day=1)
    await inbox.assistant.suggest(FIRST, actor="ann")
    with pytest.raises(AiBudgetSpent):
        await inbox.assistant.suggest(FIRST, actor="ann")

    inbox.change(inbox_requests_a_day=2)

    await inbox.assistant.suggest(FIRST, actor="ann")
    with pytest.raises(AiBudgetSpent):
        await inbox.assistant.suggest(FIRST, actor="ann")


async def test_old_values_and_those_of_doubles_are_known_too(inbox: InboxWorld) -> None:
    await inbox.world.database.write(
        lambda work: work.connection.execute(
            "INSERT INTO contact (name, phone, telegram_user_id, fields, created_at, updated_at, search_key) "
            "VALUES ('Old Maidenname', '+9996699999', (SELECT telegram_user_id FROM conversation), "
            """'{"city": "Formertown"}', 0, 0, '')"""
        )
    )

    values = await inbox.desk.known_values(FIRST)

    assert {"Old Maidenname", "+9996699999", "Formertown", "Zanzibarville", "quill_bront"} <= set(values.values())
    assert values["city"] == "Zanzibarville"
