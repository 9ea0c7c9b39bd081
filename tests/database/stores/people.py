"""The stores and the use cases about people over a small world, wired as main.py does it."""

from pathlib import Path

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportPurpose, ImportView
from campaigns.audience.people_service import PeopleService
from core.locks import OsLock
from database.stores.contact_cards import ContactCardStore
from database.stores.contact_desk import ContactDesk
from database.stores.contact_lists import ContactListStore
from database.stores.contact_merge import ContactMergeStore
from database.stores.erasure import ErasureStore
from database.stores.suppression_lists import SuppressionListStore
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock


class People:
    """Short words for tests."""

    def __init__(self, world: World, backups) -> None:
        self.world = world
        self.lists = ContactListStore(world.database)
        self.cards = ContactCardStore(world.database)
        self.list = SuppressionListStore(world.database)
        self.clock = FakeClock(NOW)
        self.service = PeopleService(
            desk=ContactDesk(world.database),
            lists=self.lists,
            cards=self.cards,
            merges=ContactMergeStore(world.database),
            erasures=ErasureStore(world.database, backups),
            suppressions=self.list,
            clock=self.clock,
        )

    async def put_on_list(self, file: Path) -> ImportView:
        """Import a suppression list as the job does, in this process."""
        return await self.import_people(file, ImportPurpose.SUPPRESSION)

    async def import_people(self, file: Path, purpose: ImportPurpose = ImportPurpose.PEOPLE) -> ImportView:
        """As the job does, in this process."""
        imports = FileImport(self.world.imports, self.clock, OsLock(file.with_name("import-lock")))
        import_id = await imports.create(file, ImportOptions(purpose=purpose), actor="ann")
        return await imports.run(import_id, file)

    async def found(self, question) -> list[int]:
        return list(await self.lists.ids(question))

    async def row(self, contact_id):
        return (await self.lists.rows([contact_id])).get(contact_id)

    async def card(self, contact_id):
        card = await self.cards.card(contact_id)
        assert card is not None
        return card
