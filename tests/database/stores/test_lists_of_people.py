"""Lists as programs write them go in with the right counts, and the same list again changes nobody."""

import json
from pathlib import Path

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportState, ImportView
from core.locks import OsLock
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock

GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,Organization Name,Birthday,Notes,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value\r\n"
)
NAMES = ("محمد", "Chloë", "Ольга", "Ngọc", "李雷", "דוד")


async def import_twice(
    world: World, folder: Path, content: bytes, **options: object
) -> tuple[ImportView, ImportView]:
    """The same file, one time after the other."""
    file = folder / "people"
    file.write_bytes(content)
    imports = FileImport(world.imports, FakeClock(NOW), OsLock(folder / "lock"))
    views = []
    for _ in range(2):
        import_id = await imports.create(file, ImportOptions(**options), actor="ann")
        views.append(await imports.run(import_id, file))
    first, again = views
    assert first.state is again.state is ImportState.DONE
    assert first.rows == again.rows == first.added + first.updated + first.unchanged + first.refused
    assert (again.added, again.updated, again.refused) == (0, 0, first.refused)
    return first, again


async def test_contacts_of_a_mail_program(world: World, tmp_path: Path) -> None:
    rows = [
        f'{NAMES[n % 6]},,"van ""{n}""",,,"ACME, Inc.",,"line one\nline two",news ::: * myContacts,,,Mobile,'
        f"+999 66 1{n:04d},Telegram,{f'@person_{n:05d}' if n % 3 else ''}\r\n"
        for n in range(300)
    ]

    first, again = await import_twice(world, tmp_path, (GOOGLE + "".join(rows)).encode())

    assert (first.rows, first.added, first.without_basis, again.unchanged) == (300, 300, 300, 300)
    (contact,) = await world.rows("SELECT name, username, phone, fields FROM contact WHERE username = 'person_00001'")
    assert (contact["name"], contact["phone"]) == ('Chloë van "1"', "+9996610001")
    assert json.loads(str(contact["fields"]))["notes"] == "line one\nline two"


async def test_a_spreadsheet_in_a_code_page_with_dirt_in_it(world: World, tmp_path: Path) -> None:
    good = "Иван {n};8 (999) 000-{n:02d}-00;person_{n:05d};ru;Europe/Kyiv;да;01.03.2026;выставка, стенд 4\r\n"
    dirt = {
        "Мария;8 (999) 001-00-00;person_00100;;;нет;5/6/26;выставка\r\n": "said no",
        "Мария;8 (999) 001-01-00;person_00101;;;да;31.02.2026;выставка\r\n": "not a date",
        "Мария;8 (999) 001-02-00;person_00102;;;да;5/6/26;выставка\r\n": "two ways",
        "Мария;8 (999) 001-03-00;person_00103;;;да;;выставка\r\n": "no date",
        "Мария;8 (999) 001-04-00;person_00104;;;да;01.03.2026;\r\n": "no evidence",
        "Мария;телефон;person_00105;;;да;01.03.2026;x\r\n": "other signs",
        "Мария;8 (999) 001-06-00;person_00106;;;да;01.03.2026;x;y\r\n": "9 cells",
        "Мария;;;;;да;01.03.2026;x\r\n": "neither",
        "Мария;8 (999) 000-01-00;person_00002;;;да;01.03.2026;x\r\n": "two contacts",
    }
    fine = [
        *(good.format(n=n) for n in range(50)),
        'Иван 0;8 (999) 000-00-00;person_00000;ru;Europe/Kyiv;да;01.03.2026;"=HYPERLINK(""http://x"";""y"")"\r\n',  # again
        ";;;;;;;\r\n",
        "Ольга;8 (999) 000-60-00\r\n",
    ]
    header = "Имя;Телефон;Юзернейм;Язык;Часовой пояс;Согласие;Дата согласия;Источник\r\n"

    first, again = await import_twice(
        world, tmp_path, (header + "".join([*fine, *dirt])).encode("cp1251"), country="RU"
    )

    assert (first.rows, first.added, first.unchanged, first.refused) == (61, 51, 1, 9)
    assert (first.said_no, first.without_basis, again.unchanged) == (1, 1, 52)
    refused = [reason for _, _, reason, _ in await world.imports.refusals(again.id)]
    assert len(refused) == len(dirt)
    assert all(any(part in reason for reason in refused) for part in dirt.values()), refused
    assert await world.column("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == [50]


async def test_unicode_text_of_a_spreadsheet(world: World, tmp_path: Path) -> None:
    rows = [
        f"{NAMES[n % 6]}\t+99966150{n:02d}\tperson_{n:05d}\tar\tAsia/Tbilisi\tagreed\t2026-02-01T10:00:00Z\tform\r\n"
        for n in range(60)
    ]
    header = "name\tphone\tusername\tlang\ttz\tconsent\tconsent_at\tconsent_source\r\n"

    first, again = await import_twice(world, tmp_path, (header + "".join(rows)).encode("utf-16"))

    assert (first.rows, first.added, first.without_basis, again.unchanged) == (60, 60, 0, 60)
    assert first.form == "CSV (utf-16, tab)"


async def test_contacts_of_an_export(world: World, tmp_path: Path) -> None:
    entries = [
        {"user_id": n, "first_name": NAMES[n % 6], "last_name": "", "phone_number": f"+999 66 16{n:03d}", "date": "x"}
        for n in range(80)
    ]
    entries.append({"user_id": 0, "first_name": "Nobody", "last_name": "", "phone_number": "", "date": "x"})
    export = {"about": "Here is the data you requested.", "contacts": {"about": "Yours.", "list": entries}}

    first, again = await import_twice(world, tmp_path, json.dumps(export, ensure_ascii=False, indent=1).encode())

    assert (first.rows, first.added, first.refused, again.unchanged) == (81, 80, 1, 80)
