"""Pictures of the Proxies page: a workspace of its own, without a worker, with proxies in every state."""

import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from core.container import ServiceContainer
from core.domain.account import AccountKind, DataCentre
from core.domain.ids import AccountId, ProxyId, TelegramUserId
from core.domain.proxy import ProxyFailure, ProxyTimes, ProxyWish
from database import AccountStore, ProxyGroup, ProxyStore
from database.stores.proxy_screens import CheckProgress
from desktop.main_window import MainWindow
from desktop.pages.proxies.import_dialog import ImportDialog
from desktop.pages.proxies.page import ProxiesPage
from desktop.pictures.settling import settle, until
from proxy import parse_list

Take = Callable[[str], Awaitable[None]]

_ACCOUNTS: Final = ("Northlight News", "Northlight Tickets", "Maja · front desk", "Jonas · archive", "Asia", "Yuki")
# A line of a list, the label, the country, the capacity, the usual Telegram time in ms (None: never checked), and why
# the last checks failed.
_POOL: Final[tuple[tuple[str, str, str, int, float | None, ProxyFailure | None], ...]] = (
    ("socks5://northlight:one@203.0.113.14:1080", "Helsinki", "FI", 1, 38.0, None),
    ("socks5://northlight:two@203.0.113.15:1080", "Helsinki", "FI", 1, 41.0, None),
    ("http://198.51.100.7:3128", "Warszawa", "PL", 5, 31.0, None),
    ("socks5://192.0.2.44:9050", "London", "GB", 1, 29.0, None),
    ("socks5://192.0.2.41:9050", "London", "GB", 1, 33.0, ProxyFailure.DEAD),
    ("socks5://192.0.2.42:9050", "London", "GB", 1, 31.0, None),
    (
        "tg://proxy?server=198.51.100.90&port=443&secret=dd000102030405060708090a0b0c0d0e0f",
        "Tokyo",
        "JP",
        3,
        212.0,
        None,
    ),
    ("socks5://lisboa:three@203.0.113.90:1080", "Lisboa", "PT", 1, 52.0, ProxyFailure.WRONG_CREDENTIALS),
    ("socks5://203.0.113.80:1080", "Madrid", "ES", 1, 47.0, ProxyFailure.LIMITED),
    ("socks5://[2001:db8::7]:1085", "Frankfurt", "DE", 1, 24.0, None),
    ("socks4://203.0.113.76:1080", "Frankfurt", "DE", 1, None, None),
)
_HELD: Final = ((0, 0), (1, 1), (2, 2), (4, 3), (6, 4), (6, 5))  # proxy, account
PASTED: Final = """# from the provider, November
203.0.113.14:1080:northlight:renewed
socks5://northlight:p%40ss@203.0.113.31:1080
203.0.113.32:1080
203.0.113.32:01080
http://proxy.example:3128
socks5://203.0.113.33:99999
203.0.113.34
ftp://203.0.113.35:21
tg://proxy?server=203.0.113.36&port=443&secret=ee000102030405060708090a0b0c0d0e0f6578616d706c652e636f6d
"""


async def fill_pool(services: ServiceContainer, now: datetime) -> None:
    """Accounts, and proxies with the checks of the last two hours; needs a store in which nothing else is."""
    accounts, store = services.get(AccountStore), services.get(ProxyStore)
    ids = [
        await accounts.add_account(
            kind=AccountKind.BOT if number < 2 else AccountKind.USER,
            title=title,
            username=None,
            telegram_user_id=TelegramUserId(700 + number),
            data_centre=DataCentre.SANDBOX,
            session_secret=f"session/picture-{number}",
            limit_profile="sandbox",
            actor="Aiko Brandvold",
            now=now - timedelta(days=40),
        )
        for number, title in enumerate(_ACCOUNTS)
    ]
    proxies = await _add_proxies(store, now - timedelta(days=12))
    for place, account in _HELD:
        await _give(store, ids[account], proxies[place], now)
    for proxy_id, (*_, usual, failure) in zip(proxies, _POOL, strict=True):
        if usual is not None:
            await _check(store, proxy_id, usual, failure, now)


async def _add_proxies(store: ProxyStore, at: datetime) -> list[ProxyId]:
    proxies: list[ProxyId] = []
    for line, label, country, capacity, *_ in _POOL:
        group = ProxyGroup(label=label, country=country, capacity=capacity)
        (parsed,) = parse_list([line]).accepted
        proxies += await store.import_proxies([parsed.endpoint], group, actor="Aiko Brandvold", now=at)
    return proxies


async def _give(store: ProxyStore, account_id: AccountId, proxy_id: ProxyId, now: datetime) -> None:
    wish = ProxyWish(proxy_id=proxy_id)
    await store.assign(account_id, wish, may_move=account_id % 2 == 0, actor="Aiko Brandvold", now=now)


async def _check(
    store: ProxyStore, proxy_id: ProxyId, usual: float, failure: ProxyFailure | None, now: datetime
) -> None:
    for step in range(26, -1, -1):
        wave = 1 + 0.12 * math.sin(step * 0.9 + proxy_id) + 0.05 * math.sin(step * 2.7)
        is_slow = proxy_id == 3 and step < 1
        telegram_ms = usual * wave * (5 if is_slow else 1)
        failed = failure if failure is not None and step < 4 else None
        if failure is None and proxy_id == 6 and step in (11, 12):
            failed = ProxyFailure.SILENT
        at = now - timedelta(minutes=5 * step + proxy_id % 3, seconds=7 * proxy_id)
        tcp = None if failed is ProxyFailure.DEAD else usual * 0.3 * wave
        await store.record_check(
            proxy_id,
            ProxyTimes(tcp_ms=tcp, telegram_ms=None if failed else telegram_ms, failure=failed),
            pause_after=lambda failures: timedelta(minutes=8 * failures),
            next_check_at=at + timedelta(minutes=5),
            now=at,
        )


async def take_proxy_pictures(window: MainWindow, services: ServiceContainer, now: datetime, take: Take) -> None:
    """The page empty and full, its panel, and each dialog in each state; `take` grabs the window."""
    window.navigate("proxies")
    page = window.page
    assert isinstance(page, ProxiesPage)
    await take("proxies-empty")
    await fill_pool(services, now)
    await settle(window, "proxies")
    page.refresh()
    await take("proxies")
    rows = [page.presenter.rows.id_at(row) for row in range(len(page.presenter.rows))]
    page.table.selectRow(rows.index(3))
    await take("proxies-panel-slow")
    page.table.selectRow(rows.index(5))
    await take("proxies-panel-quarantined")
    page.panel.tabs.set_value("accounts")
    await take("proxies-panel-accounts")
    page.panel.tabs.set_value("checks")
    page.table.selectAll()
    await take("proxies-several")
    page.show_checks(CheckProgress(total=11, checked=6, failed=2, last_at=None))
    await take("proxies-checking")
    page.show_checks(None)
    await _take_import(window, page, take)
    shared, failing = ProxyId(7), ProxyId(5)
    dialogs: tuple[tuple[str, Callable[[], object]], ...] = (
        ("proxies-assign", lambda: page.acts.begin_assign([shared, failing])),
        ("proxies-release", lambda: page.acts.begin_release([shared])),
        ("proxies-edit", lambda: page.acts.begin_edit([ProxyId(1)])),
        ("proxies-edit-several", lambda: page.acts.begin_edit([shared, failing])),
        ("proxies-remove", lambda: page.acts.begin_remove([failing])),
    )
    for name, begin in dialogs:
        begin()
        await take(name)
        _close(window)
    window.resize(1080, 680)
    page.table.selectRow(0)
    await take("proxies-narrow")


async def _take_import(window: MainWindow, page: ProxiesPage, take: Take) -> None:
    page.acts.begin_import()
    await take("proxies-import-paste")  # it opens in the next turn of the loop
    dialog = next(one for one in page.findChildren(ImportDialog) if one.isVisible())
    dialog.take_lines(PASTED.splitlines())
    await until(lambda: dialog.go.text().strip().startswith("Import"), "proxies-import-preview")
    await take("proxies-import-preview")
    dialog.go.click()
    await until(dialog.undo.isVisible, "proxies-import-result")
    await take("proxies-import-result")
    dialog.undo.click()
    await until(lambda: not dialog.undo.isVisible(), "proxies-import-undone")
    await take("proxies-import-undone")
    _close(window)


def _close(window: MainWindow) -> None:
    from PySide6.QtWidgets import QDialog

    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.reject()
