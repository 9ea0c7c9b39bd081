"""What the palette offers of the people and audiences."""

from desktop.pages.audiences.page import CONTACTS, IMPORTS, SAVED, SUPPRESSION, AudiencesPage
from desktop.pages.page import Page, PageOffer


def _find(page: Page) -> None:
    assert isinstance(page, AudiencesPage)
    page.tabs.set_value(CONTACTS)
    page.list.search.setFocus()


def _import(page: Page) -> None:
    assert isinstance(page, AudiencesPage)
    page.tabs.set_value(CONTACTS)
    page.imports.open()


def _imports(page: Page) -> None:
    assert isinstance(page, AudiencesPage)
    page.tabs.set_value(IMPORTS)


def _suppressed(page: Page) -> None:
    assert isinstance(page, AudiencesPage)
    page.tabs.set_value(SUPPRESSION)


def _new_audience(page: Page) -> None:
    assert isinstance(page, AudiencesPage)
    page.tabs.set_value(SAVED)
    page.saved.presenter.begin()


OFFERS = (
    PageOffer(title="Find a person…", icon="mdi6.account-search-outline", act=_find),
    PageOffer(title="Import people…", icon="mdi6.tray-arrow-down", act=_import),
    PageOffer(title="Imports of people", icon="mdi6.history", act=_imports),
    PageOffer(title="New audience…", icon="mdi6.account-group-outline", act=_new_audience),
    PageOffer(title="Suppression list", icon="mdi6.account-cancel-outline", act=_suppressed),
)
