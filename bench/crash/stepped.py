"""Entry of a worker that can be held at a step of a message's way, to be killed there: `stepped.py FOLDER worker ...`.

A file of the folder, made by `hold`, holds the next message to that person at that step; `has_reached` tells that it stands
there. The code and the wiring are those of main.py.
"""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


class Step(StrEnum):
    BEFORE_IT_LEAVES = "before-it-leaves"  # `sending` is committed; no byte of the request has left
    BEFORE_IT_IS_RECORDED = "before-it-is-recorded"  # Telegram's answer has come; nothing of it is committed


def hold(folder: Path, step: Step, user_id: int) -> None:
    """Hold the next message to this person there."""
    _order(folder, step, user_id).touch()


def has_reached(folder: Path, step: Step, user_id: int) -> bool:
    return not _order(folder, step, user_id).exists()


def _order(folder: Path, step: Step, user_id: int) -> Path:
    return folder / f"{step} {user_id}"


async def _stand_still(folder: Path, step: Step, user_id: int) -> None:
    order = _order(folder, step, user_id)
    if order.exists():
        order.unlink()
        await asyncio.Event().wait()


def _hold_in(folder: Path) -> None:
    from telegram.gateway import TelegramLink

    honest_send = TelegramLink.send

    async def send(self: TelegramLink, peer: Any, message: Any, **options: Any) -> Any:
        await _stand_still(folder, Step.BEFORE_IT_LEAVES, peer.user_id)
        sent = await honest_send(self, peer, message, **options)
        await _stand_still(folder, Step.BEFORE_IT_IS_RECORDED, peer.user_id)
        return sent

    TelegramLink.send = send  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

    import main
    import wiring.worker
    from bench.crash.engines import RECONNECT_S

    wiring.worker.RECONNECT_S = RECONNECT_S
    _hold_in(Path(sys.argv[1]))
    raise SystemExit(main.main(sys.argv[2:]))
