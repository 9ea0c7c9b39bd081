"""Finding people, and what is changed about them by hand."""

import asyncio
import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.audience.columns import count_known
from campaigns.audience.contacts import ContactEdit, ContactOrder, ContactQuestion, Standing
from campaigns.audience.files.reading import open_table
from campaigns.audience.imports import ImportOptions, ImportPurpose, ImportState
from campaigns.audience.suppression_list import read_listed
from campaigns.delivery import DeliveryState
from campaigns.ports import IncomingBatch, IncomingKind
from campaigns.reasons import DeliveryReason
from core.domain.consent import ConsentBasis
from core.domain.ids import ImportId
from core.errors import Cancelled, UserInputError
from database.stores.import_listed import CHUNK
from tests.database.stores.people import People
from tests.database.stores.test_incoming import item, said
from tests.database.stores.world import NOW, Lane, World, peer, person

DAY = timedelta(days=1)
GIVEN = {"source": "fair", "wording": "yes, write to me", "evidence": "paper 12", "actor": "ann"}


@pytest.fixture
def people(world: World, tmp_path: Path) -> People:
    return People(world, tmp_path / "backups")


async def stop(people: People, number: int = 1) -> None:
    """Person <number> says STOP to an account."""
    world = people.world
    account_id = await world.add_account()
    lease = await world.take(account_id)
    await world.know(account_id, peer(number))
    message = said(number, text="STOP")
    await world.incoming.commit(lease, IncomingBatch(peers=(), state=None, items=(message,)), [message])


# ------------------------------------------------------------------------------------------------------ finding


async def test_filters_narrow_the_list_and_the_newest_come_first(people: People) -> None:
    await people.world.import_people(
        [person(1, language="fi"), person(2, consent=None, language="fi"), person(3, name="Älva Öst")]
    )
    await people.service.suppress(3, note="asked by phone", actor="ann")
    await people.service.tag([1, 3], add=["camp"], actor="ann")

    expected = {
        ContactQuestion(): [3, 2, 1],
        ContactQuestion(is_reversed=True): [1, 2, 3],
        ContactQuestion(order=ContactOrder.NAME): [3, 1, 2],
        ContactQuestion(text="alva"): [3],
        ContactQuestion(text="person_"): [3, 2, 1],
        ContactQuestion(standing=Standing.MAY): [1],
        ContactQuestion(standing=Standing.NO_BASIS): [2],
        ContactQuestion(standing=Standing.SUPPRESSED): [3],
        ContactQuestion(tag="CAMP"): [3, 1],
        ContactQuestion(language="fi"): [2, 1],
        ContactQuestion(import_id=1): [3, 2, 1],
        ContactQuestion(import_id=2): [],
        ContactQuestion(basis=ConsentBasis.AGREED): [3, 1],
        ContactQuestion(basis=ConsentBasis.STARTED_BOT): [],
        ContactQuestion(text="person", language="fi", tag="camp"): [1],
    }
    assert {question: await people.found(question) for question in expected} == expected
    counts = await people.lists.counts()
    assert (counts.total, counts.may, counts.no_basis, counts.suppressed) == (3, 1, 1, 1)
    facets = await people.lists.facets()
    assert (facets.tags, facets.languages, facets.imports) == ({"camp": 2}, ("fi",), {1: ("people.csv", 3)})


async def test_many_are_sorted_by_name_in_parts_as_if_at_once(people: People) -> None:
    await people.world.execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO contact (id, name, username, search_key, created_at, updated_at)
        SELECT i, 'n', 'u' || i, printf('%05d', i * 7919 % 20011), 0, 0 FROM n
        """
    )

    ordered = await people.found(ContactQuestion(order=ContactOrder.NAME))

    assert ordered == sorted(range(1, 20001), key=lambda i: f"{i * 7919 % 20011:05d}")
    assert await people.found(ContactQuestion(order=ContactOrder.NAME, is_reversed=True)) == ordered[::-1]


async def test_who_started_a_bot_is_found_by_it_until_they_block_it(people: People) -> None:
    world = people.world
    account_id = await world.add_account()
    await world.import_people([person(1, consent=None)])
    lease = await world.take(account_id)
    await world.know(account_id, peer(1))
    started = ContactQuestion(basis=ConsentBasis.STARTED_BOT, account_id=account_id)

    await world.incoming.commit(lease, IncomingBatch(peers=(), state=None, items=(item(IncomingKind.STARTED),)), [])
    assert await people.found(started) == [1]
    await world.incoming.commit(
        lease, IncomingBatch(peers=(), state=None, items=(item(IncomingKind.BLOCKED, minutes=2),)), []
    )

    assert await people.found(started) == []


async def test_somebody_suppressed_under_another_contact_is_suppressed_in_the_list(people: People) -> None:
    await people.world.import_people(2)
    await people.world.execute("UPDATE contact SET telegram_user_id = 7")
    await people.service.suppress(1, note="", actor="ann")

    assert await people.found(ContactQuestion(standing=Standing.SUPPRESSED)) == [2, 1]
    row = await people.row(2)
    assert (row.standing, row.suppression) == (Standing.SUPPRESSED, DeliveryReason.SUPPRESSED)


async def test_the_card_tells_what_was_sent_and_what_they_said(lane: Lane, tmp_path: Path) -> None:
    people = People(lane.world, tmp_path)
    first = (await lane.ids())[0]
    await lane.world.claim(lane.lease, first)
    await lane.world.record(lane.lease, first, DeliveryState.SENT, message_id=5)
    contact_id = (await lane.world.row(first))["contact_id"]
    await lane.world.incoming.commit(
        lane.lease, IncomingBatch(peers=(), state=None, items=(said(contact_id, message_id=9),)), []
    )

    card = await people.card(contact_id)

    assert [(line.campaign_title, line.state) for line in card.deliveries] == [("Spring", DeliveryState.SENT)]
    assert (card.delivery_count, card.received, card.row.sent) == (1, 1, 1)
    assert [event.kind for event in card.events] == ["reply.received"]
    assert card.consents[0].source == "newsletter form"
    assert await people.cards.card(99) is None


# ------------------------------------------------------------------------------------------------------ consent


async def test_a_consent_given_by_hand_has_its_proof_and_who_wrote_it_down(people: People) -> None:
    await people.world.import_people([person(1, consent=None)])

    await people.service.give_consent(1, at=NOW - DAY, **GIVEN)

    (consent,) = (await people.card(1)).consents
    assert (consent.basis, consent.source, consent.wording) == (ConsentBasis.AGREED, "fair", "yes, write to me")
    assert (consent.evidence, consent.recorded_by, consent.given_at) == ("paper 12", "ann", NOW - DAY)
    assert (await people.row(1)).standing is Standing.MAY
    assert "person.agreed" in await people.world.event_kinds()


@pytest.mark.parametrize("missing", ["source", "evidence"])
async def test_a_consent_without_evidence_is_refused(people: People, missing: str) -> None:
    await people.world.import_people([person(1, consent=None)])

    with pytest.raises(UserInputError):
        await people.service.give_consent(1, at=NOW, **{**GIVEN, missing: " "})
    with pytest.raises(UserInputError):
        await people.service.give_consent(1, at=NOW + DAY, **GIVEN)

    assert (await people.card(1)).consents == []


async def test_a_consent_that_was_taken_back_later_is_not_restored_by_an_older_one(people: People) -> None:
    await people.world.import_people(1)
    assert await people.service.withdraw_consent(1, why="wrote a letter", actor="ann") == 1

    with pytest.raises(UserInputError, match="taken back after this date"):
        await people.service.give_consent(1, at=NOW - DAY, **GIVEN)
    (consent,) = (await people.card(1)).consents
    assert (consent.withdrawn_by, consent.withdrawn_why) == ("ann", "wrote a letter")
    assert (await people.row(1)).standing is Standing.NO_BASIS

    people.clock.advance(60)
    await people.service.give_consent(1, at=NOW + timedelta(seconds=30), **GIVEN)
    assert (await people.row(1)).standing is Standing.MAY


# -------------------------------------------------------------------------------------------------- suppression


async def test_a_suppression_by_hand_is_lifted_with_a_reason_that_stays(people: People) -> None:
    await people.world.import_people(1)
    await people.service.suppress(1, note="by phone", actor="ann")

    with pytest.raises(UserInputError):
        await people.service.lift_suppression(1, why="  ", actor="bob")
    await people.service.lift_suppression(1, why="was somebody else", actor="bob")

    card = await people.card(1)
    assert card.suppression is None
    assert [(lift.reason, lift.lifted_by, lift.why) for lift in card.lifts] == [
        (DeliveryReason.SUPPRESSED, "bob", "was somebody else")
    ]


async def test_who_said_stop_stays_suppressed_until_they_agree_again(people: People) -> None:
    await people.world.import_people(1)
    await stop(people)

    with pytest.raises(UserInputError, match="no newer consent"):
        await people.service.lift_suppression(1, why="I want to", actor="bob")
    people.clock.advance(3600)
    await people.service.withdraw_consent(1, why="as they said", actor="ann", at=NOW + timedelta(minutes=2))
    await people.service.give_consent(1, at=NOW + timedelta(minutes=30), **GIVEN)
    assert (await people.row(1)).standing is Standing.SUPPRESSED, "a consent alone lifts nothing"
    await people.service.lift_suppression(1, why="agreed again at the fair", actor="bob")

    assert (await people.row(1)).standing is Standing.MAY


async def test_a_stop_after_a_suppression_by_hand_needs_a_new_consent_too(people: People) -> None:
    await people.world.import_people(1)
    await people.service.suppress(1, note="", actor="ann")
    await stop(people)

    with pytest.raises(UserInputError, match="said STOP"):
        await people.service.lift_suppression(1, why="by mistake", actor="ann")


async def test_a_list_suppresses_people_who_are_known_and_those_who_come_later(
    people: People, tmp_path: Path
) -> None:
    await people.world.import_people([person(1), person(2, username="", phone="+9996610002")])
    file = tmp_path / "list.csv"
    file.write_text(
        "username;phone;reason;since;note\n@PERSON_1;;unsubscribed;2026-01-02;form\n;+999 661 0002;;;\n"
        "@later_one;;;;\n;+9996610009;said STOP;2026-02-01;\n;12;;;\n",
        "utf-8",
    )

    done = await people.put_on_list(file)
    await people.world.import_people(
        [person(3), person(4, username="Later_One"), person(5, username="", phone="+9996610009")]
    )

    assert (done.added, done.unchanged, done.refused) == (4, 0, 1)
    assert [row[1] for row in await people.world.imports.refusals(done.id)] == [6]
    assert await people.found(ContactQuestion(standing=Standing.SUPPRESSED)) == [5, 4, 2, 1]
    assert (await people.row(5)).suppression is DeliveryReason.SAID_STOP
    again = await people.put_on_list(file)
    assert (again.added, again.unchanged) == (0, 4)
    written = tmp_path / "out.csv"
    assert await people.service.export_suppressions(written) == (4, 0)
    lines = written.read_text("utf-8-sig").splitlines()
    assert lines[0] == "username,phone,reason,since,note"
    assert lines[1] == "person_1,,said STOP,2026-01-02T00:00:00+00:00,form"


@pytest.mark.parametrize("when", ["read", "looked up"])
async def test_a_list_that_is_cancelled_leaves_nothing_behind(people: People, tmp_path: Path, when: str) -> None:
    imports, listed = people.world.imports, 3 * CHUNK
    file = tmp_path / "list.txt"
    file.write_text("".join(f"@person_{number}\n" for number in range(listed)) + "!!\n", "utf-8")
    import_id = await imports.create(
        file.name, ImportOptions(purpose=ImportPurpose.SUPPRESSION), actor="ann", now=NOW
    )
    with open_table(file, count_known) as table:
        (batch,) = read_listed(table, country="", now=NOW)
    assert await imports.add_listed(import_id, batch)
    if when == "looked up":
        assert await imports.finish_some(import_id, now=NOW)
        assert await people.world.column("SELECT count(*) FROM suppression") == [CHUNK]
    await imports.ask_to_cancel(import_id)

    if when == "read":
        assert not await imports.add_listed(import_id, batch)
    with pytest.raises(Cancelled):
        await imports.finish_some(import_id, now=NOW)
    await imports.take_back(import_id, ImportState.CANCELLED)
    while await imports.undo_some(import_id, now=NOW):
        pass

    for table_name in ("suppression", "import_listed", "import_refusal"):
        assert await people.world.column(f"SELECT count(*) FROM {table_name}") == [0]
    assert (await imports.get(import_id)).state is ImportState.CANCELLED


async def test_a_list_is_taken_back_but_for_who_said_stop_or_was_erased_since(people: People, tmp_path: Path) -> None:
    await people.world.import_people(3)
    await people.service.suppress(3, note="", actor="ann")
    file = tmp_path / "list.txt"
    file.write_text("".join(f"@person_{number}\n" for number in range(1, 6)), "utf-8")
    done = await people.put_on_list(file)
    assert (done.added, done.unchanged, done.part_read) == (4, 1, 1)
    assert await people.world.column("SELECT count(*) FROM import_listed WHERE username IS NOT NULL") == [0]
    await people.world.execute("UPDATE suppression SET reason = 'said_stop', at = at + 1 WHERE contact_id = 1")
    await people.service.erase(2, actor="ann")

    await people.world.imports.take_back(done.id, ImportState.UNDONE)
    while await people.world.imports.undo_some(done.id, now=NOW):
        pass

    rows = await people.world.rows("SELECT contact_id, reason, erased_at FROM suppression ORDER BY id")
    assert [(row["contact_id"], row["reason"], bool(row["erased_at"])) for row in rows] == [
        (3, "suppressed", False),
        (1, "said_stop", False),
        (None, "suppressed", True),
    ]
    told = await people.world.rows("SELECT kind, data FROM event WHERE kind LIKE '%import%' ORDER BY id")
    assert [(row["kind"], json.loads(str(row["data"]))) for row in told][-2:] == [
        ("suppressions.imported", {"import": done.id, "added": 4, "known": 1, "refused": 0}),
        ("import.undone", {"import": done.id, "kept": 0}),
    ]


async def test_an_export_that_is_stopped_leaves_what_was_there(people: People, tmp_path: Path) -> None:
    await people.world.import_people(1)
    await people.service.suppress(1, note="", actor="ann")
    written = tmp_path / "out.csv"
    written.write_text("older", "utf-8")

    async def stop(lines: int) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await people.service.export_suppressions(written, stop)
    with pytest.raises(asyncio.CancelledError):
        await people.service.export_many([1], written, actor="ann", tell=stop)

    assert [path.read_text("utf-8") for path in tmp_path.glob("out*")] == ["older"]


async def test_taking_an_import_back_takes_whom_the_list_suppressed_too(people: People, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("@person_1\n", "utf-8")
    await people.put_on_list(file)
    await people.world.import_people(2)
    await people.world.imports.take_back(ImportId(2), ImportState.UNDONE)
    while await people.world.imports.undo_some(ImportId(2), now=NOW):
        pass

    assert await people.world.column("SELECT count(*) FROM contact") == [0]
    await people.world.import_people(1)
    assert len(await people.found(ContactQuestion(standing=Standing.SUPPRESSED))) == 1


async def test_exported_people_come_in_again_as_they_are_and_who_is_suppressed_says_no(
    people: People, tmp_path: Path
) -> None:
    await people.world.import_people(
        [
            person(1, name="=1+1", fields={"city": "@Bonn", "plan": "pro"}),
            person(2, username="", phone="+9996610002", consent=None),
            person(3),
            person(4, consent=None),
        ]
    )
    account_id = await people.world.add_account()
    await people.world.execute(
        "INSERT INTO consent (contact_id, basis, account_id, source, given_at, recorded_at)"
        " VALUES (4, 'started_bot', ?, '', 5, 5)",
        account_id,
    )
    await people.service.suppress(3, note="", actor="ann")
    await people.service.tag([1], add=["fair, hall 2"], actor="ann")
    path, told = tmp_path / "people.csv", []

    async def tell(written: int) -> None:
        told.append(written)

    assert await people.service.export_many(ContactQuestion(), path, actor="ann", tell=tell) == 4

    rows = {row["username"] or row["phone"]: row for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())}
    one = rows["person_1"]
    assert (one["name"], one["city"], one["plan"]) == ("'=1+1", "'@Bonn", "pro")
    assert (one["consent_basis"], one["wireroom: tags"]) == ("agreed", "fair, hall 2")
    assert {key: (row["consent_basis"], row["wireroom: may we write?"]) for key, row in rows.items()} == {
        "person_1": ("agreed", "yes"),
        "+9996610002": ("", "no basis"),
        "person_3": ("stop", "no: suppressed"),
        "person_4": ("", "only by Account 1"),
    }
    (event,) = await people.world.column("SELECT data FROM event WHERE kind = 'people.exported'")
    assert (told[-1], json.loads(str(event))) == (4, {"count": 4, "file": str(path)})

    again = await people.import_people(path)

    assert (again.added, again.updated, again.unchanged, again.refused, again.said_no) == (0, 0, 3, 1, 1)
    assert await people.world.column("SELECT count(*) FROM consent WHERE account_id IS NULL AND contact_id = 4") == [
        0
    ]


# ---------------------------------------------------------------------------------------------- tags and changes


async def test_tags_are_put_on_all_whom_a_question_finds(people: People) -> None:
    await people.world.import_people(2_500)

    assert await people.service.tag(ContactQuestion(), add=[" summer  camp "], actor="ann") == 2_500
    assert await people.service.tag(ContactQuestion(text="person_250"), remove=["Summer camp"], actor="ann") == 2

    assert (await people.lists.facets()).tags == {"summer camp": 2_498}
    kinds = await people.world.event_kinds()
    assert kinds.count("people.tagged") == 2
    with pytest.raises(UserInputError):
        await people.service.tag([1], add=["x" * 41], actor="ann")


async def test_a_changed_person_is_found_by_the_new_values(people: People) -> None:
    await people.world.import_people([person(1, fields={"city": "Bonn"}), person(2)])

    edit = ContactEdit(name="Zoë", phone="+999 66 1 0001", fields={"City": "Köln", "Course": "B1"})
    assert await people.service.edit(1, edit, actor="ann")
    assert not await people.service.edit(1, edit, actor="ann")

    assert await people.found(ContactQuestion(text="zoe")) == [1]
    assert await people.found(ContactQuestion(text="9996610001")) == [1]
    assert (await people.card(1)).fields == {"city": "Köln", "course": "B1"}
    with pytest.raises(UserInputError, match="Another contact"):
        await people.service.edit(2, ContactEdit(username="person_1"), actor="ann")
    with pytest.raises(UserInputError, match="needs a username"):
        await people.service.edit(2, ContactEdit(username=""), actor="ann")


async def test_everything_about_a_person_is_exported(people: People, tmp_path: Path) -> None:
    await people.world.import_people([person(1, fields={"city": "Bonn"}), person(2)])
    await people.service.tag([1], add=["camp"], actor="ann")
    path = tmp_path / "one.json"

    await people.service.export(1, path, actor="ann")

    data = json.loads(path.read_text("utf-8"))
    assert data["contact"][0]["fields"] == {"city": "Bonn"}
    assert data["consents"][0]["source"] == "newsletter form"
    assert data["tags"] == [{"tag": "camp"}]
    assert "person_2" not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_person_says_nothing_of_themselves_in_a_repr(people: People) -> None:
    assert "Ann" not in repr(ContactEdit(fields={"name": "Ann"}))
