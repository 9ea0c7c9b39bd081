"""Pictures of the import of people: each step of its dialog, and the page before anybody is in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from core.domain.consent import ConsentBasis
from desktop.main_window import MainWindow
from desktop.pages.audiences.import_dialog import PeopleImportDialog
from desktop.pages.audiences.import_preview import BASIS, COLUMNS, PEOPLE
from desktop.pages.audiences.page import IMPORTS, AudiencesPage
from desktop.pictures.settling import until

Take = Callable[[str], Awaitable[None]]

_LINES = (
    "Name;Handy;Telegram;Stadt;Sprache;Einwilligung;Quelle;Consent date",
    "Maja Lindqvist;+999 66 1 0001;@maja_lindqvist;Helsinki;fi;ja;Concert desk;2026-03-14",
    "Юлия Коваль;;@yulia_koval;Київ;uk;так;Newsletter form;2026-05-02",
    "Jonas Brandt;0171 234;;Berlin;de;;;",
    "Aiko Tanaka;;https://t.me/aiko_tanaka;東京;ja;;;",
    "No Way;;;Oslo;nb;ja;Concert desk;2026-01-09",
    "=HYPERLINK(1);;@formula_one;Graz;de;ja;Concert desk;31.02.2026",
    "Omar Haddad;+999 66 1 0044;@omar_haddad;Beirut;ar;ja;Newsletter form;2026-06-30",
    *(f"Guest {n};;@guest_number_{n};Tampere;fi;ja;Concert desk;2026-04-{n % 28 + 1:02}" for n in range(1, 30)),
)


async def take_import_pictures(window: MainWindow, folder: Path, take: Take) -> None:
    """In a workspace without people; `folder` takes the lists. Ends with everybody taken back."""
    guests, strange, many = (folder / name for name in ("guests.csv", "strange.csv", "members.csv"))
    guests.write_bytes("\n".join(_LINES).encode("utf-16"))
    strange.write_text("Wer,Handy\nAnna,+9996610001\nBo,+9996610002\n")
    many.write_text("username\n" + "".join(f"member_{n}\n" for n in range(400_000)))
    window.navigate("audiences")
    page = window.page
    assert isinstance(page, AudiencesPage)
    await take("people-none")
    dialog = page.imports.open()
    await take("people-import")
    await _read(dialog, folder / "gone.csv", "entry")
    await take("people-import-refused")
    await _read(dialog, strange, "preview")
    dialog.preview.columns.selectRow(1)
    await take("people-import-no-way")
    await _read(dialog, guests, "preview")
    await take("people-import-people")
    dialog.preview.tabs.set_value(COLUMNS)
    dialog.preview.columns.selectRow(3)
    await take("people-import-columns")
    dialog.preview.tabs.set_value(BASIS)
    await take("people-import-no-basis")
    basis = dialog.preview.basis
    basis.basis.setCurrentIndex(basis.basis.findData(ConsentBasis.AGREED))
    dialog.go.click()
    await take("people-import-no-proof")
    basis.source.setText("Guest book of the spring concert")
    basis.changed.emit()
    await take("people-import-basis")
    dialog.preview.tabs.set_value(PEOPLE)
    await _press(dialog, "result")
    await take("people-import-result")
    dialog.undo.click()
    await take("people-import-undo")
    await _press(dialog, "undone")
    await take("people-import-undone")
    dialog.accept()
    await _cancel(page, many, take)


async def _cancel(page: AudiencesPage, many: Path, take: Take) -> None:
    dialog = page.imports.open()
    await _read(dialog, many, "preview")
    dialog.go.click()
    await until(lambda: dialog.progress_words.text().startswith(tuple("123456789")), "people-import-working")
    await take("people-import-running")
    dialog.reject()
    await until(lambda: dialog.step != "working", "people-import-done")
    await take("people-import-cancelled")
    dialog.reject()
    page.tabs.set_value(IMPORTS)
    page.imports_view.read()
    await take("people-imports")


async def _read(dialog: PeopleImportDialog, path: Path, step: str) -> None:
    dialog.take_file(str(path))
    await until(lambda: dialog.step == step and not dialog.scope.tasks, step)


async def _press(dialog: PeopleImportDialog, step: str) -> None:
    dialog.go.click()
    await until(lambda: dialog.step == step and not dialog.scope.tasks, step)
