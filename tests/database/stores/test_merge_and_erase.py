"""Two contacts become one person, and a person is erased everywhere."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.audience.contacts import ContactQuestion, Standing
from campaigns.audience.imports import Batch, ImportOptions, RefusedRow
from campaigns.audience.people import RejectedRow
from campaigns.delivery import DeliveryState
from campaigns.ports import IncomingBatch
from campaigns.reasons import DeliveryReason
from core.domain.ids import ConversationId
from core.domain.peer import Peer
from core.errors import UserInputError
from core.text_model import TextAnswer
from database.backup import back_up
from database.stores.ai_ledger import AiLedgerStore
from database.stores.conversation_acts import ConversationActs
from tests.database.stores.people import People
from tests.database.stores.test_incoming import said
from tests.database.stores.world import AGREED, NOW, Lane, World, person, user_id
from tests.fake_clock import FakeClock

DAY = timedelta(days=1)


@pytest.fixture
def people(world: World, tmp_path: Path) -> People:
    return People(world, tmp_path / "backups")


# ---------------------------------------------------------------------------------------------------- merging


async def two(people: People) -> None:
    """Contact 1 by name, contact 2 by number."""
    await people.world.import_people(
        [
            person(1, name="", fields={"city": "Bonn"}),
            person(2, username="", phone="+9996610002", consent=None, fields={"city": "Köln", "course": "B1"}),
        ]
    )


async def test_a_row_that_takes_two_contacts_for_one_person_offers_to_merge_them(people: People) -> None:
    await two(people)

    view = await people.world.import_batch([person(1, phone="+9996610002")])

    assert view.refused == 1
    (offer,) = await people.cards.merge_offers()
    assert (offer.first.id, offer.second.id, offer.why) == (1, 2, "import")
    await people.service.dismiss_merge(2, 1)
    await people.world.import_batch([person(1, phone="+9996610002")])
    assert await people.cards.merge_offers() == []


async def test_two_contacts_with_one_telegram_id_are_offered(people: People) -> None:
    await two(people)
    await people.world.execute("UPDATE contact SET telegram_user_id = 77")

    (offer,) = await people.cards.merge_offers()

    assert offer.why == "telegram"


async def test_a_merged_person_has_everything_of_both(people: People) -> None:
    await two(people)
    await people.service.tag([1], add=["camp"], actor="ann")
    await people.service.tag([2], add=["Camp", "staff"], actor="ann")
    await people.service.suppress(2, note="by phone", actor="ann")

    await people.service.merge(1, 2, actor="ann")

    card = await people.card(1)
    assert (card.row.name, card.row.username, card.row.phone) == ("Person 2", "person_1", "+9996610002")
    assert card.fields == {"city": "Bonn", "course": "B1"}
    assert set(card.row.tags) == {"camp", "staff"}
    assert card.suppression is not None
    assert card.merged == 1
    assert await people.found(ContactQuestion()) == [1]
    assert await people.found(ContactQuestion(text="0002")) == [1]
    assert await people.row(2) is None


async def test_a_withdrawal_under_one_contact_holds_for_older_consents_under_the_other(people: People) -> None:
    await people.world.import_people([person(1), person(2)])
    await people.service.withdraw_consent(2, why="letter", actor="ann")

    await people.service.merge(1, 2, actor="ann")

    assert (await people.row(1)).standing is Standing.NO_BASIS
    assert len((await people.card(1)).consents) == 2


async def test_of_two_equal_consents_the_newer_goes_on_and_both_stay_as_proof(people: People) -> None:
    await people.world.import_people([person(1), person(2)])
    await people.world.execute("UPDATE consent SET given_at = given_at + 1000 WHERE contact_id = 2")

    await people.service.merge(1, 2, actor="ann")

    consents = (await people.card(1)).consents
    assert [consent.withdrawn_at is None for consent in consents] == [True, False]
    assert consents[0].given_at == AGREED.at + timedelta(seconds=1)


async def test_the_stricter_suppression_wins(people: People) -> None:
    await two(people)
    await people.service.suppress(1, note="", actor="ann")
    await people.world.execute("INSERT INTO suppression (contact_id, reason, at) VALUES (2, 'said_stop', 5)")

    await people.service.merge(1, 2, actor="ann")

    assert (await people.row(1)).suppression is DeliveryReason.SAID_STOP
    assert await people.list.count() == 1


async def test_a_merged_person_gets_a_running_campaign_once(people: People) -> None:
    await two(people)
    await people.service.give_consent(2, at=NOW, source="fair", wording="", evidence="paper", actor="ann")
    await people.world.run([await people.world.add_account()])

    await people.service.merge(1, 2, actor="ann")

    rows = await people.world.rows("SELECT contact_id, state, reason FROM outgoing ORDER BY id")
    assert rows[:2] == [
        {"contact_id": 1, "state": "planned", "reason": None},
        {"contact_id": 2, "state": "skipped", "reason": "same_person"},
    ]
    assert len((await people.card(1)).deliveries) == 2


async def test_people_with_two_telegram_ids_are_not_merged(people: People) -> None:
    await two(people)
    await people.world.execute("UPDATE contact SET telegram_user_id = 70 + id")

    with pytest.raises(UserInputError, match="two people"):
        await people.service.merge(1, 2, actor="ann")

    assert await people.found(ContactQuestion()) == [2, 1]


async def test_what_was_approved_is_not_merged_behind_its_back(people: People) -> None:
    await two(people)
    await people.world.approve([await people.world.add_account()])

    with pytest.raises(UserInputError, match="Spring"):
        await people.service.merge(1, 2, actor="ann")


# ---------------------------------------------------------------------------------------------------- erasing

NAME, USERNAME, PHONE, CITY = "Zyxw Marker", "zyxw_marker", "+99966198765", "Zyxwtown"
MARKS = (NAME, USERNAME, PHONE, CITY, PHONE.removeprefix("+"), "Markerproof", "Markernote")


async def put_everywhere(people: People, backups: Path) -> int:
    """A person with these marks among others in every table; returns the contact."""
    world = people.world
    account_id = await world.add_account()
    others = [
        person(n, phone=f"+99966{n * 7919 % 100000:05d}1", name=f"Person {n * 31 % 997}") for n in range(1, 400)
    ]
    marked = person(400, name=NAME, username=USERNAME, phone=PHONE, fields={"city": CITY})
    await world.import_people([*others[:200], marked, *others[200:]])
    contact_id = 201
    import_id = await world.imports.create("again.csv", ImportOptions(), actor="ann", now=NOW)
    refused = RefusedRow(row=RejectedRow(2, "No date."), cells=(NAME, "+999 66 198765", "x"))
    changed = person(400, name=NAME, username=USERNAME, phone=PHONE, fields={"course": CITY})
    batch = Batch(people=[changed], cells=[(NAME,)], refused=[refused], part_read=1.0)
    await world.imports.add(import_id, batch, now=NOW)
    while await world.imports.finish_some(import_id, now=NOW):
        pass
    lease = await world.take(account_id)
    known = Peer(user_id=user_id(400), access_hash=1, username=USERNAME, name=NAME, wrote_at=NOW)
    await world.know(account_id, known)
    await world.run([account_id])
    (delivery_id,) = await world.column("SELECT id FROM outgoing WHERE contact_id = ?", contact_id)
    assert await world.deliveries.bind_person(lease, delivery_id, known, now=NOW)
    await world.claim(lease, delivery_id)
    await world.record(lease, delivery_id, DeliveryState.SENT, message_id=5)
    message = said(400, message_id=9, text=f"I am {NAME}, {PHONE}")
    await world.incoming.commit(lease, IncomingBatch(peers=(), state=None, items=(message,)), [message])
    notes = ConversationActs(world.database)
    await notes.note(ConversationId(1), f"Lives in {CITY}", author="ann", now=NOW)
    answer = TextAnswer(text=f"Dear {NAME}, see you in {CITY}")
    await AiLedgerStore(world.database).keep_answer(bytes(32), answer, at=NOW, since=NOW)
    await people.service.tag([contact_id], add=["camp"], actor="ann")
    people.clock.advance(3600)
    await people.service.withdraw_consent(contact_id, why="Markernote", actor="ann")
    people.clock.advance(3600)
    proof = {"source": "fair", "wording": "yes", "evidence": "Markerproof"}
    await people.service.give_consent(contact_id, at=NOW + timedelta(minutes=90), actor="ann", **proof)
    later = await world.desk.create(title="Later", template="Hi", account_ids=[account_id], actor="ann", now=NOW)
    await world.desk.choose_everyone(later)
    back_up(backups.parent / "workspace.db", backups, version=3, clock=FakeClock(datetime(2026, 1, 1, tzinfo=UTC)))
    return contact_id


def traces(folder: Path) -> list[str]:
    """Every file that still holds a mark."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found += [
            f"{path.name}: {mark}"
            for mark in MARKS
            for text in (mark.encode(), mark.lower().encode(), mark.encode("utf-16-le"))
            if text in content
        ]
    return found


async def test_an_erased_person_is_in_no_file_any_more(people: People, tmp_path: Path) -> None:
    contact_id = await put_everywhere(people, tmp_path / "backups")
    assert traces(tmp_path)
    plan = await people.service.plan_erasure(contact_id)

    done = await people.service.erase(contact_id, actor="ann")

    assert (plan.deliveries, plan.backups) == (1, 1)
    assert (done.deliveries, done.backups, done.is_log_empty) == (1, 1, True)
    assert traces(tmp_path) == []
    for table, column in [
        ("outgoing", "telegram_user_id"),
        ("peer", "user_id"),
        ("suppression", "telegram_user_id"),
        ("contact", "telegram_user_id"),
    ]:
        assert user_id(400) not in await people.world.column(f"SELECT {column} FROM {table}"), table
    assert await people.world.column("SELECT count(*) FROM event WHERE contact_id = ?", contact_id) == [0]
    (kept,) = await people.world.rows("SELECT state, message_id FROM outgoing WHERE contact_id = ?", contact_id)
    assert kept == {"state": "sent", "message_id": None}, "counted, and found in no history by its number"
    for table in ("conversation", "message", "conversation_note"):
        assert await people.world.column(f"SELECT count(*) FROM {table}") == [0], table
    assert (await people.lists.counts()).total == 399
    await people.world.database.close()
    assert traces(tmp_path) == []


async def test_of_somebody_without_deliveries_only_the_proof_of_the_suppression_is_left(
    people: People, tmp_path: Path
) -> None:
    await people.world.import_people(
        [person(1), person(2), person(3, username="", phone="+9996610003"), person(4, phone="+9996610004")]
    )
    await people.service.merge(1, 3, actor="ann")

    await people.service.erase(1, actor="ann")

    assert await people.world.column("SELECT id FROM contact") == [2, 4]
    (row,) = await people.world.rows("SELECT * FROM suppression")
    assert {name for name, value in row.items() if value} == {"id", "reason", "at", "added_by", "erased_at"}
    assert await people.world.column("SELECT count(*) FROM suppression_hash") == [2]


async def test_a_suppression_list_does_not_bring_an_erased_person_back(people: People, tmp_path: Path) -> None:
    await people.world.import_people([person(1), person(2)])
    await people.service.erase(1, actor="ann")
    file = tmp_path / "stop.txt"
    file.write_text("@person_1\n@person_3\n", "utf-8")

    done = await people.put_on_list(file)

    assert (done.added, done.unchanged) == (1, 1)
    assert await people.world.column("SELECT username FROM suppression WHERE username IS NOT NULL") == ["person_3"]


async def test_an_erased_person_stays_suppressed_when_they_are_imported_again(people: People, tmp_path: Path) -> None:
    contact_id = await put_everywhere(people, tmp_path / "backups")
    await people.service.erase(contact_id, actor="ann")

    await people.world.import_people(
        [
            person(500),
            person(501, username=USERNAME.upper()),
            person(502, username="", phone=PHONE),
        ]
    )

    suppressed = await people.found(ContactQuestion(standing=Standing.SUPPRESSED))
    rows = await people.lists.rows(suppressed)
    assert [row.username or row.phone for row in rows.values()] == [USERNAME.upper()], "one suppression, one contact"
    first = suppressed[0]
    with pytest.raises(UserInputError, match="no newer consent"):
        await people.service.lift_suppression(first, why="I want to", actor="ann")


async def test_an_erased_person_is_known_by_telegram_id_under_a_new_name(lane: Lane, tmp_path: Path) -> None:
    people = People(lane.world, tmp_path / "backups")
    await lane.world.execute("UPDATE contact SET telegram_user_id = ? WHERE id = 1", user_id(1))
    await people.service.erase(1, actor="ann")
    await lane.world.import_people([person(9, username="brand_new")])
    await lane.world.know(lane.account_id, Peer(user_id=user_id(1), access_hash=3, username="brand_new"))

    message = said(1, message_id=30)
    await lane.world.incoming.commit(lane.lease, IncomingBatch(peers=(), state=None, items=(message,)), [])

    (found,) = await people.found(ContactQuestion(text="brand_new"))
    assert (await people.row(found)).standing is Standing.SUPPRESSED


async def test_nobody_is_erased_while_a_message_to_them_is_on_its_way(lane: Lane, tmp_path: Path) -> None:
    people = People(lane.world, tmp_path)
    first = (await lane.ids())[0]
    await lane.world.claim(lane.lease, first)
    contact_id = (await lane.world.row(first))["contact_id"]

    with pytest.raises(UserInputError, match="on its way"):
        await people.service.erase(contact_id, actor="ann")

    assert (await people.service.plan_erasure(contact_id)).open_tries == 1
    assert await people.row(contact_id) is not None


async def test_what_an_erased_person_was_to_get_is_skipped(lane: Lane, tmp_path: Path) -> None:
    people = People(lane.world, tmp_path)

    await people.service.erase(2, actor="ann")

    rows = await lane.world.rows("SELECT state, reason, inputs FROM outgoing WHERE contact_id = 2")
    assert rows == [{"state": "skipped", "reason": "erased", "inputs": "{}"}]


async def test_an_approved_campaign_skips_whom_it_named_and_who_was_erased(people: People, tmp_path: Path) -> None:
    await people.world.import_people(2)
    campaign_id = await people.world.approve([await people.world.add_account()])

    await people.service.erase(1, actor="ann")
    await people.world.plan(campaign_id)

    rows = await people.world.rows("SELECT contact_id, state, reason FROM outgoing ORDER BY contact_id")
    assert [(row["state"], row["reason"]) for row in rows] == [("skipped", "erased"), ("planned", None)]


async def test_what_left_stays_as_it_is_but_for_who_was_erased(lane: Lane) -> None:
    first = (await lane.ids())[0]
    await lane.world.claim(lane.lease, first)
    for sql in ("UPDATE outgoing SET inputs = '{}' WHERE id = ?", "UPDATE event SET contact_id = 1 WHERE ?"):
        await lane.world.execute(
            "INSERT INTO event (at, level, kind, actor) VALUES (1, 'info', 'person.edited', 'ann')"
        )
        with pytest.raises(sqlite3.IntegrityError, match=r"append-only|never changes"):
            await lane.world.execute(sql, first)


# Of each column that says who somebody is, what erasing does about it. A new one has to be decided here.
ABOUT_PEOPLE = {
    "account.telegram_user_id": "the operator's own",
    "audience_member.contact_id": "deleted",
    "campaign_member.contact_id": "deleted of drafts; else it names an empty row",
    "consent.contact_id": "deleted",
    "contact.telegram_user_id": "emptied",
    "contact_tag.contact_id": "deleted",
    "event.contact_id": "emptied",
    "conversation.contact_id": "deleted",
    "conversation.telegram_user_id": "deleted",
    "import_change.contact_id": "deleted",
    "merge_offer.contact_id": "deleted",
    "message_mark.telegram_user_id": "deleted",
    "outgoing.contact_id": "names an empty row",
    "outgoing.telegram_user_id": "emptied",
    "peer.user_id": "deleted",
    "read_mark.telegram_user_id": "deleted",
    "rehearsal_skip.contact_id": "deleted",
    "suppression.contact_id": "emptied",
    "suppression.telegram_user_id": "emptied, a hash stays",
    "suppression_lift.contact_id": "deleted",
    "webhook_delivery.contact_id": "deleted",
}


async def test_erasing_knows_every_column_that_says_who_somebody_is(world: World) -> None:
    found = await world.column(
        "SELECT t.name || '.' || c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND c.name IN ('contact_id', 'user_id', 'telegram_user_id') ORDER BY 1"
    )

    assert set(found) == set(ABOUT_PEOPLE)
