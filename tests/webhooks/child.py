"""A process that takes messages in until it is killed; started by test_a_kill."""

import asyncio
import sys
from pathlib import Path

from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import UpdateState
from tests.database.stores.world import NOW, World, peer, user_id


async def take_in(folder: Path) -> None:
    world = await World.make(folder)
    account_id = await world.add_account()
    lease = await world.take(account_id)

    def add_hook(work):
        work.connection.execute(
            "INSERT INTO webhook (name, host, events, with_text, with_person, secret_name, created_at, created_by) "
            "VALUES ('Helpdesk', 'https://help.example', '[\"message.received\"]', 0, 0, 'webhook/1', 0, 'ann')"
        )

    await world.database.write(add_hook)
    for number in range(1, 1_000_000):
        item = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(1), at=NOW, message_id=number, text="Hello")
        state = UpdateState(pts=number, qts=0, date=NOW, seq=1)
        await world.incoming.commit(lease, IncomingBatch(items=(item,), peers=(peer(1),), state=state), [])
        if number % 50 == 0:
            print(number, flush=True)


asyncio.run(take_in(Path(sys.argv[1])))
