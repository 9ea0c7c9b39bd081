"""From an empty folder to a workspace that can send: accounts signed in, people who agreed, and their import."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions
from cli.demo.options import DemoOptions
from core.clock import Clock
from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from database import AccountStore
from telegram.data_centres import DataCentres
from telegram.sandbox.control import LIVELY, SILENT, AccountInfo, PersonInfo, SandboxControl
from telegram.sandbox.control import AccountKind as SandboxAccountKind
from telegram.sign_in.scripted import sign_in_made
from telegram.sign_in.signed_in import SignedIn

BOTS_OF_FIVE = 2
"""Of five accounts the last two are bots: both ways of settling an unknown fate are seen."""

ACTOR = "demo"
CSV_NAME = "people.csv"
TITLES = ("Northlight News", "Northlight Tickets", "Maja · front desk", "Northlight Kyiv", "Northlight Asia")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    account_ids: Sequence[AccountId]
    people: int


def is_bot(index: int) -> bool:
    return index % 5 >= 5 - BOTS_OF_FIVE


def title_of(index: int) -> str:
    return TITLES[index] if index < len(TITLES) else f"Northlight {index + 1}"


class Preparation:
    """Each step may take a while and says so through `tell`."""

    def __init__(
        self,
        *,
        options: DemoOptions,
        workspace: Workspace,
        control: SandboxControl,
        data_centres: DataCentres,
        secrets: SecretsManager,
        accounts: AccountStore,
        imports: FileImport,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        self._options = options
        self._workspace = workspace
        self._control = control
        self._data_centres = data_centres
        self._secrets = secrets
        self._accounts = accounts
        self._imports = imports
        self._clock = clock
        self._tell = tell

    async def run(self) -> Prepared:
        """A workspace of an earlier demo keeps its accounts and people; both are added to."""
        made = {account.user_id: account for account in await self._control.list_accounts()}
        telegram_ids: list[int] = []
        account_ids: list[AccountId] = []
        for known in await self._accounts.list_accounts():
            # The key of an earlier run ended with it: sign the same account in again.
            signed_in = await self._sign_in(made[int(known.telegram_user_id)])
            await self._accounts.sign_in_again(
                known.id,
                signed_in.telegram_user_id,
                signed_in.session_secret,
                actor=ACTOR,
                now=self._clock.now(),
            )
            await self._accounts.set_limit_profile(known.id, self._profile, actor=ACTOR, now=self._clock.now())
            account_ids.append(known.id)
            telegram_ids.append(int(known.telegram_user_id))
        for index in range(len(account_ids), self._options.accounts):
            signed_in = await self._sign_in(await self._make_account(index))
            account_ids.append(await self._add(index, signed_in))
            telegram_ids.append(int(signed_in.telegram_user_id))
        self._tell(f"{len(account_ids)} accounts signed in")
        people = await self._make_people(telegram_ids)
        path = self._workspace.folder / CSV_NAME
        write_people(path, people, now=self._clock.now())
        await import_people(path, self._imports)
        self._tell(f"{len(people):,} people imported, each with the proof that they agreed")
        return Prepared(account_ids=account_ids, people=len(people))

    @property
    def _profile(self) -> str:
        return "unlimited" if self._options.rate is None else "sandbox"

    async def _make_account(self, index: int) -> AccountInfo:
        if is_bot(index):
            return await self._control.add_account(
                SandboxAccountKind.BOT, name=title_of(index), username=f"northlight_{index + 1}_bot"
            )
        return await self._control.add_account(SandboxAccountKind.USER, name=title_of(index))

    async def _sign_in(self, account: AccountInfo) -> SignedIn:
        """First the key, then the row: a row without a key could not connect, a key without a row harms nobody."""
        signed_in = await sign_in_made(self._data_centres, self._control, account)
        self._secrets.set(signed_in.session_secret, signed_in.session)
        return signed_in

    async def _add(self, index: int, signed_in: SignedIn) -> AccountId:
        return await self._accounts.add_account(
            kind=signed_in.kind,
            title=title_of(index),
            username=signed_in.username or None,
            telegram_user_id=signed_in.telegram_user_id,
            data_centre=DataCentre.SANDBOX,
            session_secret=signed_in.session_secret,
            limit_profile=self._profile,
            actor=ACTOR,
            now=self._clock.now(),
        )

    async def _make_people(self, telegram_ids: Sequence[int]) -> list[PersonInfo]:
        """Every person has written to one account, or pressed Start where it is a bot, so they may be written to."""
        script = SILENT if self._options.are_people_silent else LIVELY
        people: list[PersonInfo] = []
        share, rest = divmod(self._options.recipients, len(telegram_ids))
        for number, telegram_id in enumerate(telegram_ids):
            count = share + (1 if number < rest else 0)
            if count:
                people += await self._control.make_people(
                    count, seed=self._options.seed + number, account_ids=[telegram_id], script=script
                )
        return people


async def import_people(path: Path, imports: FileImport) -> None:
    """The list we wrote ourselves, through the same import as any other."""
    view = await imports.run(await imports.create(path, ImportOptions(), actor=ACTOR), path)
    assert not view.refused, "rows of a file that we wrote were refused"


def write_people(path: Path, people: Sequence[PersonInfo], *, now: datetime) -> None:
    """The list as an operator would have it: a name, an address, and the proof of consent."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["name", "username", "language", "consent_basis", "consent_at", "consent_source", "consent_wording"]
        )
        for number, person in enumerate(people):
            agreed_at = now - timedelta(days=1 + number % 300)
            writer.writerow(
                [
                    person.name,
                    person.username,
                    person.language,
                    "agreed",
                    agreed_at.isoformat(timespec="seconds"),
                    "sign-up form of the programme",
                    "Yes, send me the programme.",
                ]
            )
